"""One operation on one stack, step by step: every end of a step is an Outcome, told to the view without secrets."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from tapgen.deploy.aws.errors import NOT_DONE, UNCERTAIN, AwsError, is_gone, is_running
from tapgen.deploy.aws.polling import SYSTEM_CLOCK
from tapgen.deploy.outcome import Outcome, in_doubt, masked_error, unfinished
from tapgen.deploy.stack.completion import completion
from tapgen.deploy.stack.events import last_operation
from tapgen.deploy.stack.follow import follow
from tapgen.deploy.stack.target import BusyError, check_pins, existing
from tapgen.deploy.views.masked import MaskedView, OutputError, masked_outcome
from tapgen.errors import ExitCode, TapgenError
from tapgen.template.masking import mask_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import Stack
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.request import Deployment
    from tapgen.deploy.stack.follow import Followed
    from tapgen.deploy.views.view import View

T = TypeVar("T")


class StackOperation:
    """What a deployment and the commands on an existing stack share.

    It never raises what a user or AWS can cause. Whatever ends it before AWS has begun, `take_back` undoes what was
    made; after that the operation goes on without us.
    """

    nothing = "nothing was done"

    def __init__(self, request: Deployment, client: Client, view: View, clock: Clock = SYSTEM_CLOCK) -> None:
        self.request = request
        self.client = client
        self.clock = clock
        self.token = str(uuid.uuid4())
        self._began = False
        self._in_doubt = False
        self._mask = mask_of(request.document, parameters=request.parameters)
        self.view: View = MaskedView(view, self._mask)

    # ------------------------------------------------------------------------------------------- what may differ

    def undone(self) -> str:
        """What was done where Ctrl-C came while AWS was not at it."""
        return self.nothing

    @property
    def begun(self) -> bool:
        """Whether AWS was asked to change something, and has not said no."""
        return self._began

    @property
    def in_doubt(self) -> bool:
        """Whether it could not be asked if AWS has begun."""
        return self._in_doubt

    def take_back(self) -> None:
        """Undo what was made before AWS has begun. Never raises."""

    def going_on(self, why: str) -> Outcome:
        """The outcome when AWS has begun, or may have, and the end was not seen."""
        made = in_doubt if self.in_doubt else unfinished
        return made(self.request.stack_name, self.client.region, self.request.environment, why)

    def explained(self, error: TapgenError) -> TapgenError:
        """The error as it is told: that another operation has begun since we looked is no fault of ours."""
        name, environment = self.request.stack_name, self.request.environment
        if isinstance(error, AwsError) and is_gone(error):
            return BusyError(
                f"{name} was deleted meanwhile: {error.message}", f"See `tapgen status --env {environment}`."
            )
        if not isinstance(error, AwsError) or not is_running(error):
            return error
        return BusyError(
            f"another operation on {name} came first: {error.message}",
            f"`tapgen watch --env {environment}` follows it; run this again when it is over.",
        )

    # ------------------------------------------------------------------------------------------------- every end

    def finish(self, step: Callable[[], Outcome]) -> Outcome:
        """The last step: its outcome is told."""
        return self.contained(lambda: self._told(step()))

    def contained(self, step: Callable[[], T]) -> T | Outcome:
        """The step's result; an error or a Ctrl-C becomes an outcome after what was made is taken back."""
        try:
            return step()
        except KeyboardInterrupt:
            return self._told(self._interrupted())
        except TapgenError as error:
            return self._told(self._failed(error))

    def _interrupted(self) -> Outcome:
        if self.begun:
            return replace(self.going_on("interrupted here, not there"), code=ExitCode.INTERRUPTED)
        self.take_back()
        return self.outcome(ExitCode.INTERRUPTED, f"interrupted, {self.undone()}")

    def _failed(self, error: TapgenError) -> Outcome:
        if self.begun:
            shown = masked_error(error, self._mask)
            return replace(self.going_on(shown.message), error=shown)
        self.take_back()
        shown = masked_error(self.explained(error), self._mask)
        return replace(self.outcome(shown.exit_code, shown.message, shown.hint), error=shown)

    def _told(self, outcome: Outcome) -> Outcome:
        """The outcome, told; where that cannot be written it is what it is all the same, but no success."""
        outcome = masked_outcome(outcome, self._mask)
        try:
            self.view.outcome(outcome)
        except OutputError as error:
            ended = replace(outcome, code=ExitCode.FAILED) if outcome.ok else outcome
            return replace(ended, message=f"{outcome.message}; {error.message}")
        return outcome

    # -------------------------------------------------------------------------------------------- steps they share

    def outcome(self, code: ExitCode, message: str, hint: str = "") -> Outcome:
        """An outcome of this stack without an operation."""
        return Outcome(code, message, self.request.stack_name, self.client.region, hint)

    def stack(self) -> Stack:
        """The stack, after the pins were checked.

        Raises:
            WrongTargetError: there is none, or the account or region is not the pinned one.
        """
        check_pins(self.client, self.request.account, self.request.regions)
        return existing(self.client, self.request.stack_name)

    def begin(self, call: Callable[[], None], stack: Stack) -> None:
        """Ask AWS to begin with what `stack` is; where that gives no clear answer, ask whether it has.

        Raises:
            AwsError: it has not, or that is in doubt.
            KeyboardInterrupt: Ctrl-C; `begun` says whether it goes on without us.
        """
        try:
            call()
        except (AwsError, KeyboardInterrupt) as error:
            if not isinstance(error, NOT_DONE):
                self._ask(stack, error)
            if self._in_doubt or not self._began or isinstance(error, KeyboardInterrupt):
                raise
        self._began = True

    def _ask(self, stack: Stack, error: AwsError | KeyboardInterrupt) -> None:
        uncertain = not isinstance(error, AwsError) or isinstance(error, UNCERTAIN)
        try:
            ours = any(event.token == self.token for event in last_operation(self.client, stack.arn))
            self._began = ours or (uncertain and self._has_moved(stack))
        except AwsError:
            self._began = self._in_doubt = uncertain

    def _has_moved(self, stack: Stack) -> bool:
        now = self.client.stack(stack.arn)
        return now is None or (now.status, now.updated) != (stack.status, stack.updated)

    def follow(self, stack: Stack, *, total: int = 0, timeout: float = 0.0) -> Followed:
        """Follow what this operation has begun on the stack."""
        return follow(
            self.client,
            stack.arn,
            self.token,
            self.view,
            clock=self.clock,
            timeout=timeout or self.request.options.timeout,
            total=total,
            before=stack,
        )

    def completed(self, seen: Followed, *good: str) -> Outcome:
        """How it ended; `good` are the statuses that this operation wants besides the usual ones."""
        return completion(
            self.client,
            self.request.stack_name,
            seen,
            environment=self.request.environment,
            good=frozenset(good),
            origins=self.request.origins,
        )
