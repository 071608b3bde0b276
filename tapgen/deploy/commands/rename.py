"""`rename`: another logical id for a resource of a stack, and the resource stays what it is.

By a stack refactor where CloudFormation makes one: a single operation. Otherwise by import, in four: keep the resource
when it leaves, take it out, import it under its new name, refer to it again. The stack's own template says how far that
is, so that anybody can go on from there, or back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from tapgen.deploy.commands.refactor import Refactoring
from tapgen.deploy.commands.rename_by_import import RenameByImport
from tapgen.deploy.operation import StackOperation
from tapgen.deploy.plan.guard import RefusedError
from tapgen.deploy.plan.rename_names import holding, rename_names
from tapgen.deploy.plan.rename_record import record_of
from tapgen.deploy.stack.states import state
from tapgen.deploy.stack.target import busy
from tapgen.errors import ExitCode, TapgenError
from tapgen.rename import renamed
from tapgen.review.assess import assess
from tapgen.template.document import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import Stack
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.outcome import Outcome
    from tapgen.deploy.plan.rename_record import Record
    from tapgen.deploy.request import Deployment
    from tapgen.deploy.views.view import View
    from tapgen.template.document import Document


class Rename(StackOperation):
    """Give what is called `old` the name `new`; the request's document is what the settings say now."""

    def __init__(self, request: Deployment, client: Client, view: View, clock: Clock) -> None:
        super().__init__(request, client, view, clock)
        self._refactoring = Refactoring(request, client, self.view, clock)
        self._by_import = RenameByImport(request, client, self.view, clock)
        self._names = ("", "")

    def run(self, old: str, new: str, confirm: Callable[[str], bool], *, plan_only: bool = False) -> Outcome:
        """Look, show, ask, rename. `plan_only` ends before the question."""
        self._names = (old, new)
        return self.finish(lambda: self._run(old, new, confirm, plan_only=plan_only))

    def _run(self, old: str, new: str, confirm: Callable[[str], bool], *, plan_only: bool) -> Outcome:
        stack = self.stack()
        running = self._refactoring.running(stack)
        if running is not None:
            self.view.step(f"A stack refactor of {stack.name} is running")
            return self._ended(self._refactoring.follow(stack, running.id))
        self._refuse_state(stack)
        document = parse(self.client.template(stack.arn), stack.name)
        if "Transform" in document:
            raise RefusedError(f"{stack.name} has a Transform: its resources are not those of its template")
        record = record_of(document)
        if record is not None:
            return self._resume(stack, record, confirm, plan_only=plan_only)
        names = rename_names(old, new, document, self.request.document)
        if not names:
            return self.outcome(ExitCode.OK, f"nothing to rename from {old} to {new}: {stack.name} is so already")
        self._refuse_losses(stack, document, names)
        why = self._refactoring.prepare(stack, document, names)
        if why:
            self.view.step(f"No stack refactor: {why}")
            return self._import(stack, document, names, confirm, plan_only=plan_only)
        self.view.step(f"{stack.name} in {self.client.region}: rename by a stack refactor, in one operation")
        for before, after in names.items():
            self.view.step(f"  {before} -> {after}  {document['Resources'][before]['Type']}")
        refused = self._asked(stack, confirm, plan_only=plan_only)
        return refused or self._ended(self._refactoring.execute(stack))

    def _refuse_state(self, stack: Stack) -> None:
        row = state(stack.status)
        if row.running:
            raise busy(self.client, stack, self.request.environment)
        if row.change_set != "UPDATE":
            raise TapgenError(f"{stack.name} is {stack.status}", row.advice_for(self.request.environment), row.end)

    def _refuse_losses(self, stack: Stack, document: Document, names: dict[str, str]) -> None:
        """Refuse where the deployment that follows would lose what was renamed: its physical name changes, say.

        Raises:
            RefusedError: it would.
        """
        after = assess(renamed(document, names), self.request.document, pseudo=stack.pseudo_parameters)
        lost = [one for one in after.refusals if one.logical_id in names.values()]
        if lost:
            ids = {names.get(one.logical_id): one.physical_id for one in self.client.resources(stack.arn)}
            known = ", ".join(f"{one.logical_id} is {ids.get(one.logical_id)}" for one in lost)
            raise RefusedError(
                f"the next deployment would lose it all the same: {'; '.join(one.message for one in lost)}",
                f"A rename keeps the resource as it is, its name too: say `name` in its settings first ({known}).",
            )

    def _import(
        self,
        stack: Stack,
        document: Document,
        names: dict[str, str],
        confirm: Callable[[str], bool],
        *,
        plan_only: bool,
    ) -> Outcome:
        kept = holding(names, document)
        if not kept:
            left = ", ".join(names)
            again = f"`tapgen deploy --env {self.request.environment}` makes that anew."
            return replace(self.outcome(ExitCode.OK, f"nothing to rename: {left} holds no data"), hint=again)
        kept |= self._in_the_way(stack, document, names, kept)
        record = self._by_import.record(stack, document, kept)
        self._by_import.show(stack, record)
        refused = self._asked(stack, confirm, plan_only=plan_only)
        return refused or self._ended(self._by_import.begin(stack, document, record))

    def _in_the_way(
        self, stack: Stack, document: Document, names: dict[str, str], kept: dict[str, str]
    ) -> dict[str, str]:
        """Companions that the next deployment could not make anew beside the old ones: a bucket's policy, for one."""
        after = assess(renamed(document, kept), self.request.document, pseudo=stack.pseudo_parameters)
        clashing = {one.logical_id for one in after.refusals}
        return {old: new for old, new in names.items() if old not in kept and clashing & {old, new}}

    def _resume(self, stack: Stack, record: Record, confirm: Callable[[str], bool], *, plan_only: bool) -> Outcome:
        """Go on with a rename that somebody has begun, or back where the names are given the other way round."""
        back = record.is_of(*reversed(self._names))
        if not back and not record.is_of(*self._names):
            raise RefusedError(
                f"another rename is under way: {record.told}",
                f"End it first: `{record.command(self.request.environment)}`, or the reverse.",
            )
        self.view.step(f"A rename is under way in {stack.name}: {record.told}")
        for one in record.moved:
            self.view.step(f"  {one.old} -> {one.new}  {one.type}  {one.physical_id}")
        refused = self._asked(stack, confirm, plan_only=plan_only, question="Go back" if back else "Go on")
        return refused or self._ended(self._by_import.go_on(record, back=back))

    def _asked(
        self, stack: Stack, confirm: Callable[[str], bool], *, plan_only: bool, question: str = "Rename"
    ) -> Outcome | None:
        """The outcome where nothing is to be done."""
        if plan_only:
            return self.outcome(ExitCode.OK, "nothing was renamed: --plan-only")
        if not confirm(f"{question} in {stack.name} in {self.client.region}?"):
            return self.outcome(ExitCode.DECLINED, "declined, nothing was renamed")
        return None

    def _ended(self, outcome: Outcome) -> Outcome:
        """The outcome with what is left to do."""
        environment = self.request.environment
        if outcome.ok:
            return replace(
                outcome, hint=f"`tapgen deploy --env {environment}` does the rest: what follows from the name."
            )
        stage = self._by_import.stage
        message = f"{outcome.message}; {stage}" if stage else outcome.message
        return replace(outcome, message=message, hint=f"{outcome.hint} {self._again}{self._open_policy}".strip())

    @property
    def _open_policy(self) -> str:
        return " The update's stack policy stays in force until then." if self._by_import.policy_open else ""

    @property
    def _again(self) -> str:
        old, new = self._names
        return f"`tapgen rename {old} {new} --env {self.request.environment}` goes on from where it is."

    # ------------------------------------------------------------------------------------------------ every end

    def undone(self) -> str:
        """What was done where no operation is under way."""
        stage = self._by_import.stage
        return f"{stage}; {self._again}" if stage else "nothing was renamed"

    def explained(self, error: TapgenError) -> TapgenError:
        """The error, with what there is meanwhile and how to go on."""
        error = super().explained(error)
        stage = self._by_import.stage
        if not stage:
            return error
        return TapgenError(f"{error.message}; {stage}", f"{error.hint} {self._again}".strip(), error.exit_code)

    @property
    def begun(self) -> bool:
        """Whether an operation of AWS's is under way."""
        return self._refactoring.begun or self._by_import.begun

    @property
    def in_doubt(self) -> bool:
        """Whether nobody could be asked if one is."""
        return self._refactoring.in_doubt or self._by_import.in_doubt

    def take_back(self) -> None:
        """Delete the change set that is not executed; what was done before stays, and is gone on from."""
        self._by_import.take_back()

    def going_on(self, why: str) -> Outcome:
        """The operation goes on without us; the same command sees to the rest."""
        outcome = super().going_on(why)
        return replace(outcome, hint=f"When it is over, {self._again}{self._open_policy}")
