"""EDGE: an OpenAPI file of the project: its text, what it says, and its schemas as models."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from tapgen import reading
from tapgen.errors import DocumentError
from tapgen.settings.json_schema import DRAFT_4, Schema, SchemaError, draft_4

_COMPONENTS = "#/components/schemas/"
_DEFINITIONS = "#/definitions/"


class Contract(Struct, frozen=True):
    """What an OpenAPI file says; `text` is for the lines."""

    file: Path
    text: str
    document: Mapping[str, Any]


def read(file: Path) -> Contract:
    """The contract in a file of OpenAPI 3 or Swagger 2, JSON or YAML; a file that has not changed is read once.

    Raises:
        SchemaError: there is no file, or it holds no such document; the message says where.
    """
    try:
        changed = file.stat().st_mtime_ns
    except (OSError, ValueError) as error:  # a ValueError of a null byte in its name
        raise SchemaError(f"{file.name}: {getattr(error, 'strerror', error)}") from None
    try:
        return _read(file, changed)
    except OSError as error:
        raise SchemaError(f"{file.name}: {error.strerror}") from None


@cache
def _read(file: Path, _changed: int) -> Contract:
    try:
        text = reading.text(file)
    except UnicodeDecodeError:
        raise SchemaError(f"{file.name}: not UTF-8") from None
    document = _parsed(file.name, text)
    if not isinstance(document, dict) or not {"openapi", "swagger"} & document.keys():
        raise SchemaError(f"{file.name}: not an OpenAPI document: it says no version (openapi: 3.1.0)")
    if not isinstance(document.get("paths", {}), dict):
        raise SchemaError(f"{file.name}: not an OpenAPI document: paths is no mapping")
    return Contract(file, text, document)


def model(contract: Contract, name: str) -> Schema:
    """A schema of the contract as a model in draft 4, with those that it refers to as its definitions.

    Raises:
        SchemaError: it has none of that name, or draft 4 cannot say it.
    """
    every = schemas(contract)
    if name not in every:
        raise SchemaError(f"{contract.file.name}: components.schemas has no {name}")
    found: dict[str, Schema] = {}
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one in found:
            continue
        if one not in every:
            raise SchemaError(f"{contract.file.name}: components.schemas has no {one}, to which {name} refers")
        try:
            found[one] = draft_4(_local(every[one], waiting), f"/components/schemas/{one}")
        except SchemaError as error:
            raise SchemaError(f"{contract.file.name}: {error}") from None
    own = found.pop(name)
    return {"$schema": DRAFT_4, **own, **({"definitions": found} if found else {})}


def schemas(contract: Contract) -> Mapping[str, Any]:
    """The schemas by name, of either version of OpenAPI."""
    components = contract.document.get("components")
    found = components.get("schemas") if isinstance(components, dict) else contract.document.get("definitions")
    return found if isinstance(found, dict) else {}


def _parsed(name: str, text: str) -> Any:
    if text.lstrip().startswith("{"):
        try:
            return json.loads(text)
        except (json.JSONDecodeError, RecursionError) as error:
            where = f":{error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else ""
            raise SchemaError(f"{name}{where}: not JSON") from None
    from tapgen.template.yamlio import parse_yaml

    try:
        return parse_yaml(text, name)
    except DocumentError as error:
        raise SchemaError(error.message) from None


def _local(value: Any, seen: list[str]) -> Any:
    """The schema with its references as they are in a model; the names of what it refers to are added to `seen`."""
    if isinstance(value, list):
        return [_local(one, seen) for one in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("$ref")
    if isinstance(reference, str):
        target = reference.removeprefix(_COMPONENTS).removeprefix(_DEFINITIONS)
        if target != reference:
            seen.append(target)
        return {"$ref": f"{_DEFINITIONS}{target}" if target != reference else reference}
    return {key: _local(one, seen) for key, one in value.items()}
