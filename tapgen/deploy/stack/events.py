"""A stack's events, read page by page, newest first as the service gives them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import Event
    from tapgen.deploy.aws.polling import Poller

BEGINNINGS = frozenset(
    ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "IMPORT_IN_PROGRESS", "REVIEW_IN_PROGRESS")
)
"""The statuses of a stack with which an operation begins."""


def event_pages(client: Client, stack: str, poller: Poller | None = None) -> Iterator[tuple[Event, ...]]:
    """Each page of a stack's events; `poller` spaces the calls."""
    page = ""
    while True:
        ask = partial(client.events, stack, page)
        answer = poller.call(ask) if poller else ask()
        yield answer.events
        if not answer.next:
            return
        page = answer.next


def all_events(client: Client, stack: str) -> tuple[Event, ...]:
    """Every event of a stack, oldest first."""
    return tuple(event for page in event_pages(client, stack) for event in page)[::-1]


def last_operation(client: Client, stack: str) -> tuple[Event, ...]:
    """The events of a stack's last operation, oldest first: those of one token, or since it last began without any."""
    found: list[Event] = []
    for page in event_pages(client, stack):
        found += page
        if found and any(event.token != found[0].token for event in page):
            break
    if not found:
        return ()
    token = found[0].token
    ours = [event for event in found if event.token == token]
    return (since_beginning(tuple(ours)) if not token else tuple(ours))[::-1]


def since_beginning(newest_first: tuple[Event, ...]) -> tuple[Event, ...]:
    """The events since the stack's latest beginning, with it; all where it is not among them."""
    begun = next((index for index, event in enumerate(newest_first) if _begins(event)), len(newest_first) - 1)
    return newest_first[: begun + 1]


def latest_beginning(client: Client, stack: str) -> Event | None:
    """The event with which the latest operation on a stack began, within the newest pages that hold it."""
    newest: Event | None = None
    for page in event_pages(client, stack):
        for event in page:
            if event.of_stack:
                newest = newest or event
                if _begins(event) and event.token == newest.token:
                    return event
    return newest


def _begins(event: Event) -> bool:
    return event.of_stack and event.status in BEGINNINGS
