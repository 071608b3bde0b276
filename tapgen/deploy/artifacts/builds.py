"""EDGE: wheels of what has none on an index (a folder, a repository, an archive), taken where they are pure Python."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

from tapgen.deploy.artifacts.requirement_lines import is_source, split
from tapgen.deploy.artifacts.uv import find
from tapgen.errors import TapgenError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tapgen.deploy.artifacts.requirement_lines import Requirements

_COMMIT = r"@[0-9a-f]{40}(#|$)"  # names its content as well as a hash does
_CREDENTIAL = re.compile(r"^(AWS|GITHUB|GITLAB|CI_JOB|ACTIONS)_|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|PRIVATE|_KEY$")
_PLACES = ("-i ", "--index-url", "--extra-index-url", "--find-links", "--no-index", "--trusted-host")


def has_pip(python: str = sys.executable) -> bool:
    """Whether Python has a pip of its own; of another than the running one that is only known when it is asked."""
    return python != sys.executable or importlib.util.find_spec("pip") is not None


def pip(python: str = sys.executable) -> list[str]:
    """The command that is pip; a virtual environment that uv has made has none of its own.

    Raises:
        TapgenError: there is none.
    """
    if has_pip(python):
        return [python, "-P", "-m", "pip"]  # -P: a pip.py in the current folder is not it
    if uv := find():
        return [uv, "tool", "run", "--python", python, "pip"]
    raise TapgenError(f"there is no pip for {python}", "Install pip: python -m ensurepip; or install uv.")


def without_credentials(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables without what may be a credential; pip's and uv's own stay, since an index may ask for one."""
    return {
        name: value
        for name, value in environ.items()
        if name.startswith(("PIP_", "UV_")) or not _CREDENTIAL.search(name.upper())
    }


def with_wheels(wanted: Requirements, folder: Path, runtime: str, architecture: str) -> tuple[str, ...]:
    """The lines, with a wheel that is built into the folder in place of each that names sources.

    Raises:
        TapgenError: one cannot be built, or is compiled: for this machine, and not for the runtime.
    """
    return tuple(
        built(line, wanted, folder, f"{runtime} on {architecture}") if is_source(line) else line
        for line in wanted.lines
    )


def built(line: str, wanted: Requirements, folder: Path, target: str, options: Sequence[str] = ()) -> str:
    """The line of a wheel of what another line names.

    Raises:
        TapgenError: as `with_wheels`.
    """
    what, extras, tail = split(line)
    is_own = what.startswith(("/", "file:")) or re.search(_COMMIT, what)
    if wanted.hashed and not is_own and "--hash" not in line:
        raise TapgenError(f"{wanted.file}: {what}: it has no hash, and the others have", "Pin it by a hash.")
    place = folder / hashlib.sha256(line.encode()).hexdigest()[:16]
    place.mkdir(exist_ok=True)
    asked = place / "requirement.txt"
    places = [one for one in wanted.lines if one.startswith(_PLACES)]
    asked.write_text("\n".join([*places, line]) + "\n", encoding="utf-8")
    words = ("wheel", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps", *options)
    command = [*pip(), *words, "--wheel-dir", str(place), "--requirement", str(asked)]
    env = without_credentials(os.environ)  # what is built runs its own setup.py, or a backend that it names
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    found = sorted(place.glob("*.whl"))
    if done.returncode or len(found) != 1:
        said = [one for one in done.stderr.splitlines() if one.strip()]
        raise TapgenError(
            f"{wanted.file}: {what}: it cannot be built:\n  " + "\n  ".join(said[-8:] or ["pip says nothing"]),
            "Build it by `pip wheel`, and mend what it says.",
        )
    wheel = found[0]
    if not wheel.stem.endswith("-none-any"):
        raise TapgenError(
            f"{wanted.file}: {what}: it is compiled: {wheel.name} runs on this machine, not with {target}",
            "Name a wheel that was built for the runtime, or take the compiled part out of it.",
        )
    name = wheel.name.partition("-")[0]
    marker = tail if tail.startswith(";") else ""
    fixed = f" --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}" if wanted.hashed else ""
    return f"{name}{extras} @ {wheel.as_uri()} {re.sub(r'--.*', '', marker)}".rstrip() + fixed
