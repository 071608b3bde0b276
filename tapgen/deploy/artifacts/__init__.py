"""What is sent to AWS: the template with its parameters, and the packages of the functions."""
