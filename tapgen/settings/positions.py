"""Where each key and list item stands in a TOML text: tomllib says what a file holds, not where."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import NamedTuple

Path = tuple[str | int, ...]

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANKS = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
# Strings as TOML 1.0 has them: multi-line ones first, since their quotes begin like the others'.
_STRING = re.compile(
    r'"""(?:[^"\\]|\\[\s\S]|"{1,2}(?!"))*"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
)
_PLAIN = re.compile(r"[^\s,\]}#][^,\]}#\n]*")


class Position(NamedTuple):
    """Line and column, both from 1."""

    line: int
    column: int


def positions(text: str) -> Mapping[Path, Position]:
    """Path -> where its key, or the item of its list, begins; of a table the first header that names it.

    The text must be TOML that tomllib has read; what is not stops the reading, and what was found so far is given.
    """
    return _Reader(text).read()


def nearest(found: Mapping[Path, Position], path: Path) -> Position | None:
    """The position of the longest part of a path that the text has."""
    return next((found[path[:end]] for end in range(len(path), 0, -1) if path[:end] in found), None)


def headers(text: str) -> list[tuple[Path, int]]:
    """Each table's path in the order of the text, with the offset of its header."""
    reader = _Reader(text)
    reader.read()
    return reader.headers


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.found: dict[Path, Position] = {}
        self.arrays: dict[Path, int] = {}
        """Each array of tables, and the index of its last table."""
        self.headers: list[tuple[Path, int]] = []

    def read(self) -> Mapping[Path, Position]:
        table: Path = ()
        while self._skip(_SPACE) < len(self.text):
            before = self.at
            if self.text.startswith("[", self.at):
                table = self._header()
            else:
                self._pair(table)
            if self.at == before:
                break
        return self.found

    def _skip(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at

    def _note(self, path: Path, start: int) -> None:
        if path not in self.found:
            line = bisect_right(self.starts, start)
            self.found[path] = Position(line, start - self.starts[line - 1] + 1)

    def _header(self) -> Path:
        many = self.text.startswith("[[", self.at)
        start = self.at
        self.at += 2 if many else 1
        path: Path = ()
        keys = self._keys()
        for index, key in enumerate(keys):
            path = (*path, key)
            self._note(path, start)
            if path in self.arrays and not (many and index == len(keys) - 1):
                path = (*path, self.arrays[path])
        if many:
            self.arrays[path] = self.arrays.get(path, -1) + 1
            path = (*path, self.arrays[path])
            self._note(path, start)
        if self.text.startswith("]", self.at):
            self.at += 2 if many else 1
        self.headers.append((path, start))
        return path

    def _keys(self) -> list[str]:
        """The parts of a dotted key; the reader is left after the last of them and the blanks behind it."""
        keys: list[str] = []
        while True:
            self._skip(_BLANKS)
            match = _STRING.match(self.text, self.at) or _BARE_KEY.match(self.text, self.at)
            if match is None:
                return keys
            keys.append(_unquoted(match[0]))
            self.at = match.end()
            self._skip(_BLANKS)
            if not self.text.startswith(".", self.at):
                return keys
            self.at += 1

    def _pair(self, table: Path) -> None:
        start = self.at
        path = table
        for key in self._keys():
            path = (*path, key)
            self._note(path, start)
        if self.text.startswith("=", self.at):
            self.at += 1
            self._skip(_BLANKS)
            self._value(path)

    def _value(self, path: Path) -> None:
        if self.text.startswith("{", self.at):
            self._items("}", lambda _: self._pair(path))
        elif self.text.startswith("[", self.at):
            self._items("]", lambda index: self._item((*path, index)))
        else:
            match = _STRING.match(self.text, self.at) or _PLAIN.match(self.text, self.at)
            self.at = match.end() if match else self.at

    def _items(self, end: str, read: Callable[[int], None]) -> None:
        self.at += 1
        index = 0
        while self._skip(_SPACE) < len(self.text) and not self.text.startswith(end, self.at):
            before = self.at
            read(index)
            index += 1
            self._skip(_SPACE)
            if self.text.startswith(",", self.at):
                self.at += 1
            if self.at == before:
                return
        self.at += 1

    def _item(self, path: Path) -> None:
        self._note(path, self.at)
        self._value(path)


def _unquoted(key: str) -> str:
    if key[0] not in "\"'":
        return key
    import tomllib

    return next(iter(tomllib.loads(f"{key} = 1")))
