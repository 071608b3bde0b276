"""Why stacks of a StackSet failed: read from the stack's own events where its account can be asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tapgen.deploy.aws.client import Client
from tapgen.deploy.aws.errors import AwsError
from tapgen.deploy.outcome import Cause
from tapgen.deploy.stack.events import last_operation
from tapgen.deploy.stack.root_cause import root_causes
from tapgen.errors import TapgenError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.deploy.aws.stack_set_model import Result

Elsewhere = Callable[[str, str], tuple[Client, str] | None]
"""(account, region) -> a client there and the ARN of the stack; None where nobody there can be asked."""
SHOWN = 3
"""Failures whose reasons are told: a mistake in a template is the same in every account."""


def causes(failures: tuple[Result, ...], elsewhere: Elsewhere, origins: Mapping[str, str]) -> tuple[Cause, ...]:
    """The first failures, the first one with its root cause; each says in which account and region."""
    first, *others = failures
    inner = _inside(first, elsewhere, origins)
    told = [_summary(one) for one in others if not (inner or one.reason == first.reason)]
    return (inner or (_summary(first),)) + tuple(told)[: SHOWN - 1]


def _inside(failure: Result, elsewhere: Elsewhere, origins: Mapping[str, str]) -> tuple[Cause, ...]:
    """The root causes of one stack, () where its events cannot be read."""
    try:
        found = elsewhere(failure.account, failure.region)
        if found is None:
            return ()
        client, stack = found
        inner = root_causes(client, stack, last_operation(client, stack), origins)
    except (AwsError, TapgenError):
        return ()  # CloudFormation's summary is better than none
    return tuple(replace(one, logical_id=f"{failure.account}/{failure.region}/{one.logical_id}") for one in inner)


def _summary(failure: Result) -> Cause:
    return Cause(f"{failure.account}/{failure.region}", "stack instance", "", failure.status, failure.reason)
