"""Two canonical values -> the paths where they differ; list items are matched by what identifies them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from tapgen.template.intrinsics import function
from tapgen.template.paths import ABSENT, Index, Path

Difference = tuple[Path, Any, Any]

# What tells one item of a list from another, in the resource schemas' `uniqueKeys` and by long custom of the services.
IDENTITY: Final = (
    "Key",
    "Name",
    "Id",
    "Sid",
    "AttributeName",
    "IndexName",
    "PolicyName",
    "Region",
    "DeviceName",
    "LogicalResourceId",
    "ParameterKey",
    "HttpMethod",
    "DestinationArn",
)


def differences(old: Any, new: Any, path: Path = ()) -> Iterator[Difference]:
    """The smallest parts that differ; a whole subtree where only one side has it."""
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict) and not (function(old) or function(new)):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from _one(old.get(key, ABSENT), new.get(key, ABSENT), (*path, key))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _lists(old, new, path)
    else:
        yield path, old, new


def _one(old: Any, new: Any, path: Path) -> Iterator[Difference]:
    if old is ABSENT or new is ABSENT:
        yield path, old, new
    else:
        yield from differences(old, new, path)


def _lists(old: Sequence[Any], new: Sequence[Any], path: Path) -> Iterator[Difference]:
    """Pair equal items, then items of the same identity, then by position; the rest came or went.

    Indices are those of the new list, or of the old one for an item that went. A list of the same items in another
    order is one difference of the whole list, since CloudFormation may see one.
    """
    left, right = _leftovers(old, new)
    if not left and not right:
        yield path, list(old), list(new)
        return
    pairs = _pairs([old[index] for index in left], [new[index] for index in right])
    for before, after in sorted(pairs, key=lambda pair: (pair[1] is None, pair[1] or 0, pair[0] or 0)):
        if before is None and after is not None:
            yield (*path, _index(right[after], new)), ABSENT, new[right[after]]
        elif after is None and before is not None:
            yield (*path, _index(left[before], old)), old[left[before]], ABSENT
        elif before is not None and after is not None:
            yield from differences(old[left[before]], new[right[after]], (*path, _index(right[after], new)))


def _index(index: int, items: Sequence[Any]) -> Index:
    identity = _identity(items[index])
    return Index(index, identity[1] if identity and not identity[1].startswith("{") else "")


def _leftovers(old: Sequence[Any], new: Sequence[Any]) -> tuple[list[int], list[int]]:
    """The indices that have no equal on the other side."""
    waiting: dict[str, list[int]] = {}
    for index, item in enumerate(old):
        waiting.setdefault(key_of(item), []).append(index)
    right = []
    for index, item in enumerate(new):
        same = waiting.get(key_of(item))
        if same:
            same.pop(0)
        else:
            right.append(index)
    return sorted(index for indices in waiting.values() for index in indices), right


def _pairs(old: list[Any], new: list[Any]) -> list[tuple[int | None, int | None]]:
    pairs: list[tuple[int | None, int | None]] = []
    free: dict[int, int | None] = dict.fromkeys(range(len(old)))
    named: dict[tuple[str, str], list[int]] = {}
    for index, item in enumerate(old):
        if (name := _identity(item)) is not None:
            named.setdefault(name, []).append(index)
    lonely = []
    for index, item in enumerate(new):
        name = _identity(item)
        same = named.get(name) if name is not None else None
        if same:
            match = same.pop(0)
            del free[match]
            pairs.append((match, index))
        else:
            lonely.append(index)
    lonely = _renamed(old, new, free, lonely, pairs)
    # By position only among items without an identity: two tags with other keys are two changes, not one.
    nameless = [index for index in free if _identity(old[index]) is None]
    for index in lonely:
        if nameless and _identity(new[index]) is None:
            match = nameless.pop(0)
            del free[match]
            pairs.append((match, index))
        else:
            pairs.append((None, index))
    return [*pairs, *((index, None) for index in free)]


def _renamed(
    old: list[Any],
    new: list[Any],
    free: dict[int, int | None],
    lonely: list[int],
    pairs: list[tuple[int | None, int | None]],
) -> list[int]:
    """Pair items that differ in nothing but what identifies them, such as a statement's Sid; the rest stays lonely."""
    bodies: dict[str, list[int]] = {}
    for index in free:
        if (body := _body(old[index])) is not None:
            bodies.setdefault(body, []).append(index)
    rest = []
    for index in lonely:
        same = bodies.get(_body(new[index]) or "")
        if same:
            match = same.pop(0)
            del free[match]
            pairs.append((match, index))
        else:
            rest.append(index)
    return rest


def _body(item: Any) -> str | None:
    """Everything of an item but its identity, where there is enough of it to be sure."""
    identity = _identity(item)
    if identity is None or len(item) < 3:
        return None
    return identity[0] + key_of({key: value for key, value in item.items() if key != identity[0]})


def _identity(item: Any) -> tuple[str, str] | None:
    if isinstance(item, dict):
        for name in IDENTITY:
            if name in item:
                return name, key_of(item[name])
    return None


def key_of(value: Any) -> str:
    """A text that is the same for equal canonical values."""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
