"""What may have happened between the plan and its execution: the stack moved, or another deployment came first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.deploy.artifacts.fingerprint import fingerprint
from tapgen.deploy.aws.errors import NOT_FOUND, AwsError
from tapgen.deploy.plan.guard import RefusedError
from tapgen.template.document import parse

if TYPE_CHECKING:
    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import ChangeSet
    from tapgen.deploy.plan.prepare import Prepared


class OvertakenError(AwsError):
    """Another deployment has executed its change set, and ours went with it."""

    def __init__(self, stack_name: str) -> None:
        text = f"another deployment of {stack_name} came first, and CloudFormation has deleted this plan"
        super().__init__("ChangeSetNotFound", text, "DescribeChangeSet")


def refuse_stale(client: Client, prepared: Prepared, change_set: ChangeSet) -> None:
    """Refuse where the change set or the deployed template is not what the plan was made from any more.

    Raises:
        RefusedError: it moved.
        OvertakenError: another deployment came first.
    """
    now = _still_there(client, prepared, change_set)
    if now.execution_status != "AVAILABLE":
        raise RefusedError(
            f"the plan is stale: its change set is {now.execution_status or now.status} now", "Deploy again."
        )
    deployed = prepared.situation.deployed
    if deployed is None:
        return
    text = client.template(deployed.stack.arn)
    if text != deployed.text and fingerprint(parse(text, deployed.stack.name)) != prepared.fingerprint.base:
        raise RefusedError("the plan is stale: the deployed template is not the one it was made from", "Deploy again.")


def _still_there(client: Client, prepared: Prepared, change_set: ChangeSet) -> ChangeSet:
    """The change set as it is now. CloudFormation deletes the others of a stack when one is executed.

    Raises:
        OvertakenError: it is gone.
    """
    try:
        return client.change_set(change_set.arn)
    except AwsError as error:
        if error.code in NOT_FOUND:
            raise OvertakenError(prepared.situation.request.stack_name) from None
        raise


def is_overtaken(error: AwsError) -> bool:
    """Whether another operation has begun since we looked: CloudFormation has several ways to say so."""
    if error.code == "OperationInProgressException" or isinstance(error, OvertakenError):
        return True
    running = "_IN_PROGRESS state" in error.text or "EXECUTE_IN_PROGRESS" in error.text
    return running and error.code in {"ValidationError", "InvalidChangeSetStatus", "InvalidChangeSetStatusException"}
