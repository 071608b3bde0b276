"""A table of cases in one test: every row is tried, and a failure names each row that is wrong."""

from __future__ import annotations

import functools
import inspect
import reprlib
import traceback
from collections.abc import Callable, Iterable
from itertools import count, repeat
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

TOLD = 10
"""So many wrong rows are told with what is wrong with them, the others by name alone."""

_short = reprlib.Repr()
_short.maxstring = _short.maxother = _short.maxlong = 100
_short.maxlevel = 2


def each(rows: Iterable[Any], check: Callable[..., None], ids: Iterable[object] | None = None) -> None:
    """Call `check` with each row, as a test with that row as its parameters would be; a table must have a row.

    A row that is wrong is named by its id, where `ids` gives one, or else by its values.
    """
    wrong: list[str] = []
    tried = 0
    for row, name in zip(rows, repeat(None) if ids is None else ids, strict=False):
        tried += 1
        arguments = row if isinstance(row, tuple) else (row,)
        with _Row(arguments, name, wrong):
            check(*arguments)
    assert tried, "the table has no row"
    if wrong:
        pytest.fail("\n".join([f"{len(wrong)} of {tried} rows are wrong:", *wrong]), pytrace=False)


def rows(
    names: str | tuple[str, ...],
    values: Iterable[Any],
    *,
    ids: Iterable[object] | Callable[[Any], object] | None = None,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Like `pytest.mark.parametrize`, as one test: a hundred tests take a hundred times pytest's own time.

    Fixtures are made once, for all rows: only `tmp_path` is a new folder for each.
    """
    every = tuple(values)
    if callable(ids):
        ids = [ids(one) if isinstance(names, str) else "-".join(str(ids(value)) for value in one) for one in every]
    known = ids if ids is None else tuple(ids)

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        named = (names,) if isinstance(names, str) else names
        signature = inspect.signature(test)
        fixtures = [one for name, one in signature.parameters.items() if name not in named]

        @functools.wraps(test)
        def table(**given: Any) -> None:
            folders = (_folder(given["tmp_path"], n) for n in count()) if "tmp_path" in given else repeat({})

            def check(*row: Any) -> None:
                test(**given | next(folders), **dict(zip(named, row, strict=True)))

            each(((value,) if isinstance(names, str) else tuple(value) for value in every), check, known)

        del table.__wrapped__  # pytest would take its signature
        table.__signature__ = signature.replace(parameters=fixtures)  # type: ignore[attr-defined]
        return table

    return decorate


def _folder(parent: Path, number: int) -> dict[str, Path]:
    """The folder of a row, as the fixture that it stands for."""
    folder = parent / str(number)
    folder.mkdir()
    return {"tmp_path": folder}


class _Row:
    """One row, which adds itself to what is wrong where its check does not end well."""

    def __init__(self, row: tuple[Any, ...], name: object, wrong: list[str]) -> None:
        self._row = row
        self._name = name
        self._wrong = wrong

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, found: TracebackType | None) -> bool:
        failed = isinstance(error, Exception | pytest.fail.Exception)
        if failed:
            name = ", ".join(map(_short.repr, self._row)) if self._name is None else str(self._name)
            self._wrong.append(f"{name}\n{_said(error, found)}" if len(self._wrong) < TOLD else name)
        return failed


def _said(error: BaseException | None, found: TracebackType | None) -> str:
    """Where it went wrong, innermost first, and the error in the words that pytest has filled in."""
    frames = reversed(traceback.extract_tb(found)[1:])
    where = " <- ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in list(frames)[:4])
    return f"{where} {type(error).__name__}: {error}".replace("\n", "\n    ")
