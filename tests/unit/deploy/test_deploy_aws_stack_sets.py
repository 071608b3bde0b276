"""Every call on StackSets, checked by botocore's own model: what is sent, and what is made of the answers."""

from datetime import UTC, datetime

import pytest

from tapgen.deploy.aws.errors import AwsError
from tapgen.deploy.aws.stack_set_model import (
    DriftCounts,
    Instance,
    Permissions,
    Preferences,
    Result,
    StackSetRequest,
    Targets,
)

NAME, OPERATION = "shop-prod", "0b5d0b5c-1111-2222-3333-444455556666"
ONE, TWO = "111111111111", "222222222222"
UNIT = "ou-abcd-11111111"
TIME = datetime(2030, 1, 1, tzinfo=UTC)
REQUEST = StackSetRequest(
    NAME, "text", body="{}", parameters={"A": "1"}, capabilities=("CAPABILITY_IAM",), tags={"Application": "shop"}
)
SENT = {
    "StackSetName": NAME,
    "Description": "text",
    "TemplateBody": "{}",
    "Parameters": [{"ParameterKey": "A", "ParameterValue": "1"}],
    "Capabilities": ["CAPABILITY_IAM"],
    "Tags": [{"Key": "Application", "Value": "shop"}],
}
PREFERENCES = Preferences(("eu-west-1", "us-east-1"), failure_tolerance="5%", concurrency=3)
PREFERRED = {
    "RegionOrder": ["eu-west-1", "us-east-1"],
    "RegionConcurrencyType": "SEQUENTIAL",
    "ConcurrencyMode": "STRICT_FAILURE_TOLERANCE",
    "FailureTolerancePercentage": 5,
    "MaxConcurrentCount": 3,
}


@pytest.mark.parametrize(
    ("permissions", "more"),
    [
        (Permissions(), {"PermissionModel": "SELF_MANAGED"}),
        (
            Permissions(administration_role="arn:aws:iam::1:role/admin", execution_role="exec"),
            {
                "PermissionModel": "SELF_MANAGED",
                "AdministrationRoleARN": "arn:aws:iam::1:role/admin",
                "ExecutionRoleName": "exec",
            },
        ),
        (
            Permissions(service_managed=True),
            {"PermissionModel": "SERVICE_MANAGED", "AutoDeployment": {"Enabled": False}},
        ),
        (
            Permissions(service_managed=True, automatic=True),
            {
                "PermissionModel": "SERVICE_MANAGED",
                "AutoDeployment": {"Enabled": True, "RetainStacksOnAccountRemoval": False},
            },
        ),
    ],
)
def test_a_stack_set_is_made_with_the_permissions_that_are_said(stub, permissions, more):
    stubber, client = stub
    from msgspec.structs import replace

    stubber("cloudformation").add_response(
        "create_stack_set", {"StackSetId": f"{NAME}:1"}, {**SENT, **more, "ClientRequestToken": "token"}
    )
    client.create_stack_set(replace(REQUEST, permissions=permissions), "token")


def test_an_update_goes_to_every_stack_in_order_and_a_large_template_by_its_url(stub):
    stubber, client = stub
    from msgspec.structs import replace

    sent = {key: value for key, value in SENT.items() if key != "TemplateBody"}
    by_url = {**sent, "TemplateURL": "https://x", "OperationPreferences": PREFERRED, "OperationId": OPERATION}
    stubber("cloudformation").add_response("update_stack_set", {"OperationId": OPERATION}, by_url)
    assert client.update_stack_set(replace(REQUEST, body="", url="https://x"), PREFERENCES, OPERATION) == OPERATION


