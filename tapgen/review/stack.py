"""The review of a stack as it lives: its template, and what is not in any template."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from tapgen.review.assess import assess
from tapgen.review.diff.compare import differences
from tapgen.review.masking import masked_section
from tapgen.review.model import Direction, Impact, Review, Risk, SectionChange
from tapgen.review.rules.rulebook import found
from tapgen.template.document import Document
from tapgen.template.intrinsics import canonical
from tapgen.template.masking import mask_of
from tapgen.template.paths import ABSENT

HIDDEN: Final = "****"
"""What DescribeStacks shows for the value of a NoEcho parameter."""

# CloudFormation user guide, "Update behaviors" and the sections' own pages: a template that differs in these alone
# is no update ("No updates are to be performed").
_SILENT: Final = frozenset({"Description", "Metadata", "Mappings", "Conditions", "Parameters", "Rules"})


class StackState(Struct, frozen=True):
    """A stack as it is, or as a deployment would leave it. None: not known, or not set by a deployment."""

    document: Document
    parameters: Mapping[str, str] = {}
    tags: Mapping[str, str] | None = None
    termination_protection: bool | None = None
    policy: str | None = None
    """The stack policy as JSON text; "" for none."""
    pseudo: Mapping[str, str] = {}
    """The values of the pseudo parameters."""


def assess_stack(live: StackState | None, wanted: StackState | None) -> Review:
    """What a deployment would change; None is a stack that is not there.

    A value that DescribeStacks hides is not compared, and named as not understood.
    """
    hidden = {name for name, value in (live.parameters if live else {}).items() if value == HIDDEN}
    old = _with_text_restored(live.document, wanted.document) if live and wanted else live and live.document
    review = assess(
        old or None,
        wanted.document if wanted else None,
        old_parameters=_without(live, hidden),
        new_parameters=_without(wanted, hidden),
        hidden=frozenset(hidden),
        pseudo=live.pseudo if live else None,
    )
    unknown = [f"the parameter {name}: its value is hidden (NoEcho)" for name in sorted(hidden)]
    if live is None or wanted is None:
        return replace(review, unknown=(*review.unknown, *unknown))
    mask = mask_of(live.document, wanted.document, parameters={**live.parameters, **wanted.parameters})
    outside = (masked_section(change, mask) for change in _outside(live, wanted))
    return replace(
        review,
        sections=(*review.sections, *outside),
        security=(*review.security, *_protection(live, wanted)),
        unknown=(*review.unknown, *unknown),
    )


def deploys(review: Review) -> bool:
    """Whether a deployment would do anything: differences in some sections alone are no update."""
    return bool(review.changes) or any(change.section not in _SILENT for change in review.sections)


def _without(state: StackState | None, hidden: set[str]) -> dict[str, str]:
    given = state.parameters if state else {}
    return {name: value for name, value in given.items() if name not in hidden}


def _outside(live: StackState, wanted: StackState) -> Iterator[SectionChange]:
    names = sorted({*live.parameters, *wanted.parameters})
    for name in names:
        old, new = live.parameters.get(name, ABSENT), wanted.parameters.get(name, ABSENT)
        if old not in (new, HIDDEN) and name in wanted.parameters:
            yield SectionChange("Parameter values", name, (), old, new)
    if wanted.tags is not None:
        for path, old, new in differences(dict(live.tags or {}), dict(wanted.tags)):
            yield SectionChange("Stack tags", str(path[0]), (), old, new)
    if wanted.termination_protection not in (None, live.termination_protection):
        sides = ("on" if live.termination_protection else "off", "on" if wanted.termination_protection else "off")
        yield SectionChange("Stack", "TerminationProtection", (), *sides)
    if wanted.policy is not None:
        for path, old, new in differences(_policy(live.policy or ""), _policy(wanted.policy)):
            yield SectionChange("Stack", "StackPolicy", path, old, new)


def _protection(live: StackState, wanted: StackState) -> Iterator[Impact]:
    if live.termination_protection and wanted.termination_protection is False:
        message = "the stack's termination protection is switched off"
        yield found("S101", "", "Stack", message, direction="broadened")
    if wanted.policy is not None and _policy(live.policy or "") != _policy(wanted.policy):
        direction: Direction = "narrowed" if not live.policy else "broadened"
        message = "the stack policy is set" if not live.policy else "the stack policy changes"
        severity = Risk.INFO if not live.policy else Risk.MEDIUM
        yield found("S102", "", "Stack", message, direction=direction, severity=severity)


def _policy(text: str) -> Any:
    try:
        return canonical(json.loads(text)) if text else {}
    except ValueError:
        return {"": text}


def _with_text_restored(live: Any, wanted: Any) -> Any:
    """The live document with the characters that GetTemplate turned into "?" as they were written.

    CloudFormation keeps templates as ASCII in places: GetTemplate may answer "?" for each other character.
    """
    if isinstance(live, dict) and isinstance(wanted, dict):
        return {key: _with_text_restored(item, wanted.get(key)) for key, item in live.items()}
    if isinstance(live, list) and isinstance(wanted, list) and len(live) == len(wanted):
        return [_with_text_restored(one, other) for one, other in zip(live, wanted, strict=True)]
    if isinstance(live, str) and isinstance(wanted, str) and "?" in live and not wanted.isascii():
        by_character = "".join(one if one.isascii() else "?" for one in wanted)
        by_byte = "".join(one if one.isascii() else "?" * len(one.encode()) for one in wanted)
        return wanted if live in (by_character, by_byte) else live
    return live
