"""The view that needs no terminal: plain lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from tapgen.deploy.views.lines import checked_lines, event_line, outcome_lines, output_lines, plan_lines
from tapgen.deploy.views.rollout import rollout_lines
from tapgen.printable import printable

if TYPE_CHECKING:
    from tapgen.deploy.aws.model import Event
    from tapgen.deploy.outcome import Outcome
    from tapgen.deploy.plan.check import CheckResult
    from tapgen.deploy.plan.plan import Plan
    from tapgen.deploy.stack.progress import Progress
    from tapgen.deploy.views.rollout import Rollout


class PlainView:
    """Lines: plans and outputs to `out`, everything else to `err`. `prefix` tells several regions apart."""

    def __init__(self, out: TextIO, err: TextIO, prefix: str = "") -> None:
        self._out = out
        self._err = err
        self._told: tuple[int, int] | None = None
        self._prefix = f"[{prefix}] " if prefix else ""

    def step(self, text: str) -> None:
        """See View."""
        self._say(text)

    def warn(self, text: str) -> None:
        """See View."""
        self._say(f"Warning: {text}")

    def checked(self, checked: CheckResult) -> None:
        """See View."""
        self._write(self._err, checked_lines(checked))

    def plan(self, plan: Plan) -> None:
        """See View."""
        self._write(self._out, plan_lines(plan))

    def event(self, event: Event, progress: Progress) -> None:
        """See View."""
        self._say(event_line(event, progress))

    def rollout(self, rollout: Rollout) -> None:
        """Each region's count, again with each tenth of the stacks and with each failure."""
        far = (10 * rollout.done // max(rollout.total, 1), rollout.failed)
        if rollout.total and far != self._told:
            self._told = far
            self._write(self._err, rollout_lines(rollout))

    def pulse(self, progress: Progress) -> None:
        """Nothing: a pipe needs no sign of life."""

    def outcome(self, outcome: Outcome) -> None:
        """See View."""
        self._write(self._err, outcome_lines(outcome))
        if outcome.ok:
            self._write(self._out, output_lines(outcome.outputs))

    def _say(self, text: str) -> None:
        self._write(self._err, [text])

    def _write(self, stream: TextIO, lines: list[str]) -> None:
        stream.write(
            "".join(printable(f"{self._prefix}{line}") + "\n" for line in lines)
        )  # one write: regions do not mix in a line
        stream.flush()
