"""What is drawn of a template, as frozen values: resources, arrows between them, groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

LOCK: Final = "🔒"
"""At the beginning of what asks its callers who they are."""
Kind = Literal["entry", "function", "store", "plain"]
Status = Literal["", "added", "changed", "replaced", "removed"]


class Node(Struct, frozen=True):
    """A resource."""

    id: str
    type: str
    group: str
    kind: Kind
    status: Status = ""
    condition: str = ""
    """The condition under which it is there, where that is open."""

    @property
    def short_type(self) -> str:
        """`DynamoDB Table`; `DynamoDB Table, if HasTable`."""
        name = self.type.removeprefix("AWS::").replace("::", " ")
        return f"{name}, if {self.condition}" if self.condition else name


class Arrow(Struct, frozen=True):
    """`source` uses `target`, or leads to it."""

    source: str
    target: str
    label: str = ""
    """What leads there, one on each line."""
    status: Status = ""


class Picture(Struct, frozen=True):
    """What is drawn."""

    title: str
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    groups: tuple[str, ...]
    coloured: bool = False
    """Whether the statuses mean something: a change is drawn."""
    members: Mapping[str, tuple[Node, ...]] = {}
    overview: bool = False
    """Laid out by its arrows; else by its groups."""
