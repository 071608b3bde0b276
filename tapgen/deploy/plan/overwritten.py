"""What a deployment overwrites that somebody has changed past CloudFormation: asked of AWS, and told in the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tapgen.deploy.aws.errors import AwsError
from tapgen.deploy.plan.changes import shown
from tapgen.review.action import ResourceAction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import PropertyDrift, ResourceDrift, Stack
    from tapgen.deploy.plan.plan import Plan

MOST: Final = 10
"""Resources that are looked at one by one, which takes a second or two each; of more the last detection counts."""

_CHANGING = frozenset((ResourceAction.UPDATE, ResourceAction.REPLACE, ResourceAction.MAY_REPLACE))
DRIFTED = frozenset(("MODIFIED", "DELETED"))


def overwritten(client: Client, stack: Stack, plan: Plan, *, look: bool = True) -> tuple[str, ...]:
    """A line for each resource that the plan changes and that is not as it was deployed; never raises an AwsError.

    Where that is not known, a line says so. Without `look` no resource is looked at anew.
    """
    changing = [one.logical_id for one in plan.changes if one.action in _CHANGING]
    if not changing:
        return ()
    try:
        if look and len(changing) <= MOST:
            return _looked_at(client, stack, changing)
        return _of_last_detection(client, stack, changing)
    except AwsError as error:
        return (f"whether {_named(changing)} drifted could not be asked: {error.message}",)


def is_current(stack: Stack) -> bool:
    """Whether the last drift detection was after the last update: before it, it tells of another template."""
    checked, updated = stack.drift_checked, stack.updated or stack.created
    return checked is not None and (updated is None or checked >= updated)


def _looked_at(client: Client, stack: Stack, changing: Sequence[str]) -> tuple[str, ...]:
    lines = []
    for logical_id in changing:
        try:
            found = client.detect_resource_drift(stack.arn, logical_id)
        except AwsError as error:
            if error.code != "ValidationError":
                raise
            continue  # a type without drift detection, or a resource that is not there yet
        lines += [_line(found)] if found.status in DRIFTED else []
    return tuple(lines)


def _of_last_detection(client: Client, stack: Stack, changing: Sequence[str]) -> tuple[str, ...]:
    if not is_current(stack):
        return (f"whether {_named(changing)} drifted since the last update is not known: `tapgen drift` tells",)
    if stack.drift != "DRIFTED":
        return ()
    names = frozenset(changing)
    return tuple(_line(one) for one in client.drifts(stack.arn) if one.logical_id in names and one.status in DRIFTED)


def _named(changing: Sequence[str]) -> str:
    few = len(changing) <= 3
    return f"{' or '.join(changing)} has" if few else f"any of the {len(changing)} resources that change has"


def _line(drift: ResourceDrift) -> str:
    if drift.status == "DELETED":
        return f"{drift.logical_id} was deleted past CloudFormation: what updates it fails, or makes it anew"
    values = "; ".join(map(_values, drift.properties))
    return f"{drift.logical_id} has drifted{f': {values}' if values else ''}"


def _values(drift: PropertyDrift) -> str:
    name = drift.path.rpartition("/")[2]
    title = drift.path.strip("/").replace("/", ".")
    return f"{title} is {shown(name, drift.actual)}, was deployed as {shown(name, drift.expected)}"
