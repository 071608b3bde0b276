"""A review as JSON, by the schema in docs/diff.schema.json: a program's report, versioned."""

from __future__ import annotations

from typing import Any, Final

from tapgen.review.model import Impact, PropertyChange, ResourceChange, Review, SectionChange
from tapgen.review.report import phrases
from tapgen.template.paths import ABSENT

VERSION: Final = 1
"""Raised when a field is removed or means something else; a new field does not raise it."""


def document(reviews: list[tuple[dict[str, str], Review]]) -> dict[str, Any]:
    """The report of several reviews, each with what it compares: {"environment": …, "from": …, "to": …}."""
    return {"version": VERSION, "reviews": [{**subject, **_review(review)} for subject, review in reviews]}


def _review(review: Review) -> dict[str, Any]:
    return {
        "summary": phrases.summary(review),
        "differs": bool(review),
        "refused": bool(review.refusals),
        "resources": [_resource(change) for change in review.changes],
        "sections": [_section(change) for change in review.sections],
        "losses": [_impact(impact) for impact in review.losses],
        "security": [_impact(impact) for impact in review.security],
        "notes": [{"kind": note.kind, "logical_id": note.logical_id, "message": note.message} for note in review.notes],
        "unknown": list(review.unknown),
    }


def _resource(change: ResourceChange) -> dict[str, Any]:
    return {
        "logical_id": change.logical_id,
        "type": change.type,
        **({"old_type": change.old_type} if change.old_type else {}),
        "action": change.action.id,
        "effect": _effect(change.effect.name),
        "routine": change.routine,
        **({"depends": list(change.depends)} if change.depends else {}),
        "notes": list(change.notes),
        "properties": [_property(value) for value in change.properties],
    }


def _effect(name: str) -> str:
    return name.lower().replace("_", "-")


def _property(change: PropertyChange) -> dict[str, Any]:
    return {
        "path": list(change.path),
        **_sides(change),
        "effect": _effect(change.effect.name),
        **({"reason": change.reason} if change.reason else {}),
        **({"cause": change.cause} if change.cause else {}),
    }


def _section(change: SectionChange) -> dict[str, Any]:
    return {
        "section": change.section,
        "name": change.name,
        "path": list(change.path),
        **_sides(change),
        **({"depends": list(change.depends)} if change.depends else {}),
    }


def _sides(change: PropertyChange | SectionChange) -> dict[str, Any]:
    """`old` and `new`, each left out where that side has none; numbers and booleans are strings, as compared."""
    sides = {"old": change.old, "new": change.new}
    return {name: value for name, value in sides.items() if value is not ABSENT}


def _impact(impact: Impact) -> dict[str, Any]:
    return {
        "rule": impact.rule,
        "logical_id": impact.logical_id,
        "type": impact.type,
        "severity": impact.severity.name.lower(),
        "message": impact.message,
        "refusal": impact.refusal.value,
        **({"direction": impact.direction} if impact.direction else {}),
        **({"everybody": True} if impact.everybody else {}),
        **({"hint": impact.hint} if impact.hint else {}),
        **({"details": list(impact.details)} if impact.details else {}),
        **({"subject": impact.subject} if impact.subject else {}),
    }
