"""Functions that write where they, or functions that start them, are started from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from tapgen.proof.rules.permissions import CIRCLE, CIRCLE_OF_SEVERAL
from tapgen.template.alternatives import REFERENCE, every, listed
from tapgen.template.arns import fields

if TYPE_CHECKING:
    from tapgen.proof.findings import Finding
    from tapgen.proof.needs.functions import FunctionNeeds
    from tapgen.proof.needs.requirements import Requirement
    from tapgen.proof.subject import Subject

# Type of the source -> the actions that make it start whatever it starts.
_STARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "AWS::SQS::Queue": ("sqs:SendMessage",),
    "AWS::SNS::Topic": ("sns:Publish",),
    "AWS::S3::Bucket": ("s3:PutObject",),
    "AWS::Kinesis::Stream": ("kinesis:PutRecord", "kinesis:PutRecords"),
    "AWS::DynamoDB::Table": (
        *("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"),
        *("dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate", "dynamodb:PartiQLDelete"),
    ),
}


def findings(needs: Sequence[FunctionNeeds], subject: Subject) -> Iterator[Finding]:
    """One finding for each function on a circle, at the request that closes it."""
    started: dict[str, set[str]] = {}
    for trigger in subject.triggers:
        if trigger.source and not _filtered(trigger.resource, subject):
            started.setdefault(trigger.source, set()).add(trigger.function)
    writes = {one.function: _writes(one, subject) for one in needs}
    reached = {name: {other for source in found for other in started.get(source, ())} for name, found in writes.items()}
    for name, found in writes.items():
        for source, requirement in found.items():
            ways = [_back(start, name, reached) for start in sorted(started.get(source, ()))]
            way = next(filter(None, ways), None)
            if way is not None:
                through = " and ".join(one for one in way if one != name)
                by = f" by way of {through}" if through else ""
                message = f"{name} calls {requirement.action} on {source}, which starts it again{by}."
                place = {"file": requirement.file, "line": requirement.line}
                rule = CIRCLE_OF_SEVERAL if through else CIRCLE
                yield rule.finding(message, ("Resources", name), **place)  # type: ignore[arg-type]  # two known keys


def _writes(one: FunctionNeeds, subject: Subject) -> dict[str, Requirement]:
    """The resources of the template that a function's code writes to, with the first request of each."""
    found: dict[str, Requirement] = {}
    for requirement in one.requirements:
        named = REFERENCE.search(fields(requirement.arn)[-1]) if requirement.arn else None
        owner = named[1].partition(".")[0] if named else ""
        writes = requirement.action in _STARTS.get(subject.type_of(owner), ())
        if writes and requirement.caller == "code" and not requirement.optional:
            found.setdefault(owner, requirement)
    return found


def _back(start: str, end: str, reached: Mapping[str, set[str]]) -> tuple[str, ...] | None:
    """The functions from one to another, each started by the one before; None where no way leads there."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while ways:
        way = ways.pop(0)
        if way[-1] == end:
            return way
        following = sorted(reached.get(way[-1], set()) - seen)
        seen.update(following)
        ways += [(*way, one) for one in following]
    return None


def _filtered(resource: str, subject: Subject) -> bool:
    """Whether a trigger takes some events only, or none that a write makes."""
    properties = subject.properties(resource)
    if "FilterCriteria" in properties or "FilterPolicy" in properties:
        return True
    if subject.type_of(resource) != "AWS::S3::Bucket":
        return False
    notifications = properties.get("NotificationConfiguration")
    configured = notifications.get("LambdaConfigurations") if isinstance(notifications, Mapping) else None
    found = [one for one in listed(configured) if isinstance(one, Mapping)]
    created = [one for one in found if any(event.startswith("s3:ObjectCreated") for event in every(one.get("Event")))]
    return all("Filter" in one for one in created)
