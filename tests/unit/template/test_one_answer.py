"""What a review calls open the check calls open, and the reverse; what is not there is there for neither."""

from __future__ import annotations

from typing import Any

import pytest

from tapgen.proof.check import check_all, of_template
from tapgen.proof.rules.exposure import EXPOSURE_RULES
from tapgen.review.assess import assess
from tapgen.template.document import dump
from tapgen.template.type_rows import TYPES
from tests.table import rows

OPEN_RULES = frozenset({rule.id for rule in EXPOSURE_RULES} | {"invoke-public"})


def reviewed(document: dict[str, Any]) -> set[str]:
    """The logical ids that a review of the new stack calls open to everybody."""
    empty = {**document, "Resources": {}}
    return {impact.logical_id for impact in assess(empty, document).security if impact.everybody}


def checked(document: dict[str, Any], tmp_path: Any) -> set[str]:
    """The logical ids that the check calls open to everybody."""
    file = tmp_path / "template.json"
    [findings] = check_all([of_template(file, dump(document, "json"), document, {})], with_lint=False)
    return {str(finding.logical_id) for finding in findings if finding.rule in OPEN_RULES}


# ------------------------------------------------------------------------------------------ every way to write a value

WORLD = "0.0.0.0/0"
VALUES: dict[str, tuple[Any, bool]] = {
    "literal": (WORLD, True),
    "literal that is not everybody": ("10.0.0.0/8", False),
    "the default of a parameter": ({"Ref": "World"}, True),
    "the default of another parameter": ({"Ref": "Inside"}, False),
    "a parameter without a default": ({"Ref": "Given"}, False),
    "a mapping": ({"Fn::FindInMap": ["Ranges", "all", "cidr"]}, True),
    "a mapping by a parameter": ({"Fn::FindInMap": ["Ranges", {"Ref": "Which"}, "cidr"]}, True),
    "a condition that holds": ({"Fn::If": ["Yes", WORLD, "10.0.0.0/8"]}, True),
    "a condition that does not hold": ({"Fn::If": ["No", WORLD, "10.0.0.0/8"]}, False),
    "a condition that is open": ({"Fn::If": ["Open", WORLD, "10.0.0.0/8"]}, True),
    "an open condition, the other way round": ({"Fn::If": ["Open", "10.0.0.0/8", WORLD]}, True),
    "a condition in a condition": ({"Fn::If": ["Open", {"Fn::If": ["Yes", WORLD, "a"]}, "10.0.0.0/8"]}, True),
    "Sub": ({"Fn::Sub": "${Zero}/0"}, True),
    "Sub with a variable": ({"Fn::Sub": ["${Net}/0", {"Net": {"Ref": "Zero"}}]}, True),
    "Join": ({"Fn::Join": ["/", [{"Ref": "Zero"}, "0"]]}, True),
    "Select": ({"Fn::Select": ["1", ["10.0.0.0/8", WORLD]]}, True),
    "Select of Split": ({"Fn::Select": [0, {"Fn::Split": [",", "0.0.0.0/0,10.0.0.0/8"]}]}, True),
    "a list parameter": ({"Fn::Select": [1, {"Ref": "Ranges4"}]}, True),
}
AROUND = {
    "Parameters": {
        "World": {"Type": "String", "Default": WORLD},
        "Inside": {"Type": "String", "Default": "10.0.0.0/8"},
        "Given": {"Type": "String"},
        "Which": {"Type": "String", "Default": "all"},
        "Zero": {"Type": "String", "Default": "0.0.0.0"},
        "Ranges4": {"Type": "CommaDelimitedList", "Default": f"10.0.0.0/8, {WORLD}"},
        "Anyone": {"Type": "String", "Default": "*"},
    },
    "Mappings": {"Ranges": {"all": {"cidr": WORLD}}, "Who": {"all": {"arn": "*"}}},
    "Conditions": {
        "Yes": {"Fn::Equals": ["a", "a"]},
        "No": {"Fn::Equals": ["a", "b"]},
        "Open": {"Fn::Equals": [{"Ref": "Given"}, "b"]},
    },
}
PRINCIPALS: dict[str, tuple[Any, bool]] = {
    "literal": ("*", True),
    "an account": ({"AWS": "111122223333"}, False),
    "AWS": ({"AWS": "*"}, True),
    "a list": ({"AWS": ["111122223333", "*"]}, True),
    "the default of a parameter": ({"AWS": {"Ref": "Anyone"}}, True),
    "a mapping": ({"AWS": {"Fn::FindInMap": ["Who", "all", "arn"]}}, True),
    "a condition that holds": ({"AWS": {"Fn::If": ["Yes", "*", "111122223333"]}}, True),
    "a condition that does not hold": ({"AWS": {"Fn::If": ["No", "*", "111122223333"]}}, False),
    "a condition that is open": ({"AWS": {"Fn::If": ["Open", "*", "111122223333"]}}, True),
    "Sub": ({"AWS": {"Fn::Sub": "${Anyone}"}}, True),
    "Join": ({"AWS": {"Fn::Join": ["", [{"Ref": "Anyone"}]]}}, True),
    "Select": ({"AWS": {"Fn::Select": [0, ["*"]]}}, True),
    "NoValue beside an account": ({"AWS": ["111122223333", {"Ref": "AWS::NoValue"}]}, False),
    "a function's ARN as text": ({"AWS": {"Fn::GetAtt": "Reader.Arn"}}, False),
    "a function's ARN as a list": ({"AWS": {"Fn::GetAtt": ["Reader", "Arn"]}}, False),
    "a service": ({"Service": "lambda.amazonaws.com"}, False),
}


