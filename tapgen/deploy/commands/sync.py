"""`sync`: give functions their code and configuration directly, in seconds, where nothing else has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.deploy.aws.polling import SYSTEM_CLOCK
from tapgen.deploy.commands.function_update import TAG, bring, functions_of, marked_functions, packages
from tapgen.deploy.operation import StackOperation
from tapgen.deploy.plan.function_changes import needs_deployment, wanted
from tapgen.deploy.plan.guard import RefusedError
from tapgen.deploy.stack.states import state
from tapgen.deploy.stack.target import is_ours
from tapgen.errors import ExitCode, TapgenError, UsageError
from tapgen.review.assess import assess
from tapgen.template.document import parse

if TYPE_CHECKING:
    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import Stack
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.outcome import Outcome
    from tapgen.deploy.request import Deployment
    from tapgen.deploy.views.view import View
    from tapgen.template.document import Document


class Sync(StackOperation):
    """Bring the functions of a stack to what the template says, without CloudFormation."""

    def __init__(self, request: Deployment, client: Client, view: View, clock: Clock = SYSTEM_CLOCK) -> None:
        super().__init__(request, client, view, clock)
        self._done: list[str] = []

    def run(self) -> Outcome:
        """Compare, refuse what needs a deployment, update, and say that the stack has drifted."""
        return self.finish(self._run)

    @property
    def touched(self) -> tuple[str, ...]:
        """The logical ids of the functions that were brought up to date."""
        return tuple(self._done)

    def take_back(self) -> None:
        """Nothing is taken back; what was done is said."""
        if self._done:
            self.view.warn(f"Brought up to date before that: {', '.join(self._done)}.")

    def _run(self) -> Outcome:
        if self.request.protected:
            raise UsageError(
                f"{self.request.environment} is protected: nothing goes past CloudFormation there",
                f"`tapgen deploy --env {self.request.environment}`.",
            )
        stack = self.stack()
        self._refuse_other(stack)
        deployed = parse(self.client.template(stack.arn), stack.name)
        changed = self._changed(stack, deployed)
        synced = frozenset(marked_functions(self.client))
        for logical_id, physical in functions_of(self.client, stack).items():
            if logical_id not in self.request.document["Resources"]:
                continue
            marked = any(arn.rpartition(":")[2] == physical for arn in synced)
            if logical_id in changed or marked:
                self._bring(logical_id, physical, code=marked or changed[logical_id], marked=marked)
        return self._ended(stack)

    def _refuse_other(self, stack: Stack) -> None:
        if state(stack.status).change_set != "UPDATE":
            raise TapgenError(
                f"{stack.name} is {stack.status}", state(stack.status).advice_for(self.request.environment)
            )
        if not is_ours(stack, self.request.ours):
            raise RefusedError(f"{stack.name} does not carry this environment's tags: something else made it")

    def _changed(self, stack: Stack, deployed: Document) -> dict[str, bool]:
        """The functions that differ from what is deployed, and whether their code does.

        Raises:
            RefusedError: something else differs too.
        """
        packaged = {package.parameter: package.key for package in self.request.packages}
        review = assess(
            deployed,
            self.request.document,
            old_parameters=stack.parameters,
            new_parameters={**stack.parameters, **self.request.parameters, **packaged},
        )
        others = needs_deployment(review, self.request.document)
        if others:
            more = f" and {len(others) - 5} more" if len(others) > 5 else ""
            raise RefusedError(
                f"needs a deployment: {'; '.join(others[:5])}{more}",
                f"`tapgen deploy --env {self.request.environment}`, with --express if it may be quick.",
            )
        return {
            change.logical_id: any(one.path[:2] == ("Properties", "Code") for one in change.properties)
            for change in review.changes
        }

    def _bring(self, logical_id: str, physical: str, *, code: bool, marked: bool) -> None:
        want, zips = wanted(self.request.document, logical_id), packages(self.request.packages)
        changed = bring(self.client, physical, want, zips, self.clock, code=code, mark="" if marked else TAG)
        if changed:
            self._done.append(logical_id)
            self.view.step(f"{logical_id}: {' and '.join(changed)}")

    def _ended(self, stack: Stack) -> Outcome:
        if not self._done:
            return self.outcome(ExitCode.OK, f"no changes: the functions of {stack.name} are as the template says")
        count = f"{len(self._done)} function{'' if len(self._done) == 1 else 's'}"
        return self.outcome(
            ExitCode.OK,
            f"{count} of {stack.name} brought up to date: {', '.join(self._done)}",
            f"The stack has drifted by that; `tapgen deploy --env {self.request.environment}` puts it right.",
        )
