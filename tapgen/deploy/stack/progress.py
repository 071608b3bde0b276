"""Stack events as progress: what is done, what is under way, what was left behind. All pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from tapgen.deploy.stack.states import terminal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tapgen.deploy.aws.model import Event


class Progress(Struct, frozen=True):
    """How far an operation is.

    `latest` holds each resource's last event; `total` is 0 when nobody knows; `started` holds when each
    resource that is under way began, in seconds of the caller's clock; `ended` is the stack's own last status.
    """

    total: int = 0
    latest: Mapping[str, Event] = {}
    started: Mapping[str, float] = {}
    events: tuple[Event, ...] = ()
    status: str = ""

    def add(self, event: Event, now: float) -> Progress:
        """The progress after one more event, which came at `now`."""
        if event.of_stack:
            return replace(self, status=event.status, events=(*self.events, event))
        started = dict(self.started)
        if under_way(event.status):
            started.setdefault(event.logical_id, now)
        else:
            started.pop(event.logical_id, None)
        latest = {**self.latest, event.logical_id: event}
        return replace(self, latest=latest, started=started, events=(*self.events, event))

    @property
    def ended(self) -> bool:
        """Whether an event has said that the operation is over."""
        return bool(self.status) and terminal(self.status)

    @property
    def done(self) -> int:
        """Resources that are not under way any more."""
        return len(self.latest) - len(self.started)

    @property
    def running(self) -> tuple[tuple[Event, float], ...]:
        """Resources under way and since when, the longest first."""
        order = sorted(self.started.items(), key=lambda item: item[1])
        return tuple((self.latest[logical_id], since) for logical_id, since in order)


def under_way(status: str) -> bool:
    """Whether a resource's status says that something is still being done to it."""
    return status.endswith("_IN_PROGRESS")


def orphans(events: Iterable[Event]) -> tuple[Event, ...]:
    """Resources that the clean-up after an update could not delete: they live on outside of the stack."""
    failed: dict[str, Event] = {}
    for event in events:
        if event.of_stack:
            continue
        if event.status == "DELETE_FAILED":
            failed[event.physical_id] = event
        elif event.status == "DELETE_COMPLETE":
            failed.pop(event.physical_id, None)
    return tuple(failed.values())
