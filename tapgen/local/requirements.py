"""EDGE: a function's requirements for this machine, on which the embedded AWS runs it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tapgen.deploy.artifacts import builds, uv, wheels
from tapgen.errors import TapgenError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tapgen.deploy.artifacts.installations import Installer, Tell
    from tapgen.deploy.artifacts.requirement_lines import Requirements


def install(wanted: Requirements, target: Path, runtime: str, architecture: str) -> None:  # noqa: ARG001 - the deployment's installer has them
    """Install into a folder what is found for the running interpreter, whatever runtime and architecture AWS has.

    Raises:
        TapgenError: uv or pip says no; its own words are in the message.
    """
    with TemporaryDirectory(prefix="tapgen-") as folder:
        wheels.write(wanted, Path(folder))
        env = builds.without_credentials(os.environ)
        words = ""
        for command in _commands(Path(folder), target):
            done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
            if done.returncode == 0:
                return
            words = done.stderr.strip()[-1000:] or "pip says nothing"
    raise TapgenError(f"{wanted.file}: the requirements cannot be installed on this machine:\n{words}")


def kept(tell: Tell) -> Installer:
    """The installer with the user's cache; one installation does for every runtime and architecture."""
    from tapgen.deploy.artifacts import installations, package_cache

    return installations.kept(install, package_cache.of_user(), tell, this_machine)


def this_machine(runtime: str, architecture: str) -> str:  # noqa: ARG001 - as above
    """What is installed for, in words."""
    return f"{sys.implementation.cache_tag} on this machine ({platform.machine()})"


def _commands(folder: Path, target: Path) -> Iterator[list[str]]:
    """What is tried in turn: uv where it may be asked, then pip, which knows more options."""
    named = ["--target", str(target), *wheels.files(folder)]
    program = uv.find()
    if program:
        yield [*(program, "pip", "install", "--quiet", "--no-progress", "--python", sys.executable), *named]
    if builds.has_pip() or not program:
        yield [
            *builds.pip(),
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-input",
            "--no-compile",
            "--no-warn-conflicts",
            *named,
        ]
