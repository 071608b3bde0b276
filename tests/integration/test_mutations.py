"""Proof of the proof: what the check calls missing is denied by the embedded AWS, and what it calls unused is unused.

One function makes every kind of request on its table; each statement of its role is then mutated, in the document for
the check and in the deployed role for the live request.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.session import Session

from tapgen import render
from tapgen.proof.check import check
from tapgen.proof.needs import actions
from tapgen.settings.load import load
from tapgen.settings.model import Environment
from tests.integration.conftest import REAL, Application

pytestmark = pytest.mark.skipif(bool(REAL), reason="a role's policy takes effect after a while on the real AWS")

CODE = """
import os

import boto3
from botocore.exceptions import ClientError

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
client = boto3.client("dynamodb")
NAME = os.environ["TABLE_NAME"]
KEY = {"itemId": "one"}


def write_batch():
    with table.batch_writer() as batch:
        batch.put_item(Item=KEY)


CALLS = {
    "dynamodb:PutItem": lambda: table.put_item(Item=KEY),
    "dynamodb:GetItem": lambda: table.get_item(Key=KEY),
    "dynamodb:UpdateItem": lambda: table.update_item(Key=KEY),
    "dynamodb:DeleteItem": lambda: table.delete_item(Key=KEY),
    "dynamodb:Scan": lambda: table.scan(),
    "dynamodb:Query": lambda: table.query(
        KeyConditionExpression="itemId = :i", ExpressionAttributeValues={":i": "one"}
    ),
    "dynamodb:Query on index": lambda: table.query(
        IndexName="byDay", KeyConditionExpression="day = :d", ExpressionAttributeValues={":d": "monday"}
    ),
    "dynamodb:BatchGetItem": lambda: client.batch_get_item(RequestItems={NAME: {"Keys": [{"itemId": {"S": "one"}}]}}),
    "dynamodb:BatchWriteItem": write_batch,
    "dynamodb:DescribeTable": lambda: client.describe_table(TableName=NAME),
}


def handler(event, context):
    try:
        CALLS[event["call"]]()
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "done"
"""
SETTINGS = (
    'tables.Item.indexes.byDay = { partition_key = { name = "day" } }',
    'functions.Item.tables.Item = { variable = "TABLE_NAME", actions = "auto" }',
)
CALLS = (
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:DescribeTable",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:Query on index",
    "dynamodb:Scan",
    "dynamodb:UpdateItem",
)
SOME = ("dynamodb:PutItem", "dynamodb:Query on index")
DENIED = "AccessDeniedException"
INTERFACES = {
    "ec2:CreateNetworkInterface": {"SubnetId": "subnet-1"},
    "ec2:DescribeNetworkInterfaces": {},
    "ec2:DescribeSubnets": {},
    "ec2:DeleteNetworkInterface": {"NetworkInterfaceId": "eni-1"},
    "ec2:AssignPrivateIpAddresses": {"NetworkInterfaceId": "eni-1"},
    "ec2:UnassignPrivateIpAddresses": {"NetworkInterfaceId": "eni-1", "PrivateIpAddresses": ["10.0.0.1"]},
}
"""What Lambda itself calls with the role, and the parameters that the call cannot do without."""
BY_GUIDE = ("ec2:DescribeSubnets", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses")
"""Those that came later into Lambda's guide: without them functions of before run, so check warns."""


@dataclass(frozen=True)
class Subject:
    """The deployed application, and what it was rendered from."""

    application: Application
    environment: Environment
    rendered: dict[str, Any]

    @property
    def role(self) -> str:
        return self.application.outputs()["LambdaRoleNameOutput"]

    def call(self, name: str) -> str:
        """What the deployed function's request was answered with."""
        function = self.application.outputs()["LambdaFunctionNameOutput"]
        answer = self.application.cloud.client("lambda").invoke(
            FunctionName=function, Payload=json.dumps({"call": name})
        )
        return json.loads(answer["Payload"].read())

    def policy(self) -> dict[str, Any]:
        """The deployed role's policy."""
        iam = self.application.cloud.client("iam")
        return iam.get_role_policy(RoleName=self.role, PolicyName="ItemFunctionPolicy")["PolicyDocument"]

    def put(self, policy: dict[str, Any]) -> None:
        self.application.cloud.client("iam").put_role_policy(
            RoleName=self.role, PolicyName="ItemFunctionPolicy", PolicyDocument=json.dumps(policy)
        )

    def call_as_lambda(self, action: str) -> str:
        """The code of the error that the role's own request to EC2 is answered with; empty where it succeeds."""
        cloud = self.application.cloud
        arn = cloud.client("iam").get_role(RoleName=self.role)["Role"]["Arn"]
        given = cloud.client("sts").assume_role(RoleArn=arn, RoleSessionName="lambda")["Credentials"]
        session = Session()
        session.set_credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
        client = session.create_client("ec2", region_name=cloud.region, endpoint_url=cloud.embedded.endpoint)
        try:
            client._make_api_call(action.partition(":")[2], dict(INTERFACES[action]))
        except ClientError as error:
            return error.response["Error"]["Code"]
        return ""

    def findings(self, rendered: dict[str, Any], rule: str) -> list[str]:
        return [one.message for one in check(self.environment, rendered, lint=False) if one.rule == rule]


@pytest.fixture(scope="module")
def subject(application: Any) -> Subject:
    made = application("dev")
    made.set(*SETTINGS)
    (made.folder / "handler" / "index.py").write_text(CODE)
    made.deploy()
    from tapgen.proof.needs.auto import with_actions

    environment = with_actions(load(Path(made.folder)).environment("dev"))
    return Subject(made, environment, render.render(environment).document)


