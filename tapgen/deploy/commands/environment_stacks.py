"""The stacks of a project's environments, users' own ones too, and which of them are too old."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tapgen.deploy.request import own_tags
from tapgen.deploy.stack.target import is_ours
from tapgen.errors import UsageError
from tapgen.naming import USER_TAG
from tapgen.settings.personal import lifetime, personal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from tapgen.deploy.aws.model import Stack
    from tapgen.settings.model import Environment


class EnvironmentStack(Struct, frozen=True):
    """An environment in one region with its stack, None where it is not deployed; `problem` where nobody could ask."""

    environment: Environment
    region: str
    stack: Stack | None = None
    problem: str = ""

    @property
    def deployed(self) -> datetime | None:
        """When it was last deployed."""
        return (self.stack.updated or self.stack.created) if self.stack else None

    @property
    def expires(self) -> datetime | None:
        """When it gets too old; None where it never does."""
        environment = self.environment
        if self.deployed is None or not environment.user or environment.expires is None:
            return None
        return self.deployed + lifetime(environment.expires)

    def expired(self, now: datetime) -> bool:
        """Whether it is too old."""
        return self.expires is not None and self.expires <= now


def environment_stacks(
    environment: Environment, environments: Mapping[str, Environment], stacks: Iterable[Stack], region: str
) -> tuple[EnvironmentStack, ...]:
    """An environment's own stack in a region, and those of its users, by their names.

    `stacks` are all of the account in the region. A user's own is known by name and tags together.
    """
    named = {stack.name: stack for stack in stacks}
    own = named.get(environment.stack_name)
    if environment.user:
        return (EnvironmentStack(environment, region, own),)
    users = [(one, stack) for stack in named.values() if (one := _owner(environment, environments, stack))]
    rest = (EnvironmentStack(one, region, stack) for one, stack in sorted(users, key=lambda pair: pair[0].user))
    return (EnvironmentStack(environment, region, own), *rest)


def _owner(base: Environment, environments: Mapping[str, Environment], stack: Stack) -> Environment | None:
    """The personal environment whose stack it is; None where it is no such stack."""
    user = stack.tags.get(USER_TAG)
    if not base.personal or not user:
        return None
    try:
        made = personal(base, user, environments)
    except UsageError:  # a name that tapgen gives to nobody
        return None
    return made if made.stack_name == stack.name and is_ours(stack, own_tags(made)) else None


def table(rows: Iterable[EnvironmentStack], now: datetime) -> Iterator[tuple[str, ...]]:
    """The cells of a line for each, the headings first."""
    yield ("ENVIRONMENT", "STACK", "REGION", "STATUS", "DEPLOYED", "EXPIRES")
    for row in rows:
        yield (
            row.environment.reference,
            row.environment.stack_name,
            row.region,
            _status(row),
            f"{row.deployed:%Y-%m-%d %H:%M}" if row.deployed else "",
            expiry(row, now),
        )


def _status(row: EnvironmentStack) -> str:
    if row.stack:
        return row.stack.status
    alone = "a StackSet: see `tapgen status`" if row.environment.is_stack_set else "not deployed"
    return row.problem or alone


def expiry(row: EnvironmentStack, now: datetime) -> str:
    """When it gets too old, in words; '' where it never does."""
    if row.expires is None:
        return ""
    return f"expired {row.expires:%Y-%m-%d %H:%M}" if row.expired(now) else f"{row.expires:%Y-%m-%d %H:%M}"


def fields(row: EnvironmentStack, now: datetime) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "environment": row.environment.reference,
        "user": row.environment.user or None,
        "stack": row.environment.stack_name,
        "region": row.region,
        "status": row.stack.status if row.stack else None,
        "deployed": row.deployed.isoformat(timespec="seconds") if row.deployed else None,
        "expires": row.expires.isoformat(timespec="seconds") if row.expires else None,
        "expired": row.expired(now),
        "problem": row.problem or None,
    }
