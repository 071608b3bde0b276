"""The resources of a plan as the review of the two templates knows them, in the words of `tapgen diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.deploy.plan.plan import PlannedChange
from tapgen.review.model import PropertyChange
from tapgen.review.report import phrases
from tapgen.template.paths import ABSENT
from tapgen.template.text import inline

if TYPE_CHECKING:
    from tapgen.review.model import ResourceChange, Review

_MOST = 60  # characters of a value in a line


def changes_of(review: Review) -> tuple[PlannedChange, ...]:
    """Every change, worst first; of what is created or deleted only that."""
    return tuple(_planned(change) for change in phrases.ordered(review))


def _planned(change: ResourceChange) -> PlannedChange:
    told = () if change.creates or change.deletes or change.routine else change.properties
    return PlannedChange(change.action, change.logical_id, change.type, tuple(map(property_line, told)))


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
