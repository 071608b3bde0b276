"""EDGE: lock files as lines that pip and uv read: versions and hashes are kept, other platforms left out."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

from tapgen import reading
from tapgen.deploy.artifacts.markers import applies
from tapgen.errors import TapgenError

if TYPE_CHECKING:
    from pathlib import Path

Table = Mapping[str, Any]


def pylock(file: Path, runtime: str, architecture: str) -> list[str]:
    """The lines of a pylock.toml, PEP 751: every package once, with the markers under which it is installed.

    Raises:
        TapgenError: it cannot be read, or holds what cannot be installed.
    """
    packages = toml(file).get("packages", ())
    return [_of_pylock(file, one) for one in packages if applies(one.get("marker"), runtime, architecture)]


def _of_pylock(file: Path, package: Table) -> str:
    if folder := package.get("directory"):
        return _folder(file, package["name"], folder["path"])
    if vcs := package.get("vcs"):
        return _repository(package["name"], vcs["type"], vcs["url"], vcs["commit-id"], vcs.get("subdirectory"))
    files = [*package.get("wheels", ()), *filter(None, [package.get("sdist")])]
    return _pinned(file, package, [f"{kind}:{value}" for one in files for kind, value in one["hashes"].items()])


def uv_lock(file: Path, runtime: str, architecture: str) -> list[str]:
    """The lines of a uv.lock: what the project itself depends on, and what those depend on in turn.

    Its extras and groups are left out.

    Raises:
        TapgenError: it cannot be read, or holds what cannot be installed.
    """
    packages: dict[str, list[Table]] = {}
    for package in toml(file).get("package", ()):
        packages.setdefault(package["name"], []).append(package)
    own = [one for same in packages.values() for one in same if _is_project(one.get("source", {}))]
    waiting = [dependency for package in own for dependency in package.get("dependencies", ())]
    found: dict[str, Table] = {}
    seen: set[tuple[str, str]] = set()
    while waiting:
        dependency = waiting.pop()
        if not applies(dependency.get("marker"), runtime, architecture):
            continue
        package = _locked(packages.get(dependency["name"], ()), dependency)
        found[package["name"]] = package
        optional = package.get("optional-dependencies", {})
        for extra in ("", *dependency.get("extra", ())):
            if (package["name"], extra) not in seen:
                seen.add((package["name"], extra))
                waiting += optional.get(extra, ()) if extra else package.get("dependencies", ())
    kept = (package for _, package in sorted(found.items()) if "virtual" not in package.get("source", {}))
    return [_of_uv_lock(file, package) for package in kept]


def _of_uv_lock(file: Path, package: Table) -> str:
    """A member of the workspace, or another folder, is built; its path is relative to the lock file."""
    source = package.get("source", {})
    if place := source.get("editable") or source.get("directory"):
        return _folder(file, package["name"], place)
    if git := source.get("git"):
        url, query = urlsplit(git), parse_qs(urlsplit(git).query)
        plain = urlunsplit((url.scheme, url.netloc, url.path, "", ""))
        return _repository(package["name"], "git", plain, url.fragment, query.get("subdirectory", [None])[0])
    files = [*package.get("wheels", ()), *filter(None, [package.get("sdist")])]
    return _pinned(file, package, [one["hash"] for one in files if "hash" in one])


def _folder(file: Path, name: str, place: str) -> str:
    return f"{name} @ {(file.parent / place).resolve().as_uri()}"


def _repository(name: str, kind: str, url: str, commit: str, below: str | None) -> str:
    return f"{name} @ {kind}+{url}@{commit}" + (f"#subdirectory={below}" if below else "")


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


def toml(file: Path) -> dict[str, Any]:
    """What is in a TOML file.

    Raises:
        TapgenError: it cannot be read.
    """
    try:
        return tomllib.loads(reading.text(file))
    except OSError as error:
        raise TapgenError(f"{file}: {error.strerror}", "It holds the requirements of a function.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TapgenError(f"{file}: not TOML: {error}") from None
