"""The view that takes the secrets out of everything before another view shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from tapgen.errors import TapgenError
from tapgen.printable import one_line
from tapgen.template.secrets import clean

if TYPE_CHECKING:
    from collections.abc import Callable

    from tapgen.deploy.aws.model import Event
    from tapgen.deploy.outcome import Outcome
    from tapgen.deploy.plan.check import CheckResult
    from tapgen.deploy.plan.plan import Plan
    from tapgen.deploy.stack.progress import Progress
    from tapgen.deploy.views.rollout import Rollout
    from tapgen.deploy.views.view import View
    from tapgen.template.masking import Mask


class OutputError(TapgenError):
    """The output cannot be written: a closed pipe, a full disk, a terminal that is gone."""


class MaskedView:
    """A view that takes the secrets out of everything before another view shows it.

    The first time that the output cannot be written is an OutputError, so that an operation ends in order; what is
    told after that is told as far as it can be.
    """

    def __init__(self, view: View, mask: Mask) -> None:
        self._view = view
        self._mask = mask
        self._broken = False

    def step(self, text: str) -> None:
        """See View."""
        self._tell(self._view.step, self._mask(text))

    def warn(self, text: str) -> None:
        """See View."""
        self._tell(self._view.warn, self._mask(text))

    def checked(self, checked: CheckResult) -> None:
        """See View."""
        self._tell(self._view.checked, checked)

    def plan(self, plan: Plan) -> None:
        """See View."""
        self._tell(self._view.plan, plan.masked(self._mask))

    def event(self, event: Event, progress: Progress) -> None:
        """See View."""
        self._tell(self._view.event, masked_event(event, self._mask), progress)

    def rollout(self, rollout: Rollout) -> None:
        """See View."""
        self._tell(self._view.rollout, rollout)

    def pulse(self, progress: Progress) -> None:
        """See View."""
        self._tell(self._view.pulse, progress)

    def outcome(self, outcome: Outcome) -> None:
        """See View."""
        self._tell(self._view.outcome, masked_outcome(outcome, self._mask))

    def _tell(self, tell: Callable[..., None], *what: object) -> None:
        try:
            tell(*what)
        except (OSError, UnicodeError) as error:
            if self._broken:
                return
            self._broken = True
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise OutputError(f"the output cannot be written: {reason}") from None


def masked_event(event: Event, mask: Mask) -> Event:
    """The event without secrets in its reason or its physical id, each in one line."""
    return replace(event, reason=one_line(mask(event.reason)), physical_id=one_line(mask(event.physical_id)))


def masked_outcome(outcome: Outcome, mask: Mask) -> Outcome:
    """The outcome without secrets."""
    return replace(
        outcome,
        message=mask(outcome.message),
        hint=mask(outcome.hint),
        causes=tuple(replace(cause, reason=one_line(mask(cause.reason))) for cause in outcome.causes),
        outputs=tuple(replace(one, value=clean(mask(one.value), one.key)) for one in outcome.outputs),
    )
