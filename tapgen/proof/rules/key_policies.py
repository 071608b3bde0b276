"""Rules about whom keys and the buckets behind CloudFront must let in, so that what services do with them succeeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from tapgen.proof.rules.deliveries import services
from tapgen.proof.rules.rule import Hit, Rule
from tapgen.proof.subject import items, truthy
from tapgen.template.alternatives import listed
from tapgen.template.policies import Unread, read_policy
from tapgen.template.triggers import deliveries, failures
from tapgen.template.types import row, value_at

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject
    from tapgen.template.document import DocumentPath
    from tapgen.template.policies import Held, Statement

KEY = "AWS::KMS::Key"
_ALARMS = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
_ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")
_NEEDED = ("kms:Decrypt", "kms:GenerateDataKey")


class Sending(NamedTuple):
    """What a service sends to a part that may be encrypted."""

    sender: str
    receiver: str
    service: str
    path: DocumentPath


def _sendings(subject: Subject) -> Iterator[Sending]:
    template, arns = subject.template, subject.arns
    for one in (*deliveries(template, arns), *failures(template, arns)):
        if one.sure:
            yield Sending(one.sender, one.receiver, one.principal, one.path)
    for owner, properties in subject.of_type(*_ALARMS):
        for name in _ACTIONS:
            for action in items(properties.get(name)):
                topic = arns.owner(action)
                if topic is not None and subject.type_of(topic) == "AWS::SNS::Topic":
                    yield Sending(owner, topic, "cloudwatch.amazonaws.com", ("Resources", owner, "Properties", name))


def _unusable(subject: Subject) -> Iterator[Hit]:
    for one in dict.fromkeys(_sendings(subject)):
        key = _own_key(one.receiver, subject)
        if key is None:
            continue
        allowed = _allowed(key, subject)
        if allowed is None:
            continue
        fitting = [statement for statement in allowed if _names(statement, one.service)]
        missing = [action for action in _NEEDED if not any(statement.names(action) for statement in fitting)]
        if missing:
            what = f"{one.sender} sends to {one.receiver}, which {key} encrypts"
            yield Hit(f"{what}; its policy does not let {one.service} do {' and '.join(missing)}.", one.path)


def _own_key(owner: str, subject: Subject) -> str | None:
    """The template's key that encrypts a part."""
    value = value_at(subject.properties(owner), row(subject.type_of(owner)).key)
    key = subject.arns.owner(value) if value is not None else None
    if key is not None and subject.type_of(key) == "AWS::KMS::Alias":
        key = subject.arns.owner(subject.properties(key).get("TargetKeyId"))
    return key if key is not None and subject.type_of(key) == KEY else None


def _allowed(owner: str, subject: Subject) -> list[Statement] | None:
    """What the policies of a key or bucket allow; None where a part of them cannot be read."""
    held = [one for one in subject.resource_policies if owner in one.owners or one.holder == owner]
    others = (one for one in subject.resource_policies if not one.owners)
    somewhere = any(subject.type_of(one.holder) == "AWS::S3::BucketPolicy" for one in others)
    if _unread(held) or (somewhere and subject.type_of(owner) != KEY):
        return None
    return [statement for one in held for statement in one.statements if statement.effect == "Allow"]


def _unread(held: list[Held]) -> bool:
    return any(isinstance(one, Unread) for policy in held for one in read_policy(policy.value))


def _names(statement: Statement, service: str) -> bool:
    return any(name in (service, "*") or "${" in name for name in services(statement.principal))


def _locked(subject: Subject) -> Iterator[Hit]:
    for owner, properties in subject.of_type(KEY):
        bypassed = truthy(properties.get("BypassPolicyLockoutSafetyCheck"))
        allowed = _allowed(owner, subject) if "KeyPolicy" in properties and not bypassed else None
        if allowed is not None and not any(one.names("kms:PutKeyPolicy") for one in allowed):
            path = ("Resources", owner, "Properties", "KeyPolicy")
            yield Hit(f"The policy of {owner} lets nobody do kms:PutKeyPolicy.", path)


def _unread_origins(subject: Subject) -> Iterator[Hit]:
    for owner, properties in subject.of_type("AWS::CloudFront::Distribution"):
        for origin in listed(value_at(properties, ("DistributionConfig", "Origins"))):
            signed = isinstance(origin, Mapping) and "S3OriginConfig" in origin and origin.get("OriginAccessControlId")
            bucket = subject.arns.owner(origin.get("DomainName")) if signed else None
            if bucket is None or subject.type_of(bucket) != "AWS::S3::Bucket":
                continue
            allowed = _allowed(bucket, subject)
            reading = [one for one in allowed or () if one.names("s3:GetObject")]
            if allowed is not None and not any(_names(one, "cloudfront.amazonaws.com") for one in reading):
                path = ("Resources", owner, "Properties", "DistributionConfig", "Origins")
                yield Hit(f"{owner} reads {bucket}, whose policy does not let cloudfront.amazonaws.com do it.", path)


KEY_RULES = (
    Rule(
        "delivery-key",
        "error",
        "A service may not use the key of what it sends to",
        "Each message is lost without a word, or the notification is refused.",
        "Let the service do kms:Decrypt and kms:GenerateDataKey* in the key's policy.",
        'SNS developer guide, "Enable compatibility between event sources from AWS services and encrypted topics"; '
        'SQS developer guide, "Configure KMS permissions for AWS services"',
        _unusable,
    ),
    Rule(
        "key-lockout",
        "error",
        "A key's policy lets nobody change it",
        "KMS refuses to make the key.",
        "Let the account (`arn:aws:iam::ACCOUNT:root`) or its administrators do kms:PutKeyPolicy.",
        'KMS developer guide, "Creating a key policy"',
        _locked,
    ),
    Rule(
        "origin-policy",
        "error",
        "CloudFront may not read the bucket behind a distribution",
        "Every file is answered by 403.",
        "Let cloudfront.amazonaws.com do s3:GetObject in the bucket's policy, for the distribution's ARN.",
        'CloudFront developer guide, "Restrict access to an Amazon S3 origin"',
        _unread_origins,
        lacks=("AWS::S3::BucketPolicy",),
    ),
)
