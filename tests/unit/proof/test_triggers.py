"""What starts functions: permissions to call them, queues, roles of schedules, circles."""

from __future__ import annotations

from typing import Any

import pytest

from tests.table import rows
from tests.unit.proof.documents import PUT, allow, arn, document, findings, function, policy, resource

FN = arn("Function")


def permission(principal: str, **more: Any) -> dict[str, Any]:
    return resource(
        "AWS::Lambda::Permission",
        **{"Action": "lambda:InvokeFunction", "FunctionName": {"Ref": "Function"}, "Principal": principal, **more},
    )


def said(*rules: str, **parts: Any) -> list[str]:
    return [one.message for one in findings(document(**parts)) if one.rule in rules]


BUCKET = resource(
    "AWS::S3::Bucket",
    NotificationConfiguration={"LambdaConfigurations": [{"Event": "s3:ObjectCreated:*", "Function": FN}]},
)
SOURCES: dict[str, tuple[str, dict[str, Any]]] = {
    "bucket": ("s3.amazonaws.com", {"Source": BUCKET}),
    "subscription": (
        "sns.amazonaws.com",
        {
            "Topic": resource("AWS::SNS::Topic"),
            "Source": resource("AWS::SNS::Subscription", Protocol="lambda", TopicArn={"Ref": "Topic"}, Endpoint=FN),
        },
    ),
    "topic": ("sns.amazonaws.com", {"Source": resource("AWS::SNS::Topic", Subscription=[{"Protocol": "lambda", "Endpoint": FN}])}),
    "rule": ("events.amazonaws.com", {"Source": resource("AWS::Events::Rule", Targets=[{"Id": "1", "Arn": FN}])}),
    "logs": (
        "logs.amazonaws.com",
        {"Source": resource("AWS::Logs::SubscriptionFilter", LogGroupName={"Ref": "Logs"}, DestinationArn=FN)},
    ),
    "pool": ("cognito-idp.amazonaws.com", {"Source": resource("AWS::Cognito::UserPool", LambdaConfig={"PreSignUp": FN})}),
    "rotation": (
        "secretsmanager.amazonaws.com",
        {
            "Secret": resource("AWS::SecretsManager::Secret"),
            "Source": resource("AWS::SecretsManager::RotationSchedule", SecretId={"Ref": "Secret"}, RotationLambdaARN=FN),
        },
    ),
}  # fmt: skip


