"""boto3: its objects as abstract values, and the requests that they make."""
