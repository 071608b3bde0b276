"""`status`: what a stack is doing, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapgen.deploy.plan.rename_record import record_of
from tapgen.deploy.stack.events import latest_beginning
from tapgen.deploy.stack.states import state
from tapgen.deploy.stack.target import describe_operation
from tapgen.errors import TapgenError
from tapgen.template.document import parse
from tapgen.template.secrets import clean

if TYPE_CHECKING:
    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import Stack


def status(client: Client, name: str, environment: str) -> dict[str, Any]:
    """The stack's state in words; a stack that is not there is a state too."""
    stack = client.stack(name)
    if stack is None:
        return {"stack": name, "region": client.region, "status": None, "next": "tapgen deploy creates it"}
    row = state(stack.status)
    return {
        "stack": stack.name,
        "region": client.region,
        "status": stack.status,
        "reason": clean(stack.reason),
        "operation": describe_operation(stack, latest_beginning(client, stack.arn)) if row.running else "",
        "created": _time(stack.created),
        "updated": _time(stack.updated),
        "termination_protection": stack.termination_protection,
        "drift": stack.drift,
        "arn": stack.arn,
        "next": _renaming(client, stack, environment) or row.advice_for(environment),
    }


def _renaming(client: Client, stack: Stack, environment: str) -> str:
    """How to go on where a rename is half done, and something of the stack may be outside of it."""
    if state(stack.status).change_set != "UPDATE":
        return ""
    try:
        record = record_of(parse(client.template(stack.arn), stack.name))
    except TapgenError:  # who may only describe stacks is told the rest all the same
        return ""
    return f"a rename is under way ({record.told}): `{record.command(environment)}` goes on" if record else ""


def _time(moment: Any) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
