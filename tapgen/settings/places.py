"""EDGE: where in the settings file stands what is wrong, for problems that only the whole template shows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tapgen import reading
from tapgen.errors import SettingsError

if TYPE_CHECKING:
    from tapgen.settings.model import Environment

FILES = (("tapgen.toml", ()), ("pyproject.toml", ("tool", "tapgen")))
"""The files that may hold the settings, the first that is there, and where in them the settings begin."""


def error(environment: Environment, problems: Sequence[tuple[str, str]], hint: str = "") -> SettingsError:
    """The error that says each problem, a path with dots and a message, with the place where it stands."""
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    file, start = next(((file, start) for name, start in FILES if (file := environment.root / name).is_file()), _NONE)
    lines = [f"{path}: {message}" for path, message in problems]
    return SettingsError(f"{file}: {count}", hint, lines, _places(file, start, environment.name, problems))


_NONE: tuple[Path, tuple[str, ...]] = (Path("the settings"), ())


def _places(file: Path, start: tuple[str, ...], environment: str, problems: Sequence[tuple[str, str]]) -> list[str]:
    from tapgen.settings.positions import nearest, positions

    try:
        found = positions(reading.text(file))
    except OSError:  # the settings were handed over by a program
        return []
    places = []
    for path, _ in problems:
        steps = tuple(int(step) if step.isdigit() else step for step in path.split("."))
        own = (*start, "environments", environment, *steps)
        place = found.get(own) or nearest(found, (*start, *steps))
        places.append(f"{file.name}:{place.line}:{place.column}" if place else "")
    return places
