"""The change set of one deployment, and how to take it back: only what is proven to be ours is ever deleted."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from tapgen import naming
from tapgen.deploy.aws.errors import NOT_DONE, NOT_FOUND, UNCERTAIN, AwsError
from tapgen.deploy.aws.model import Created
from tapgen.deploy.stack.events import last_operation

if TYPE_CHECKING:
    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import ChangeSet, ChangeSetRequest
    from tapgen.deploy.stack.reporter import Reporter


class OwnChangeSet:
    """Our change set from its creation to its execution.

    `begun`: it is being executed, so it is CloudFormation's now; `in_doubt`: it may be, and nobody could be asked.
    `stack_is_new`: there was no stack of the name before, so an empty one of it is ours.
    """

    def __init__(self, client: Client, reporter: Reporter, stack_name: str) -> None:
        self.token = str(uuid.uuid4())
        self.name = naming.change_set(stack_name) + self.token
        self.stack_is_new = False
        self.begun = False
        self.in_doubt = False
        self.created: Created | None = None
        self._request: ChangeSetRequest | None = None
        self._kept = False
        self._client = client
        self._reporter = reporter

    def create(self, request: ChangeSetRequest) -> Created | None:
        """Create the change set; None where the endpoint says at once that nothing changes."""
        self._request = request
        self.created = self._client.create_change_set(request)
        if self.created is None:
            self._request = None
        return self.created

    def keep(self) -> None:
        """The change set is somebody's plan now: leave it."""
        self._kept = True

    def execute(self, change_set: ChangeSet, *, rollback: bool = True) -> None:
        """Execute; where that gives no clear answer, ask whether it began.

        The client sends a call several times: what it says of the last time says nothing of the first one.

        Raises:
            AwsError: it did not begin, or `in_doubt`.
            KeyboardInterrupt: Ctrl-C; `begun` says whether the execution goes on without us.
        """
        try:
            self._client.execute(change_set.arn, self.token, rollback=rollback)
        except (AwsError, KeyboardInterrupt) as error:
            if not isinstance(error, NOT_DONE):
                self._ask(change_set, error)
            if self.in_doubt or not self.begun or isinstance(error, KeyboardInterrupt):
                raise
        self.begun = True

    def _ask(self, change_set: ChangeSet, error: AwsError | KeyboardInterrupt) -> None:
        """Set `begun` by what CloudFormation says; where that cannot be asked, it may have: nothing is deleted."""
        try:
            status = self._client.change_set(change_set.arn).execution_status
            self.begun = status not in {"AVAILABLE", "UNAVAILABLE"} and self._is_ours(change_set)
        except AwsError as again:
            lost = not isinstance(error, AwsError) or isinstance(error, UNCERTAIN)
            self.begun = self.in_doubt = lost and again.code not in NOT_FOUND

    def _is_ours(self, change_set: ChangeSet) -> bool:
        """Whether the execution is this one: a reviewed plan may be executed by somebody else at the same time."""
        if self.created is not None:
            return True
        tokens = {event.token for event in last_operation(self._client, change_set.stack_arn)} - {""}
        return not tokens or self.token in tokens

    def discard(self) -> None:
        """Delete our change set, and the empty stack that it made; say what could not be deleted. Never raises."""
        if self._kept or self.begun or self._request is None:
            return
        try:
            created = self.created or self._find(self._request)
            if created is None:
                return
            self._client.delete_change_set(created.arn)
            if self.stack_is_new:
                self._delete_empty(created.stack_arn)
        except AwsError as error:
            self._reporter.warn(f"The change set {self.name} is left behind: {error.message}")
        except KeyboardInterrupt:
            self._reporter.warn(f"The change set {self.name} is left behind: interrupted")
            raise
        finally:
            self._request = None

    def _find(self, request: ChangeSetRequest) -> Created | None:
        """The change set whose creation was asked for without an answer: its name holds our own random part."""
        stack = self._client.stack(request.stack)
        if stack is None:
            return None
        # An emulator may know them by the stack's name alone; whose they are, our own random part of the name says.
        arns = self._client.change_sets(stack.arn) or self._client.change_sets(stack.name)
        mine = next((arn for arn in arns if f":changeSet/{self.name}/" in arn), None)
        return Created(mine, stack.arn) if mine else None

    def _delete_empty(self, stack_arn: str) -> None:
        """Delete the stack in REVIEW_IN_PROGRESS that our change set brought about, unless someone else uses it."""
        stack = self._client.stack(stack_arn)
        if stack is None or stack.status != "REVIEW_IN_PROGRESS":
            return
        if any(f":changeSet/{self.name}/" not in arn for arn in self._client.change_sets(stack_arn)):
            self._reporter.warn(f"The empty stack {stack.name} stays: another change set waits on it.")
            return
        self._client.delete_stack(stack_arn, self.token)
