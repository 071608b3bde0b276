"""Wait for a change set, and read what it will do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.deploy.aws.change_set_operations import NO_CHANGES
from tapgen.deploy.aws.polling import Poller, poll_until
from tapgen.deploy.plan.changes import merge
from tapgen.errors import ExitCode, TapgenError

if TYPE_CHECKING:
    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import ChangeSet
    from tapgen.deploy.aws.polling import Clock

TIMEOUT = 600.0
"""Seconds that a change set may take: then it is deleted."""


def wait_created(client: Client, arn: str, clock: Clock) -> ChangeSet:
    """The change set when it is made or has failed, described once.

    Raises:
        TapgenError: it is not made after ten minutes.
    """
    poller = Poller.of(client, clock)
    found = poll_until(poller, lambda: poller.call(lambda: client.change_set(arn)), _is_made, timeout=TIMEOUT)
    if not _is_made(found):
        raise TapgenError(
            f"{found.name}: CloudFormation has not made the change set after {TIMEOUT / 60:.0f} minutes",
            "It is deleted. Run the command again; if it happens twice, look at the AWS Health Dashboard.",
        )
    return found


def _is_made(change_set: ChangeSet) -> bool:
    return not change_set.status.endswith(("_PENDING", "CREATE_IN_PROGRESS"))


def is_empty(change_set: ChangeSet) -> bool:
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
    for finding in client.failed_validations(change_set.arn):
        where = ".".join(part for part in (finding.logical_id, finding.path.strip("/").replace("/", ".")) if part)
        lines.append(f"  {where or 'template'}: {finding.reason} ({finding.name})")
    hint = ""
    if any("already exist" in line for line in lines):
        hint = "`--import-existing` takes the existing resource into the stack; or delete or rename it."
    return TapgenError("\n".join(lines), hint, ExitCode.FAILED)
