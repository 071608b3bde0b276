"""A failed first creation leaves a stack in ROLLBACK_COMPLETE that cannot be updated: clear it where that is safe."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from tapgen.deploy.stack.follow import follow
from tapgen.deploy.stack.target import is_ours
from tapgen.errors import ExitCode, TapgenError

if TYPE_CHECKING:
    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import Stack
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.request import Deployment
    from tapgen.deploy.stack.reporter import Reporter


def clear_failed_creation(client: Client, stack: Stack, request: Deployment, reporter: Reporter, clock: Clock) -> None:
    """Delete the empty stack: only with our own tags on it and without a resource that was kept.

    Raises:
        TapgenError: it is not ours, it holds something, this is a read-only command, or it cannot be deleted.
    """
    where = f"{stack.name} is ROLLBACK_COMPLETE, its first creation failed"
    if request.options.plan_only or request.options.plan:
        raise TapgenError(where, f"`tapgen recover --env {request.environment}` clears it; then plan again.")
    refuse_foreign(client, stack, request)
    reporter.step(f"{where}: deleting what is left of it, which holds no resource")
    token = str(uuid.uuid4())
    client.delete_stack(stack.arn, token)
    seen = follow(client, stack.arn, token, reporter, clock=clock, timeout=request.options.timeout, before=stack)
    if seen.stack is None or seen.stack.status != "DELETE_COMPLETE":
        status = seen.stack.status if seen.stack else seen.lost
        raise TapgenError(f"{stack.name} could not be cleared: {status}", _by_hand(request), ExitCode.STUCK)


def refuse_foreign(client: Client, stack: Stack, request: Deployment) -> None:
    """Refuse to clear a stack that someone else made, or that still holds resources.

    Raises:
        TapgenError: with the command that deletes it knowingly.
    """
    if not is_ours(stack, request.ours):
        tags = ", ".join(f"{key}={value}" for key, value in request.ours.items())
        raise TapgenError(
            f"{stack.name} is ROLLBACK_COMPLETE and does not carry this environment's tags ({tags})",
            f"If it may go: {_by_hand(request)}",
            ExitCode.REFUSED,
        )
    kept = [one for one in client.resources(stack.arn) if one.status != "DELETE_COMPLETE"]
    if kept:
        names = ", ".join(f"{one.logical_id} ({one.physical_id or one.status})" for one in kept)
        raise TapgenError(
            f"{stack.name} is ROLLBACK_COMPLETE and still holds {names}",
            f"Save what you need of it; then {_by_hand(request)}",
            ExitCode.REFUSED,
        )


def _by_hand(request: Deployment) -> str:
    return f"`tapgen destroy --env {request.environment}`, then deploy again."