@pytest.mark.parametrize(
    ("targets", "sent"),
    [
        (Targets((ONE, TWO), (), ("eu-west-1",)), {"Accounts": [ONE, TWO]}),
        (Targets((), (UNIT,), ("eu-west-1",)), {"DeploymentTargets": {"OrganizationalUnitIds": [UNIT]}}),
        (
            Targets((ONE,), (UNIT,), ("eu-west-1",)),
            {
                "DeploymentTargets": {
                    "OrganizationalUnitIds": [UNIT],
                    "Accounts": [ONE],
                    "AccountFilterType": "INTERSECTION",
                }
            },
        ),
    ],
)
def test_stacks_are_made_and_deleted_in_accounts_or_units(stub, targets, sent):
    stubber, client = stub
    client.call_as = "DELEGATED_ADMIN"
    soft = Preferences(("eu-west-1",), parallel_regions=True, failure_tolerance=0, concurrency="10%", soft=True)
    preferred = {
        "RegionConcurrencyType": "PARALLEL",
        "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE",
        "FailureToleranceCount": 0,
        "MaxConcurrentPercentage": 10,
    }
    common = {
        "StackSetName": NAME,
        "Regions": ["eu-west-1"],
        "OperationPreferences": preferred,
        "OperationId": OPERATION,
        "CallAs": "DELEGATED_ADMIN",
    }
    cloudformation = stubber("cloudformation")
    cloudformation.add_response("create_stack_instances", {"OperationId": OPERATION}, {**common, **sent})
    cloudformation.add_response(
        "delete_stack_instances", {"OperationId": OPERATION}, {**common, **sent, "RetainStacks": False}
    )
    assert client.create_instances(NAME, targets, soft, OPERATION) == OPERATION
    assert client.delete_instances(NAME, targets, soft, OPERATION) == OPERATION


def test_a_stack_set_as_it_is_and_one_that_is_not_there(stub):
    stubber, client = stub
    found = {
        "StackSetId": f"{NAME}:1",
        "StackSetName": NAME,
        "TemplateBody": "{}",
        "Parameters": [{"ParameterKey": "A", "ParameterValue": "1"}],
        "Tags": [{"Key": "Application", "Value": "shop"}],
        "PermissionModel": "SERVICE_MANAGED",
        "OrganizationalUnitIds": [UNIT],
        "Regions": ["eu-west-1"],
        "StackSetDriftDetectionDetails": {"DriftStatus": "DRIFTED", "TotalStackInstancesCount": 3},
    }
    cloudformation = stubber("cloudformation")
    cloudformation.add_response("describe_stack_set", {"StackSet": found}, {"StackSetName": NAME})
    made = client.stack_set(NAME)
    assert (made.template, made.parameters, made.tags) == ("{}", {"A": "1"}, {"Application": "shop"})
    assert (made.service_managed, made.units, made.regions) == (True, (UNIT,), ("eu-west-1",))
    assert made.drift == DriftCounts("DRIFTED", total=3)
    cloudformation.add_client_error("describe_stack_set", "StackSetNotFoundException", "no", 404)
    assert client.stack_set(NAME) is None
    cloudformation.add_client_error("describe_stack_set", "AccessDenied", "no", 403)
    with pytest.raises(AwsError):
        client.stack_set(NAME)


