"""EDGE: clients for the accounts and regions of a StackSet's stacks, as far as they may be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.stack_set_client import StackSetClient


class Reach:
    """The way to single stacks: in our own account directly, in others by `role`, the name of a role there.

    `make` gives a client for a region, acting as the role whose ARN it is given, or as ourselves for ''.
    """

    def __init__(self, home: StackSetClient, name: str, role: str, make: Callable[[str, str], Client]) -> None:
        self._home = home
        self._name = name
        self._role = role
        self._make = make
        self._own = ""
        self._latest: tuple[tuple[str, str], Client] | None = None

    def __call__(self, account: str, region: str) -> tuple[Client, str] | None:
        """A client there and the stack's ARN; None where there is no stack, or nobody may ask.

        Raises:
            AwsError: AWS refuses to tell.
        """
        self._own = self._own or self._home.identity().account
        if account != self._own and not self._role:
            return None
        instance = self._home.instance(self._name, account, region)
        if instance is None or not instance.stack_arn:
            return None
        partition = instance.stack_arn.split(":")[1]
        role = "" if account == self._own else f"arn:{partition}:iam::{account}:role/{self._role}"
        if self._latest is None or self._latest[0] != (region, role):  # one is kept: of 1,000 accounts each has its own
            self._latest = ((region, role), self._make(region, role))
        return self._latest[1], instance.stack_arn

    def regions(self, regions: tuple[str, ...]) -> dict[str, Client]:
        """Clients of our own account for some regions."""
        return {region: self._home if region == self._home.region else self._make(region, "") for region in regions}
