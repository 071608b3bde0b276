"""What a caller must be allowed on the customer's key of an encrypted resource, beside the resource itself.

AWS decrypts and encrypts on behalf of the caller: without the permission on the key the request is denied, though the
role allows it on the resource. Keys that AWS manages (`alias/aws/…`) need nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tapgen.template.alternatives import REFERENCE, alternatives
from tapgen.template.arns import fields
from tapgen.template.key_actions import USES
from tapgen.template.types import row, value_at

if TYPE_CHECKING:
    from tapgen.proof.needs.requirements import Requirement
    from tapgen.proof.subject import Subject

GRANTED_WITH_TABLES = ("kms:DescribeKey", "kms:Encrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant")
"""DynamoDB developer guide, "DynamoDB encryption at rest: usage notes": the whole set that it asks callers to hold."""


def required(requirements: Sequence[Requirement], subject: Subject) -> Iterator[Requirement]:
    """What the requirements need on the keys of the resources that they are about."""
    for requirement in requirements:
        named = REFERENCE.search(fields(requirement.arn)[-1]) if requirement.arn else None
        owner = named[1].split(".")[0] if named else ""
        if requirement.action not in USES or not row(subject.type_of(owner)).key:
            continue
        base = replace(requirement, caller="service", service="")
        for key in _keys(owner, subject):
            because = f"{requirement.action.partition(':')[0]} encrypts {owner} with that key"
            for action in USES[requirement.action]:
                yield replace(base, action=action, arn=key, because=because)
            if requirement.action.startswith("dynamodb:"):
                for action in GRANTED_WITH_TABLES:
                    yield replace(base, action=action, arn=key, because=because, optional=True)


def _keys(owner: str, subject: Subject) -> Iterator[str | None]:
    """The ARNs of a resource's own key; None for one that the template does not name by its ARN."""
    value = value_at(subject.properties(owner), row(subject.type_of(owner)).key)
    if value is None:
        return
    key = subject.arns.owner(value)
    if key is not None and subject.type_of(key) == "AWS::KMS::Alias":
        value = subject.properties(key).get("TargetKeyId")
        key = subject.arns.owner(value)
    if key is not None:
        yield subject.arns.of(key)
        return
    for text, arn in zip(alternatives(value), subject.arns.read(value), strict=False):
        if "alias/aws/" not in text:
            yield arn if arn.startswith("arn:") and ":key/" in arn else None
