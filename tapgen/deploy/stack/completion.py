"""How a followed operation ended, in words and as an exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.deploy.outcome import Outcome, unfinished
from tapgen.deploy.stack.failure_reasons import advice
from tapgen.deploy.stack.progress import orphans
from tapgen.deploy.stack.root_cause import root_causes
from tapgen.deploy.stack.states import state
from tapgen.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import Stack
    from tapgen.deploy.stack.follow import Followed


def completion(
    client: Client,
    name: str,
    seen: Followed,
    *,
    environment: str,
    good: frozenset[str] = frozenset(),
    origins: Mapping[str, str] | None = None,
) -> Outcome:
    """The outcome of an operation; `good` are statuses that it wants although the table calls them a roll-back."""
    if seen.gone:
        hint = f"Something else has deleted it; `tapgen status --env {environment}` shows what is there."
        return Outcome(ExitCode.FAILED, f"{name} is gone: {seen.lost}", name, client.region, hint, changed=True)
    if seen.stack is None:
        return unfinished(name, client.region, environment, seen.lost)
    stack = seen.stack
    code = _code(stack.status, good)
    ok = code == ExitCode.OK
    left = tuple(f"{one.logical_id} ({one.physical_id}): {one.reason}" for one in orphans(seen.progress.events))
    found = () if ok else root_causes(client, stack.arn, seen.progress.events, origins or {})
    return Outcome(
        code=code,
        message=f"{stack.name} is {stack.status}{f': {stack.reason}' if stack.reason and not ok else ''}",
        hint="" if ok else _hint(stack, tuple(cause.reason for cause in found), environment),
        stack_name=stack.name,
        region=client.region,
        stack_arn=stack.arn,
        status=stack.status,
        changed=True,
        outputs=stack.outputs,
        causes=found,
        orphans=left if ok else (),
    )


def _code(status: str, good: frozenset[str]) -> ExitCode:
    if status in good:
        return ExitCode.OK
    end = state(status).end
    if end is None:
        return ExitCode.STUCK  # it is not over
    if end == ExitCode.OK and status == "DELETE_COMPLETE":
        return ExitCode.FAILED  # a deployment that ends with the stack gone has not deployed anything
    return end


def _hint(stack: Stack, reasons: tuple[str, ...], environment: str) -> str:
    """What to do about the root cause, then about the stack."""
    next_step = state(stack.status).advice_for(environment)
    found = next((one for one in map(advice, reasons) if one), "")
    if not found:
        return next_step
    return found if state(stack.status).change_set else f"{found} {next_step}".strip()
