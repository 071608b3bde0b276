"""What is drawn of a template, as frozen values: resources, arrows between them, groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

LOCK: Final = "🔒"
"""At the beginning of what asks its callers who they are."""
Kind = Literal["entry", "function", "store", "plain"]
Status = Literal["", "added", "changed", "replaced", "removed"]


@dataclass(frozen=True)
class Node:
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


@dataclass(frozen=True)
class Arrow:
    """`source` uses `target`, or leads to it."""

    source: str
    target: str
    label: str = ""
    """What leads there, one on each line."""
    status: Status = ""


@dataclass(frozen=True)
class Picture:
    """What is drawn."""

    title: str
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    groups: tuple[str, ...]
    coloured: bool = False
    """Whether the statuses mean something: a change is drawn."""
    members: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)
    overview: bool = False
    """Laid out by its arrows; else by its groups."""
