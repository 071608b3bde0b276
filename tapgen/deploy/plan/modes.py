"""The modes of a deployment: what they refuse, and what they leave unfinished."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.errors import UsageError
from tapgen.template.types import row

if TYPE_CHECKING:
    from tapgen.deploy.aws.model import ChangeSet
    from tapgen.deploy.request import Deployment


def refuse_options(request: Deployment) -> None:
    """Refuse what does not go together; nothing is called for it.

    Raises:
        UsageError: options that a protected environment does not take.
    """
    options = request.options
    if request.protected and options.detach and options.allow_loss:
        raise UsageError(
            "--detach and --allow-loss do not go together in a protected environment",
            "The stack policy must be put back when the update is over: leave --detach away.",
        )
    if request.protected and options.express:
        raise UsageError(
            f"{request.environment} is protected: express mode does not wait until it works", "Leave --express away."
        )
    if request.protected and not options.rollback:
        raise UsageError(
            f"{request.environment} is protected: a failed update must not stay", "Leave --no-rollback away."
        )


def not_waited_for(change_set: ChangeSet) -> str:
    """What express mode leaves unfinished: the resources that take their time, by name."""
    slow = [one.logical_id for one in change_set.changes if row(one.type).creation or row(one.type).change]
    what = f"{', '.join(slow)} and the rest are" if slow else "what it changes is"
    return f"Express mode: CloudFormation does not wait until {what} ready to serve"
