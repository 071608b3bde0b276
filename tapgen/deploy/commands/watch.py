"""`watch`: come back to an operation that another process has begun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.deploy.operation import StackOperation
from tapgen.deploy.stack.events import latest_beginning
from tapgen.deploy.stack.follow import Followed, follow
from tapgen.deploy.stack.progress import Progress
from tapgen.deploy.stack.protection import protect
from tapgen.deploy.stack.states import state
from tapgen.deploy.stack.target import describe_operation
from tapgen.template.document import parse

if TYPE_CHECKING:
    from tapgen.deploy.aws.model import Event, Stack
    from tapgen.deploy.outcome import Outcome


class Watch(StackOperation):
    """Attach to the stack's operation, or tell how the last one ended."""

    def run(self) -> Outcome:
        """Follow it to its end; then put a protected environment's protection in order."""
        return self.finish(self._run)

    def _run(self) -> Outcome:
        stack = self.stack()
        begun = latest_beginning(self.client, stack.arn)
        self._began = state(stack.status).running
        self.view.step(f"{stack.name}: {describe_operation(stack, begun)}")
        seen = self._attach(stack, begun)
        outcome = self.completed(seen, "DELETE_COMPLETE")
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
