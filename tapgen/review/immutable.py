"""Properties that CloudFormation neither updates nor replaces: a change of one fails; rule L210."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from tapgen.review.model import Finding, PropertyChange, Refusal, ResourceChange, Severity
from tapgen.template.intrinsics import undecided
from tapgen.template.paths import ABSENT


class Immutable(NamedTuple):
    """The properties of a type, each with the value that it has when it is left out, and where that is written."""

    properties: Mapping[str, Any]
    source: str


# No schema calls these createOnly, so that nobody loses the key, the disk or the users by a replacement.
IMMUTABLE: Final[Mapping[str, Immutable]] = {
    "AWS::KMS::Key": Immutable(
        {"KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT", "Origin": "AWS_KMS", "MultiRegion": "false"},
        "CloudFormation template reference, AWS::KMS::Key: the update request fails",
    ),
    "AWS::EC2::Volume": Immutable(
        {"AvailabilityZone": ABSENT, "Encrypted": "false", "KmsKeyId": ABSENT, "OutpostArn": ABSENT},
        "CloudFormation template reference, AWS::EC2::Volume: updates are not supported",
    ),
    "AWS::Cognito::UserPool": Immutable(
        {"AliasAttributes": ABSENT, "UsernameAttributes": ABSENT, "UsernameConfiguration": ABSENT},
        "Amazon Cognito API reference: UpdateUserPool does not take them",
    ),
}


def immutable_changes(changes: tuple[ResourceChange, ...]) -> Iterator[Finding]:
    """What an update would have to change and cannot."""
    for change in changes:
        rule = IMMUTABLE.get(change.type)
        if rule is None or change.action not in ("update", "may-replace"):
            continue
        names = sorted({str(one.path[1]) for one in change.properties if _fails(one, rule)})
        if names:
            yield Finding(
                "L210",
                change.logical_id,
                change.type,
                f"{change.logical_id}: {', '.join(names)} cannot be changed once it is created",
                Severity.HIGH,
                "Keep the value, or add a resource under a new logical id and move over to it.",
                refusal=Refusal.ALWAYS,
            )


def _fails(change: PropertyChange, rule: Immutable) -> bool:
    name = str(change.path[1]) if len(change.path) > 1 and change.path[0] == "Properties" else ""
    if name not in rule.properties:
        return False
    if undecided(change.old) or undecided(change.new):
        return False
    default = rule.properties[name]
    was, now = (default if value is ABSENT else value for value in (change.old, change.new))
    return bool(was != now)
