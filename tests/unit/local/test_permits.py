"""What starts functions on the embedded AWS needs its permission, as on AWS: each is taken away from one application."""

import io
import json
import secrets
import time
from contextlib import contextmanager
from functools import partial

import pytest
from botocore.exceptions import ClientError
from botocore.session import Session
from wsproto.events import AcceptConnection

from tapgen.errors import TapgenError
from tapgen.local import gateway
from tapgen.local.deployment import deploy
from tapgen.local.fire import fire
from tapgen.local.server import Note
from tapgen.local.view import BriefView
from tapgen.settings.load import load
from tests.unit.local.web_socket import Connection

SETTINGS = """
application = "NAME"

[keys.Data]
[queues.Orders]
encryption = "Data"
[queues.Lost]
[queues.Told]
subscriptions.News = {}
events.Placed = { pattern = { source = ["warehouse"] } }
[topics.News]
[buckets.Uploads]
[user_pools.Customers]


[api]
authorizers.Gate = { function = "Gate", ttl = 0 }
[apis.Site]
kind = "http"

[apis.Chat]
kind = "websocket"

[functions.Gate]
source = "src"
entry_point = "index.allow"

[functions.Worker]
source = "src"
routes = ["GET /open/{id}", { route = "GET /closed", authorizer = "Gate" }, { route = "GET /site/{id}", api = "Site" }]
url = { authorization = "NONE" }
triggers.queues.Orders = {}
triggers.topics.News = {}
triggers.buckets.Uploads = {}
triggers.events.Placed = { pattern = { source = ["shop"] } }
triggers.user_pools.Customers = { on = ["pre_sign_up"] }
triggers.schedules.Nightly = { expression = "rate(1 day)" }

[functions.Live]
source = "src"
alias = "live"
routes = [{ route = "$connect", api = "Chat" }]
triggers.topics.News = {}

[functions.Foreign]
source = "src"
role = "arn:aws:iam::123456789012:role/elsewhere"

[functions.Fails]
source = "src"
entry_point = "index.fail"
retries = 0
on_failure = "Lost"

[state_machines.Import]
definition = "import.asl.json"
"""
DEFINITION = {
    "StartAt": "Work",
    "States": {"Work": {"Type": "Task", "Resource": "${WorkerFunction}", "End": True}},
}
HANDLER = """
def handler(event, context):
    print("started")
    return event if "triggerSource" in event else {"statusCode": 200, "body": "here"}


def fail(event, context):
    raise ValueError("as asked")


def allow(event, context):
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": event["methodArn"]}
    return {"principalId": "me", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
"""


class Application:
    """The application, and what is said while something is taken away from it."""

    def __init__(self, deployed, embedded):
        self.deployed, self.embedded = deployed, embedded
        self.clients = {}

    def client(self, service):
        if service not in self.clients:
            session = Session()
            session.set_credentials(*self.embedded.credentials)
            where = {"region_name": "us-east-1", "endpoint_url": self.embedded.endpoint}
            self.clients[service] = session.create_client(service, **where)
        return self.clients[service]

    def id(self, logical_id):
        [found] = [one.physical_id for one in self.deployed.resources if one.logical_id == logical_id]
        return found

    @contextmanager
    def without(self, function, text, alias=None):
        """Without the statements of a function's policy in which a text stands."""
        names = {"FunctionName": self.id(function), **({"Qualifier": alias} if alias else {})}
        statements = json.loads(self.client("lambda").get_policy(**names)["Policy"])["Statement"]
        taken = [one for one in statements if text in json.dumps(one)]
        assert taken, statements
        for one in taken:
            self.client("lambda").remove_permission(**names, StatementId=one["Sid"])
        yield
        for one in taken:
            self.client("lambda").add_permission(**names, **arguments(one))

    @contextmanager
    def not_allowed(self, role, action):
        """Without an action in the policy of a role."""
        [name] = self.client("iam").list_role_policies(RoleName=self.id(role))["PolicyNames"]
        where = {"RoleName": self.id(role), "PolicyName": name}
        before = self.client("iam").get_role_policy(**where)["PolicyDocument"]
        after = json.loads(json.dumps(before).replace(f'"{action}"', '"none:Nothing"'))
        assert after != before
        self.client("iam").put_role_policy(**where, PolicyDocument=json.dumps(after))
        yield
        self.client("iam").put_role_policy(**where, PolicyDocument=json.dumps(before))

    def said(self, do, *words):
        """(the note or remark in which these words stand, which is waited for; what was done)"""
        position = self.embedded.journal()[1]
        done = do()
        for _ in range(500):
            written = self.embedded.journal(position)[0]
            lines = [one.note if isinstance(one, Note) else one.why for one in written]
            for line in lines:
                if all(word in line for word in words):
                    return line, done
            time.sleep(0.02)
        raise AssertionError(lines)


