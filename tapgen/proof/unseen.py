"""What a deployment makes beside the template's own resources: by macros, by Fn::ForEach, in nested stacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from tapgen.template.intrinsics import references

if TYPE_CHECKING:
    from tapgen.template.model import Template

ANYTHING: Final = "*"
_HARMLESS: Final = frozenset(
    {
        "AWS::LanguageExtensions",
        "AWS::SecretsManager-2020-07-23",
        "AWS::SecretsManager-2024-09-16",
        "AWS::CodeDeployBlueGreen",
        "AWS::Serverless-2016-10-31",  # without its extra, the rules know what it makes of which resource
    }
)
"""Transforms that add nothing to what is said of other resources; CloudFormation template reference, "Transforms"."""
POLICIES: Final = ("AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy")
NETWORK: Final = ("AWS::EC2::Route", "AWS::EC2::VPCEndpoint", "AWS::EC2::SubnetRouteTableAssociation")
PERMISSION: Final = ("AWS::Lambda::Permission",)
_FOR: Final = {
    "AWS::Lambda::Function": PERMISSION,
    "AWS::Lambda::Alias": PERMISSION,
    "AWS::IAM::Role": POLICIES,
    "AWS::EC2::VPC": NETWORK,
    "AWS::EC2::Subnet": NETWORK,
    "AWS::EC2::RouteTable": NETWORK,
    "AWS::SQS::Queue": ("AWS::SQS::QueuePolicy",),
    "AWS::SNS::Topic": ("AWS::SNS::TopicPolicy",),
    "AWS::S3::Bucket": ("AWS::S3::BucketPolicy",),
}
"""What a nested stack may make for a resource that it is handed."""


def types_made_elsewhere(document: dict[str, Any], template: Template) -> frozenset[str]:
    """Types of which a deployment may make more than the template shows; ANYTHING where a macro may."""
    return frozenset(_made(document, template))


def _made(document: dict[str, Any], template: Template) -> Iterator[str]:
    if set(template.transforms) - _HARMLESS:
        yield ANYTHING
    resources = document.get("Resources")
    for name, value in resources.items() if isinstance(resources, dict) else ():
        if str(name).startswith("Fn::ForEach"):
            yield from _types_in(value)
        elif str(name).startswith("Fn::"):
            yield ANYTHING
    for resource in template.resources.values():
        if resource.type.endswith("::MODULE"):
            yield ANYTHING
    for stack in template.of_type("AWS::CloudFormation::Stack"):
        for one in references(stack.properties.get("Parameters")):
            handed = template.resources.get(one.target)
            yield from _FOR.get(handed.type, ()) if handed else ()


def _types_in(value: Any) -> Iterator[str]:
    stack = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, dict):
            kind = current.get("Type")
            if kind is not None:
                yield kind if isinstance(kind, str) and "${" not in kind else ANYTHING
            stack.extend(current.values())
        elif isinstance(current, list):
            stack.extend(current)
