"""One command on a StackSet: what begins, goes on without us, is found again and followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from tapgen.deploy.aws.errors import NOT_DONE, UNCERTAIN, AwsError
from tapgen.deploy.aws.polling import SYSTEM_CLOCK, Poller
from tapgen.deploy.operation import StackOperation
from tapgen.deploy.stack.target import BusyError, WrongTargetError, check_pins, is_ours
from tapgen.deploy.stack_sets.causes import causes
from tapgen.deploy.stack_sets.follow import follow_operation
from tapgen.deploy.stack_sets.survey import survey
from tapgen.errors import ExitCode, TapgenError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tapgen.deploy.aws.model import Identity
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.aws.stack_set_client import StackSetClient
    from tapgen.deploy.aws.stack_set_model import SetOperation, StackSet
    from tapgen.deploy.outcome import Outcome
    from tapgen.deploy.request import Deployment
    from tapgen.deploy.stack_sets.causes import Elsewhere
    from tapgen.deploy.stack_sets.follow import SetFollowed
    from tapgen.deploy.stack_sets.survey import Survey
    from tapgen.deploy.stack_sets.target import SetTarget
    from tapgen.deploy.views.view import View


OVERTAKEN = frozenset(("OperationInProgressException", "StaleRequestException", "NameAlreadyExistsException"))
"""The codes by which AWS says that somebody else was faster: CloudFormation API reference."""


class StackSetOperation(StackOperation):
    """What the commands on a StackSet share. `elsewhere` gives a client for a stack's account and region, or None."""

    client: StackSetClient

    def __init__(
        self,
        request: Deployment,
        client: StackSetClient,
        view: View,
        target: SetTarget,
        *,
        elsewhere: Elsewhere,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        super().__init__(request, client, view, clock)
        self.target = target
        self.elsewhere = elsewhere
        self.poller = Poller.of(client, clock)

    @property
    def name(self) -> str:
        """The StackSet's name."""
        return self.request.stack_name

    # ------------------------------------------------------------------------------------------------- looking

    def identity(self) -> Identity:
        """Who deploys, after the pins were checked."""
        return check_pins(self.client, self.request.account, self.request.regions)

    def existing_set(self) -> StackSet:
        """The StackSet.

        Raises:
            WrongTargetError: there is none, or account or region are not the pinned ones.
        """
        self.identity()
        found = self.poller.call(lambda: self.client.stack_set(self.name))
        if found is None:
            raise WrongTargetError(
                f"there is no StackSet {self.name} in {self.client.region}", "Check --env, --region and the profile."
            )
        return found

    def refuse_other(self, found: StackSet) -> None:
        """Leave alone what something else has made.

        Raises:
            WrongTargetError: the StackSet does not carry this environment's tags.
        """
        if not is_ours(found, self.request.ours):
            tags = ", ".join(f"{key}={value}" for key, value in self.request.ours.items())
            raise WrongTargetError(
                f"the StackSet {self.name} does not carry this environment's tags ({tags}): something else made it",
                "Deploy it with the tool that made it, or choose another `stack` name in the settings.",
            )

    def survey(self) -> Survey:
        """Every stack, counted."""
        return survey(self.client, self.name, self.poller)

    def running(self) -> SetOperation | None:
        """The operation that is under way; None where none is."""
        operations = self.poller.call(lambda: self.client.set_operations(self.name))
        return next((one for one in operations if one.running), None)

    def queue_behind(self) -> None:
        """Follow an operation that is under way, where --wait says so.

        Raises:
            BusyError: one is running, and is not waited for or not over in time.
        """
        while (running := self.running()) is not None:
            if not self.request.options.wait:
                raise BusyError(
                    f"another operation is running on the StackSet {self.name}: {describe(running)}",
                    f"Queue behind it with --wait, or follow it with `tapgen watch --env {self.request.environment}`.",
                )
            self.view.step(f"Waiting for the operation before: {describe(running)}")
            seen = self.follow_to_end(running.id)
            if seen.lost:
                raise BusyError(f"the operation on {self.name} before is not over: {seen.lost}")

    def explained(self, error: TapgenError) -> TapgenError:
        """A second deployer is told how to queue, and everybody what is done already."""
        done = "" if self.nothing == type(self).nothing else f"; {self.nothing}"
        if not isinstance(error, AwsError) or error.code not in OVERTAKEN:
            return TapgenError(f"{error.message}{done}", error.hint, error.exit_code) if done else error
        message = f"another deployment of the StackSet {self.name} came first: {error.text}{done}"
        hint = f"Queue behind it with --wait; see `tapgen status --env {self.request.environment}`."
        return BusyError(message, hint)

    # -------------------------------------------------------------------------------------------- doing, following

    def begin_operation(self, call: Callable[[], str], token: str) -> str:
        """Ask AWS to begin; where that gives no clear answer, ask whether it has. The operation's id.

        Raises:
            AwsError: it has not, or that is in doubt.
            KeyboardInterrupt: Ctrl-C; `begun` says whether it goes on without us.
        """
        try:
            operation = call()
        except (AwsError, KeyboardInterrupt) as error:
            if not isinstance(error, NOT_DONE):
                self._ask_operation(token, error)
            if self._in_doubt or not self._began or isinstance(error, KeyboardInterrupt):
                raise
            operation = token
        self._began = True
        return operation

    def _ask_operation(self, token: str, error: AwsError | KeyboardInterrupt) -> None:
        uncertain = not isinstance(error, AwsError) or isinstance(error, UNCERTAIN)
        try:
            self._began = self.client.set_operation(self.name, token) is not None
        except AwsError:
            self._began = self._in_doubt = uncertain

    def follow_to_end(self, operation: str) -> SetFollowed:
        """Follow an operation with one view of accounts and regions."""
        return follow_operation(
            self.client, self.name, operation, self.view, clock=self.clock, timeout=self.request.options.timeout
        )

    def ended(self, seen: SetFollowed, done: str) -> Outcome:
        """How an operation ended; `done` is what it has done where it worked, such as `updated`."""
        if seen.operation is None:
            return self.going_on(seen.lost)
        rollout, operation = seen.rollout, seen.operation
        good = rollout.of("SUCCEEDED")
        found = causes(rollout.failures, self.elsewhere, self.request.origins) if rollout.failures else ()
        counted = f"{good} of {rollout.total} stacks {done}"
        if rollout.failed:
            counted += f", {rollout.failed} failed"
        if operation.status == "SUCCEEDED":
            within = " within the tolerance" if rollout.failed else ""
            outcome = self.outcome(ExitCode.OK, f"{self.name}: {counted}{within}", self._again() if within else "")
        else:
            why = f" ({operation.reason})" if operation.reason else ""
            outcome = self.outcome(
                ExitCode.FAILED, f"{self.name}: the operation is {operation.status}{why}: {counted}", self._again()
            )
        return replace(outcome, changed=True, status=operation.status, causes=found)

    def _again(self) -> str:
        return (
            f"Correct the cause and deploy again: `tapgen deploy --env {self.request.environment}` goes on with what "
            "is missing or outdated."
        )


def describe(operation: SetOperation) -> str:
    """What is running or was the last one, since when, and its id."""
    word = "since" if operation.running else "begun"
    since = f" {word} {operation.created:%Y-%m-%d %H:%M:%S %Z}".rstrip() if operation.created else ""
    return f"{operation.action} is {operation.status}{since}, operation {operation.id}"
