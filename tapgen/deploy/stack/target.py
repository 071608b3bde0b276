"""Look at the target before anything is written: account, region, and what the stack is doing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.deploy.aws.polling import Pace, Pacer
from tapgen.deploy.stack.states import state
from tapgen.errors import ExitCode, TapgenError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import Event, Identity, Stack
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.views.view import View

_BEGINNINGS = (
    "CREATE_IN_PROGRESS",
    "UPDATE_IN_PROGRESS",
    "DELETE_IN_PROGRESS",
    "IMPORT_IN_PROGRESS",
    "REVIEW_IN_PROGRESS",
)


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


def stack_ready(
    client: Client, name: str, view: View, clock: Clock, *, wait: bool, timeout: float, environment: str
) -> Stack | None:
    """The stack when no operation is running on it, or None where there is no stack.

    Raises:
        BusyError: one is running, and `wait` is not set or the time is over.
    """
    pacer = Pacer(Pace.of(emulated=client.emulated), clock)
    begin = clock.now()
    told = False
    while True:
        stack = pacer.call(lambda: client.stack(name))
        if stack is None or not state(stack.status).running:
            return stack
        if not told:
            running = describe_operation(stack, operation(client, stack.arn))
            if not wait:
                raise busy(stack, running, environment)
            view.step(f"Waiting for the operation before: {running}")
            told = True
        if clock.now() - begin > timeout:
            raise BusyError(
                f"{name} is still {stack.status} after {timeout / 60:.0f} minutes",
                f"Follow it with `tapgen watch --env {environment}`.",
            )
        pacer.rest()


def busy(stack: Stack, running: str, environment: str) -> BusyError:
    """The refusal for a second deployer."""
    more = f", or end it with `tapgen cancel --env {environment}`" if state(stack.status).cancel else ""
    return BusyError(
        f"another operation is running on {stack.name}: {running}",
        f"Queue behind it with --wait, follow it with `tapgen watch --env {environment}`{more}.",
    )


def operation(client: Client, stack_arn: str) -> Event | None:
    """The event by which the latest operation on a stack began, within the newest pages that hold it."""
    page = ""
    newest: Event | None = None
    while True:
        answer = client.events(stack_arn, page)
        for event in answer.events:
            if not event.of_stack:
                continue
            newest = newest or event
            if event.status in _BEGINNINGS and event.token == newest.token:
                return event
        if not answer.next:
            return newest
        page = answer.next


def describe_operation(stack: Stack, begun: Event | None) -> str:
    """What is running, since when, and its token."""
    if begun is None:
        return stack.status
    since = f" since {begun.time:%Y-%m-%d %H:%M:%S %Z}".rstrip() if begun.time else ""
    token = f", token {begun.token}" if begun.token else ""
    return f"{stack.status}{since}{token}"


def is_ours(stack: Stack, ours: Mapping[str, str]) -> bool:
    """Whether the stack carries the tags of this environment."""
    return bool(ours) and all(stack.tags.get(key) == value for key, value in ours.items())
