"""What is needed against what is there: permissions, endpoints, networks."""
