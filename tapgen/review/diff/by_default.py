"""What comes to the same by the parameters' defaults alone: `!Ref Name` for `items`, where Name is items by default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from tapgen.review.diff.resources import diff_resources, diff_sections
from tapgen.review.diff.switched_off import as_possible
from tapgen.review.model import Note, ResourceChange, SectionChange
from tapgen.template.intrinsics import canonical, references
from tapgen.template.model import Template, understand

if TYPE_CHECKING:
    from tapgen.template.document import Document

Values = tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]


def quiet(old: Document, new: Document, told: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """(section, name) of the resources and outputs that are written otherwise, and of which nothing is told yet."""
    found = set()
    for section in ("Resources", "Outputs"):
        before, after = (side if isinstance(side := one.get(section), dict) else {} for one in (old, new))
        found |= {(section, str(name)) for name in before if name in after and before[name] != after[name]}
    return frozenset(found - told)


def by_default(
    old: Document,
    new: Document,
    given: Values,
    names: frozenset[tuple[str, str]],
    hidden: frozenset[str],
    pseudo: Mapping[str, str] | None,
) -> tuple[tuple[ResourceChange, ...], tuple[SectionChange, ...], tuple[Template, Template]]:
    """The changes of `names` that other values of the parameters than their defaults would make, as possible ones.

    With the two templates in which the parameters have no values.
    """
    parameters = frozenset(str(name) for one in (old, new) for name in one.get("Parameters") or ())
    before, after = (
        understand(one, values, hidden | (parameters - frozenset(values or {})), pseudo=pseudo)
        for one, values in zip((old, new), given, strict=True)
    )
    changes = tuple(
        replace(as_possible(change), depends=_named([[one.old, one.new] for one in change.properties], parameters))
        for change in diff_resources(before, after)
        if ("Resources", change.logical_id) in names
    )
    outputs = tuple(
        replace(one, depends=_named([one.old, one.new], parameters))
        for one in diff_sections(before, after)
        if (one.section, one.name) in names
    )
    return changes, outputs, (before, after)


def _named(values: Any, parameters: frozenset[str]) -> tuple[str, ...]:
    found = (reference.target for reference in references(values))
    return tuple(dict.fromkeys(name for name in found if name in parameters))


def never_taken(old: Document, new: Document, names: frozenset[tuple[str, str]]) -> Iterator[Note]:
    """What differs in a branch that no value of a parameter takes."""
    for section, name in sorted(names):
        if canonical(old[section][name]) != canonical(new[section][name]):
            yield Note("info", name, f"{name}: differs where a condition chooses that is always the same")