def allowing(principal: Any, **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "*", "Resource": "*", **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def json_text(policy: dict[str, Any]) -> str:
    return dump(policy, "json", indent=0)


# ----------------------------------------------------------------------------------------------- every place of a policy

PLACES: dict[str, Any] = {
    "trust": lambda policy: ("AWS::IAM::Role", {"AssumeRolePolicyDocument": policy}),
    "bucket": lambda policy: ("AWS::S3::BucketPolicy", {"Bucket": "b", "PolicyDocument": policy}),
    "queue": lambda policy: ("AWS::SQS::QueuePolicy", {"Queues": ["q"], "PolicyDocument": policy}),
    "topic": lambda policy: ("AWS::SNS::TopicPolicy", {"Topics": ["t"], "PolicyDocument": policy}),
    "inline topic": lambda policy: ("AWS::SNS::TopicInlinePolicy", {"TopicArn": "t", "PolicyDocument": policy}),
    "key": lambda policy: ("AWS::KMS::Key", {"KeyPolicy": policy}),
    "secret": lambda policy: ("AWS::SecretsManager::ResourcePolicy", {"SecretId": "s", "ResourcePolicy": policy}),
    "table": lambda policy: ("AWS::DynamoDB::Table", {"ResourcePolicy": {"PolicyDocument": policy}}),
    "repository": lambda policy: ("AWS::ECR::Repository", {"RepositoryPolicyText": policy}),
    "search domain": lambda policy: ("AWS::OpenSearchService::Domain", {"AccessPolicies": policy}),
    "file system": lambda policy: ("AWS::EFS::FileSystem", {"FileSystemPolicy": policy}),
    "event bus": lambda policy: ("AWS::Events::EventBus", {"Name": "b", "Policy": policy}),
    "statement of a bus": lambda policy: (
        "AWS::Events::EventBusPolicy",
        {"StatementId": "s", "Statement": policy["Statement"][0]},
    ),
    "stream": lambda policy: ("AWS::Kinesis::ResourcePolicy", {"ResourceArn": "s", "ResourcePolicy": policy}),
    "API": lambda policy: ("AWS::ApiGateway::RestApi", {"Policy": policy}),
    "log group": lambda policy: ("AWS::Logs::ResourcePolicy", {"PolicyName": "p", "PolicyDocument": json_text(policy)}),
    "bucket as text": lambda policy: ("AWS::S3::BucketPolicy", {"Bucket": "b", "PolicyDocument": json_text(policy)}),
    "trust as text": lambda policy: ("AWS::IAM::Role", {"AssumeRolePolicyDocument": json_text(policy)}),
}
CONDITIONS: dict[str, tuple[dict[str, Any], bool]] = {
    "none": ({}, True),
    "an address": ({"Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}, False),
    "an organization": ({"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}, False),
    "encryption in transit": ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, True),
    "any source": ({"Condition": {"ArnLike": {"aws:SourceArn": "*"}}}, True),
}


def both(document: dict[str, Any], tmp_path: Any) -> set[str]:
    """The one answer."""
    review, check = reviewed(document), checked(document, tmp_path)
    assert review == check
    return review


def alone(kind: str, properties: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    return {**AROUND, "Resources": {"X": {"Type": kind, "Properties": properties, **attributes}}}


def group(*rules: dict[str, Any]) -> dict[str, Any]:
    return alone("AWS::EC2::SecurityGroup", {"GroupDescription": "x", "SecurityGroupIngress": list(rules)})


def ssh(cidr: Any, **more: Any) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": cidr, **more}


@rows("name", VALUES)
def test_a_range_however_it_is_written(name: str, tmp_path: Any) -> None:
    value, is_open = VALUES[name]
    assert both(group(ssh(value)), tmp_path) == ({"X"} if is_open else set())


@rows("name", PRINCIPALS)
def test_a_principal_however_it_is_written(name: str, tmp_path: Any) -> None:
    principal, is_open = PRINCIPALS[name]
    for place in ("trust", "bucket", "key"):
        document = alone(*PLACES[place](allowing(principal)))
        assert both(document, tmp_path) == ({"X"} if is_open else set()), place


@rows("place", PLACES)
def test_a_policy_wherever_it_stands(place: str, tmp_path: Any) -> None:
    for name, (condition, is_open) in CONDITIONS.items():
        document = alone(*PLACES[place](allowing("*", **condition)))
        assert both(document, tmp_path) == ({"X"} if is_open else set()), name
    assert both(alone(*PLACES[place](allowing("*", Effect="Deny"))), tmp_path) == set()


@rows(
    ("rules", "is_open"),
    [
        ([ssh("0.0.0.0/1"), ssh("128.0.0.0/1")], True),
        ([ssh("0.0.0.0/1"), ssh("128.0.0.0/2")], False),
        ([ssh("0.0.0.0/1"), {**ssh("128.0.0.0/1"), "FromPort": 20, "ToPort": 30}], True),
        ([ssh("0.0.0.0/1"), {**ssh("128.0.0.0/1"), "FromPort": 23, "ToPort": 30}], False),
        ([ssh("0.0.0.0/1"), {"IpProtocol": "-1", "CidrIp": "128.0.0.0/1"}], True),
        ([ssh("0.0.0.0/1"), {**ssh("128.0.0.0/1"), "IpProtocol": "udp"}], False),
        ([{"IpProtocol": "-1", "CidrIpv6": "::/1"}, {"IpProtocol": "-1", "CidrIpv6": "8000::/1"}], True),
        ([{"IpProtocol": "-1", "CidrIpv6": "::/0"}], True),
        ([{"IpProtocol": "-1", "CidrIpv6": "fd00::/8"}], False),
        ([{"Fn::If": ["Open", ssh(WORLD), {"Ref": "AWS::NoValue"}]}], True),
        ([{"Fn::If": ["No", ssh(WORLD), {"Ref": "AWS::NoValue"}]}], False),
        ([{"IpProtocol": "6", "FromPort": "22", "ToPort": "22", "CidrIp": WORLD}], True),
    ],
)
def test_ranges_that_are_everybody_together(rules: list[Any], is_open: bool, tmp_path: Any) -> None:
    assert both(group(*rules), tmp_path) == ({"X"} if is_open else set())


SETTINGS = [
    ("AWS::S3::Bucket", {"AccessControl": "PublicRead"}, True),
    ("AWS::S3::Bucket", {"AccessControl": {"Ref": "Acl"}}, True),
    ("AWS::S3::Bucket", {"AccessControl": "Private"}, False),
    ("AWS::S3::Bucket", {"PublicAccessBlockConfiguration": {"BlockPublicPolicy": False}}, True),
    ("AWS::RDS::DBInstance", {"PubliclyAccessible": True}, True),
    ("AWS::RDS::DBInstance", {"PubliclyAccessible": {"Fn::If": ["Open", True, False]}}, True),
    ("AWS::RDS::DBInstance", {"PubliclyAccessible": "false"}, False),
    ("AWS::EC2::Subnet", {"MapPublicIpOnLaunch": True}, True),
    ("AWS::Lambda::Url", {"AuthType": "NONE", "TargetFunctionArn": "f"}, True),
    ("AWS::Lambda::Url", {"AuthType": "AWS_IAM", "TargetFunctionArn": "f"}, False),
    ("AWS::ApiGatewayV2::Route", {"ApiId": "a", "RouteKey": "POST /x"}, True),
    ("AWS::ApiGatewayV2::Route", {"ApiId": "a", "RouteKey": "POST /x", "AuthorizationType": "JWT"}, False),
    ("AWS::ApiGateway::Method", {"RestApiId": "a", "HttpMethod": "GET"}, True),
    ("AWS::ApiGateway::Method", {"RestApiId": "a", "HttpMethod": "OPTIONS"}, False),
    ("AWS::ApiGateway::Method", {"RestApiId": "a", "HttpMethod": "GET", "ApiKeyRequired": True}, False),
]


@rows(("kind", "properties", "is_open"), SETTINGS)
def test_a_setting_that_opens(kind: str, properties: dict[str, Any], is_open: bool, tmp_path: Any) -> None:
    document = alone(kind, properties)
    document["Parameters"] = {**AROUND["Parameters"], "Acl": {"Type": "String", "Default": "PublicReadWrite"}}
    assert both(document, tmp_path) == ({"X"} if is_open else set())


@pytest.mark.parametrize(
    ("principal", "more", "is_open"),
    [
        ("*", {}, True),
        ("*", {"FunctionUrlAuthType": "NONE"}, True),
        ("*", {"PrincipalOrgID": "o-1"}, False),
        ({"Ref": "Anyone"}, {}, True),
        ("111122223333", {}, False),
    ],
)
def test_a_permission_to_invoke(principal: Any, more: dict[str, Any], is_open: bool, tmp_path: Any) -> None:
    properties = {"FunctionName": "f", "Action": "lambda:InvokeFunction", "Principal": principal, **more}
    document = alone("AWS::Lambda::Permission", properties)
    assert bool(reviewed(document)) == bool(checked(document, tmp_path)) == is_open


@pytest.mark.parametrize(("condition", "there"), [("Yes", True), ("No", False), ("Open", True)])
def test_a_resource_that_is_not_there_is_there_for_neither(condition: str, there: bool, tmp_path: Any) -> None:
    for kind, properties in (
        ("AWS::EC2::SecurityGroup", {"GroupDescription": "x", "SecurityGroupIngress": [ssh(WORLD)]}),
        PLACES["trust"](allowing("*")),
        ("AWS::S3::Bucket", {"AccessControl": "PublicRead"}),
    ):
        document = alone(kind, properties, Condition=condition)
        assert both(document, tmp_path) == ({"X"} if there else set())


# ------------------------------------------------------------------------------------------- what an identity may do


def inline(policy: Any) -> dict[str, Any]:
    return {"Policies": [{"PolicyName": "p", "PolicyDocument": policy}]}


def apart(policy: Any, **whose: Any) -> dict[str, Any]:
    return {"PolicyName": "p", "PolicyDocument": policy, **whose}


NOBODY = {"AssumeRolePolicyDocument": {"Statement": []}}
IDENTITIES: dict[str, Any] = {
    "of a role": lambda policy: ("AWS::IAM::Role", {**NOBODY, **inline(policy)}),
    "of a role, as text": lambda policy: ("AWS::IAM::Role", {**NOBODY, **inline(json_text(policy))}),
    "attached": lambda policy: ("AWS::IAM::Policy", apart(policy, Roles=["r"])),
    "attached to a role": lambda policy: ("AWS::IAM::RolePolicy", apart(policy, RoleName="r")),
    "managed": lambda policy: ("AWS::IAM::ManagedPolicy", {"PolicyDocument": policy}),
    "managed, attached": lambda policy: ("AWS::IAM::ManagedPolicy", {"PolicyDocument": policy, "Roles": ["r"]}),
    "of a user": lambda policy: ("AWS::IAM::User", inline(policy)),
    "attached to a user": lambda policy: ("AWS::IAM::UserPolicy", apart(policy, UserName="u")),
    "of a group": lambda policy: ("AWS::IAM::Group", inline(policy)),
    "attached to a group": lambda policy: ("AWS::IAM::GroupPolicy", apart(policy, GroupName="g")),
    "of a permission set": lambda policy: ("AWS::SSO::PermissionSet", {"InlinePolicy": policy}),
    "of a permission set, as text": lambda policy: ("AWS::SSO::PermissionSet", {"InlinePolicy": json_text(policy)}),
}
ACTIONS: dict[str, tuple[Any, bool]] = {
    "literal": ("*", True),
    "one action": ("s3:GetObject", False),
    "the default of a parameter": ({"Ref": "Anyone"}, True),
    "a mapping": ({"Fn::FindInMap": ["Who", "all", "arn"]}, True),
    "a condition that holds": ({"Fn::If": ["Yes", "*", "s3:GetObject"]}, True),
    "a condition that does not hold": ({"Fn::If": ["No", "*", "s3:GetObject"]}, False),
    "a condition that is open": ({"Fn::If": ["Open", "*", "s3:GetObject"]}, True),
    "a list with nothing in it": (["s3:GetObject", {"Ref": "AWS::NoValue"}], False),
    "Sub": ({"Fn::Sub": "${Anyone}"}, True),
}


@rows("place", IDENTITIES)
def test_a_policy_of_an_identity_wherever_it_stands(place: str, tmp_path: Any) -> None:
    for name, (action, everything) in ACTIONS.items():
        if place.endswith("as text") and not isinstance(action, str):
            continue  # nothing is filled in inside of a text
        document = alone(*IDENTITIES[place]({"Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}))
        [impact] = assess({**document, "Resources": {}}, document).security
        file = tmp_path / "template.json"
        [findings] = check_all([of_template(file, dump(document, "json"), document, {})], with_lint=False)
        said = any(finding.rule == "policy-administrator" for finding in findings)
        assert impact.rule == "S001"
        assert any(detail.startswith("*") for detail in impact.details) == said == everything, name


# ------------------------------------------------------------------------------------------- every type with a policy


@rows("kind", sorted(name for name, row in TYPES.items() if row.policy and not row.limits))
def test_a_resource_policy_of_every_type(kind: str, tmp_path: Any) -> None:
    if TYPES[kind].for_identities or TYPES[kind].owners or kind == "AWS::IAM::Role":
        return  # what identities may do: above
    properties: dict[str, Any] = {}
    inner = properties
    *above, last = TYPES[kind].policy
    for step in above:
        inner = inner.setdefault(step, {})
    inner[last] = allowing("*")
    if TYPES[kind].attached_to:
        properties[TYPES[kind].attached_to] = "arn:aws:x:eu-west-1:111122223333:thing/one"
    assert both(alone(kind, properties), tmp_path) == {"X"}
