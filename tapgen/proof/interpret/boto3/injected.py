"""What boto3 does in code, and no model of it says."""

INJECTED_LOADS = {("s3", "Bucket"): "ListBuckets", ("s3", "ObjectSummary"): "HeadObject"}
"""`load` steps that boto3 adds in code, not in its models (boto3 `s3/inject.py`)."""

INJECTED_ACTIONS = {("ec2", "create_tags"): "CreateTags", ("ec2", "delete_tags"): "DeleteTags"}
"""Actions that boto3 adds in code (boto3 `ec2/createtags.py`, `ec2/deletetags.py`)."""

VERSIONED = {
    "DeleteObject": "DeleteObjectVersion",
    "DeleteObjects": "DeleteObjectVersion",
    "GetObject": "GetObjectVersion",
    "HeadObject": "GetObjectVersion",
}
"""What of a version of an object needs an action of its own, in place of the object's: S3 API reference, GetObject."""
