"""The smallest policy of a deployer."""

from __future__ import annotations

import json
from typing import Any

from tapgen.proof.deployer import deployer
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
