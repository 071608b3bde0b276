"""Nested stacks fail with the reason in the child: follow it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tapgen.deploy.aws.errors import AwsError
from tapgen.deploy.stack.progress import NESTED, Cause, causes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import Event

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
    events: list[Event] = []
    page = ""
    try:
        while True:
            answer = client.events(cause.physical_id, page)
            events += answer.events
            page = answer.next
            if not page:
                break
    except AwsError:
        return ()  # the parent's own words are better than none
    return root_causes(client, _latest_operation(events), {}, depth - 1)


def _latest_operation(newest_first: list[Event]) -> tuple[Event, ...]:
    """The events of the child's last operation, oldest first."""
    token = next((event.token for event in newest_first), "")
    return tuple(event for event in reversed(newest_first) if event.token == token)
