"""What the verbs on an existing stack share: find it, contain every end, follow what they begin."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from tapgen.deploy.aws.errors import AwsError, UnreachableError
from tapgen.deploy.masking import masker, secrets
from tapgen.deploy.request import Outcome
from tapgen.deploy.run import SYSTEM_CLOCK
from tapgen.deploy.stack.completion import ending, unfinished
from tapgen.deploy.stack.follow import follow
from tapgen.deploy.stack.target import WrongTargetError, check_pins
from tapgen.deploy.views.view import Masked, masked_outcome
from tapgen.errors import ExitCode, TapgenError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import Stack
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.request import Deployment
    from tapgen.deploy.stack.follow import Followed
    from tapgen.deploy.views.view import View


class Verb:
    """One operation on one stack. `begun` is set when AWS was asked to change something."""

    def __init__(self, request: Deployment, client: Client, view: View, clock: Clock = SYSTEM_CLOCK) -> None:
        self.request = request
        self.client = client
        self.clock = clock
        self.token = str(uuid.uuid4())
        self.begun = False
        self._mask = masker(*secrets(request.document, request.parameters))
        self.view: View = Masked(view, self._mask)

    def contained(self, step: Callable[[], Outcome]) -> Outcome:
        """The step's outcome, told to the view; errors and Ctrl-C are outcomes too."""
        try:
            outcome = step()
        except KeyboardInterrupt:
            outcome = self.unseen("interrupted here, not there", ExitCode.INTERRUPTED)
        except TapgenError as error:
            error.message = self._mask(error.message)
            error.args = (error.message,)
            if self.begun:
                outcome = replace(self.unseen(error.message, ExitCode.CONTINUES), error=error)
            else:
                outcome = replace(self.outcome(error.exit_code, error.message, error.hint), error=error)
        outcome = masked_outcome(outcome, self._mask)
        self.view.outcome(outcome)
        return outcome

    def begin(self, call: Callable[[], None]) -> None:
        """Ask AWS to begin; where its answer is lost (network, Ctrl-C) it may have begun."""
        self.begun = True
        try:
            call()
        except UnreachableError:
            raise
        except AwsError:
            self.begun = False
            raise

    def unseen(self, why: str, code: ExitCode) -> Outcome:
        """The outcome when the end was not seen."""
        if not self.begun:
            return self.outcome(code, f"{why}; nothing was done" if code == ExitCode.INTERRUPTED else why)
        name, region = self.request.stack_name, self.client.region
        return replace(unfinished(name, region, self.request.environment, why), code=code)

    def outcome(self, code: ExitCode, message: str, hint: str = "") -> Outcome:
        """An outcome of this stack without an operation."""
        return Outcome(code, message, self.request.stack_name, self.client.region, hint)

    def stack(self) -> Stack:
        """The stack, after the pins were checked.

        Raises:
            WrongTargetError: there is none.
        """
        check_pins(self.client, self.request.account, self.request.regions)
        found = self.client.stack(self.request.stack_name)
        if found is None:
            raise WrongTargetError(
                f"there is no stack {self.request.stack_name} in {self.client.region}",
                "Check --env, --region and the profile.",
            )
        return found

    def follow(self, stack: Stack, *, total: int = 0, timeout: float = 0.0) -> Followed:
        """Follow what this verb has begun on the stack."""
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

    def ending(self, seen: Followed, *good: str) -> Outcome:
        """How it ended; `good` are the statuses that this verb wants."""
        return ending(
            self.client,
            self.request.stack_name,
            seen,
            environment=self.request.environment,
            good=frozenset(good),
            origins=self.request.origins,
        )
