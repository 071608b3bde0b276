"""What a caller must be allowed on the customer's key of an encrypted resource, beside the resource itself.

AWS decrypts and encrypts on behalf of the caller: without the permission on the key the request is denied, though the
role allows it on the resource. Keys that AWS manages (`alias/aws/…`) need nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tapgen.proof.arns import arn_of, arns, fields, logical_id
from tapgen.proof.resolve import REFERENCE, texts
from tapgen.proof.subject import items, mapping
from tapgen.template.key_actions import USES

if TYPE_CHECKING:
    from tapgen.proof.needs.requirements import Requirement
    from tapgen.proof.subject import Subject

# Type -> where its key is, by property names; None: the first of a list.
KEYS: Mapping[str, tuple[str | None, ...]] = {
    "AWS::DynamoDB::Table": ("SSESpecification", "KMSMasterKeyId"),
    "AWS::SQS::Queue": ("KmsMasterKeyId",),
    "AWS::SNS::Topic": ("KmsMasterKeyId",),
    "AWS::SecretsManager::Secret": ("KmsKeyId",),
    "AWS::Kinesis::Stream": ("StreamEncryption", "KeyId"),
    "AWS::S3::Bucket": (
        "BucketEncryption",
        "ServerSideEncryptionConfiguration",
        None,
        "ServerSideEncryptionByDefault",
        "KMSMasterKeyID",
    ),
}


def required(requirements: Sequence[Requirement], subject: Subject) -> Iterator[Requirement]:
    """What the requirements need on the keys of the resources that they are about."""
    for requirement in requirements:
        named = REFERENCE.search(fields(requirement.arn)[-1]) if requirement.arn else None
        owner = named[1].split(".")[0] if named else ""
        if requirement.action not in USES or subject.type_of(owner) not in KEYS:
            continue
        for key in _keys(owner, subject):
            for action in USES[requirement.action]:
                because = f"{requirement.action.partition(':')[0]} encrypts {owner} with that key"
                yield replace(requirement, action=action, arn=key, because=because, caller="service", service="")


def _keys(owner: str, subject: Subject) -> Iterator[str | None]:
    """The ARNs of a resource's own key; None for one that the template does not name by its ARN."""
    value: Any = subject.properties(owner)
    for name in KEYS[subject.type_of(owner) or ""]:
        value = next(iter(items(value)), None) if name is None else mapping(value).get(name)
    if value is None:
        return
    key = logical_id(value, subject)
    if key is not None and subject.type_of(key) == "AWS::KMS::Alias":
        value = subject.properties(key).get("TargetKeyId")
        key = logical_id(value, subject)
    if key is not None:
        yield arn_of(key, subject)
        return
    for text, arn in zip(texts(value), arns(value, subject), strict=False):
        if "alias/aws/" not in text:
            yield arn if arn.startswith("arn:") and ":key/" in arn else None
