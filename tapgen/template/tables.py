"""Reads one row of a generated table of `tapgen/data`: one `"key"<tab>value` a line, compressed (scripts/tables.py)."""

from __future__ import annotations

import gzip
import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _lines(table: str) -> dict[str, str]:
    text = gzip.decompress((files("tapgen.data") / f"{table}.json.gz").read_bytes()).decode()
    return dict(line.split("\t", 1) for line in text.splitlines()[1:])


def row(table: str, key: str) -> Any:
    """The value of a key; None where the table has none."""
    found = _lines(table).get(json.dumps(key))
    return None if found is None else json.loads(found)
