"""What the resource schemas say about replacement, from the generated table `tapgen/data/replacement.tsv.zlib`.

The table (see scripts/generate_replacement_table.py) is unpacked whole, in half a millisecond; only the lines of the
types that a template uses are decoded.
"""

from __future__ import annotations

import zlib
from functools import cache
from importlib.resources import files

from msgspec import Struct

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


@cache
def _table() -> bytes:
    return zlib.decompress(files("tapgen.data").joinpath("replacement.tsv.zlib").read_bytes())


def schema_date() -> str:
    """When the schemas were published, as cfn-lint records it: "2026-10-20T22:11:15Z"."""
    head = _table().split(b"\n", 1)[0].decode()
    return head.rsplit(" ", 1)[-1]


def known_types() -> tuple[str, ...]:
    """Every resource type in the table."""
    return tuple(line.split(b"\t", 1)[0].decode() for line in _table().splitlines()[1:])


@cache
def schema_of(kind: str) -> ResourceSchema | None:
    """The schema of a resource type; None for a custom or third-party type, or one newer than the table."""
    table = _table()
    try:
        start = table.find(b"\n" + kind.encode() + b"\t")
    except UnicodeEncodeError:
        return None
    if start < 0:
        return None
    line = table[start + 1 : table.index(b"\n", start + 1)].decode()
    _, create_only, conditional, write_only, identifier, name, strategy = line.split("\t")
    return ResourceSchema(
        create_only=_paths(create_only),
        conditional=_paths(conditional),
        write_only=_paths(write_only),
        identifier=() if "!" in identifier else _paths(identifier),
        name=name,
        deletes_first=strategy == "d",
    )


def _paths(column: str) -> tuple[SchemaPath, ...]:
    return tuple(tuple(path.split("/")) for path in column.split())