@pytest.fixture
def live(subject: Subject) -> Iterator[dict[str, Any]]:
    """The deployed role's policy, put back afterwards."""
    before = subject.policy()
    yield copy.deepcopy(before)
    subject.put(before)


def statements(policy_holder: dict[str, Any]) -> list[dict[str, Any]]:
    """The statements of the rendered role."""
    [policy] = policy_holder["Resources"]["ItemFunctionRole"]["Properties"]["Policies"]
    return policy["PolicyDocument"]["Statement"]


def without(written: list[dict[str, Any]], action: str, *, index: bool) -> list[dict[str, Any]]:
    """The statements without an action of the statement about the table, or about its index."""
    left = []
    for statement in written:
        about_index = "/index/" in json.dumps(statement["Resource"])
        if statement["Effect"] == "Allow" and action in statement["Action"] and about_index == index:
            names = [name for name in statement["Action"] if name != action]
            left += [{**statement, "Action": names}] if names else []
        else:
            left.append(statement)
    assert left != written
    return left


def test_what_auto_grants_is_clean_and_works(subject: Subject) -> None:
    assert [one for one in check(subject.environment, subject.rendered, lint=False) if one.severity != "info"] == []
    assert {name: subject.call(name) for name in CALLS} == dict.fromkeys(CALLS, "done")


@pytest.mark.parametrize("call", CALLS)
def test_a_removed_action_is_missing_and_denied(subject: Subject, live: dict[str, Any], call: str) -> None:
    action, _, index = call.partition(" on ")
    mutated = copy.deepcopy(subject.rendered)
    written = statements(mutated)
    written[:] = without(written, action, index=bool(index))
    rule = "permission-index" if index else "permission-missing"
    assert any(action in message for message in subject.findings(mutated, rule))
    live["Statement"] = without(live["Statement"], action, index=bool(index))
    subject.put(live)
    assert subject.call(call) == DENIED


@pytest.mark.parametrize("call", SOME)
def test_a_narrower_resource_is_missing_and_denied(subject: Subject, live: dict[str, Any], call: str) -> None:
    """The action stays, on another table."""
    action, _, index = call.partition(" on ")
    mutated = copy.deepcopy(subject.rendered)
    elsewhere = "arn:aws:dynamodb:us-east-1:123456789012:table/elsewhere"
    for written in (statements(mutated), live["Statement"]):
        kept = without(written, action, index=bool(index))
        written[:] = [*kept, {"Effect": "Allow", "Action": [action], "Resource": [elsewhere]}]
    rule = "permission-index" if index else "permission-missing"
    assert any(action in message for message in subject.findings(mutated, rule))
    assert any(f"{action} on {elsewhere}" in message for message in subject.findings(mutated, "permission-unused"))
    subject.put(live)
    assert subject.call(call) == DENIED


def lacking(action: str) -> str:
    """The rule by which check says that a role lacks the action."""
    return "network-interface-role" if action in BY_GUIDE else "permission-missing"


@pytest.mark.parametrize("action", INTERFACES)
def test_what_lambda_needs_in_a_vpc(subject: Subject, live: dict[str, Any], action: str) -> None:
    mutated = copy.deepcopy(subject.rendered)
    written = statements(mutated)
    written[:] = without(written, action, index=False)
    assert any(action in message for message in subject.findings(mutated, lacking(action)))
    assert subject.call_as_lambda(action) != "UnauthorizedOperation"
    live["Statement"] = without(live["Statement"], action, index=False)
    subject.put(live)
    assert subject.call_as_lambda(action) == "UnauthorizedOperation"


def test_every_granted_action_is_missing_when_it_is_removed(subject: Subject) -> None:
    """Those too that the embedded AWS does not show: the log's and the traces'."""
    granted = [
        (action, "/index/" in json.dumps(statement["Resource"]))
        for statement in statements(subject.rendered)
        if statement["Effect"] == "Allow"
        for action in statement["Action"]
    ]
    assert len(granted) == len(CALLS) + len(INTERFACES) + 4  # two for the log, two for the traces
    for action, index in granted:
        mutated = copy.deepcopy(subject.rendered)
        written = statements(mutated)
        written[:] = without(written, action, index=index)
        rule = "permission-index" if index else lacking(action)
        assert any(action in message for message in subject.findings(mutated, rule)), action


def test_every_other_action_is_unused(subject: Subject) -> None:
    """Each action of DynamoDB that works on a table and that the code does not need, added to the role."""
    needed = {call.partition(" on ")[0] for call in CALLS}
    table = {"Fn::GetAtt": ["ItemTable", "Arn"]}
    for action in (actions.actions_of("dynamodb") or {}).values():
        if action.name in needed or "table" not in {type_.name for type_ in action.resource_types}:
            continue
        mutated = copy.deepcopy(subject.rendered)
        statements(mutated).append({"Effect": "Allow", "Action": [action.name], "Resource": [table]})
        [message] = subject.findings(mutated, "permission-unused")
        assert message == f"ItemFunctionRole allows {action.name} on ItemTable; ItemFunction does not need it."


@pytest.mark.parametrize("call", SOME)
def test_a_denied_action_is_found_and_denied(subject: Subject, live: dict[str, Any], call: str) -> None:
    action = call.partition(" on ")[0]
    deny = {"Effect": "Deny", "Action": [action], "Resource": ["*"]}
    mutated = copy.deepcopy(subject.rendered)
    statements(mutated).append(deny)
    assert any(action in message for message in subject.findings(mutated, "permission-denied"))
    live["Statement"].append(deny)
    subject.put(live)
    assert subject.call(call) == DENIED
