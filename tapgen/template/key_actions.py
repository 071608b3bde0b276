"""What an action on an encrypted resource needs on the customer's key: AWS encrypts on behalf of the caller."""

from __future__ import annotations

from collections.abc import Mapping

DECRYPT, DATA_KEY = "kms:Decrypt", "kms:GenerateDataKey"

# Action -> what it needs on the key. DynamoDB developer guide, "How Amazon DynamoDB uses AWS KMS"; SQS developer guide,
# "Amazon SQS key management"; SNS developer guide, "Managing Amazon SNS encryption keys and costs"; Secrets Manager
# user guide, "Secret encryption and decryption"; Kinesis developer guide, "Permissions to use user-generated KMS keys";
# S3 user guide, "Using server-side encryption with AWS KMS keys (SSE-KMS)".
USES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "dynamodb:BatchGetItem",
            "dynamodb:BatchWriteItem",
            "dynamodb:ConditionCheckItem",
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PartiQLDelete",
            "dynamodb:PartiQLInsert",
            "dynamodb:PartiQLSelect",
            "dynamodb:PartiQLUpdate",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:Scan",
            "dynamodb:UpdateItem",
            "kinesis:GetRecords",
            "s3:GetObject",
            "secretsmanager:GetSecretValue",
            "sqs:ReceiveMessage",
        ),
        (DECRYPT,),
    ),
    "events:PutEvents": (DATA_KEY, DECRYPT),
    "kinesis:PutRecord": (DATA_KEY,),
    "kinesis:PutRecords": (DATA_KEY,),
    "s3:PutObject": (DATA_KEY,),
    "secretsmanager:PutSecretValue": (DATA_KEY, DECRYPT),
    "sns:Publish": (DATA_KEY, DECRYPT),
    "sqs:SendMessage": (DATA_KEY, DECRYPT),
}
