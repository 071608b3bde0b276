"""A review without secrets: nothing leaves `assess` that a report could not print."""

from __future__ import annotations

from dataclasses import replace

from tapgen.review.model import Finding, PropertyChange, Review, SectionChange
from tapgen.template.masking import Mask


def masked_review(review: Review, mask: Mask) -> Review:
    """The review with its secrets masked: in values, messages, details, and what was not understood."""
    return replace(
        review,
        changes=tuple(
            replace(change, properties=tuple(_property(one, mask) for one in change.properties))
            for change in review.changes
        ),
        sections=tuple(masked_section(one, mask) for one in review.sections),
        losses=tuple(_finding(one, mask) for one in review.losses),
        security=tuple(_finding(one, mask) for one in review.security),
        notes=tuple(replace(note, message=mask(note.message)) for note in review.notes),
        unknown=tuple(map(mask, review.unknown)),
    )


def masked_section(change: SectionChange, mask: Mask) -> SectionChange:
    """The same for a change outside of Resources."""
    path = (change.section, change.name, *change.path)
    return replace(change, old=mask.value(change.old, path), new=mask.value(change.new, path))


def _property(change: PropertyChange, mask: Mask) -> PropertyChange:
    return replace(
        change,
        old=mask.value(change.old, change.path),
        new=mask.value(change.new, change.path),
        reason=mask(change.reason),
    )


def _finding(finding: Finding, mask: Mask) -> Finding:
    return replace(
        finding,
        message=mask(finding.message),
        details=tuple(map(mask, finding.details)),
        subject=mask(finding.subject),
    )
