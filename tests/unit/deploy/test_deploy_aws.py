"""The one module that knows botocore, against botocore's own stub: requests as the service model wants them."""

import inspect
import io
import json
from datetime import UTC, datetime

import pytest

from tapgen.deploy.aws.client import Client
from tapgen.deploy.aws.errors import AwsError, DeniedError
from tapgen.deploy.aws.model import Identity, Output, Page
from tapgen.deploy.aws.operations import AwsClient
from tests.table import rows
from tests.unit.deploy.fake import Cloud

ARN = "arn:aws:cloudformation:eu-west-1:123456789012:stack/tap-dev/1"
SET = "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/tapgen-dev-1/2"
WHEN = datetime(2030, 1, 1, tzinfo=UTC)


def test_identity_and_region(stub):
    stubber, client = stub
    stubber("sts").add_response("get_caller_identity", {"Account": "123456789012", "Arn": "arn:aws:iam::1:user/a"}, {})
    assert client.identity() == Identity("123456789012")
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
        {"A": "1", "B": "/path"},
    )
    assert found.outputs == (Output("O", "v", "e"),)
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


def test_an_identity_provider_and_a_role_that_are_not_there(stub):
    stubber, client = stub
    iam = stubber("iam")
    arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
    iam.add_response("get_open_id_connect_provider", {"ClientIDList": ["a"]}, {"OpenIDConnectProviderArn": arn})
    iam.add_client_error("get_open_id_connect_provider", "NoSuchEntity", "not found")
    iam.add_client_error("get_open_id_connect_provider", "AccessDenied", "no")
    iam.add_client_error("get_role", "NoSuchEntity", "not found")
    made = {"Url": "https://x.example", "ClientIDList": ["a"]}
    iam.add_response("create_open_id_connect_provider", {"OpenIDConnectProviderArn": arn}, made)
    assert (client.oidc_audiences(arn), client.oidc_audiences(arn)) == (("a",), None)
    with pytest.raises(DeniedError):
        client.oidc_audiences(arn)
    assert client.has_role("deployer") is False
    client.create_oidc_provider("https://x.example", "a")


def test_every_page_of_all_stacks_is_read(stub):
    stubber, client = stub
    raw = {"StackId": ARN, "StackName": "tap-dev", "StackStatus": "CREATE_COMPLETE", "CreationTime": "2030-01-01"}
    stubber("cloudformation").add_response("describe_stacks", {"Stacks": [raw], "NextToken": "2"}, {})
    stubber("cloudformation").add_response("describe_stacks", {"Stacks": [raw]}, {"NextToken": "2"})
    assert [stack.arn for stack in client.all_stacks()] == [ARN, ARN]


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
    assert json.loads(client.change_set_template(SET)) == {"A": 1}
    assert client.stack_policy(ARN) == ""
    assert [(one.logical_id, one.status) for one in client.resources(ARN)] == [("A", "X")]
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
    once = {**where, "Body": b"zip", "IfNoneMatch": "*"}
    s3.add_response("put_object", {}, once)
    s3.add_client_error("put_object", "PreconditionFailed", "At least one", 412, expected_params=once)
    assert client.stored("b-1", "k", "123456789012") is True
    assert client.stored("b-1", "k", "123456789012") is False
    with pytest.raises(AwsError) as caught:
        client.stored("b-1", "k", "123456789012")
    assert "docs/deployment.md" in caught.value.hint
    client.store("b-1", "k", b"zip", "123456789012")
    client.store("b-1", "k", b"zip", "123456789012")  # another deployment was first: the same is there
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


@rows("name", [name for name in vars(Client) if not name.startswith("_")])
def test_both_clients_have_every_operation_with_the_same_arguments(name):
    port = vars(Client)[name]
    if isinstance(port, property):
        assert isinstance(vars(AwsClient)[name], property)
        return
    wanted = [(one.name, one.kind, one.default) for one in inspect.signature(port).parameters.values()]
    for kind in (AwsClient, Cloud):
        found = inspect.signature(getattr(kind, name)).parameters.values()
        assert [(one.name, one.kind, one.default) for one in found] == wanted, kind
