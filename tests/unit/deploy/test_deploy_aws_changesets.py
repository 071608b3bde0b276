"""Change sets as botocore sends and answers them."""

from datetime import UTC, datetime

import pytest

from tapgen.deploy.aws.errors import AwsError
from tapgen.deploy.aws.model import Change, ChangeSetRequest, Created, Detail, FailedValidation, Imported, Refactor
from tapgen.deploy.aws.operations import AwsClient

ARN = "arn:aws:cloudformation:eu-west-1:123456789012:stack/tap-dev/1"
SET = "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/tapgen-dev-1/2"
WHEN = datetime(2030, 1, 1, tzinfo=UTC)


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
    cloudformation.add_client_error("create_change_set", "AlreadyExistsException", "Stack [tap-dev] already exists")
    cloudformation.add_client_error("describe_change_set", "ChangeSetNotFound", "ChangeSet [x] does not exist")
    with pytest.raises(AwsError, match="already exists"):  # it speaks of the stack
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
    reason = Detail("Properties", "P", "Always", "X", before="1", after="2")
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
    assert client.failed_validations(SET) == (FailedValidation("T", "NAME", ""), FailedValidation("", "H", "no"))
    cloudformation.add_client_error("describe_events", "InvalidAction", "Unknown action: DescribeEvents")
    assert client.failed_validations(SET) == ()
    cloudformation.add_client_error("describe_events", "AccessDenied", "no")
    with pytest.raises(AwsError):
        client.failed_validations(SET)


@pytest.mark.rule(13)
def test_a_botocore_without_describe_events_reads_nothing():
    class Old:
        def knows(self, name, operation):
            return False

    assert AwsClient(Old(), "eu-west-1").failed_validations(SET) == ()


ROLE = "arn:aws:iam::123456789012:role/cloudformation"


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ({"express": True}, {"DeploymentConfig": {"Mode": "EXPRESS", "DisableRollback": False}}),
        ({"express": True, "rollback": False}, {"DeploymentConfig": {"Mode": "EXPRESS", "DisableRollback": True}}),
        ({"rollback": False}, {}),
        ({"revert_drift": True}, {"DeploymentMode": "REVERT_DRIFT"}),
        ({"import_existing": True}, {"ImportExistingResources": True}),
    ],
)
def test_how_a_change_set_is_made(stub, options, sent):
    stubber, client = stub
    expected = {
        "StackName": ARN,
        "ChangeSetName": "tapgen-dev-1",
        "ChangeSetType": "UPDATE",
        "ClientToken": "token",
        "Description": "plan",
        "Parameters": [],
        "Capabilities": [],
        "Tags": [],
        "TemplateBody": "{}",
    }
    answer = {"Id": SET, "StackId": ARN}
    stubber("cloudformation").add_response("create_change_set", answer, {**expected, **sent})
    made = ChangeSetRequest(ARN, "tapgen-dev-1", "UPDATE", "token", "plan", body="{}", **options)
    assert client.create_change_set(made) == Created(SET, ARN)


def test_roll_back_and_express_mode_are_said_where_they_matter(stub):
    stubber, client = stub
    cloudformation = stubber("cloudformation")
    common = {"ClientRequestToken": "t"}
    cloudformation.add_response("execute_change_set", {}, {"ChangeSetName": SET, **common, "DisableRollback": True})
    cloudformation.add_response("execute_change_set", {}, {"ChangeSetName": SET, **common})
    express = {"DeploymentConfig": {"Mode": "EXPRESS"}}
    cloudformation.add_response("delete_stack", {}, {"StackName": ARN, **common, **express})
    client.execute(SET, "t", rollback=False)
    client.execute(SET, "t")
    client.delete_stack(ARN, "t", express=True)


def test_cloudformation_acts_as_its_own_role(stub):
    stubber, client = stub
    cloudformation = stubber("cloudformation")
    acting = AwsClient(client._call, "eu-west-1", ROLE)
    common = {"StackName": ARN, "ClientRequestToken": "t", "RoleARN": ROLE}
    for operation in ("delete_stack", "continue_update_rollback", "rollback_stack"):
        cloudformation.add_response(operation, {}, common)
    acting.delete_stack(ARN, "t")
    acting.continue_rollback(ARN, "t")
    acting.rollback(ARN, "t")


