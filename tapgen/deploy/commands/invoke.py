"""`invoke`, and which function of a stack a name means."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tapgen import naming
from tapgen.deploy.aws.errors import LostAnswerError
from tapgen.deploy.stack.target import existing
from tapgen.errors import TapgenError, UsageError, suggestion

if TYPE_CHECKING:
    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import Answer
    from tapgen.settings.model import Environment

_TYPE = "AWS::Lambda::Function"


def invoke(client: Client, environment: Environment, function: str, payload: bytes) -> Answer:
    """The function's answer.

    Raises:
        TapgenError: the payload is not JSON, or the stack has no such function.
    """
    try:
        json.loads(payload)
    except ValueError as error:
        raise UsageError(f"the payload is not JSON: {error}", "Lambda takes one JSON value.") from None
    physical = _physical(client, environment, _logical(environment, function), _TYPE)
    try:
        return client.invoke(physical, payload)
    except LostAnswerError as error:
        raise TapgenError(
            error.message,
            f"It was sent once, and may have run: `tapgen logs {function} --env {environment.reference}` tells.",
        ) from None


def log_group(client: Client, environment: Environment, function: str) -> str:
    """The name of the function's log group."""
    return _physical(client, environment, f"{_logical(environment, function)}LogGroup", "AWS::Logs::LogGroup")


def _logical(environment: Environment, function: str) -> str:
    known = {name: environment.logical_id(naming.function(name)) for name in environment.functions}
    if function in known.values():
        return function
    if function not in known:
        raise UsageError(f'{environment.reference} has no function "{function}"', suggestion(function, known))
    return known[function]


def _physical(client: Client, environment: Environment, logical_id: str, resource_type: str) -> str:
    stack = existing(client, environment.stack_name)
    for resource in client.resources(stack.arn):
        if resource.logical_id == logical_id and resource.type == resource_type:
            return resource.physical_id
    raise TapgenError(f"{stack.name} holds no {logical_id} ({resource_type})", "Deploy first.")
