"""EDGE: a folder in which an environment on the embedded AWS stays from one run to the next."""

from __future__ import annotations

import fcntl
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from msgspec import Struct

from tapgen.errors import TapgenError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MARK = "tapgen-local.json"
"""The file that says whose state it is; it is locked while somebody has it."""


class Kept(Struct, frozen=True):
    """The folder; `fresh` where it holds nothing yet."""

    folder: Path
    fresh: bool


@contextmanager
def kept(folder: Path, stack: str, account: str, region: str) -> Iterator[Kept]:
    """The folder, readable by its owner alone, for the length of a `with` block.

    Raises:
        UsageError: it is something else's, another environment's, or somebody has it.
        TapgenError: it cannot be made.
    """
    mine = {"stack": stack, "account": account, "region": region}
    with _mark(folder) as file:
        _lock(file.fileno(), folder)
        file.seek(0)
        found = file.read()
        if found and (theirs := _read(found)) != mine:
            whose = " in ".join(filter(None, (theirs.get("stack"), theirs.get("region")))) or "another stack"
            raise UsageError(f"{folder} is kept for {whose}", "Name another folder, or remove it.")
        yield Kept(folder.resolve(), fresh=not found)
        file.truncate(0)
        file.write(json.dumps(mine))


def _mark(folder: Path) -> TextIO:
    mark = folder / MARK
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not mark.exists() and any(folder.iterdir()):
            raise UsageError(f"{folder} is not empty and holds no state of tapgen local", "Name another folder.")
        return mark.open("a+", encoding="utf-8")
    except OSError as error:
        raise TapgenError(f"{error.filename or folder}: {error.strerror}", "--keep names a folder.") from None


def _lock(file: int, folder: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UsageError(f"{folder}: another tapgen local is using it", "End that one, or name another.") from None


def _read(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
