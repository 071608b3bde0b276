"""Settings as TOML that people read: a header for each part, its properties below it, each on a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WIDTH = 110
"""Characters from which a list is written with an item on each line."""
_FLAT: Final = frozenset({"alarms", "api", "logical_ids"})
"""Tables without tables in them."""
_LEVELS: Final = {"properties": 1, "metadata": 1, "environment": 1, "triggers": 2, "indexes": 1, "authorizers": 1}
"""Steps of a key below which each value has a line of its own."""
_USES: Final = ("tables", "queues", "topics", "buckets", "secrets", "ssm_parameters", "keys", "buses", "streams")


def toml(tables: Mapping[str, Any]) -> str:
    """Scalars at the top, then each table of tables: `[resources.Queue]` and its keys."""
    lines = [f"{_key(key)} = {value_text(value)}" for key, value in tables.items() if not isinstance(value, Mapping)]
    for section, entries in tables.items():
        if not isinstance(entries, Mapping):
            continue
        flat = {name: entry for name, entry in entries.items() if section in _FLAT or not isinstance(entry, Mapping)}
        if flat or section in _FLAT:
            lines += ["", f"[{_key(section)}]", *_pairs(flat)]
        for name, entry in entries.items():
            if name in flat:
                continue
            lines += ["", f"[{_key(section)}.{_key(name)}]", *_pairs(entry)]
    return "\n".join(lines).strip() + "\n"


def _pairs(entry: Mapping[str, Any]) -> Iterator[str]:
    for key, value in entry.items():
        yield from _lines(_key(key), value, _LEVELS.get(key, 1 if key in _USES else 0))


def _lines(path: str, value: Any, levels: int) -> Iterator[str]:
    if levels and isinstance(value, Mapping) and value:
        for name, item in value.items():
            yield from _lines(f"{path}.{_key(name)}", item, levels - 1)
    else:
        yield f"{path} = {value_text(value)}"


def value_text(value: Any, depth: int = 0) -> str:
    """A value of JSON as inline TOML; long lists take a line for each item, long texts stay on theirs."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list):
        return _list(value, depth)
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(key)} = {value_text(item, depth)}" for key, item in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    return _text("" if value is None else str(value))


def _list(value: list[Any], depth: int) -> str:
    flat = "[" + ", ".join(value_text(item, depth) for item in value) + "]"
    if len(flat) <= _WIDTH:
        return flat
    indent = "    " * (depth + 1)
    items = "".join(f"{indent}{value_text(item, depth + 1)},\n" for item in value)
    return f"[\n{items}{'    ' * depth}]"


def _text(value: str) -> str:
    """A TOML string: JSON's escapes are TOML's; one of several lines without quotes of its own stays readable."""
    if "\n" in value and "'''" not in value and not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", value):
        return f"'''\n{value}'''"
    return _quoted(value)


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _quoted(key)
