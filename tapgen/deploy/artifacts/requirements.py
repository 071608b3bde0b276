"""EDGE: the requirements of a package as lines that pip and uv read, whichever file of the project they stand in."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tapgen.deploy.artifacts.requirement_lines import Requirements, absolute, read
from tapgen.errors import TapgenError, suggestion
from tapgen.settings.packaging import RequirementsGroup, beside
from tapgen.sources import REQUIREMENTS

if TYPE_CHECKING:
    from pathlib import Path

    from tapgen.settings.functions import Function
    from tapgen.settings.packaging import LambdaLayer

PYPROJECT = "pyproject.toml"
_MACHINE = {"arm64": "aarch64", "x86_64": "x86_64"}

Table = Mapping[str, Any]


def of(root: Path, packaged: Function | LambdaLayer, runtime: str, architecture: str) -> Requirements | None:
    """What a function or layer requires; None where that is nothing. `root` is the folder of the settings file.

    Raises:
        TapgenError: a file cannot be read, there is no such group, or a lock file holds what cannot be installed.
    """
    wanted = packaged.requirements
    if wanted is None:
        file = root / packaged.source / REQUIREMENTS
        found = read(file, root) if file.is_file() else None
    elif isinstance(wanted, RequirementsGroup):
        file = beside(root, packaged.source, PYPROJECT)
        lines = _group(_toml(file).get("dependency-groups", {}), wanted.group, ())
        found = Requirements(file, tuple(absolute(line, file, root) for line in lines))
    else:
        file = beside(root, packaged.source, wanted)
        if file.suffix == ".toml" and file.name.startswith("pylock."):
            found = Requirements(file, tuple(_pylock(file, runtime, architecture)))
        elif file.name == "uv.lock":
            found = Requirements(file, tuple(_uv_lock(file, runtime, architecture)))
        else:
            found = read(file, root)
    return found if found and found.lines else None


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise TapgenError(f"{file}: {error.strerror}", "It holds the requirements of a function.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TapgenError(f"{file}: not TOML: {error}") from None


def _group(groups: Table, name: str, outer: tuple[str, ...]) -> Iterator[str]:
    """PEP 735: names of groups are normalized, and a group may include others."""
    known = {_normal(one): one for one in groups}
    if _normal(name) not in known:
        raise TapgenError(f'{PYPROJECT}: there is no dependency group "{name}"', suggestion(name, groups))
    if _normal(name) in outer:
        raise TapgenError(f"{PYPROJECT}: dependency groups include each other: {' -> '.join((*outer, name))}")
    for item in groups[known[_normal(name)]]:
        if isinstance(item, str):
            yield item
        else:
            yield from _group(groups, item["include-group"], (*outer, _normal(name)))


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def _pylock(file: Path, runtime: str, architecture: str) -> list[str]:
    """PEP 751: every package once, with the markers under which it is installed."""
    found = []
    for package in _toml(file).get("packages", ()):
        if _applies(package.get("marker"), runtime, architecture):
            files = [*package.get("wheels", ()), *filter(None, [package.get("sdist")])]
            hashes = [f"{kind}:{value}" for one in files for kind, value in one["hashes"].items()]
            found.append(_pinned(file, package, hashes))
    return found


def _uv_lock(file: Path, runtime: str, architecture: str) -> list[str]:
    """What the project itself depends on, and what those depend on in turn; without the project's extras and groups."""
    packages: dict[str, list[Table]] = {}
    for package in _toml(file).get("package", ()):
        packages.setdefault(package["name"], []).append(package)
    own = [one for same in packages.values() for one in same if _is_project(one.get("source", {}))]
    waiting = [dependency for package in own for dependency in package.get("dependencies", ())]
    found: dict[str, Table] = {}
    seen: set[tuple[str, str]] = set()
    while waiting:
        dependency = waiting.pop()
        if not _applies(dependency.get("marker"), runtime, architecture):
            continue
        package = _locked(packages.get(dependency["name"], ()), dependency)
        found[package["name"]] = package
        optional = package.get("optional-dependencies", {})
        for extra in ("", *dependency.get("extra", ())):
            if (package["name"], extra) not in seen:
                seen.add((package["name"], extra))
                waiting += optional.get(extra, ()) if extra else package.get("dependencies", ())
    return [_of_uv_lock(file, package) for _, package in sorted(found.items())]


def _of_uv_lock(file: Path, package: Table) -> str:
    """A member of the workspace, or another folder, is built; its path is relative to the lock file."""
    source = package.get("source", {})
    if place := source.get("editable") or source.get("directory"):
        return f"{package['name']} @ {(file.parent / place).resolve().as_uri()}"
    files = [*package.get("wheels", ()), *filter(None, [package.get("sdist")])]
    return _pinned(file, package, [one["hash"] for one in files if "hash" in one])


def _is_project(source: Table) -> bool:
    """Whether it is the project that the lock file stands beside."""
    return "." in {source.get("editable"), source.get("virtual")}


def _locked(same: Sequence[Table], dependency: Table) -> Table:
    """The package of that name; a lock with several versions of one says which is meant."""
    chosen = [one for one in same if dependency.get("version") in (None, one.get("version"))]
    if not chosen:
        raise TapgenError(f"uv.lock: it has no package {dependency['name']}", "Lock the project again.")
    return chosen[0]


def _pinned(file: Path, package: Table, hashes: list[str]) -> str:
    if "version" not in package or not hashes:
        raise TapgenError(
            f"{file}: {package['name']} has no file with a hash",
            "Only packages of an index and folders are taken from a lock file; lock such a one.",
        )
    return " ".join([f"{package['name']}=={package['version']}", *(f"--hash={one}" for one in sorted(set(hashes)))])


def _applies(marker: str | None, runtime: str, architecture: str) -> bool:
    """Whether a marker holds in the runtime; PEP 508 names its variables."""
    if not marker:
        return True
    from packaging.markers import Marker

    version = runtime.removeprefix("python")
    environment = {
        "python_version": version,
        "python_full_version": f"{version}.0",
        "implementation_name": "cpython",
        "implementation_version": f"{version}.0",
        "platform_python_implementation": "CPython",
        "os_name": "posix",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": _MACHINE[architecture],
        "platform_release": "",
        "platform_version": "",
        "extra": "",
    }
    return Marker(marker).evaluate(environment)
