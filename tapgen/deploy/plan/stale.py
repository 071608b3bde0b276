"""What may have happened between the plan and its execution: the stack moved, or another deployment came first."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tapgen.deploy.artifacts.fingerprint import fingerprint
from tapgen.deploy.aws.errors import NOT_FOUND, AwsError, is_gone, is_running
from tapgen.deploy.plan.guard import RefusedError
from tapgen.deploy.stack.target import BusyError
from tapgen.template.document import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import ChangeSet
    from tapgen.deploy.plan.prepare import Prepared


_EXISTS = re.compile(r"Stack \[[^\]]*\] already exists")
"""CreateChangeSet's words for a stack that is there, of the type CREATE."""


class OvertakenError(AwsError):
    """Another operation has begun or is over, a deployment or a deletion, and our change set went with it."""

    def __init__(self, stack_name: str) -> None:
        text = f"another operation on {stack_name} came first, and CloudFormation has deleted this plan"
        super().__init__("ChangeSetNotFound", text, "DescribeChangeSet")


def refuse_stale(client: Client, prepared: Prepared, change_set: ChangeSet) -> None:
    """Refuse where the change set or the deployed template is not what the plan was made from any more.

    Raises:
        RefusedError: it moved, or was executed.
        BusyError: it is being executed.
        OvertakenError: another operation came first; with --wait that is so where the template moved, too.
    """
    with still_there(prepared.situation.request.stack_name):
        now = client.change_set(change_set.arn)
    refuse_executed(now, prepared.situation.request.environment)
    if now.execution_status != "AVAILABLE":
        raise RefusedError(
            f"the plan is stale: its change set is {now.execution_status or now.status} now", "Deploy again."
        )
    deployed = prepared.situation.deployed
    if deployed is None:
        return
    text = client.template(deployed.stack.arn)
    if text != deployed.text and fingerprint(parse(text, deployed.stack.name)) != prepared.fingerprint.base:
        options = prepared.situation.request.options
        if options.wait and not options.plan:
            raise OvertakenError(deployed.stack.name)
        raise RefusedError("the plan is stale: the deployed template is not the one it was made from", "Deploy again.")


def refuse_executed(change_set: ChangeSet, environment: str) -> None:
    """Refuse a reviewed plan that somebody has executed, or is executing: it is executed once.

    Raises:
        BusyError: it is being executed.
        RefusedError: it was.
    """
    if change_set.execution_status == "EXECUTE_IN_PROGRESS":
        raise BusyError("this plan is being executed already", f"`tapgen watch --env {environment}` follows it.")
    if change_set.execution_status in {"EXECUTE_COMPLETE", "EXECUTE_FAILED"}:
        failed = ", and that failed" if change_set.execution_status == "EXECUTE_FAILED" else ""
        raise RefusedError(
            f"this plan was executed already{failed}",
            f"`tapgen status --env {environment}` shows the stack; --plan-only makes a new plan.",
        )


@contextmanager
def still_there(stack_name: str) -> Iterator[None]:
    """Inside, a change set that is gone means that another came first: CloudFormation deletes a stack's others then.

    Raises:
        OvertakenError: it is gone.
    """
    try:
        yield
    except AwsError as error:
        if error.code in NOT_FOUND:
            raise OvertakenError(stack_name) from None
        raise


def is_overtaken(error: AwsError) -> bool:
    """Whether another operation has begun since we looked: CloudFormation has several ways to say so."""
    if is_running(error) or is_gone(error) or isinstance(error, OvertakenError):
        return True
    # It was not there when we looked, and its creation is asked for.
    return error.code in {"AlreadyExistsException", "ValidationError"} and bool(_EXISTS.search(error.text))
