"""What the resource schemas say about replacement, from the generated table `replacement` (scripts/replacement.py)."""

from __future__ import annotations

from functools import cache

from msgspec import Struct

from tapgen.template.tables import keys, row, source

SchemaPath = tuple[str, ...]


class ResourceSchema(Struct, frozen=True):
    """The fields of one resource type's schema that decide about replacement; "*" in a path is any list item."""

    create_only: tuple[SchemaPath, ...]
    conditional: tuple[SchemaPath, ...]
    write_only: tuple[SchemaPath, ...]
    identifier: tuple[SchemaPath, ...]
    """The primary identifier, where the template sets all of it; else empty: it is assigned."""
    name: str
    """The property that fixes the physical name where the identifier is assigned; else ''."""
    deletes_first: bool
    """The replacement strategy is delete_then_create."""


_TABLE = "replacement"


def schema_date() -> str:
    """When the schemas were published, as cfn-lint records it: "2026-10-20T22:11:15Z"."""
    return source(_TABLE).rsplit(" ", 1)[-1]


def known_types() -> tuple[str, ...]:
    """Every resource type in the table."""
    return keys(_TABLE)


class _Row(Struct, frozen=True):
    create_only: list[str] = []
    conditional: list[str] = []
    write_only: list[str] = []
    identifier: list[str] = []
    name: str = ""
    deletes_first: bool = False


@cache
def schema_of(kind: str) -> ResourceSchema | None:
    """The schema of a resource type; None for a custom or third-party type, or one newer than the table."""
    found: _Row | None = row(_TABLE, kind, _Row)
    if found is None:
        return None
    return ResourceSchema(
        create_only=_paths(found.create_only),
        conditional=_paths(found.conditional),
        write_only=_paths(found.write_only),
        identifier=_paths(found.identifier),
        name=found.name,
        deletes_first=found.deletes_first,
    )


def _paths(written: list[str]) -> tuple[SchemaPath, ...]:
    return tuple(tuple(path.split("/")) for path in written)
