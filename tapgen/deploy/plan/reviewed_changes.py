"""The resources of a plan as the review of the two templates knows them, in the words of `tapgen diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.deploy.plan.changes import because, planned_changes
from tapgen.deploy.plan.plan import PlannedChange
from tapgen.review.action import ResourceAction
from tapgen.review.model import PropertyChange
from tapgen.review.report import phrases
from tapgen.template.paths import ABSENT
from tapgen.template.text import inline

if TYPE_CHECKING:
    from tapgen.deploy.aws.model import Change, ChangeSet
    from tapgen.review.model import ResourceChange, Review

_MOST = 60  # characters of a value in a line


def changes_of(review: Review) -> tuple[PlannedChange, ...]:
    """Every change, worst first; of what is created or deleted only that."""
    return tuple(_planned(change) for change in phrases.ordered(review))


def in_words_of(review: Review, change_set: ChangeSet) -> tuple[PlannedChange, ...]:
    """The rows of a change set in their order, with what the review says of each.

    CloudFormation says "may replace" of whatever depends on a value that it does not know yet, and an emulator of more;
    the review has read both templates and the types' schemas, and knows better. That something is replaced for certain
    is the service's word.
    """
    known = {change.logical_id: change for change in review.changes}
    rows = zip(planned_changes(change_set), change_set.changes, strict=True)
    return tuple(_worded(row, change, known.get(row.logical_id)) for row, change in rows)


def _worded(row: PlannedChange, change: Change, said: ResourceChange | None) -> PlannedChange:
    if said is None or said.depends or said.old_type:
        return row
    action = said.action if row.action is ResourceAction.MAY_REPLACE and said.action in _CERTAIN else row.action
    if action is not said.action:
        return row
    told = _planned(said)
    names = {str(one.path[1]) for one in said.properties if one.path[0] == "Properties" and len(one.path) > 1}
    more = [detail for detail in change.details if detail.deployed is not None or detail.name not in names]
    reasons = () if said.creates or said.deletes else (*told.because, *because(more, said=bool(told.because)))
    return PlannedChange(action, row.logical_id, row.type, reasons, said=told.said)


_CERTAIN = frozenset((ResourceAction.UPDATE, ResourceAction.UPDATE_TAGS, ResourceAction.REPLACE))


def _planned(change: ResourceChange) -> PlannedChange:
    told = () if change.creates or change.deletes or change.routine else change.properties
    lines = tuple(map(property_line, told))
    return PlannedChange(change.action, change.logical_id, change.type, lines, said=phrases.verb(change))


def property_line(change: PropertyChange) -> str:
    """`MemorySize: 256 → 512   replaces: the name is fixed`, as `tapgen diff` says it."""
    old, new = (_short(value) for value in (change.old, change.new))
    label, note = phrases.label(change), phrases.effect(change)
    if change.cause:
        text = f"{label}: {new}"
    elif change.old is ABSENT:
        text = f"+ {label}: {new}"
    elif change.new is ABSENT:
        text = f"- {label}: {old}"
    else:
        text = f"{label}: {old} → {new}"
    return f"{text}   {note}" if note else text


def _short(value: object) -> str:
    text = " ".join(inline(value).split())
    return text if len(text) <= _MOST else f"{text[: _MOST - 3]}..."
