"""EDGE: find and read the settings file, merge each environment, check everything, report all problems together."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from tapgen.errors import SettingsError
from tapgen.settings.model import Environment, Project

TAPGEN_TOML = "tapgen.toml"
PYPROJECT = "pyproject.toml"
_HOW_TO_BEGIN = f"Put [tool.tapgen] with an application and its environments into {PYPROJECT}, or write {TAPGEN_TOML}."

Table = dict[str, Any]
Problems = dict[str, None]  # ordered, without repeats: every environment inherits the project's


def load(where: Path | None = None) -> Project:
    """The project whose settings are at `where` (a folder or a file), or in the current folder or above it.

    Raises:
        SettingsError: no settings, or wrong ones; all problems together, each with its path in the file.
    """
    file, raw = _named(where) if where else _found(Path.cwd())
    overlays = raw.pop("environments", {"dev": {}})
    problems: Problems = {}
    if not isinstance(overlays, dict) or not all(isinstance(overlay, dict) for overlay in overlays.values()):
        raise SettingsError(f"{file}: environments is not a table of tables", "Write [tool.tapgen.environments.dev].")
    environments = {}
    for name, overlay in overlays.items():
        merged = {**merge(raw, overlay), "name": name, "root": file.parent}
        environment = _convert(merged, name, overlay, problems)
        if environment is not None:
            environments[name] = environment
    _cross_check(environments, overlays, problems)
    if not environments and not problems:
        problems["environments: there is none; write [tool.tapgen.environments.dev]"] = None
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise SettingsError(f"{file}: {count}", "The settings reference is docs/settings.md.", problems)
    return Project(file=file, environments=environments)


def merge(base: Table, overlay: Table) -> Table:
    """The base with the overlay's values; tables are merged, everything else is replaced."""
    merged = dict(base)
    for key, value in overlay.items():
        old = merged.get(key)
        merged[key] = merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _named(where: Path) -> tuple[Path, Table]:
    if where.is_dir():
        for name in (TAPGEN_TOML, PYPROJECT):
            settings = _section(where / name) if (where / name).is_file() else None
            if settings is not None:
                return (where / name).absolute(), settings
        raise SettingsError(f"{where}: no {TAPGEN_TOML}, and no [tool.tapgen] in a {PYPROJECT}", _HOW_TO_BEGIN)
    settings = _section(where)
    if settings is None:
        raise SettingsError(f"{where}: there is no [tool.tapgen]", _HOW_TO_BEGIN)
    return where.absolute(), settings


def _found(start: Path) -> tuple[Path, Table]:
    """Settings from `start` upward, as ruff and black look for theirs."""
    without = None
    for folder in (start, *start.parents):
        for name in (TAPGEN_TOML, PYPROJECT):
            file = folder / name
            if file.is_file():
                settings = _section(file)
                if settings is not None:
                    return file, settings
                without = without or file
    if without:
        raise SettingsError(f"{without}: there is no [tool.tapgen]", _HOW_TO_BEGIN)
    raise SettingsError(f"no {TAPGEN_TOML} or {PYPROJECT} in {start} or above it", _HOW_TO_BEGIN)


def _section(file: Path) -> Table | None:
    """The settings in a file; None for a pyproject.toml that has none."""
    try:
        parsed = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror}", _HOW_TO_BEGIN) from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file}: not UTF-8 (byte {error.start})", "TOML files are in UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        position = re.search(r"^(.*) \(at (?:line (\d+), column (\d+)|end of document)\)$", str(error), re.DOTALL)
        where = f":{position[2]}:{position[3]}" if position and position[2] else ""
        reason = position[1] if position else str(error)
        if position and not position[2]:
            reason += " at the end of the file"
        raise SettingsError(
            f"{file}{where}: not TOML: {reason}", "Mend the line; https://toml.io has the syntax."
        ) from None
    if file.name != PYPROJECT:
        return parsed
    tool = parsed.get("tool", {})
    section = tool.get("tapgen") if isinstance(tool, dict) else None
    if section is not None and not isinstance(section, dict):
        raise SettingsError(f"{file}: tool.tapgen is not a table", _HOW_TO_BEGIN)
    return section


def _convert(merged: Table, name: str, overlay: Table, problems: Problems) -> Environment | None:
    try:
        return msgspec.convert(merged, Environment)
    except msgspec.ValidationError as error:
        from tapgen.settings.explain import explain

        for path, message in explain(merged) or [((), str(error))]:
            problems[f"{_written(path, name, overlay)}: {message}"] = None
        return None


def _cross_check(environments: dict[str, Environment], overlays: dict[str, Table], problems: Problems) -> None:
    from tapgen.settings.checks import check

    entry_points: dict[tuple[str, str], list[Any]] = {}
    for name, environment in environments.items():
        for path, message in check(environment, entry_points):
            problems[f"{_written(path, name, overlays[name])}: {message}"] = None


def _written(path: tuple[str | int, ...], name: str, overlay: Table) -> str:
    """The path as it stands in the file: in the environment's own table when that is where the value is."""
    value: Any = overlay
    for step in path[:1] if path == ("name",) else path:
        if not isinstance(value, dict) or step not in value:
            break
        value = value[step]
    from_overlay = value is not overlay and (not isinstance(value, dict) or value is _at(overlay, path))
    steps = ("environments", name, *path) if from_overlay or path == ("name",) else path
    return ".".join(str(step) for step in steps) or "the settings"


def _at(table: Table, path: tuple[str | int, ...]) -> Any:
    value: Any = table
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value
