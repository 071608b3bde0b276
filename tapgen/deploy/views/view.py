"""What a person or a program is told of an operation: a Protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tapgen.deploy.stack.reporter import Reporter

if TYPE_CHECKING:
    from tapgen.deploy.outcome import Outcome
    from tapgen.deploy.plan.check import CheckResult
    from tapgen.deploy.plan.plan import Plan
    from tapgen.deploy.views.rollout import Rollout


class View(Reporter, Protocol):
    """Where the steps of a command report to."""

    def checked(self, checked: CheckResult) -> None:
        """What the check found, if anything."""
        ...

    def plan(self, plan: Plan) -> None:
        """What is going to change."""
        ...

    def rollout(self, rollout: Rollout) -> None:
        """How far an operation on a StackSet is."""
        ...

    def outcome(self, outcome: Outcome) -> None:
        """How it ended."""
        ...
