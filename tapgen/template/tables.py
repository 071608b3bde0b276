"""Reads the generated tables of `tapgen/data`, which all have one format.

A table is a compressed text: a line that names its source, then `"key"<tab>value` line by line, both as JSON
(`scripts/tables.py` writes it). It is unpacked whole, in at most 3 ms; a row is decoded when it is asked for.
"""

from __future__ import annotations

import json
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

_FOLDER = Path(__file__).parents[1] / "data"  # importlib.resources takes 6 ms to import
_GZIP = 31  # zlib's wbits for a gzip file


@cache
def _text(table: str) -> bytes:
    return zlib.decompress((_FOLDER / f"{table}.json.gz").read_bytes(), wbits=_GZIP)


def source(table: str) -> str:
    """What made the table, of what: "scripts/managed_policies.py from moto-5.2.5-py3-none-any.whl"."""
    head: dict[str, str] = json.loads(_text(table).partition(b"\n")[0])
    return head["source"]


def keys(table: str) -> tuple[str, ...]:
    """Every key, in the table's order."""
    return tuple(json.loads(line.partition(b"\t")[0]) for line in _text(table).splitlines()[1:])


def row(table: str, key: str, kind: Any = Any) -> Any:
    """The value of a key, as a type that msgspec makes of it; None where the table has none."""
    text, begin = _text(table), f"\n{json.dumps(key)}\t".encode()
    start = text.find(begin)
    if start < 0:
        return None
    start += len(begin)
    return msgspec.json.decode(text[start : text.index(b"\n", start)], type=kind)


def mentions(table: str, text: str) -> bool:
    """Whether a text stands in one of the table's values, whatever its case."""
    return json.dumps(text).lower().encode() in _lower_case(table)


@cache
def _lower_case(table: str) -> bytes:
    return _text(table).lower()
