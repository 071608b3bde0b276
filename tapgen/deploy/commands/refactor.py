"""A stack refactor: resources get other logical ids in one operation of CloudFormation's.

Source: CloudFormation user guide, "Stack refactoring": nothing is created, deleted or changed by it, and a stack with a
stack policy takes none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from tapgen.deploy.artifacts.document import body
from tapgen.deploy.artifacts.upload import upload
from tapgen.deploy.aws.errors import NOT_DONE, UNCERTAIN, AwsError, CredentialsError
from tapgen.deploy.aws.polling import Poller, poll_until
from tapgen.deploy.outcome import Outcome
from tapgen.deploy.stack.follow import MAX_FAILED_ROUNDS
from tapgen.errors import ExitCode, TapgenError
from tapgen.rename import renamed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import Refactor, Stack
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.request import Deployment
    from tapgen.deploy.stack.reporter import Reporter
    from tapgen.template.document import Document

TIMEOUT = 600.0
"""Seconds that the making of a refactor may take."""

_ENDS = {
    "EXECUTE_COMPLETE": ExitCode.OK,
    "ROLLBACK_COMPLETE": ExitCode.ROLLED_BACK,
    "EXECUTE_FAILED": ExitCode.STUCK,
    "ROLLBACK_FAILED": ExitCode.STUCK,
    "OBSOLETE": ExitCode.FAILED,
}


class Refactoring:
    """One stack refactor from its making to its end. `begun`: it is executed, or may be where `in_doubt`."""

    def __init__(self, request: Deployment, client: Client, reporter: Reporter, clock: Clock) -> None:
        self.begun = False
        self.in_doubt = False
        self._request = request
        self._client = client
        self._reporter = reporter
        self._clock = clock
        self._identity = ""

    def running(self, stack: Stack) -> Refactor | None:
        """One of ours that somebody has begun to execute."""
        return next((one for one in self._client.executing_refactors() if one.description == _description(stack)), None)

    def prepare(self, stack: Stack, document: Document, names: Mapping[str, str]) -> str:
        """Make it; why there can be none, or ''.

        Raises:
            TapgenError: it is not made after ten minutes.
        """
        if self._client.stack_policy(stack.arn):
            return "a stack with a stack policy takes none"
        made = body(renamed(document, names))
        bare = replace(self._request, packages=())
        _, source = upload(self._client, bare, made, self._client.identity().account, self._reporter.step)
        try:
            identity = self._client.create_refactor(
                stack.name, _description(stack), names, body=source.body, url=source.url
            )
        except AwsError as error:
            if error.code != "ValidationError":
                raise
            return error.text
        if identity is None:
            return "this endpoint has none"
        poller = Poller.of(self._client, self._clock)
        found = poll_until(
            poller,
            lambda: poller.call(lambda: self._client.refactor(identity)),
            lambda one: one.status != "CREATE_IN_PROGRESS",
            timeout=TIMEOUT,
        )
        if found.status == "CREATE_IN_PROGRESS":
            raise TapgenError(f"CloudFormation has not made the stack refactor after {TIMEOUT / 60:.0f} minutes")
        if found.status != "CREATE_COMPLETE":
            return found.reason or f"it is {found.status}"
        self._identity = identity
        return ""

    def execute(self, stack: Stack) -> Outcome:
        """Execute what was made, and follow it.

        Raises:
            AwsError: it has not begun, or that is in doubt.
            KeyboardInterrupt: Ctrl-C; `begun` says whether it goes on.
        """
        try:
            self._client.execute_refactor(self._identity)
        except (AwsError, KeyboardInterrupt) as error:
            if not isinstance(error, NOT_DONE):
                self._ask(error)
            if self.in_doubt or not self.begun or isinstance(error, KeyboardInterrupt):
                raise
        self.begun = True
        return self.follow(stack, self._identity)

    def _ask(self, error: AwsError | KeyboardInterrupt) -> None:
        uncertain = not isinstance(error, AwsError) or isinstance(error, UNCERTAIN)
        try:
            self.begun = self._client.refactor(self._identity).execution not in {"AVAILABLE", "UNAVAILABLE"}
        except AwsError:
            self.begun = self.in_doubt = uncertain

    def follow(self, stack: Stack, identity: str) -> Outcome:
        """Follow its execution to the end.

        Raises:
            AwsError: it cannot be asked for any more; it goes on.
        """
        self.begun = True
        poller = Poller.of(self._client, self._clock)
        failed = 0

        def ask() -> Refactor | None:
            nonlocal failed
            try:
                found = poller.call(lambda: self._client.refactor(identity))
            except AwsError as error:
                failed += 1
                if isinstance(error, CredentialsError) or failed > MAX_FAILED_ROUNDS:
                    raise
                poller.slow_down()
                return None
            failed = 0
            return found

        end = poll_until(
            poller, ask, lambda one: one is not None and one.execution in _ENDS, timeout=self._request.options.timeout
        )
        if end is None or end.execution not in _ENDS:
            raise TapgenError(
                f"it is not over after {self._request.options.timeout / 60:.0f} minutes", "", ExitCode.CONTINUES
            )
        self.begun = False
        code = _ENDS[end.execution]
        reason = f": {end.execution_reason}" if end.execution_reason and code != ExitCode.OK else ""
        return Outcome(
            code,
            f"the stack refactor of {stack.name} is {end.execution}{reason}",
            stack.name,
            self._client.region,
            stack_arn=stack.arn,
            status=end.execution,
            changed=code == ExitCode.OK,
        )


def _description(stack: Stack) -> str:
    """By which it is found again: at most 1,024 characters."""
    return f"tapgen rename in {stack.arn}"
