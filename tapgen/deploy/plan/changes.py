"""The rows of a change set: merged from both descriptions, with what each does and why. All pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from tapgen.deploy.plan.plan import PlannedChange
from tapgen.review.action import ResourceAction
from tapgen.template.secrets import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tapgen.deploy.aws.model import Change, ChangeSet, Detail
    from tapgen.review.model import Review

_RANK = {"": 0, "Never": 1, "False": 1, "Conditionally": 2, "Conditional": 2, "Always": 3, "True": 3}
KEPT = frozenset(("Retain", "Snapshot", "ReplaceAndRetain", "ReplaceAndSnapshot"))
"""Policy actions by which the old resource, or a snapshot of it, lives on (CloudFormation API, ResourceChange)."""
_MOVING = frozenset((ResourceAction.REPLACE, ResourceAction.MAY_REPLACE))
_ACTIONS = {
    "Add": ResourceAction.CREATE,
    "Remove": ResourceAction.DELETE,
    "Import": ResourceAction.IMPORT,
    "Dynamic": ResourceAction.DECIDED_LATER,
    "SyncWithActual": ResourceAction.SYNC,
}


def merge(plain: ChangeSet, valued: ChangeSet) -> ChangeSet:
    """Both descriptions of one change set: IncludePropertyValues may drop changes, without it there are no values.

    A detail that only one of them has is kept; of two words about replacement the worse one counts.
    """
    changes = {change.logical_id: change for change in plain.changes}
    for change in valued.changes:
        other = changes.get(change.logical_id)
        changes[change.logical_id] = _merge_change(other, change) if other else change
    return replace(plain, changes=tuple(changes.values()))


def _merge_change(plain: Change, valued: Change) -> Change:
    described = {(detail.attribute, detail.name) for detail in valued.details}
    details = (*valued.details, *(one for one in plain.details if (one.attribute, one.name) not in described))
    worse = max(plain.replacement, valued.replacement, key=_rank)
    return replace(valued, replacement=worse, details=details, physical_id=valued.physical_id or plain.physical_id)


def _rank(word: str) -> int:
    return _RANK.get(word, 3)  # a word of the future counts as the worst


def planned_changes(change_set: ChangeSet) -> tuple[PlannedChange, ...]:
    """One for each resource, in the service's order."""
    return tuple(map(_planned, change_set.changes))


def referring(change_set: ChangeSet, review: Review) -> frozenset[str]:
    """The resources that only refer to what changes in place, which the template shows not to change themselves.

    CloudFormation lists them, as "may replace" even, wherever it does not know beforehand what an attribute will give.
    """
    told = {one.logical_id for one in review.changes}
    moved = {one.logical_id for one in review.changes if one.action in _MOVING}
    in_place = {one.logical_id for one in change_set.changes if one.action == "Modify" and not is_replaced(one)} - moved
    return frozenset(
        change.logical_id
        for change in change_set.changes
        if change.logical_id in in_place - told
        and change.details
        and all(detail.causing.partition(".")[0] in in_place and "." in detail.causing for detail in change.details)
    )


def _planned(change: Change) -> PlannedChange:
    action = _action(change)
    word = change.action.lower() if action is ResourceAction.UNKNOWN else ""
    return PlannedChange(action, change.logical_id, change.type, because(change.details), word)


def _action(change: Change) -> ResourceAction:
    if change.action == "Remove" and change.policy_action == "Retain":
        return ResourceAction.LEAVE_BEHIND
    if change.action != "Modify":
        return _ACTIONS.get(change.action, ResourceAction.UNKNOWN)
    if set(change.scope) == {"Tags"}:
        return ResourceAction.UPDATE_TAGS
    if is_replaced(change):
        return ResourceAction.REPLACE
    return ResourceAction.MAY_REPLACE if replacement(change) == _RANK["Conditional"] else ResourceAction.UPDATE


def is_replaced(change: Change) -> bool:
    """Whether the resource is replaced for certain."""
    return change.action == "Modify" and replacement(change) == _RANK["True"]


def replacement(change: Change) -> int:
    """3: it is replaced, 2: it may be, less: it is not. Of several details about one property the worst wins."""
    worst = max((_rank(one.recreation) for one in change.details), default=0)
    stated = _rank(change.replacement)
    return stated or worst


def because(details: Iterable[Detail], *, said: bool = False) -> tuple[str, ...]:
    """A line for each property, the worst of what is said of it.

    Where the properties are `said` already, only those with a name and no other cause are worth a line.
    """
    worst: dict[tuple[str, str], Detail] = {}
    for detail in details:
        if said and (not detail.name or detail.causing) and detail.deployed is None:
            continue
        key = (detail.attribute, detail.name)
        other = worst.get(key)
        if other is None or _rank(detail.recreation) > _rank(other.recreation):
            worst[key] = replace(detail, before=detail.before or (other.before if other else None))
    return tuple(map(_reason, worst.values()))


def _reason(detail: Detail) -> str:
    what = detail.name or detail.attribute
    if detail.before is not None or detail.after is not None:
        what += f": {shown(detail.name, detail.before)} → {shown(detail.name, detail.after)}"
    if detail.deployed is not None:
        what += f" (drifted: {shown(detail.name, detail.deployed)} was deployed)"
    if detail.causing:
        what += f", by {detail.causing}"
    return f"{what} (replaces)" if _rank(detail.recreation) == _RANK["Always"] else what


def shown(name: str, value: str | None) -> str:
    """A value in a line: masked where its name is a secret's, cut at 60 characters."""
    if value is None:
        return "nothing"
    text = " ".join(clean(value, name).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def keeping(change_set: ChangeSet) -> frozenset[str]:
    """The logical ids whose old resource lives on, or a snapshot of it: a stack policy denies that too."""
    return frozenset(change.logical_id for change in change_set.changes if change.policy_action in KEPT)


def losses(change_set: ChangeSet) -> frozenset[str]:
    """The logical ids that the service says are replaced or removed, whatever their type."""
    return frozenset(
        change.logical_id for change in change_set.changes if change.action == "Remove" or is_replaced(change)
    )
