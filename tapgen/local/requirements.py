"""EDGE: a function's requirements for this machine, on which the embedded AWS runs it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tapgen.errors import TapgenError

if TYPE_CHECKING:
    from pathlib import Path


def install(requirements: Path, target: Path, runtime: str, architecture: str) -> None:  # noqa: ARG001 - the deployment's installer has them
    """Install into a folder what pip finds for the running interpreter, whatever runtime and architecture AWS has.

    Raises:
        TapgenError: pip says no; its own words are in the message.
    """
    arguments = ["install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-compile"]
    done = subprocess.run(
        [sys.executable, "-m", "pip", *arguments, "--target", str(target), "--requirement", str(requirements)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        words = done.stderr.strip()[-1000:] or "pip says nothing"
        raise TapgenError(f"{requirements}: the requirements cannot be installed on this machine:\n{words}")
