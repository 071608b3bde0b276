"""What a function needs beside the actions of its own calls: it is missing when it is not there, and never unused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.table import rows
from tests.unit.proof.documents import LOGS, TRACES, allow, arn, document, findings, function, policy, resource, role

ROLE = {"Fn::GetAtt": ["Target", "Arn"]}
PARTS = {
    "Target": resource("AWS::IAM::Role", AssumeRolePolicyDocument=policy()),
    "Bucket": resource("AWS::S3::Bucket"),
    "Queue": resource("AWS::SQS::Queue"),
    "Secret": resource("AWS::SecretsManager::Secret"),
}
OBJECTS = {"Fn::Sub": "${Bucket.Arn}/*"}


def code(*lines: str) -> str:
    body = "".join(f"    {line}\n" for line in lines)
    return f"import boto3, os\nROLE, BUCKET = os.environ['ROLE'], os.environ['BUCKET']\ndef handler(event, context):\n{body}"


def said(source: str, *statements: Any, **more: Any) -> list[str]:
    """What the check says of permissions: the rule's last word and the action."""
    variables = {"ROLE": ROLE, "BUCKET": {"Ref": "Bucket"}}
    user = function(source, Environment={"Variables": variables})
    checked = document(source, [LOGS, TRACES, *statements], **{"Function": user, **PARTS, **more})
    found = [one for one in findings(checked) if one.rule in ("permission-missing", "permission-unused")]
    return sorted(
        {f"{one.rule.removeprefix('permission-')} {word}" for one in found for word in one.message.split() if ":" in word and "arn:" not in word}
    )  # fmt: skip


PASSING = {
    "a schedule's target": 'boto3.client("scheduler").create_schedule(Name="n", ScheduleExpression="rate(1 hour)", FlexibleTimeWindow={"Mode": "OFF"}, Target={"Arn": "a", "RoleArn": ROLE})',
    "a function's role": 'boto3.client("lambda").create_function(FunctionName="f", Role=ROLE, Code={})',
    "a task's role": 'boto3.client("ecs").run_task(taskDefinition="t", overrides={"taskRoleArn": ROLE})',
    "a job's role": 'boto3.client("glue").create_job(Name="j", Role=ROLE, Command={})',
    "a rule's target": 'boto3.client("events").put_targets(Rule="r", Targets=[{"Id": "1", "Arn": "a", "RoleArn": ROLE}])',
    "an integration's role": 'boto3.client("apigateway").put_integration(restApiId="a", resourceId="r", httpMethod="GET", type="AWS", credentials=ROLE)',
    "a flow log's role": 'boto3.client("ec2").create_flow_logs(ResourceIds=["v"], ResourceType="VPC", DeliverLogsPermissionArn=ROLE)',
    "a user pool's role": 'boto3.client("cognito-idp").create_user_pool(PoolName="p", SmsConfiguration={"SnsCallerArn": ROLE})',
}  # fmt: skip
OWN = allow(
    [
        *("scheduler:CreateSchedule", "lambda:CreateFunction", "ecs:RunTask", "glue:CreateJob", "events:PutTargets"),
        *("apigateway:PUT", "ec2:CreateFlowLogs", "cognito-idp:CreateUserPool"),
    ],
    "*",
)


@pytest.mark.parametrize("what", PASSING)
def test_a_role_that_a_request_passes(what: str) -> None:
    pass_role = allow("iam:PassRole", ROLE)
    assert "missing iam:PassRole" in said(code(PASSING[what]), OWN)
    assert not [one for one in said(code(PASSING[what]), OWN, pass_role) if one.endswith("iam:PassRole")]


def test_the_callers_own_credentials_and_what_is_no_role_are_not_passed() -> None:
    own = 'boto3.client("apigateway").put_integration(restApiId="a", resourceId="r", httpMethod="GET", type="AWS", credentials="arn:aws:iam::*:user/*")'
    other = 'boto3.client("appflow").create_connector_profile(connectorProfileName="n", connectorType="Slack", connectionMode="Public", connectorProfileConfig={"credentials": ROLE})'
    for request in (own, other):
        assert "missing iam:PassRole" not in said(
            code(request), allow(["apigateway:PUT", "appflow:CreateConnectorProfile"], "*")
        )


