"""How a followed operation ended, in words and as an exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.deploy.request import Outcome
from tapgen.deploy.stack.progress import orphans
from tapgen.deploy.stack.root_cause import root_causes
from tapgen.deploy.stack.states import state
from tapgen.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import Stack
    from tapgen.deploy.stack.follow import Followed


def ending(
    client: Client,
    name: str,
    seen: Followed,
    *,
    environment: str,
    good: frozenset[str] = frozenset(),
    origins: Mapping[str, str] | None = None,
) -> Outcome:
    """The outcome of an operation; `good` are statuses that it wants although the table calls them a roll-back."""
    if seen.stack is None:
        return unfinished(name, client.region, environment, seen.lost)
    stack = seen.stack
    end = state(stack.status).end  # None: it is not over; ExitCode.OK is 0, hence no `or`
    code = ExitCode.OK if stack.status in good else ExitCode.STUCK if end is None else end
    if code == ExitCode.OK and stack.status == "DELETE_COMPLETE" and stack.status not in good:
        code = ExitCode.FAILED  # a deployment that ends with the stack gone has not deployed anything
    left = tuple(f"{one.logical_id} ({one.physical_id}): {one.reason}" for one in orphans(seen.progress.events))
    found = () if code == ExitCode.OK else root_causes(client, seen.progress.events, origins or {})
    return Outcome(
        code=code,
        message=_message(stack, code),
        hint=_hint(stack, code, tuple(cause.reason for cause in found), environment),
        stack_name=stack.name,
        region=client.region,
        stack_arn=stack.arn,
        status=stack.status,
        changed=True,
        outputs=stack.outputs,
        causes=found,
        orphans=left if code == ExitCode.OK else (),
    )


def unfinished(name: str, region: str, environment: str, why: str) -> Outcome:
    """The outcome when the end was not seen: the operation goes on without us."""
    return Outcome(
        ExitCode.CONTINUES,
        f"the operation on {name} goes on: {why}",
        name,
        region,
        f"`tapgen watch --env {environment}` follows it again, `tapgen cancel --env {environment}` cancels an update.",
        changed=True,
    )


def _message(stack: Stack, code: ExitCode) -> str:
    if code == ExitCode.OK:
        return f"{stack.name} is {stack.status}"
    reason = f": {stack.reason}" if stack.reason else ""
    return f"{stack.name} is {stack.status}{reason}"


def _hint(stack: Stack, code: ExitCode, reasons: tuple[str, ...], environment: str) -> str:
    if code == ExitCode.OK:
        return ""
    if any("already exists" in reason for reason in reasons):
        return "`--import-existing` takes the existing resource into the stack; or delete or rename it."
    return state(stack.status).advice.replace("`tapgen recover`", f"`tapgen recover --env {environment}`")
