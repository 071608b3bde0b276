"""Keys: KMS keys, and the services that use them for the stack."""

from __future__ import annotations

from collections.abc import Iterator
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
    if services := sorted(_services(environment, name)):
        condition = {"StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")}}
        yield _allow("Services", {"Service": services}, ("Decrypt", "GenerateDataKey*"), condition)
    if environment.encryption == name:
        logs = Sub("arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:*")
        yield _allow(
            "Logs",
            {"Service": Sub("logs.${AWS::Region}.amazonaws.com")},
            ("Decrypt*", "Describe*", "Encrypt*", "GenerateDataKey*", "ReEncrypt*"),
            {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": logs}},
        )
    yield from (written(one, "*") for one in settings.policy)


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
    found: set[str] = set()
    queues = {one for one, queue in environment.queues.items() if (queue.encryption or environment.encryption) == name}
    found |= {"sns.amazonaws.com" for one in queues if environment.queues[one].subscriptions}
    for function in environment.functions.values():
        for service, triggers in (("sns", function.triggers.topics), ("events", function.triggers.events)):
            found |= {f"{service}.amazonaws.com" for one in triggers.values() if one.dead_letter_queue in queues}
    for topic in environment.topics.values():
        if (topic.encryption or environment.encryption) == name:
            principals = [principal for one in topic.policy for principal in one.principals]
            found |= {principal for principal in principals if principal.endswith(".amazonaws.com")}
    yield from found
