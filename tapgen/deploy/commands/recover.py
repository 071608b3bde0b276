"""`recover`: bring a stuck stack back to a state that can be deployed. It never deletes a stack that holds anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.deploy.operation import StackOperation
from tapgen.deploy.stack.failed_creation import refuse_foreign
from tapgen.deploy.stack.states import state
from tapgen.deploy.stack.target import busy
from tapgen.errors import ExitCode, TapgenError, UsageError, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable

    from tapgen.deploy.aws.model import Stack, StackResource
    from tapgen.deploy.outcome import Outcome


class Recover(StackOperation):
    """Continue a failed roll-back, roll a failed update back, or clear a failed first creation."""

    def run(self, skip: tuple[str, ...], confirm: Callable[[str], bool]) -> Outcome:
        """`skip` names resources that the roll-back takes as they are; `confirm` is asked before anything is done."""
        return self.finish(lambda: self._run(skip, confirm))

    def _run(self, skip: tuple[str, ...], confirm: Callable[[str], bool]) -> Outcome:
        stack = self.stack()
        row = state(stack.status)
        if row.running:
            raise busy(self.client, stack, self.request.environment)
        if skip and row.recovery != "continue":
            raise UsageError(f"--skip goes with UPDATE_ROLLBACK_FAILED; {stack.name} is {stack.status}")
        if row.recovery == "clear":
            return self._clear(stack, confirm)
        if row.recovery == "continue":
            return self._continue(stack, skip, confirm)
        if row.recovery == "rollback":
            return self._roll_back(stack, confirm)
        if row.change_set:
            return self.outcome(ExitCode.OK, f"nothing to recover: {stack.name} is {stack.status}")
        raise TapgenError(
            f"{stack.name} is {stack.status}: nothing continues it",
            row.advice_for(self.request.environment),
            ExitCode.STUCK,
        )

    def _clear(self, stack: Stack, confirm: Callable[[str], bool]) -> Outcome:
        refuse_foreign(self.client, stack, self.request)
        if not confirm(f"Delete the empty stack {stack.name}, left by a failed first creation?"):
            return self.outcome(ExitCode.DECLINED, "declined, nothing was done")
        self.begin(lambda: self.client.delete_stack(stack.arn, self.token), stack)
        return self.completed(self.follow(stack), "DELETE_COMPLETE")

    def _continue(self, stack: Stack, skip: tuple[str, ...], confirm: Callable[[str], bool]) -> Outcome:
        stuck = self._list_stuck(stack, "UPDATE_FAILED")
        known = [one.logical_id for one in stuck]
        for logical_id in skip:
            if logical_id.rpartition(".")[2] not in known:
                raise UsageError(f"--skip {logical_id}: it is not stuck", suggestion(logical_id, known))
        question = f"Continue the roll-back of {stack.name}"
        if not confirm(f"{question}, leaving {', '.join(skip)} as it is?" if skip else f"{question}?"):
            return self.outcome(ExitCode.DECLINED, "declined, nothing was done")
        self.begin(lambda: self.client.continue_rollback(stack.arn, self.token, skip), stack)
        outcome = self.completed(self.follow(stack), "UPDATE_ROLLBACK_COMPLETE")
        if skip and outcome.ok:
            self.view.warn(f"{', '.join(skip)} may not be what the template says: run `tapgen drift`.")
        return outcome

    def _roll_back(self, stack: Stack, confirm: Callable[[str], bool]) -> Outcome:
        self._list_stuck(stack, "CREATE_FAILED", "UPDATE_FAILED")
        if not confirm(f"Roll {stack.name} back?"):
            return self.outcome(ExitCode.DECLINED, "declined, nothing was done")
        self.begin(lambda: self.client.rollback(stack.arn, self.token), stack)
        return self.completed(self.follow(stack), "UPDATE_ROLLBACK_COMPLETE", "ROLLBACK_COMPLETE")

    def _list_stuck(self, stack: Stack, *statuses: str) -> list[StackResource]:
        stuck = [one for one in self.client.resources(stack.arn) if one.status in statuses]
        for one in stuck:
            self.view.warn(f"{one.logical_id} ({one.type}, {one.physical_id}) is {one.status}: {one.reason}")
        return stuck
