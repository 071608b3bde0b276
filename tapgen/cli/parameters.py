"""EDGE: values of template parameters from files."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from tapgen import reading
from tapgen.errors import UsageError

_FORMS = (
    'A file of parameters has lines NAME=VALUE, or is TOML or JSON: {"NAME": "VALUE"}, a "Parameters" mapping, or a '
    "list of ParameterKey and ParameterValue."
)


def from_files(files: tuple[Path, ...]) -> dict[str, str]:
    """The values by name; of several files the later one wins.

    Raises:
        UsageError: a file cannot be read, or holds something else.
    """
    values: dict[str, str] = {}
    for file in files:
        values |= _read(file)
    return values


def _read(file: Path) -> dict[str, str]:
    try:
        text = reading.text(file)
        if file.suffix == ".json":
            return _pairs(json.loads(text), file)
        return _pairs(tomllib.loads(text), file) if file.suffix == ".toml" else _lines(text, file)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}", _FORMS) from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: not UTF-8 (byte {error.start})", _FORMS) from None
    except (json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{file}: not {file.suffix[1:].upper()}: {error}", _FORMS) from None


def _pairs(value: Any, file: Path) -> dict[str, str]:
    """What the AWS CLI and CodePipeline write, or a plain mapping; a list of values is joined by commas."""
    match value:
        case {"Parameters": dict(inner)}:
            value = inner
        case [*items] if items and all(isinstance(one, dict) and "ParameterKey" in one for one in items):
            value = {one["ParameterKey"]: one.get("ParameterValue", "") for one in items}
    if not isinstance(value, dict):
        raise UsageError(f"{file}: it holds no parameters", _FORMS)
    return {str(name): _text(name, one, file) for name, one in value.items()}


def _text(name: str, value: Any, file: Path) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, list) and all(isinstance(one, str | int | float) for one in value):
        return ",".join(map(str, value))
    raise UsageError(f"{file}: {name} is neither text nor a number nor a list of them", _FORMS)


def _lines(text: str, file: Path) -> dict[str, str]:
    values = {}
    for number, line in enumerate(text.splitlines(), 1):
        name, equals, value = line.strip().partition("=")
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not equals:
            raise UsageError(f"{file}:{number}: not NAME=VALUE", _FORMS)
        quoted = len(value.strip()) > 1 and value.strip()[0] == value.strip()[-1] and value.strip()[0] in "\"'"
        values[name.strip()] = value.strip()[1:-1] if quoted else value.strip()
    return values
