"""What a changed mapping does to resources that look it up by a parameter or the region: another value finds it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from tapgen.review.diff.resources import diff_resources
from tapgen.review.diff.switched_off import as_possible
from tapgen.review.model import PropertyChange, ResourceChange
from tapgen.template.intrinsics import references
from tapgen.template.model import Template, understand

if TYPE_CHECKING:
    from tapgen.template.document import Document

Cell = tuple[str, str, str]
"""Mapping, top-level key, second-level key."""

_CALL: Final = "Fn::FindInMap"
_MARK: Final = "\N{PRIME}"
"""After the name of a mapping in the place of its new values: names of mappings are letters and digits."""


def looked_up(
    old: Document,
    new: Document,
    given: tuple[Mapping[str, Any] | None, Mapping[str, Any] | None],
    told: Collection[str],
    pseudo: Mapping[str, str] | None,
) -> tuple[tuple[ResourceChange, ...], tuple[Template, Template]]:
    """The possible changes of resources of which nothing is told yet, with the templates in which they are seen."""
    cells = _changed(old.get("Mappings"), new.get("Mappings"))
    resources = {name: entry for name, entry in new["Resources"].items() if name not in told} if cells else {}
    marked = {name: one for name, entry in resources.items() if (one := _marked(entry, cells)) != entry}
    if not marked:
        return (), (Template(), Template())
    mappings = {**new["Mappings"], **{name + _MARK: new["Mappings"][name] for name, _, _ in cells}}
    other = {**new, "Mappings": mappings, "Resources": {**new["Resources"], **marked}}
    parameters = frozenset(str(name) for one in (old, new) for name in one.get("Parameters") or ())
    before, after = (
        understand(one, values, parameters - frozenset(values or {}), pseudo=pseudo)
        for one, values in zip((old, other), given, strict=True)
    )
    found = (as_possible(one) for one in diff_resources(before, after) if one.logical_id in marked)
    return tuple(_said(one) for one in found), (before, after)


def _changed(old: Any, new: Any) -> frozenset[Cell]:
    """The cells of mappings that both templates have and that differ."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return frozenset()
    both = ((str(name), old[name], new[name]) for name in old if name in new and old[name] != new[name])
    return frozenset(
        (name, str(top), str(second))
        for name, before, after in both
        if isinstance(before, dict) and isinstance(after, dict)
        for top in {*before, *after}
        for second in {*_row(before, top), *_row(after, top)}
        if _row(before, top).get(second) != _row(after, top).get(second)
    )


def _row(mapping: Mapping[Any, Any], top: Any) -> Mapping[Any, Any]:
    row = mapping.get(top)
    return row if isinstance(row, dict) else {}


def _marked(value: Any, cells: frozenset[Cell]) -> Any:
    """A value in which each look-up that may find a changed cell asks the mapping of the new values."""
    match value:
        case {"Fn::FindInMap": [str(name), *keys]} if any(_may_be(name, keys, cell) for cell in cells):
            return {_CALL: [name + _MARK, *keys]}
        case dict():
            return {key: _marked(item, cells) for key, item in value.items()}
        case list():
            return [_marked(item, cells) for item in value]
    return value


def _may_be(name: str, keys: list[Any], cell: Cell) -> bool:
    asked = zip((name, *keys), cell, strict=False)
    return len(keys) > 1 and all(isinstance(key, dict) or str(key) == one for key, one in asked)


def _said(change: ResourceChange) -> ResourceChange:
    depends = (one.target for value in change.properties for one in references([value.old, value.new]))
    return replace(
        change, depends=tuple(dict.fromkeys(depends)), properties=tuple(_unmarked(one) for one in change.properties)
    )


def _unmarked(change: PropertyChange) -> PropertyChange:
    return replace(change, new=_plain(change.new), reason=change.reason or "the mapping has other values")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_plain(item) for item in value)
    return value.removesuffix(_MARK) if isinstance(value, str) else value
