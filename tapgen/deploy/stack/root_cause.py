"""The root causes of a failed operation: the first real failures, also those in nested stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from tapgen.deploy.aws.errors import AwsError
from tapgen.deploy.outcome import Cause
from tapgen.deploy.stack.events import last_operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import Event

NESTED = "AWS::CloudFormation::Stack"
_CANCELLED = ("Resource creation cancelled", "Resource update cancelled", "Resource creation Initiated")
_SUMMARY = "The following resource(s) failed to"
_BEFORE = ("HOOK_", "VALIDATION_")
"""Statuses of what looked at a stack before it was changed: a failure of the stack itself too."""
_DEPTH = 5  # deeper nesting than anyone has; it only bounds the calls


def root_causes(
    client: Client, stack: str, events: tuple[Event, ...], origins: Mapping[str, str], depth: int = _DEPTH
) -> tuple[Cause, ...]:
    """The causes, the first failure first; a failed nested stack is replaced by the causes in it.

    `events` are those of the operation, oldest first. Where the endpoint tells failures by themselves it is asked: only
    there are the reasons of hooks and validations.
    """
    found: list[Cause] = []
    for cause in causes(_with_failed_events(client, stack, events), origins):
        inner = _inside(client, cause, depth) if cause.type == NESTED and depth else ()
        found += [replace(one, logical_id=f"{cause.logical_id}/{one.logical_id}") for one in inner] or [cause]
    return tuple(found)


def _inside(client: Client, cause: Cause, depth: int) -> tuple[Cause, ...]:
    if not cause.physical_id.startswith("arn:"):
        return ()
    try:
        events = last_operation(client, cause.physical_id)
    except AwsError:
        return ()  # the parent's own words are better than none
    return root_causes(client, cause.physical_id, events, {}, depth - 1)


def _with_failed_events(client: Client, stack: str, events: tuple[Event, ...]) -> tuple[Event, ...]:
    """The operation's events with what DescribeEvents says has failed since it began, by time."""
    begun = min((event.time for event in events if event.time), default=None)
    if begun is None:
        return events
    try:
        told = client.failed_events(stack)
    except AwsError:
        return events  # they have most reasons as well
    tokens = {event.token for event in events}
    ours = [one for one in told if one.time and one.time >= begun and (not one.token or one.token in tokens)]
    return tuple(sorted((*ours, *events), key=lambda event: event.time or begun)) if ours else events


def causes(events: Iterable[Event], origins: Mapping[str, str]) -> tuple[Cause, ...]:
    """Each failure with the place that made the resource; a resource is listed once."""
    seen: dict[str, Cause] = {}
    for event in failures(events):
        origin = origins.get(event.logical_id, "")
        cause = Cause(event.logical_id, event.type, event.physical_id, event.status, event.reason, origin)
        seen.setdefault(event.logical_id, cause)
    return tuple(seen.values())


def failures(events: Iterable[Event]) -> tuple[Event, ...]:
    """The events of resources that failed by themselves, first one first; what was only cancelled is no cause."""
    return tuple(
        event
        for event in events
        if event.status.endswith("_FAILED")
        and (not event.of_stack or event.status.startswith(_BEFORE))
        and not event.reason.startswith(_CANCELLED)
        and not event.reason.startswith(_SUMMARY)
    )
