"""Every place of a template that can hold a policy, and whose it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tapgen.template.arns import Arns
from tapgen.template.model import understand
from tapgen.template.policies import identity_policies, read_policy, resource_policies, statements
from tests.table import rows

GET = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
DOCUMENT = {"Version": "2012-10-17", "Statement": GET}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


def held(**resources: Any) -> list[tuple[str, tuple[str, ...], list[str]]]:
    """(holder, whose, actions) of the identity policies."""
    everyone = {
        "Role": resource("AWS::IAM::Role", RoleName="worker"),
        "User": resource("AWS::IAM::User"),
        "Group": resource("AWS::IAM::Group"),
    }
    template = understand({"Resources": {**everyone, **resources}})
    return [
        (one.holder, one.owners, [action for statement in one.statements for action in statement.actions])
        for one in identity_policies(template, Arns(template))
    ]


@rows(
    ("written", "owners"),
    [
        (resource("AWS::IAM::Policy", Roles=[{"Ref": "Role"}], PolicyDocument=DOCUMENT), ("Role",)),
        (resource("AWS::IAM::Policy", Roles=["worker"], Users=[{"Ref": "User"}], PolicyDocument=DOCUMENT), ("Role", "User")),
        (resource("AWS::IAM::ManagedPolicy", Groups=[{"Ref": "Group"}], PolicyDocument=DOCUMENT), ("Group",)),
        (resource("AWS::IAM::RolePolicy", RoleName={"Ref": "Role"}, PolicyDocument=DOCUMENT), ("Role",)),
        (resource("AWS::IAM::UserPolicy", UserName={"Ref": "User"}, PolicyDocument=DOCUMENT), ("User",)),
        (resource("AWS::IAM::GroupPolicy", GroupName={"Ref": "Group"}, PolicyDocument=DOCUMENT), ("Group",)),
        (resource("AWS::IAM::RolePolicy", RoleName={"Ref": "Role"}, PolicyDocument=json.dumps(DOCUMENT)), ("Role",)),
        (resource("AWS::IAM::Policy", Roles=["other"], PolicyDocument=DOCUMENT), ()),
    ],
)  # fmt: skip
def test_attached_policies(written: dict[str, Any], owners: tuple[str, ...]) -> None:
    assert held(Policy=written) == [("Policy", owners, ["s3:GetObject"])]


@pytest.mark.parametrize("kind", ["Role", "User", "Group"])
def test_inline_policies(kind: str) -> None:
    written = resource(f"AWS::IAM::{kind}", Policies=[{"PolicyName": "p", "PolicyDocument": DOCUMENT}])
    assert ("Mine", ("Mine",), ["s3:GetObject"]) in held(Mine=written)


def test_a_managed_policy_belongs_to_whoever_names_it() -> None:
    mine = resource("AWS::IAM::Role", ManagedPolicyArns=[{"Ref": "Policy"}])
    assert held(Mine=mine, Policy=resource("AWS::IAM::ManagedPolicy", PolicyDocument=DOCUMENT)) == [
        ("Policy", ("Mine",), ["s3:GetObject"])
    ]


@pytest.mark.parametrize(
    ("holder", "owners"),
    [
        (resource("AWS::S3::BucketPolicy", Bucket={"Ref": "Bucket"}, PolicyDocument=DOCUMENT), ("Bucket",)),
        (resource("AWS::S3::BucketPolicy", Bucket="files", PolicyDocument=DOCUMENT), ("Bucket",)),
        (resource("AWS::KMS::Key", KeyPolicy=json.dumps(DOCUMENT)), ("Holder",)),
        (resource("AWS::Events::EventBusPolicy", StatementId="s", Statement=GET), ()),
    ],
)
def test_resource_policies(holder: dict[str, Any], owners: tuple[str, ...]) -> None:
    bucket = resource("AWS::S3::Bucket", BucketName="files")
    template = understand({"Resources": {"Bucket": bucket, "Holder": holder}})
    [one] = resource_policies(template, Arns(template))
    assert (one.holder, one.owners) == ("Holder", owners)
    assert [statement.actions for statement in one.statements] == [("s3:GetObject",)]


def test_a_statement_that_a_condition_chooses_has_its_path_and_its_condition() -> None:
    chosen = {"Statement": [{"Fn::If": ["C", GET, {"Ref": "AWS::NoValue"}]}, GET]}
    first, second = statements(chosen, ("P",))
    assert (first.path, first.when) == (("P", "Statement", 0, "Fn::If", 1), (("C", True),))
    assert (second.path, second.when) == (("P", "Statement", 1), ())


def test_what_is_no_statement_is_named() -> None:
    found = list(read_policy({"Statement": [GET, "x", {"Action": "s3:*"}]}))
    assert [getattr(one, "name", "") for one in found] == ["", "2", "3"]


def test_both_branches_of_an_open_condition_are_read() -> None:
    put = {**GET, "Action": "s3:PutObject"}
    found = statements({"Statement": {"Fn::If": ["C", [GET], [put]]}}, ("P",))
    assert [(one.actions, one.when) for one in found] == [
        (("s3:GetObject",), (("C", True),)),
        (("s3:PutObject",), (("C", False),)),
    ]
    assert found[1].path == ("P", "Statement", "Fn::If", 2, 0)
