"""What intrinsic functions mean, and which ARN patterns cover which ARNs."""

from __future__ import annotations

from typing import Any

from tapgen.template.alternatives import UNKNOWN, alternatives
from tapgen.template.arns import Arns, fields
from tapgen.template.intrinsics import canonical
from tapgen.template.model import understand
from tapgen.template.secrets import Masked
from tests.table import rows
from tests.unit.proof.documents import only, resource

ARNS = Arns(
    understand(
        only(
            Table=resource("AWS::DynamoDB::Table"),
            Named=resource("AWS::DynamoDB::Table", TableName="items"),
            Composed=resource("AWS::DynamoDB::Table", TableName={"Fn::Sub": "${AWS::StackName}-items"}),
            Group=resource("AWS::Logs::LogGroup"),
            Bucket=resource("AWS::S3::Bucket"),
            Thing=resource("AWS::IoT::Thing"),
        )
    )
)
TABLE = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Table}"


@rows(
    ("value", "expected"),
    [
        ("x", ("x",)),
        (True, ("true",)),
        (3, ("3",)),
        ({"Ref": "A"}, ("${A}",)),
        ({"Fn::GetAtt": ["A", "B.C"]}, ("${A.B.C}",)),
        ({"Fn::GetAtt": "A.B"}, ("${A.B}",)),
        ({"Fn::Sub": "x-${ A }-${!Literal}"}, ("x-${A}-${Literal}",)),
        ({"Fn::Sub": ["${v}/${A}", {"v": {"Ref": "B"}}]}, ("${B}/${A}",)),
        ({"Fn::Join": ["-", ["a", {"Ref": "B"}]]}, ("a-${B}",)),
        ({"Fn::If": ["C", "a", "b"]}, ("a", "b")),
        ({"Fn::If": ["C", "a", {"Ref": "AWS::NoValue"}]}, ("a",)),
        ({"Fn::Join": ["", [{"Fn::If": ["C", "a", "b"]}, "x"]]}, ("ax", "bx")),
        ({"Fn::ImportValue": "x"}, (UNKNOWN,)),
        ({"Fn::Sub": 3}, (UNKNOWN,)),
        ({"Fn::Join": ["", {"Ref": "List"}]}, (UNKNOWN,)),
        ({"Fn::If": ["C"]}, (UNKNOWN,)),
        ({"Fn::GetAtt": ["A"]}, (UNKNOWN,)),
        ({"a": 1, "b": 2}, (UNKNOWN,)),
    ],
)
def test_alternatives(value: Any, expected: tuple[str, ...]) -> None:
    assert alternatives(canonical(value)) == expected


def test_a_secret_is_not_known() -> None:
    """Its default is compared with nothing, and shown nowhere."""
    assert alternatives(Masked("hunter2")) == (UNKNOWN,)


def test_alternatives_are_bounded() -> None:
    choice = {"Fn::If": ["C", "a", "b"]}
    assert len(alternatives({"Fn::Join": ["", [choice] * 10]})) == 64


def test_nesting_is_bounded() -> None:
    value: Any = "x"
    for _ in range(100):
        value = {"Fn::If": ["C", value, "y"]}
    assert alternatives(value)[-1] == "y"
    assert UNKNOWN in alternatives(value)


@rows(
    ("value", "expected"),
    [
        ({"Ref": "Table"}, "Table"),
        ({"Fn::Sub": "${Table.Arn}/index/x"}, "Table"),
        ("items", "Named"),
        ({"Fn::Sub": "${AWS::StackName}-items"}, "Composed"),
        ("unknown", None),
        ({"Fn::Sub": "${Table}-${Group}"}, None),
        ({"Ref": "Parameter"}, None),
    ],
)
def test_logical_id(value: Any, expected: str | None) -> None:
    assert ARNS.owner(canonical(value)) == expected


@rows(
    ("value", "expected"),
    [
        ({"Fn::GetAtt": ["Table", "Arn"]}, TABLE),
        ({"Fn::GetAtt": ["Table", "StreamArn"]}, f"{TABLE}/stream/{UNKNOWN}"),
        ({"Fn::GetAtt": ["Bucket", "Arn"]}, "arn:${AWS::Partition}:s3:::${Bucket}"),
        ({"Fn::GetAtt": ["Thing", "Arn"]}, "${Thing.Arn}"),
        ("arn:aws:dynamodb:eu-west-1:1:table/items/index/a", "arn:aws:dynamodb:eu-west-1:1:table/${Named}/index/a"),
        ("arn:aws:dynamodb:eu-west-1:1:table/items2", "arn:aws:dynamodb:eu-west-1:1:table/items2"),
        ("*", "*"),
    ],
)
def test_arns(value: Any, expected: str) -> None:
    assert ARNS.read(canonical(value)) == (expected,)


def test_fields_are_not_split_inside_references() -> None:
    assert fields(TABLE)[3:5] == ["${AWS::Region}", "${AWS::AccountId}"]
    assert fields("not-an-arn:x") == ["not-an-arn:x"]