def test_drift_comes_with_what_was_deployed_and_what_is(stub):
    stubber, client = stub
    drift = {"PreviousValue": "128", "ActualValue": "512"}
    target = {"Attribute": "Properties", "Name": "P", "BeforeValue": "512", "AfterValue": "256", "Drift": drift}
    row = {"Action": "Modify", "LogicalResourceId": "A", "ResourceType": "T", "Details": [{"Target": target}]}
    stubber("cloudformation").add_response(
        "describe_change_set", described({"Type": "Resource", "ResourceChange": row}), {"ChangeSetName": SET}
    )
    [change] = client.change_set(SET).changes
    assert change.details == (Detail("Properties", "P", before="512", after="256", deployed="128"),)


@pytest.mark.rule(8)
@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("ValidationError", "Template format error: unsupported structure"),
        ("LimitExceededException", "No updates are to be performed, or so it seems"),
    ],
)
def test_another_error_is_not_taken_for_no_changes(stub, code, text):
    stubber, client = stub
    stubber("cloudformation").add_client_error("create_change_set", code, text)
    with pytest.raises(AwsError, match=text):
        client.create_change_set(ChangeSetRequest(ARN, "tapgen-dev-1", "UPDATE", "token", "plan", body="{}"))


def test_an_import_names_what_is_there_and_hidden_parameters_keep_their_values(stub):
    stubber, client = stub
    stubber("cloudformation").add_response(
        "create_change_set",
        {"Id": SET, "StackId": ARN},
        {
            "StackName": ARN,
            "ChangeSetName": "tapgen-x",
            "ChangeSetType": "IMPORT",
            "ClientToken": "token",
            "Description": "d",
            "Parameters": [{"ParameterKey": "Secret", "UsePreviousValue": True}],
            "Capabilities": [],
            "Tags": [],
            "TemplateBody": "{}",
            "ResourcesToImport": [
                {
                    "ResourceType": "AWS::DynamoDB::Table",
                    "LogicalResourceId": "ThingTable",
                    "ResourceIdentifier": {"TableName": "items"},
                }
            ],
        },
    )
    thing = Imported("ThingTable", "AWS::DynamoDB::Table", {"TableName": "items"})
    request = ChangeSetRequest(
        ARN, "tapgen-x", "IMPORT", "token", "d", body="{}", unchanged=("Secret",), imports=(thing,)
    )
    assert client.create_change_set(request).arn == SET


def test_a_stack_refactor_from_its_making_to_its_end(stub):
    stubber, client = stub
    service = stubber("cloudformation")
    ends = (
        {"StackName": "tap-dev", "LogicalResourceId": "ItemTable"},
        {
            "StackName": "tap-dev",
            "LogicalResourceId": "ThingTable",
        },
    )
    service.add_response(
        "create_stack_refactor",
        {"StackRefactorId": "r1"},
        {
            "Description": "why",
            "StackDefinitions": [{"StackName": "tap-dev", "TemplateBody": "{}"}],
            "ResourceMappings": [{"Source": ends[0], "Destination": ends[1]}],
        },
    )
    service.add_client_error("create_stack_refactor", "UnknownOperationException", "no such operation")
    described = {
        "StackRefactorId": "r1",
        "Status": "CREATE_FAILED",
        "StatusReason": "why",
        "ExecutionStatus": "OBSOLETE",
    }
    service.add_response("describe_stack_refactor", described, {"StackRefactorId": "r1"})
    filtered = {"ExecutionStatusFilter": ["EXECUTE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"]}
    page = {"StackRefactorSummaries": [{**described, "Description": "why"}]}
    service.add_response("list_stack_refactors", {**page, "NextToken": "2"}, filtered)
    service.add_response("list_stack_refactors", page, {**filtered, "NextToken": "2"})
    service.add_response("execute_stack_refactor", {}, {"StackRefactorId": "r1"})
    summary = {
        "ResourceIdentifierSummaries": [
            {"ResourceType": "T", "LogicalResourceIds": ["A", "B"], "ResourceIdentifiers": ["Id"]}
        ]
    }
    service.add_response("get_template_summary", summary, {"StackName": ARN})
    names = {"ItemTable": "ThingTable"}
    assert client.create_refactor("tap-dev", "why", names, body="{}") == "r1"
    assert client.create_refactor("tap-dev", "why", names, url="https://x/y") is None
    assert client.refactor("r1") == Refactor("r1", "CREATE_FAILED", "why", "OBSOLETE")
    assert [one.description for one in client.executing_refactors()] == ["why", "why"]
    client.execute_refactor("r1")
    assert client.import_identifiers(ARN) == {"A": ("Id",), "B": ("Id",)}
