"""A table of cases in one test: every row is tried, and a failure names each row that is wrong."""

from __future__ import annotations

import reprlib
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

DETAILED = 10
"""So many rows that are wrong are told with what is wrong; the others with their names alone."""

_short = reprlib.Repr()
_short.maxstring = _short.maxother = _short.maxlong = 100
_short.maxlevel = 2


def each(rows: Iterable[tuple[Any, ...]], check: Callable[..., None]) -> None:
    """Call `check` with each row, as a test with that row as its parameters would be; the table must not be empty."""
    tried, wrong = 0, []
    for row in rows:
        tried += 1
        try:
            check(*row)
        except (Exception, pytest.fail.Exception) as error:
            wrong.append((", ".join(_short.repr(one) for one in row), error))
    assert tried, "the table has no row"
    if wrong:
        told = [f"{name}\n{_said(error)}" if n < DETAILED else name for n, (name, error) in enumerate(wrong)]
        pytest.fail("\n".join([f"{len(wrong)} of {tried} rows are wrong:", *told]), pytrace=False)


def _said(error: BaseException) -> str:
    """Where it went wrong, innermost last, and the error in its own words, which pytest has filled in."""
    frames = traceback.extract_tb(error.__traceback__)[1:][-3:]
    where = " <- ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return f"    {where} {type(error).__name__}: {error}".replace("\n", "\n        ")