def arguments(statement):
    """What adds a statement of a function's policy again."""
    [principal] = statement["Principal"].values() if isinstance(statement["Principal"], dict) else ["*"]
    given = {"StatementId": statement["Sid"], "Action": statement["Action"], "Principal": principal}
    for keys in statement.get("Condition", {}).values():
        for key, value in keys.items():
            name = key.partition(":")[2]
            given[name] = value == "true" if name == "InvokedViaFunctionUrl" else value
    return given


@pytest.fixture(scope="module")
def app(embedded, tmp_path_factory):
    root = tmp_path_factory.mktemp("permits")
    (root / "src").mkdir()
    (root / "src" / "index.py").write_text(HANDLER)
    (root / "tapgen.toml").write_text(SETTINGS.replace('"NAME"', f'"p{secrets.token_hex(4)}"'))
    (root / "import.asl.json").write_text(json.dumps(DEFINITION))
    told = io.StringIO()
    _, deployed = deploy(load(root).environment("dev"), embedded, lambda _: BriefView(told))
    assert deployed, told.getvalue()
    return Application(deployed, embedded)


def test_an_api_answers_500_where_it_may_not_call_the_function(app):
    deployed = app.deployed
    cases = (
        (deployed.address, "/open/1", "/GET/open/", b'{"message": "Internal server error"}'),
        (deployed.further["Site"], "/site/1", "/GET/site/", b'{"message": "Internal Server Error"}'),
        (deployed.address, "/closed", "/GET/closed", b'{"message": "Internal server error"}'),
    )
    for address, path, source, body in cases:
        call = gateway.Call("GET", path, headers=(("Authorization", "me"),))
        assert gateway.send(address, call).body == b"here"
        with app.without("WorkerFunction", source):
            said, answer = app.said(partial(gateway.send, address, call), "Permission")
        assert (answer.status, answer.body) == (500, body)
        assert said.startswith("Invalid permissions on Lambda function: no AWS::Lambda::Permission lets apigateway")
        assert source in said
        assert gateway.send(address, call).status == 200


def test_nobody_connects_where_the_function_may_not_be_called(app):
    address = app.deployed.further["Chat"]
    with app.without("LiveFunction", "/$connect", alias="live"):
        said, connection = app.said(partial(Connection, address), "Permission", ":live for arn:aws:execute-api")
    assert said.endswith("/$connect")
    with connection:
        assert not isinstance(connection.answer, AcceptConnection)
    with Connection(address) as connection:
        assert isinstance(connection.answer, AcceptConnection)


def test_an_authorizers_function_is_not_asked(app):
    call = gateway.Call("GET", "/closed", headers=(("Authorization", "me"),))
    with app.without("GateFunction", "/authorizers/"):
        said, answer = app.said(lambda: gateway.send(app.deployed.address, call), "Gate")
    assert answer.status == 500
    assert "/authorizers/" in said
    assert gateway.send(app.deployed.address, call).status == 200


