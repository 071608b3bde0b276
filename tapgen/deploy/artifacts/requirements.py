"""EDGE: the requirements of a package as lines that pip reads, whichever file of the project they stand in."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tapgen.errors import TapgenError, suggestion
from tapgen.settings.packaging import RequirementsGroup

if TYPE_CHECKING:
    from pathlib import Path

PYPROJECT = "pyproject.toml"
_MACHINE = {"arm64": "aarch64", "x86_64": "x86_64"}

Table = Mapping[str, Any]


def lines(file: Path, wanted: str | RequirementsGroup, runtime: str, architecture: str) -> list[str] | None:
    """The lines of what is wanted of a file, or None for one that pip reads as it is.

    Raises:
        TapgenError: a file cannot be read, there is no such group, or a lock file holds what cannot be installed.
    """
    if isinstance(wanted, RequirementsGroup):
        return list(_group(_read(file).get("dependency-groups", {}), wanted.group, ()))
    if file.suffix == ".toml" and file.name.startswith("pylock."):
        return _pylock(file, runtime, architecture)
    if file.name == "uv.lock":
        return _uv_lock(file, runtime, architecture)
    return None


def _read(file: Path) -> dict[str, Any]:
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
    for package in _read(file).get("packages", ()):
        if _applies(package.get("marker"), runtime, architecture):
            hashes = [
                f"{kind}:{value}" for wheel in package.get("wheels", ()) for kind, value in wheel["hashes"].items()
            ]
            found.append(_pinned(file, package, hashes))
    return found


def _uv_lock(file: Path, runtime: str, architecture: str) -> list[str]:
    """What the project itself depends on, and what those depend on in turn; without the project's extras and groups."""
    packages: dict[str, list[Table]] = {}
    for package in _read(file).get("package", ()):
        packages.setdefault(package["name"], []).append(package)
    own = [one for same in packages.values() for one in same if {"editable", "virtual"} & one.get("source", {}).keys()]
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
    return [
        _pinned(file, package, [wheel["hash"] for wheel in package.get("wheels", ()) if "hash" in wheel])
        for _, package in sorted(found.items())
    ]


def _locked(same: Sequence[Table], dependency: Table) -> Table:
    """The package of that name; a lock with several versions of one says which is meant."""
    chosen = [one for one in same if dependency.get("version") in (None, one.get("version"))]
    if not chosen:
        raise TapgenError(f"uv.lock: it has no package {dependency['name']}", "Lock the project again.")
    return chosen[0]


def _pinned(file: Path, package: Table, hashes: list[str]) -> str:
    if "version" not in package or not hashes:
        raise TapgenError(
            f"{file}: {package['name']} has no wheel with a hash",
            "Only wheels from an index are taken; lock such a one.",
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