@pytest.mark.parametrize(
    ("call", "resource_", "expected"),
    [
        ('FunctionName="worker", Qualifier="live"', {"Fn::Sub": "${Function.Arn}:*"}, []),
        ('FunctionName="worker", Qualifier=event["q"]', {"Fn::Sub": "${Function.Arn}*"}, []),
        ('FunctionName="worker", Qualifier="live"', {"Fn::Sub": "${Function.Arn}:live"}, []),
        ('FunctionName="worker"', arn("Function"), []),
        ('FunctionName="worker", Qualifier="live"', arn("Function"), ["missing lambda:InvokeFunction", "unused lambda:InvokeFunction"]),
        ('FunctionName="worker"', {"Fn::Sub": "${Function.Arn}:*"}, ["missing lambda:InvokeFunction", "unused lambda:InvokeFunction"]),
    ],
)  # fmt: skip
def test_a_version_or_an_alias_is_invoked_by_its_own_arn(call: str, resource_: Any, expected: list[str]) -> None:
    source = code(f'boto3.client("lambda").invoke({call})')
    assert said(source, allow("lambda:InvokeFunction", resource_)) == expected


def test_what_a_profiler_sends_is_not_unused() -> None:
    sends = allow(["codeguru-profiler:ConfigureAgent", "codeguru-profiler:PostAgentProfile"], "*")
    assert said(f"import codeguru_profiler_agent\n{code('pass')}", sends) == []
    assert len(said(code("pass"), sends)) == 2


def test_a_role_that_nothing_passes() -> None:
    assert "unused iam:PassRole" in said(code("print(BUCKET)"), allow("iam:PassRole", ROLE))


def test_the_role_of_a_task_definition_may_be_passed() -> None:
    run = code('boto3.client("ecs").run_task(taskDefinition="t")')
    assert said(run, allow("ecs:RunTask", "*")) == []
    assert said(run, allow("ecs:RunTask", "*"), allow("iam:PassRole", "*")) == []


EVENTS = 'boto3.client("events").put_events(Entries=[{{"Source": "a", "Detail": "c"{}}}])'


def test_events_go_to_the_default_bus_unless_they_name_another() -> None:
    default = allow("events:PutEvents", "arn:aws:events:eu-west-1:123456789012:event-bus/default")
    other = allow("events:PutEvents", "arn:aws:events:eu-west-1:123456789012:event-bus/shop")
    assert said(code(EVENTS.format("")), default) == []
    assert "missing events:PutEvents" in said(code(EVENTS.format("")), other)
    assert said(code(EVENTS.format(', "EventBusName": event["bus"]')), other) == []


PUT_WITH = 'boto3.client("s3").put_object(Bucket=BUCKET, Key="k", Body=b"", {})'
MEMBERS = {
    "s3:PutObjectAcl": ('ACL="public-read"', "s3:PutObject"),
    "s3:PutObjectTagging": ('Tagging="a=b"', "s3:PutObject"),
    "s3:PutObjectRetention": ('ObjectLockMode="GOVERNANCE"', "s3:PutObject"),
}


@pytest.mark.parametrize("action", MEMBERS)
def test_what_a_request_passes(action: str) -> None:
    passed, own = MEMBERS[action]
    source = code(PUT_WITH.format(passed))
    assert said(source, allow(own, OBJECTS)) == [f"missing {action}"]
    assert said(source, allow([own, action], OBJECTS)) == []
    assert said(code(PUT_WITH.format("")), allow([own, action], OBJECTS)) == [f"unused {action}"]


USER = 'boto3.client("bedrock-agentcore").invoke_agent_runtime(agentRuntimeArn=event["arn"], payload=b""{})'
VECTORS = 'boto3.client("s3vectors").query_vectors(indexArn=event["arn"], topK=3, queryVector=event{})'


