"""What comes to the same by the parameters' defaults alone: `!Ref Name` for `items`, where Name is items by default."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from tapgen.review.diff.resources import diff_resources, diff_sections
from tapgen.review.diff.switched_off import as_possible
from tapgen.review.model import Note, ResourceChange, SectionChange
from tapgen.template.intrinsics import canonical, references, scalar
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
        before, after = old[section][name], new[section][name]
        if canonical(before) != canonical(after) and "Fn::If" in f"{before}{after}":
            yield Note("info", name, f"{name}: differs where a condition chooses that is always the same")


def come_to_the_same(old: Document, new: Document, told: Collection[tuple[str, str]]) -> Iterator[Note]:
    """One note of what is written otherwise without a difference: a variable that a text does not use, say."""
    alike = [
        str(name)
        for section, before in old.items()
        if isinstance(before, dict) and isinstance(after := new.get(section), dict)
        for name, entry in before.items()
        if name in after and (section, str(name)) not in told and _plain(entry) != _plain(after[name])
    ]
    if alike:
        names = ", ".join(alike[:_NAMED]) + (f" and {len(alike) - _NAMED} more" if len(alike) > _NAMED else "")
        yield Note("info", alike[0], f"{names}: written otherwise, and {_COMES[len(alike) == 1]} to the same")


_NAMED: Final = 3
_COMES: Final = ("come", "comes")


def _plain(value: Any) -> Any:
    """A value with its numbers and booleans as the texts that they are to CloudFormation."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else scalar(value)
