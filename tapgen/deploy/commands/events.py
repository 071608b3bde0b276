"""`events`: what happened to a stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.deploy.stack.events import all_events, last_operation
from tapgen.deploy.stack.target import existing
from tapgen.deploy.views.masked import masked_event
from tapgen.template.masking import Mask

if TYPE_CHECKING:
    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import Event


def events(client: Client, name: str, *, everything: bool) -> tuple[Event, ...]:
    """The events of the last operation, or of all, oldest first, without secrets."""
    stack = existing(client, name)
    found = all_events(client, stack.arn) if everything else last_operation(client, stack.arn)
    mask = Mask()
    return tuple(masked_event(event, mask) for event in found)