LOGS = {
    "Account": resource("AWS::ApiGateway::Account", CloudWatchRoleArn=arn("Role")),
    "Role": resource(
        "AWS::IAM::Role",
        AssumeRolePolicyDocument=policy(
            {"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ),
        ManagedPolicyArns=["arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"],
    ),
}


def test_api_gateway_may_write_logs_by_its_role() -> None:
    assert said("trigger-role", **LOGS) == []
    role = LOGS["Role"]["Properties"]
    without = {**LOGS, "Role": resource("AWS::IAM::Role", AssumeRolePolicyDocument=role["AssumeRolePolicyDocument"])}
    assert said("trigger-role", **without) == [
        f"Account writes logs by Role, which does not allow logs:{action}."
        for action in ("CreateLogGroup", "CreateLogStream", "PutLogEvents")
    ]
    trust = policy({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"})
    other = {**LOGS, "Role": resource("AWS::IAM::Role", **{**role, "AssumeRolePolicyDocument": trust})}
    assert said("trigger-role", **other) == [
        "Account writes logs by Role, which does not trust apigateway.amazonaws.com."
    ]


@rows("kind", SOURCES)
def test_a_source_needs_a_permission_for_its_service(kind: str) -> None:
    principal, parts = SOURCES[kind]
    [missing] = said("trigger-permission", **parts)
    assert missing == f"Source starts Function, and {principal} may not call it; nothing lets anybody call it."
    [wrong] = said("trigger-permission", **parts, May=permission("config.amazonaws.com"))
    assert wrong.endswith("may not call it; its permissions let config.amazonaws.com call it.")
    assert said("trigger-permission", **parts, May=permission(principal)) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (arn("Source"), []),
        ({"Fn::Sub": "arn:aws:s3:::app-files"}, []),
        ({"Ref": "Parameter"}, []),
        ("arn:aws:s3:::other", ["Source starts Function; the SourceArn of May is of another source."]),
    ],
)
def test_the_source_of_a_permission(source: Any, expected: list[str]) -> None:
    named = {**BUCKET, "Properties": {**BUCKET["Properties"], "BucketName": "app-files"}}
    assert said("trigger-permission", Source=named, May=permission("s3.amazonaws.com", SourceArn=source)) == expected


@pytest.mark.parametrize(
    "part",
    [
        resource("AWS::Events::Rule", Targets=[{"Id": "1", "Arn": FN, "RoleArn": arn("Role")}]),
        resource("AWS::Events::Rule", Targets=[{"Id": "1", "Arn": {"Ref": "Elsewhere"}}]),
        resource("AWS::SNS::Subscription", Protocol="https", Endpoint=FN),
        {**SOURCES["rule"][1]["Source"], "Condition": "Open"},
    ],
)
def test_what_needs_none(part: dict[str, Any]) -> None:
    assert said("trigger-permission", Source=part) == []


# ----------------------------------------------------------------------------------------------------- roles


def schedule(*statements: Any, service: str = "scheduler.amazonaws.com") -> dict[str, Any]:
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {
        "Caller": resource(
            "AWS::IAM::Role",
            AssumeRolePolicyDocument=policy(trust),
            Policies=[{"PolicyName": "p", "PolicyDocument": policy(*statements)}],
        ),
        "Source": resource("AWS::Scheduler::Schedule", Target={"Arn": FN, "RoleArn": arn("Caller")}),
    }


def test_the_role_of_a_schedule() -> None:
    invoke = allow("lambda:InvokeFunction", FN)
    assert said("trigger-role", **schedule(invoke)) == []
    assert "does not allow lambda:InvokeFunction" in said("trigger-role", **schedule())[0]
    assert (
        "does not trust scheduler.amazonaws.com"
        in said("trigger-role", **schedule(invoke, service="events.amazonaws.com"))[0]
    )


# ----------------------------------------------------------------------------------------------------- queues

DEAD = resource("AWS::SQS::Queue")
REDRIVE = {"deadLetterTargetArn": arn("Dead"), "maxReceiveCount": 3}


def polled(queue: dict[str, Any], mapping: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "Function": function(PUT, **more),
        "Queue": resource("AWS::SQS::Queue", **{"RedrivePolicy": REDRIVE, **queue}),
        "Dead": DEAD,
        "Source": resource(
            "AWS::Lambda::EventSourceMapping",
            EventSourceArn=arn("Queue"),
            FunctionName={"Ref": "Function"},
            **(mapping or {}),
        ),
    }


@pytest.mark.parametrize(
    ("queue", "timeout", "expected"),
    [
        ({}, 60, ["Function may run 60 s, and Queue hides a message for 30 s only."]),
        ({}, 30, []),
        ({"VisibilityTimeout": 360}, 60, []),
        ({"VisibilityTimeout": {"Ref": "Parameter"}}, 60, []),
        ({"VisibilityTimeout": 0}, 3, ["Function may run 3 s, and Queue hides a message for 0 s only."]),
    ],
)
def test_visibility(queue: dict[str, Any], timeout: int | None, expected: list[str]) -> None:
    assert said("queue-visibility", **polled(queue, Timeout=timeout)) == expected


@pytest.mark.parametrize(
    ("fifo", "mapping", "count"),
    [
        (False, {"BatchSize": 11}, 1),
        (False, {"BatchSize": 11, "MaximumBatchingWindowInSeconds": 1}, 0),
        (False, {"BatchSize": 10}, 0),
        (True, {"BatchSize": 11}, 1),
        (True, {"MaximumBatchingWindowInSeconds": 5}, 1),
        (True, {"BatchSize": 10}, 0),
    ],
)
def test_batches(fifo: bool, mapping: dict[str, Any], count: int) -> None:
    queue = {"FifoQueue": True, "QueueName": "q.fifo"} if fifo else {}
    assert len(said("queue-batches", **polled(queue, mapping))) == count


@pytest.mark.parametrize(
    ("queue", "count"),
    [
        ({"FifoQueue": True, "QueueName": "q"}, 1),
        ({"QueueName": "q.fifo"}, 1),
        ({"FifoQueue": True, "QueueName": "q.fifo"}, 0),
        ({"FifoQueue": True, "QueueName": {"Ref": "Parameter"}}, 0),
        ({"FifoQueue": True}, 0),
    ],
)
def test_names_of_fifo_queues(queue: dict[str, Any], count: int) -> None:
    assert len(said("fifo-form", Queue=resource("AWS::SQS::Queue", **queue))) == count


def test_dead_letters_of_another_kind() -> None:
    assert len(said("fifo-form", **polled({"FifoQueue": True, "QueueName": "q.fifo"}))) == 1


def test_dead_letters() -> None:
    assert said("queue-dead-letters", **polled({})) == []
    assert len(said("queue-dead-letters", **polled({"RedrivePolicy": None}))) == 1
    assert said("queue-dead-letters", Queue=resource("AWS::SQS::Queue")) == []


def test_dead_letters_that_come_back() -> None:
    assert said("dead-letter-circle", **polled({})) == []
    back = polled({}, {"DestinationConfig": {"OnFailure": {"Destination": arn("Queue")}}})
    assert said("dead-letter-circle", **back) == ["What Function fails on goes to Queue, which starts it again."]
    back = polled({}, DeadLetterConfig={"TargetArn": arn("Queue")})
    assert said("dead-letter-circle", **back) == ["What Function fails on goes to Queue, which starts it again."]
    for destination, source in (({"Ref": "Topic"}, "Topic"), (FN, "Function")):
        config = {"OnSuccess": {"Destination": destination}}
        parts = {
            **SOURCES["subscription"][1],
            "Records": resource(
                "AWS::Lambda::EventInvokeConfig", FunctionName={"Ref": "Function"}, DestinationConfig=config
            ),
        }
        again = [f"What Function succeeds with goes to {source}, which starts it again."]
        assert said("dead-letter-circle", **parts) == again
    other = resource("AWS::SQS::Queue", RedrivePolicy={"deadLetterTargetArn": arn("Queue"), "maxReceiveCount": 1})
    assert len(said("dead-letter-circle", **{**polled({}), "Dead": other})) == 2


# ---------------------------------------------------------------------------------------------------- circles

WRITES = """
import boto3, os
def handler(event, context):
    boto3.client("s3").put_object(Bucket=os.environ["BUCKET"], Key="in/a.csv", Body=b"")
"""


def told(target: dict[str, Any], kind: str = "Lambda", key: str = "Function", **rules: str) -> dict[str, Any]:
    """A bucket's notification of what is put into it, where keys begin or end so."""
    filters = [{"Name": name, "Value": value} for name, value in rules.items()]
    one = {"Event": "s3:ObjectCreated:*", key: target, "Filter": {"S3Key": {"Rules": filters}}}
    return {f"{kind}Configurations": [one if rules else {**one, "Filter": None}]}


def bucket_circle(*notifications: dict[str, Any], **more: Any) -> list[str]:
    configured: dict[str, list[Any]] = {}
    for one in notifications:
        for name, several in one.items():
            configured.setdefault(name, []).extend(several)
    parts = {
        "Bucket": resource("AWS::S3::Bucket", NotificationConfiguration=configured),
        "Function": function(WRITES, Environment={"Variables": {"BUCKET": {"Ref": "Bucket"}}}),
        "Other": function("def handler(event, context):\n    pass\n", FunctionName="other"),
        **more,
    }
    return said("trigger-circle", "trigger-circle-several", **parts)


def test_a_function_that_puts_into_the_bucket_that_starts_it() -> None:
    circle = ["Function calls s3:PutObject on Bucket, which starts it again."]
    assert bucket_circle(told(FN)) == circle
    assert bucket_circle(told(FN, prefix="in/")) == circle
    assert bucket_circle(told(FN, prefix="in/", suffix=".csv")) == circle
    assert bucket_circle(told(FN, prefix="out/")) == []
    assert bucket_circle(told(FN, suffix=".txt")) == []
    assert bucket_circle(told(FN, prefix="out/"), told(arn("Other"), prefix="in/")) == []


def test_a_bucket_that_starts_it_by_way_of_a_topic_and_a_queue() -> None:
    by_way = {
        "Queue": resource("AWS::SQS::Queue"),
        "Topic": resource("AWS::SNS::Topic"),
        "Subscription": resource(
            "AWS::SNS::Subscription", Protocol="sqs", TopicArn={"Ref": "Topic"}, Endpoint=arn("Queue")
        ),
        "Mapping": resource("AWS::Lambda::EventSourceMapping", EventSourceArn=arn("Queue"), FunctionName=FN),
    }
    circle = ["Function calls s3:PutObject on Bucket, which starts it again."]
    assert bucket_circle(told(arn("Queue"), "Queue", "Queue"), **by_way) == circle
    assert bucket_circle(told({"Ref": "Topic"}, "Topic", "Topic"), **by_way) == circle
    by_way["Subscription"]["Properties"]["FilterPolicy"] = {"a": ["b"]}
    assert bucket_circle(told({"Ref": "Topic"}, "Topic", "Topic"), **by_way) == []


SEND = """
import boto3, os
def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody="x")
"""
QUEUE_URL = {"Variables": {"QUEUE": {"Ref": "Queue"}}}


def test_a_function_that_sends_to_the_queue_that_starts_it() -> None:
    parts = {**polled({}), "Function": function(SEND, Environment=QUEUE_URL)}
    assert said("trigger-circle", **parts) == ["Function calls sqs:SendMessage on Queue, which starts it again."]
    parts["Source"]["Properties"]["FilterCriteria"] = {"Filters": [{"Pattern": "{}"}]}
    assert said("trigger-circle", **parts) == []


def test_two_functions_that_start_each_other() -> None:
    other = function(SEND, FunctionName="other", Environment={"Variables": {"QUEUE": {"Ref": "Back"}}})
    parts = {**polled({}), "Function": function(SEND, Environment={"Variables": {"QUEUE": {"Ref": "Back"}}})}
    parts |= {"Other": other, "Back": resource("AWS::SQS::Queue")}
    parts["Poll"] = resource(
        "AWS::Lambda::EventSourceMapping", EventSourceArn=arn("Back"), FunctionName={"Ref": "Other"}
    )
    assert said("trigger-circle", **parts) == ["Other calls sqs:SendMessage on Back, which starts it again."]
    parts["Other"] = function(SEND, FunctionName="other", Environment=QUEUE_URL)
    found = said("trigger-circle-several", **parts)
    assert found == [
        "Function calls sqs:SendMessage on Back, which starts it again by way of Other.",
        "Other calls sqs:SendMessage on Queue, which starts it again by way of Function.",
    ]


# ------------------------------------------------------------------------------------------------- deliveries

SUBSCRIBED = {
    "Topic": resource("AWS::SNS::Topic"),
    "Queue": resource("AWS::SQS::Queue"),
    "Sender": resource("AWS::SNS::Subscription", Protocol="sqs", TopicArn={"Ref": "Topic"}, Endpoint=arn("Queue")),
}
SENDERS = {
    "sns.amazonaws.com": SUBSCRIBED,
    "events.amazonaws.com": {
        "Queue": SUBSCRIBED["Queue"],
        "Sender": resource("AWS::Events::Rule", Targets=[{"Id": "1", "Arn": arn("Queue")}]),
    },
    "s3.amazonaws.com": {
        "Queue": SUBSCRIBED["Queue"],
        "Sender": resource(
            "AWS::S3::Bucket",
            NotificationConfiguration={"QueueConfigurations": [{"Event": "s3:ObjectCreated:*", "Queue": arn("Queue")}]},
        ),
    },
}


def queue_policy(principal: str) -> dict[str, Any]:
    statement = allow("sqs:SendMessage", arn("Queue"), Principal={"Service": principal})
    return resource("AWS::SQS::QueuePolicy", Queues=[{"Ref": "Queue"}], PolicyDocument=policy(statement))


@pytest.mark.parametrize("service", SENDERS)
def test_a_queue_lets_in_what_is_sent_to_it(service: str) -> None:
    missing = [f"Sender sends to Queue, whose policy does not let {service} do sqs:SendMessage."]
    assert said("delivery-policy", **SENDERS[service]) == missing
    assert said("delivery-policy", **SENDERS[service], Policy=queue_policy("lambda.amazonaws.com")) == missing
    assert said("delivery-policy", **SENDERS[service], Policy=queue_policy(service)) == []


def test_an_open_address_needs_a_permission() -> None:
    url = resource("AWS::Lambda::Url", AuthType="NONE", TargetFunctionArn={"Ref": "Function"})
    assert len(said("url-permission", Url=url)) == 1
    one = permission("*", Action="lambda:InvokeFunctionUrl", FunctionUrlAuthType="NONE")
    [half] = said("url-permission", Url=url, May=one)
    assert half == "Url asks nobody who he is, and everybody lacks lambda:InvokeFunction on Function."
    other = permission("*", InvokedViaFunctionUrl=True)
    assert said("url-permission", Url=url, May=one, Other=other) == []
    signed = resource("AWS::Lambda::Url", AuthType="AWS_IAM", TargetFunctionArn={"Ref": "Function"})
    assert said("url-permission", Url=signed) == []
