"""What a plan says besides its resources: stack tags, parameter values, other sections, losses. All pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.deploy.plan.changes import shown
from tapgen.review.model import Refusal
from tapgen.template.masking import mask_of
from tapgen.template.secrets import MASK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.review.model import Impact, Review


def stack_changes(
    tags: tuple[Mapping[str, str], Mapping[str, str]],
    parameters: tuple[Mapping[str, str], Mapping[str, str]],
    hidden: frozenset[str],
    review: Review,
) -> tuple[str, ...]:
    """Changes that are no resource's: stack tags, parameter values, and the template's other sections.

    Of a stack that is created only tags and parameters are worth a line: everything else is new anyway.
    """
    lines = [f"tag {line}" for line in _pairs(*tags, frozenset())]
    mask = mask_of(parameters=parameters[0])  # what a secret was may stand under another name too
    lines += [f"parameter {mask(line)}" for line in _pairs(*parameters, hidden)]
    if not review.creates_stack:
        others = (one for one in review.sections if one.section != "Parameters")
        lines += sorted({f"{one.section.lower()} {one.name}".strip() for one in others})
    return tuple(lines)


def allowed_losses(review: Review, allowed: frozenset[str]) -> tuple[Impact, ...]:
    """The losses that would be refused if --allow-loss did not name them."""
    refused = set(review.refused(allowed))
    return tuple(one for one in review.refusals if one not in refused)


def lesser_losses(review: Review) -> tuple[Impact, ...]:
    """The losses that nothing refuses."""
    return tuple(one for one in review.losses if one.refusal is Refusal.NONE)


def _pairs(old: Mapping[str, str], new: Mapping[str, str], hidden: frozenset[str]) -> list[str]:
    lines = []
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if before == after or (name in hidden and before is not None and after is not None):
            continue  # a NoEcho value cannot be compared: the service shows only asterisks
        values = [MASK if name in hidden and value else shown(name, value) for value in (before, after)]
        lines.append(f"{name}: {values[0]} → {values[1]}" if before is not None else f"{name}: {values[1]}")
    return lines