def test_operations_and_their_results(stub):
    stubber, client = stub
    named = {"StackSetName": NAME, "OperationId": OPERATION}
    about = {"OperationId": OPERATION, "Action": "UPDATE", "Status": "RUNNING", "CreationTimestamp": TIME}
    cloudformation = stubber("cloudformation")
    cloudformation.add_response("describe_stack_set_operation", {"StackSetOperation": about}, named)
    assert client.set_operation(NAME, OPERATION).running
    cloudformation.add_client_error("describe_stack_set_operation", "OperationNotFoundException", "no", 404)
    assert client.set_operation(NAME, OPERATION) is None
    failed = {**about, "Status": "FAILED", "StatusDetails": {"FailedStackInstancesCount": 2}, "StatusReason": "why"}
    cloudformation.add_response("list_stack_set_operations", {"Summaries": [failed]}, {"StackSetName": NAME})
    [one] = client.set_operations(NAME)
    assert (one.running, one.failed, one.reason) == (False, 2, "why")
    gate = {"Status": "FAILED", "StatusReason": "the gate says no"}
    results = [
        {"Account": ONE, "Region": "eu-west-1", "Status": "SUCCEEDED"},
        {"Account": TWO, "Region": "eu-west-1", "Status": "FAILED", "AccountGateResult": gate},
    ]
    cloudformation.add_response("list_stack_set_operation_results", {"Summaries": results, "NextToken": "more"}, named)
    page = client.set_results(NAME, OPERATION)
    assert page.results == (
        Result(ONE, "eu-west-1", "SUCCEEDED"),
        Result(TWO, "eu-west-1", "FAILED", "the gate says no"),
    )
    filtered = {**named, "NextToken": "more", "Filters": [{"Name": "OPERATION_RESULT_STATUS", "Values": "FAILED"}]}
    cloudformation.add_response("list_stack_set_operation_results", {"Summaries": []}, filtered)
    assert client.set_results(NAME, OPERATION, page.next, status="FAILED").results == ()
    cloudformation.add_response("stop_stack_set_operation", {}, named)
    client.stop_set_operation(NAME, OPERATION)


def test_instances_and_their_drift(stub):
    stubber, client = stub
    raw = {
        "Account": ONE,
        "Region": "eu-west-1",
        "StackId": "arn:aws:cloudformation:eu-west-1:111111111111:stack/x/1",
        "Status": "OUTDATED",
        "StackInstanceStatus": {"DetailedStatus": "FAILED"},
        "StatusReason": "why",
        "DriftStatus": "DRIFTED",
    }
    instance = Instance(ONE, "eu-west-1", raw["StackId"], "OUTDATED", "FAILED", "why", "DRIFTED")
    cloudformation = stubber("cloudformation")
    cloudformation.add_response("list_stack_instances", {"Summaries": [raw], "NextToken": "n"}, {"StackSetName": NAME})
    page = client.instances(NAME)
    assert (page.instances, page.next) == ((instance,), "n")
    asked = {
        "StackSetName": NAME,
        "NextToken": "n",
        "StackInstanceAccount": ONE,
        "Filters": [{"Name": "DRIFT_STATUS", "Values": "DRIFTED"}],
    }
    cloudformation.add_response("list_stack_instances", {"Summaries": []}, asked)
    assert client.instances(NAME, "n", account=ONE, drifted=True).instances == ()
    where = {"StackSetName": NAME, "StackInstanceAccount": ONE, "StackInstanceRegion": "eu-west-1"}
    cloudformation.add_response("describe_stack_instance", {"StackInstance": raw}, where)
    assert client.instance(NAME, ONE, "eu-west-1") == instance
    cloudformation.add_client_error("describe_stack_instance", "StackInstanceNotFoundException", "no", 404)
    assert client.instance(NAME, ONE, "eu-west-1") is None
    drift = {
        "StackId": raw["StackId"],
        "LogicalResourceId": "T",
        "ResourceType": "AWS::SNS::Topic",
        "StackResourceDriftStatus": "MODIFIED",
        "Timestamp": TIME,
    }
    asked = {**where, "OperationId": OPERATION, "StackInstanceResourceDriftStatuses": ["MODIFIED", "DELETED"]}
    operation = "list_stack_instance_resource_drifts"
    cloudformation.add_response(operation, {"Summaries": [drift], "NextToken": "n"}, asked)
    cloudformation.add_response(operation, {"Summaries": []}, {**asked, "NextToken": "n"})
    assert [one.logical_id for one in client.instance_drifts(NAME, instance, OPERATION)] == ["T"]
    detected = {"StackSetName": NAME, "OperationPreferences": PREFERRED, "OperationId": OPERATION}
    cloudformation.add_response("detect_stack_set_drift", {"OperationId": OPERATION}, detected)
    assert client.detect_set_drift(NAME, PREFERENCES, OPERATION) == OPERATION
    cloudformation.add_response("delete_stack_set", {}, {"StackSetName": NAME})
    client.delete_stack_set(NAME)
