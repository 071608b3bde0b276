"""A rename where CloudFormation makes no stack refactor: keep, remove, import, refer again; an update each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from tapgen.deploy.artifacts.capabilities import capabilities
from tapgen.deploy.artifacts.document import body
from tapgen.deploy.artifacts.upload import upload
from tapgen.deploy.aws.model import ChangeSetRequest, Imported
from tapgen.deploy.outcome import Outcome
from tapgen.deploy.plan import rename_documents
from tapgen.deploy.plan.change_set import described, is_empty, wait_created
from tapgen.deploy.plan.changes import KEPT, is_replaced
from tapgen.deploy.plan.guard import RefusedError
from tapgen.deploy.plan.import_identifiers import IDENTIFIERS, identifier
from tapgen.deploy.plan.own_change_set import OwnChangeSet
from tapgen.deploy.plan.rename_record import STAND_IN, Moved, Record, record_of
from tapgen.deploy.stack.completion import completion
from tapgen.deploy.stack.follow import follow
from tapgen.deploy.stack.protection import TemporaryPolicy, protect
from tapgen.deploy.stack.target import existing
from tapgen.errors import ExitCode, TapgenError
from tapgen.template.document import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import ChangeSet, Stack
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.request import Deployment
    from tapgen.deploy.views.view import View
    from tapgen.template.document import Document

KEEP, REMOVE, IMPORT, REFER = (
    "keep it when it leaves the stack",
    "take it out of the stack: it lives on, and everything goes on using it",
    "import it",
    "refer to it again",
)


class RenameByImport:
    """The updates of one rename. `begun`: one is under way, or may be where `in_doubt`.

    `stage` says what there is between two of them, '' before the first.
    """

    def __init__(self, request: Deployment, client: Client, view: View, clock: Clock) -> None:
        self._request = replace(request, packages=())
        self._client = client
        self._view = view
        self._clock = clock
        self.stage = ""
        self._own: OwnChangeSet | None = None
        self._policy = TemporaryPolicy(client, view)

    @property
    def begun(self) -> bool:
        """Whether an update is being executed."""
        return self._own is not None and self._own.begun

    @property
    def in_doubt(self) -> bool:
        """Whether nobody could be asked if it is."""
        return self._own is not None and self._own.in_doubt

    @property
    def policy_open(self) -> bool:
        """Whether an update's own stack policy is in force."""
        return self._policy.open

    def take_back(self) -> None:
        """Put the lasting stack policy back, and delete our change set."""
        self._policy.restore()
        if self._own is not None:
            self._own.discard()

    def record(self, stack: Stack, document: Document, names: Mapping[str, str]) -> Record:
        """What is to be done, as it will stand in the stack's template.

        Raises:
            RefusedError: CloudFormation cannot import such a resource; nothing was done.
        """
        ids = {one.logical_id: one.physical_id for one in self._client.resources(stack.arn)}
        importable = self._client.import_identifiers(stack.arn)  # of an endpoint that does not tell it is empty
        moved = []
        for old, new in names.items():
            definition = document["Resources"][old]
            kind = str(definition["Type"])
            keys = importable.get(old, ()) if importable else IDENTIFIERS.get(kind, ())
            physical_id = ids.get(old, "")
            found = identifier(keys, definition.get("Properties", {}), physical_id, ids) if physical_id else None
            if found is None:
                raise RefusedError(
                    f"{old} ({kind}) cannot be imported under another name",
                    f'`logical_ids = {{ {new} = "{old}" }}` in the settings keeps its logical id.',
                )
            moved.append(Moved(old, new, kind, physical_id, found, definition))
        return Record(
            moved=tuple(moved),
            references=rename_documents.references(document, names),
            dependents=rename_documents.dependents(document, names),
        )

    def show(self, stack: Stack, record: Record) -> None:
        """Say what is going to be done."""
        self._view.step(f"{stack.name} in {self._client.region}: rename by import, in four updates")
        for one in record.moved:
            self._view.step(f"  {one.old} -> {one.new}  {one.type}  {one.physical_id}")
        for number, step in enumerate((KEEP, REMOVE, IMPORT, REFER), 1):
            self._view.step(f"  {number}  {step}")

    def begin(self, stack: Stack, document: Document, record: Record) -> Outcome:
        """The first update, and all that follow."""
        outcome = self._update(stack, rename_documents.kept(document, record), KEEP, record)
        return self.go_on(record, back=False) if outcome is None else outcome

    def go_on(self, record: Record, *, back: bool) -> Outcome:
        """Every update that is left, as the stack's template tells; `back`: to the names of before."""
        while True:
            stack = existing(self._client, self._request.stack_name)
            document = parse(self._client.template(stack.arn), stack.name)
            if record_of(document) is None:
                break
            self.stage = _stage(document, record)
            outcome = self._next(stack, document, record, back=back)
            if outcome is not None:
                return outcome
        if self._request.protected:
            protect(self._client, stack, document)
        named = ", ".join(name for one in record.moved for name in (one.new, one.old) if name in document["Resources"])
        return Outcome(
            ExitCode.OK,
            f"{stack.name} has {named}",
            stack.name,
            self._client.region,
            stack_arn=stack.arn,
            status=stack.status,
            changed=True,
        )

    def _next(self, stack: Stack, document: Document, record: Record, *, back: bool) -> Outcome | None:
        """The next update; its outcome where it did not end well."""
        before = {one.old: one.old for one in record.moved}
        there = document["Resources"].keys()
        if any(one.new in there for one in record.moved):
            return self._update(stack, rename_documents.ended(document, record, record.names), REFER, record)
        if not any(one.old in there for one in record.moved):
            names = before if back else record.names
            imports = tuple(Imported(names[one.old], one.type, one.identifier) for one in record.moved)
            made = rename_documents.imported(document, record, names)
            return self._update(stack, made, IMPORT, record, imports)
        told = not record.references or any(name.startswith(STAND_IN) for name in document.get("Outputs", {}))
        if back or not told:
            return self._update(stack, rename_documents.ended(document, record, before), REFER, record)
        made = rename_documents.removed(document, record, {one.key: one.value for one in stack.outputs})
        self._policy.set(stack, document, made, frozenset(record.names))
        outcome = self._update(stack, made, REMOVE, record)
        if not self.begun:  # else it goes on, and needs its policy
            self._policy.restore()
        return outcome

    def _update(
        self,
        stack: Stack,
        made: Document,
        step: str,
        record: Record,
        imports: tuple[Imported, ...] = (),
    ) -> Outcome | None:
        """One update of the stack to the template; its outcome where it did not end well.

        Raises:
            RefusedError: CloudFormation would do something else.
        """
        self._view.step(f"{stack.name}: {step}")
        own = self._own = OwnChangeSet(self._client, self._view, self._request.stack_name)
        account = self._client.identity().account
        _, source = upload(self._client, self._request, body(made), account, self._view.step)
        declared = made.get("Parameters", {})
        created = own.create(
            ChangeSetRequest(
                stack=stack.arn,
                name=own.name,
                type="IMPORT" if imports else "UPDATE",
                token=own.token,
                description=f"tapgen rename: {step}",
                body=source.body,
                url=source.url,
                unchanged=tuple(name for name in stack.parameters if name in declared),
                capabilities=capabilities(made),
                tags=stack.tags,
                imports=imports,
            )
        )
        found = wait_created(self._client, created.arn, self._clock) if created else None
        if found is None or is_empty(found):
            raise RefusedError(f"CloudFormation sees nothing to do, and the step is not done: {step}")
        change_set = described(self._client, found)
        if change_set.execution_status != "AVAILABLE":
            raise TapgenError(f"CloudFormation does not execute it: {change_set.reason or change_set.execution_status}")
        self._refuse_others(change_set, record, step)
        own.execute(change_set)
        seen = follow(
            self._client,
            stack.arn,
            own.token,
            self._view,
            clock=self._clock,
            timeout=self._request.options.timeout,
            total=len(change_set.changes),
            before=stack,
        )
        outcome = completion(self._client, self._request.stack_name, seen, environment=self._request.environment)
        if seen.stack is not None:
            own.begun = False
        if not outcome.ok:
            return outcome
        self.stage = _stage(made, record)
        return None

    def _refuse_others(self, change_set: ChangeSet, record: Record, step: str) -> None:
        """Refuse an update that does more than its step.

        Raises:
            RefusedError: it does.
        """
        allowed = {REMOVE: "Remove", IMPORT: "Import"}.get(step)
        ours = {name for one in record.moved for name in (one.old, one.new)}
        for change in change_set.changes:
            expected = change.action == "Modify" and not is_replaced(change)
            if change.action == allowed and change.logical_id in ours:
                expected = allowed == "Import" or change.policy_action in KEPT
            if not expected:
                raise RefusedError(
                    f"{change.logical_id} ({change.type}) would be changed too ({change.action}): {step}",
                    "Nothing was executed. The plan of the change set shows what CloudFormation makes of it.",
                )


def _stage(document: Document, record: Record) -> str:
    """What there is while the stack has this template."""
    if record_of(document) is None:
        return "the rename is done"
    outside = [one for one in record.moved if not {one.old, one.new} & document["Resources"].keys()]
    if not outside:
        return f"the rename of {record.told} is half done"
    return "; ".join(f"{one.old} ({one.physical_id}) is outside of the stack until it is imported" for one in outside)