def test_an_open_address_takes_both_permissions(app):
    for action in ("lambda:InvokeFunctionUrl", '"lambda:InvokedViaFunctionUrl"'):
        with app.without("WorkerFunction", action):
            assert gateway.send(app.deployed.urls["Worker"], gateway.Call("GET", "/")).status == 403
    assert gateway.send(app.deployed.urls["Worker"], gateway.Call("GET", "/")).body == b"here"


def test_what_is_sent_is_lost_and_said(app):
    def publish():
        app.client("sns").publish(TopicArn=app.id("NewsTopic"), Message="news")

    def upload():
        app.client("s3").put_object(Bucket=app.id("UploadsBucket"), Key="a", Body=b"1")

    def happen(source):
        app.client("events").put_events(Entries=[{"Source": source, "DetailType": "Placed", "Detail": "{}"}])

    worker = app.id("WorkerFunction")
    for text, do in (("sns.", publish), ("s3.", upload), ("events.", lambda: happen("shop"))):
        with app.without("WorkerFunction", f'"{text}amazonaws.com"'):
            said, _ = app.said(do, "no AWS::Lambda::Permission", worker)
        assert f"lets {text}amazonaws.com do lambda:InvokeFunction on {worker} for arn:aws:{text[:-1]}" in said
    with app.without("LiveFunction", "sns", alias="live"):
        app.said(publish, f"{app.id('LiveFunction')}:live")
    queue = {"QueueUrl": app.id("ToldQueue")}
    policy = app.client("sqs").get_queue_attributes(**queue, AttributeNames=["Policy"])["Attributes"]["Policy"]
    app.client("sqs").set_queue_attributes(**queue, Attributes={"Policy": ""})
    for do, service in ((publish, "sns"), (lambda: happen("warehouse"), "events")):
        app.said(do, f"no AWS::SQS::QueuePolicy lets {service}.amazonaws.com do sqs:SendMessage")
    app.client("sqs").set_queue_attributes(**queue, Attributes={"Policy": policy})


def test_a_bucket_takes_no_destination_that_does_not_let_it_in(app):
    bucket = app.id("UploadsBucket")
    settings = app.client("s3").get_bucket_notification_configuration(Bucket=bucket)
    settings.pop("ResponseMetadata")
    asked = {"Bucket": bucket, "NotificationConfiguration": settings}
    with (
        app.without("WorkerFunction", "s3.amazonaws.com"),
        pytest.raises(ClientError, match="Unable to validate the following destination configurations"),
    ):
        app.client("s3").put_bucket_notification_configuration(**asked)
    app.client("s3").put_bucket_notification_configuration(**asked)


def test_a_user_pool_refuses_whom_it_may_not_ask_about(app):
    clients = app.client("cognito-idp")
    pool = app.id("CustomersUserPool")
    made = clients.create_user_pool_client(UserPoolId=pool, ClientName="test")["UserPoolClient"]["ClientId"]

    def sign_up(name):
        clients.sign_up(ClientId=made, Username=f"{name}@example.com", Password="Secret-123456")

    with (
        app.without("WorkerFunction", "cognito-idp"),
        pytest.raises(ClientError, match="PreSignUp invocation failed due to error AccessDeniedException"),
    ):
        sign_up("one")
    sign_up("one")


def test_an_alarm_tells_no_topic_that_does_not_let_it_in(app):
    topic, name = app.id("NewsTopic"), f"alarm-{secrets.token_hex(4)}"
    metric = {"Namespace": "n", "MetricName": "m", "Period": 60, "EvaluationPeriods": 1, "Statistic": "Sum"}
    limit = {"Threshold": 1, "ComparisonOperator": "GreaterThanThreshold"}
    app.client("cloudwatch").put_metric_alarm(AlarmName=name, AlarmActions=[topic], **metric, **limit)
    app.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue='{"Statement": []}')
    alarm = {"AlarmName": name, "StateValue": "ALARM", "StateReason": "test"}
    app.said(lambda: app.client("cloudwatch").set_alarm_state(**alarm), name, "no AWS::SNS::TopicPolicy")


