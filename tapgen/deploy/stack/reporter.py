"""Where an operation on a stack reports to: the part of a view that knows nothing of plans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tapgen.deploy.aws.model import Event
    from tapgen.deploy.stack.progress import Progress


class Reporter(Protocol):
    """Steps, warnings and events."""

    def step(self, text: str) -> None:
        """What is being done now."""
        ...

    def warn(self, text: str) -> None:
        """What a person should know; the operation goes on."""
        ...

    def event(self, event: Event, progress: Progress) -> None:
        """One stack event, and the progress with it."""
        ...

    def pulse(self, progress: Progress) -> None:
        """Nothing new: time goes on."""
        ...
