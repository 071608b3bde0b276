"""What resources themselves allow a role to do: bucket, queue, topic, table, secret and key policies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tapgen.proof.arns import arn_of, arns, covers, logical_id
from tapgen.proof.subject import items, mapping
from tapgen.proof.verdicts.grants import Statement, statements

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject
    from tapgen.template.document import DocumentPath

# Where a type holds its policy: CloudFormation template reference.
POLICY_PROPERTIES = {
    "AWS::S3::BucketPolicy": ("PolicyDocument",),
    "AWS::SQS::QueuePolicy": ("PolicyDocument",),
    "AWS::SNS::TopicPolicy": ("PolicyDocument",),
    "AWS::SecretsManager::ResourcePolicy": ("ResourcePolicy",),
    "AWS::KMS::Key": ("KeyPolicy",),
    "AWS::DynamoDB::Table": ("ResourcePolicy", "PolicyDocument"),
    "AWS::Events::EventBusPolicy": ("Statement",),
    "AWS::EC2::VPCEndpoint": ("PolicyDocument",),
    "AWS::ApiGateway::RestApi": ("Policy",),
    "AWS::ECR::Repository": ("RepositoryPolicyText",),
}


def policies(subject: Subject) -> Iterator[tuple[str, DocumentPath, dict[str, Any]]]:
    """(logical id, path, policy document) of every resource policy of the document."""
    for owner, properties in subject.of_type(*POLICY_PROPERTIES):
        keys = POLICY_PROPERTIES[subject.resources[owner]["Type"]]
        document: Any = properties
        for key in keys:
            document = mapping(document).get(key)
        if isinstance(document, dict):
            path: DocumentPath = ("Resources", owner, "Properties", *keys)
            yield owner, path, document if "Statement" in document else {"Statement": [document]}


def principals(raw: Any) -> Iterator[Any]:
    """The principals of one raw statement, whatever their kind."""
    principal = mapping(raw).get("Principal")
    if isinstance(principal, dict) and not any(key.startswith(("Ref", "Fn::")) for key in principal):
        for value in principal.values():
            yield from items(value)
    else:
        yield from items(principal)


def allowing(role: str, subject: Subject) -> tuple[Statement, ...]:
    """The statements of resource policies that allow something to a role of the document, by its ARN or to all."""
    role_arn = arn_of(role, subject)
    found = []
    for owner, path, document in policies(subject):
        if subject.type_of(owner) == "AWS::EC2::VPCEndpoint":  # it limits, it grants nothing
            continue
        raws = items(document.get("Statement"))
        for statement in statements(document, path, subject):
            raw = raws[statement.path[-1]] if isinstance(statement.path[-1], int) else raws[0]
            named = any(
                covers(arn, role_arn, subject) == "yes" for value in principals(raw) for arn in arns(value, subject)
            )
            if statement.effect == "Allow" and named and not statement.conditions:
                resources = tuple(_own(statement.resources, owner, subject))
                found.append(replace(statement, resources=resources))
    return tuple(found)


_HOLDERS = {
    "AWS::S3::BucketPolicy": "Bucket",
    "AWS::SQS::QueuePolicy": "Queues",
    "AWS::SNS::TopicPolicy": "Topics",
    "AWS::SecretsManager::ResourcePolicy": "SecretId",
}
"""The property that names what a policy is attached to; the policies of other types are their own resource's."""


def _own(resources: tuple[str, ...], owner: str, subject: Subject) -> Iterator[str]:
    """The resources of a statement: in a resource's policy `*` is that resource, and not everything."""
    for resource in resources:
        if resource != "*":
            yield resource
            continue
        holder = _HOLDERS.get(subject.type_of(owner) or "")
        held = items(subject.properties(owner).get(holder)) if holder else [{"Ref": owner}]
        for name in (logical_id(value, subject) for value in held):
            if name:
                yield arn_of(name, subject)
