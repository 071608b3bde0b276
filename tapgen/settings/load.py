"""EDGE: find and read the settings file, merge each environment, check everything, report all problems together."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from tapgen import reading
from tapgen.errors import SettingsError
from tapgen.settings import typed
from tapgen.settings.merging import KeyPath, Table, merged, written
from tapgen.settings.model import GIVEN, Environment, Project

TAPGEN_TOML = "tapgen.toml"
PYPROJECT = "pyproject.toml"
_HOW_TO_BEGIN = f"Put [tool.tapgen] with an application and its environments into {PYPROJECT}, or begin by tapgen init."


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with the value at a path of the file."""

    path: KeyPath
    message: str

    def __str__(self) -> str:
        """As it is printed; a problem of the file as a whole has no path."""
        return f"{'.'.join(map(str, self.path))}: {self.message}" if self.path else f"the settings: {self.message}"


Problems = dict[Problem, list[str]]  # problem -> the environments that have it: each inherits the project's


def load(where: Path | None = None, *, sources: bool = True) -> Project:
    """The project whose settings are at `where` (a folder or a file), or in the current folder or above it.

    `sources` also looks into the functions' sources for their entry points.

    Raises:
        SettingsError: no settings, or wrong ones; all problems together, each with its path in the file.
    """
    file, raw = _named(where) if where else _found(_here())
    overlays = raw.pop("environments", {"dev": {}})
    problems: Problems = {}
    if not isinstance(overlays, dict) or not all(isinstance(overlay, dict) for overlay in overlays.values()):
        raise SettingsError(f"{file}: environments is not a table of tables", "Write [tool.tapgen.environments.dev].")
    environments = {}
    for name, overlay in overlays.items():
        environment = _convert(raw, overlay, name, file.parent, problems)
        if environment is not None:
            environments[name] = environment
    of_files = _cross_check(environments, raw, overlays, problems, sources=sources)
    if not overlays:
        problems[Problem(("environments",), "there is none; write [tool.tapgen.environments.dev]")] = []
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        lines = [_with_environments(problem, names, overlays) for problem, names in problems.items()]
        hint = "tapgen settings --schema says what each setting may be."
        if all(problem.message in of_files for problem in problems):
            hint = "Mend the file, or let the setting name another one."
        raise SettingsError(f"{file}: {count}", hint, lines, _places(file, problems))
    return Project(file=file, environments=environments)


def _named(where: Path) -> tuple[Path, Table]:
    try:
        is_folder = where.is_dir()
    except OSError as error:  # a name that is too long
        raise SettingsError(f"{where}: {error.strerror}", _HOW_TO_BEGIN) from None
    if is_folder:
        for name in (TAPGEN_TOML, PYPROJECT):
            settings = _section(where / name) if (where / name).is_file() else None
            if settings is not None:
                return (where / name).absolute(), settings
        raise SettingsError(f"{where}: no {TAPGEN_TOML}, and no [tool.tapgen] in a {PYPROJECT}", _HOW_TO_BEGIN)
    settings = _section(where)
    if settings is None:
        raise SettingsError(f"{where}: there is no [tool.tapgen]", _HOW_TO_BEGIN)
    return where.absolute(), settings


def _here() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise SettingsError(
            "the current folder is gone", "Go to the project's folder, or name it by --project."
        ) from None


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
    if without is not None:
        raise SettingsError(f"{without}: there is no [tool.tapgen]", _HOW_TO_BEGIN)
    raise SettingsError(f"no {TAPGEN_TOML} or {PYPROJECT} in {start} or above it", _HOW_TO_BEGIN)


def _section(file: Path) -> Table | None:
    """The settings in a file; None for a pyproject.toml that has none."""
    try:
        parsed = tomllib.loads(reading.text(file))
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror}", _HOW_TO_BEGIN) from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file}: not UTF-8 (byte {error.start})", "TOML files are in UTF-8.") from None
    except RecursionError:
        raise SettingsError(f"{file}: nested too deeply", "Settings are tables of tables, at most four deep.") from None
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


def _convert(project: Table, overlay: Table, name: str, root: Path, problems: Problems) -> Environment | None:
    settings = merged(project, overlay)
    given = [key for key in GIVEN if key in settings]
    environment: Environment | None
    try:
        environment = typed.environment({**settings, "name": name, "root": root})
    except msgspec.ValidationError as error:
        from tapgen.settings.explain import explain

        whole = {**settings, "name": name, "root": root}
        found = explain(whole) or [((), str(error))]
        for path, message in found:
            _add(problems, written(path, name, project, overlay), message, name)
        environment = _with_defaults(whole, [path for path, _ in found])
    for key in given:
        _add(problems, written((key,), name, project, overlay), "there is no such setting", name)
    return None if given else environment


def _with_defaults(settings: Table, wrong: list[KeyPath]) -> Environment | None:
    """The settings with defaults in the place of wrong values, so that the others can be checked in the same go.

    None where a value has no default, or where a whole part would be missing for those that name it.
    """
    if any(len(path) == 2 for path in wrong):
        return None
    for path in wrong:
        settings = _without(settings, path)
    try:
        return typed.environment(settings)
    except msgspec.ValidationError:
        return None


def _without(value: Any, path: KeyPath) -> Any:
    """A copy without the value at a path; of a list the whole list, since its items have no default."""
    [step, *rest] = path
    if not isinstance(value, dict) or step not in value:
        return value
    kept = {key: item for key, item in value.items() if key != step}
    return {**kept, step: _without(value[step], tuple(rest))} if rest and isinstance(value[step], dict) else kept


def _cross_check(
    environments: dict[str, Environment],
    project: Table,
    overlays: dict[str, Table],
    problems: Problems,
    *,
    sources: bool,
) -> frozenset[str]:
    """Add the problems of settings that do not fit together; the messages of those that are one of functions' files."""
    from tapgen.settings.checks import check

    entry_points: dict[Any, list[Any]] | None = {} if sources else None
    for name, environment in environments.items():
        wrong = [problem.path for problem, names in problems.items() if name in names]
        for path, message in check(environment, entry_points):
            where = written(path, name, project, overlays[name])
            if not any(where == other[: len(where)] for other in wrong):  # it may be about the missing value alone
                _add(problems, where, message, name)
    return frozenset(message for found in (entry_points or {}).values() for _, message in found)


def _add(problems: Problems, where: KeyPath, message: str, name: str) -> None:
    names = problems.setdefault(Problem(where, message), [])
    if name not in names:  # what all functions take over is wrong in each
        names.append(name)


def _places(file: Path, problems: Iterable[Problem]) -> list[str]:
    """`tapgen.toml:12:3` of each problem: where the nearest part of its path stands that the file has."""
    from tapgen.settings.positions import nearest, positions

    found = positions(reading.text(file))
    table = ("tool", "tapgen") if file.name == PYPROJECT else ()
    places = [nearest(found, (*table, *problem.path)) for problem in problems]
    return [f"{file.name}:{place.line}:{place.column}" if place else "" for place in places]


def _with_environments(problem: Problem, names: list[str], overlays: Table) -> str:
    """The problem, and which environments have it where it stands in the project's own settings but not all do."""
    if problem.path[:1] == ("environments",) or len(names) in (0, len(overlays)):
        return str(problem)
    return f"{problem} (in {', '.join(names)})"
