"""How the scripts write a table of tapgen/data: the same input gives the same bytes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from pathlib import Path


def write(target: Path, source: str, rows: Mapping[str, object]) -> None:
    """One JSON object a line: where it comes from, then one row a line, so that a reader decodes one row alone."""
    lines = [json.dumps({"source": source})]
    lines += [
        f"{json.dumps(key)}\t{json.dumps(row, separators=(',', ':'), sort_keys=True)}" for key, row in rows.items()
    ]
    target.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), compresslevel=9, mtime=0))
