"""EDGE: requirements installed once, however many functions have them, and several of them at a time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import TYPE_CHECKING

from tapgen.errors import TapgenError

if TYPE_CHECKING:
    from contextlib import ExitStack

Installer = Callable[[Path, Path, str, str], None]
"""Installs a requirements file into an empty folder, for a runtime and an architecture."""


def once(installer: Installer, stack: ExitStack, tell: Callable[[str], None] = lambda _: None) -> Installer:
    """The installer, which does the same requirements for the same runtime and architecture once.

    It may be called from several threads. What is installed lives as long as `stack`; `tell` gets a line before each
    installation. One that failed is tried again at the next call.
    """
    made: dict[tuple[str, ...], Future[Path]] = {}
    lock = Lock()

    def install(requirements: Path, target: Path, runtime: str, architecture: str) -> None:
        key = (*_content(requirements), runtime, architecture)
        with lock:
            first = key not in made
            found = made.setdefault(key, Future())
            folder = temporary(stack) if first else None
        if folder:
            tell(f"Installing {requirements} for {runtime} on {architecture}")
            try:
                installer(requirements, folder, runtime, architecture)
            except BaseException as error:
                with lock:
                    del made[key]
                found.set_exception(error)
                raise
            found.set_result(folder)
        shutil.copytree(found.result(), target, copy_function=os.link, dirs_exist_ok=True)

    return install


def _content(requirements: Path) -> tuple[str, ...]:
    """What tells requirements apart: their text, and where they stand if they name other files."""
    try:
        text = requirements.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return (str(requirements),)  # pip says what is wrong with it
    names_files = any(line.lstrip().startswith(("-", ".", "/")) for line in text.splitlines())
    return (text, str(requirements.resolve().parent) if names_files else "")


def temporary(stack: ExitStack) -> Path:
    """A folder that lives as long as the stack.

    Raises:
        TapgenError: there is no room for one.
    """
    try:
        return Path(stack.enter_context(TemporaryDirectory(prefix="tapgen-")))
    except OSError as error:
        raise TapgenError(f"no temporary folder: {error.strerror}", "Make room, or set TMPDIR.") from None
