"""What a function's configuration needs."""

from __future__ import annotations

from typing import Any

import pytest

from tapgen.proof.needs.configuration import required
from tapgen.proof.subject import Subject
from tests.unit.proof.documents import document, function, in_vpc, resource

QUEUE = resource("AWS::SQS::Queue")
TOPIC = resource("AWS::SNS::Topic")
ALWAYS = {"logs:CreateLogStream", "logs:PutLogEvents"}


def needs(checked: dict[str, Any], **more: Any) -> dict[str, str | None]:
    """action -> ARN, the documented minimum of every function left out."""
    found = required("Function", Subject(checked))
    left_out = ALWAYS | {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
    return {one.action: one.arn for one in found if one.action not in left_out and one.optional == bool(more)}


def test_logs_go_to_the_streams_of_the_functions_own_group() -> None:
    found = {one.action: one for one in required("Function", Subject(document()))}
    arn = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Logs}:log-stream:${?}"
    assert {found[action].arn for action in ALWAYS} == {arn}
    assert "logs:CreateLogGroup" not in found


def test_a_log_group_by_its_name() -> None:
    named = resource("AWS::Logs::LogGroup", LogGroupName={"Fn::Sub": "/aws/lambda/${Function}"})
    checked = document(Function=function(LoggingConfig={}), Named=named)
    assert {one.arn for one in required("Function", Subject(checked)) if one.action in ALWAYS} == {
        "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Named}:log-stream:${?}"
    }


def test_without_a_log_group_lambda_may_create_one() -> None:
    checked = document(Function=function(LoggingConfig={}))
    assert needs(checked, optional=True)["logs:CreateLogGroup"] is None


def test_network_interfaces() -> None:
    certain = ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"]
    assert needs(in_vpc()) == dict.fromkeys(certain, "*")
    assert {one.caller for one in required("Function", Subject(in_vpc()))} == {"service"}


@pytest.mark.parametrize(("mode", "count"), [("Active", 2), ("PassThrough", 0)])
def test_tracing(mode: str, count: int) -> None:
    found = required("Function", Subject(document(Function=function(TracingConfig={"Mode": mode}))))
    assert len([one for one in found if one.action.startswith("xray:") and not one.optional]) == count


SQS = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${Queue}"
SNS = "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:${Topic}"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({"Fn::GetAtt": ["Queue", "Arn"]}, {"sqs:SendMessage": SQS}),
        ({"Ref": "Topic"}, {"sns:Publish": SNS}),
        ({"Ref": "TargetParameter"}, {}),
    ],
)
def test_dead_letter_target(target: Any, expected: dict[str, str]) -> None:
    checked = document(Function=function(DeadLetterConfig={"TargetArn": target}), Queue=QUEUE, Topic=TOPIC)
    assert needs(checked) == expected


def test_destinations_of_asynchronous_invocations() -> None:
    destinations = {"OnSuccess": {"Destination": {"Ref": "Topic"}}, "OnFailure": {"Destination": "arn:aws:s3:::failed"}}
    configuration = resource(
        "AWS::Lambda::EventInvokeConfig", FunctionName={"Ref": "Function"}, DestinationConfig=destinations
    )
    other = resource("AWS::Lambda::EventInvokeConfig", FunctionName="other", DestinationConfig=destinations)
    assert needs(document(Topic=TOPIC, Config=configuration, OtherConfig=other)) == {
        "sns:Publish": SNS,
        "s3:PutObject": "arn:aws:s3:::failed/${?}",
    }


@pytest.mark.parametrize(
    ("source", "arn", "actions"),
    [
        ({"Fn::GetAtt": ["Queue", "Arn"]}, SQS, {"ReceiveMessage", "DeleteMessage", "GetQueueAttributes"}),
        (
            {"Fn::GetAtt": ["Table", "StreamArn"]},
            "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Table}/stream/${?}",
            {"GetRecords", "GetShardIterator", "DescribeStream"},
        ),
        (
            "arn:aws:kinesis:eu-west-1:1:stream/s",
            "arn:aws:kinesis:eu-west-1:1:stream/s",
            {"GetRecords", "GetShardIterator", "ListShards"},
        ),
    ],
)
def test_polling(source: Any, arn: str, actions: set[str]) -> None:
    mapping = resource("AWS::Lambda::EventSourceMapping", FunctionName={"Ref": "Function"}, EventSourceArn=source)
    found = needs(document(Queue=QUEUE, Mapping=mapping))
    assert {action.split(":")[1] for action in found} == actions
    assert set(found.values()) == {arn}


def test_polling_of_another_function_needs_nothing_here() -> None:
    mapping = resource("AWS::Lambda::EventSourceMapping", FunctionName="other", EventSourceArn="arn:aws:sqs:::q")
    assert needs(document(Mapping=mapping)) == {}


def test_a_failed_batch_goes_to_its_destination() -> None:
    failure = {"OnFailure": {"Destination": {"Ref": "Topic"}}}
    mapping = resource("AWS::Lambda::EventSourceMapping", FunctionName={"Ref": "Function"}, DestinationConfig=failure)
    assert needs(document(Topic=TOPIC, Mapping=mapping)) == {"sns:Publish": SNS}


def test_customer_key_and_file_system() -> None:
    """The file system needs the role's permission; the key has a grant for the role, which Lambda makes."""
    key = {"Fn::GetAtt": ["Key", "Arn"]}
    mounted = function(KmsKeyArn=key, FileSystemConfigs=[{"Arn": "arn", "LocalMountPath": "/mnt/x"}])
    found = needs(document(Function=mounted, Key=resource("AWS::KMS::Key")))
    assert "kms:Decrypt" not in found
    assert {"elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"} <= set(found)
