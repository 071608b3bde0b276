"""EDGE: the requirements of a function, as wheels for the runtime that will import them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tapgen.deploy.artifacts import builds, uv
from tapgen.deploy.artifacts.markers import for_runtime
from tapgen.errors import TapgenError

if TYPE_CHECKING:
    from tapgen.deploy.artifacts.requirement_lines import Requirements

_MACHINE = {"arm64": "aarch64", "x86_64": "x86_64"}
# glibc of the runtimes: 2.34 in Amazon Linux 2023 (Python 3.12 and later), 2.26 in Amazon Linux 2 (AWS Lambda
# developer guide, "Lambda runtimes"). A wheel may ask for that glibc or an older one: PEP 600.
_GLIBC = (34, 31, 28, 27, 26, 24, 17)
_GLIBC_OF_AL2 = 26
_FIRST_ON_AL2023 = 12
_UNFOUND = re.compile(r"No matching distribution found for (?P<name>[A-Za-z0-9._-]+)(?P<version>\S*)")


def platforms(runtime: str, architecture: str) -> tuple[str, ...]:
    """The wheel platforms that a runtime can load, best first."""
    newest = _GLIBC[0] if _minor(runtime) >= _FIRST_ON_AL2023 else _GLIBC_OF_AL2
    machine = _MACHINE[architecture]
    return (*(f"manylinux_2_{glibc}_{machine}" for glibc in _GLIBC if glibc <= newest), f"manylinux2014_{machine}")


def _minor(runtime: str) -> int:
    return int(runtime.rpartition(".")[2])


def pip_command(folder: Path, target: Path, runtime: str, architecture: str, python: str = sys.executable) -> list[str]:
    """pip, which takes wheels only, for the runtime and not for this machine."""
    wanted = [word for platform in platforms(runtime, architecture) for word in ("--platform", platform)]
    return [
        *builds.pip(python),
        *("install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-warn-conflicts"),
        *("--no-compile", "--only-binary=:all:", "--implementation", "cp"),
        *("--python-version", runtime.removeprefix("python"), *wanted),
        *("--target", str(target), *files(folder)),
    ]


def uv_command(program: str, folder: Path, target: Path, runtime: str, architecture: str) -> list[str]:
    """uv, likewise; it evaluates markers for the runtime too."""
    return [
        *(program, "pip", "install", "--quiet", "--no-progress"),
        *("--only-binary", ":all:", "--python-version", runtime.removeprefix("python")),
        *("--python-platform", f"{_MACHINE[architecture]}-manylinux_2_{_GLIBC[0]}", "--link-mode", "copy"),
        *("--target", str(target), *files(folder)),
    ]


def files(folder: Path) -> list[str]:
    """The options that name what `write` wrote."""
    constraints = folder / "constraints.txt"
    named = ["--constraint", str(constraints)] if constraints.is_file() else []
    return ["--requirement", str(folder / "requirements.txt"), *named]


def install(
    wanted: Requirements,
    target: Path,
    runtime: str,
    architecture: str,
    python: str = sys.executable,
    program: str | None = None,
) -> None:
    """Install into an empty folder: by uv where it is installed and knows what pip knows, by pip otherwise.

    What uv refuses, pip is asked for: it knows more options. What has no wheel is then built in isolation, and taken
    where it is pure Python.

    Raises:
        TapgenError: neither is installed, one says no (its own words are in the message), or a build is compiled.
    """
    program = program or (uv.find() if python == sys.executable else None)
    with TemporaryDirectory(prefix="tapgen-") as temporary:
        folder = Path(temporary)
        wanted = replace(wanted, lines=for_runtime(wanted.lines, runtime, architecture))
        wanted = replace(wanted, lines=builds.with_wheels(wanted, folder, runtime, architecture))
        if program and _minor(runtime) >= _FIRST_ON_AL2023:  # uv has no name for glibc 2.26
            write(wanted, folder)
            done = _run(uv_command(program, folder, target, runtime, architecture))
            if done.returncode == 0:
                return
            if not builds.has_pip(python):
                raise _refused(wanted, done.stderr, runtime, architecture)
        _by_pip(wanted, folder, target, runtime, architecture, python)


def _by_pip(wanted: Requirements, folder: Path, target: Path, runtime: str, architecture: str, python: str) -> None:
    tried: set[str] = set()
    while True:
        write(wanted, folder)
        done = _run(pip_command(folder, target, runtime, architecture, python))
        if done.returncode == 0:
            return
        if "No module named pip" in done.stderr:
            raise TapgenError(f"{wanted.file}: there is no pip for {python}", "Install pip: python -m ensurepip.")
        refusal = _refused(wanted, done.stderr, runtime, architecture)
        unfound = _UNFOUND.search(done.stderr)
        if not unfound or unfound["name"] in tried:
            raise refusal
        tried.add(unfound["name"])
        wanted = _with_build(wanted, unfound, folder, f"{runtime} on {architecture}", refusal)


def _with_build(
    wanted: Requirements, unfound: re.Match[str], folder: Path, target: str, refusal: TapgenError
) -> Requirements:
    """The requirements with a wheel of what an index has as sources alone."""
    name = unfound["name"]
    own = re.compile(rf"{re.escape(name)}(?![A-Za-z0-9._-])", re.IGNORECASE)
    line = next((one for one in wanted.lines if own.match(one)), f"{name}{unfound['version']}")
    try:
        made = builds.built(line, wanted, folder, target, ("--no-binary", name))
    except TapgenError as error:
        if "it is compiled" in error.message:
            raise
        raise refusal from None  # there is no such thing at all
    return replace(wanted, lines=(*(one for one in wanted.lines if one != line), made))


def write(wanted: Requirements, folder: Path) -> None:
    """Write the files that pip and uv read."""
    (folder / "requirements.txt").write_text("\n".join(wanted.lines) + "\n", encoding="utf-8")
    if wanted.constraints:
        (folder / "constraints.txt").write_text("\n".join(wanted.constraints) + "\n", encoding="utf-8")


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _refused(wanted: Requirements, stderr: str, runtime: str, architecture: str) -> TapgenError:
    said = [line.removeprefix("ERROR: ") for line in stderr.splitlines() if line.startswith("ERROR")]
    words = "\n  ".join(dict.fromkeys(said)) or stderr.strip()[-500:] or "pip says nothing"
    return TapgenError(
        f"{wanted.file}: the requirements cannot be installed for {runtime} on {architecture}:\n  {words}",
        "Only wheels are taken, and sources of pure Python. "
        "Check the network, pin a version that has a wheel, or change `architecture`.",
    )
