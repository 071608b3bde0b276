"""What a person or a program is told of an operation: a Protocol, and the view that masks before another shows it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from tapgen.deploy.aws.model import Event
    from tapgen.deploy.masking import Masker
    from tapgen.deploy.plan.check import Checked
    from tapgen.deploy.plan.plan import Plan
    from tapgen.deploy.request import Outcome
    from tapgen.deploy.stack.progress import Progress


class View(Protocol):
    """Where the steps of an operation report to."""

    def step(self, text: str) -> None:
        """What is being done now."""
        ...

    def warn(self, text: str) -> None:
        """What a person should know; the operation goes on."""
        ...

    def checked(self, checked: Checked) -> None:
        """What the check found, if anything."""
        ...

    def plan(self, plan: Plan) -> None:
        """What is going to change."""
        ...

    def event(self, event: Event, progress: Progress) -> None:
        """One stack event, and the progress with it."""
        ...

    def pulse(self, progress: Progress) -> None:
        """Nothing new: time goes on."""
        ...

    def outcome(self, outcome: Outcome) -> None:
        """How it ended."""
        ...


class Masked:
    """A view that takes the secrets out of everything before another view shows it."""

    def __init__(self, view: View, mask: Masker) -> None:
        self._view = view
        self._mask = mask

    def step(self, text: str) -> None:
        """See View."""
        self._view.step(self._mask(text))

    def warn(self, text: str) -> None:
        """See View."""
        self._view.warn(self._mask(text))

    def checked(self, checked: Checked) -> None:
        """See View."""
        self._view.checked(checked)

    def plan(self, plan: Plan) -> None:
        """See View."""
        self._view.plan(plan.masked(self._mask))

    def event(self, event: Event, progress: Progress) -> None:
        """See View."""
        self._view.event(masked_event(event, self._mask), progress)

    def pulse(self, progress: Progress) -> None:
        """See View."""
        self._view.pulse(progress)

    def outcome(self, outcome: Outcome) -> None:
        """See View."""
        self._view.outcome(masked_outcome(outcome, self._mask))


def masked_event(event: Event, mask: Callable[[str], str]) -> Event:
    """The event without secrets in its reason or its physical id."""
    return replace(event, reason=mask(event.reason), physical_id=mask(event.physical_id))


def masked_outcome(outcome: Outcome, mask: Callable[[str], str]) -> Outcome:
    """The outcome without secrets."""
    from tapgen.deploy.masking import named

    return replace(
        outcome,
        message=mask(outcome.message),
        hint=mask(outcome.hint),
        causes=tuple(replace(cause, reason=mask(cause.reason)) for cause in outcome.causes),
        outputs=tuple(replace(one, value=named(one.key, mask(one.value))) for one in outcome.outputs),
    )