@rows(
    ("pattern", "arn", "expected"),
    [
        ("*", TABLE, "yes"),
        (TABLE, TABLE, "yes"),
        ("arn:aws:dynamodb:eu-west-1:123456789012:table/${Table}", TABLE, "yes"),
        ("arn:aws:dynamodb:*:*:table/*", TABLE, "yes"),
        ("arn:aws:dynamodb:*:*:table/?", TABLE, "yes"),
        ("arn:aws:dynamodb:*:*:*", TABLE, "yes"),
        ("arn:aws:s3:*:*:table/*", TABLE, "no"),
        (f"{TABLE}/index/*", TABLE, "no"),
        (f"{TABLE}/index/*", f"{TABLE}/index/byDay", "yes"),
        (f"{TABLE}/index/b*y", f"{TABLE}/index/byDay", "yes"),
        (f"{TABLE}/index/b*x", f"{TABLE}/index/byDay", "no"),
        (TABLE, f"{TABLE}/index/byDay", "no"),
        (TABLE, ARNS.of("Named"), "no"),
        ("arn:aws:dynamodb:*:*:table/${Parameter}", TABLE, "unknown"),
        ("arn:aws:dynamodb:*:*:table/x-${Parameter}", "arn:aws:dynamodb:*:*:table/y", "no"),
        ("arn:aws:dynamodb:*:*:table/x-${Parameter}", "arn:aws:dynamodb:*:*:table/x-y", "unknown"),
        ("${Parameter}", TABLE, "unknown"),
        ("${Thing.Arn}", TABLE, "unknown"),
        ("${Thing.Arn}/*", "${Thing.Arn}/x", "yes"),
        ("${Thing.Arn}", "${Thing.Arn}/x", "no"),
        ("arn:aws:s3:::b/*", f"arn:aws:s3:::b/{UNKNOWN}", "yes"),
        ("arn:aws:s3:::b/in/*", f"arn:aws:s3:::b/{UNKNOWN}", "unknown"),
        ("arn:aws:s3:::c/*", f"arn:aws:s3:::b/{UNKNOWN}", "no"),
        ("lambda.amazonaws.com", TABLE, "no"),
        (TABLE, "*", "no"),
        ("", TABLE, "no"),
        ("arn:aws:dynamodb:us-east-1:*:table/*", "arn:aws:dynamodb:eu-west-1:1:table/x", "no"),
    ],
)
def test_covers(pattern: str, arn: str, expected: str) -> None:
    assert ARNS.covers(pattern, arn) == expected


NAMED = Arns(
    understand(
        only(
            Secret=resource("AWS::SecretsManager::Secret"),
            Db=resource("AWS::SecretsManager::Secret", Name="shop/db"),
            Queue=resource("AWS::SQS::Queue"),
            Limit=resource("AWS::SSM::Parameter", Name="/shop/limit"),
            Flag=resource("AWS::SSM::Parameter", Name="flag"),
            Role=resource("AWS::IAM::Role", RoleName="worker", Path="/service/"),
            Table=resource("AWS::DynamoDB::Table", TableName={"Ref": "Name"}),
            Other=resource("AWS::DynamoDB::Table", TableName={"Ref": "OtherName"}),
        )
    )
)


@rows(
    ("pattern", "owner", "expected"),
    [
        ("arn:aws:secretsmanager:*:*:secret:${AWS::StackName}-*", "Secret", "unknown"),
        ("arn:aws:secretsmanager:*:*:secret:shop/db-*", "Db", "yes"),
        ("arn:aws:secretsmanager:*:*:secret:shop/db", "Db", "no"),
        ("arn:aws:sqs:*:*:${AWS::StackName}-*", "Queue", "yes"),
        ("arn:aws:sqs:*:*:${AWS::StackName}-Other-*", "Queue", "unknown"),
        ("arn:aws:sqs:*:*:Orders", "Queue", "no"),
        ("arn:aws:ssm:*:*:parameter/shop/*", "Limit", "yes"),
        ("arn:aws:ssm:*:*:parameter//shop/*", "Limit", "no"),
        ("arn:aws:ssm:*:*:parameter/flag", "Flag", "yes"),
        ("arn:aws:iam::*:role/service/*", "Role", "yes"),
        ("arn:aws:iam::*:role/worker", "Role", "no"),
        ("arn:aws:dynamodb:*:*:table/${Name}", "Table", "yes"),
        ("arn:aws:dynamodb:*:*:table/${Other}", "Table", "no"),
        ("arn:aws:dynamodb:*:*:table/items", "Table", "unknown"),
    ],
)
def test_the_names_that_resources_have(pattern: str, owner: str, expected: str) -> None:
    assert NAMED.covers(NAMED.normal(pattern), NAMED.of(owner)) == expected


def test_covers_takes_time_that_grows_with_the_length_alone() -> None:
    """A pattern of many stars, against which a backtracking matcher needs ages."""
    pattern = "arn:aws:s3:::" + "a*" * 60 + "b"
    assert ARNS.covers(pattern, "arn:aws:s3:::" + "a" * 2000) == "no"
