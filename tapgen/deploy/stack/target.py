"""Look at the target before anything is written: account, region, and what the stack is doing."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

from tapgen.deploy.aws.polling import Poller, poll_until
from tapgen.deploy.stack.events import latest_beginning
from tapgen.deploy.stack.states import state
from tapgen.errors import ExitCode, TapgenError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import Event, Identity, Stack
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.aws.stack_set_model import StackSet
    from tapgen.deploy.stack.reporter import Reporter


class BusyError(TapgenError):
    """Another operation is running on the stack."""

    exit_code = ExitCode.BUSY


class WrongTargetError(TapgenError):
    """The account, region or stack is not the one that was meant."""

    exit_code = ExitCode.WRONG_TARGET


def check_pins(client: Client, account: str, regions: tuple[str, ...]) -> Identity:
    """Who deploys and where; STS is asked before any write.

    Raises:
        WrongTargetError: it is not the account or one of the regions that the settings pin.
    """
    if regions and client.region not in regions:
        raise WrongTargetError(
            f"the region is {client.region}, the settings pin {', '.join(regions)}",
            f"Pass --region {regions[0]}, or change `region` in the settings.",
        )
    identity = client.identity()
    if account and identity.account != account:
        raise WrongTargetError(
            f"the credentials belong to account {identity.account}, the settings pin {account}",
            "Use another profile (--profile), or change `account` in the settings.",
        )
    return identity


def existing(client: Client, name: str) -> Stack:
    """The stack.

    Raises:
        WrongTargetError: there is none of that name.
    """
    stack = client.stack(name)
    if stack is None:
        raise WrongTargetError(f"there is no stack {name} in {client.region}", "Check --env, --region and the profile.")
    return stack


def stack_ready(
    client: Client, name: str, reporter: Reporter, clock: Clock, *, wait: bool, timeout: float, environment: str
) -> Stack | None:
    """The stack when no operation is running on it, or None where there is no stack.

    Raises:
        BusyError: one is running, and `wait` is not set or the time is over.
    """
    poller = Poller.of(client, clock)

    def ask() -> Stack | None:
        return poller.call(lambda: client.stack(name))

    stack = ask()
    if not _is_busy(stack):
        return stack
    if not wait:
        raise busy(client, stack, environment, queues=True)
    running = describe_operation(stack, latest_beginning(client, stack.arn))
    reporter.step(f"Waiting for the operation before: {running}")
    stack = poll_until(poller, ask, lambda found: not _is_busy(found), timeout=timeout)
    if _is_busy(stack):
        raise BusyError(
            f"{name} is still {stack.status} after {timeout / 60:.0f} minutes",
            f"Follow it with `tapgen watch --env {environment}`.",
        )
    return stack


def _is_busy(stack: Stack | None) -> TypeGuard[Stack]:
    return stack is not None and state(stack.status).running


def busy(client: Client, stack: Stack, environment: str, *, queues: bool = False) -> BusyError:
    """The refusal for who comes second; `queues`: the command has `--wait`."""
    running = describe_operation(stack, latest_beginning(client, stack.arn))
    more = f", or end it with `tapgen cancel --env {environment}`" if state(stack.status).cancel else ""
    wait = "Queue behind it with --wait" if queues else "Run this again when it is over"
    return BusyError(
        f"another operation is running on {stack.name}: {running}",
        f"{wait}, follow it with `tapgen watch --env {environment}`{more}.",
    )


def describe_operation(stack: Stack, begun: Event | None) -> str:
    """What is running, since when, and its token."""
    if begun is None:
        return stack.status
    since = f" since {begun.time:%Y-%m-%d %H:%M:%S %Z}".rstrip() if begun.time else ""
    token = f", token {begun.token}" if begun.token else ""
    return f"{stack.status}{since}{token}"


def is_ours(stack: Stack | StackSet, ours: Mapping[str, str]) -> bool:
    """Whether the stack carries the tags of this environment."""
    return bool(ours) and all(stack.tags.get(key) == value for key, value in ours.items())
