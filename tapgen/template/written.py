"""Where a place of the canonical document stands in the document as its author wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tapgen.template.document import Document, DocumentPath
from tapgen.template.intrinsics import function


def written_path(document: Document, conditions: Mapping[str, bool], path: DocumentPath) -> DocumentPath:
    """The path in the document, through the branches of `Fn::If` that are decided and past what is `AWS::NoValue`.

    It ends where a function or a text gives what the canonical value has spelled out: `Fn::FindInMap`, a policy as
    JSON text, a parameter's default.
    """
    found: list[str | int] = []
    value: Any = document
    for step in path:
        value = _decided(value, conditions, found, step)
        place = _index(value, conditions, step) if isinstance(value, list) and isinstance(step, int) else step
        inside = _inside(value, place)
        if inside is _ENDS:
            break
        value = inside
        found.append(place)
    return tuple(found)


_ENDS: Final = object()


def _inside(value: Any, step: str | int) -> Any:
    if isinstance(value, list):
        return value[step] if isinstance(step, int) and step < len(value) else _ENDS
    return value.get(step, _ENDS) if isinstance(value, dict) else _ENDS


def _decided(value: Any, conditions: Mapping[str, bool], found: list[str | int], step: str | int) -> Any:
    """The value behind every Fn::If that the canonical document does not have."""
    call = function(value)
    while call and call[0] == "Fn::If" and step != "Fn::If" and isinstance(call[1], list) and len(call[1]) == 3:
        branch = 2 if conditions.get(str(call[1][0])) is False else 1
        found += ["Fn::If", branch]
        value = call[1][branch]
        call = function(value)
    return value


def _index(items: list[Any], conditions: Mapping[str, bool], index: int) -> int:
    kept = [number for number, item in enumerate(items) if not _nothing(item, conditions)]
    return kept[index] if index < len(kept) else index


def _nothing(value: Any, conditions: Mapping[str, bool]) -> bool:
    """Whether a list item is AWS::NoValue once the decided conditions are."""
    call = function(value)
    while call and call[0] == "Fn::If" and isinstance(call[1], list) and len(call[1]) == 3:
        decided = conditions.get(str(call[1][0]))
        if decided is None:
            return False
        call = function(call[1][1 if decided else 2])
    return call == ("Ref", "AWS::NoValue")
