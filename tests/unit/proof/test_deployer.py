"""The smallest policy of a deployer."""

from __future__ import annotations

import ast
import inspect
import json
from typing import Any

import pytest
from botocore import xform_name
from botocore.session import Session

from tapgen import naming
from tapgen.deploy.artifacts.bootstrap import bootstrap_request
from tapgen.deploy.aws import change_set_operations, operations
from tapgen.proof.deployer.calls import BY_DRIFT_DETECTION, OPERATIONS, Operation, own_calls
from tapgen.proof.deployer.policy import deployer
from tapgen.proof.needs import actions
from tapgen.proof.subject import Subject
from tests.unit.proof.documents import arn, document, only, resource, role


def statements(checked: dict[str, Any], operation: str = "create") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = deployer(Subject(checked), "tap-dev").policies[operation]["Statement"]
    return found


def where(checked: dict[str, Any], action: str, operation: str = "create") -> list[str]:
    """The resources on which an action is allowed."""
    return [r for one in statements(checked, operation) if action in one["Action"] for r in one["Resource"]]


def test_the_stack_itself() -> None:
    assert where(document(), "cloudformation:ExecuteChangeSet") == ["arn:*:cloudformation:*:*:stack/tap-dev/*"]
    assert where(document(), "cloudformation:DeleteStack", "delete")
    assert not where(document(), "cloudformation:DeleteStack", "update")


