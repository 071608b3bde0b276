"""What a function's role must be allowed because of how the document configures the function."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from tapgen.proof.needs import logs
from tapgen.proof.needs.requirements import ANYTHING, Requirement
from tapgen.proof.subject import mapping
from tapgen.template.alternatives import NO_VALUE, UNKNOWN, alternatives, every, listed
from tapgen.template.arns import fields
from tapgen.template.intrinsics import function as function_call
from tapgen.template.triggers import called

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject
    from tapgen.template.document import DocumentPath

# AWSLambdaVPCAccessExecutionRole; Lambda developer guide, "Giving Lambda functions access to resources in an
# Amazon VPC".
NETWORK_INTERFACE_ACTIONS = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
)

NETWORK_INTERFACES_BY_GUIDE = NETWORK_INTERFACE_ACTIONS[2:3] + NETWORK_INTERFACE_ACTIONS[4:]
"""Of those, what came into guide and policy later (2022, 2024): functions are made, and run, without them too."""

NETWORK_INTERFACE_OPTIONS = (
    *("ec2:DescribeVpcs", "ec2:DescribeSecurityGroups", "ec2:GetSecurityGroupsForVpc", "ec2:DetachNetworkInterface"),
    *("ec2:DescribeInstances", "ec2:AttachNetworkInterface"),
)
"""Of older versions of that policy and of AWS's examples: no fault when missing, no surplus when granted."""

# Lambda developer guide, "Visualize Lambda function invocations using AWS X-Ray".
TRACING_ACTIONS = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")
TRACING_OPTIONS = ("xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:GetSamplingStatisticSummaries")
"""AWSXRayDaemonWriteAccess: what the X-Ray SDK asks for where it samples by rules."""

# Lambda developer guide, "Capturing records of Lambda asynchronous invocations".
DESTINATION_ACTIONS = {
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "lambda": "lambda:InvokeFunction",
    "events": "events:PutEvents",
    "s3": "s3:PutObject",
}

# AWSLambdaSQSQueueExecutionRole, AWSLambdaDynamoDBExecutionRole and AWSLambdaKinesisExecutionRole.
POLLING_ACTIONS = {
    "sqs": ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    "dynamodb": ("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"),
    "kinesis": ("kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"),
}
POLLING_OPTIONS = {
    "sqs": (),
    "dynamodb": ("dynamodb:ListStreams",),
    "kinesis": (
        *("kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:ListStreams"),
        "kinesis:SubscribeToShard",
    ),
}
"""The policies of AWS grant them, and older or newer pollers do without: not required, and no surplus."""


POLLING_OF_OTHERS = (
    *("kafka:DescribeCluster", "kafka:DescribeClusterV2", "kafka:GetBootstrapBrokers", "kafka:ListScramSecrets"),
    *("kafka-cluster:*", "mq:DescribeBroker", "rds:DescribeDBClusters", "rds:DescribeDBInstances"),
    *("rds:DescribeDBSubnetGroups", "docdb-elastic:GetCluster", "secretsmanager:GetSecretValue", "kms:Decrypt"),
    *("ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeVpcs", "ec2:DeleteNetworkInterface"),
    *("ec2:DescribeSubnets", "ec2:DescribeSecurityGroups", "glue:GetSchemaVersion", "glue:GetRegistry"),
)
"""AWSLambdaMSKExecutionRole; Lambda developer guide, event sources Amazon MQ, Amazon DocumentDB, self-managed Kafka."""

_INTO_THE_NETWORK = (
    *("ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces"),
    *("ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"),
)
BROKER_ACTIONS = {"kafka": ("kafka:DescribeClusterV2",), "mq": ("mq:DescribeBroker",)}
BROKER_ACTIONS_ANYWHERE = {"kafka": ("kafka:GetBootstrapBrokers", *_INTO_THE_NETWORK), "mq": _INTO_THE_NETWORK}
"""Lambda developer guide, "Configuring Lambda permissions for Amazon MSK event source mappings", the same for Amazon
MQ; what a cluster's own access control asks for besides depends on how it lets in."""

_BY_SECRET = ("BASIC_AUTH", "SASL_SCRAM_512_AUTH", "SASL_SCRAM_256_AUTH", "CLIENT_CERTIFICATE_TLS_AUTH")

LAYERS_OF_AWS = re.compile(
    r":layer:(?P<name>LambdaInsightsExtension|AWS-Parameters-and-Secrets-Lambda-Extension|AWS-AppConfig-Extension|"
    r"AWSLambdaPowertools|AWSSDKPandas|AWSOpenTelemetryDistro|aws-otel|AWSCodeGuruProfiler)"
)
"""Layers of which it is known what their extensions call."""

