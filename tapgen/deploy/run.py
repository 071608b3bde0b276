"""A deployment, step by step: look, prepare, show, ask, execute, follow, protect.

`deploy` is the whole of it for one region; `regions` drives the same halves side by side. It never raises what a
user can cause: every end is an Outcome. Whatever happens before the execution, what was made is taken back.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tapgen.deploy.artifacts.document import resources
from tapgen.deploy.aws.error_codes import unknown_operation
from tapgen.deploy.aws.errors import NOT_AVAILABLE, AwsError, is_gone
from tapgen.deploy.aws.polling import SYSTEM_CLOCK
from tapgen.deploy.commands.function_update import packages
from tapgen.deploy.commands.synced import put_right
from tapgen.deploy.operation import StackOperation
from tapgen.deploy.outcome import Outcome
from tapgen.deploy.plan.changes import keeping
from tapgen.deploy.plan.function_changes import FUNCTION
from tapgen.deploy.plan.guard import guard
from tapgen.deploy.plan.modes import not_waited_for, refuse_options
from tapgen.deploy.plan.overwritten import overwritten
from tapgen.deploy.plan.own_change_set import OwnChangeSet
from tapgen.deploy.plan.prepare import Prepared, look, prepare
from tapgen.deploy.plan.reviewed import check_arn, how_to_execute, prepare_reviewed
from tapgen.deploy.plan.stale import OvertakenError, is_overtaken, refuse_stale, still_there
from tapgen.deploy.plan.sync_changes import STATE_MACHINE
from tapgen.deploy.stack.follow import follow
from tapgen.deploy.stack.protection import TemporaryPolicy, protect
from tapgen.deploy.stack.target import BusyError
from tapgen.errors import ExitCode, TapgenError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import ChangeSet, Stack
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.plan.plan import Plan
    from tapgen.deploy.request import Deployment
    from tapgen.deploy.stack.follow import Followed
    from tapgen.deploy.views.view import View

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


class Run(StackOperation):
    """One deployment in one region, in two halves: `prepare`, which changes nothing, and `perform`."""

    nothing = "nothing was executed"

    def __init__(self, request: Deployment, client: Client, view: View, clock: Clock) -> None:
        super().__init__(request, client, view, clock)
        self._own = OwnChangeSet(client, self.view, request.stack_name)
        self._policy = TemporaryPolicy(client, self.view)
        self._queues = QUEUES if request.options.wait else 0

    def prepare(self) -> Prepared | Outcome:
        """The plan that waits for a yes, or how it ended before there was one."""
        return self.contained(self._prepare)

    def perform(self, prepared: Prepared, confirm: Callable[[Plan], bool], *, again: bool = False) -> Outcome:
        """Ask, execute and follow. `again`: where it queues again, the new plan may be asked for."""
        return self.finish(lambda: self._perform(prepared, confirm, again=again))

    # ------------------------------------------------------------------------------------------------- queueing

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
        if not self._queues or self.begun or not is_overtaken(error):
            raise error
        self._queues -= 1
        self.take_back()
        self._own = OwnChangeSet(self.client, self.view, self.request.stack_name)
        self.view.step("Another operation has begun meanwhile: queueing behind it, then planning anew")

    # ---------------------------------------------------------------------------------------------------- steps

    def _look_and_prepare(self) -> Prepared:
        options = self.request.options
        refuse_options(self.request)
        if options.plan:
            check_arn(options.plan, self.client.region)
        situation = look(self.request, self.client, self.view, self.clock)
        if options.plan:
            prepared = prepare_reviewed(situation, self.client)
        else:
            prepared = prepare(situation, self.client, self._own, self.view, self.clock)
        prepared = self._with_drift(prepared)
        self._show(prepared)
        return prepared

    def _with_drift(self, prepared: Prepared) -> Prepared:
        """The plan with what it overwrites; a drift-aware change set tells that itself."""
        deployed, options = prepared.situation.deployed, self.request.options
        if prepared.plan is None or deployed is None or prepared.refusals or options.revert_drift:
            return prepared
        drift = overwritten(self.client, deployed.stack, prepared.plan, look=not options.express)
        return replace(prepared, plan=replace(prepared.plan, overwritten=drift))

    def _show(self, prepared: Prepared) -> None:
        """Show the plan, and let the guard look at it.

        Raises:
            RefusedError: the guard refuses.
        """
        if prepared.plan is None or prepared.change_set is None:
            return
        self.view.plan(prepared.plan)
        guard(prepared.refusals)

    def _ask_and_execute(self, prepared: Prepared, confirm: Callable[[Plan], bool]) -> Outcome:
        if prepared.change_set is None or prepared.plan is None:
            return self._without_changes(prepared)
        if self.request.options.plan_only:
            self._own.keep()
            return self._planned(prepared.change_set)
        if not confirm(prepared.plan):
            self._own.discard()
            return self.outcome(ExitCode.DECLINED, "declined, nothing was executed")
        self.clock.sleep(0)  # a Ctrl-C that came while another region was asked for is heard here
        refuse_stale(self.client, prepared, prepared.change_set)
        deployed = prepared.situation.deployed
        if self.request.protected and deployed:
            passing = self.request.options.allow_loss | keeping(prepared.change_set)
            self._policy.set(deployed.stack, deployed.document, self.request.document, passing)
        self.view.step(f"Executing the change set on {self.request.stack_name} in {self.client.region}")
        if self.request.options.express:
            self.view.step(not_waited_for(prepared.change_set))
        self._execute(prepared, prepared.change_set)
        if self.request.options.detach:
            return self.going_on("detached")
        return self._follow(prepared, prepared.change_set)

    def _execute(self, prepared: Prepared, change_set: ChangeSet) -> None:
        """Execute the change set.

        Raises:
            OvertakenError: another operation came first.
            RefusedError, BusyError: somebody else has executed this very plan, or is executing it.
        """
        options = self.request.options
        try:
            with still_there(self.request.stack_name):  # express mode has said so already, when it was made
                self._own.execute(change_set, rollback=options.rollback or options.express)
        except AwsError as error:
            if error.code in NOT_AVAILABLE and (options.plan or not is_overtaken(error)):
                refuse_stale(self.client, prepared, change_set)
            raise

    def _without_changes(self, prepared: Prepared) -> Outcome:
        self._own.discard()
        outcome = self.outcome(ExitCode.OK, f"no changes: {self.request.stack_name} is as the template says")
        deployed = prepared.situation.deployed
        if deployed is None:
            return outcome
        stack = deployed.stack
        if self.request.protected:
            protect(self.client, stack, self.request.document)
        self._put_functions_right(stack)
        return replace(outcome, stack_arn=stack.arn, status=stack.status, outputs=stack.outputs)

    def _planned(self, change_set: ChangeSet) -> Outcome:
        command = shlex.join(how_to_execute(self.request, self.client.region, change_set.arn))
        message = f"the plan {change_set.arn} waits; nothing was executed"
        return replace(self.outcome(ExitCode.OK, message, f"Execute it with: {command}"), change_set=change_set.arn)

    def _follow(self, prepared: Prepared, change_set: ChangeSet) -> Outcome:
        deployed = prepared.situation.deployed
        seen = follow(
            self.client,
            change_set.stack_arn,
            self._own.token,
            self.view,
            clock=self.clock,
            timeout=self.request.options.timeout,
            total=len(change_set.changes),
            before=deployed.stack if deployed else None,
        )
        outcome = self._protected(self.completed(seen), seen)
        if outcome.ok and seen.stack and deployed:  # what was created just now nobody has synced
            self._put_functions_right(seen.stack)
        return outcome

    def _protected(self, outcome: Outcome, seen: Followed) -> Outcome:
        """Put the protection of a protected environment in order, whatever the end."""
        if seen.stack is None:
            return self._with_open_policy(outcome)
        if outcome.ok and self.request.protected:
            try:
                protect(self.client, seen.stack, self.request.document)
            except AwsError as error:
                message = f"{outcome.message}, but it is not protected: {error.message}"
                hint = (
                    error.hint if unknown_operation(error) else f"{error.hint} Deploy again: that protects it.".strip()
                )
                return replace(outcome, code=ExitCode.FAILED, message=message, hint=hint)
        else:
            self._policy.restore()
        return outcome

    def _put_functions_right(self, stack: Stack) -> None:
        """What `sync` has changed runs what is deployed again; a failure is told, for the deployment is over."""
        types = {resource.get("Type") for _, resource in resources(self.request.document)}
        if self.request.protected or not types & {FUNCTION, STATE_MACHINE}:
            return
        try:
            names = put_right(self.client, stack, self.request.document, packages(self.request.packages), self.clock)
        except TapgenError as error:
            self.view.warn(f"What `tapgen sync` has changed may still run: {error.message}")
            return
        if names:
            self.view.step(f"Put right what `tapgen sync` had changed: {', '.join(names)}")

    # ------------------------------------------------------------------------------------------------ every end

    @property
    def begun(self) -> bool:
        """Whether the change set is being executed."""
        return self._own.begun

    @property
    def in_doubt(self) -> bool:
        """Whether nobody could be asked if it is."""
        return self._own.in_doubt

    def take_back(self) -> None:
        """Put the lasting stack policy back, and delete our change set."""
        self._policy.restore()
        self._own.discard()

    def going_on(self, why: str) -> Outcome:
        """The execution goes on without us, perhaps under the update's own stack policy."""
        return self._with_open_policy(super().going_on(why))

    def _with_open_policy(self, outcome: Outcome) -> Outcome:
        if not self._policy.open:
            return outcome
        more = "The update's stack policy stays in force until `tapgen watch` has seen the end."
        return replace(outcome, hint=f"{outcome.hint} {more}".strip())

    def explained(self, error: TapgenError) -> TapgenError:
        """A second deployer is told how to queue; a plan that another operation took along is no more."""
        if not isinstance(error, AwsError) or not is_overtaken(error):
            return error
        if self.request.options.plan and isinstance(error, OvertakenError):
            return BusyError(error.message, "Make a new plan with --plan-only and review it.")
        told = f"{self.request.stack_name} was deleted meanwhile: {error.message}" if is_gone(error) else error.message
        wait = "Run it again" if self.request.options.wait else "Queue behind it with --wait"
        return BusyError(told, f"{wait}; see `tapgen status --env {self.request.environment}`.")