def test_members_that_ask_for_more_than_the_action() -> None:
    runtime = ["bedrock-agentcore:InvokeAgentRuntime", "bedrock-agentcore:InvokeAgentRuntimeForUser"]
    assert said(code(USER.format(', runtimeUserId="u"')), allow(runtime, "*")) == []
    assert said(code(USER.format("")), allow(runtime, "*")) == [f"unused {runtime[1]}"]
    vectors = ["s3vectors:QueryVectors", "s3vectors:GetVectors"]
    assert said(code(VECTORS.format(', filter={"a": 1}')), allow(vectors[0], "*")) == [f"missing {vectors[1]}"]
    assert said(code(VECTORS.format(", returnMetadata=event")), allow(vectors, "*")) == []
    assert said(code(VECTORS.format(", returnMetadata=event")), allow(vectors[0], "*")) == []
    assert said(code(VECTORS.format(", returnMetadata=True")), allow(vectors[0], "*")) == [f"missing {vectors[1]}"]
    assert said(code(VECTORS.format(", returnMetadata=False")), allow(vectors[0], "*")) == []
    assert said(code(VECTORS.format("")), allow(vectors, "*")) == [f"unused {vectors[1]}"]


def test_a_model_that_a_package_asks_by_itself() -> None:
    model = code("from langchain_aws import ChatBedrock", 'ChatBedrock(model_id="m").invoke(event["text"])')
    assert said(model, allow(["bedrock:InvokeModel", "dynamodb:Scan"], "*")) == ["unused dynamodb:Scan"]
    kendra = code("from langchain_aws import AmazonKendraRetriever", 'AmazonKendraRetriever(index_id="i").invoke("?")')
    assert said(kendra, allow(["kendra:Query", "dynamodb:Scan"], "*")) == []


def test_nothing_is_asked_of_what_has_no_name() -> None:
    alarm = (
        'os.environ.get("ALARM", "") and boto3.client("sns").publish(TopicArn=os.environ.get("ALARM", ""), Message="m")'
    )
    assert said(code(alarm)) == []
    assert said(code(alarm), allow("sns:Publish", "*")) == []
    assert said(code(alarm.replace('"")', '"orders")'))) == ["missing sns:Publish"]


def test_what_a_transfer_passes() -> None:
    upload = code('boto3.client("s3").upload_file("/tmp/x", BUCKET, "x", ExtraArgs={"ACL": "private"})')
    assert said(upload, allow("s3:PutObject", OBJECTS)) == ["missing s3:PutObjectAcl"]
    assert said(upload, allow(["s3:PutObject", "s3:PutObjectAcl", "s3:AbortMultipartUpload"], OBJECTS)) == []


def test_more_than_can_be_read_may_be_passed() -> None:
    source = code('boto3.client("s3").put_object(Bucket=BUCKET, Key="k", **event)')
    assert said(source, allow("s3:PutObject", OBJECTS)) == []
    assert said(source, allow(["s3:PutObject", "s3:PutObjectAcl"], OBJECTS)) == []


FORWARDED = {
    'boto3.client("rekognition").detect_labels(Image={"S3Object": {"Bucket": BUCKET, "Name": "a"}})': (
        "rekognition:DetectLabels",
        allow("s3:GetObject", OBJECTS),
    ),
    'boto3.client("rds-data").execute_statement(resourceArn="a", secretArn="s", sql="select 1")': (
        "rds-data:ExecuteStatement",
        allow("secretsmanager:GetSecretValue", {"Ref": "Secret"}),
    ),
    'boto3.client("athena").start_query_execution(QueryString="select 1")': (
        "athena:StartQueryExecution",
        allow(["glue:GetTable", "glue:GetDatabase"], "*"),
    ),
    'boto3.client("cloudformation").create_stack(StackName="s", TemplateBody="t")': (
        "cloudformation:CreateStack",
        allow("sqs:CreateQueue", "*"),
    ),
}


@pytest.mark.parametrize("call", FORWARDED)
def test_what_a_service_does_in_the_callers_name(call: str) -> None:
    own, forwarded = FORWARDED[call]
    assert said(code(call), allow(own, "*"), forwarded) == []
    assert said(code("print(1)"), forwarded) != []


