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
_DEPTH = 5  # deeper nesting than anyone has; it only bounds the calls


def root_causes(
    client: Client, events: tuple[Event, ...], origins: Mapping[str, str], depth: int = _DEPTH
) -> tuple[Cause, ...]:
    """The causes, the first failure first; a failed nested stack is replaced by the causes in it."""
    found: list[Cause] = []
    for cause in causes(events, origins):
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
    return root_causes(client, events, {}, depth - 1)


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
        and not event.of_stack
        and not event.reason.startswith(_CANCELLED)
        and not event.reason.startswith(_SUMMARY)
    )
