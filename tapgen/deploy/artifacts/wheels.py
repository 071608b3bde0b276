"""EDGE: the requirements of a function, as wheels for the runtime that will import them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tapgen.errors import TapgenError

if TYPE_CHECKING:
    from pathlib import Path

_MACHINE = {"arm64": "aarch64", "x86_64": "x86_64"}
# glibc of the runtimes: 2.34 in Amazon Linux 2023 (Python 3.12 and later), 2.26 in Amazon Linux 2 (AWS Lambda
# developer guide, "Lambda runtimes"). A wheel may ask for that glibc or an older one: PEP 600.
_GLIBC = (34, 31, 28, 27, 26, 24, 17)
_GLIBC_OF_AL2 = 26


def platforms(runtime: str, architecture: str) -> tuple[str, ...]:
    """The wheel platforms that a runtime can load, best first."""
    minor = int(runtime.rpartition(".")[2])
    newest = _GLIBC[0] if minor >= 12 else _GLIBC_OF_AL2
    machine = _MACHINE[architecture]
    return (*(f"manylinux_2_{glibc}_{machine}" for glibc in _GLIBC if glibc <= newest), f"manylinux2014_{machine}")


def command(
    requirements: Path, target: Path, runtime: str, architecture: str, python: str = sys.executable
) -> list[str]:
    """The pip command: wheels only, for the runtime and not for this machine."""
    wanted = [word for platform in platforms(runtime, architecture) for word in ("--platform", platform)]
    return [
        *(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"),
        *("--no-compile", "--only-binary=:all:", "--implementation", "cp"),
        *("--python-version", runtime.removeprefix("python"), *wanted),
        *("--target", str(target), "--requirement", str(requirements)),
    ]


def install(requirements: Path, target: Path, runtime: str, architecture: str, python: str = sys.executable) -> None:
    """Install into an empty folder.

    Raises:
        TapgenError: pip is missing, or says no; the message has its own words.
    """
    done = subprocess.run(
        command(requirements, target, runtime, architecture, python), capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return
    said = [line.removeprefix("ERROR: ") for line in done.stderr.splitlines() if line.startswith("ERROR")]
    words = "\n  ".join(dict.fromkeys(said)) or done.stderr.strip()[-500:] or "pip says nothing"
    if "No module named pip" in done.stderr:
        raise TapgenError(f"{requirements}: there is no pip for {python}", "Install pip: python -m ensurepip.")
    raise TapgenError(
        f"{requirements}: the requirements cannot be installed for {runtime} on {architecture}:\n  {words}",
        "Only wheels are taken. Check the network, pin a version that has a wheel, or change `architecture`.",
    )
