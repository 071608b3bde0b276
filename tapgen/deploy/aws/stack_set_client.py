"""The AWS operations on StackSets, as a Protocol: `operations.AwsClient` calls AWS, the tests script a cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tapgen.deploy.aws.client import Client

if TYPE_CHECKING:
    from tapgen.deploy.aws.model import ResourceDrift
    from tapgen.deploy.aws.stack_set_model import (
        Instance,
        InstancePage,
        Preferences,
        ResultPage,
        SetOperation,
        StackSet,
        StackSetRequest,
        Targets,
    )


class StackSetClient(Client, Protocol):
    """AWS in the account and region that keep a StackSet. Operations are named by our own ids."""

    def stack_set(self, name: str) -> StackSet | None:
        """The StackSet of that name, or None where there is none."""
        ...

    def create_stack_set(self, request: StackSetRequest, token: str) -> None:
        """Make a StackSet, which has no stacks yet."""
        ...

    def update_stack_set(self, request: StackSetRequest, preferences: Preferences, operation: str) -> str:
        """Change a StackSet and then all its stacks; the operation's id."""
        ...

    def delete_stack_set(self, name: str) -> None:
        """Delete a StackSet that has no stacks."""
        ...

    def create_instances(self, name: str, targets: Targets, preferences: Preferences, operation: str) -> str:
        """Make the stacks of some targets; the operation's id."""
        ...

    def delete_instances(self, name: str, targets: Targets, preferences: Preferences, operation: str) -> str:
        """Delete the stacks of some targets; the operation's id."""
        ...

    def detect_set_drift(self, name: str, preferences: Preferences, operation: str) -> str:
        """Compare every stack with its template; the operation's id."""
        ...

    def stop_set_operation(self, name: str, operation: str) -> None:
        """Begin no further stack in a running operation."""
        ...

    def set_operation(self, name: str, operation: str) -> SetOperation | None:
        """An operation, or None where there is none of that id."""
        ...

    def set_operations(self, name: str) -> tuple[SetOperation, ...]:
        """The latest operations, newest first: one page."""
        ...

    def set_results(self, name: str, operation: str, page: str = "", *, status: str = "") -> ResultPage:
        """One page of what an operation did, of all stacks or those of one status."""
        ...

    def instances(self, name: str, page: str = "", *, account: str = "", drifted: bool = False) -> InstancePage:
        """One page of stack instances: of all, of one account, or those that have drifted."""
        ...

    def instance(self, name: str, account: str, region: str) -> Instance | None:
        """One stack instance, or None where there is none."""
        ...

    def instance_drifts(self, name: str, instance: Instance, operation: str) -> tuple[ResourceDrift, ...]:
        """What has drifted in one stack, as a drift detection of the StackSet found it (all pages)."""
        ...
