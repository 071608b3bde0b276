"""From calls to IAM actions, and what the catalogue knows of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tapgen.proof.calls import Call, Literal, Parameter, Part, Unknown
from tapgen.proof.needs import actions
from tapgen.template import tables
from tests.table import rows

ROOT = Path(__file__).resolve().parents[3]


def call(service, operation, parts=(), **parameters):
    named = tuple(Parameter(name.replace("__", "."), Literal(value)) for name, value in parameters.items())
    return Call(service, operation, named, "index.py", 1, parts)


def needs(one):
    """(action, parameter names, resource types, optional) of each need."""
    return [(n.action, tuple(p.name for p in n.parameters), n.resource_types, n.optional) for n in actions.needed(one)]


NEEDS = [
    (call("dynamodb", "PutItem", TableName="x"), [("dynamodb:PutItem", ("TableName",), ("table",), False)]),
    (call("dynamodb", "Query", TableName="x", IndexName="i"), [("dynamodb:Query", ("TableName", "IndexName"), ("index",), False)]),
    (call("dynamodb", "Query", TableName="x"), [("dynamodb:Query", ("TableName",), ("table",), False)]),
    (call("dynamodb", "ListTables"), [("dynamodb:ListTables", (), (), False)]),
    (call("dynamodbstreams", "GetRecords"), [("dynamodb:GetRecords", (), ("stream",), False)]),
    (call("s3", "ListObjectsV2", Bucket="b"), [("s3:ListBucket", ("Bucket",), ("bucket",), False)]),
    (call("s3", "PutObject", Bucket="b", Key="k"), [("s3:PutObject", ("Bucket", "Key"), ("object",), False)]),
    (call("s3", "DeleteObjects", Bucket="b"), [("s3:DeleteObject", (), None, False), ("s3:DeleteObjectVersion", (), None, True)]),
    (call("sqs", "SendMessageBatch", QueueUrl="u"), [("sqs:SendMessage", ("QueueUrl",), ("queue",), False)]),
    (call("sns", "Publish", TopicArn="a"), [("sns:Publish", ("TopicArn",), ("topic",), False)]),
    (call("lambda", "Invoke", FunctionName="f"), [("lambda:InvokeFunction", ("FunctionName",), ("function",), False)]),
    (call("kms", "ReEncrypt", SourceKeyId="a", DestinationKeyId="b"), [("kms:ReEncryptFrom", ("KeyId",), ("key",), False), ("kms:ReEncryptTo", ("KeyId",), ("key",), False)]),
    (call("stepfunctions", "StartExecution", stateMachineArn="a", name="n"), [("states:StartExecution", ("stateMachineArn",), ("statemachine",), False)]),
    (call("sts", "GetCallerIdentity"), []),
    (call("apigatewayv2", "GetApis"), [("apigateway:GET", (), None, False)]),
    (call("sesv2", "SendEmail", FromEmailAddress="a"), [("ses:SendEmail", ("FromEmailAddress",), ("identity",), False)]),
]  # fmt: skip


@rows(("one", "expected"), NEEDS, ids=[f"{one.service}-{one.operation}-{len(one.parameters)}" for one, _ in NEEDS])
def test_needs(one, expected):
    found = needs(one)
    assert [row[0] for row in found] == [row[0] for row in expected]
    for row, wanted in zip(found, expected, strict=True):
        assert row[3] == wanted[3]
        if wanted[2] is not None:
            assert row[1:3] == wanted[1:3]


def test_copy_reads_the_source_and_writes_the_target():
    copy = call("s3", "CopyObject", Bucket="to", Key="k", CopySource__Bucket="from", CopySource__Key="f")
    certain = {
        need.action: [p.value.value for p in need.parameters] for need in actions.needed(copy) if not need.optional
    }
    assert certain == {"s3:GetObject": ["from", "f"], "s3:PutObject": ["to", "k"]}


def test_transaction_needs_each_part_on_its_table():
    parts = (
        Part("Put", (Parameter("TableName", Literal("a")),)),
        Part("ConditionCheck", (Parameter("TableName", Unknown()),)),
    )
    assert [
        (need.action, need.parameters[0].value)
        for need in actions.needed(call("dynamodb", "TransactWriteItems", parts))
    ] == [
        ("dynamodb:PutItem", Literal("a")),
        ("dynamodb:ConditionCheckItem", Unknown()),
    ]


def test_unreadable_transaction_needs_nothing_for_certain():
    found = actions.needed(call("dynamodb", "TransactWriteItems"))
    assert {need.action for need in found} == {
        f"dynamodb:{verb}" for verb in ("PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem")
    }
    assert all(need.optional for need in found)


def test_unmapped_is_a_value_that_says_so():
    found = actions.needed(call("glue", "GetAsset"))
    assert isinstance(found, actions.Unmapped)
    assert "glue GetAsset" in found.reason


def test_unknown_service_is_unmapped():
    assert isinstance(actions.needed(call("nowhere", "Go")), actions.Unmapped)


@rows(
    ("service", "prefix"),
    [("stepfunctions", "states"), ("cloudwatch", "cloudwatch"), ("dynamodbstreams", "dynamodb"), ("sesv2", "ses"),
     ("elbv2", "elasticloadbalancing"), ("opensearch", "es"), ("efs", "elasticfilesystem"), ("iot-data", "iot")],
)  # fmt: skip
def test_prefix(service, prefix):
    assert actions.iam_prefix(service) == prefix


def test_action_is_found_whatever_its_case():
    found = actions.action("DynamoDB:putitem")
    assert (found.name, found.access) == ("dynamodb:PutItem", "Write")
    assert [(one.name, one.arns) for one in found.resource_types] == [
        ("table", ("arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}",))
    ]


def test_action_without_resource_types():
    assert actions.action("xray:PutTraceSegments").resource_types == ()
    assert actions.action("dynamodb:ListTables").resource_types == ()


@pytest.mark.parametrize("name", ["dynamodb:PutItems", "dynamo:PutItem", "PutItem", ""])
def test_unknown_action(name):
    assert actions.action(name) is None


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("dynamodb:PutItem", {"dynamodb:PutItem"}),
        ("DYNAMODB:put?tem", {"dynamodb:PutItem"}),
        ("dynamodb:Batch*Item", {"dynamodb:BatchGetItem", "dynamodb:BatchWriteItem"}),
        ("dynamodb:Nothing*", set()),
        ("execute-api:*", {"execute-api:InvalidateCache", "execute-api:Invoke", "execute-api:ManageConnections"}),
    ],
)
def test_matching(pattern, expected):
    assert {one.name for one in actions.matching(pattern)} == expected


def test_a_lone_star_is_everything():
    assert len(actions.matching("*")) == sum(len(actions.actions_of(prefix)) for prefix in actions.prefixes()) > 20_000


def test_condition_keys():
    put = actions.action("dynamodb:PutItem")
    assert put.knows("dynamodb:LeadingKeys")
    assert put.knows("DYNAMODB:leadingkeys")
    assert put.knows("aws:SourceVpce")
    assert put.knows("aws:ResourceTag/team")
    assert put.knows("aws:PrincipalTag/team")
    assert not put.knows("aws:RequestTag/team")
    assert not put.knows("s3:prefix")
    assert actions.action("s3:GetObject").knows("s3:ExistingObjectTag/owner")
    assert not actions.global_condition_key("aws:Nothing")


@pytest.mark.pinned
def test_tables_are_up_to_date():
    done = subprocess.run(
        [sys.executable, "scripts/iam_tables.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_listed_action_exists():
    for service in tables.keys("operation_actions"):
        for operation in tables.row("operation_actions", service).get("operations", ()):
            assert not isinstance(actions.needed(call(service, operation)), actions.Unmapped)
