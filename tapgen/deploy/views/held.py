"""The view of one region among several, which keeps its plan back: plans that agree are shown once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tapgen.deploy.aws.model import Event
    from tapgen.deploy.outcome import Outcome
    from tapgen.deploy.plan.check import CheckResult
    from tapgen.deploy.plan.plan import Plan
    from tapgen.deploy.stack.progress import Progress
    from tapgen.deploy.views.rollout import Rollout
    from tapgen.deploy.views.view import View


class HeldView:
    """A view that shows its plan when it is told to, or before how the region ended."""

    def __init__(self, view: View) -> None:
        self._view = view
        self.held: Plan | None = None

    def plan(self, plan: Plan) -> None:
        """Keep it."""
        self.held = plan

    def release(self) -> None:
        """Show the plan that is kept."""
        if self.held is not None:
            kept, self.held = self.held, None
            self._view.plan(kept)

    def outcome(self, outcome: Outcome) -> None:
        """The plan first: it says what was refused."""
        self.release()
        self._view.outcome(outcome)

    def step(self, text: str) -> None:
        """See View."""
        self._view.step(text)

    def warn(self, text: str) -> None:
        """See View."""
        self._view.warn(text)

    def checked(self, checked: CheckResult) -> None:
        """See View."""
        self._view.checked(checked)

    def event(self, event: Event, progress: Progress) -> None:
        """See View."""
        self._view.event(event, progress)

    def pulse(self, progress: Progress) -> None:
        """See View."""
        self._view.pulse(progress)

    def rollout(self, rollout: Rollout) -> None:
        """See View."""
        self._view.rollout(rollout)


def show_plans(views: Sequence[HeldView], together: View) -> None:
    """Show the plans that are kept back: once where they say the same of every region, else each."""
    plans = [view.held for view in views if view.held is not None]
    same = {repr(replace(plan, region="", change_set="")) for plan in plans}
    if len(plans) > 1 and len(same) == 1:
        together.plan(replace(plans[0], region=", ".join(plan.region for plan in plans), change_set=""))
        for view in views:
            view.held = None
    for view in views:
        view.release()
