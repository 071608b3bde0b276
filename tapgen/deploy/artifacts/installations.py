"""EDGE: requirements installed once, however many functions have them and however often; several of them at a time."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import TYPE_CHECKING

from tapgen.deploy.artifacts import package_cache
from tapgen.deploy.artifacts.requirement_lines import Requirements
from tapgen.errors import TapgenError

if TYPE_CHECKING:
    from contextlib import ExitStack

    from tapgen.deploy.artifacts.package_cache import Cache

Installer = Callable[[Requirements, Path, str, str], None]
"""Installs requirements into an empty folder, for a runtime and an architecture."""
Tell = Callable[[str], None]
Target = Callable[[str, str], str]

_PLACES = ("PIP_", "UV_")
"""Variables that begin so say where packages come from: another index may have other ones."""


def on_lambda(runtime: str, architecture: str) -> str:
    """What is installed for, in words: the runtime itself."""
    return f"{runtime} on {architecture}"


def kept(
    installer: Installer,
    cache: Cache,
    tell: Tell,
    target_of: Target = on_lambda,
    environ: Mapping[str, str] = os.environ,
) -> Installer:
    """The installer, which takes from the cache what is there; `tell` gets a line before each installation.

    What names files or folders of this machine is installed each time, since nothing tells when they change.
    """

    def install(wanted: Requirements, target: Path, runtime: str, architecture: str) -> None:
        where = target_of(runtime, architecture)
        key = None if wanted.of_this_machine else _key(wanted, where, environ)
        if key and cache.take(key, target):
            return
        tell(f"Installing {_short(wanted.file)} for {where}")
        installer(wanted, target, runtime, architecture)
        if key:
            cache.put(key, str(wanted.file), where, target, fixed=wanted.hashed)

    return install


def standard(tell: Tell) -> Installer:
    """How deployments install: wheels for the runtime, kept in the user's cache."""
    from tapgen.deploy.artifacts.wheels import install

    return kept(install, package_cache.of_user(), tell)


def once(installer: Installer, stack: ExitStack, target_of: Target = on_lambda) -> Installer:
    """The installer, which does the same requirements for the same target once.

    It may be called from several threads. What is installed lives as long as `stack`. One that failed is tried again
    at the next call.
    """
    made: dict[tuple[object, ...], Future[Path]] = {}
    lock = Lock()

    def install(wanted: Requirements, target: Path, runtime: str, architecture: str) -> None:
        key = (wanted.lines, wanted.constraints, target_of(runtime, architecture))
        with lock:
            first = key not in made
            found = made.setdefault(key, Future())
            folder = temporary(stack) if first else None
        if folder:
            try:
                installer(wanted, folder, runtime, architecture)
            except BaseException as error:
                with lock:
                    del made[key]
                found.set_exception(error)
                raise
            found.set_result(folder)
        shutil.copytree(found.result(), target, copy_function=package_cache.link, dirs_exist_ok=True)

    return install


def _key(wanted: Requirements, where: str, environ: Mapping[str, str]) -> str:
    places = sorted((name, value) for name, value in environ.items() if name.startswith(_PLACES))
    told = json.dumps([wanted.lines, wanted.constraints, where, places])
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _short(file: Path) -> str:
    """The file as one would type it here."""
    here = Path.cwd()
    return str(file.relative_to(here)) if file.is_relative_to(here) else str(file)


def temporary(stack: ExitStack) -> Path:
    """A folder that lives as long as the stack.

    Raises:
        TapgenError: there is no room for one.
    """
    try:
        return Path(stack.enter_context(TemporaryDirectory(prefix="tapgen-")))
    except OSError as error:
        raise TapgenError(f"no temporary folder: {error.strerror}", "Make room, or set TMPDIR.") from None
