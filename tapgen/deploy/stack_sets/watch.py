"""Follow the operation that is under way on a StackSet, tell how the last one ended, or stop the running one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.deploy.stack_sets.operation import StackSetOperation, describe
from tapgen.errors import ExitCode, TapgenError

if TYPE_CHECKING:
    from tapgen.deploy.outcome import Outcome

DONE = {"CREATE": "created", "UPDATE": "updated", "DELETE": "deleted", "DETECT_DRIFT": "looked at"}
"""What each action has done to a stack."""


class WatchStackSet(StackSetOperation):
    """Attach to the operation under way, or look at the last one."""

    def run(self) -> Outcome:
        """Follow it to its end."""
        return self.finish(self._run)

    def _run(self) -> Outcome:
        self.existing_set()
        operations = self.poller.call(lambda: self.client.set_operations(self.name))
        if not operations:
            return self.outcome(ExitCode.OK, f"{self.name}: nothing has been done to the StackSet yet")
        latest = next((one for one in operations if one.running), operations[0])
        self.view.step(f"{self.name}: {describe(latest)}")
        self._began = latest.running
        return self.ended(self.follow_to_end(latest.id), DONE.get(latest.action, "done"))


class StopStackSet(StackSetOperation):
    """Stop the running operation: stacks that have begun are finished, no other one begins."""

    def run(self) -> Outcome:
        """Stop it, and follow what has begun unless detached."""
        return self.finish(self._run)

    def _run(self) -> Outcome:
        self.existing_set()
        running = self.running()
        if running is None:
            raise TapgenError(f"no operation is running on the StackSet {self.name}", "Nothing is to be cancelled.")
        self.view.step(f"Stopping: {describe(running)}")
        self.client.stop_set_operation(self.name, running.id)
        self._began = True
        if self.request.options.detach:
            return self.going_on("detached")
        seen = self.follow_to_end(running.id)
        if seen.operation and seen.operation.status == "SUCCEEDED":
            return self.outcome(ExitCode.FAILED, f"too late: the operation on {self.name} was over")
        if seen.operation and seen.operation.status == "STOPPED":
            done = seen.rollout.of("SUCCEEDED")
            return self.outcome(
                ExitCode.OK,
                f"{self.name}: stopped after {done} of {seen.rollout.total} stacks",
                f"`tapgen deploy --env {self.request.environment}` goes on, with the template of then.",
            )
        return self.ended(seen, DONE.get(running.action, "done"))
