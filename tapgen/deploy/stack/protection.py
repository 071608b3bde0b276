"""Protection of an environment's stack: termination protection, and the policy that keeps stateful resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.deploy.aws.errors import AwsError
from tapgen.deploy.stack.stack_policy import same, stack_policy

if TYPE_CHECKING:
    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import Stack
    from tapgen.deploy.stack.reporter import Reporter
    from tapgen.template.document import Document


def protect(client: Client, stack: Stack, document: Document) -> None:
    """Switch on what is off; what is as it should be is not written again."""
    policy = stack_policy([document])
    if not same(client.stack_policy(stack.arn), policy):
        client.set_stack_policy(stack.arn, policy)
    if not stack.termination_protection:
        client.set_termination_protection(stack.arn, on=True)


class TemporaryPolicy:
    """A stack policy for one update, which lets the resources pass whose loss was allowed, and only them."""

    def __init__(self, client: Client, reporter: Reporter) -> None:
        self._client = client
        self._reporter = reporter
        self._stack = ""
        self._lasting = ""

    @property
    def open(self) -> bool:
        """Whether the policy of the update is in force."""
        return bool(self._stack)

    def set(self, stack: Stack, old: Document, new: Document, allowed: frozenset[str]) -> None:
        """Put the update's policy into force, where it differs from the lasting one."""
        lasting, now = stack_policy([old]), stack_policy([old, new], allowed)
        if not same(stack_policy([old, new]), now):
            self._stack, self._lasting = stack.arn, lasting
            self._client.set_stack_policy(stack.arn, now)

    def restore(self) -> None:
        """Put the lasting policy back; a failure is told, for the next deployment mends it. Never raises."""
        if not self._stack:
            return
        try:
            self._client.set_stack_policy(self._stack, self._lasting)
        except AwsError as error:
            self._reporter.warn(
                f"The update's stack policy is still in force: {error.message}. Deploy again to mend it."
            )
        self._stack = ""
