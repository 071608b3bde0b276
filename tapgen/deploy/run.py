"""A deployment, step by step: look, prepare, show, ask, execute, follow, protect.

`deploy` is the whole of it for one region; `regions` drives the same halves side by side. It never raises what a
user can cause: every end is an Outcome. Whatever happens before the execution, what was made is taken back.
"""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from tapgen.deploy.artifacts.facts import fingerprint, hidden_parameters
from tapgen.deploy.aws.errors import AwsError
from tapgen.deploy.aws.polling import Clock
from tapgen.deploy.masking import Masker, masker, secrets
from tapgen.deploy.plan.guard import RefusedError
from tapgen.deploy.plan.own_change_set import Attempt
from tapgen.deploy.plan.plan import keeping
from tapgen.deploy.plan.prepare import Prepared, look, prepare
from tapgen.deploy.plan.reviewed import check_arn, prepare_plan
from tapgen.deploy.request import Outcome
from tapgen.deploy.stack.completion import ending, unfinished
from tapgen.deploy.stack.follow import Followed, follow
from tapgen.deploy.stack.protection import TemporaryPolicy, protect
from tapgen.deploy.stack.target import BusyError
from tapgen.deploy.views.view import Masked, masked_outcome
from tapgen.errors import ExitCode, TapgenError, UsageError
from tapgen.template.document import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import ChangeSet
    from tapgen.deploy.plan.plan import Plan
    from tapgen.deploy.request import Deployment
    from tapgen.deploy.views.view import View

T = TypeVar("T")
SYSTEM_CLOCK = Clock()
QUEUES = 3
"""How often `--wait` queues again behind an operation that began after the look at the stack."""


def deploy(
    request: Deployment,
    client: Client,
    view: View,
    *,
    confirm: Callable[[Plan], bool],
    clock: Clock = SYSTEM_CLOCK,
) -> Outcome:
    """Deploy one stack into the client's region; `confirm` is asked before anything is executed.

    The outcome is also told to the view. A first Ctrl-C ends it in order, a second one leaves at once.
    """
    run = Run(request, client, view, clock)
    prepared = run.prepare()
    return prepared if isinstance(prepared, Outcome) else run.perform(prepared, confirm, again=True)