# Lambda developer guide, "Monitor function performance with Amazon CloudWatch Lambda Insights" and "Use Secrets Manager
# secrets in Lambda functions"; AppConfig user guide, "Retrieving configuration data by the Agent Lambda extension".
CALLS_OF_LAYERS = {
    "LambdaInsightsExtension": ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
    "AWS-Parameters-and-Secrets-Lambda-Extension": ("ssm:Get*", "secretsmanager:GetSecretValue", "kms:Decrypt"),
    "AWS-AppConfig-Extension": ("appconfig:*", "appconfigdata:*", "s3:GetObject", "ssm:GetParameter", "kms:Decrypt"),
    "AWSOpenTelemetryDistro": ("xray:*", "cloudwatch:PutMetricData", "logs:*", "application-signals:*"),
    "aws-otel": ("xray:*", "cloudwatch:PutMetricData", "logs:*", "aps:RemoteWrite"),
    "AWSCodeGuruProfiler": ("codeguru-profiler:*",),
}

DURABLE_ACTIONS = ("lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState")
"""AWSLambdaBasicDurableExecutionRolePolicy; Lambda developer guide, "Lambda durable functions": permissions."""


def required(function: str, subject: Subject) -> tuple[Requirement, ...]:
    """What the properties of a function, and of what invokes it, need."""
    properties = subject.properties(function)
    path: DocumentPath = ("Resources", function, "Properties")
    return (
        *logs.required(function, properties, subject),
        *_network(function, properties, path),
        *_tracing(function, properties, path),
        *_dead_letters(function, properties, path, subject),
        *_asynchronous(function, subject),
        *_polling(function, subject),
        *_keys(function, properties, path, subject),
        *_file_systems(function, properties, path),
        *_durable(function, properties, path, subject),
        *_layers(function, properties, path),
    )


def choices(value: Any) -> tuple[list[Mapping[str, Any]], bool]:
    """What a property may be where an open condition chooses, and whether all of them are the same kind of thing."""
    found = [one for one in listed(value) if isinstance(one, Mapping)]
    return found, function_call(value) is None


def in_vpc(properties: Mapping[str, Any]) -> bool:
    """Whether a function has, or may have, network interfaces in a VPC."""
    return any(list(listed(one.get("SubnetIds"))) for one in choices(properties.get("VpcConfig"))[0])


def _network(function: str, properties: Mapping[str, Any], path: DocumentPath) -> Iterator[Requirement]:
    found, sure = choices(properties.get("VpcConfig"))
    sure = sure and all(function_call(one.get("SubnetIds")) is None for one in found)
    if in_vpc(properties):
        for action in NETWORK_INTERFACE_ACTIONS:
            because = "Lambda attaches the function to its VPC"
            place = (*path, "VpcConfig")
            sure_too = sure and action not in NETWORK_INTERFACES_BY_GUIDE
            yield Requirement(function, action, ANYTHING, because, "service", place, optional=not sure_too)
        for action in NETWORK_INTERFACE_OPTIONS:
            yield Requirement(function, action, None, "", "service", (*path, "VpcConfig"), optional=True)


def _tracing(function: str, properties: Mapping[str, Any], path: DocumentPath) -> Iterator[Requirement]:
    found, sure = choices(properties.get("TracingConfig"))
    modes = {mode for one in found for mode in alternatives(one.get("Mode"))}
    place = (*path, "TracingConfig")
    if modes - {"PassThrough"}:
        sure = sure and modes == {"Active"}
        for action in TRACING_ACTIONS:
            yield Requirement(function, action, ANYTHING, "tracing is active", "service", place, optional=not sure)
        for action in TRACING_OPTIONS:
            yield Requirement(function, action, None, "", "service", place, optional=True)


def _dead_letters(
    function: str, properties: Mapping[str, Any], path: DocumentPath, subject: Subject
) -> Iterator[Requirement]:
    found, sure = choices(properties.get("DeadLetterConfig"))
    for one in found:
        for requirement in _targets(function, one.get("TargetArn"), (*path, "DeadLetterConfig"), subject):
            yield requirement if sure else replace(requirement, optional=True)


def _targets(function: str, target: Any, path: DocumentPath, subject: Subject) -> Iterator[Requirement]:
    because = "failed or finished events are sent there"
    for arn in subject.arns.read(target) if target is not None else ():
        parts = fields(arn)
        action = DESTINATION_ACTIONS.get(parts[2]) if len(parts) > 2 else None
        if action:
            arn_or_objects = f"{arn}/{UNKNOWN}" if parts[2] == "s3" else arn
            yield Requirement(function, action, arn_or_objects, because, "service", path)
            if parts[2] == "s3":
                yield Requirement(function, "s3:ListBucket", arn, because, "service", path, optional=True)
        elif len(parts) == 1:
            for possible in DESTINATION_ACTIONS.values():
                yield Requirement(function, possible, None, because, "service", path, optional=True)


