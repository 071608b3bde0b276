"""The sentences and symbols that the text and the Markdown report share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from tapgen.review.action import ResourceAction
from tapgen.review.model import Effect, Impact, PropertyChange, Refusal, ResourceChange, Review, SectionChange
from tapgen.template.paths import ABSENT, Index
from tapgen.template.text import at, inline

EFFECTS: Final = {
    Effect.NONE: "",
    Effect.UPDATE: "",
    Effect.INTERRUPT: "interrupts",
    Effect.MAY_REPLACE: "may replace",
    Effect.REPLACE: "replaces",
    Effect.DELETE_THEN_CREATE: "deletes, then creates",
}
CODE: Final = "Code of functions"
LAYER_CODE: Final = "Code of layers"
"""Sections of packages, which no template holds."""
_ORDER: Final = tuple(ResourceAction)


def verb(change: ResourceChange) -> str:
    """What happens to a resource, in words."""
    if change.said or change.depends:
        return change.said or f"{change.action.told}, depending on {', '.join(change.depends)}"
    if change.old_type:
        return f"would become {change.type}"
    if change.effect is Effect.DELETE_THEN_CREATE:
        return "deleted, then created again"
    if change.action is ResourceAction.UPDATE and change.effect is Effect.INTERRUPT:
        return "updated with an interruption"
    if change.action is ResourceAction.UPDATE and change.effect is Effect.NONE:
        return "only its attributes change"
    return change.action.told


def summary(review: Review) -> str:
    """`1 replaced, 2 updated, 1 created · 1 refused · 2 broadened`; what changes, then what to look at."""
    drifted = len({note.logical_id for note in review.notes if note.kind == "drift"})
    last = [f"{drifted} drifted"] if drifted else []
    if not review:
        return " · ".join(["no differences", *last])
    counts = Counter(_counted(change) for change in ordered(review) if not change.routine)
    parts = [f"{count} {told}" for told, count in counts.items()]
    for section in dict.fromkeys(change.section for change in review.sections):
        names = {change.name for change in review.sections if change.section == section}
        parts.append(_in_section(section, len(names)))
    return " · ".join([", ".join(parts) or "a new deployment of the API", *_alarms(review), *last])


def _in_section(section: str, count: int) -> str:
    """`2 in Outputs`, `code of 3 functions changes`."""
    if section not in {CODE, LAYER_CODE}:
        return f"{count} in {section}"
    what = section.rpartition(" ")[2]
    return f"code of {count} {what if count != 1 else what[:-1]} changes"


def _counted(change: ResourceChange) -> str:
    return change.said.replace("differs", "different") or change.action.told.removesuffix(" in place")


def tag_line(changes: Sequence[PropertyChange]) -> tuple[str, list[PropertyChange]]:
    """Two or more changes of tags as one line, and the other changes: `Owner: a → b, + Stage, - Team`."""
    tags = [change for change in changes if change.path[:2] == ("Properties", "Tags") and len(change.path) > 2]
    if len(tags) < 2:
        return "", list(changes)
    rest = [change for change in changes if change not in tags]
    return ", ".join(map(_tag, tags)), rest


def _tag(change: PropertyChange) -> str:
    step = change.path[2]
    name = (step.name if isinstance(step, Index) else "") or str(step)
    if change.old is ABSENT or change.new is ABSENT:
        return f"{'+' if change.old is ABSENT else '-'} {name}"
    return f"{name}: {inline(change.old)} → {inline(change.new)}"


def _alarms(review: Review) -> Iterator[str]:
    refused = len(review.refusals)
    if refused:
        yield f"{refused} refused"
    for direction in ("broadened", "narrowed"):
        count = sum(impact.direction == direction for impact in review.security)
        if count:
            yield f"{count} {direction}"
    if review.unknown:
        yield f"{len(review.unknown)} not understood"


def ordered(review: Review) -> list[ResourceChange]:
    """The changes, worst first; each kind in the template's order. Of a routine turn-over only what is created."""
    told = [change for change in review.changes if not (change.routine and change.deletes)]
    return sorted(told, key=lambda change: (change.routine, _ORDER.index(change.action)))


def mark(impact: Impact) -> str:
    """One character for an impact."""
    if impact.refusal is not Refusal.NONE:
        return "✗"
    return {"broadened": "▲", "narrowed": "▼", "same": "="}.get(impact.direction, "!")


def label(change: PropertyChange | SectionChange) -> str:
    """Where the change is."""
    if isinstance(change, PropertyChange):
        return at(change.path)
    return at((change.name, *change.path)) if change.name else at(change.path) or change.section


def effect(change: PropertyChange | SectionChange) -> str:
    """`replaces: the primary key is fixed`; '' where there is nothing to say."""
    if isinstance(change, SectionChange):
        return f"depending on {', '.join(change.depends)}" if change.depends else ""
    return ": ".join(part for part in (EFFECTS[change.effect], change.reason) if part)


def long(value: Any) -> bool:
    """Whether a value is better shown on lines of its own."""
    return (isinstance(value, str) and "\n" in value) or len(inline(value)) > 100


def pieces(value: Any) -> list[str]:
    """A long value on several lines: text as it is, anything else as YAML-like lines."""
    if value is ABSENT:
        return []
    if isinstance(value, str):
        return value.splitlines()
    if isinstance(value, dict) and value and not _is_call(value):
        lines = []
        for key, item in value.items():
            if long(item):
                lines += [f"{key}:", *(f"  {line}" for line in pieces(item))]
            else:
                lines.append(f"{key}: {inline(item)}")
        return lines
    if isinstance(value, list) and value:
        return [
            f"{'- ' if not index else '  '}{line}"
            for item in value
            for index, line in enumerate(pieces(item) if long(item) else [inline(item)])
        ]
    return [inline(value)]


def _is_call(value: Any) -> bool:
    from tapgen.template.intrinsics import function

    return function(value) is not None


def line_diff(old: Any, new: Any, *, most: int = 40) -> list[str]:
    """The lines that differ between two long values, with a count of what was folded."""
    from difflib import unified_diff

    lines = list(unified_diff(pieces(old), pieces(new), n=1, lineterm=""))[2:]
    lines = [line for line in lines if not line.startswith("@@")]
    folded = len(lines) - most
    return [*lines[:most], f"  … {folded} more lines"] if folded > 0 else lines
