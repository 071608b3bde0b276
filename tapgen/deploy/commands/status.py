"""Read-only looks at a stack: status, events, outputs."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from tapgen.deploy.masking import masker, named
from tapgen.deploy.stack.states import state
from tapgen.deploy.stack.target import WrongTargetError, describe_operation, operation
from tapgen.deploy.views.view import masked_event

if TYPE_CHECKING:
    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import Event, Output, Stack


def existing(client: Client, name: str) -> Stack:
    """The stack.

    Raises:
        WrongTargetError: there is none of that name.
    """
    stack = client.stack(name)
    if stack is None:
        raise WrongTargetError(f"there is no stack {name} in {client.region}", "Check --env, --region and the profile.")
    return stack


def status(client: Client, name: str) -> dict[str, Any]:
    """The stack's state in words; a stack that is not there is a state too."""
    stack = client.stack(name)
    if stack is None:
        return {"stack": name, "region": client.region, "status": None, "next": "tapgen deploy creates it"}
    row = state(stack.status)
    return {
        "stack": stack.name,
        "region": client.region,
        "status": stack.status,
        "reason": masker()(stack.reason),
        "operation": describe_operation(stack, operation(client, stack.arn)) if row.running else "",
        "created": _time(stack.created),
        "updated": _time(stack.updated),
        "termination_protection": stack.termination_protection,
        "drift": stack.drift,
        "arn": stack.arn,
        "next": row.advice,
    }


def _time(moment: Any) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def events(client: Client, name: str, *, everything: bool) -> tuple[Event, ...]:
    """The events of the last operation, or of all, oldest first, without secrets."""
    stack = existing(client, name)
    found: list[Event] = []
    page = ""
    while True:
        answer = client.events(stack.arn, page)
        found += answer.events
        page = answer.next
        if not page or (not everything and any(event.token != found[0].token for event in answer.events)):
            break
    if not everything and found and found[0].token:
        found = [event for event in found if event.token == found[0].token]
    mask = masker()
    return tuple(masked_event(event, mask) for event in reversed(found))


def outputs(client: Client, name: str) -> tuple[Output, ...]:
    """The stack's outputs; what is named like a secret is masked."""
    from dataclasses import replace

    mask = masker()
    return tuple(replace(one, value=named(one.key, mask(one.value))) for one in existing(client, name).outputs)


def as_environment(found: tuple[Output, ...]) -> list[str]:
    """NAME='value' lines that every POSIX shell reads: an output's name is letters and digits."""
    return [f"{one.key}={shlex.quote(one.value)}" for one in found]
