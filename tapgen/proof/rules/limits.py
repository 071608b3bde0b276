"""Quotas that make a deployment fail, found before any call: AWS's defaults, of which some can be raised."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tapgen.proof.rules.rule import Hit, Rule
from tapgen.proof.subject import items, mapping
from tapgen.template.alternatives import REFERENCE, alternatives, literal
from tapgen.template.document import MAX_BYTES, MAX_OUTPUTS, MAX_RESOURCES
from tapgen.template.intrinsics import function

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject
    from tapgen.template.document import DocumentPath

# CloudFormation user guide, "Understand CloudFormation quotas".
SECTION_LIMITS = {"Resources": MAX_RESOURCES, "Outputs": MAX_OUTPUTS, "Parameters": 200, "Mappings": 200}
MAX_NAME = 255  # logical ids and output names
MAX_DESCRIPTION = 1024  # bytes

# IAM user guide, "IAM and AWS STS quotas": characters without white space.
INLINE_POLICIES = (
    ("AWS::IAM::Role", "Roles", "a role", 10_240),
    ("AWS::IAM::User", "Users", "a user", 2_048),
    ("AWS::IAM::Group", "Groups", "a group", 5_120),
)
"""(type, property of a policy that is attached to it, word, characters of all its inline policies together)."""
MAX_MANAGED_POLICY = 6_144
MAX_TRUST_POLICY = 2_048
MAX_ATTACHED = 10
MAX_ENDPOINT_POLICY = 20_480  # AWS PrivateLink guide, "AWS PrivateLink quotas"

# Lambda developer guide, "Lambda quotas".
MAX_ENVIRONMENT = 4_096  # bytes, names and values together
MAX_LAYERS = 5

MAX_API_RESOURCES = 300  # API Gateway developer guide, "Quotas for configuring and running a REST API"
MAX_GLOBAL_INDEXES = 20  # DynamoDB developer guide, "Quotas in Amazon DynamoDB"
MAX_LOCAL_INDEXES = 5
MAX_SECURITY_GROUPS = 5  # VPC user guide, "Amazon VPC quotas": per network interface
MAX_GROUP_RULES = 60
MAX_ROUTES = 500
MAX_TAGS = 50  # Tagging AWS resources guide, "Tag naming limits and requirements"

# (type, property) -> (shortest, longest, form): the API reference of each type's create operation.
NAME_FORMS: dict[tuple[str, str], tuple[int, int, str]] = {
    ("AWS::Lambda::Function", "FunctionName"): (1, 64, r"[A-Za-z0-9_-]+"),
    ("AWS::IAM::Role", "RoleName"): (1, 64, r"[\w+=,.@-]+"),
    ("AWS::IAM::ManagedPolicy", "ManagedPolicyName"): (1, 128, r"[\w+=,.@-]+"),
    ("AWS::IAM::Policy", "PolicyName"): (1, 128, r"[\w+=,.@-]+"),
    ("AWS::DynamoDB::Table", "TableName"): (3, 255, r"[A-Za-z0-9_.-]+"),
    ("AWS::Logs::LogGroup", "LogGroupName"): (1, 512, r"[.\-_/#A-Za-z0-9]+"),
    ("AWS::CloudWatch::Alarm", "AlarmName"): (1, 255, r"[^\x00-\x1f]+"),
    ("AWS::SQS::Queue", "QueueName"): (1, 80, r"[A-Za-z0-9_-]+(\.fifo)?"),
    ("AWS::SNS::Topic", "TopicName"): (1, 256, r"[A-Za-z0-9_-]+(\.fifo)?"),
    ("AWS::S3::Bucket", "BucketName"): (3, 63, r"(?!.*\.\.)(?!xn--|sthree-)[a-z0-9][a-z0-9.-]*[a-z0-9]"),
    ("AWS::ApiGateway::Stage", "StageName"): (1, 128, r"[A-Za-z0-9_-]+"),
    ("AWS::EC2::SecurityGroup", "GroupName"): (1, 255, r"(?!sg-)[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]+"),
    ("AWS::EC2::SecurityGroup", "GroupDescription"): (1, 255, r"[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]+"),
    ("AWS::Lambda::Function", "Description"): (0, 256, r"(?s:.*)"),
    ("AWS::IAM::Role", "Description"): (0, 1000, r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*"),
}


# The shortest that each can be: `aws`, `us-east-1`, twelve digits.
_SHORTEST = {"${AWS::Partition}": "aws", "${AWS::Region}": "us-east-1", "${AWS::AccountId}": "0" * 12}


def _size(value: Any) -> int:
    """Characters of a policy without white space, at least: what only the deployment knows may be longer."""
    return len(re.sub(r"\s", "", json.dumps(_shortest(value), separators=(",", ":"), default=str)))


def _shortest(value: Any) -> Any:
    if isinstance(value, str) or function(value):
        return min((_at_least(text) for text in alternatives(value)), key=len)
    if isinstance(value, Mapping):
        return {name: _shortest(item) for name, item in value.items()}
    return [_shortest(item) for item in value] if isinstance(value, list) else value


def _at_least(text: str) -> str:
    return REFERENCE.sub(lambda match: _SHORTEST.get(match[0], ""), text)


def _bytes(text: str) -> int:
    return len(text.encode(errors="replace"))


def _template(subject: Subject) -> Iterator[Hit]:
    for section, most in SECTION_LIMITS.items():
        count = len(mapping(subject.document.get(section)))
        if count > most:
            yield Hit(f"{count} {section.lower()}; a template takes {most}.", (section,))
        for name in mapping(subject.document.get(section)):
            if len(str(name)) > MAX_NAME:
                yield Hit(
                    f"{str(name)[:40]}… has {len(str(name))} characters; a name takes {MAX_NAME}.", (section, name)
                )
    size = _bytes(json.dumps(subject.document, separators=(",", ":"), ensure_ascii=False, default=str))
    if size > MAX_BYTES:
        yield Hit(f"{size:,} bytes; a template takes {MAX_BYTES:,}.", ())
    description = subject.document.get("Description")
    if isinstance(description, str) and _bytes(description) > MAX_DESCRIPTION:
        yield Hit(f"The description has {_bytes(description)} bytes; it takes {MAX_DESCRIPTION}.", ("Description",))


def _policies(subject: Subject) -> Iterator[Hit]:
    attached = tuple(subject.of_type("AWS::IAM::Policy"))
    for type_, holders, kind, most in INLINE_POLICIES:
        for owner, properties in subject.of_type(type_):
            size = sum(_size(mapping(policy).get("PolicyDocument")) for policy in items(properties.get("Policies")))
            size += sum(
                _size(policy.get("PolicyDocument"))
                for _, policy in attached
                if any(subject.arns.owner(one) == owner for one in items(policy.get(holders)))
            )
            if size > most:
                path: DocumentPath = ("Resources", owner, "Properties")
                yield Hit(f"The inline policies of {owner} have {size:,} characters; {kind} takes {most:,}.", path)
    for type_, kind, most in (
        ("AWS::IAM::ManagedPolicy", "a managed policy", MAX_MANAGED_POLICY),
        ("AWS::EC2::VPCEndpoint", "an endpoint's policy", MAX_ENDPOINT_POLICY),
    ):
        for owner, properties in subject.of_type(type_):
            size = _size(properties.get("PolicyDocument", ""))
            if size > most:
                at = ("Resources", owner, "Properties", "PolicyDocument")
                yield Hit(f"{owner} has {size:,} characters; {kind} takes {most:,}.", at)


def _default_quotas(subject: Subject) -> Iterator[Hit]:
    """What an account may have been given more of: Service Quotas user guide."""
    for owner, properties in subject.of_type("AWS::IAM::Role"):
        path: DocumentPath = ("Resources", owner, "Properties")
        trust = _size(properties.get("AssumeRolePolicyDocument", ""))
        if trust > MAX_TRUST_POLICY:
            yield Hit(f"The trust policy of {owner} has {trust:,} characters; it takes {MAX_TRUST_POLICY:,}.", path)
        count = len(items(properties.get("ManagedPolicyArns")))
        if count > MAX_ATTACHED:
            yield Hit(f"{owner} has {count} managed policies; a role takes {MAX_ATTACHED}.", path)
    yield from _parts(subject)
    yield from _lists(subject, _RAISABLE)


def _functions(subject: Subject) -> Iterator[Hit]:
    for owner, properties in subject.of_type("AWS::Lambda::Function"):
        path: DocumentPath = ("Resources", owner, "Properties")
        variables = mapping(mapping(properties.get("Environment")).get("Variables"))
        size = sum(
            _bytes(str(name)) + min(_bytes(_at_least(text)) for text in alternatives(v))
            for name, v in variables.items()
        )
        if size > MAX_ENVIRONMENT:
            yield Hit(
                f"The environment variables of {owner} have {size:,} bytes; Lambda takes {MAX_ENVIRONMENT:,}.",
                (*path, "Environment"),
            )
        if len(items(properties.get("Layers"))) > MAX_LAYERS:
            yield Hit(f"{owner} has {len(properties['Layers'])} layers; Lambda takes {MAX_LAYERS}.", (*path, "Layers"))


def _parts(subject: Subject) -> Iterator[Hit]:
    for owner, properties in subject.of_type("AWS::Lambda::Function"):
        groups = items(mapping(properties.get("VpcConfig")).get("SecurityGroupIds"))
        if len(groups) > MAX_SECURITY_GROUPS:
            path: DocumentPath = ("Resources", owner, "Properties", "VpcConfig")
            yield Hit(f"{owner} has {len(groups)} security groups; it takes {MAX_SECURITY_GROUPS}.", path)
    apis = Counter(
        subject.arns.owner(properties.get("RestApiId"))
        for _, properties in subject.of_type("AWS::ApiGateway::Resource")
    )
    for api, count in apis.items():
        if api and count + 1 > MAX_API_RESOURCES:  # the root is one of them
            yield Hit(f"{api} has {count + 1} resources; an API takes {MAX_API_RESOURCES}.", ("Resources", api))
    tables = Counter(subject.arns.owner(p.get("RouteTableId")) for _, p in subject.of_type("AWS::EC2::Route"))
    for table, count in tables.items():
        if table and count > MAX_ROUTES:
            yield Hit(f"{table} has {count} routes; a route table takes {MAX_ROUTES}.", ("Resources", table))


_RAISABLE = (
    ("AWS::DynamoDB::Table", "GlobalSecondaryIndexes", MAX_GLOBAL_INDEXES),
    ("AWS::EC2::SecurityGroup", "SecurityGroupIngress", MAX_GROUP_RULES),
    ("AWS::EC2::SecurityGroup", "SecurityGroupEgress", MAX_GROUP_RULES),
)
_FIXED = (("AWS::DynamoDB::Table", "LocalSecondaryIndexes", MAX_LOCAL_INDEXES),)


def _lists(subject: Subject, limited: tuple[tuple[str, str, int], ...]) -> Iterator[Hit]:
    for type_, key, most in limited:
        for owner, properties in subject.of_type(type_):
            if len(items(properties.get(key))) > most:
                path = ("Resources", owner, "Properties", key)
                yield Hit(f"{owner} has {len(properties[key])} {key}; it takes {most}.", path)


def _counts(subject: Subject) -> Iterator[Hit]:
    yield from _lists(subject, _FIXED)
    for owner, resource in subject.resources.items():
        tags = resource.properties.get("Tags")
        if isinstance(tags, list | dict) and len(tags) > MAX_TAGS:
            yield Hit(
                f"{owner} has {len(tags)} tags; a resource takes {MAX_TAGS}.",
                ("Resources", owner, "Properties", "Tags"),
            )


def _names(subject: Subject) -> Iterator[Hit]:
    for (type_, key), (shortest, longest, form) in NAME_FORMS.items():
        for owner, properties in subject.of_type(type_):
            path: DocumentPath = ("Resources", owner, "Properties", key)
            for text in alternatives(properties[key]) if key in properties else ():
                least = REFERENCE.sub("", text)
                if not literal(least) or not subject.meant(path, text):
                    continue
                if len(least) > longest:
                    yield Hit(f"{key} of {owner} has {len(least)} characters; it takes {longest}.", path)
                elif literal(text) and (len(text) < shortest or not re.fullmatch(form, text)):
                    yield Hit(f"{key} of {owner} is {text!r}, which the service refuses.", path)


LIMIT_RULES = (
    Rule(
        "limit-template",
        "error",
        "The template is larger than CloudFormation takes",
        "CloudFormation refuses it.",
        "Split the application into two, each with its own settings file.",
        'CloudFormation user guide, "Understand CloudFormation quotas"',
        _template,
    ),
    Rule(
        "limit-policy",
        "error",
        "A policy is larger than AWS takes",
        "Creating the role, the policy or the endpoint fails, and the deployment rolls back.",
        "Merge statements, name fewer resources, or use several roles.",
        'IAM user guide, "IAM and AWS STS quotas"',
        _policies,
    ),
    Rule(
        "limit-function",
        "error",
        "A function is larger than Lambda takes",
        "Creating the function fails, and the deployment rolls back.",
        "Move configuration into a parameter or a file, and code into a package.",
        'Lambda developer guide, "Lambda quotas"',
        _functions,
    ),
    Rule(
        "limit-count",
        "error",
        "A resource has more parts than its service takes",
        "The deployment fails on the first part too many.",
        "Remove some, or spread them over several resources.",
        "Each service's guide, quotas",
        _counts,
    ),
    Rule(
        "limit-default",
        "warning",
        "A resource has more than an account may have by default",
        "The deployment fails, unless the quota was raised.",
        "Ask for a higher quota, remove some, or spread them over several resources.",
        "Each service's guide, quotas; Service Quotas user guide",
        _default_quotas,
    ),
    Rule(
        "name-form",
        "error",
        "A name is too long, too short, or has characters that the service refuses",
        "Creating the resource fails, and the deployment rolls back.",
        "Change the name, or leave it out so that CloudFormation makes one.",
        "API reference of the type's create operation",
        _names,
    ),
)