# -------------------------------------------------------------------------------------------------- configuration

IDLE = code("print(event)")
POLL = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]


def polled(name: Any, source: Any = None) -> dict[str, Any]:
    return {
        "Poll": resource("AWS::Lambda::EventSourceMapping", FunctionName=name, EventSourceArn=source or arn("Queue")),
        "Live": resource("AWS::Lambda::Alias", FunctionName={"Ref": "Function"}, FunctionVersion="1", Name="live"),
        "Version": resource("AWS::Lambda::Version", FunctionName={"Ref": "Function"}),
    }


@rows(
    "name",
    [
        {"Ref": "Function"},
        arn("Function"),
        {"Ref": "Live"},
        {"Ref": "Version"},
        {"Fn::Sub": "${Function}:live"},
        {"Fn::Sub": "${Function.Arn}:${Live}"},
        "worker",
    ],
)
def test_the_poller_of_a_function_by_whatever_name(name: Any) -> None:
    assert said(IDLE, **polled(name)) == [f"missing {action}" for action in sorted(POLL)]
    assert said(IDLE, allow(POLL, arn("Queue")), **polled(name)) == []


@pytest.mark.parametrize("name", [{"Ref": "Parameter"}, {"Fn::ImportValue": "function"}])
def test_a_poller_of_a_function_that_a_parameter_names(name: Any) -> None:
    assert said(IDLE, **polled(name)) == []
    assert said(IDLE, allow(POLL, arn("Queue")), **polled(name)) == []


def test_a_poller_of_a_source_that_a_parameter_names() -> None:
    parts = polled({"Ref": "Function"}, {"Ref": "Source"})
    assert said(IDLE, allow(POLL, arn("Queue")), **parts) == []


DURABLE = ["lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"]


def test_a_durable_function() -> None:
    durable = function(
        IDLE, DurableConfig={"ExecutionTimeout": 60}, Environment={"Variables": {"ROLE": "r", "BUCKET": "b"}}
    )
    assert said(IDLE, Function=durable) == [f"missing {action}" for action in DURABLE]
    assert said(IDLE, allow(DURABLE, "*"), Function=durable) == []
    assert said(IDLE, allow(DURABLE, "*")) == [f"unused {action}" for action in DURABLE]


def test_interfaces_of_a_network_that_a_condition_decides() -> None:
    inside = {"Fn::If": ["Open", {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}, {"Ref": "AWS::NoValue"}]}
    user = function(IDLE, VpcConfig=inside, Environment={"Variables": {"ROLE": "r", "BUCKET": "b"}})
    interfaces = allow(
        ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"], "*"
    )
    assert said(IDLE, Function=user) == []
    assert said(IDLE, interfaces, Function=user) == []


@pytest.mark.parametrize(
    "layer",
    [
        "arn:aws:lambda:eu-west-1:580247275435:layer:LambdaInsightsExtension:53",
        "arn:aws:lambda:eu-west-1:123456789012:layer:somebodys:1",
        {"Ref": "Own"},  # its code is not there to be read
    ],
)
def test_extensions_in_layers(layer: Any) -> None:
    own = resource("AWS::Lambda::LayerVersion", Content={"S3Bucket": "b", "S3Key": "k"})
    user = function(IDLE, Layers=[layer], Environment={"Variables": {"ROLE": "r", "BUCKET": "b"}})
    create = allow("logs:CreateLogGroup", "arn:aws:logs:*:*:log-group:/aws/lambda-insights:*")
    assert said(IDLE, create, Function=user, Own=own) == []
    assert said(IDLE, create, Own=own) == ["unused logs:CreateLogGroup"]


def test_code_that_the_handler_does_not_name() -> None:
    """It holds the place of a package that is put in after the deployment."""
    environment = {"Variables": {"ROLE": "r", "BUCKET": "b"}}
    grant = allow("sqs:SendMessage", arn("Queue"))
    assert said(IDLE, grant, Function=function(IDLE, Handler="app.handler", Environment=environment)) == []
    assert said(IDLE, grant, Function=function(IDLE, Environment=environment)) == ["unused sqs:SendMessage"]


