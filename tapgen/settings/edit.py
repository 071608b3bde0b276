"""Lines put into a settings file where they belong; everything that stands there stays as it is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence

from tapgen.errors import UsageError
from tapgen.settings.positions import headers, positions

Path = tuple[str, ...]
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def add_table(text: str, root: Path, path: Path, lines: Sequence[str]) -> str:
    """The text with a table more: behind the last one of its kind, else before the environments, else at the end.

    `root` is where the settings begin ("tool", "tapgen"), `path` is relative to it; `lines` are the table's own.

    Raises:
        UsageError: the table is there already.
    """
    whole = (*root, *path)
    if whole in positions(text):
        raise UsageError(f"{_dotted(path)} is there already", "Change it in the file.")
    found = headers(text)
    kin = [index for index, (other, _) in enumerate(found) if other[: len(whole) - 1] == whole[:-1] and len(whole) > 1]
    environments = [offset for other, offset in found if other[: len(root) + 1] == (*root, "environments")]
    inside = [index for index, (other, _) in enumerate(found) if other[: len(root)] == root]
    if kin and len(path) > 1:
        at = _end(text, found, kin[-1])
    elif environments:
        at = _before(text, environments[0])
    else:
        at = _end(text, found, inside[-1]) if inside else len(text)
    table = "\n".join([f"[{_dotted(whole)}]", *lines]) + "\n"
    before, after = text[:at], text[at:]
    space = "" if not before or before.endswith("\n\n") else "\n" if before.endswith("\n") else "\n\n"
    return f"{before}{space}{table}{chr(10) if after.strip() and not after.startswith(chr(10)) else ''}{after}"


def add_key(text: str, root: Path, table: Path, key: Path, value: str) -> str:
    """The text with a key more at the end of a table's own lines; `value` is written as TOML.

    Raises:
        UsageError: the key is there already, or the table has no header of its own.
    """
    whole = (*root, *table)
    if (*whole, *key) in positions(text):
        raise UsageError(f"{_dotted((*table, *key))} is there already", "Change it in the file.")
    found = headers(text)
    index = next((index for index, (other, _) in enumerate(found) if other == whole), None)
    line = f"{_dotted(key)} = {value}\n"
    if index is None:
        raise UsageError(
            f"[{_dotted(whole)}] does not stand in the file as a table of its own",
            f"Write it there by hand: {_dotted((*table, *key))} = {value}",
        )
    at = _end(text, found, index)
    before = text[:at]
    return f"{before}{'' if before.endswith(chr(10)) else chr(10)}{line}{text[at:]}"


def append_to_list(text: str, root: Path, path: Path, value: str) -> str:
    """The text with an item more in a list of one line or several; the list is made where there is none.

    Raises:
        UsageError: the list's table has no header of its own.
    """
    place = positions(text).get((*root, *path))
    if place is None:
        return add_key(text, root, path[:-1], path[-1:], f"[{value}]")
    lines = text.splitlines(keepends=True)
    start = sum(map(len, lines[: place.line - 1])) + place.column - 1
    opening = text.index("[", text.index("=", start))
    items = [offset for item, offset in _items(text, (*root, *path))]
    closing = _closing(text, opening)
    inner = text[opening + 1 : closing]
    if not items:
        return f"{text[: opening + 1]}{value}{text[closing:]}"
    trimmed = inner.rstrip()
    comma = "" if trimmed.endswith(",") else ","
    if "\n" in inner:
        indent = re.match(r"[ \t]*", lines[items[-1] - 1])
        added = f"{trimmed}{comma}\n{indent[0] if indent else ''}{value},\n"
    else:
        added = f"{trimmed}{comma} {value}"
    return f"{text[: opening + 1]}{added}{text[closing:]}"


def _items(text: str, path: Path) -> list[tuple[int, int]]:
    """(index, line) of the items of a list."""
    found = [(other[-1], place.line) for other, place in positions(text).items() if other[:-1] == path]
    return [(index, line) for index, line in found if isinstance(index, int)]


def _closing(text: str, opening: int) -> int:
    """The offset of the bracket that closes the list: the first at which the list can be read."""
    at = opening
    while True:
        at = text.index("]", at + 1)
        try:
            tomllib.loads(f"x = {text[opening : at + 1]}")
        except tomllib.TOMLDecodeError:
            continue
        return at


def _end(text: str, found: list[tuple[tuple[str | int, ...], int]], index: int) -> int:
    """Where the lines of a table end: before the blank lines and comments that belong to the next one."""
    return _before(text, found[index + 1][1]) if index + 1 < len(found) else len(text.rstrip()) + 1


def _before(text: str, offset: int) -> int:
    """The end of the last line of settings before an offset."""
    lines = text[:offset].splitlines(keepends=True)
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()
    return sum(map(len, lines))


def _dotted(path: Sequence[str]) -> str:
    return ".".join(key if _BARE.fullmatch(key) else f'"{key}"' for key in path)
