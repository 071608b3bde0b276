"""Functions that write where they, or functions that start them, are started from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from tapgen.proof.rules.permissions import CIRCLE, CIRCLE_OF_SEVERAL
from tapgen.template.alternatives import REFERENCE, every, listed
from tapgen.template.arns import fields
from tapgen.template.triggers import deliveries
from tapgen.template.types import value_at

if TYPE_CHECKING:
    from tapgen.proof.findings import Finding
    from tapgen.proof.needs.functions import FunctionNeeds
    from tapgen.proof.needs.requirements import Requirement
    from tapgen.proof.subject import Subject
    from tapgen.template.triggers import Delivery, Trigger

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


Filter = tuple[str, str]
"""What keys of objects begin with and end in; two empty texts where every write counts."""


def findings(needs: Sequence[FunctionNeeds], subject: Subject) -> Iterator[Finding]:
    """One finding for each function on a circle, at the request that closes it."""
    started = _started(subject)
    writes = {one.function: list(_writes(one, subject)) for one in needs}
    reached = {
        name: {other for source, key, _ in found for other in _starts(started.get(source, {}), key)}
        for name, found in writes.items()
    }
    for name, found in writes.items():
        said = set()
        for source, key, requirement in found:
            ways = [_back(start, name, reached) for start in sorted(_starts(started.get(source, {}), key))]
            way = next(filter(None, ways), None)
            if way is not None and source not in said:
                said.add(source)
                through = " and ".join(one for one in way if one != name)
                by = f" by way of {through}" if through else ""
                message = f"{name} calls {requirement.action} on {source}, which starts it again{by}."
                place = {"file": requirement.file, "line": requirement.line}
                rule = CIRCLE_OF_SEVERAL if through else CIRCLE
                yield rule.finding(message, ("Resources", name), **place)  # type: ignore[arg-type]  # two known keys


def _started(subject: Subject) -> dict[str, dict[str, set[Filter]]]:
    """Source -> the functions that it starts, itself or by what it sends to, each with the filters of the keys."""
    started: dict[str, dict[str, set[Filter]]] = {}
    for trigger in subject.triggers:
        for one in _filters(trigger.resource, trigger, subject) if trigger.source else ():
            started.setdefault(trigger.source, {}).setdefault(trigger.function, set()).add(one)
    sent = deliveries(subject.template, subject.arns)
    for _ in sent:  # as often as one can send to the next
        before = sum(map(len, started.values()))
        for delivery in sent:
            filters = set(_filters(delivery.sender, delivery, subject))
            for function in started.get(delivery.receiver, {}) if filters else ():
                started.setdefault(delivery.source, {}).setdefault(function, set()).update(filters)
        if sum(map(len, started.values())) == before:
            break
    return started


def _starts(functions: Mapping[str, set[Filter]], key: str) -> set[str]:
    """The functions that a write of a key surely starts; of an unknown part of it nothing is sure."""
    head, tail = key.partition("${")[0], key.rpartition("}")[2]
    return {
        name
        for name, filters in functions.items()
        if any(head.startswith(prefix) and tail.endswith(suffix) for prefix, suffix in filters)
    }


def _writes(one: FunctionNeeds, subject: Subject) -> Iterator[tuple[str, str, Requirement]]:
    """(resource of the template, key of the object or "", request) of what a function's code writes to."""
    for requirement in one.requirements:
        last = fields(requirement.arn)[-1] if requirement.arn else ""
        named = REFERENCE.search(last)
        owner = named[1].partition(".")[0] if named else ""
        writes = requirement.action in _STARTS.get(subject.type_of(owner), ())
        if writes and requirement.caller == "code" and not requirement.optional:
            yield owner, last.partition("/")[2], requirement


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


def _filters(resource: str, one: Trigger | Delivery, subject: Subject) -> Iterator[Filter]:
    """The filters of a trigger or a delivery, each of one notification; nothing where it takes some events only."""
    properties = subject.properties(resource)
    if "FilterCriteria" in properties or "FilterPolicy" in properties:
        return
    if subject.type_of(resource) != "AWS::S3::Bucket":
        yield "", ""
        return
    for told in listed(value_at(properties, ("NotificationConfiguration", str(one.path[-1])))):
        if not isinstance(told, Mapping) or one.target not in told.values():
            continue
        if any(event.startswith("s3:ObjectCreated") for event in every(told.get("Event"))):
            rules = [rule for rule in listed(value_at(told, ("Filter", "S3Key", "Rules"))) if isinstance(rule, Mapping)]
            given = {str(rule.get("Name")).lower(): str(rule.get("Value")) for rule in rules}
            yield given.get("prefix", ""), given.get("suffix", "")
