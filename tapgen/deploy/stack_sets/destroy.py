"""Delete a StackSet and its stacks, or the stacks of some accounts alone."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from tapgen.deploy.aws.stack_set_model import Targets
from tapgen.deploy.commands.destroy import Question
from tapgen.deploy.stack_sets.operation import StackSetOperation
from tapgen.deploy.stack_sets.target import within
from tapgen.errors import ExitCode, UsageError, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable

    from tapgen.deploy.aws.stack_set_model import StackSet
    from tapgen.deploy.outcome import Outcome
    from tapgen.deploy.stack_sets.survey import Survey


class DestroyStackSet(StackSetOperation):
    """Delete every stack, then the StackSet; `accounts` deletes the stacks of these alone."""

    def run(self, confirm: Callable[[Question], bool], accounts: tuple[str, ...] = ()) -> Outcome:
        """Check, tell, ask, delete, follow."""
        return self.finish(lambda: self._run(confirm, accounts))

    def _run(self, confirm: Callable[[Question], bool], accounts: tuple[str, ...]) -> Outcome:
        found = self.existing_set()
        self.refuse_other(found)
        self.queue_behind()
        seen = self.survey()
        targets = self._targets(found, seen, accounts)
        self._tell(seen, accounts)
        what = f"the stacks of {', '.join(accounts)}" if accounts else f"the StackSet and its {seen.total} stacks"
        question = Question(f"Delete {what}: {self.name} in {self.client.region}?", self.name, self.request.protected)
        if not confirm(question):
            return self.outcome(ExitCode.DECLINED, "declined, nothing was deleted")
        if seen.total:
            outcome = self._delete(targets)
            if not outcome.ok or accounts or self.request.options.detach:
                return outcome
        self._began = False
        self.nothing = "its stacks are deleted, the StackSet is not"
        self.client.delete_stack_set(self.name)
        return self.outcome(ExitCode.OK, f"{self.name}: the StackSet and its {seen.total} stacks are deleted")

    def _targets(self, found: StackSet, seen: Survey, accounts: tuple[str, ...]) -> Targets:
        for one in accounts:
            if one not in seen.everywhere:
                raise UsageError(f"--account {one}: it has no stack", suggestion(one, sorted(seen.everywhere)))
        regions = tuple(region for region, there in seen.accounts.items() if not accounts or there & set(accounts))
        if found.service_managed:
            return Targets(accounts, found.units or self.target.targets.units, regions)
        return Targets(accounts or tuple(sorted(seen.everywhere)), (), regions)

    def _tell(self, seen: Survey, accounts: tuple[str, ...]) -> None:
        self.view.step(f"The StackSet {self.name} in {self.client.region} has {seen.total} stacks:")
        for region, there in seen.accounts.items():
            count = len(there & set(accounts)) if accounts else len(there)
            self.view.step(f"  delete  {count} of {len(there)} in {region}")

    def _delete(self, targets: Targets) -> Outcome:
        token = str(uuid.uuid4())
        preferences = within(self.target.preferences, targets.regions)
        operation = self.begin_operation(
            lambda: self.client.delete_instances(self.name, targets, preferences, token), token
        )
        self.view.step(f"{self.name}: operation {operation} has begun")
        if self.request.options.detach:
            return self.going_on("detached")
        return self.ended(self.follow_to_end(operation), "deleted")