def test_logs_are_followed_by_whom_they_may_call(app):
    group = app.id("GateFunctionLogGroup")
    function = app.client("lambda").get_function(FunctionName=app.id("WorkerFunction"))["Configuration"]["FunctionArn"]
    asked = {"logGroupName": group, "filterName": "all", "filterPattern": "", "destinationArn": function}
    with pytest.raises(ClientError, match="you have given CloudWatch Logs permission to execute your function"):
        app.client("logs").put_subscription_filter(**asked)
    allowed = {"StatementId": "logs", "Action": "lambda:InvokeFunction", "Principal": "logs.amazonaws.com"}
    app.client("lambda").add_permission(FunctionName=function, **allowed)
    app.client("logs").put_subscription_filter(**asked)
    app.client("logs").delete_subscription_filter(logGroupName=group, filterName="all")


def test_what_a_role_does_not_allow_does_not_happen(app):
    def send():
        app.client("sqs").send_message(QueueUrl=app.id("OrdersQueue"), MessageBody="order")

    def start():
        return app.client("lambda").invoke(FunctionName=app.id("WorkerFunction"))["Payload"].read()

    def fail():
        app.client("lambda").invoke(FunctionName=app.id("FailsFunction"), InvocationType="Event")

    def run():
        asked = {"stateMachineArn": app.id("ImportStateMachine"), "input": "{}"}
        execution = app.client("stepfunctions").start_execution(**asked)["executionArn"]
        while (found := app.client("stepfunctions").describe_execution(executionArn=execution))["status"] == "RUNNING":
            time.sleep(0.02)
        return found["status"]

    assert run() == "SUCCEEDED"
    worker = app.id("WorkerFunction")
    for role, action, do, said in (
        ("WorkerFunctionRole", "sqs:GetQueueAttributes", send, f"{worker} is not started: the role"),
        ("WorkerFunctionRole", "logs:PutLogEvents", start, f"what {worker} logs is lost: the role"),
        ("ImportStateMachineRole", "lambda:InvokeFunction", run, "task fails: the role"),
        ("FailsFunctionRole", "sqs:SendMessage", fail, f"what {app.id('FailsFunction')} failed on is lost: the role"),
    ):
        with app.not_allowed(role, action):
            app.said(do, said, app.id(role), action)
    with (
        app.not_allowed("WorkerScheduleRole", "lambda:InvokeFunction"),
        pytest.raises(TapgenError, match="Nightly starts nothing: the role"),
    ):
        fire(app.deployed, app.embedded, "Nightly")
    assert fire(app.deployed, app.embedded, "Nightly")[0].ok


def test_of_a_role_of_elsewhere_nothing_is_known(app):
    app.client("lambda").invoke(FunctionName=app.id("ForeignFunction"))
    events = app.client("logs").filter_log_events(logGroupName=app.id("ForeignFunctionLogGroup"))["events"]
    assert "started" in [one["message"] for one in events]


def test_a_source_that_the_role_may_not_read_is_none_of_a_new_stack(app):
    function = app.client("lambda").get_function(FunctionName=app.id("LiveFunction"))["Configuration"]
    queue = {"QueueUrl": app.id("LostQueue"), "AttributeNames": ["QueueArn"]}
    source = app.client("sqs").get_queue_attributes(**queue)["Attributes"]["QueueArn"]
    properties = {"FunctionName": function["FunctionArn"], "EventSourceArn": source}
    mapping = {"Type": "AWS::Lambda::EventSourceMapping", "Properties": properties}
    assert "does not have permissions to call ReceiveMessage on SQS" in refused(app, {"Mapping": mapping})


def refused(app, resources):
    """Why a stack of resources is not made."""
    stack, clients = f"m{secrets.token_hex(4)}", app.client("cloudformation")
    clients.create_stack(
        StackName=stack, TemplateBody=json.dumps({"Resources": resources}), Capabilities=["CAPABILITY_IAM"]
    )
    while clients.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"] == "CREATE_IN_PROGRESS":
        time.sleep(0.02)
    events = clients.describe_stack_events(StackName=stack)["StackEvents"]
    return " ".join(one.get("ResourceStatusReason", "") for one in events if one["ResourceStatus"] == "CREATE_FAILED")


