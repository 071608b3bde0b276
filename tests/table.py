"""A table of cases in one test: every row is tried, and a failure names each row that is wrong."""

from __future__ import annotations

import reprlib
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

TOLD = 10
"""So many wrong rows are told with what is wrong with them, the others by name alone."""

_short = reprlib.Repr()
_short.maxstring = _short.maxother = _short.maxlong = 100
_short.maxlevel = 2


def each(rows: Iterable[Any], check: Callable[..., None]) -> None:
    """Call `check` with each row, as a test with that row as its parameters would be; a table must have a row."""
    wrong: list[str] = []
    tried = 0
    for row in rows:
        tried += 1
        arguments = row if isinstance(row, tuple) else (row,)
        with _Row(arguments, wrong):
            check(*arguments)
    assert tried, "the table has no row"
    if wrong:
        pytest.fail("\n".join([f"{len(wrong)} of {tried} rows are wrong:", *wrong]), pytrace=False)


class _Row:
    """One row, which adds itself to what is wrong where its check does not end well."""

    def __init__(self, row: tuple[Any, ...], wrong: list[str]) -> None:
        self._row = row
        self._wrong = wrong

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, found: TracebackType | None) -> bool:
        failed = isinstance(error, Exception | pytest.fail.Exception)
        if failed:
            name = ", ".join(_short.repr(one) for one in self._row)
            self._wrong.append(f"{name}\n{_said(error, found)}" if len(self._wrong) < TOLD else name)
        return failed


def _said(error: BaseException | None, found: TracebackType | None) -> str:
    """Where it went wrong, innermost first, and the error in the words that pytest has filled in."""
    frames = reversed(traceback.extract_tb(found)[1:])
    where = " <- ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in list(frames)[:4])
    return f"{where} {type(error).__name__}: {error}".replace("\n", "\n    ")
