"""Documents that the tests of the rules begin from: a function that puts items into a table, and nothing wrong."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from tapgen.proof import check
from tapgen.proof.findings import Finding
from tapgen.proof.subject import Source, Subject

PUT = """
import boto3, os
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
def handler(event, context):
    table.put_item(Item={})
"""


def resource(type_: str, **properties: Any) -> dict[str, Any]:
    """A resource; a property that is None is left out."""
    return {"Type": type_, "Properties": {name: value for name, value in properties.items() if value is not None}}


def allow(actions: Any, resources: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def arn(logical_id: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [logical_id, "Arn"]}


def policy(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def role(*statements: Any, **more: Any) -> dict[str, Any]:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    policies = [{"PolicyName": "Policy", "PolicyDocument": policy(*statements)}] if statements else []
    return resource("AWS::IAM::Role", AssumeRolePolicyDocument=policy(trust), Policies=policies, **more)


LOGS = allow(["logs:CreateLogStream", "logs:PutLogEvents"], arn("Logs"))
TRACES = allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*")
PUT_ITEM = allow(["dynamodb:PutItem"], [arn("Table")])


def function(code: str = PUT, **more: Any) -> dict[str, Any]:
    properties = {
        "FunctionName": "worker",
        "Handler": "index.handler",
        "Runtime": "python3.13",
        "Role": arn("Role"),
        "Code": {"ZipFile": code},
        "Environment": {"Variables": {"TABLE": {"Ref": "Table"}}},
        "LoggingConfig": {"LogGroup": {"Ref": "Logs"}},
        "TracingConfig": {"Mode": "Active"},
        **more,
    }
    return {"Type": "AWS::Lambda::Function", "Properties": properties}


def table(**more: Any) -> dict[str, Any]:
    key = [{"AttributeName": "id", "KeyType": "HASH"}]
    definitions = [{"AttributeName": "id", "AttributeType": "S"}]
    return resource("AWS::DynamoDB::Table", **{"KeySchema": key, "AttributeDefinitions": definitions, **more})


def document(code: str = PUT, statements: list[Any] | None = None, **resources: Any) -> dict[str, Any]:
    """The function, its role, its log group and its table; `resources` are added, or replace those."""
    statements = [LOGS, TRACES, PUT_ITEM] if statements is None else statements
    base = {
        "Function": function(code),
        "Role": role(*statements),
        "Logs": resource("AWS::Logs::LogGroup", RetentionInDays=30),
        "Table": table(),
    }
    return {"Resources": copy.deepcopy({**base, **resources})}


def only(**resources: Any) -> dict[str, Any]:
    return {"Resources": copy.deepcopy(resources)}


def findings(
    checked: dict[str, Any], *, protected: bool = False, sources: dict[str, Path] | None = None, root: Path = Path()
) -> tuple[Finding, ...]:
    """The findings of our own rules, without places and suppressions."""
    folders = {name: Source(folder) for name, folder in (sources or {}).items()}
    target = check.Target(Subject(checked, protected, folders, root), lambda finding: finding)
    return check.check_all([target], with_lint=False)[0]


def rules(checked: dict[str, Any], *, protected: bool = False) -> set[str]:
    """The ids of the rules that found something."""
    return {finding.rule for finding in findings(checked, protected=protected)}


def network(**more: Any) -> dict[str, Any]:
    """A VPC with one subnet that has no way out; `more` is added."""
    return {
        "Vpc": resource("AWS::EC2::VPC", CidrBlock="10.0.0.0/16", EnableDnsHostnames=True, EnableDnsSupport=True),
        "Subnet": resource("AWS::EC2::Subnet", VpcId={"Ref": "Vpc"}, CidrBlock="10.0.0.0/24"),
        "Routes": resource("AWS::EC2::RouteTable", VpcId={"Ref": "Vpc"}),
        "Association": resource(
            "AWS::EC2::SubnetRouteTableAssociation", SubnetId={"Ref": "Subnet"}, RouteTableId={"Ref": "Routes"}
        ),
        "Group": resource("AWS::EC2::SecurityGroup", VpcId={"Ref": "Vpc"}, SecurityGroupEgress=[https("0.0.0.0/0")]),
        **more,
    }


def https(cidr: str) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": cidr}


ENI_ACTIONS = [
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
]
INTERFACES = allow(ENI_ACTIONS, "*")
OWN_CODE = {"Fn::Sub": "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:worker"}
NOT_THE_CODE = {
    "Effect": "Deny",
    "Action": [*ENI_ACTIONS, "ec2:DetachNetworkInterface"],
    "Resource": "*",
    "Condition": {"ArnEquals": {"lambda:SourceFunctionArn": OWN_CODE}},
}


def in_vpc(code: str = PUT, statements: list[Any] | None = None, **resources: Any) -> dict[str, Any]:
    """The function in the VPC of `network`, with the documented minimum of permissions."""
    statements = [LOGS, TRACES, PUT_ITEM] if statements is None else statements
    configuration = {"SubnetIds": [{"Ref": "Subnet"}], "SecurityGroupIds": [{"Fn::GetAtt": ["Group", "GroupId"]}]}
    return document(
        code,
        [*statements, INTERFACES, NOT_THE_CODE],
        **{"Function": function(code, VpcConfig=configuration), **network(), **resources},
    )


def gateway_endpoint(service: str = "dynamodb", *statements: Any, **more: Any) -> dict[str, Any]:
    written = statements or ({**PUT_ITEM, "Principal": "*"},)
    return resource(
        "AWS::EC2::VPCEndpoint",
        **{
            "VpcId": {"Ref": "Vpc"},
            "ServiceName": {"Fn::Sub": f"com.amazonaws.${{AWS::Region}}.{service}"},
            "VpcEndpointType": "Gateway",
            "RouteTableIds": [{"Ref": "Routes"}],
            "PolicyDocument": policy(*written),
            **more,
        },
    )


SETTINGS = """
[tool.tapgen]
application = "tap"

[tool.tapgen.network]
cidr = "10.0.0.0/16"

[tool.tapgen.tables.Item]
partition_key = { name = "itemId" }

[tool.tapgen.functions.Item]
source = "src"
routes = ["GET /item"]
tables.Item = { variable = "TABLE", actions = ["dynamodb:PutItem"] }

[tool.tapgen.api]
authorization = "AWS_IAM"

[tool.tapgen.alarms]
alarm_email = "team@example.com"

[tool.tapgen.environments.dev]

[tool.tapgen.environments.prod]
protected = true
"""
GET_SETTINGS = SETTINGS.replace("PutItem", "GetItem")


def write_project(root: Path, settings: str = SETTINGS, call: str = "table.put_item(Item={})") -> None:
    """A small application; its function makes one call, on line 5 of src/index.py."""
    (root / "src").mkdir(parents=True, exist_ok=True)
    (root / "pyproject.toml").write_text(settings)
    (root / "src" / "index.py").write_text(PUT.replace("table.put_item(Item={})", call))