def _asynchronous(function: str, subject: Subject) -> Iterator[Requirement]:
    for owner, properties in subject.of_type("AWS::Lambda::EventInvokeConfig"):
        if called(properties.get("FunctionName"), subject.template, subject.arns) == function:
            for outcome, target in mapping(properties.get("DestinationConfig")).items():
                path: DocumentPath = ("Resources", owner, "Properties", "DestinationConfig", outcome)
                yield from _targets(function, mapping(target).get("Destination"), path, subject)


def _polling(function: str, subject: Subject) -> Iterator[Requirement]:
    for owner, properties in subject.of_type("AWS::Lambda::EventSourceMapping"):
        polled = called(properties.get("FunctionName"), subject.template, subject.arns)
        if polled not in (function, None):
            continue
        sure = polled == function and not subject.resources[owner].condition
        path: DocumentPath = ("Resources", owner, "Properties", "EventSourceArn")
        because = f"Lambda polls {owner}'s event source"
        source = properties.get("EventSourceArn")
        arns = subject.arns.read(source) if source is not None else (UNKNOWN,)
        for arn in arns:
            for requirement in _of_source(function, arn, because, path):
                yield requirement if sure else replace(requirement, optional=True)
        for one in listed(properties.get("SourceAccessConfigurations")):
            secret = mapping(one).get("URI") if mapping(one).get("Type") in _BY_SECRET else None
            for arn in subject.arns.read(secret) if secret is not None else ():
                action = "secretsmanager:GetSecretValue"
                found = Requirement(function, action, arn, "the broker asks for it", "service", path)
                yield found if sure else replace(found, optional=True)
        failure = mapping(mapping(properties.get("DestinationConfig")).get("OnFailure")).get("Destination")
        for requirement in _targets(function, failure, (*path[:3], "DestinationConfig", "OnFailure"), subject):
            yield requirement if sure else replace(requirement, optional=True)


def _of_source(function: str, arn: str, because: str, path: DocumentPath) -> Iterator[Requirement]:
    parts = fields(arn)
    service = parts[2] if len(parts) > 2 else ""
    for action in POLLING_ACTIONS.get(service, ()):
        yield Requirement(function, action, arn, because, "service", path)
    for action in BROKER_ACTIONS.get(service, ()):
        yield Requirement(function, action, arn, because, "service", path)
    for action in BROKER_ACTIONS_ANYWHERE.get(service, ()):
        yield Requirement(function, action, ANYTHING, because, "service", path)
    optional = list(POLLING_OPTIONS.get(service, ()))
    if service not in POLLING_ACTIONS:
        optional += POLLING_OF_OTHERS
    if not service:  # whatever the deployment names
        optional += [action for some in (*POLLING_ACTIONS.values(), *POLLING_OPTIONS.values()) for action in some]
    for action in optional:
        yield Requirement(function, action, None, because, "service", path, optional=True)


def _keys(function: str, properties: Mapping[str, Any], path: DocumentPath, subject: Subject) -> Iterator[Requirement]:
    """kms:Decrypt, which the role may have and need not: Lambda makes a grant on the key for it.

    Source: Lambda developer guide, "Securing Lambda environment variables".
    """
    key = properties.get("KmsKeyArn")
    for arn in subject.arns.read(key) if key is not None else ():
        because = "the environment variables are encrypted with that key"
        if arn != NO_VALUE:
            place = (*path, "KmsKeyArn")
            yield Requirement(function, "kms:Decrypt", arn, because, "service", place, optional=True)


def _file_systems(function: str, properties: Mapping[str, Any], path: DocumentPath) -> Iterator[Requirement]:
    """Lambda developer guide, "Configuring file system access for Lambda functions"."""
    sure = isinstance(properties.get("FileSystemConfigs"), list)
    for _ in listed(properties.get("FileSystemConfigs")):
        place: DocumentPath = (*path, "FileSystemConfigs")
        for action in ("elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"):
            because = "a file system is mounted"
            yield Requirement(function, action, None, because, "service", place, optional=not sure)
        yield Requirement(function, "elasticfilesystem:ClientRootAccess", None, "", "service", place, optional=True)


def _durable(
    function: str, properties: Mapping[str, Any], path: DocumentPath, subject: Subject
) -> Iterator[Requirement]:
    found, sure = choices(properties.get("DurableConfig"))
    for _ in found:
        arn = f"{subject.arns.of(function)}:{UNKNOWN}"
        for action in DURABLE_ACTIONS:
            because = "the function is durable"
            place = (*path, "DurableConfig")
            yield Requirement(function, action, arn, because, "service", place, optional=not sure)


def _layers(function: str, properties: Mapping[str, Any], path: DocumentPath) -> Iterator[Requirement]:
    """What the extensions in AWS's own layers call; whether they do depends on their settings."""
    for text in every(properties.get("Layers")):
        match = LAYERS_OF_AWS.search(text)
        for action in CALLS_OF_LAYERS.get(match["name"], ()) if match else ():
            because = f"the layer {match['name'] if match else ''} calls it"
            yield Requirement(function, action, None, because, "service", (*path, "Layers"), optional=True)