def test_a_role_that_others_use_too() -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": ["lambda.amazonaws.com", "states.amazonaws.com"]}}
    shared = role(LOGS, TRACES, allow("sqs:SendMessage", arn("Queue")))
    shared["Properties"]["AssumeRolePolicyDocument"] = policy({**trust, "Action": "sts:AssumeRole"})
    assert said(IDLE, Role=shared) == []


def test_a_statement_of_which_every_action_and_every_resource_is_needed() -> None:
    """Neither can go, though not each action is needed on each resource."""
    source = (
        "import boto3, os\ns3 = boto3.client('s3')\ndef handler(event, context):\n"
        "    s3.get_object(Bucket=os.environ['ONE'], Key='k')\n    s3.put_object(Bucket=os.environ['TWO'], Key='k')\n"
    )
    user = function(source, Environment={"Variables": {"ONE": {"Ref": "Bucket"}, "TWO": {"Ref": "Two"}}})
    both = allow(["s3:GetObject", "s3:PutObject"], [OBJECTS, {"Fn::Sub": "${Two.Arn}/*"}])
    parts = {"Function": user, "Two": resource("AWS::S3::Bucket")}
    assert said(source, both, **parts) == []
    three = allow("s3:GetObject", [OBJECTS, {"Fn::Sub": "${Two.Arn}/*"}])
    assert said(source, three, allow("s3:PutObject", {"Fn::Sub": "${Two.Arn}/*"}), **parts) == ["unused s3:GetObject"]


@pytest.mark.parametrize(
    ("call", "own"),
    [
        ('boto3.client("sts").assume_role(RoleArn=ROLE, RoleSessionName="x")', "sts:AssumeRole"),
        ('boto3.client("ssm").list_nodes(RoleArn=ROLE)', "ssm:ListNodes"),
        ('boto3.client("amplify").create_app(name="a", iamServiceRoleArn=event["role"])', "amplify:CreateApp"),
    ],
)
def test_a_role_that_is_not_passed_or_may_not_be(call: str, own: str) -> None:
    """Assuming it, filtering by it, and what a service that nobody knows does with it."""
    assert "missing iam:PassRole" not in said(code(call), allow(own, "*"))


def test_the_name_of_a_role_that_only_the_event_knows_may_be_passed() -> None:
    source = code('boto3.client("glue").create_job(Name="j", Role=event["role"], Command={})')
    assert "missing iam:PassRole" not in said(source, allow("glue:CreateJob", "*"))


def test_members_that_a_request_requires_are_passed_whatever_the_event_has() -> None:
    """botocore refuses a request without them; what a request can do without, it may."""
    for call, own, missing in (
        ('boto3.client("bedrock").create_model_invocation_job(**event)', "bedrock:CreateModelInvocationJob", True),
        ('boto3.client("transcribe").start_transcription_job(**event)', "transcribe:StartTranscriptionJob", False),
        (
            'boto3.client("ec2").replace_iam_instance_profile_association(**event)',
            "ec2:ReplaceIamInstanceProfileAssociation",
            True,
        ),
        (
            'boto3.client("ec2").associate_iam_instance_profile(IamInstanceProfile=event["p"], InstanceId="i")',
            "ec2:AssociateIamInstanceProfile",
            True,
        ),
        ('boto3.client("ec2").run_instances(**event)', "ec2:RunInstances", False),
        (
            'boto3.client("ec2").disassociate_iam_instance_profile(AssociationId="i")',
            "ec2:DisassociateIamInstanceProfile",
            False,
        ),
    ):
        assert ("missing iam:PassRole" in said(code(call), allow(own, "*"))) is missing, call


def test_a_role_that_is_assumed_needs_not_be_passed() -> None:
    assume = code('boto3.client("sts").assume_role(RoleArn=ROLE, RoleSessionName="x")')
    assert said(assume, allow("sts:AssumeRole", ROLE), allow("iam:PassRole", ROLE)) == ["unused iam:PassRole"]
