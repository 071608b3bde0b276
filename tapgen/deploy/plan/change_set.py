"""Create a change set and read what it will do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.deploy.aws.operations import NO_CHANGES
from tapgen.deploy.aws.polling import Pace, Pacer
from tapgen.deploy.plan.plan import merge
from tapgen.errors import ExitCode, TapgenError

if TYPE_CHECKING:
    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import ChangeSet
    from tapgen.deploy.aws.polling import Clock

PATIENCE = 600.0
"""Seconds that a change set may take: then it is deleted."""


def wait_created(client: Client, arn: str, clock: Clock) -> ChangeSet:
    """The change set when it is made or has failed, described once.

    Raises:
        TapgenError: it is not made after ten minutes.
    """
    pacer = Pacer(Pace.of(emulated=client.emulated), clock)
    begin = clock.now()
    while True:
        found = pacer.call(lambda: client.change_set(arn))
        if not found.status.endswith(("_PENDING", "CREATE_IN_PROGRESS")):
            return found
        if clock.now() - begin > PATIENCE:
            raise TapgenError(
                f"{found.name}: CloudFormation has not made the change set after {PATIENCE / 60:.0f} minutes",
                "It is deleted. Run the command again; if it happens twice, look at the AWS Health Dashboard.",
            )
        pacer.rest()


def empty(change_set: ChangeSet) -> bool:
    """Whether nothing changes: decided by the status and its reason, never by an empty list."""
    return change_set.status == "FAILED" and any(words in change_set.reason for words in NO_CHANGES)


def described(client: Client, change_set: ChangeSet) -> ChangeSet:
    """The change set with property values, merged with the description without them.

    Raises:
        TapgenError: it failed; the message has the reason, from DescribeEvents where only that has it.
    """
    if change_set.status == "FAILED":
        raise failed(client, change_set)
    return merge(change_set, client.change_set(change_set.arn, values=True))


def failed(client: Client, change_set: ChangeSet) -> TapgenError:
    """Why CloudFormation could not make the change set."""
    lines = [f"CloudFormation refused the change set: {change_set.reason or 'it gives no reason'}"]
    for finding in client.change_set_findings(change_set.arn):
        where = ".".join(part for part in (finding.logical_id, finding.path.strip("/").replace("/", ".")) if part)
        lines.append(f"  {where or 'template'}: {finding.reason} ({finding.name})")
    hint = ""
    if "already exist" in "\n".join(lines):
        hint = "`--import-existing` takes the existing resource into the stack; or delete or rename it."
    return TapgenError("\n".join(lines), hint, ExitCode.FAILED)
