"""Keys: KMS keys, and the services that use them for the stack."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from troposphere import Ref, Sub, kms

from tapgen import naming
from tapgen.layers import parts as of_parts
from tapgen.layers.existing import existing
from tapgen.layers.resource_policies import document, written
from tapgen.template.kinds import kinds

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import PartRefs, Parts
    from tapgen.settings.keys import KmsKey
    from tapgen.settings.model import Environment

ADMINISTRATION = (
    "CancelKeyDeletion",
    "Create*",
    "Delete*",
    "Describe*",
    "Disable*",
    "Enable*",
    "Get*",
    "List*",
    "Put*",
    "Revoke*",
    "RotateKeyOnDemand",
    "ScheduleKeyDeletion",
    "TagResource",
    "UntagResource",
    "Update*",
)
"""KMS developer guide, "Default key policy": what key administrators may do."""

USE = ("CreateGrant", "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey*", "Get*", "List*", "ReEncrypt*")
"""The same page: what key users may do, by the grace of IAM."""


def build(template: Template, environment: Environment, parts: Parts) -> dict[str, PartRefs]:  # noqa: ARG001 - as every kind
    """Add the keys with their aliases."""
    return {name: _add_key(template, environment, name, key) for name, key in environment.keys.items()}


def _add_key(template: Template, environment: Environment, name: str, settings: KmsKey) -> PartRefs:
    kind = kinds()["keys"]
    if settings.existing is not None:
        return existing(kind, settings.existing)
    title = naming.logical(name, "Key")
    template.add_resource(
        kms.Key(
            title,
            **of_parts.deletion(protected=environment.protected),
            Description=settings.description or f"{name} of {environment.stack_name}",
            EnableKeyRotation=settings.rotation,
            PendingWindowInDays=30 if environment.protected else 7,
            KeyPolicy=document([*_statements(environment, name, settings)]),
        )
    )
    if settings.alias:
        template.add_resource(kms.Alias(f"{title}Alias", AliasName=settings.alias, TargetKeyId=Ref(title)))
    return of_parts.own(kind, title)


def _statements(environment: Environment, name: str, settings: KmsKey) -> Iterator[dict[str, Any]]:
    """The account, by which IAM decides; the administrators; the services that use it for the stack."""
    account = {"AWS": Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")}
    if settings.administrators:
        yield _allow("AccountUses", account, USE)
        yield _allow("Administration", {"AWS": list(settings.administrators)}, ADMINISTRATION)
    else:
        yield _allow("Account", account, ("*",))
    if services := sorted({*_services(environment, name)}):
        condition = {"StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")}}
        yield _allow("Services", {"Service": services}, ("Decrypt", "GenerateDataKey*"), condition)
    if _encrypts_alarms(environment, name):
        # SNS developer guide, "Enabling compatibility between event sources from AWS services and encrypted topics"
        yield _allow("Alarms", {"Service": "cloudwatch.amazonaws.com"}, ("Decrypt", "GenerateDataKey*"))
    if any(_of_bucket(environment, one.bucket or site) == name for site, one in environment.sites.items()):
        # CloudFront developer guide, "Restrict access to an Amazon S3 origin": the distribution waits for the key
        distributions = Sub("arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/*")
        condition = {"ArnLike": {"aws:SourceArn": distributions}}
        yield _allow("Sites", {"Service": "cloudfront.amazonaws.com"}, ("Decrypt",), condition)
    if environment.encryption == name:
        logs = Sub("arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:*")
        yield _allow(
            "Logs",
            {"Service": Sub("logs.${AWS::Region}.amazonaws.com")},
            ("Decrypt*", "Describe*", "Encrypt*", "GenerateDataKey*", "ReEncrypt*"),
            {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": logs}},
        )
    yield from (written(one, "*") for one in settings.policy)


def _of_bucket(environment: Environment, name: str) -> str | None:
    """The key that encrypts a bucket."""
    return environment.buckets[name].encryption or environment.encryption


def _encrypts_alarms(environment: Environment, name: str) -> bool:
    """The key encrypts a topic that alarms report to."""
    alarms, topics = environment.alarms, environment.topics
    own = bool(alarms.alarm_email) and environment.encryption == name
    topic = alarms.topic and (topics[alarms.topic].encryption or environment.encryption) == name
    return alarms.enabled and bool(own or topic)


def _allow(sid: str, principal: Any, actions: tuple[str, ...], condition: Any = None) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": principal,
        "Action": [f"kms:{action}" for action in actions],
        "Resource": ["*"],
        **({"Condition": condition} if condition else {}),
    }


def _services(environment: Environment, name: str) -> Iterator[str]:
    """The services that write into queues and topics which the key encrypts."""
    encrypted = {
        (word, part): its
        for word in ("queues", "topics")
        for part, its in getattr(environment, word).items()
        if (its.encryption or environment.encryption) == name
    }
    for (word, _), its in encrypted.items():
        if its.events:
            yield "events.amazonaws.com"
        if its.notifications:
            yield "s3.amazonaws.com"
        if word == "queues" and its.subscriptions:
            yield "sns.amazonaws.com"
        if word == "topics":
            principals = (principal for one in its.policy for principal in one.principals)
            yield from (principal for principal in principals if principal.endswith(".amazonaws.com"))
    for function in environment.functions.values():
        yield from _of_dead_letters("sns", function.triggers.topics, encrypted)
        yield from _of_dead_letters("events", function.triggers.events, encrypted)
    events = [one.events for one in environment.queues.values()] + [one.events for one in environment.topics.values()]
    for triggers in (*events, *(one.triggers.events for one in environment.state_machines.values())):
        yield from _of_dead_letters("events", triggers, encrypted)


def _of_dead_letters(service: str, triggers: Mapping[str, Any], encrypted: Container[tuple[str, str]]) -> Iterator[str]:
    """The service, where what it cannot deliver goes into a queue that the key encrypts."""
    if any(("queues", one.dead_letter_queue) in encrypted for one in triggers.values()):
        yield f"{service}.amazonaws.com"