def operations_of_the_client() -> dict[str, set[str]]:
    """Service -> the API operations that the deployment's client calls, read from its source."""
    calls: dict[str, set[str]] = {}
    source = inspect.getsource(operations) + inspect.getsource(change_set_operations)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            words = [one.value for one in node.args[:2] if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if node.func.attr in {"_cloudformation", "_pages"} and words:
                calls.setdefault("cloudformation", set()).add(words[0])
            elif node.func.attr == "_call" and len(words) == 2:
                calls.setdefault(words[0], set()).add(words[1])
    session = Session()
    return {
        service: {name for name in session.get_service_model(service).operation_names if xform_name(name) in called}
        for service, called in calls.items()
    }


def test_every_call_of_the_commands_that_change_a_stack_is_allowed_and_no_other() -> None:
    checked = Subject({**document(), "Parameters": {"ArtifactBucket": {"Type": "String"}}}, protected=True)
    allowed = {
        (operation, action) for operation in OPERATIONS for action, _ in own_calls(operation, checked, "tap-dev")
    }
    called = operations_of_the_client()
    by_hand = {f"cloudformation:{name}" for name in ("TagResource", *BY_DRIFT_DETECTION)}  # no call has their name
    assert set(called) == {"cloudformation", "s3", "sts", "lambda", "logs"}
    assert {action for _, action in allowed if action.startswith("cloudformation:")} - by_hand == {
        f"cloudformation:{name}" for name in called["cloudformation"]
    }
    # S3 API reference, HeadObject: GetObject, and ListBucket. sts needs no permission; the other two are those of
    # `tapgen invoke` and `tapgen logs`, which change nothing.
    assert called["s3"] == {"HeadObject", "PutObject"}
    assert {action for _, action in allowed if action.startswith("s3:")} == {
        "s3:GetObject",
        "s3:ListBucket",
        "s3:PutObject",
    }


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_action_is_one_that_iam_knows(operation: Operation) -> None:
    checked = Subject(document(), protected=True)
    assert not [action for action, _ in own_calls(operation, checked, "tap-dev") if actions.action(action) is None]


def test_what_knows_no_stack_is_allowed_everywhere() -> None:
    assert where(document(), "cloudformation:ListImports", "update") == ["*"]
    assert where(document(), "cloudformation:DescribeStackDriftDetectionStatus", "update") == ["*"]
    assert not where(document(), "cloudformation:ListImports", "create")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_only_a_protected_environment_is_protected(operation: Operation) -> None:
    action = "cloudformation:UpdateTerminationProtection"

    def stacks(*, protected: bool) -> list[str]:
        found = deployer(Subject(document(), protected), "tap-dev").policies[operation]["Statement"]
        return [arn for one in found if action in one["Action"] for arn in one["Resource"]]

    assert stacks(protected=True) == ["arn:*:cloudformation:*:*:stack/tap-dev/*"]
    assert stacks(protected=False) == []


def test_the_artifact_bucket_is_for_packages_and_large_templates() -> None:
    bucket = "arn:*:s3:::tapgen-bootstrap-artifactbucket-*"
    packaged = {**only(Topic=resource("AWS::SNS::Topic")), "Parameters": {"ArtifactBucket": {"Type": "String"}}}
    large = {**only(Topic=resource("AWS::SNS::Topic")), "Description": "x" * 51_200}
    for checked in (packaged, large):
        assert where(checked, "s3:PutObject", "update") == [f"{bucket}/*"]
        assert where(checked, "s3:ListBucket") == [bucket]
        assert where(checked, "cloudformation:DescribeStacks") == [
            "arn:*:cloudformation:*:*:stack/tap-dev/*",
            "arn:*:cloudformation:*:*:stack/tapgen-bootstrap/*",
        ]
        assert not where(checked, "s3:PutObject", "delete")
    assert not where(only(), "s3:PutObject")


def test_the_bucket_is_the_one_that_bootstrap_makes() -> None:
    made = bootstrap_request()
    [name] = [one for one, resource in made.document["Resources"].items() if resource["Type"] == "AWS::S3::Bucket"]
    assert (made.stack_name, name) == (naming.BOOTSTRAP_STACK, naming.ARTIFACT_BUCKET)


def test_operations_are_apart() -> None:
    assert where(document(), "dynamodb:CreateTable")
    assert not where(document(), "dynamodb:DeleteTable")
    assert where(document(), "dynamodb:DeleteTable", "delete")
    assert where(document(), "lambda:UpdateFunctionCode", "update")
    assert not where(document(), "lambda:UpdateFunctionCode", "delete")


def test_resources_are_narrowed_where_names_are_known() -> None:
    checked = document(
        Named=resource("AWS::DynamoDB::Table", TableName={"Fn::Sub": "${AWS::StackName}-${AWS::Region}-items"})
    )
    tables = where(checked, "dynamodb:CreateTable")
    assert tables == ["arn:*:dynamodb:*:*:table/tap-dev-*-items", "arn:*:dynamodb:*:*:table/tap-dev-Table-*"]
    assert where(checked, "lambda:CreateFunction") == ["arn:*:lambda:*:*:function:worker"]
    assert where(checked, "iam:CreateRole") == ["arn:*:iam::*:role/tap-dev-Role-*"]
    assert where(checked, "lambda:GetLayerVersion") == ["*"]


def test_bucket_names_are_lower_case() -> None:
    assert where(only(MyBucket=resource("AWS::S3::Bucket")), "s3:CreateBucket") == ["arn:*:s3:::tap-dev-mybucket-*"]


def test_only_the_created_roles_are_passed_and_only_to_whom_they_trust() -> None:
    [passed] = [one for one in statements(document()) if "iam:PassRole" in one["Action"]]
    assert passed["Resource"] == ["arn:*:iam::*:role/tap-dev-Role-*"]
    assert passed["Condition"] == {"StringEquals": {"iam:PassedToService": ["lambda.amazonaws.com"]}}


def test_roles_that_are_passed_by_their_arn_or_have_a_path() -> None:
    written = only(
        Function=resource("AWS::Lambda::Function", Role="arn:aws:iam::123456789012:role/x"),
        Other=resource("AWS::Lambda::Function", Role=arn("Role")),
        Role=role(Path="/service/"),
    )
    assert where(written, "iam:PassRole") == [
        "arn:*:iam::*:role/service/tap-dev-Role-*",
        "arn:aws:iam::123456789012:role/x",
    ]


def test_types_without_published_permissions_are_named() -> None:
    found = deployer(Subject(only(Condition=resource("AWS::CloudFormation::WaitCondition"))), "tap-dev")
    assert found.unknown == ("AWS::CloudFormation::WaitCondition",)


def test_no_action_is_granted_twice_on_everything_and_something() -> None:
    for operation in ("create", "update", "delete"):
        found = statements(document(), operation)
        wide = {action for one in found if "*" in one["Resource"] for action in one["Action"]}
        narrow = {action for one in found if "*" not in one["Resource"] for action in one["Action"]}
        assert not wide & narrow


def test_it_is_a_policy_document() -> None:
    for policy in deployer(Subject(document()), "tap-dev").policies.values():
        assert policy["Version"] == "2012-10-17"
        assert json.loads(json.dumps(policy)) == policy
        for statement in policy["Statement"]:
            assert statement["Action"] == sorted(set(statement["Action"]))
