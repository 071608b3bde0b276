"""Which part a destination of records names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from tapgen.errors import suggestion

if TYPE_CHECKING:
    from tapgen.settings.invocations import Destination

SECTIONS = {"queue": "queues", "topic": "topics", "bus": "buses", "bucket": "buckets", "function": "functions"}
"""Kind of a destination -> the settings' section of it."""


def find_destination(value: Destination | str, parts: Mapping[str, Collection[str]]) -> tuple[str, str]:
    """(kind, name) of a destination among the parts of each kind.

    Raises:
        LookupError: there is no such part, or there are several of that name; the message says which.
    """
    if isinstance(value, str):
        found = [(kind, value) for kind, names in parts.items() if value in names]
        if not found:
            known = [name for names in parts.values() for name in names]
            raise LookupError(f'there is no part "{value}" that takes records; {suggestion(value, known)}')
        if len(found) > 1:
            kinds = " and a ".join(kind for kind, _ in found)
            raise LookupError(f'"{value}" is a {kinds}; say which: {{ {found[0][0]} = "{value}" }}')
        return found[0]
    if len(value.given) != 1:
        raise LookupError(f"say one of {', '.join(parts)}")
    [(kind, name)] = value.given
    if name not in parts[kind]:
        raise LookupError(f'there is no {kind} "{name}"; {suggestion(name, parts[kind])}')
    return kind, name
