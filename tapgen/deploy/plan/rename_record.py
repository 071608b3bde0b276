"""What a rename by import has done so far, as the stack's own template tells it: nothing of it is on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import Struct

from tapgen import naming
from tapgen.deploy.plan.guard import RefusedError

if TYPE_CHECKING:
    from collections.abc import Collection

    from tapgen.template.document import Document

KEY: Final = "tapgen:rename"
"""Of the template's Metadata."""
STAND_IN: Final = "TapgenRename"
"""What the outputs and the parameters that stand for references begin with; a number follows."""


class Moved(Struct, frozen=True):
    """A resource that is renamed, with its definition of before and what CloudFormation imports it by."""

    old: str
    new: str
    type: str
    physical_id: str
    identifier: dict[str, str]
    definition: dict[str, Any]


class Record(Struct, frozen=True):
    """A rename under way. `references` are (logical id, attribute) of what others name, the attribute '' for Ref.

    `dependents` has the DependsOn of those that depended on what moves.
    """

    moved: tuple[Moved, ...]
    references: tuple[tuple[str, str], ...]
    dependents: dict[str, Any] = {}

    @property
    def names(self) -> dict[str, str]:
        """Old logical id -> new one."""
        return {one.old: one.new for one in self.moved}

    @property
    def told(self) -> str:
        """What is renamed, in words."""
        return ", ".join(f"{one.old} to {one.new}" for one in self.moved)

    def is_of(self, old: str, new: str) -> bool:
        """Whether it renames `old`, a logical id or a part's name, to `new`."""
        return all(_names(old, one.old) and _names(new, one.new) for one in self.moved)

    def command(self, environment: str) -> str:
        """The command that goes on."""
        return f"tapgen rename {self.moved[0].old} {self.moved[0].new} --env {environment}"


def _names(typed: str, logical_id: str) -> bool:
    return typed == logical_id or logical_id.startswith(naming.logical(typed))


def record_of(document: Document) -> Record | None:
    """The rename that is under way in a stack with this template."""
    metadata = document.get("Metadata")
    text = metadata.get(KEY) if isinstance(metadata, dict) else None
    if not isinstance(text, str):
        return None
    try:
        return msgspec.json.decode(text, type=Record)
    except msgspec.DecodeError:
        raise RefusedError(
            f"the deployed template's Metadata {KEY} cannot be read", "Another version of tapgen has begun a rename."
        ) from None


def written(record: Record) -> str:
    """The record as the template holds it: text, for CloudFormation must not read references out of it."""
    return msgspec.json.encode(record).decode()


def refuse_under_way(document: Document, environment: str, allowed: Collection[str]) -> None:
    """Refuse to deploy over a rename: what is outside of the stack meanwhile would stay there.

    Raises:
        RefusedError: one is under way, and not everything that moves is `allowed` to be lost.
    """
    record = record_of(document)
    left = [one for one in record.moved if one.old not in allowed] if record else []
    if record is None or not left:
        return
    flags = " ".join(f"--allow-loss {one.old}" for one in left)
    raise RefusedError(
        f"a rename is under way: {record.told}",
        f"End it first: `{record.command(environment)}`, or the reverse. {flags} leaves behind what is outside.",
    )
