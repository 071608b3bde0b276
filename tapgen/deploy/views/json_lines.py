"""The view for programs: JSON lines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from tapgen.deploy.aws.model import Event
    from tapgen.deploy.outcome import Outcome
    from tapgen.deploy.plan.check import CheckResult
    from tapgen.deploy.plan.plan import Plan
    from tapgen.deploy.stack.progress import Progress
    from tapgen.deploy.views.rollout import Rollout


class JsonView:
    """One JSON object a line on `out`: findings, steps, warnings, the plan, events, and the result as the last one."""

    def __init__(self, out: TextIO, region: str = "") -> None:
        self._out = out
        self._region = region
        self._rollout: dict[str, object] = {}

    def step(self, text: str) -> None:
        """See View."""
        self._write("step", message=text)

    def warn(self, text: str) -> None:
        """See View."""
        self._write("warning", message=text)

    def checked(self, checked: CheckResult) -> None:
        """Each finding that no setting accepts, of whatever severity."""
        from tapgen.proof.report.formats import fields

        for finding in checked.findings:
            self._write("finding", **fields(checked.environment, finding))

    def plan(self, plan: Plan) -> None:
        """See View."""
        self._write(
            "plan",
            stack=plan.stack_name,
            account=plan.account,
            change_set=plan.change_set,
            creates=plan.creates,
            **({"targets": list(plan.targets)} if plan.targets else {}),
            resources=[
                {"action": one.does, "logical_id": one.logical_id, "type": one.type, "because": list(one.because)}
                for one in (*plan.changes, *plan.referring)
            ],
            only_refer=[one.logical_id for one in plan.referring],
            stack_changes=list(plan.stack_changes),
            security=[
                {"severity": one.severity.name.lower(), "message": one.message, "details": list(one.signed)}
                for one in plan.security
            ],
            notes=list(plan.notes),
            losses=[one.message for one in (*plan.losses, *plan.allowed)],
            overwritten=list(plan.overwritten),
        )

    def event(self, event: Event, progress: Progress) -> None:
        """See View."""
        self._write("event", **event_fields(event), done=progress.done, total=progress.total)

    def rollout(self, rollout: Rollout) -> None:
        """Counts by region and status, where they are other ones than before."""
        fields: dict[str, object] = {"operation": rollout.action, "status": rollout.status, "stacks": rollout.counts}
        if fields != self._rollout:
            self._rollout = fields
            self._write("rollout", done=rollout.done, total=rollout.total, failed=rollout.failed, **fields)

    def pulse(self, progress: Progress) -> None:
        """Nothing."""

    def outcome(self, outcome: Outcome) -> None:
        """See View."""
        self._write("result", **outcome_fields(outcome))

    def _write(self, kind: str, **fields: object) -> None:
        where = {"region": self._region} if self._region else {}
        self._out.write(json.dumps({"kind": kind, **where, **fields}) + "\n")
        self._out.flush()


def event_fields(event: Event) -> dict[str, Any]:
    """An event as JSON."""
    return {
        "id": event.id,
        "time": event.time.isoformat() if event.time else None,
        "logical_id": event.logical_id,
        "physical_id": event.physical_id,
        "type": event.type,
        "status": event.status,
        "reason": event.reason,
    }


def outcome_fields(outcome: Outcome) -> dict[str, Any]:
    """An outcome as JSON."""
    return {
        "result": outcome.code.name,
        "exit_code": int(outcome.code),
        "message": outcome.message,
        "hint": outcome.hint,
        "stack": outcome.stack_name,
        "region": outcome.region,
        "stack_arn": outcome.stack_arn,
        "status": outcome.status,
        "changed": outcome.changed,
        "change_set": outcome.change_set,
        "outputs": {one.key: one.value for one in outcome.outputs},
        "causes": [
            {
                "logical_id": cause.logical_id,
                "type": cause.type,
                "physical_id": cause.physical_id,
                "status": cause.status,
                "reason": cause.reason,
                "made_in": cause.origin,
            }
            for cause in outcome.causes
        ],
        "orphans": list(outcome.orphans),
    }
