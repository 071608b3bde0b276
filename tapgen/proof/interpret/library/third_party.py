"""Packages that are not analysed, and what is known of them all the same."""

from __future__ import annotations

OWN_REQUESTS = (
    "aioboto3", "aiobotocore", "types_aiobotocore", "pynamodb", "s3fs", "awswrangler", "smart_open", "dynamodb_json",
    "aws_encryption_sdk", "dynamodb_encryption_sdk", "botocore.session", "chalicelib",
    "sagemaker", "pyathena", "watchtower", "cloudpathlib", "dyntastic", "dynamorm", "moto", "boto",
    "redshift_connector", "requests_aws4auth", "aws_requests_auth", "requests_auth_aws_sigv4", "httpx_aws_auth",
    "aws_lambda_powertools.utilities.data_masking",
)  # fmt: skip
"""Packages that make AWS requests of their own accord, without being handed a boto3 object."""
