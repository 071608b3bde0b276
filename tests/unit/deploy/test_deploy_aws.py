"""The one module that knows botocore, against botocore's own stub: requests as the service model wants them."""

import io
import json
from datetime import UTC, datetime

import botocore.exceptions
import pytest
from botocore.config import Config
from botocore.session import Session
from botocore.stub import Stubber

from tapgen.deploy import botofaults
from tapgen.deploy.aws import Caller, connect
from tapgen.deploy.faults import AwsError, CredentialsError, ThrottledError, UnreachableError
from tapgen.deploy.operations import AwsClient
from tapgen.deploy.values import Change, ChangeSetRequest, Created, Detail, Finding, Identity, Output, Page
from tapgen.errors import ExitCode, UsageError

ARN = "arn:aws:cloudformation:eu-west-1:123456789012:stack/tap-dev/1"
SET = "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/tapgen-dev-1/2"
WHEN = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def stub(monkeypatch):
    """A maker of stubbed services, and the client that calls them."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    session = Session()
    session.set_credentials("key", "secret")
    services, stubs = {}, {}

    def service(name):
        if name not in services:
            services[name] = session.create_client(name, region_name="eu-west-1", config=Config())
            stubs[name] = Stubber(services[name])
            stubs[name].activate()
        return services[name]

    def stubber(name):
        service(name)
        return stubs[name]

    yield stubber, AwsClient(Caller(service), "eu-west-1")
    for one in stubs.values():
        one.assert_no_pending_responses()


def test_identity_and_region(stub):
    stubber, client = stub
    stubber("sts").add_response("get_caller_identity", {"Account": "123456789012", "Arn": "arn:aws:iam::1:user/a"}, {})
    assert client.identity() == Identity("123456789012", "arn:aws:iam::1:user/a", "eu-west-1")
    assert client.emulated is False


@pytest.mark.rule(25)
def test_only_these_words_mean_that_a_stack_does_not_exist(stub):
    stubber, client = stub
    cloudformation = stubber("cloudformation")
    cloudformation.add_client_error("describe_stacks", "ValidationError", "Stack with id tap-dev does not exist")
    assert client.stack("tap-dev") is None
    for code, text in (
        ("ValidationError", "1 validation error detected"),
        ("AccessDenied", "Stack does not exist, or so it seems"),
        ("Throttling", "Rate exceeded"),
    ):
        cloudformation.add_client_error("describe_stacks", code, text)
        with pytest.raises(AwsError) as caught:
            client.stack("tap-dev")
        assert caught.value.code == code


def test_a_stack_with_everything(stub):
    stubber, client = stub
    raw = {
        "StackId": ARN,
        "StackName": "tap-dev",
        "StackStatus": "UPDATE_COMPLETE",
        "CreationTime": WHEN,
        "LastUpdatedTime": WHEN,
        "Tags": [{"Key": "Application", "Value": "tap"}],
        "Parameters": [
            {"ParameterKey": "A", "ParameterValue": "1"},
            {"ParameterKey": "B", "ParameterValue": "/path", "ResolvedValue": "2"},
        ],
        "Outputs": [{"OutputKey": "O", "OutputValue": "v", "ExportName": "e", "Description": "d"}],
        "EnableTerminationProtection": True,
        "DriftInformation": {"StackDriftStatus": "DRIFTED"},
    }
    stubber("cloudformation").add_response("describe_stacks", {"Stacks": [raw]}, {"StackName": ARN})
    found = client.stack(ARN)
    assert (found.status, found.tags, found.parameters) == (
        "UPDATE_COMPLETE",
        {"Application": "tap"},
        {"A": "1", "B": "2"},
    )
    assert found.outputs == (Output("O", "v", "d", "e"),)
    assert (found.termination_protection, found.drift, found.updated) == (True, "DRIFTED", WHEN)


@pytest.mark.rule(20)
def test_events_one_page_at_a_time(stub):
    stubber, client = stub
    raw = {
        "EventId": "e1",
        "StackId": ARN,
        "StackName": "tap-dev",
        "LogicalResourceId": "T",
        "PhysicalResourceId": ARN,
        "ResourceType": "X",
        "ResourceStatus": "CREATE_FAILED",
        "HookStatusReason": "the hook says no",
        "ClientRequestToken": "token",
        "Timestamp": WHEN,
    }
    cloudformation = stubber("cloudformation")
    cloudformation.add_response("describe_stack_events", {"StackEvents": [raw], "NextToken": "n"}, {"StackName": ARN})
    cloudformation.add_response("describe_stack_events", {"StackEvents": []}, {"StackName": ARN, "NextToken": "n"})
    page = client.events(ARN)
    assert page.next == "n"
    assert (page.events[0].token, page.events[0].reason, page.events[0].of_stack) == ("token", "the hook says no", True)
    assert client.events(ARN, "n") == Page(())


def asked(**more):
    return ChangeSetRequest("tap-dev", "tapgen-dev-1", "CREATE", "token", "what", body="{}", **more)


def test_create_change_set_sends_everything(stub):
    stubber, client = stub
    stubber("cloudformation").add_response(
        "create_change_set",
        {"Id": SET, "StackId": ARN},
        {
            "StackName": "tap-dev",
            "ChangeSetName": "tapgen-dev-1",
            "ChangeSetType": "CREATE",
            "ClientToken": "token",
            "Description": "what",
            "TemplateBody": "{}",
            "Parameters": [{"ParameterKey": "A", "ParameterValue": "1"}],
            "Capabilities": ["CAPABILITY_IAM"],
            "Tags": [{"Key": "k", "Value": "v"}],
            "ImportExistingResources": True,
        },
    )
    made = client.create_change_set(
        asked(parameters={"A": "1"}, capabilities=("CAPABILITY_IAM",), tags={"k": "v"}, import_existing=True)
    )
    assert made == Created(SET, ARN)


def test_a_large_template_goes_by_url(stub):
    stubber, client = stub
    expected = {
        "StackName": "s",
        "ChangeSetName": "n",
        "ChangeSetType": "UPDATE",
        "ClientToken": "token",
        "Description": "d",
        "TemplateURL": "https://x",
        "Parameters": [],
        "Capabilities": [],
        "Tags": [],
    }
    stubber("cloudformation").add_response("create_change_set", {"Id": SET, "StackId": ARN}, expected)
    client.create_change_set(ChangeSetRequest("s", "n", "UPDATE", "token", "d", url="https://x"))


@pytest.mark.rule(8)
def test_no_changes_as_an_error_is_none(stub):
    stubber, client = stub
    stubber("cloudformation").add_client_error(
        "create_change_set", "ValidationError", "No updates are to be performed."
    )
    assert client.create_change_set(asked()) is None


@pytest.mark.rule(14)
def test_a_change_set_that_an_unanswered_attempt_has_made_is_found_by_its_name(stub):
    stubber, client = stub
    cloudformation = stubber("cloudformation")
    cloudformation.add_client_error("create_change_set", "AlreadyExistsException", "exists")
    cloudformation.add_response(
        "describe_change_set",
        {"ChangeSetId": SET, "StackId": ARN},
        {"StackName": "tap-dev", "ChangeSetName": "tapgen-dev-1"},
    )
    assert client.create_change_set(asked()) == Created(SET, ARN)
    cloudformation.add_client_error("create_change_set", "InsufficientCapabilitiesException", "Requires capabilities")
    with pytest.raises(AwsError, match="CreateChangeSet: Requires capabilities"):
        client.create_change_set(asked())


def described(*changes, **more):
    return {
        "ChangeSetId": SET,
        "ChangeSetName": "n",
        "StackId": ARN,
        "Status": "CREATE_COMPLETE",
        "ExecutionStatus": "AVAILABLE",
        "Changes": list(changes),
        **more,
    }


@pytest.mark.rule(11)
def test_every_page_of_a_change_set_is_read(stub):
    stubber, client = stub
    target = {
        "Attribute": "Properties",
        "Name": "P",
        "RequiresRecreation": "Always",
        "BeforeValue": "1",
        "AfterValue": "2",
    }
    detail = {"Target": target, "Evaluation": "Static", "ChangeSource": "DirectModification", "CausingEntity": "X"}
    first = {
        "Action": "Modify",
        "LogicalResourceId": "A",
        "PhysicalResourceId": "a-1",
        "ResourceType": "T",
        "Replacement": "True",
        "Scope": ["Properties"],
        "Details": [detail],
        "PolicyAction": "ReplaceAndDelete",
    }
    cloudformation = stubber("cloudformation")
    cloudformation.add_response(
        "describe_change_set",
        described(
            {"Type": "Resource", "ResourceChange": first}, {"Type": "Resource", "HookInvocationCount": 1}, NextToken="n"
        ),
        {"ChangeSetName": SET, "IncludePropertyValues": True},
    )
    cloudformation.add_response(
        "describe_change_set",
        described({"Type": "Resource", "ResourceChange": {"Action": "Add", "LogicalResourceId": "B"}}),
        {"ChangeSetName": SET, "IncludePropertyValues": True, "NextToken": "n"},
    )
    found = client.change_set(SET, values=True)
    reason = Detail("Properties", "P", "Always", "Static", "DirectModification", "X", before="1", after="2")
    assert found.changes == (
        Change("Modify", "A", "a-1", "T", "True", ("Properties",), (reason,), "ReplaceAndDelete"),
        Change("Add", "B", "", ""),
    )


@pytest.mark.rule(13)
def test_failed_validations_and_hooks_are_read_from_describe_events(stub):
    stubber, client = stub
    events = [
        {
            "EventId": "1",
            "StackId": ARN,
            "LogicalResourceId": "T",
            "ValidationStatus": "FAILED",
            "ValidationName": "NAME",
        },
        {"EventId": "2", "StackId": ARN, "HookStatus": "HOOK_FAILED", "HookType": "H", "HookStatusReason": "no"},
        {"EventId": "3", "StackId": ARN, "EventType": "STACK_EVENT"},
    ]
    cloudformation = stubber("cloudformation")
    cloudformation.add_response("describe_events", {"OperationEvents": events}, {"ChangeSetName": SET})
    assert client.change_set_findings(SET) == (Finding("T", "NAME", ""), Finding("", "H", "no"))
    cloudformation.add_client_error("describe_events", "InvalidAction", "Unknown action: DescribeEvents")
    assert client.change_set_findings(SET) == ()
    cloudformation.add_client_error("describe_events", "AccessDenied", "no")
    with pytest.raises(AwsError):
        client.change_set_findings(SET)


@pytest.mark.rule(13)
def test_a_botocore_without_describe_events_reads_nothing():
    class Old:
        def knows(self, name, operation):
            return False

    assert AwsClient(Old(), "eu-west-1").change_set_findings(SET) == ()


@pytest.mark.rule(34)
def test_an_export_that_nobody_imports(stub):
    stubber, client = stub
    cloudformation = stubber("cloudformation")
    cloudformation.add_response("list_imports", {"Imports": ["a"], "NextToken": "n"}, {"ExportName": "e"})
    cloudformation.add_response("list_imports", {"Imports": ["b"]}, {"ExportName": "e", "NextToken": "n"})
    assert client.importers("e") == ("a", "b")
    cloudformation.add_client_error("list_imports", "ValidationError", "Export 'e' is not imported by any stack.")
    assert client.importers("e") == ()
    cloudformation.add_client_error("list_imports", "AccessDenied", "not imported by any stack, for all you know")
    with pytest.raises(AwsError):
        client.importers("e")


def test_the_writes_name_their_target_and_token(stub):
    stubber, client = stub
    cloudformation = stubber("cloudformation")
    token = {"StackName": ARN, "ClientRequestToken": "t"}
    for operation, arguments in (
        ("execute_change_set", {"ChangeSetName": SET, "ClientRequestToken": "t"}),
        ("delete_change_set", {"ChangeSetName": SET}),
        ("delete_stack", token),
        ("delete_stack", {**token, "RetainResources": ["A"]}),
        ("cancel_update_stack", token),
        ("continue_update_rollback", token),
        ("continue_update_rollback", {**token, "ResourcesToSkip": ["A"]}),
        ("rollback_stack", token),
        ("set_stack_policy", {"StackName": ARN, "StackPolicyBody": "{}"}),
        ("update_termination_protection", {"StackName": ARN, "EnableTerminationProtection": True}),
    ):
        cloudformation.add_response(operation, {}, arguments)
    client.execute(SET, "t")
    client.delete_change_set(SET)
    client.delete_stack(ARN, "t")
    client.delete_stack(ARN, "t", ["A"])
    client.cancel_update(ARN, "t")
    client.continue_rollback(ARN, "t")
    client.continue_rollback(ARN, "t", ["A"])
    client.rollback(ARN, "t")
    client.set_stack_policy(ARN, "{}")
    client.set_termination_protection(ARN, on=True)


def test_the_reads_that_are_left(stub):
    stubber, client = stub
    cloudformation = stubber("cloudformation")
    cloudformation.add_response(
        "get_template", {"TemplateBody": "A: 1"}, {"StackName": ARN, "TemplateStage": "Original"}
    )
    cloudformation.add_response(
        "get_template", {"TemplateBody": json.dumps({"A": 1})}, {"ChangeSetName": SET, "TemplateStage": "Original"}
    )
    cloudformation.add_response("get_stack_policy", {}, {"StackName": ARN})
    summary = {"LogicalResourceId": "A", "ResourceType": "T", "LastUpdatedTimestamp": WHEN, "ResourceStatus": "X"}
    cloudformation.add_response("list_stack_resources", {"StackResourceSummaries": [summary]}, {"StackName": ARN})
    sets = {"Summaries": [{"ChangeSetId": SET}]}
    cloudformation.add_response("list_change_sets", sets, {"StackName": ARN})
    assert client.template(ARN) == "A: 1"
    assert json.loads(client.template(ARN, SET)) == {"A": 1}
    assert client.stack_policy(ARN) == ""
    assert [one.drift for one in client.resources(ARN)] == ["NOT_CHECKED"]
    assert client.change_sets(ARN) == (SET,)


def test_drift(stub):
    stubber, client = stub
    cloudformation = stubber("cloudformation")
    cloudformation.add_response("detect_stack_drift", {"StackDriftDetectionId": "d-1"}, {"StackName": ARN})
    cloudformation.add_response(
        "describe_stack_drift_detection_status",
        {"StackId": ARN, "StackDriftDetectionId": "d", "DetectionStatus": "DETECTION_COMPLETE", "Timestamp": WHEN},
        {"StackDriftDetectionId": "d-1"},
    )
    difference = {"PropertyPath": "/A", "ExpectedValue": "1", "ActualValue": "2", "DifferenceType": "NOT_EQUAL"}
    drift = {
        "StackId": ARN,
        "LogicalResourceId": "A",
        "ResourceType": "T",
        "StackResourceDriftStatus": "MODIFIED",
        "PropertyDifferences": [difference],
        "Timestamp": WHEN,
    }
    cloudformation.add_response("describe_stack_resource_drifts", {"StackResourceDrifts": [drift]}, {"StackName": ARN})
    assert client.detect_drift(ARN) == "d-1"
    assert client.drift_run("d-1").status == "DETECTION_COMPLETE"
    [found] = client.drifts(ARN)
    assert (found.status, found.properties[0].path) == ("MODIFIED", "/A")


@pytest.mark.rule(39)
def test_every_call_of_the_bucket_names_its_owner(stub):
    stubber, client = stub
    s3 = stubber("s3")
    where = {"Bucket": "b-1", "Key": "k", "ExpectedBucketOwner": "123456789012"}
    s3.add_response("head_object", {}, where)
    s3.add_client_error("head_object", "404", "Not Found", expected_params=where)
    s3.add_client_error("head_object", "403", "Forbidden", expected_params=where)
    s3.add_response("put_object", {}, {**where, "Body": b"zip"})
    assert client.stored("b-1", "k", "123456789012") is True
    assert client.stored("b-1", "k", "123456789012") is False
    with pytest.raises(AwsError) as caught:
        client.stored("b-1", "k", "123456789012")
    assert "docs/deployment.md" in caught.value.hint
    client.store("b-1", "k", b"zip", "123456789012")
    assert client.object_url("b-1", "k") == "https://s3.eu-west-1.amazonaws.com/b-1/k"


def test_functions_and_logs(stub):
    stubber, client = stub
    stubber("lambda").add_response(
        "invoke",
        {"StatusCode": 200, "Payload": io.BytesIO(b'{"a": 1}'), "FunctionError": "Unhandled", "LogResult": "RU5E"},
        {"FunctionName": "f", "Payload": b"{}", "LogType": "Tail"},
    )
    answer = client.invoke("f", b"{}")
    assert (answer.payload, answer.error, answer.log) == (b'{"a": 1}', "Unhandled", "END")
    event = {"eventId": "1", "timestamp": 5, "message": "m", "logStreamName": "s"}
    logs = stubber("logs")
    logs.add_response("filter_log_events", {"events": [event], "nextToken": "n"}, {"logGroupName": "g", "startTime": 1})
    logs.add_response("filter_log_events", {"events": []}, {"logGroupName": "g", "startTime": 1, "nextToken": "n"})
    assert client.log_events("g", 1).events[0].message == "m"
    assert client.log_events("g", 1, "n").next == ""


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (botocore.exceptions.NoCredentialsError(), CredentialsError, "aws sso login"),
        (botocore.exceptions.TokenRetrievalError(provider="sso", error_msg="expired"), CredentialsError, "Log in"),
        (botocore.exceptions.EndpointConnectionError(endpoint_url="u"), UnreachableError, "Check the network"),
        (botocore.exceptions.ReadTimeoutError(endpoint_url="u"), UnreachableError, "AWS_ENDPOINT_URL"),
        (botocore.exceptions.ConnectionClosedError(endpoint_url="u"), UnreachableError, "Check the network"),
        (botocore.exceptions.ParamValidationError(report="bad"), AwsError, ""),
    ],
)
def test_botocores_own_errors_say_what_to_do(error, kind, words):
    fault = botofaults.translate(error, "describe_stacks")
    assert type(fault) is kind
    assert words in fault.hint
    assert fault.message.startswith("DescribeStacks: ")


def test_a_wrong_argument_is_a_usage_error():
    fault = botofaults.translate(botocore.exceptions.ParamValidationError(report="bad"), "describe_stacks")
    assert fault.exit_code == ExitCode.USAGE


@pytest.mark.rule(22)
@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("Throttling", ThrottledError, "after 10 attempts"),
        ("RequestLimitExceeded", ThrottledError, "after 10 attempts"),
        ("ExpiredToken", CredentialsError, "expired"),
        ("InvalidClientTokenId", CredentialsError, "expired"),
        ("AccessDenied", AwsError, "expired"),
        ("LimitExceededException", AwsError, "expired"),
    ],
)
def test_error_codes_say_what_they_are_about(code, kind, words):
    error = botocore.exceptions.ClientError({"Error": {"Code": code, "Message": "expired"}}, "DescribeStacks")
    fault = botofaults.translate(error, "describe_stacks")
    assert type(fault) is kind
    assert words in fault.message


def test_the_names_of_botocores_errors_are_real():
    for name in (*botofaults._NO_CREDENTIALS, *botofaults._UNREACHABLE):
        assert issubclass(getattr(botocore.exceptions, name), Exception), name


@pytest.fixture
def home(monkeypatch, tmp_path):
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    config = tmp_path / "config"
    config.write_text("[profile work]\nregion = eu-north-1\n[profile bare]\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_profiles_and_regions_come_from_the_standard_places(home):
    assert connect("work").region == "eu-north-1"
    assert connect("work", "us-east-1").region == "us-east-1"
    home.setenv("AWS_REGION", "ap-south-1")
    assert connect("work").region == "ap-south-1"
    with pytest.raises(UsageError, match="absent") as caught:
        connect("absent")
    assert caught.value.hint == "Known profiles: bare, work."
    home.delenv("AWS_REGION")
    with pytest.raises(UsageError, match="no AWS region"):
        connect("bare")


def test_no_credentials_is_said_without_a_traceback(home):
    with pytest.raises(CredentialsError, match="GetCallerIdentity: Unable to locate credentials"):
        connect("work").identity()


def test_a_silent_endpoint_is_given_up_soon_and_a_loopback_one_is_an_emulator(home):
    client = connect(region="us-east-1", endpoint="http://127.0.0.1:9", credentials=("a", "b"))
    assert client.emulated is True
    assert connect(region="us-east-1", endpoint="http://x.localhost:9", credentials=("a", "b")).emulated is True
    with pytest.raises(UnreachableError, match="Could not connect"):
        client.identity()


def test_an_endpoint_that_is_no_url_is_an_error_with_a_message(home):
    client = connect(region="us-east-1", endpoint="nonsense", credentials=("a", "b"))
    with pytest.raises(AwsError, match="nonsense"):
        client.identity()


@pytest.mark.rule(22)
def test_calls_are_retried_ten_times_in_standard_mode(home):
    client = connect(region="us-east-1", credentials=("a", "b"))
    for name in ("cloudformation", "s3", "lambda"):
        config = client._call.service(name).meta.config
        assert config.retries["mode"] == "standard"
        assert config.retries["total_max_attempts"] >= 10
    assert client._call.service("lambda").meta.config.read_timeout > 900


def test_a_bucket_on_this_machine_is_a_path(home):
    client = connect(region="us-east-1", endpoint="http://127.0.0.1:9", credentials=("a", "b"))
    assert client._call.service("s3").meta.config.s3["addressing_style"] == "path"
    assert client.object_url("b", "k") == "http://127.0.0.1:9/b/k"
