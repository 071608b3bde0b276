"""A rule about the order in which a bucket and what lets its notifications in are made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from tapgen.proof.rules.deliveries import lets_in
from tapgen.proof.rules.rule import Hit, Rule
from tapgen.template.triggers import RECEIVERS, deliveries, permissions

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject

_S3: Final = "s3.amazonaws.com"


def _unordered(subject: Subject) -> Iterator[Hit]:
    for bucket, receiver, letting_in in _notified(subject):
        waits_for = _before(bucket, subject)
        if letting_in and not letting_in & waits_for:
            names = ", ".join(sorted(letting_in))
            message = f"{bucket} notifies {receiver}, and does not wait for {names}, which lets it."
            yield Hit(message, ("Resources", bucket, "Properties", "NotificationConfiguration"))


def _notified(subject: Subject) -> Iterator[tuple[str, str, frozenset[str]]]:
    """(bucket, receiver, what of the template lets S3 in there) of each notification."""
    for one in deliveries(subject.template, subject.arns):
        if one.principal == _S3 and one.sure:
            action = RECEIVERS[subject.type_of(one.receiver)]
            held = (
                held.holder
                for held in subject.resource_policies
                if one.receiver in held.owners
                and any(
                    statement.effect == "Allow" and statement.names(action) and lets_in(statement, one, subject)
                    for statement in held.statements
                )
            )
            yield one.sender, one.receiver, frozenset(held)
    granted = permissions(subject.template, subject.arns)
    for trigger in subject.triggers:
        if trigger.principal == _S3 and trigger.sure:
            fitting = (one.logical_id for one in granted if one.function == trigger.function and _S3 in one.principals)
            yield trigger.resource, trigger.function, frozenset(fitting)


def _before(logical_id: str, subject: Subject) -> frozenset[str]:
    """What CloudFormation makes before a resource: what it names, and what that names in turn."""
    seen: set[str] = set()
    waiting = [logical_id]
    while waiting:
        resource = subject.resources.get(waiting.pop())
        if resource is None or resource.logical_id in seen:
            continue
        seen.add(resource.logical_id)
        waiting += [one.target for one in resource.references]
        depends = resource.attributes.get("DependsOn", ())
        waiting += depends if isinstance(depends, list) else []
    return frozenset(seen - {logical_id})


NOTIFICATION_RULES = (
    Rule(
        "notification-order",
        "warning",
        "A bucket does not wait for what lets its notifications in",
        "S3 tries each destination when the bucket is made: where its policy or permission is made later, the first "
        "deployment fails (Unable to validate the following destination configurations).",
        "Add DependsOn to the bucket, and name the bucket there by its name, since Ref and DependsOn together are a "
        "circle.",
        'CloudFormation template reference, "AWS::S3::Bucket NotificationConfiguration"',
        _unordered,
    ),
)