class Run:
    """One deployment in one region, in two halves: `prepare`, which changes nothing, and `perform`."""

    def __init__(self, request: Deployment, client: Client, view: View, clock: Clock) -> None:
        self._mask: Masker = masker(*secrets(request.document, request.parameters))
        self._request = request
        self._client = client
        self._view: View = Masked(view, self._mask)
        self._clock = clock
        self._attempt = Attempt(client, self._view, request.environment)
        self._policy = TemporaryPolicy(client, self._view)
        self._queues = QUEUES if request.options.wait else 0

    def prepare(self) -> Prepared | Outcome:
        """The plan that waits for a yes, or how it ended before there was one."""
        return self._contained(self._prepare)

    def perform(self, prepared: Prepared, confirm: Callable[[Plan], bool], *, again: bool = False) -> Outcome:
        """Ask, execute and follow. `again`: where it queues again, the new plan may be asked for."""
        return self._contained(lambda: self._told(self._perform(prepared, confirm, again=again)))

    def _prepare(self) -> Prepared:
        while True:
            try:
                return self._look_and_prepare()
            except AwsError as error:
                self._queue_again(error)

    def _perform(self, prepared: Prepared, confirm: Callable[[Plan], bool], *, again: bool) -> Outcome:
        while True:
            try:
                return self._ask_and_execute(prepared, confirm)
            except AwsError as error:
                if not again:
                    raise
                self._queue_again(error)
            prepared = self._prepare()

    def _queue_again(self, error: AwsError) -> None:
        """Take everything back and queue behind an operation that has begun since we looked.

        Raises:
            AwsError: the error, where it says something else, or is not to be waited for (again).
        """
        if not self._queues or self._attempt.begun or not _is_busy(error):
            raise error
        self._queues -= 1
        self._take_back()
        self._attempt = Attempt(self._client, self._view, self._request.environment)
        self._view.step("Another operation has begun meanwhile: queueing behind it, then planning anew")

    def _look_and_prepare(self) -> Prepared:
        options = self._request.options
        if options.detach and self._request.protected and options.allow_loss:
            raise UsageError(
                "--detach and --allow-loss do not go together in a protected environment",
                "The stack policy must be put back when the update is over: leave --detach away.",
            )
        if options.plan:
            check_arn(options.plan, self._client.region)
        situation = look(self._request, self._client, self._view, self._clock)
        if options.plan:
            return prepare_plan(situation, self._client, self._view)
        return prepare(situation, self._client, self._attempt, self._view, self._clock)

    def _ask_and_execute(self, prepared: Prepared, confirm: Callable[[Plan], bool]) -> Outcome:
        if prepared.change_set is None or prepared.plan is None:
            return self._without_changes(prepared)
        if self._request.options.plan_only:
            self._attempt.keep()
            return self._planned(prepared.change_set)
        if not confirm(prepared.plan):
            self._attempt.discard()
            return self._outcome(ExitCode.DECLINED, "declined, nothing was executed")
        self._clock.sleep(0)  # a Ctrl-C that came while another region was asked for is heard here
        self._refuse_stale(prepared, prepared.change_set)
        stack, old = prepared.situation.stack, prepared.situation.old
        if self._request.protected and stack and old:
            passing = self._request.options.allow_loss | keeping(prepared.change_set)
            self._policy.set(stack, old, self._request.document, passing)
        self._view.step(f"Executing the change set on {self._request.stack_name} in {self._client.region}")
        self._attempt.execute(prepared.change_set.arn)
        if self._request.options.detach:
            name, region = self._request.stack_name, self._client.region
            return self._with_open_policy(unfinished(name, region, self._request.environment, "detached"))
        return self._follow(prepared, prepared.change_set)

    def _without_changes(self, prepared: Prepared) -> Outcome:
        self._attempt.discard()
        stack = prepared.situation.stack
        if stack and self._request.protected:
            protect(self._client, stack, self._request.document)
        name = self._request.stack_name
        outcome = self._outcome(ExitCode.OK, f"no changes: {name} is as the template says")
        return replace(outcome, stack_arn=stack.arn, status=stack.status, outputs=stack.outputs) if stack else outcome

    def _planned(self, change_set: ChangeSet) -> Outcome:
        command = shlex.join(_how_to_execute(self._request, self._client.region, change_set.arn))
        outcome = self._outcome(ExitCode.OK, f"nothing was executed; the plan waits as {change_set.arn}")
        return replace(outcome, hint=f"Execute it with: {command}", change_set=change_set.arn)

    def _refuse_stale(self, prepared: Prepared, change_set: ChangeSet) -> None:
        now = self._client.change_set(change_set.arn)
        if now.execution_status != "AVAILABLE":
            raise RefusedError(
                f"the plan is stale: its change set is {now.execution_status or now.status} now", "Deploy again."
            )
        stack = prepared.situation.stack
        if stack is None:
            return
        deployed = parse(self._client.template(stack.arn), stack.name)
        if fingerprint(deployed) != prepared.stamp.base:
            raise RefusedError(
                "the plan is stale: the deployed template is not the one it was made from", "Deploy again."
            )

    def _follow(self, prepared: Prepared, change_set: ChangeSet) -> Outcome:
        seen = follow(
            self._client,
            change_set.stack_arn,
            self._attempt.token,
            self._view,
            clock=self._clock,
            timeout=self._request.options.timeout,
            total=len(change_set.changes),
            before=prepared.situation.stack,
        )
        request = self._request
        outcome = ending(
            self._client, request.stack_name, seen, environment=request.environment, origins=request.origins
        )
        return self._protected(outcome, seen)

    def _protected(self, outcome: Outcome, seen: Followed) -> Outcome:
        """Put the protection of a protected environment in order, whatever the end."""
        if seen.stack is None:
            return self._with_open_policy(outcome)
        if outcome.ok and self._request.protected:
            try:
                protect(self._client, seen.stack, self._request.document)
            except AwsError as error:
                message = f"{outcome.message}, but it is not protected: {error.message}"
                return replace(outcome, code=ExitCode.FAILED, message=message, hint="Deploy again: that protects it.")
        else:
            self._policy.restore()
        return outcome

    def _with_open_policy(self, outcome: Outcome) -> Outcome:
        if not self._policy.open:
            return outcome
        more = "The update's stack policy stays in force until `tapgen watch` has seen the end."
        return replace(outcome, hint=f"{outcome.hint} {more}".strip())

    # ------------------------------------------------------------------------------------------- every end

    def _contained(self, step: Callable[[], T]) -> T | Outcome:
        """The step's result; an error or a Ctrl-C is turned into an outcome after what was made is taken back."""
        try:
            return step()
        except KeyboardInterrupt:
            return self._told(self._interrupted())
        except TapgenError as error:
            return self._told(self._failed(error))

    def _interrupted(self) -> Outcome:
        if self._attempt.begun:
            why = "interrupted here, not there"
            going = unfinished(self._request.stack_name, self._client.region, self._request.environment, why)
            return self._with_open_policy(replace(going, code=ExitCode.INTERRUPTED))
        self._take_back()
        return self._outcome(ExitCode.INTERRUPTED, "interrupted, nothing was executed")

    def _failed(self, error: TapgenError) -> Outcome:
        if self._attempt.begun:
            why = error.message
            going = unfinished(self._request.stack_name, self._client.region, self._request.environment, why)
            return self._with_open_policy(replace(going, error=error))
        self._take_back()
        if isinstance(error, AwsError) and _is_busy(error):
            wait = "Run it again" if self._request.options.wait else "Queue behind it with --wait"
            error = BusyError(error.message, f"{wait}; see `tapgen status --env {self._request.environment}`.")
        error.message = self._mask(error.message)
        error.args = (error.message,)
        return replace(self._outcome(error.exit_code, error.message), hint=error.hint, error=error)

    def _take_back(self) -> None:
        self._policy.restore()
        self._attempt.discard()

    def _outcome(self, code: ExitCode, message: str) -> Outcome:
        return Outcome(code, message, self._request.stack_name, self._client.region)

    def _told(self, outcome: Outcome) -> Outcome:
        outcome = masked_outcome(outcome, self._mask)
        self._view.outcome(outcome)
        return outcome


def _how_to_execute(request: Deployment, region: str, change_set: str) -> list[str]:
    """The command that executes a plan: in its own region, with the parameters that must be as they were."""
    hidden = hidden_parameters(request.document)
    words = ["tapgen", "deploy", "--env", request.environment]
    words += [] if request.regions == (region,) else ["--region", region]
    for name in sorted(request.options.allow_loss):
        words += ["--allow-loss", name]
    for name, value in request.parameters.items():
        words += ["--parameter", f"{name}={'VALUE' if name in hidden else value}"]
    return [*words, "--plan", change_set]


def _is_busy(error: AwsError) -> bool:
    """CloudFormation's words when another operation has begun since we looked."""
    if error.code == "OperationInProgressException":
        return True
    return error.code in {"ValidationError", "InvalidChangeSetStatus"} and "_IN_PROGRESS state" in error.text
