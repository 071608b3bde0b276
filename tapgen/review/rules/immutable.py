"""Properties that CloudFormation neither updates nor replaces: a change of one fails; rule L210."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tapgen.review.action import ResourceAction
from tapgen.review.model import Impact, PropertyChange, ResourceChange
from tapgen.review.rules.rulebook import found
from tapgen.review.update.behaviors import is_custom
from tapgen.template.intrinsics import undecided
from tapgen.template.paths import ABSENT
from tapgen.template.types import row

_SERVICE_TOKEN: Final = ("Properties", "ServiceToken")


def immutable_changes(changes: tuple[ResourceChange, ...]) -> Iterator[Impact]:
    """What an update would have to change and cannot."""
    for change in changes:
        if is_custom(change.type) and any(
            one.path[:2] == _SERVICE_TOKEN and not one.cause for one in change.properties
        ):
            yield found(
                "L210",
                change.logical_id,
                change.type,
                f"{change.logical_id}: the ServiceToken of a custom resource cannot be changed",
                "Keep the function, or add a custom resource under a new logical id.",
            )
            continue
        fixed = row(change.type).fixed
        if change.action not in (ResourceAction.UPDATE, ResourceAction.MAY_REPLACE):
            continue
        names = sorted({str(one.path[1]) for one in change.properties if _fails(one, fixed)})
        if names:
            yield found(
                "L210",
                change.logical_id,
                change.type,
                f"{change.logical_id}: {', '.join(names)} cannot be changed once it is created",
                "Keep the value, or add a resource under a new logical id and move over to it.",
            )


def _fails(change: PropertyChange, fixed: Mapping[str, Any]) -> bool:
    name = str(change.path[1]) if len(change.path) > 1 and change.path[0] == "Properties" else ""
    if name not in fixed:
        return False
    if undecided(change.old) or undecided(change.new):
        return False
    default = fixed[name]
    was, now = (default if value is ABSENT else value for value in (change.old, change.new))
    return bool(was != now)
