"""A review without secrets: nothing leaves `assess` that a report could not print."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from tapgen.review.model import Impact, PropertyChange, Review, SectionChange
from tapgen.template.masking import Mask
from tapgen.template.paths import Index, Path


def masked_review(review: Review, mask: Mask) -> Review:
    """The review with its secrets masked: in values, messages, details, and what was not understood."""
    return replace(
        review,
        changes=tuple(
            replace(change, properties=tuple(_property(one, mask) for one in change.properties))
            for change in review.changes
        ),
        sections=tuple(masked_section(one, mask) for one in review.sections),
        losses=tuple(masked_impact(one, mask) for one in review.losses),
        security=tuple(masked_impact(one, mask) for one in review.security),
        notes=tuple(replace(note, message=mask(note.message)) for note in review.notes),
        unknown=tuple(map(mask, review.unknown)),
    )


def masked_section(change: SectionChange, mask: Mask) -> SectionChange:
    """The same for a change outside of Resources."""
    path = (change.section, change.name, *change.path)
    old, new = mask.value(change.old, path), mask.value(change.new, path)
    return replace(change, path=_path(change.path, mask), old=old, new=new)


def _property(change: PropertyChange, mask: Mask) -> PropertyChange:
    old, new = mask.value(change.old, change.path), mask.value(change.new, change.path)
    return replace(change, path=_path(change.path, mask), old=old, new=new, reason=mask(change.reason))


def _path(path: Path, mask: Mask) -> Path:
    """The path without secrets in what identifies its items, such as a policy's name."""
    return tuple(Index(step, mask.value(step.name)) if isinstance(step, Index) else step for step in path)


def masked_impact(impact: Impact, mask: Callable[[str], str]) -> Impact:
    """An impact without secrets in its words."""
    return replace(
        impact,
        message=mask(impact.message),
        details=tuple(map(mask, impact.details)),
        subject=mask(impact.subject),
    )
