"""`destroy`: delete an environment's stack, after saying what goes, what stays and what takes long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from tapgen.deploy.artifacts.document import resources as resources_of
from tapgen.deploy.aws.errors import AwsError
from tapgen.deploy.operation import StackOperation
from tapgen.deploy.plan.guard import RefusedError
from tapgen.deploy.plan.rename_record import record_of
from tapgen.deploy.request import HOUR
from tapgen.deploy.stack.states import state
from tapgen.deploy.stack.target import WrongTargetError, busy, is_ours
from tapgen.errors import ExitCode, UsageError, suggestion
from tapgen.template.document import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from tapgen.deploy.aws.model import Stack, StackResource
    from tapgen.deploy.outcome import Outcome
    from tapgen.deploy.stack.follow import Followed

_NETWORKED = frozenset(("AWS::EC2::Subnet", "AWS::EC2::SecurityGroup"))
SLOW = (
    "The function's network interfaces go only some time after the function: deleting its subnets and security "
    "group takes 20 to 40 minutes."
)


class Question(Struct, frozen=True):
    """What the person is asked; `typed` when only typing the stack's name is a yes."""

    text: str
    stack_name: str
    typed: bool


class Destroy(StackOperation):
    """Delete the stack; `retain` names what a DELETE_FAILED stack leaves behind."""

    def run(
        self, confirm: Callable[[Question], bool], *, retain: tuple[str, ...] = (), disable_protection: bool = False
    ) -> Outcome:
        """Check, tell, ask, delete, follow."""
        return self.finish(lambda: self._run(confirm, retain, disable_protection))

    def _run(self, confirm: Callable[[Question], bool], retain: tuple[str, ...], disable_protection: bool) -> Outcome:
        stack = self.stack()
        self._refuse(stack, disable_protection)
        there = self._living(stack)
        self._check_retain(stack, retain, there)
        self._refuse_imported(stack)
        self._tell(stack, there, retain)
        typed = self.request.protected or stack.termination_protection
        if not confirm(Question(f"Delete {stack.name} in {self.client.region}?", stack.name, typed)):
            return self.outcome(ExitCode.DECLINED, "declined, nothing was deleted")
        self._delete(stack, retain)
        if self.request.options.detach:
            return self.going_on("detached")
        seen = self.follow(stack, total=len(there), timeout=max(self.request.options.timeout, HOUR))
        return self._ended(stack, seen)

    def _refuse(self, stack: Stack, disable_protection: bool) -> None:
        row = state(stack.status)
        if not row.destroy:
            raise busy(self.client, stack, self.request.environment)
        if not is_ours(stack, self.request.ours):
            tags = ", ".join(f"{key}={value}" for key, value in self.request.ours.items())
            raise WrongTargetError(
                f"{stack.name} does not carry this environment's tags ({tags}): something else made it",
                "Deploy the environment over it first, or delete it with the tool that made it.",
            )
        if stack.termination_protection and not disable_protection:
            raise RefusedError(
                f"{stack.name} is protected against termination", "--disable-protection switches it off."
            )

    def _living(self, stack: Stack) -> tuple[StackResource, ...]:
        gone = ("DELETE_COMPLETE", "DELETE_SKIPPED")
        return tuple(one for one in self.client.resources(stack.arn) if one.status not in gone)

    def _check_retain(self, stack: Stack, retain: tuple[str, ...], there: tuple[StackResource, ...]) -> None:
        if retain and stack.status != "DELETE_FAILED":
            raise UsageError(
                f"--retain goes with DELETE_FAILED; {stack.name} is {stack.status}",
                "To keep a resource from the start give it a DeletionPolicy and deploy first.",
            )
        known = [one.logical_id for one in there]
        for logical_id in retain:
            if logical_id not in known:
                raise UsageError(f"--retain {logical_id}: the stack does not hold it", suggestion(logical_id, known))

    def _refuse_imported(self, stack: Stack) -> None:
        for output in stack.outputs:
            users = self.client.importers(output.export) if output.export else ()
            if users:
                raise RefusedError(
                    f"{', '.join(users)} imports the export {output.export}: the deletion would fail",
                    "Change or delete the importing stacks first.",
                )

    def _tell(self, stack: Stack, there: tuple[StackResource, ...], retain: tuple[str, ...]) -> None:
        kept = {*retain, *self._kept_by_policy(stack)}
        self.view.step(f"{stack.name} in {self.client.region} holds:")
        for one in there:
            fate = "keep" if one.logical_id in kept else "stuck" if one.status == "DELETE_FAILED" else "delete"
            reason = f": {one.reason}" if one.status == "DELETE_FAILED" and one.reason else ""
            self.view.step(f"  {fate:<6}  {one.logical_id} ({one.type}, {one.physical_id}){reason}")
        types = {one.type for one in there}
        if "AWS::Lambda::Function" in types and types & _NETWORKED:
            self.view.warn(SLOW)

    def _kept_by_policy(self, stack: Stack) -> set[str]:
        if stack.status == "REVIEW_IN_PROGRESS":
            return set()  # it has no template yet
        document = parse(self.client.template(stack.arn), stack.name)
        record = record_of(document)
        for one in record.moved if record else ():
            if not {one.old, one.new} & document["Resources"].keys():
                self.view.warn(
                    f"{one.old} ({one.type}, {one.physical_id}) is outside of the stack, by a rename, and stays."
                )
        return {logical_id for logical_id, resource in resources_of(document) if _keeps(resource)}

    def _delete(self, stack: Stack, retain: tuple[str, ...]) -> None:
        try:
            if stack.termination_protection:
                self.client.set_termination_protection(stack.arn, on=False)
            self.begin(
                lambda: self.client.delete_stack(stack.arn, self.token, retain, express=self.request.options.express),
                stack,
            )
        except (AwsError, KeyboardInterrupt):
            if not self.begun:
                self._protect_again(stack)
            raise

    def _protect_again(self, stack: Stack) -> None:
        """The stack is not left less protected than it was found; a failure is said. Never raises an AwsError."""
        if not stack.termination_protection:
            return
        try:
            self.client.set_termination_protection(stack.arn, on=True)
        except AwsError as error:
            self.view.warn(
                f"The termination protection of {stack.name} may be off: {error.message}. "
                f"`tapgen deploy --env {self.request.environment}` switches it on."
            )

    def _ended(self, stack: Stack, seen: Followed) -> Outcome:
        """The outcome; DELETE_COMPLETE by the stack's ARN, since a stack that merely vanished proves nothing."""
        outcome = self.completed(seen, "DELETE_COMPLETE")
        if outcome.ok:
            kept = [event for event in seen.progress.latest.values() if event.status == "DELETE_SKIPPED"]
            for event in kept:
                self.view.warn(f"{event.logical_id} ({event.type}, {event.physical_id}) is kept and lives on.")
            return replace(outcome, outputs=())
        if seen.stack and seen.stack.status == "DELETE_FAILED":
            self._protect_again(stack)
            flags = " ".join(f"--retain {cause.logical_id}" for cause in outcome.causes)
            hint = f"Remove what is in the way and destroy again, or leave it behind: tapgen destroy {flags}".rstrip()
            return replace(outcome, hint=hint)
        return outcome


def _keeps(resource: Any) -> bool:  # a resource of any template
    return resource.get("DeletionPolicy", "Delete") in {"Retain", "RetainExceptOnCreate"}
