"""What holds for any two valid templates: no crash, no change of the input, nothing to say of a template and itself."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tapgen.review.assess import assess
from tapgen.review.picture import mermaid, svg
from tapgen.review.picture.drawing import draw
from tapgen.review.report import json_report, markdown, terminal
from tapgen.review.stack import StackState, assess_stack
from tapgen.template.document import dump, parse

IDS = ("A", "B", "C", "Item1")
TYPES = (
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGateway::Method",
    "AWS::ApiGateway::Resource",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGatewayV2::Route",
    "AWS::CloudFormation::Stack",
    "AWS::CloudWatch::Alarm",
    "AWS::DynamoDB::Table",
    "AWS::EC2::Route",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::Subnet",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPC",
    "AWS::EC2::VPCEndpoint",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Url",
    "AWS::Logs::LogGroup",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::SQS::Queue",
    "Custom::Thing",
    "Vendor::Some::Type",
)
PROPERTIES = [
    "Name",
    "TableName",
    "KeySchema",
    "AttributeDefinitions",
    "GlobalSecondaryIndexes",
    "Policies",
    "PolicyDocument",
    "Statement",
    "Effect",
    "Action",
    "Resource",
    "Principal",
    "Condition",
    "AssumeRolePolicyDocument",
    "ManagedPolicyArns",
    "Roles",
    "RestApiId",
    "ResourceId",
    "ParentId",
    "PathPart",
    "HttpMethod",
    "Integration",
    "IntegrationResponses",
    "ResponseParameters",
    "MethodSettings",
    "SecurityGroupIngress",
    "FromPort",
    "CidrIp",
    "GroupId",
    "RouteTableId",
    "GatewayId",
    "SubnetId",
    "VpcId",
    "VpcConfig",
    "SubnetIds",
    "Threshold",
    "RetentionInDays",
    "Tags",
    "Key",
    "Value",
    "RouteKey",
    "Environment",
    "Variables",
    "DB_PASSWORD",
    "Cors",
    "AllowOrigins",
    "CorsConfiguration",
    "CorsRules",
    "Body",
    "NotAction",
]

plain = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["*", "Allow", "Deny", "0.0.0.0/0", "NONE", "s3:Get*", "`a` | <b> @x", "\x1b[31m", "${A}", "true"]),
    st.integers(-5, 10**6),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.none(),
)


def functions(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names = st.sampled_from([*IDS, "Gone", "P", "AWS::Region", "AWS::NoValue"])
    return st.one_of(
        st.builds(lambda name: {"Ref": name}, names),
        st.builds(lambda name: {"Fn::GetAtt": [name, "Arn"]}, names),
        st.builds(lambda name: {"Fn::GetAtt": f"{name}.Arn"}, names),
        st.builds(lambda name: {"Fn::Sub": f"x-${{{name}}}-${{!y}}"}, names),
        st.builds(lambda value: {"Fn::Sub": ["${V}", {"V": value}]}, values),
        st.builds(lambda value: {"Fn::Join": ["-", value]}, st.lists(values, max_size=3)),
        st.builds(lambda one, other: {"Fn::If": ["Known", one, other]}, values, values),
        st.builds(lambda one, other: {"Fn::If": ["Unknown", one, other]}, values, values),
        st.builds(lambda value: {"Fn::Select": ["0", value]}, st.lists(values, max_size=2)),
        st.builds(lambda value: {"Fn::Split": [",", value]}, values),
        st.builds(lambda value: {"Fn::FindInMap": ["M", "a", value]}, values),
        st.builds(lambda value: {"Fn::Anything": value}, values),
    )


values = st.recursive(
    plain,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(PROPERTIES), st.text(max_size=5)), inner, max_size=4),
        functions(inner),
    ),
    max_leaves=12,
)
resources = st.fixed_dictionaries(
    {"Type": st.sampled_from(TYPES)},
    optional={
        "Properties": st.dictionaries(st.sampled_from(PROPERTIES), values, max_size=6),
        "DependsOn": st.one_of(st.sampled_from(IDS), st.lists(st.sampled_from(IDS), max_size=2)),
        "Condition": st.sampled_from(["Known", "Unknown", "Circular", "Gone"]),
        "DeletionPolicy": st.sampled_from(["Retain", "Delete", "Snapshot"]),
        "Metadata": values,
    },
)
templates = st.fixed_dictionaries(
    {"Resources": st.dictionaries(st.sampled_from(IDS), resources, max_size=4)},
    optional={
        "Parameters": st.fixed_dictionaries(
            {
                "P": st.fixed_dictionaries(
                    {"Type": st.sampled_from(["String", "CommaDelimitedList"])},
                    optional={"Default": st.text(max_size=5), "NoEcho": st.booleans()},
                )
            }
        ),
        "Conditions": st.just(
            {
                "Known": {"Fn::Equals": ["a", "a"]},
                "Unknown": {"Fn::Equals": [{"Ref": "AWS::Region"}, "x"]},
                "Circular": {"Fn::Not": [{"Condition": "Circular"}]},
            }
        ),
        "Mappings": st.just({"M": {"a": {"b": ["c"]}}}),
        "Outputs": st.dictionaries(
            st.sampled_from(["O", "Q"]),
            st.fixed_dictionaries({"Value": values}, optional={"Export": st.just({"Name": "n"})}),
            max_size=2,
        ),
        "Metadata": st.dictionaries(st.text(max_size=3), values, max_size=2),
        "Transform": st.sampled_from(["AWS::Serverless-2016-10-31", ["A", "B"]]),
    },
)


@pytest.mark.no_cover
@pytest.mark.parametrize("part", range(4))
def test_any_two_templates_can_be_reviewed(part: int) -> None:
    @seed(part)
    @settings(max_examples=250, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(old=st.none() | templates, new=templates)
    def check(old: dict[str, Any] | None, new: dict[str, Any]) -> None:
        before = copy.deepcopy((old, new))

        review = assess(old, new)
        comment = markdown.render([("title", review)])
        report = json_report.document([({"environment": "", "from": "a", "to": "b"}, review)])
        picture = draw(new, old=old, review=review)

        assert (old, new) == before
        assert not assess(new, new)
        assert len(comment.encode()) <= 65_536
        assert "\x1b" not in terminal.plain(review) + comment + mermaid.mermaid(picture) + mermaid.dot(picture)
        assert json.loads(json.dumps(report))["version"] == 1
        ET.fromstring(svg.svg(picture))

    check()


def test_a_template_does_not_differ_from_what_is_read_back() -> None:
    @settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(new=templates)
    def check(new: dict[str, Any]) -> None:
        assert not assess(new, parse(dump(new, "json"), "x.json"))

    check()


def test_a_live_stack_does_not_differ_from_what_made_it() -> None:
    @settings(max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(new=templates, tags=st.dictionaries(st.text(min_size=1, max_size=3), st.text(max_size=3), max_size=2))
    def check(new: dict[str, Any], tags: dict[str, str]) -> None:
        state = StackState(new, {}, tags, termination_protection=True, policy="")

        assert not assess_stack(state, state)

    check()


HIDDEN_BY_DEFAULTS: dict[str, Any] = {
    "Parameters": {"P": {"Type": "String", "Default": "no"}, "L": {"Type": "CommaDelimitedList", "Default": "a,b"}},
    "Conditions": {
        "C": {"Fn::Equals": [{"Ref": "P"}, "yes"]},
        "D": {"Fn::And": [{"Condition": "C"}, {"Fn::Equals": [{"Ref": "AWS::Region"}, "x"]}]},
        "N": {"Fn::Not": [{"Condition": "C"}]},
    },
    "Mappings": {"M": {"a": {"b": "1", "c": "2"}}},
    "Rules": {"R": {"Assertions": [{"Assert": {"Fn::Equals": ["a", "a"]}}]}},
    "Resources": {
        "A": {
            "Type": "AWS::SNS::Topic",
            "Condition": "C",
            "DependsOn": "B",
            "Metadata": {"m": 1},
            "Properties": {"DisplayName": "a", "Tags": [{"Key": "k", "Value": {"Fn::If": ["N", "x", "y"]}}]},
        },
        "B": {
            "Type": "AWS::SQS::Queue",
            "Condition": "D",
            "DeletionPolicy": "Retain",
            "Properties": {
                "QueueName": {"Fn::If": ["C", "one", {"Ref": "AWS::NoValue"}]},
                "V": {"Fn::FindInMap": ["M", "a", "b"]},
                "W": {"Fn::Select": [0, {"Ref": "L"}]},
                "S": {"Fn::Sub": "${P}-x"},
            },
        },
        "E": {"Type": "AWS::SNS::Topic", "Properties": {"X": {"Fn::If": ["C", {"Fn::If": ["D", "p", "q"]}, "r"]}}},
    },
    "Outputs": {
        "O": {"Condition": "C", "Value": "v", "Export": {"Name": "n"}},
        "Q": {"Value": {"Fn::If": ["C", "a", "b"]}},
    },
}


def single_changes(value: Any) -> Iterator[Any]:
    """The value with one part left out, or one text changed."""
    if isinstance(value, str | int):
        yield f"{value}x" if isinstance(value, str) else value + 1
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        kept = copy.copy(value)
        del kept[key]
        yield kept
        for other in single_changes(item):
            kept = copy.copy(value)
            kept[key] = other
            yield kept


def test_another_version_of_the_format_is_told_and_none_is_the_same() -> None:
    plain = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    usual, other = ({"AWSTemplateFormatVersion": one, **plain} for one in ("2010-09-09", "2020-01-01"))
    assert not assess(usual, plain)
    assert [(one.section, one.new) for one in assess(usual, other).sections] == [
        ("AWSTemplateFormatVersion", "2020-01-01")
    ]


@pytest.mark.parametrize("default", ["no", "yes"])
def test_no_single_change_is_silent(default: str) -> None:
    old = copy.deepcopy(HIDDEN_BY_DEFAULTS)
    old["Parameters"]["P"]["Default"] = default
    changes = [new for new in single_changes(old) if "Resources" in new]

    assert len(changes) > 100
    assert [new for new in changes if not assess(old, new) or not assess(new, old)] == []