def test_what_a_role_is_needed_for_is_asked_at_once(app):
    """Lambda asks for traces, API Gateway for its logs; the role here allows neither, that of the worker both at first."""
    trusted = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": ["lambda.amazonaws.com"]}}
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": [trusted]}}}
    arn = {"Fn::GetAtt": ["Role", "Arn"]}
    code = {"Code": {"ZipFile": HANDLER}, "Handler": "index.handler", "Runtime": "python3.13", "Role": arn}
    for tracing, why in (("Active", "does not have permissions to call PutTraceSegments on XRAY"), ("PassThrough", "")):
        function = {"Type": "AWS::Lambda::Function", "Properties": {**code, "TracingConfig": {"Mode": tracing}}}
        said = refused(app, {"Role": role, "Function": function})
        assert why in said if why else not said
    account = {"Type": "AWS::ApiGateway::Account", "Properties": {"CloudWatchRoleArn": arn}}
    assert "does not trust apigateway.amazonaws.com" in refused(app, {"Role": role, "Account": account})

    settings = {"FunctionName": app.id("WorkerFunction"), "TracingConfig": {"Mode": "Active"}}
    app.client("lambda").update_function_configuration(**settings)
    with app.not_allowed("WorkerFunctionRole", "xray:PutTraceSegments"), pytest.raises(ClientError, match="on XRAY"):
        app.client("lambda").update_function_configuration(**settings)
    for name, allowed in (("WorkerFunctionRole", False), ("ApiLoggingRole", True)):
        role_arn = app.client("iam").get_role(RoleName=app.id(name))["Role"]["Arn"]
        patch = [{"op": "replace", "path": "/cloudwatchRoleArn", "value": role_arn}]
        if allowed:
            app.client("apigateway").update_account(patchOperations=patch)
        else:
            with pytest.raises(ClientError, match="grant trust permission for API Gateway"):
                app.client("apigateway").update_account(patchOperations=patch)


def test_what_starts_no_function_and_asks_no_key(app):
    """The embedded AWS does without: a key's policy, the function of an alarm, a user pool's later triggers."""
    worker = app.id("WorkerFunction")
    arn = app.client("lambda").get_function(FunctionName=worker)["Configuration"]["FunctionArn"]
    group = {"logGroupName": app.id("WorkerFunctionLogGroup"), "startTime": int(time.time() * 1000) + 1}

    def starts():
        return [one for one in app.client("logs").filter_log_events(**group)["events"] if one["message"] == "started"]

    name = f"alarm-{secrets.token_hex(4)}"
    metric = {"Namespace": "n", "MetricName": "m", "Period": 60, "EvaluationPeriods": 1, "Statistic": "Sum"}
    limit = {"Threshold": 1, "ComparisonOperator": "GreaterThanThreshold"}
    app.client("cloudwatch").put_metric_alarm(AlarmName=name, AlarmActions=[arn], **metric, **limit)
    app.client("cloudwatch").set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="test")
    users, pool = app.client("cognito-idp"), app.id("CustomersUserPool")
    before = users.describe_user_pool(UserPoolId=pool)["UserPool"]["LambdaConfig"]
    users.update_user_pool(UserPoolId=pool, LambdaConfig={**before, "PostConfirmation": arn})
    made = users.create_user_pool_client(UserPoolId=pool, ClientName="later")["UserPoolClient"]["ClientId"]
    users.sign_up(ClientId=made, Username="later@example.com", Password="Secret-123456")
    users.admin_confirm_sign_up(UserPoolId=pool, Username="later@example.com")
    assert len(starts()) == 1  # before the sign-up
    with app.not_allowed("WorkerFunctionRole", "kms:Decrypt"):
        app.client("sqs").send_message(QueueUrl=app.id("OrdersQueue"), MessageBody="order")
        while len(starts()) < 2:
            time.sleep(0.02)
    assert len(starts()) == 2
