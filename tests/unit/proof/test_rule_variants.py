"""Other forms of what the rules find, and more that they leave alone."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest

from tapgen.proof import check
from tapgen.proof.subject import Source, Subject
from tests.table import rows
from tests.unit.proof.documents import (
    LOGS,
    PUT,
    PUT_ITEM,
    TRACES,
    allow,
    arn,
    document,
    findings,
    function,
    gateway_endpoint,
    https,
    in_vpc,
    only,
    policy,
    resource,
    role,
    rules,
)

EVERYTHING = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}


def has(*statements: Any) -> dict[str, Any]:
    return document(statements=[LOGS, TRACES, PUT_ITEM, *statements])


def permission(**more: Any) -> dict[str, Any]:
    base = {"Action": "lambda:InvokeFunction", "FunctionName": "worker", **more}
    return only(Permission=resource("AWS::Lambda::Permission", **base))


def secret_parameter(**settings: Any) -> dict[str, Any]:
    return {"Resources": {}, "Parameters": {"Key": settings}}


FOUND = [
    ("action-unlisted", has(allow("dynamodb:Putt*", arn("Table")))),
    ("action-unknown", has(allow("dynamdb:PutItem", arn("Table")))),
    ("action-resource", has(allow("sts:GetSessionToken", "arn:aws:iam::*:role/deployer"))),
    ("action-wildcard", has({"Effect": "Allow", "NotAction": "s3:*", "Resource": arn("Table")})),
    ("resource-wildcard", has(allow("dynamodb:GetItem", {"Fn::Sub": "arn:${AWS::Partition}:dynamodb:*:*:table/*"}))),
    ("resource-wildcard", has({"Effect": "Allow", "Action": "dynamodb:GetItem", "NotResource": arn("Table")})),
    ("condition-key", has({**PUT_ITEM, "Condition": {"StringEquals": {"dynamodb:LeadingKey": "x"}}})),
    ("endpoint-open", in_vpc(Endpoint=gateway_endpoint("dynamodb", EVERYTHING))),
    ("invoke-public", permission(Principal="*")),
    ("invoke-wide", permission(SourceArn="arn:aws:execute-api:eu-west-1:1:abc/dev", Principal="x")),
    ("invoke-wide", permission(SourceArn="arn:aws:execute-api:eu-west-1:1:abc/*/GET/x", Principal="x")),
    ("secret-parameter", secret_parameter(Type="String", Default="AKIA" + "IOSFODNN7EXAMPLE")),
    ("ingress-open", only(Rule=resource("AWS::EC2::SecurityGroupIngress", IpProtocol="-1", CidrIpv6="::/0"))),
    ("egress-wide", only(Rule=resource("AWS::EC2::SecurityGroupEgress", IpProtocol=-1, CidrIp="0.0.0.0/0"))),
    ("egress-wide", only(Group=resource("AWS::EC2::SecurityGroup"))),
    ("policy-public", only(Queue=resource("AWS::SQS::QueuePolicy", PolicyDocument={"Statement": EVERYTHING}))),
    ("policy-public", only(Key=resource("AWS::KMS::Key", KeyPolicy=policy(EVERYTHING)))),
    ("reserved-tag", only(Function=resource("AWS::SSM::Parameter", Tags={"aws:x": "1"}))),
    ("limit-template", {"Resources": {}, "Parameters": {f"P{n}": {} for n in range(201)}}),
]
LEFT_ALONE = [
    ("action-unknown", has(allow("*", arn("Table")))),
    ("action-unknown", has(allow({"Ref": "Action"}, arn("Table")))),
    ("action-resource", has(allow("s3:GetObject", {"Ref": "Objects"}))),
    ("action-resource", has(allow(["dynamodb:Query", "dynamodb:GetItem"], [arn("Table"), "arn:aws:s3:::x"]))),
    ("action-resource", has(allow("dynamodb:GetItem", "arn:aws:dynamodb:*:*:*"))),
    ("action-resource", has(allow("nonsense:GetItem", "arn:aws:dynamodb:*:*:*"))),
    ("resource-wildcard", has({"Effect": "Deny", "Action": "dynamodb:GetItem", "Resource": "*"})),
    ("resource-wildcard", has(allow("dynamodb:Query", {"Fn::Sub": "${Table.Arn}/index/*"}))),
    (
        "condition-key",
        has({**PUT_ITEM, "Condition": {"StringEquals": {"aws:SourceVpc": "x", "aws:PrincipalTag/team": "y"}}}),
    ),
    ("condition-key", has({**PUT_ITEM, "Condition": {"StringEquals": {"${Key}": "x"}}})),
    (
        "endpoint-open",
        in_vpc(Endpoint=gateway_endpoint("dynamodb", {**EVERYTHING, "Condition": {"a": {"b": "c"}}})),
    ),
    ("invoke-public", permission(Principal="*", PrincipalOrgID="o-1")),
    ("invoke-public", permission(Principal="123456789012")),
    ("invoke-public", permission(Principal="s3.amazonaws.com", SourceAccount="123456789012")),
    ("invoke-wide", permission(SourceArn="arn:aws:execute-api:eu-west-1:1:abc/dev/*/", Principal="x")),
    ("invoke-wide", permission(SourceArn="arn:aws:s3:::bucket", Principal="x")),
    ("secret-parameter", secret_parameter(Type="String", Default="eu-west-1a")),
    ("role-shared", document(Other=function(FunctionName="o", Role="arn:aws:iam::1:role/x"))),
    ("network-interface-code", document(statements=[LOGS, TRACES, PUT_ITEM, allow("ec2:DescribeSubnets", "*")])),
    ("policy-public", only(Api=resource("AWS::ApiGateway::RestApi", Policy=policy(EVERYTHING)))),
    ("policy-public", only(Things=resource("AWS::IoT::Policy", PolicyDocument=policy(allow("iot:*", "*"))))),
    (
        "endpoint-service-name",
        only(E=gateway_endpoint("x", ServiceName="com.amazonaws.vpce.eu-west-1.vpce-svc-1")),
    ),
    ("endpoint-service-name", only(E=gateway_endpoint("x", ServiceName={"Ref": "Service"}))),
    ("trust-others", only(Role=role())),
    ("ingress-open", only(Rule=resource("AWS::EC2::SecurityGroupIngress", **https("10.0.0.0/8")))),
]


@rows(("rule", "checked"), FOUND)
def test_found(rule: str, checked: dict[str, Any]) -> None:
    assert rule in rules(checked)


@rows(("rule", "checked"), LEFT_ALONE)
def test_left_alone(rule: str, checked: dict[str, Any]) -> None:
    assert rule not in rules(checked)


def test_egress_rules_may_be_resources_of_their_own() -> None:
    rule = resource("AWS::EC2::SecurityGroupEgress", GroupId={"Ref": "Group"}, **https("0.0.0.0/0"))
    assert "egress-wide" not in rules(only(Group=resource("AWS::EC2::SecurityGroup"), Rule=rule))


def test_a_misspelt_action_gets_a_suggestion() -> None:
    found = findings(document(statements=[LOGS, TRACES, PUT_ITEM, allow("dynamodb:PutItems", arn("Table"))]))
    [unknown] = [finding for finding in found if finding.rule == "action-unknown"]
    assert unknown.hint == "Did you mean dynamodb:PutItem?"
    found = findings(document(statements=[LOGS, TRACES, PUT_ITEM, allow("dynamdb:PutItem", arn("Table"))]))
    [unknown] = [finding for finding in found if finding.rule == "action-unknown"]
    assert unknown.hint == 'IAM knows no service prefix "dynamdb". Did you mean dynamodb:PutItem?'


def test_a_wildcard_of_a_managed_policy_of_the_template() -> None:
    written = resource("AWS::IAM::ManagedPolicy", PolicyDocument=policy(allow("s3:*", "arn:aws:s3:::b/*")))
    [finding] = [one for one in findings(only(Policy=written)) if one.rule == "action-wildcard"]
    assert finding.path == ("Resources", "Policy", "Properties", "PolicyDocument", "Statement", 0)


def test_one_statement_that_is_no_list() -> None:
    written = resource("AWS::IAM::ManagedPolicy", PolicyDocument={"Statement": allow("s3:*", "arn:aws:s3:::b/*")})
    [finding] = [one for one in findings(only(Policy=written)) if one.rule == "action-wildcard"]
    assert finding.path == ("Resources", "Policy", "Properties", "PolicyDocument", "Statement")


def test_a_variable_of_the_runtime_is_there_without_being_set() -> None:
    code = PUT.replace('os.environ["TABLE"]', 'os.environ["AWS_LAMBDA_FUNCTION_NAME"]')
    assert "variable-missing" not in rules(document(code))
    assert "variable-missing" in rules(document(PUT.replace('"TABLE"', '"PATHWAY"')))


def test_interface_endpoint_without_dns_or_groups_of_another_stack() -> None:
    """A token of a database is signed, not requested: it needs a permission and no path."""
    code = "import boto3\ndef handler(e, c):\n    boto3.client('rds').generate_db_auth_token('h', 1, 'u')\n"
    found = findings(in_vpc(code, [LOGS, TRACES]))
    assert "service-unreachable" not in {finding.rule for finding in found}
    assert "permission-missing" in {finding.rule for finding in found}


@pytest.mark.parametrize(
    ("checked", "messages"),
    [
        (
            {"Transform": "AWS::Serverless-2016-10-31", **only(F=resource("AWS::Serverless::Function"))},
            [
                "F (AWS::Serverless::Function) becomes other resources.",
                "What AWS::Serverless-2016-10-31 makes of the template is not known.",
            ],
        ),
        (
            {
                "Transform": [{"Name": "Ours"}, "AWS::LanguageExtensions"],
                "Resources": {"Fn::ForEach::T": ["i", [], {}]},
            },
            [
                "The resources that Fn::ForEach::T makes are not known.",
                "What AWS::LanguageExtensions makes of the template is not known.",
                "What Ours makes of the template is not known.",
            ],
        ),
        (
            only(T=resource("AWS::SNS::Topic", Tags=[{"Fn::Transform": {"Name": "AWS::Include"}}])),
            ["Part of T is made by Fn::Transform."],
        ),
        (only(T=resource("AWS::SNS::Topic", TopicName="Fn::Transform")), []),
    ],
)
def test_what_cannot_be_seen_is_told(checked: dict[str, Any], messages: list[str]) -> None:
    assert sorted(one.message for one in findings(checked) if one.rule == "not-checked") == messages


def test_a_partition_is_told_once_for_a_resource() -> None:
    arns = ["arn:aws:sns:eu-west-1:123456789012:a", "arn:aws:sns:eu-west-1:123456789012:b", "arn:aws-cn:sns:::c"]
    told = [one.message for one in findings(only(A=resource("AWS::CloudWatch::Alarm", AlarmActions=arns)))]

    assert sorted(one for one in told if "partition" in one) == [
        'A names the partition "aws".',
        'A names the partition "aws-cn".',
    ]


def test_a_variable_that_no_request_uses() -> None:
    code = PUT.replace("def handler", "LEVEL = os.environ['LEVEL']\nTRACE = os.environ.get('TRACE')\ndef handler")
    [finding] = [one for one in findings(document(code)) if one.rule == "variable-missing"]
    assert finding.message == "Function's code reads LEVEL; the function does not set it."
    assert finding.line == code.splitlines().index("LEVEL = os.environ['LEVEL']") + 1


def test_a_variable_that_the_code_can_do_without() -> None:
    code = PUT.replace("def handler", "if 'LEVEL' in os.environ:\n    LEVEL = os.environ['LEVEL']\ndef handler")
    assert "variable-missing" not in rules(document(code))


@pytest.mark.parametrize(("condition", "missing"), [("if TOPIC:", False), ("if event:", True)])
def test_a_variable_that_a_request_is_made_for_only_where_it_is_set(condition: str, missing: bool) -> None:
    code = (
        "import boto3, os\nTOPIC = os.environ.get('TOPIC')\ndef handler(event, context):\n"
        f"    {condition}\n        boto3.client('sns').publish(TopicArn=TOPIC, Message='m')\n"
    )
    assert ("variable-missing" in rules(document(code))) is missing


def test_variables_under_a_condition_or_of_a_wrapper_are_not_missed() -> None:
    code = PUT.replace("def handler", "LEVEL = os.environ['LEVEL']\ndef handler")
    given = {"TABLE": {"Ref": "Table"}, "AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper"}
    wrapped = function(code, Environment={"Variables": given})
    open_ = function(code, Environment={"Variables": {"Fn::If": ["Big", given, given]}})
    assert "variable-missing" not in rules(document(Function=wrapped))
    assert "variable-missing" not in rules(document(Function=open_))


def imports(code: str, *, requirements: str | None = "", layers: int = 0, **properties: Any) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "index.py").write_text(code)
        written = function(Code={"S3Bucket": "b", "S3Key": "k"}, **properties)
        sources = {"Function": Source(Path(folder), requirements=requirements, layers=layers)}
        checked = document(Function=written, Layer=resource("AWS::Lambda::LayerVersion", Content={}))
        target = check.Target(Subject(checked, False, sources, Path(folder)), lambda finding: finding)
        found = check.check_all([target], with_lint=False)[0]
    return [finding.message for finding in found if finding.rule == "import-missing"]


REQUESTS = "Function imports requests, which is neither in its source, nor in its requirements, nor in the runtime."
CGI = "Function imports cgi, which left Python's standard library with 3.13."


@rows(
    ("code", "more", "expected"),
    [
        ("import requests", {}, [REQUESTS]),
        ("import requests\nfrom requests import auth", {}, [REQUESTS]),
        ("import requests", {"requirements": "pydantic"}, []),
        ("import requests", {"requirements": None}, []),
        ("import requests", {"Layers": ["arn:aws:lambda:eu-west-1:1:layer:x:1"]}, []),
        ("import requests", {"Layers": [{"Ref": "Layer"}], "layers": 1}, [REQUESTS]),
        ("import requests", {"Layers": [{"Ref": "Layer"}]}, []),
        ("import requests", {"Layers": [{"Ref": "Layer"}, "arn:aws:lambda:eu-west-1:1:layer:x:1"], "layers": 1}, []),
        ("import requests", {"Runtime": {"Ref": "Runtime"}}, []),
        ("import cgi", {}, [CGI]),
        ("import cgi", {"requirements": "pydantic"}, [CGI]),
        ("import cgi", {"requirements": "legacy-cgi==2.6"}, []),
        ("import cgi", {"Runtime": "python3.12"}, []),
        ("import tomllib", {"Runtime": "python3.11"}, []),
        ("import tomllib", {"Runtime": "python3.10"}, [REQUESTS.replace("requests", "tomllib", 1)]),
        ("import boto3, botocore.config, urllib3, dateutil.parser, zoneinfo", {}, []),
    ],
)
def test_imports_by_runtime_requirements_and_layers(code: str, more: dict[str, Any], expected: list[str]) -> None:
    assert imports(f"{code}\ndef handler(event, context): pass\n", **more) == expected


def test_inline_code_has_cfnresponse() -> None:
    code = "import cfnresponse\n" + PUT
    assert "import-missing" not in rules(document(code))
    assert imports(code) == [REQUESTS.replace("requests", "cfnresponse", 1)]


def test_a_name_that_a_module_does_not_have(tmp_path: Path) -> None:
    (tmp_path / "index.py").write_text("from store import save\ndef handler(event, context): pass\n")
    (tmp_path / "store.py").write_text("def load(): pass\n")
    checked = document(Function=function(Code={"S3Bucket": "b", "S3Key": "k"}))
    found = findings(checked, sources={"Function": tmp_path}, root=tmp_path)
    [finding] = [one for one in found if one.rule == "import-missing"]
    assert (finding.message, finding.file, finding.line) == (
        "Function imports save from store, which has no such name.",
        "index.py",
        1,
    )
