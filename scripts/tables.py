"""Writes the tables of tapgen/data, for `tapgen/template/tables.py` to read: the same input gives the same bytes."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "tapgen" / "data"


def text(source: str, rows: Mapping[str, object]) -> str:
    """A line that says where it comes from, then one row a line, so that a reader decodes one row alone."""
    lines = [json.dumps({"source": source})]
    for key, row in rows.items():
        lines.append(f"{json.dumps(key)}	{json.dumps(row, separators=(',', ':'), sort_keys=True)}")
    return "\n".join(lines) + "\n"


def write(table: str, source: str, rows: Mapping[str, object]) -> None:
    """Write a table; with `--check` on the command line only compare it, and end with 1 where it is another."""
    file, written = FOLDER / f"{table}.json.gz", text(source, rows)
    if "--check" in sys.argv[1:]:
        if not file.is_file() or gzip.decompress(file.read_bytes()).decode() != written:
            sys.exit(f"stale: {file.name}")
        print(f"{file.name} is up to date")
        return
    packed = gzip.compress(written.encode(), compresslevel=9, mtime=0)
    file.write_bytes(packed)
    print(f"{file.name}: {len(rows)} rows, {len(packed):,} bytes")
