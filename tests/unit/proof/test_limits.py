"""Each quota: one that is full passes, one more does not; and the forms of names."""

from __future__ import annotations

from typing import Any

from tests.table import rows
from tests.unit.proof.documents import allow, findings, function, only, policy, resource, role, table

INDEX = {"IndexName": "i", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}
RULE = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/8"}


def limits(document: dict[str, Any]) -> list[str]:
    return [f.message for f in findings(document) if f.rule.startswith("limit-") or f.rule == "name-form"]


def sized(characters: int) -> dict[str, Any]:
    """A policy document of so many characters without white space."""
    empty = len('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"","Resource":"*"}]}')
    return policy(allow("s" * (characters - empty), "*"))


def attached(size: int) -> dict[str, Any]:
    return only(Role=role(), Policy=resource("AWS::IAM::Policy", Roles=[{"Ref": "Role"}], PolicyDocument=sized(size)))


def of_user(size: int) -> dict[str, Any]:
    own = {"PolicyName": "p", "PolicyDocument": sized(size)}
    return only(User=resource("AWS::IAM::User", Policies=[own]))


def of_group(size: int) -> dict[str, Any]:
    shared = resource("AWS::IAM::Policy", Groups=[{"Ref": "Group"}], PolicyDocument=sized(size))
    return only(Group=resource("AWS::IAM::Group"), Policy=shared)


def trusting(size: int) -> dict[str, Any]:
    return only(Role=resource("AWS::IAM::Role", AssumeRolePolicyDocument=sized(size)))


def managed(size: int) -> dict[str, Any]:
    return only(Policy=resource("AWS::IAM::ManagedPolicy", PolicyDocument=sized(size)))


def guarding(size: int) -> dict[str, Any]:
    return only(Endpoint=resource("AWS::EC2::VPCEndpoint", PolicyDocument=sized(size)))


def with_arns(count: int) -> dict[str, Any]:
    return only(Role=role(ManagedPolicyArns=[f"arn:x{number}" for number in range(count)]))


def layered(count: int) -> dict[str, Any]:
    return only(Function=function(Layers=["arn"] * count))


def grouped(count: int) -> dict[str, Any]:
    return only(Function=function(VpcConfig={"SubnetIds": ["s"], "SecurityGroupIds": ["g"] * count}))


