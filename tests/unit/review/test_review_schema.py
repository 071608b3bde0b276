"""The generated table against what the CloudFormation template reference says under "Update requires"."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from tapgen.review.model import Effect
from tapgen.review.update.behaviors import BEHAVIORS
from tapgen.review.update.replacement import effect_of, fixed_name
from tapgen.review.update.schema import known_types, schema_date, schema_of
from tapgen.template.model import Resource
from tapgen.template.paths import ABSENT
from tapgen.template.tables import row
from tests.table import rows

ROOT = Path(__file__).parents[3]

R, U, M, D, I = Effect.REPLACE, Effect.UPDATE, Effect.MAY_REPLACE, Effect.DELETE_THEN_CREATE, Effect.INTERRUPT  # noqa: E741

# Template reference: the type's page, the property's "Update requires".
DOCUMENTED: list[tuple[str, str, Any, Any, Effect]] = [
    ("AWS::ApiGateway::Account", "CloudWatchRoleArn", "a", "b", U),
    ("AWS::ApiGateway::Deployment", "RestApiId", "a", "b", R),
    ("AWS::ApiGateway::Method", "HttpMethod", "GET", "POST", R),
    ("AWS::ApiGateway::Method", "AuthorizationType", "NONE", "AWS_IAM", U),
    ("AWS::ApiGateway::Resource", "PathPart", "a", "b", R),
    ("AWS::ApiGateway::RestApi", "Name", "a", "b", U),
    ("AWS::ApiGateway::Stage", "StageName", "a", "b", R),
    ("AWS::ApiGateway::Stage", "DeploymentId", "a", "b", U),
    ("AWS::CloudFront::Distribution", "DistributionConfig", {"Enabled": "true"}, {"Enabled": "false"}, U),
    ("AWS::CloudWatch::Alarm", "AlarmName", "a", "b", R),
    ("AWS::CloudWatch::Alarm", "Threshold", "1", "2", U),
    ("AWS::DynamoDB::Table", "BillingMode", "PROVISIONED", "PAY_PER_REQUEST", U),
    ("AWS::DynamoDB::Table", "KeySchema", [{"AttributeName": "a"}], [{"AttributeName": "b"}], R),
    ("AWS::DynamoDB::Table", "TableName", "a", "b", R),
    ("AWS::EC2::Instance", "ImageId", "a", "b", R),
    ("AWS::EC2::Instance", "SubnetId", "a", "b", R),
    ("AWS::EC2::NatGateway", "SubnetId", "a", "b", R),
    ("AWS::EC2::Route", "DestinationCidrBlock", "a", "b", R),
    ("AWS::EC2::Route", "GatewayId", "a", "b", U),
    ("AWS::EC2::SecurityGroup", "GroupDescription", "a", "b", R),
    ("AWS::EC2::SecurityGroup", "SecurityGroupIngress", [], [{"IpProtocol": "tcp"}], U),
    ("AWS::EC2::Subnet", "AvailabilityZone", "a", "b", R),
    ("AWS::EC2::Subnet", "MapPublicIpOnLaunch", "true", "false", U),
    ("AWS::EC2::VPC", "CidrBlock", "a", "b", R),
    ("AWS::EC2::VPC", "EnableDnsSupport", "true", "false", U),
    ("AWS::EC2::VPCEndpoint", "ServiceName", "a", "b", R),
    ("AWS::IAM::Role", "RoleName", "a", "b", R),
    ("AWS::IAM::Role", "Path", "/a/", "/b/", R),
    ("AWS::IAM::Role", "AssumeRolePolicyDocument", {"a": "1"}, {"a": "2"}, U),
    ("AWS::KMS::Key", "EnableKeyRotation", "true", "false", U),
    ("AWS::Kinesis::Stream", "Name", "a", "b", R),
    ("AWS::Lambda::EventSourceMapping", "EventSourceArn", "a", "b", R),
    ("AWS::Lambda::Function", "FunctionName", "a", "b", R),
    ("AWS::Lambda::Function", "Runtime", "python3.12", "python3.13", U),
    ("AWS::Lambda::Function", "VpcConfig", {"SubnetIds": ["a"]}, {"SubnetIds": ["b"]}, U),
    ("AWS::Lambda::Permission", "Principal", "a", "b", R),
    ("AWS::Lambda::Url", "TargetFunctionArn", "a", "b", R),
    ("AWS::Logs::LogGroup", "LogGroupName", "a", "b", R),
    ("AWS::Logs::LogGroup", "RetentionInDays", "1", "3", U),
    ("AWS::RDS::DBInstance", "DBInstanceIdentifier", "a", "b", R),
    ("AWS::RDS::DBInstance", "StorageEncrypted", "true", "false", R),
    ("AWS::S3::Bucket", "BucketName", "a", "b", R),
    ("AWS::S3::Bucket", "BucketEncryption", {"a": "1"}, {"a": "2"}, U),
    ("AWS::SNS::Topic", "TopicName", "a", "b", R),
    ("AWS::SQS::Queue", "FifoQueue", "true", ABSENT, R),
    ("AWS::SQS::Queue", "VisibilityTimeout", "1", "2", U),
    ("AWS::SecretsManager::Secret", "Name", "a", "b", R),
]

# The hand-written rules, each by its source.
WRITTEN: list[tuple[str, str, Any, Any, Effect]] = [
    ("AWS::EC2::Instance", "InstanceType", "a", "b", M),
    ("AWS::EC2::Instance", "UserData", "a", "b", I),
    ("AWS::EC2::Instance", "Tenancy", ABSENT, "default", U),
    ("AWS::EC2::Instance", "SecurityGroupIds", ["a"], ["b"], U),
    ("AWS::EC2::VPC", "InstanceTenancy", "dedicated", "default", U),
    ("AWS::EC2::VPC", "InstanceTenancy", ABSENT, "default", U),
    ("AWS::EC2::VPC", "InstanceTenancy", ABSENT, "dedicated", R),
    ("AWS::RDS::DBInstance", "DBSnapshotIdentifier", "a", ABSENT, R),
    ("AWS::RDS::DBInstance", "DBInstanceClass", "a", "b", I),
    ("AWS::RDS::DBInstance", "EngineVersion", "14", "15", I),
    ("AWS::RDS::DBInstance", "MultiAZ", "true", "false", U),
    ("AWS::RDS::DBInstance", "BackupRetentionPeriod", "1", "7", U),
    ("AWS::RDS::DBInstance", "BackupRetentionPeriod", "0", "7", I),
    ("AWS::AutoScaling::AutoScalingGroup", "VPCZoneIdentifier", ["a"], ["b"], M),
    ("AWS::Glue::Database", "CatalogId", "1", "2", R),
    ("AWS::Route53::RecordSet", "Name", "a", "b", R),
    ("AWS::Route53::RecordSet", "TTL", "1", "2", U),
    ("AWS::Lambda::Function", "PackageType", ABSENT, "Zip", U),
    ("AWS::Lambda::Function", "PackageType", "Zip", "Image", R),
    ("AWS::EC2::SubnetRouteTableAssociation", "SubnetId", "a", "b", D),
    ("AWS::EC2::VPCGatewayAttachment", "VpcId", "a", "b", D),
]


def effect(kind: str, name: str, before: Any, after: Any) -> Effect:
    old, new = (Resource("X", kind, {} if value is ABSENT else {name: value}, {}) for value in (before, after))
    return effect_of(old, new, ("Properties", name), before, after)[0]


@rows(("kind", "name", "before", "after", "expected"), DOCUMENTED + WRITTEN)
def test_a_property_does_what_the_documentation_says(
    kind: str, name: str, before: Any, after: Any, expected: Effect
) -> None:
    assert effect(kind, name, before, after) is expected


def test_enough_documented_properties_are_compared() -> None:
    assert len(DOCUMENTED) >= 30


def test_the_table_has_every_type_and_is_small() -> None:
    packed = (ROOT / "tapgen" / "data" / "replacement.json.gz").read_bytes()

    assert len(known_types()) >= 1_850
    assert len(set(known_types())) == len(known_types())
    assert len(packed) < 100_000
    assert schema_date().startswith("20")


def test_a_nested_create_only_property_replaces_only_where_it_differs() -> None:
    kind = "AWS::EC2::LaunchTemplate"
    assert schema_of(kind) is not None
    nested = next(
        (name, path)
        for name in known_types()
        for path in schema_of(name).create_only  # type: ignore[union-attr]
        if len(path) == 2 and "*" not in path
    )
    name, (outer, inner) = nested

    assert effect(name, outer, {inner: "a", "Other9": "1"}, {inner: "a", "Other9": "2"}) is Effect.UPDATE
    assert effect(name, outer, {inner: "a"}, {inner: "b"}).replaces
    assert effect(name, outer, ABSENT, {inner: "b"}).replaces
    assert effect(name, outer, ABSENT, {"Other9": "b"}) is Effect.UPDATE


def test_a_create_only_property_in_a_list_is_found_in_any_item() -> None:
    name, path = next(
        (name, path)
        for name in known_types()
        for path in schema_of(name).create_only  # type: ignore[union-attr]
        if len(path) == 3 and path[1] == "*"
    )

    assert effect(name, path[0], [{path[2]: "a"}], [{path[2]: "b"}]).replaces
    assert effect(name, path[0], [{"Other9": "a"}], [{"Other9": "b"}]) is Effect.UPDATE


@pytest.mark.parametrize(
    ("kind", "properties", "expected"),
    [
        ("AWS::DynamoDB::Table", {"TableName": "t"}, {"TableName": "t"}),
        ("AWS::DynamoDB::Table", {}, {}),
        ("AWS::SNS::Topic", {"TopicName": "t"}, {"TopicName": "t"}),
        ("AWS::ApiGateway::Stage", {"RestApiId": "a", "StageName": "s"}, {"RestApiId": "a", "StageName": "s"}),
        ("AWS::EC2::VPC", {"CidrBlock": "c"}, {}),
        ("Custom::Thing", {"Name": "n"}, {}),
    ],
)
def test_what_fixes_the_physical_name(kind: str, properties: dict[str, str], expected: dict[str, str]) -> None:
    assert fixed_name(Resource("X", kind, properties, {})) == expected


def test_a_type_that_is_not_in_the_table_has_no_schema() -> None:
    assert schema_of("AWS::DynamoDB::Tabl") is None
    assert schema_of("Vendor::Thing::Model") is None
    assert schema_of("\ud800") is None


def test_every_hand_written_rule_names_its_source_and_a_type_of_the_table() -> None:
    for rule in BEHAVIORS:
        assert len(rule.source) > 20
        assert schema_of(rule.type) is not None


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.syspath_prepend(ROOT / "scripts")
    return runpy.run_path(str(ROOT / "scripts" / "replacement.py"))


@pytest.mark.pinned
def test_the_table_is_what_the_script_makes_of_the_installed_schemas(script: dict[str, Any]) -> None:
    schemas = script["read_schemas"](script["schemas_folder"]())

    # A newer cfn-lint may bring more; it must not lose or move what the review of the shipped application rests on.
    for kind in ("AWS::DynamoDB::Table", "AWS::EC2::VPC", "AWS::Lambda::Function", "AWS::ApiGateway::Stage"):
        ours, theirs = row("replacement", kind), script["row"](kind, schemas[kind])
        assert ours.keys() <= theirs.keys()
        for column in ("create_only", "conditional", "write_only", "identifier"):
            assert set(ours.get(column, ())) <= set(theirs.get(column, ()))


def test_the_script_reads_a_schema(script: dict[str, Any]) -> None:
    schema = {
        "createOnlyProperties": ["/properties/B", "/properties/A", "/properties/A/X", "/properties/ThingName"],
        "conditionalCreateOnlyProperties": ["/properties/C/*/D"],
        "primaryIdentifier": ["/properties/Arn", "/properties/A"],
        "readOnlyProperties": ["/properties/Arn"],
        "replacementStrategy": "delete_then_create",
    }

    found = script["row"]("Vendor::Big::Thing", schema)
    assert found == {
        "create_only": ["A", "B", "ThingName"],
        "conditional": ["C/*/D"],
        "name": "ThingName",
        "deletes_first": True,
    }
    own = script["row"]("Vendor::Big::Thing", {"primaryIdentifier": ["/properties/A", "/properties/B"]})
    assert own == {"identifier": ["A", "B"]}
