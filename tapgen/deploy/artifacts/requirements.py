"""EDGE: the requirements of a package as lines that pip and uv read, whichever file of the project they stand in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tapgen.deploy.artifacts import lock_files
from tapgen.deploy.artifacts.requirement_lines import Requirements, absolute, read
from tapgen.errors import TapgenError, suggestion
from tapgen.settings.packaging import RequirementsGroup, beside
from tapgen.sources import REQUIREMENTS

if TYPE_CHECKING:
    from pathlib import Path

    from tapgen.settings.functions import Function
    from tapgen.settings.packaging import LambdaLayer

PYPROJECT = "pyproject.toml"

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
        lines = _group(lock_files.toml(file).get("dependency-groups", {}), wanted.group, ())
        found = Requirements(file, tuple(absolute(line, file, root) for line in lines))
    else:
        file = beside(root, packaged.source, wanted)
        if file.suffix == ".toml" and file.name.startswith("pylock."):
            found = Requirements(file, tuple(lock_files.pylock(file, runtime, architecture)))
        elif file.name == "uv.lock":
            found = Requirements(file, tuple(lock_files.uv_lock(file, runtime, architecture)))
        else:
            found = read(file, root)
    return found if found and found.lines else None


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
