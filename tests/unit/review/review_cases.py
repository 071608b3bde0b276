"""Pairs of templates, each with everything that a review must say of it.

An expectation is one word or two: "X replace" (what happens to a resource), "Outputs Url" (a change elsewhere),
"L003 X ?" (an impact; ? refused unless allowed, ! refused always, + broadened, - narrowed, = the same), "unknown X".
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tapgen.review.model import Refusal, Review


class Case(NamedTuple):
    name: str
    old: dict[str, Any] | None
    new: dict[str, Any] | None
    expected: frozenset[str]


CASES: list[Case] = []


def case(name: str, old: Any, new: Any, *expected: str) -> Case:
    """Documents, or mappings of resources."""
    return Case(name, _document(old), _document(new), frozenset(expected))


def one(name: str, kind: str, old: Any, new: Any, *expected: str) -> Case:
    """One resource X, by its properties before and after; None: it is not there."""
    return case(name, _single(kind, old), _single(kind, new), *expected)


def _single(kind: str, properties: Any) -> dict[str, Any]:
    if properties is None:
        return {"Other": {"Type": "AWS::SNS::Topic"}}
    attributes = {key: properties.pop(key) for key in list(properties) if key in ATTRIBUTES}
    return {"Other": {"Type": "AWS::SNS::Topic"}, "X": {"Type": kind, "Properties": properties, **attributes}}


ATTRIBUTES = ("DeletionPolicy", "UpdateReplacePolicy", "DependsOn", "Metadata", "Condition")


def _document(value: Any) -> dict[str, Any] | None:
    return value if value is None or "Resources" in value else {"Resources": value}


def told(review: Review) -> frozenset[str]:
    """What a review says, in the words of the expectations."""
    signs = {"broadened": "+", "narrowed": "-", "same": "="}
    refusals = {Refusal.UNLESS_ALLOWED: "?", Refusal.ALWAYS: "!"}
    words = {f"{change.logical_id} {change.action.id}" for change in review.changes if not change.routine}
    words |= {f"{change.logical_id} routine" for change in review.changes if change.routine}
    words |= {f"{change.section} {change.name}".strip() for change in review.sections}
    for impact in review.impacts:
        sign = refusals.get(impact.refusal) or signs.get(impact.direction, "")
        words.add(f"{impact.rule} {impact.logical_id} {sign}".strip())
    words |= {f"unknown {line.split(':')[0].split(' ')[0]}" for line in review.unknown}
    return frozenset(words)


# ------------------------------------------------------------------------------- what CloudFormation sees as equal

FUNCTION = "AWS::Lambda::Function"
TABLE = "AWS::DynamoDB::Table"
ROLE = "AWS::IAM::Role"
BUCKET = "AWS::S3::Bucket"
STAGE = "AWS::ApiGateway::Stage"
GROUP = "AWS::EC2::SecurityGroup"

CASES += [
    one("a number and its text", FUNCTION, {"MemorySize": 10}, {"MemorySize": "10"}),
    one("a whole float and its integer", FUNCTION, {"MemorySize": 10.0}, {"MemorySize": 10}),
    one("true and its text", TABLE, {"DeletionProtectionEnabled": True}, {"DeletionProtectionEnabled": "true"}),
    one("false and its text", FUNCTION, {"A": False}, {"A": "false"}),
    case(
        "the order of DependsOn",
        {
            "A": {"Type": "AWS::SNS::Topic"},
            "B": {"Type": "AWS::SNS::Topic"},
            "C": {"Type": "AWS::SNS::Topic", "DependsOn": ["A", "B"]},
        },
        {
            "A": {"Type": "AWS::SNS::Topic"},
            "B": {"Type": "AWS::SNS::Topic"},
            "C": {"Type": "AWS::SNS::Topic", "DependsOn": ["B", "A"]},
        },
    ),
    one("DependsOn as text and as a list", FUNCTION, {"DependsOn": "Other"}, {"DependsOn": ["Other"]}),
    one(
        "GetAtt as text and as a pair",
        FUNCTION,
        {"Role": {"Fn::GetAtt": "Other.TopicArn"}},
        {"Role": {"Fn::GetAtt": ["Other", "TopicArn"]}},
    ),
    one(
        "a nested attribute",
        FUNCTION,
        {"Role": {"Fn::GetAtt": ["Other", "A.B"]}},
        {"Role": {"Fn::GetAtt": "Other.A.B"}},
    ),
    one(
        "Sub and Join of the same pieces",
        FUNCTION,
        {"Role": {"Fn::Sub": "a-${Other}-b"}},
        {"Role": {"Fn::Join": ["-", ["a", {"Ref": "Other"}, "b"]]}},
    ),
    one(
        "Sub with GetAtt and Join",
        FUNCTION,
        {"Role": {"Fn::Sub": "${Other.TopicArn}/x"}},
        {"Role": {"Fn::Join": ["", [{"Fn::GetAtt": "Other.TopicArn"}, "/x"]]}},
    ),
    one("Sub of one reference and Ref", FUNCTION, {"Role": {"Fn::Sub": "${Other}"}}, {"Role": {"Ref": "Other"}}),
    one(
        "Sub with variables",
        FUNCTION,
        {"Role": {"Fn::Sub": ["${A}-x", {"A": {"Ref": "Other"}}]}},
        {"Role": {"Fn::Sub": "${Other}-x"}},
    ),
    one("an escaped Sub and the text", FUNCTION, {"Role": {"Fn::Sub": "${!Literal}"}}, {"Role": "${Literal}"}),
    one(
        "a Join inside a Join",
        FUNCTION,
        {"Role": {"Fn::Join": ["", ["a", {"Fn::Join": ["", ["b", {"Ref": "Other"}]]}]]}},
        {"Role": {"Fn::Join": ["", ["ab", {"Ref": "Other"}]]}},
    ),
    one("Select of a list and the item", FUNCTION, {"Role": {"Fn::Select": [1, ["a", "b"]]}}, {"Role": "b"}),
    one(
        "Split and Select of a text",
        FUNCTION,
        {"Role": {"Fn::Select": ["0", {"Fn::Split": [",", "a,b"]}]}},
        {"Role": "a"},
    ),
    one("AWS::NoValue and nothing", FUNCTION, {"Timeout": {"Ref": "AWS::NoValue"}}, {}),
    one("AWS::NoValue in a list", FUNCTION, {"Layers": ["a", {"Ref": "AWS::NoValue"}]}, {"Layers": ["a"]}),
    one("the order of keys", FUNCTION, {"A": {"B": 1, "C": 2}}, {"A": {"C": 2, "B": 1}}),
    one("no properties and none", FUNCTION, {}, {}),
    case(
        "a mapping and its value",
        {
            "Mappings": {"M": {"a": {"b": 5}}},
            "Resources": {"X": {"Type": FUNCTION, "Properties": {"Timeout": {"Fn::FindInMap": ["M", "a", "b"]}}}},
        },
        {"Mappings": {"M": {"a": {"b": 5}}}, "Resources": {"X": {"Type": FUNCTION, "Properties": {"Timeout": "5"}}}},
    ),
    case(
        "a parameter's default and its value",
        {
            "Parameters": {"P": {"Type": "Number", "Default": 5}},
            "Resources": {"X": {"Type": FUNCTION, "Properties": {"Timeout": {"Ref": "P"}}}},
        },
        {
            "Parameters": {"P": {"Type": "Number", "Default": 5}},
            "Resources": {"X": {"Type": FUNCTION, "Properties": {"Timeout": 5}}},
        },
        "X may-update",
    ),
    # ------------------------------------------------------------------------------------------------- the other sections
    one("the order of a list of texts", FUNCTION, {"Layers": ["a", "b"]}, {"Layers": ["b", "a"]}, "X update"),
    case("a section of another tool", {"Files": ["a"], "Resources": {}}, {"Files": ["b"], "Resources": {}}, "Files"),
    case("a description", {"Description": "a", "Resources": {}}, {"Description": "b", "Resources": {}}, "Description"),
    case("an output comes", {"Resources": {}}, {"Resources": {}, "Outputs": {"Url": {"Value": "x"}}}, "Outputs Url"),
    case(
        "an output changes",
        {"Resources": {}, "Outputs": {"Url": {"Value": "x"}}},
        {"Resources": {}, "Outputs": {"Url": {"Value": "y"}}},
        "Outputs Url",
    ),
    case(
        "a condition changes",
        {"Resources": {}, "Conditions": {"C": {"Fn::Equals": ["a", "b"]}}},
        {"Resources": {}, "Conditions": {"C": {"Fn::Equals": ["a", "a"]}}},
        "Conditions C",
    ),
    case(
        "a mapping changes",
        {"Resources": {}, "Mappings": {"M": {"a": {"b": "1"}}}},
        {"Resources": {}, "Mappings": {"M": {"a": {"b": "2"}}}},
        "Mappings M",
    ),
    case(
        "metadata changes",
        {"Resources": {}, "Metadata": {"A": 1}},
        {"Resources": {}, "Metadata": {"A": 2}},
        "Metadata A",
    ),
    one("a resource's metadata", FUNCTION, {"Metadata": {"a": 1}}, {"Metadata": {"a": 2}}, "X update"),
    case(
        "a parameter's default reaches what uses it",
        {
            "Parameters": {"P": {"Type": "Number", "Default": 5}},
            "Resources": {"X": {"Type": FUNCTION, "Properties": {"Timeout": {"Ref": "P"}}}},
        },
        {
            "Parameters": {"P": {"Type": "Number", "Default": 6}},
            "Resources": {"X": {"Type": FUNCTION, "Properties": {"Timeout": {"Ref": "P"}}}},
        },
        "Parameters P",
        "X update",
    ),
    case(
        "a mapping reaches what uses it",
        {
            "Mappings": {"M": {"a": {"b": "one"}}},
            "Resources": {"X": {"Type": FUNCTION, "Properties": {"FunctionName": {"Fn::FindInMap": ["M", "a", "b"]}}}},
        },
        {
            "Mappings": {"M": {"a": {"b": "two"}}},
            "Resources": {"X": {"Type": FUNCTION, "Properties": {"FunctionName": {"Fn::FindInMap": ["M", "a", "b"]}}}},
        },
        "Mappings M",
        "X replace",
    ),
    case(
        "a transform",
        {"Resources": {}},
        {"Transform": "AWS::Serverless-2016-10-31", "Resources": {}},
        "Transform",
        "unknown Transform",
    ),
    case(
        "a macro with parameters",
        {"Resources": {}},
        {"Transform": [{"Name": "Mine"}], "Resources": {}},
        "Transform",
        "unknown Transform",
    ),
    case(
        "a transform that is not in a list",
        {"Resources": {}},
        {"Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://bucket/part.yaml"}}, "Resources": {}},
        "Transform Name",
        "Transform Parameters",
        "unknown Transform",
    ),
    case(
        "an included part of the whole template",
        {"Resources": {}},
        {
            "Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://bucket/part.yaml"}},
            "Resources": {},
        },
        "Fn::Transform Name",
        "Fn::Transform Parameters",
        "unknown Transform",
    ),
    case("Fn::ForEach", {"Resources": {}}, {"Resources": {"Fn::ForEach::A": ["x", ["a"], {}]}}, "unknown Fn"),
    # -------------------------------------------------------------------------------------------------------- replacement
    one("a property updates in place", FUNCTION, {"MemorySize": 128}, {"MemorySize": 256}, "X update"),
    one(
        "a createOnly property replaces",
        "AWS::EC2::Subnet",
        {"CidrBlock": "10.0.0.0/24"},
        {"CidrBlock": "10.0.1.0/24"},
        "X replace",
    ),
    one(
        "a nested createOnly property",
        "AWS::Batch::JobDefinition",
        {"Type": "container"},
        {"Type": "multinode"},
        "X update",
    ),
    one(
        "a conditional property may replace",
        "AWS::RDS::DBInstance",
        {"Engine": "a"},
        {"Engine": "b"},
        "X may-replace",
        "L005 X ?",
    ),
    one("a custom resource may replace", "Custom::Thing", {"A": 1}, {"A": 2}, "X may-replace"),
    one("an unknown type may replace", "Vendor::Thing::Model", {"A": 1}, {"A": 2}, "X may-replace", "unknown X"),
    one(
        "dedicated tenancy ends in place",
        "AWS::EC2::VPC",
        {"InstanceTenancy": "dedicated"},
        {"InstanceTenancy": "default"},
        "X update",
    ),
    one(
        "dedicated tenancy replaces",
        "AWS::EC2::VPC",
        {"InstanceTenancy": "default"},
        {"InstanceTenancy": "dedicated"},
        "X replace",
    ),
    one("a default made explicit", FUNCTION, {}, {"PackageType": "Zip"}, "X update"),
    one("an image is another package type", FUNCTION, {}, {"PackageType": "Image"}, "X replace"),
    one(
        "an instance type",
        "AWS::EC2::Instance",
        {"InstanceType": "t3.micro"},
        {"InstanceType": "t3.large"},
        "X may-replace",
    ),
    one(
        "a database class interrupts",
        "AWS::RDS::DBInstance",
        {"DBInstanceClass": "a"},
        {"DBInstanceClass": "b"},
        "X update",
    ),
    one(
        "a nested stack",
        "AWS::CloudFormation::Stack",
        {"Parameters": {"A": 1}},
        {"Parameters": {"A": 2}},
        "X update",
        "unknown X",
    ),
]


def network(cidr: str, wrap: Any = None) -> dict[str, Any]:
    reference: Any = {"Ref": "Vpc"}
    return {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": cidr}},
        "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": wrap(reference) if wrap else reference}},
        "F": {"Type": FUNCTION, "Properties": {"VpcConfig": {"SubnetIds": [{"Ref": "Subnet"}]}}},
    }


CHAIN = ("Vpc replace", "Subnet replace", "F update")
CASES += [
    case("a replacement goes through references", network("10.0.0.0/16"), network("10.1.0.0/16"), *CHAIN),
]
WRAPPED: dict[str, Any] = {
    "Join": lambda ref: {"Fn::Join": ["", ["x", ref]]},
    "Sub": lambda _: {"Fn::Sub": "x${Vpc}"},
    "If": lambda ref: {"Fn::If": ["Unknown", ref, "x"]},
    "Select": lambda ref: {"Fn::Select": [0, {"Fn::Split": [",", ref]}]},
    "GetAtt": lambda _: {"Fn::GetAtt": ["Vpc", "VpcId"]},
}
CASES += [
    case(f"a replacement goes through {name}", network("10.0.0.0/16", wrap), network("10.1.0.0/16", wrap), *CHAIN)
    for name, wrap in WRAPPED.items()
]
CASES += [
    case(
        "a type changes",
        {"X": {"Type": "AWS::SNS::Topic"}},
        {"X": {"Type": "AWS::SQS::Queue"}},
        "X replace",
        "L203 X !",
    ),
]


def conditional(value: str) -> dict[str, Any]:
    return {
        "Parameters": {"Stage": {"Type": "String", "Default": value}},
        "Conditions": {"Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
        "Resources": {"X": {"Type": TABLE, "Condition": "Prod", "Properties": {}}},
    }


CASES += [
    case("a condition that flips creates", conditional("dev"), conditional("prod"), "Parameters Stage", "X create"),
    case(
        "a condition that flips deletes",
        conditional("prod"),
        conditional("dev"),
        "Parameters Stage",
        "X delete",
        "L001 X ?",
    ),
]
REGIONAL = {"Here": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}}
CASES += [
    case(
        "a condition that nobody can decide may delete",
        {"Resources": {"X": {"Type": TABLE}}},
        {"Conditions": REGIONAL, "Resources": {"X": {"Type": TABLE, "Condition": "Here"}}},
        "Conditions Here",
        "X may-delete",
        "L005 X ?",
    ),
    case(
        "a condition goes that nobody can decide",
        {"Conditions": REGIONAL, "Resources": {"X": {"Type": "AWS::SNS::Topic", "Condition": "Here"}}},
        {"Conditions": REGIONAL, "Resources": {"X": {"Type": "AWS::SNS::Topic"}}},
        "X may-create",
    ),
]
DECIDED: dict[str, Any] = {
    "Not": {"Fn::Not": [{"Fn::Equals": ["a", "a"]}]},
    "And": {"Fn::And": [{"Fn::Equals": ["a", "a"]}, {"Fn::Equals": ["a", "b"]}]},
    "Or": {"Fn::Or": [{"Fn::Equals": ["a", "c"]}, {"Condition": "No"}]},
}
CASES += [
    case(
        f"a condition with {name} is decided",
        {"Resources": {"X": {"Type": "AWS::SNS::Topic"}}},
        {
            "Conditions": {"No": {"Fn::Equals": ["a", "b"]}, "C": condition},
            "Resources": {"X": {"Type": "AWS::SNS::Topic", "Condition": "C"}},
        },
        "Conditions No",
        "Conditions C",
        "X delete",
    )
    for name, condition in DECIDED.items()
]

# ------------------------------------------------------------------------------------------------------------ renames

QUEUE = {"VisibilityTimeout": 30, "DelaySeconds": 5, "Tags": [{"Key": "a", "Value": "b"}]}
CASES += [
    case(
        "a rename",
        {"A": {"Type": "AWS::SQS::Queue", "Properties": QUEUE}},
        {"B": {"Type": "AWS::SQS::Queue", "Properties": QUEUE}},
        "A delete",
        "B create",
        "L001 A ?",
    ),
    case(
        "two that look alike are not both renamed to one",
        {"A": {"Type": "AWS::SNS::Topic"}, "B": {"Type": "AWS::SNS::Topic"}},
        {"C": {"Type": "AWS::SNS::Topic"}},
        "A delete",
        "B delete",
        "C create",
    ),
    case(
        "an API's deployment turns over",
        {
            "Api": {"Type": "AWS::ApiGateway::RestApi"},
            "D1": {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "Api"}}},
        },
        {
            "Api": {"Type": "AWS::ApiGateway::RestApi"},
            "D2": {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "Api"}}},
        },
        "D1 routine",
        "D2 routine",
    ),
]

# --------------------------------------------------------------------------------------------------------------- loss


PATHS = {"openapi": "3.0.1", "paths": {"/a": {"get": {"responses": {}}}}}


def rest_api(**properties):
    return {"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "a", **properties}}}


def part_of_the_api():
    parent = {"Fn::GetAtt": ["Api", "RootResourceId"]}
    properties = {"RestApiId": {"Ref": "Api"}, "ParentId": parent, "PathPart": "a"}
    return {"Part": {"Type": "AWS::ApiGateway::Resource", "Properties": properties}}


def table(kind: str = "S", **more: Any) -> dict[str, Any]:
    return {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": kind}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        **more,
    }


def index(name: str, key: str = "id") -> dict[str, Any]:
    return {
        "IndexName": name,
        "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }


CASES += [
    one("a table is deleted", TABLE, table(), None, "X delete", "L001 X ?"),
    one("a retained table leaves", TABLE, table(DeletionPolicy="Retain"), None, "X delete", "L002 X ?"),
    one(
        "a table that is retained except on creation leaves",
        TABLE,
        table(DeletionPolicy="RetainExceptOnCreate"),
        None,
        "X delete",
        "L002 X ?",
    ),
    one("a database with a snapshot leaves", "AWS::RDS::DBInstance", {}, None, "X delete", "L002 X ?"),
    one(
        "a database of a cluster is deleted",
        "AWS::RDS::DBInstance",
        {"DBClusterIdentifier": "c"},
        None,
        "X delete",
        "L001 X ?",
    ),
    one("a log group is deleted", "AWS::Logs::LogGroup", {}, None, "X delete", "L001 X"),
    one("a topic is deleted", "AWS::SNS::Topic", {}, None, "X delete"),
    one("a table's key type changes", TABLE, table("S"), table("N"), "X replace", "L003 X ?"),
    one(
        "a retained table is replaced",
        TABLE,
        table("S", UpdateReplacePolicy="Retain"),
        table("N", UpdateReplacePolicy="Retain"),
        "X replace",
        "L004 X ?",
    ),
    one(
        "a table gets another key",
        TABLE,
        table(),
        table(KeySchema=[{"AttributeName": "other", "KeyType": "HASH"}]),
        "X replace",
        "L003 X ?",
    ),
    one(
        "a table gets another attribute",
        TABLE,
        table(),
        table(
            AttributeDefinitions=[
                {"AttributeName": "id", "AttributeType": "S"},
                {"AttributeName": "b", "AttributeType": "S"},
            ]
        ),
        "X update",
    ),
    one(
        "a value below a createOnly property",
        TABLE,
        table(ImportSourceSpecification={"InputFormat": "CSV"}),
        table(ImportSourceSpecification={"InputFormat": "ION"}),
        "X replace",
        "L003 X ?",
    ),
    one("a local index", TABLE, table(), table(LocalSecondaryIndexes=[index("a")]), "X may-replace", "L005 X ?"),
    one("protection is taken away", TABLE, table(DeletionProtectionEnabled=True), table(), "X update", "L006 X"),
    one(
        "backups are taken away",
        TABLE,
        table(PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}),
        table(),
        "X update",
        "L006 X",
    ),
    one("the deletion policy is taken away", TABLE, table(DeletionPolicy="Retain"), table(), "X update", "L006 X"),
    one(
        "backups are kept shorter",
        "AWS::RDS::DBInstance",
        {"BackupRetentionPeriod": 7},
        {"BackupRetentionPeriod": 1},
        "X update",
        "L006 X",
    ),
    one(
        "versioning is suspended",
        BUCKET,
        {"VersioningConfiguration": {"Status": "Enabled"}},
        {"VersioningConfiguration": {"Status": "Suspended"}},
        "X update",
        "L006 X",
    ),
    one(
        "logs are kept shorter",
        "AWS::Logs::LogGroup",
        {"RetentionInDays": 30},
        {"RetentionInDays": 7},
        "X update",
        "L007 X",
    ),
    one("logs are no longer kept for ever", "AWS::Logs::LogGroup", {}, {"RetentionInDays": 7}, "X update", "L007 X"),
    one("logs are kept longer", "AWS::Logs::LogGroup", {"RetentionInDays": 7}, {"RetentionInDays": 30}, "X update"),
    one(
        "items expire",
        TABLE,
        table(),
        table(TimeToLiveSpecification={"AttributeName": "ttl", "Enabled": True}),
        "X update",
        "L007 X",
    ),
    one(
        "a protected table is deleted",
        TABLE,
        table(DeletionProtectionEnabled=True),
        None,
        "X delete",
        "L001 X ?",
        "L208 X ?",
    ),
    one("a bucket is deleted", BUCKET, {}, None, "X delete", "L001 X ?"),
    one("a key is deleted", "AWS::KMS::Key", {}, None, "X delete", "L001 X ?"),
    one(
        "a protected table that is retained leaves",
        TABLE,
        table(DeletionProtectionEnabled=True, DeletionPolicy="Retain"),
        None,
        "X delete",
        "L002 X ?",
    ),
    # ---------------------------------------------------------------------------------------------------------- addresses
    one("an API is deleted", "AWS::ApiGateway::RestApi", {}, None, "X delete", "L101 X ?"),
    one(
        "an HTTP API becomes a WebSocket API",
        "AWS::ApiGatewayV2::Api",
        {"ProtocolType": "HTTP"},
        {"ProtocolType": "WEBSOCKET"},
        "X replace",
        "L101 X ?",
    ),
    one(
        "a stage is renamed",
        STAGE,
        {"RestApiId": "a", "StageName": "v1"},
        {"RestApiId": "a", "StageName": "v2"},
        "X replace",
        "L102 X ?",
    ),
    one("a stage is deleted", STAGE, {"RestApiId": "a", "StageName": "v1"}, None, "X delete", "L102 X ?"),
    one(
        "a custom domain changes",
        "AWS::ApiGateway::DomainName",
        {"DomainName": "a.example.com"},
        {"DomainName": "b.example.com"},
        "X replace",
        "L103 X ?",
    ),
    one(
        "a mapping of a domain goes",
        "AWS::ApiGateway::BasePathMapping",
        {"DomainName": "a"},
        None,
        "X delete",
        "L103 X ?",
    ),
    one(
        "an API's own address is switched off",
        "AWS::ApiGateway::RestApi",
        {},
        {"DisableExecuteApiEndpoint": True},
        "X update",
        "L101 X ?",
        "S015 X -",
    ),
    one(
        "a custom domain leads to another stage",
        "AWS::ApiGateway::BasePathMapping",
        {"Stage": "a"},
        {"Stage": "b"},
        "X update",
        "L103 X",
    ),
    one("a retained API leaves", "AWS::ApiGateway::RestApi", {"DeletionPolicy": "Retain"}, None, "X delete", "L101 X"),
    one("a function URL goes", "AWS::Lambda::Url", {"AuthType": "AWS_IAM"}, None, "X delete", "L104 X ?"),
    one(
        "a function URL is for another function",
        "AWS::Lambda::Url",
        {"TargetFunctionArn": "a", "AuthType": "AWS_IAM"},
        {"TargetFunctionArn": "b", "AuthType": "AWS_IAM"},
        "X replace",
        "L104 X ?",
    ),
    one("a load balancer goes", "AWS::ElasticLoadBalancingV2::LoadBalancer", {}, None, "X delete", "L105 X ?"),
    one("a public address goes", "AWS::EC2::EIP", {}, None, "X delete", "L105 X ?"),
]


def method(name: str = "GET", **more: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::ApiGateway::Method",
        "Properties": {"RestApiId": {"Ref": "Api"}, "ResourceId": {"Ref": "Item"}, "HttpMethod": name, **more},
    }


API: dict[str, Any] = {
    "Api": {"Type": "AWS::ApiGateway::RestApi"},
    "Item": {
        "Type": "AWS::ApiGateway::Resource",
        "Properties": {
            "RestApiId": {"Ref": "Api"},
            "ParentId": {"Fn::GetAtt": "Api.RootResourceId"},
            "PathPart": "item",
        },
    },
}
CASES += [
    case("a route goes", {**API, "G": method(), "P": method("POST")}, {**API, "G": method()}, "P delete", "L106 P"),
    case("a route is taken over by ANY", {**API, "G": method()}, {**API, "G": method("ANY")}, "G replace", "S011 G +"),
    case(
        "an API goes with its routes",
        {**API, "G": method()},
        {"Other": {"Type": "AWS::SNS::Topic"}},
        "Other create",
        "Api delete",
        "Item delete",
        "G delete",
        "L101 Api ?",
    ),
    case("an API loses all its routes", {**API, "G": method()}, API, "G delete", "L106 G"),
    case(
        "the first deployment of an API is no turn-over",
        API,
        {**API, "D": {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "Api"}}}},
        "D create",
    ),
    case("a preflight goes", {**API, "G": method(), "O": method("OPTIONS")}, {**API, "G": method()}, "O delete"),
    # ---------------------------------------------------------------------------------------------------------- must fail
    one(
        "a named table is replaced",
        TABLE,
        table("S", TableName="t"),
        table("N", TableName="t"),
        "X replace",
        "L003 X ?",
        "L201 X !",
    ),
    one(
        "a named table is replaced under another name",
        TABLE,
        table("S", TableName="t"),
        table("N", TableName="u"),
        "X replace",
        "L003 X ?",
    ),
    one(
        "a named topic is replaced",
        "AWS::SNS::Topic",
        {"TopicName": "t", "FifoTopic": True},
        {"TopicName": "t"},
        "X replace",
        "L201 X !",
    ),
    one(
        "a named queue is replaced",
        "AWS::SQS::Queue",
        {"QueueName": "q", "FifoQueue": True},
        {"QueueName": "q"},
        "X replace",
        "L003 X ?",
        "L201 X !",
    ),
    one(
        "a named role moves its path",
        ROLE,
        {"RoleName": "r", "Path": "/a/"},
        {"RoleName": "r", "Path": "/b/"},
        "X replace",
        "L201 X !",
    ),
    one("a role without a name moves its path", ROLE, {"Path": "/a/"}, {"Path": "/b/"}, "X replace"),
    one(
        "two indexes come",
        TABLE,
        table(),
        table(GlobalSecondaryIndexes=[index("a"), index("b")]),
        "X update",
        "L202 X !",
    ),
    one("one index comes", TABLE, table(), table(GlobalSecondaryIndexes=[index("a")]), "X update"),
    one(
        "one index goes, one comes",
        TABLE,
        table(GlobalSecondaryIndexes=[index("a")]),
        table(GlobalSecondaryIndexes=[index("b")]),
        "X update",
        "L202 X !",
    ),
    one(
        "an index gets another key",
        TABLE,
        table(GlobalSecondaryIndexes=[index("a")]),
        table(GlobalSecondaryIndexes=[index("a", "b")]),
        "X update",
        "L202 X !",
    ),
    one("a new table has two indexes", TABLE, None, table(GlobalSecondaryIndexes=[index("a"), index("b")]), "X create"),
]
KEY = "AWS::KMS::Key"
CASES += [
    one("a key gets another spec", KEY, {"KeySpec": "RSA_2048"}, {"KeySpec": "RSA_4096"}, "X update", "L210 X !"),
    one("a key becomes multi-region", KEY, {}, {"MultiRegion": True}, "X update", "L210 X !"),
    one("a key spells its defaults", KEY, {}, {"MultiRegion": False, "Origin": "AWS_KMS"}, "X update"),
    one("a key is described", KEY, {"KeySpec": "RSA_2048"}, {"KeySpec": "RSA_2048", "Description": "d"}, "X update"),
    case(
        "a key's spec is left open",
        {"Resources": {"X": {"Type": KEY}}},
        {
            "Parameters": {"Spec": {"Type": "String"}},
            "Resources": {"X": {"Type": KEY, "Properties": {"KeySpec": {"Ref": "Spec"}}}},
        },
        "X update",
        "Parameters Spec",
    ),
    one("a new key has a spec", KEY, None, {"KeySpec": "RSA_2048"}, "X create"),
    one(
        "a disk moves to another zone",
        "AWS::EC2::Volume",
        {"AvailabilityZone": "eu-west-1a", "Size": 1},
        {"AvailabilityZone": "eu-west-1b", "Size": 1},
        "X update",
        "L210 X !",
    ),
    one(
        "users sign in by another name",
        "AWS::Cognito::UserPool",
        {"UsernameAttributes": ["email"]},
        {"UsernameAttributes": ["phone_number"]},
        "X update",
        "L210 X !",
        "unknown X",
    ),
]
EXPORT = {"Value": "v", "Export": {"Name": "shared"}}
CASES += [
    case("an export goes", {"Resources": {}, "Outputs": {"O": EXPORT}}, {"Resources": {}}, "Outputs O", "L204 O ?"),
    case(
        "an export changes",
        {"Resources": {}, "Outputs": {"O": EXPORT}},
        {"Resources": {}, "Outputs": {"O": {**EXPORT, "Value": "w"}}},
        "Outputs O",
        "L204 O ?",
    ),
    case(
        "an export moves to another output",
        {"Resources": {}, "Outputs": {"O": EXPORT}},
        {"Resources": {}, "Outputs": {"P": EXPORT}},
        "Outputs O",
        "Outputs P",
    ),
    case(
        "an export follows a replaced resource",
        {"Resources": network("10.0.0.0/16"), "Outputs": {"O": {"Value": {"Ref": "Vpc"}, "Export": {"Name": "n"}}}},
        {"Resources": network("10.1.0.0/16"), "Outputs": {"O": {"Value": {"Ref": "Vpc"}, "Export": {"Name": "n"}}}},
        *CHAIN,
        "L204 O ?",
    ),
    one("a reference to nothing", FUNCTION, {}, {"Role": {"Ref": "Gone"}}, "X update", "L205 X !"),
    one("DependsOn nothing", FUNCTION, {}, {"DependsOn": "Gone"}, "X update", "L205 X !"),
    case(
        "an output of nothing",
        {"Resources": {}},
        {"Resources": {}, "Outputs": {"O": {"Value": {"Ref": "Gone"}}}},
        "Outputs O",
        "L205 O !",
    ),
    case(
        "a reference to what a condition leaves out",
        {"Resources": {}},
        {
            "Conditions": {"No": {"Fn::Equals": ["a", "b"]}},
            "Resources": {
                "X": {"Type": FUNCTION, "Properties": {"Role": {"Ref": "Y"}}},
                "Y": {"Type": ROLE, "Condition": "No"},
            },
        },
        "Conditions No",
        "X create",
        "L205 X !",
    ),
    case(
        "a circle",
        {"Resources": {}},
        {"A": {"Type": "AWS::SNS::Topic", "DependsOn": "B"}, "B": {"Type": "AWS::SNS::Topic", "DependsOn": "A"}},
        "A create",
        "B create",
        "L207 A !",
    ),
    case(
        "a fixed name under another logical id",
        {"A": {"Type": TABLE, "Properties": table(TableName="t")}},
        {"B": {"Type": TABLE, "Properties": table(TableName="t")}},
        "A delete",
        "B create",
        "L001 A ?",
        "L209 B !",
    ),
    case(
        "a path that a body leaves behind",
        rest_api(Body=PATHS),
        rest_api() | part_of_the_api(),
        "Api update",
        "Part create",
        "L106 Api",
        "L211 Part !",
    ),
    case(
        "a path of a body that is emptied first",
        rest_api(Body=PATHS),
        rest_api(Body={"openapi": "3.0.1", "paths": {}}) | part_of_the_api(),
        "Api update",
        "Part create",
        "L106 Api",
    ),
    case(
        "too many resources",
        {"Resources": {}},
        {f"T{number}": {"Type": "AWS::SNS::Topic"} for number in range(501)},
        "L206  !",
        *(f"T{number} create" for number in range(501)),
    ),
]


# --------------------------------------------------------------------------------- what the parameters' defaults hide


def switched(resources: dict[str, Any], default: str = "no", **sections: Any) -> dict[str, Any]:
    return {
        "Parameters": {"Stage": {"Type": "String", "Default": default}},
        "Conditions": {
            "Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
            "Both": {"Fn::And": [{"Condition": "Prod"}, {"Fn::Equals": ["a", "a"]}]},
        },
        "Resources": {"Other": {"Type": "AWS::SNS::Topic"}, **resources},
        **sections,
    }


def off(properties: Any = None, condition: str = "Both", kind: str = TABLE) -> dict[str, Any]:
    return {"X": {"Type": kind, "Condition": condition, "Properties": properties or {}}}


def chosen(value: str) -> dict[str, Any]:
    return {"X": {"Type": FUNCTION, "Properties": {"MemorySize": {"Fn::If": ["Prod", value, "128"]}}}}


OPEN_GROUP = {"SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"}]}

CASES += [
    case("a table goes that the default switches off", switched(off()), switched({}), "X may-delete", "L005 X"),
    case("a table comes that the default switches off", switched({}), switched(off()), "X may-create"),
    case(
        "a table changes that the default switches off",
        switched(off({"TableName": "a"})),
        switched(off({"TableName": "a", "BillingMode": "PAY_PER_REQUEST"})),
        "X may-update",
    ),
    case(
        "a table is replaced that the default switches off",
        switched(off({"TableName": "a"})),
        switched(off({"TableName": "b"})),
        "X may-replace",
        "L005 X",
    ),
    case("a branch that the default does not take", switched(chosen("512")), switched(chosen("1024")), "X may-update"),
    case(
        "a branch beside another change",
        switched({"X": {**chosen("512")["X"], "Metadata": {"a": 1}}}),
        switched({"X": {**chosen("1024")["X"], "Metadata": {"a": 2}}}),
        "X update",
    ),
    case(
        "a group opens that the default switches off",
        switched(off({}, kind=GROUP)),
        switched(off(OPEN_GROUP, kind=GROUP)),
        "X may-update",
        "S007 X +",
    ),
    case(
        "an output that the default switches off",
        switched({}, Outputs={"O": {"Condition": "Prod", "Value": "a"}}),
        switched({}, Outputs={"O": {"Condition": "Prod", "Value": "b"}}),
        "Outputs O",
    ),
    case("the same under a condition that is off", switched(off({"A": 1})), switched(off({"A": 1}))),
    case("a default changes nothing by itself", switched({}, "no"), switched({}, "yes"), "Parameters Stage"),
]

# ------------------------------------------------------------------------------------ what the schemas do not tell


def cluster(count: int = 1, kind: str = "m5.xlarge", **more: Any) -> dict[str, Any]:
    group = {"InstanceCount": count, "InstanceType": kind}
    return {"Name": "c", "Instances": {"MasterInstanceGroup": group, **more}}


EMR = "AWS::EMR::Cluster"
MAPPING = "AWS::Lambda::EventSourceMapping"
CASES += [
    one("a cluster's instance type", EMR, cluster(), cluster(kind="m5.2xlarge"), "X replace", "L003 X ?"),
    one("a cluster's instance count", EMR, cluster(1), cluster(2), "X may-replace", "L005 X ?"),
    one("a cluster's protection", EMR, cluster(), cluster(TerminationProtected=True), "X update"),
    one(
        "the role of a peering",
        "AWS::EC2::VPCPeeringConnection",
        {"PeerRoleArn": "arn:a"},
        {"PeerRoleArn": "arn:b"},
        "X replace",
        "unknown X",
    ),
    one(
        "a consumer group",
        MAPPING,
        {"AmazonManagedKafkaEventSourceConfig": {"ConsumerGroupId": "a"}},
        {"AmazonManagedKafkaEventSourceConfig": {"ConsumerGroupId": "b"}},
        "X may-replace",
    ),
    one(
        "what is beside a consumer group",
        MAPPING,
        {"SelfManagedKafkaEventSourceConfig": {"ConsumerGroupId": "a"}},
        {"SelfManagedKafkaEventSourceConfig": {"ConsumerGroupId": "a", "SchemaRegistryConfig": {}}},
        "X update",
    ),
    one("a service token", "Custom::X", {"ServiceToken": "arn:a"}, {"ServiceToken": "arn:b"}, "X may-replace", "L210 X !"),
    one("beside a service token", "Custom::X", {"ServiceToken": "a", "B": 1}, {"ServiceToken": "a", "B": 2}, "X may-replace"),
    one("a directory", "AWS::DirectoryService::MicrosoftAD", {"Name": "a"}, None, "X delete", "L001 X ?"),
    case("a dependency that is no text", {"A": {"Type": TABLE, "DependsOn": 5}}, {"A": {"Type": TABLE, "DependsOn": 5}}, "L205 A !"),
]  # fmt: skip


def sam(**function: Any) -> dict[str, Any]:
    body = {"paths": {"/": {"get": {"uri": {"Fn::Sub": "arn:${F.Arn}/invocations"}}}}}
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Api": {"Type": "AWS::Serverless::Api", "Properties": {"DefinitionBody": body}},
            "F": {"Type": "AWS::Serverless::Function", "Properties": function},
        },
    }


EVENT = {"Get": {"Type": "Api", "Properties": {"RestApiId": {"Ref": "Api"}}}}
CASES += [
    case("an event of a function makes no circle", sam(Events=EVENT), sam(Events=EVENT), "unknown Transform"),
    case(
        "a variable of a function makes one",
        sam(Environment={"Variables": {"A": {"Ref": "Api"}}}),
        sam(Environment={"Variables": {"A": {"Ref": "Api"}}}),
        "unknown Transform",
        "L207 Api !",
    ),
]
