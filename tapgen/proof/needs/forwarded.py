"""What a service does in the caller's name while it answers a request: the caller needs those actions too.

On which resources depends on the request and on what is stored elsewhere, and some are needed for some requests only:
their absence is no fault, their presence no surplus. Source: IAM user guide, "Forward access sessions", and the
services' guides (permissions that the caller of an operation needs).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

ANY_ACTION: Final = "*"

_READ: Final = ("s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:GetBucketLocation", "kms:Decrypt")
_WRITE: Final = ("s3:PutObject", "s3:PutObjectAcl", "s3:AbortMultipartUpload", "kms:GenerateDataKey")
_CATALOG: Final = ("glue:*", "lakeformation:GetDataAccess")
_SECRET: Final = ("secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret", "kms:Decrypt")
_KEYS: Final = (
    *("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"),
    *("kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:CreateGrant"),
)
_MODELS: Final = (
    *("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream", "bedrock:GetInferenceProfile"),
    *("bedrock:ApplyGuardrail", "bedrock:Retrieve", "bedrock:GetPrompt", "bedrock:RenderPrompt", "bedrock:Rerank"),
    *("aws-marketplace:Subscribe", "aws-marketplace:ViewSubscriptions", "aws-marketplace:Unsubscribe"),
)
_IMAGES: Final = (
    *("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:GetRepositoryPolicy", "ecr:SetRepositoryPolicy"),
    *("ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability"),
)
_NETWORK: Final = (
    "ec2:DescribeVpcs",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups",
    "ec2:CreateNetworkInterface",
)

# botocore's name of the service -> (operations as a regular expression, actions)
FORWARDED: Final = {
    "athena": ((r".*", (*_READ, *_WRITE, "s3:*Multipart*", "s3:CreateBucket", *_CATALOG, "lambda:InvokeFunction")),),
    "bedrock": ((r".*", (*_READ, *_WRITE, *_NETWORK, *_MODELS)),),
    "bedrock-agent": ((r".*", (*_READ, *_SECRET, *_MODELS, "aoss:APIAccessAll", "lambda:InvokeFunction")),),
    "bedrock-agent-runtime": ((r".*", (*_MODELS, *_READ, "bedrock:*", "lambda:InvokeFunction", "aoss:APIAccessAll")),),
    "bedrock-runtime": ((r".*", (*_MODELS, *_READ, *_WRITE)),),
    "cloudformation": (
        (r"(Create|Update|Delete)Stack|CreateChangeSet|ExecuteChangeSet|.*StackSet|.*StackInstances", (ANY_ACTION,)),
        (r".*", _READ),
    ),
    "cloudcontrol": ((r"(Create|Update|Delete)Resource|(Get|List)Resources?", (ANY_ACTION,)),),
    "servicecatalog": ((r"(Provision|Update|Terminate).*", (ANY_ACTION,)),),
    "codebuild": ((r"StartBuild.*", (*_READ, *_WRITE, "codecommit:GitPull", "logs:*")),),
    "codepipeline": ((r".*", (*_READ, *_WRITE)),),
    "comprehend": ((r".*", (*_READ, *_WRITE)),),
    "databrew": ((r".*", (*_READ, *_WRITE, *_CATALOG)),),
    "dynamodb": (
        (r"ImportTable|ExportTable.*", (*_READ, *_WRITE, "logs:*", "dynamodb:*")),
        (r"(Restore|CreateGlobal|UpdateGlobal|CreateTable|UpdateTable).*", ("dynamodb:*", "application-autoscaling:*")),
        (r"(Enable|Disable|Update)Kinesis.*", ("kinesis:*",)),
    ),
    "ec2": (
        (r".*", (*_KEYS, "ec2:CreateTags")),
        (r"(Import|Export|Create)(Image|Store|Flow).*", (*_READ, *_WRITE, "logs:*")),
    ),
    "ecs": ((r".*", ("ecs:TagResource", "elasticloadbalancing:*", "servicediscovery:*", "application-autoscaling:*")),),
    "efs": ((r".*", (*_NETWORK, "ec2:*NetworkInterface*")),),
    "events": ((r"PutTargets", ("iam:PassRole",)), (r"PutRule", ("iam:CreateServiceLinkedRole",))),
    "firehose": ((r"Create.*|Update.*", _CATALOG),),
    "forecast": ((r".*", (*_READ, *_WRITE)),),
    "glue": ((r".*", (*_READ, *_WRITE, *_CATALOG, "lakeformation:*")),),
    "iot": ((r".*", ("iot:*",)),),
    "kafka": ((r".*", ("kafka-cluster:*", *_NETWORK)),),
    "kinesisanalyticsv2": ((r".*", (*_READ,)),),
    "lambda": (
        (r"(Create|Update)Function.*|PublishLayerVersion|PublishVersion", (*_READ, *_IMAGES, *_NETWORK, *_KEYS)),
        (r"(Create|Update)EventSourceMapping", ("kafka:*", "mq:*", *_SECRET, *_NETWORK)),
    ),
    "logs": (
        (r"(Put|Create|Delete)(Delivery|Resource|Subscription|Destination).*", ("logs:*", "firehose:*")),
        (r"CreateExportTask", (*_READ, *_WRITE, "s3:GetBucketAcl")),
        (r"StartQuery|Get.*|FilterLogEvents", ("logs:*Query*", "logs:Unmask", "logs:StartLiveTail", *_KEYS)),
    ),
    "macie2": ((r".*", (*_READ, "s3:*")),),
    "mediaconvert": ((r".*", (*_READ, *_WRITE)),),
    "personalize": ((r".*", (*_READ, *_WRITE)),),
    "polly": ((r"StartSpeechSynthesisTask", (*_WRITE, "sns:Publish")),),
    "quicksight": ((r".*", (*_READ, *_CATALOG, "athena:*")),),
    "rds": ((r".*", (*_KEYS, *_SECRET, *_NETWORK, "secretsmanager:CreateSecret", "secretsmanager:TagResource")),),
    "rds-data": ((r".*", _SECRET),),
    "redshift-data": ((r".*", (*_SECRET, "redshift:GetClusterCredentials*", "redshift-serverless:GetCredentials")),),
    "rekognition": ((r".*", (*_READ, *_WRITE, "kinesisvideo:*")),),
    "resource-groups": ((r".*", ("tag:GetResources", "cloudformation:*", "*:Describe*", "*:List*")),),
    "resourcegroupstaggingapi": ((r".*", ("*:*Tag*", "*:Describe*", "*:List*")),),
    "s3": (
        (r"Select.*|GetObjectVersion", ("s3:GetObject",)),
        (r"DeleteObjectVersion", ("s3:DeleteObject",)),
        (r"CreateSession", ("s3express:*",)),
    ),
    "sagemaker": ((r".*", (*_READ, *_WRITE, *_IMAGES, *_NETWORK, *_KEYS)),),
    "sagemaker-featurestore-runtime": ((r".*", (*_READ, *_WRITE)),),
    "secretsmanager": (
        (r"BatchGetSecretValue", ("secretsmanager:GetSecretValue", "secretsmanager:ListSecrets")),
        (r"RotateSecret|CreateSecret", ("lambda:InvokeFunction", "secretsmanager:*")),
        (r"GetRandomPassword", ()),
    ),
    "ses": ((r".*", ("ses:Send*",)),),
    "sesv2": ((r".*", ("ses:Send*",)),),
    "sqs": ((r"StartMessageMoveTask", ("sqs:*Message", "sqs:GetQueueAttributes")),),
    "ssm": (
        (r"(SendCommand|StartAutomation.*|StartChange.*)", (ANY_ACTION,)),
        (r"StartSession", ("ssmmessages:*", "ssm:*Session*", *_KEYS)),
        (r"GetParameter.*|PutParameter", _KEYS),
    ),
    "stepfunctions": (
        (r"(Create|Update)StateMachine.*", ("logs:*", "events:*Rule", "events:PutTargets", "xray:*")),
    ),
    "textract": ((r".*", (*_READ, *_WRITE)),),
    "timestream-query": ((r".*", ("timestream:Select*", "timestream:Describe*", "timestream:List*")),),
    "timestream-write": ((r".*", ("timestream:DescribeEndpoints", *_KEYS)),),
    "transcribe": ((r".*", (*_READ, *_WRITE)),),
    "translate": ((r".*", (*_READ, *_WRITE)),),
}  # fmt: skip

_OF_KEYS: Final = frozenset(
    {
        "s3",
        "sqs",
        "sns",
        "dynamodb",
        "dynamodbstreams",
        "secretsmanager",
        "ssm",
        "kinesis",
        "firehose",
        "logs",
        "sagemaker",
    }
)
"""Services that use a customer's key in the caller's name, where the resource has one."""
_MAKES: Final = re.compile(r"(Create|Register|Enable|Put|Start|Run|Import|Restore)[A-Z]")


def actions_of(service: str, operation: str, *, known_keys: bool) -> Iterator[str]:
    """Patterns of actions; `known_keys`: the template says which key the resource has, if any."""
    for operations, actions in FORWARDED.get(service, ()):
        if re.fullmatch(operations, operation):
            yield from actions
    if service in _OF_KEYS and not known_keys:
        yield from _KEYS
    if _MAKES.match(operation):
        yield "iam:CreateServiceLinkedRole"
