"""`watch` and `cancel`: come back to an operation that another process has begun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.deploy.operation import Verb
from tapgen.deploy.stack.follow import Followed, follow
from tapgen.deploy.stack.progress import Progress
from tapgen.deploy.stack.protection import protect
from tapgen.deploy.stack.states import state
from tapgen.deploy.stack.target import describe_operation, operation
from tapgen.errors import ExitCode, TapgenError
from tapgen.template.document import parse

if TYPE_CHECKING:
    from tapgen.deploy.aws.model import Event, Stack
    from tapgen.deploy.request import Outcome


class Watch(Verb):
    """Attach to the stack's operation, or tell how the last one ended."""

    def run(self) -> Outcome:
        """Follow it to its end; then put a protected environment's protection in order."""
        return self.contained(self._run)

    def _run(self) -> Outcome:
        stack = self.stack()
        begun = operation(self.client, stack.arn)
        self.begun = state(stack.status).running
        self.view.step(f"{stack.name}: {describe_operation(stack, begun)}")
        seen = self._attach(stack, begun)
        outcome = self.ending(seen, "DELETE_COMPLETE")
        ended = seen.stack
        if ended and self.request.protected and ended.status != "DELETE_COMPLETE" and state(ended.status).change_set:
            protect(self.client, ended, parse(self.client.template(ended.arn), ended.name))
        return outcome

    def _attach(self, stack: Stack, begun: Event | None) -> Followed:
        if begun is None:
            return Followed(stack, Progress())
        return follow(
            self.client,
            stack.arn,
            begun.token,
            self.view,
            clock=self.clock,
            timeout=self.request.options.timeout,
            after="" if begun.token else begun.id,
        )


class Cancel(Verb):
    """Cancel a running update and follow it back."""

    def run(self) -> Outcome:
        """Cancel, and follow unless detached."""
        return self.contained(self._run)

    def _run(self) -> Outcome:
        stack = self.stack()
        if not state(stack.status).cancel:
            raise TapgenError(f"{stack.name} is {stack.status}: only a running update can be cancelled", _advice(stack))
        begun = operation(self.client, stack.arn)
        self.view.step(f"Cancelling: {describe_operation(stack, begun)}")
        last = self.client.events(stack.arn).events
        self.begin(lambda: self.client.cancel_update(stack.arn, self.token))
        if self.request.options.detach:
            return self.ending(Followed(None, Progress(), "detached"))
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
        outcome = self.ending(seen, "UPDATE_ROLLBACK_COMPLETE")
        if outcome.ok and outcome.status != "UPDATE_ROLLBACK_COMPLETE":
            return self.outcome(ExitCode.FAILED, f"too late: {stack.name} is {outcome.status}, the update was over")
        return outcome


def _advice(stack: Stack) -> str:
    if stack.status == "CREATE_IN_PROGRESS":
        return "A creation cannot be cancelled; `tapgen destroy` deletes what there is of it."
    return state(stack.status).advice or "Nothing is running."
