"""What a function's role must be allowed because of how the document configures the function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tapgen.proof.needs.requirements import ANYTHING, Requirement
from tapgen.proof.subject import items, mapping
from tapgen.template.alternatives import UNKNOWN
from tapgen.template.arns import fields

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

# Lambda developer guide, "Visualize Lambda function invocations using AWS X-Ray".
TRACING_ACTIONS = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")

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
    "kinesis": (
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:DescribeStreamSummary",
        "kinesis:ListShards",
    ),
}
POLLING_OPTIONS = {
    "sqs": (),
    "dynamodb": ("dynamodb:ListStreams",),
    "kinesis": ("kinesis:DescribeStream", "kinesis:ListStreams", "kinesis:SubscribeToShard"),
}


def required(function: str, subject: Subject) -> tuple[Requirement, ...]:
    """What the properties of a function, and of what invokes it, need."""
    properties = subject.properties(function)
    path: DocumentPath = ("Resources", function, "Properties")
    return (
        *_logs(function, properties, subject),
        *_network(function, properties, path),
        *_tracing(function, properties, path),
        *_targets(
            function, mapping(properties.get("DeadLetterConfig")).get("TargetArn"), (*path, "DeadLetterConfig"), subject
        ),
        *_asynchronous(function, subject),
        *_polling(function, subject),
        *_keys(function, properties, path, subject),
        *_file_systems(function, properties, path),
    )


def log_group(function: str, properties: Mapping[str, Any], subject: Subject) -> str | None:
    """The logical id of the function's log group: the configured one, or the one named /aws/lambda/NAME."""
    configured = mapping(properties.get("LoggingConfig")).get("LogGroup")
    if configured is not None:
        return subject.arns.owner(configured)
    from tapgen.template.alternatives import alternatives

    names = {f"${{{function}}}", *alternatives(properties.get("FunctionName"))} - {UNKNOWN}
    named = {f"/aws/lambda/{name}" for name in names}
    for owner, group in subject.of_type("AWS::Logs::LogGroup"):
        if any(text in named for text in alternatives(group.get("LogGroupName"))):
            return owner
    return None


def _logs(function: str, properties: Mapping[str, Any], subject: Subject) -> Iterator[Requirement]:
    """Lambda developer guide, "Sending Lambda function logs to CloudWatch Logs"."""
    group = log_group(function, properties, subject)
    because = "Lambda writes the function's log"
    path: DocumentPath = ("Resources", function, "Properties", "LoggingConfig")
    if group is None:
        yield Requirement(function, "logs:CreateLogGroup", None, because, "service", path, optional=True)
        stream = None
    else:
        stream = f"{subject.arns.of(group).removesuffix(':*')}:log-stream:{UNKNOWN}"
    for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
        yield Requirement(function, action, stream, because, "service", path)


def in_vpc(properties: Mapping[str, Any]) -> bool:
    """Whether a function has network interfaces in a VPC."""
    return bool(items(mapping(properties.get("VpcConfig")).get("SubnetIds")))


def _network(function: str, properties: Mapping[str, Any], path: DocumentPath) -> Iterator[Requirement]:
    if in_vpc(properties):
        for action in NETWORK_INTERFACE_ACTIONS:
            because = "Lambda attaches the function to its VPC"
            yield Requirement(function, action, ANYTHING, because, "service", (*path, "VpcConfig"))


def _tracing(function: str, properties: Mapping[str, Any], path: DocumentPath) -> Iterator[Requirement]:
    if mapping(properties.get("TracingConfig")).get("Mode") == "Active":
        for action in TRACING_ACTIONS:
            yield Requirement(function, action, ANYTHING, "tracing is active", "service", (*path, "TracingConfig"))


def _targets(function: str, target: Any, path: DocumentPath, subject: Subject) -> Iterator[Requirement]:
    for arn in subject.arns.read(target) if target is not None else ():
        parts = fields(arn)
        action = DESTINATION_ACTIONS.get(parts[2]) if len(parts) > 2 else None
        if action:
            arn_or_objects = f"{arn}/{UNKNOWN}" if parts[2] == "s3" else arn
            yield Requirement(
                function, action, arn_or_objects, "failed or finished events are sent there", "service", path
            )


def _asynchronous(function: str, subject: Subject) -> Iterator[Requirement]:
    for owner, properties in subject.of_type("AWS::Lambda::EventInvokeConfig"):
        if subject.arns.owner(properties.get("FunctionName")) == function:
            for outcome, target in mapping(properties.get("DestinationConfig")).items():
                path: DocumentPath = ("Resources", owner, "Properties", "DestinationConfig", outcome)
                yield from _targets(function, mapping(target).get("Destination"), path, subject)


def _polling(function: str, subject: Subject) -> Iterator[Requirement]:
    for owner, properties in subject.of_type("AWS::Lambda::EventSourceMapping"):
        if subject.arns.owner(properties.get("FunctionName")) != function:
            continue
        path: DocumentPath = ("Resources", owner, "Properties", "EventSourceArn")
        for arn in subject.arns.read(properties["EventSourceArn"]) if "EventSourceArn" in properties else ():
            service = [*fields(arn), "", "", ""][2]
            because = f"Lambda polls {owner}'s event source"
            for action in POLLING_ACTIONS.get(service, ()):
                yield Requirement(function, action, arn, because, "service", path)
            for action in POLLING_OPTIONS.get(service, ()):
                yield Requirement(function, action, None, because, "service", path, optional=True)
        failure = mapping(mapping(properties.get("DestinationConfig")).get("OnFailure")).get("Destination")
        yield from _targets(function, failure, (*path[:3], "DestinationConfig", "OnFailure"), subject)


def _keys(function: str, properties: Mapping[str, Any], path: DocumentPath, subject: Subject) -> Iterator[Requirement]:
    """Lambda developer guide, "Securing Lambda environment variables": the execution role decrypts them."""
    key = properties.get("KmsKeyArn")
    for arn in subject.arns.read(key) if key is not None else ():
        because = "the environment variables are encrypted with that key"
        yield Requirement(function, "kms:Decrypt", arn, because, "service", (*path, "KmsKeyArn"))


def _file_systems(function: str, properties: Mapping[str, Any], path: DocumentPath) -> Iterator[Requirement]:
    """Lambda developer guide, "Configuring file system access for Lambda functions"."""
    for index, _ in enumerate(items(properties.get("FileSystemConfigs"))):
        for action in ("elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"):
            because = "a file system is mounted"
            yield Requirement(function, action, None, because, "service", (*path, "FileSystemConfigs", index))
