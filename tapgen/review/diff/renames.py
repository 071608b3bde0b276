"""Deleted and created resources that look like one resource under a new logical id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tapgen.review.diff.compare import key_of
from tapgen.template.model import Resource

_MOST = 5_000  # comparisons of one type; beyond, only resources that are equal are paired, so that time stays linear
_ENOUGH = 0.75  # share of equal leaves from which two resources look alike; half of the leaves is mere boilerplate


def renames(gone: Sequence[Resource], came: Sequence[Resource], never: frozenset[str]) -> dict[str, str]:
    """Old logical id -> new one. Each is used once; the most alike pair first, ties in the template's order."""
    by_type: dict[str, list[Resource]] = {}
    for new in came:
        by_type.setdefault(new.type, []).append(new)
    leaves = {resource.logical_id: _leaves(resource) for resource in (*gone, *came)}
    compared: Counter[str] = Counter()
    candidates: list[tuple[float, int, str, str]] = []
    for old in gone:
        if old.type in never:
            continue
        for new in by_type.get(old.type, ()):
            one, other = leaves[old.logical_id], leaves[new.logical_id]
            compared[old.type] += 1
            likeness = float(one == other) if compared[old.type] > _MOST else _likeness(one, other)
            if likeness >= _ENOUGH:
                candidates.append((-likeness, len(candidates), old.logical_id, new.logical_id))
    pairs: dict[str, str] = {}
    for _, _, before, after in sorted(candidates):
        if before not in pairs and after not in pairs.values():
            pairs[before] = after
    return pairs


def _leaves(resource: Resource) -> frozenset[tuple[str, str]]:
    return frozenset(_walk(dict(resource.properties), ""))


def _walk(value: Any, path: str) -> list[tuple[str, str]]:
    if isinstance(value, dict) and value:
        return [leaf for key, item in value.items() for leaf in _walk(item, f"{path}.{key}")]
    if isinstance(value, list) and value:
        return [leaf for item in value for leaf in _walk(item, f"{path}[]")]
    return [(path, key_of(value))]


def _likeness(one: frozenset[tuple[str, str]], other: frozenset[tuple[str, str]]) -> float:
    """The share of equal leaves, 0 to 1; two resources without properties are alike."""
    if not one and not other:
        return 1.0
    return len(one & other) / max(len(one), len(other))
