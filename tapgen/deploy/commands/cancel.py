"""`cancel`: roll a running update back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.deploy.operation import StackOperation
from tapgen.deploy.stack.events import latest_beginning
from tapgen.deploy.stack.follow import Followed, follow
from tapgen.deploy.stack.progress import Progress
from tapgen.deploy.stack.states import state
from tapgen.deploy.stack.target import describe_operation
from tapgen.errors import ExitCode, TapgenError

if TYPE_CHECKING:
    from tapgen.deploy.aws.model import Stack
    from tapgen.deploy.outcome import Outcome


class Cancel(StackOperation):
    """Cancel a running update and follow it back."""

    def run(self) -> Outcome:
        """Cancel, and follow unless detached."""
        return self.finish(self._run)

    def _run(self) -> Outcome:
        stack = self.stack()
        if not state(stack.status).cancel:
            raise TapgenError(
                f"{stack.name} is {stack.status}: only a running update can be cancelled", self._advice(stack)
            )
        begun = latest_beginning(self.client, stack.arn)
        self.view.step(f"Cancelling: {describe_operation(stack, begun)}")
        last = self.client.events(stack.arn).events
        self.begin(lambda: self.client.cancel_update(stack.arn, self.token), stack)
        if self.request.options.detach:
            return self.completed(Followed(None, Progress(), "detached"))
        seen = follow(
            self.client,
            stack.arn,
            "",  # the roll-back's events carry the token of the update or of the cancellation: both are this operation
            self.view,
            clock=self.clock,
            timeout=self.request.options.timeout,
            before=stack,
            after=last[0].id if last else "",
        )
        outcome = self.completed(seen, "UPDATE_ROLLBACK_COMPLETE")
        if outcome.ok and outcome.status != "UPDATE_ROLLBACK_COMPLETE":
            return self.outcome(ExitCode.FAILED, f"too late: {stack.name} is {outcome.status}, the update was over")
        return outcome

    def _advice(self, stack: Stack) -> str:
        environment = self.request.environment
        if stack.status == "CREATE_IN_PROGRESS":
            return f"A creation cannot be cancelled; `tapgen destroy --env {environment}` deletes what there is of it."
        return state(stack.status).advice_for(environment) or "Nothing is running."