def variables(size: int) -> dict[str, Any]:
    return only(Function=function(Environment={"Variables": {"A": "a " * ((size - 1) // 2) + "a" * ((size - 1) % 2)}}))


def indexed(count: int) -> dict[str, Any]:
    return only(Table=table(GlobalSecondaryIndexes=[INDEX] * count))


def ruled(count: int) -> dict[str, Any]:
    return only(Group=resource("AWS::EC2::SecurityGroup", SecurityGroupEgress=[RULE] * count))


def routed(count: int) -> dict[str, Any]:
    routes = {f"R{number}": resource("AWS::EC2::Route", RouteTableId={"Ref": "Table"}) for number in range(count)}
    return only(Table=resource("AWS::EC2::RouteTable"), **routes) if count < 499 else parts(routes)


def parts(routes: dict[str, Any]) -> dict[str, Any]:
    return {"Resources": {"Table": resource("AWS::EC2::RouteTable"), **routes}}


def tagged(count: int) -> dict[str, Any]:
    return only(Table=table(Tags=[{"Key": f"k{number}", "Value": "v"} for number in range(count)]))


def outputs(count: int) -> dict[str, Any]:
    return {"Resources": {}, "Outputs": {f"O{number}": {"Value": "x"} for number in range(count)}}


def described(size: int) -> dict[str, Any]:
    return {"Resources": {}, "Description": "ä" * (size // 2) + "a" * (size % 2)}


def named(size: int) -> dict[str, Any]:
    return {"Resources": {"A" * size: resource("AWS::SQS::Queue")}}


def large(size: int) -> dict[str, Any]:
    frame = len('{"Resources":{},"Metadata":{"a":""}}')
    return {"Resources": {}, "Metadata": {"a": "x" * (size - frame)}}


QUOTAS = [
    (attached, 10_240, "The inline policies of Role have 10,241 characters; a role takes 10,240."),
    (of_user, 2_048, "The inline policies of User have 2,049 characters; a user takes 2,048."),
    (of_group, 5_120, "The inline policies of Group have 5,121 characters; a group takes 5,120."),
    (trusting, 2_048, "The trust policy of Role has 2,049 characters; it takes 2,048."),
    (managed, 6_144, "Policy has 6,145 characters; a managed policy takes 6,144."),
    (guarding, 20_480, "Endpoint has 20,481 characters; an endpoint's policy takes 20,480."),
    (with_arns, 10, "Role has 11 managed policies; a role takes 10."),
    (layered, 5, "Function has 6 layers; Lambda takes 5."),
    (grouped, 5, "Function has 6 security groups; it takes 5."),
    (variables, 4_096, "The environment variables of Function have 4,097 bytes; Lambda takes 4,096."),
    (indexed, 20, "Table has 21 GlobalSecondaryIndexes; it takes 20."),
    (ruled, 60, "Group has 61 SecurityGroupEgress; it takes 60."),
    (tagged, 50, "Table has 51 tags; a resource takes 50."),
    (outputs, 200, "201 outputs; a template takes 200."),
    (described, 1_024, "The description has 1025 bytes; it takes 1024."),
    (named, 255, f"{'A' * 40}… has 256 characters; a name takes 255."),
    (large, 1_048_576, "1,048,577 bytes; a template takes 1,048,576."),
]


@rows(("made", "most", "message"), QUOTAS, ids=[row[0].__name__ for row in QUOTAS])
def test_quota(made: Any, most: int, message: str) -> None:
    assert limits(made(most)) == []
    assert limits(made(most + 1)) == [message]


def test_routes_of_a_table() -> None:
    full = limits(routed(500))
    assert not [message for message in full if "routes" in message]
    assert "Table has 501 routes; a route table takes 500." in limits(routed(501))


NAMES = [
    ("AWS::Lambda::Function", "FunctionName", "a" * 64, "a" * 65),
    ("AWS::Lambda::Function", "FunctionName", "a_b-c", "a.b"),
    ("AWS::IAM::Role", "RoleName", "a" * 64, "a" * 65),
    ("AWS::IAM::Role", "RoleName", "a@b", "a/b"),
    ("AWS::DynamoDB::Table", "TableName", "abc", "ab"),
    ("AWS::DynamoDB::Table", "TableName", "a.b-c_d", "a b c"),
    ("AWS::S3::Bucket", "BucketName", "my-bucket", "My-Bucket"),
    ("AWS::S3::Bucket", "BucketName", "a.b.c", "a..b"),
    ("AWS::SQS::Queue", "QueueName", "a.fifo", "a.b"),
    ("AWS::Logs::LogGroup", "LogGroupName", "/aws/lambda/x", "a:b"),
    ("AWS::EC2::SecurityGroup", "GroupName", "group (1)", "sg-1"),
    ("AWS::EC2::SecurityGroup", "GroupDescription", "HTTPS out; nothing in", "ä"),
    ("AWS::ApiGateway::Stage", "StageName", "v1_a-b", "v1.0"),
    ("AWS::Lambda::Function", "FunctionName", {"Fn::Sub": "${AWS::StackName}-" + "a" * 60}, "a" * 65),
]


@rows(("type_", "key", "right", "wrong"), NAMES)
def test_names(type_: str, key: str, right: Any, wrong: str) -> None:
    assert limits(only(Thing=resource(type_, **{key: right}))) == []
    assert len(limits(only(Thing=resource(type_, **{key: wrong})))) == 1


def test_a_known_part_that_is_too_long_by_itself() -> None:
    name = {"Fn::Sub": "${AWS::StackName}" + "a" * 65}
    assert limits(only(Thing=resource("AWS::Lambda::Function", FunctionName=name))) == [
        "FunctionName of Thing has 65 characters; it takes 64."
    ]
