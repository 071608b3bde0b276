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
_INTERFACES: Final = (
    *("ec2:Describe*", "ec2:*NetworkInterface*", "ec2:*SecurityGroup*", "ec2:CreateTags", "ec2:DeleteTags"),
)

# botocore's name of the service -> (operations as a regular expression, actions)
FORWARDED: Final = {
    "apigateway": ((r".*DomainName|.*VpcLink", ("acm:*", "cloudfront:UpdateDistribution", "ec2:*VpcEndpoint*")),),
    "appflow": ((r".*", (*_READ, *_WRITE, *_SECRET, *_KEYS, *_CATALOG)),),
    "application-autoscaling": (
        (r".*", ("cloudwatch:*Alarm*", "ecs:*Service*", "dynamodb:*Table", "rds:*", "lambda:*Concurrency*", "ec2:*")),
    ),
    "athena": ((r".*", (*_READ, *_WRITE, "s3:*Multipart*", "s3:CreateBucket", *_CATALOG, "lambda:InvokeFunction")),),
    "autoscaling": (
        (r".*", ("ec2:*", "elasticloadbalancing:*", "cloudwatch:*Alarm*", "sns:Publish", "sqs:SendMessage", *_KEYS)),
    ),
    "backup": ((r".*", ("backup-storage:*", "dynamodb:*", "ec2:*", "rds:*", "elasticfilesystem:*", "tag:*", *_KEYS)),),
    "batch": ((r".*", ("ec2:Describe*", "ecs:*", "logs:*")),),
    "bedrock": ((r".*", (*_READ, *_WRITE, *_NETWORK, *_MODELS)),),
    "bedrock-agent": ((r".*", (*_READ, *_SECRET, *_MODELS, "aoss:APIAccessAll", "lambda:InvokeFunction")),),
    "bedrock-agent-runtime": ((r".*", (*_MODELS, *_READ, "bedrock:*", "lambda:InvokeFunction", "aoss:APIAccessAll")),),
    "bedrock-runtime": ((r".*", (*_MODELS, *_READ, *_WRITE)),),
    "cloudformation": (
        (r"(Create|Update|Delete)Stack|CreateChangeSet|ExecuteChangeSet|.*StackSet|.*StackInstances", (ANY_ACTION,)),
        (r".*", _READ),
    ),
    "cloudfront": ((r".*", ("acm:*", "s3:GetBucketAcl", "s3:PutBucketAcl", "wafv2:*", "lambda:*", "logs:*")),),
    "cloudtrail": ((r".*", ("organizations:*", "s3:*", "sns:*", "logs:*", *_KEYS)),),
    "codedeploy": ((r".*", (*_READ, "autoscaling:*", "ec2:Describe*", "ecs:*", "lambda:*", "elasticloadbalancing:*")),),
    "cloudcontrol": ((r"(Create|Update|Delete)Resource|(Get|List)Resources?", (ANY_ACTION,)),),
    "servicecatalog": ((r"(Provision|Update|Terminate).*", (ANY_ACTION,)),),
    "codebuild": ((r"StartBuild.*", (*_READ, *_WRITE, "codecommit:GitPull", "logs:*")),),
    "codepipeline": ((r".*", (*_READ, *_WRITE)),),
    "comprehend": ((r".*", (*_READ, *_WRITE)),),
    "config": ((r".*", ("organizations:*", "s3:*", "sns:*", "lambda:*", "ssm:*")),),
    "dax": ((r".*", _INTERFACES),),
    "datasync": ((r".*", (*_INTERFACES, *_READ, "elasticfilesystem:*", "fsx:*")),),
    "dms": ((r".*", (*_INTERFACES, *_SECRET, *_KEYS)),),
    "docdb": ((r".*", (*_INTERFACES, *_KEYS, *_SECRET)),),
    "ds": ((r".*", (*_INTERFACES, "sns:*", "ec2:AuthorizeSecurityGroup*")),),
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
    "eks": ((r".*", ("ec2:*", "iam:GetRole", "iam:ListAttachedRolePolicies", "autoscaling:*", "logs:*", *_KEYS)),),
    "elasticache": ((r".*", (*_INTERFACES, *_KEYS, *_READ, *_WRITE)),),
    "elasticbeanstalk": ((r".*", (ANY_ACTION,)),),
    **dict.fromkeys(("elb", "elbv2"), ((r".*", ("ec2:*", "acm:*", "iam:*Certificate*", "cognito-idp:Describe*")),)),
    "emr": ((r".*", ("ec2:*", *_READ, *_WRITE, *_KEYS, "sdb:*", "cloudwatch:*Alarm*")),),
    **dict.fromkeys(("es", "opensearch"), ((r".*", (*_INTERFACES, *_KEYS, "logs:*", "cognito-i*:*")),)),
    "fsx": ((r".*", (*_INTERFACES, *_KEYS, *_READ, *_WRITE, "ds:*")),),
    "globalaccelerator": ((r".*", ("elasticloadbalancing:Describe*", "ec2:*")),),
    "guardduty": ((r".*", ("organizations:*", "iam:*", *_READ, *_WRITE)),),
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
    "imagebuilder": ((r".*", ("ec2:*", "ssm:*", "inspector2:*", *_READ, *_IMAGES, *_KEYS)),),
    **dict.fromkeys(("memorydb", "neptune", "redshift"), ((r".*", (*_INTERFACES, *_KEYS, *_SECRET, *_READ, *_WRITE)),)),
    "mq": ((r".*", (*_INTERFACES, "route53:AssociateVPCWithHostedZone", *_KEYS)),),
    "mwaa": ((r".*", (*_INTERFACES, *_READ, *_KEYS)),),
    "network-firewall": ((r".*", (*_INTERFACES, "ec2:*VpcEndpoint*", "logs:*")),),
    "ram": ((r".*", ("organizations:*", "ec2:Describe*", "*:PutResourcePolicy")),),
    "route53": ((r".*", ("ec2:DescribeVpcs", "ec2:DescribeRegions", "logs:*")),),
    "route53resolver": ((r".*", (*_INTERFACES, "logs:*")),),
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
    "securityhub": ((r".*", ("organizations:*", "config:*", "iam:*")),),
    "servicediscovery": ((r".*", ("route53:*", "ec2:DescribeVpcs", "ec2:DescribeRegions")),),
    "sso-admin": ((r".*", ("iam:*", "organizations:*", "identitystore:*", "sso-directory:*", "ds:*", *_KEYS)),),
    "synthetics": ((r".*", ("lambda:*", "s3:*", "logs:*", "cloudwatch:*", "iam:*Role*", "ec2:Describe*")),),
    "transfer": ((r".*", (*_INTERFACES, "ec2:*VpcEndpoint*", "ec2:*Address*", *_READ, *_WRITE)),),
    "wafv2": ((r".*", ("*:SetWebACL", "*:AssociateWebACL", "*:*WebACL*", "logs:*", "firehose:*", *_READ)),),
    "workspaces": ((r".*", (*_INTERFACES, "ds:*", *_KEYS)),),
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
    "translate": ((r".*", (*_READ, *_WRITE, "comprehend:DetectDominantLanguage")),),
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
