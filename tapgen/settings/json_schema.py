"""JSON Schema as API Gateway takes it: draft 4, converted from later drafts, or refused with the path in the file."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tapgen import reading

Schema = dict[str, Any]


class SchemaError(ValueError):
    """Why API Gateway cannot take a schema."""


MAX_BYTES = 400 * 1024
"""Of a model: API Gateway developer guide, "Quotas for REST APIs" (payload of a model)."""

DRAFT_4 = "http://json-schema.org/draft-04/schema#"

TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})

_SAYS_NOTHING = frozenset(
    {
        *("$schema", "$id", "id", "$comment", "$vocabulary", "contentEncoding", "contentMediaType"),
        *("default", "deprecated", "examples", "readOnly", "writeOnly"),
        *("discriminator", "example", "externalDocs", "nullable", "xml"),  # OpenAPI's own
    }
)
"""Keywords that say nothing about what is valid."""

_LATER = {
    "if": "draft 7",
    "then": "draft 7",
    "else": "draft 7",
    "contains": "draft 6",
    "propertyNames": "draft 6",
    "minContains": "draft 2019-09",
    "maxContains": "draft 2019-09",
    "unevaluatedProperties": "draft 2019-09",
    "unevaluatedItems": "draft 2019-09",
    "dependentSchemas": "draft 2019-09",
    "$anchor": "draft 2019-09",
    "$recursiveRef": "draft 2019-09",
    "$recursiveAnchor": "draft 2019-09",
    "$dynamicRef": "draft 2020-12",
    "$dynamicAnchor": "draft 2020-12",
}
"""Keywords that draft 4 has no words for, and the draft that brought them."""

_TEXT, _NUMBER, _COUNT, _LIST, _TABLE, _FLAG = "text", "a number", "a whole number", "a list", "an object", "a boolean"

_KINDS: dict[str, str] = {
    **dict.fromkeys(("title", "description", "format", "pattern", "$ref"), _TEXT),
    **dict.fromkeys(("minimum", "maximum", "multipleOf"), _NUMBER),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), _COUNT),
    **dict.fromkeys(("required", "enum", "allOf", "anyOf", "oneOf", "prefixItems"), _LIST),
    **dict.fromkeys(
        ("properties", "patternProperties", "definitions", "$defs", "dependencies", "dependentRequired"), _TABLE
    ),
    "uniqueItems": _FLAG,
}

_FITS: dict[str, Callable[[Any], bool]] = {
    _TEXT: lambda value: isinstance(value, str),
    _NUMBER: lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    _COUNT: lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
    _LIST: lambda value: isinstance(value, list) and bool(value),
    _TABLE: lambda value: isinstance(value, dict),
    _FLAG: lambda value: isinstance(value, bool),
}


def read(file: Path) -> Schema:
    """The JSON Schema in a file, as draft 4.

    Raises:
        SchemaError: no such file, no JSON Schema, or one that draft 4 cannot say; the message says where.
    """
    try:
        text = reading.text(file)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise SchemaError(f"{file.name}: {reason}") from None
    if len(text.encode()) > MAX_BYTES:
        raise SchemaError(f"{file.name}: a model has {MAX_BYTES // 1024} KiB at most")
    try:
        schema = json.loads(text)
    except json.JSONDecodeError as error:
        raise SchemaError(f"{file.name}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from None
    except RecursionError:
        raise SchemaError(f"{file.name}: nested too deeply") from None
    if not isinstance(schema, dict):
        raise SchemaError(f"{file.name}: not a JSON Schema: it is no object")
    try:
        return {"$schema": DRAFT_4, **draft_4(schema)}
    except SchemaError as error:
        raise SchemaError(f"{file.name}: {error}") from None


def draft_4(schema: Any, path: str = "") -> Schema:
    """The schema in the words of draft 4.

    Raises:
        SchemaError: it is none, or draft 4 has no words for it; the message begins with the path in the schema.
    """
    if schema is True:
        return {}
    if schema is False:
        return {"not": {}}
    if not isinstance(schema, dict):
        raise SchemaError(f"{path or '/'}: not a schema: neither an object nor a boolean")
    if "$ref" in schema:
        return {"$ref": _reference(schema["$ref"], path)}
    converted: Schema = {}
    for keyword, value in _nullable(schema).items():
        where = f"{path}/{keyword}"
        if keyword in _SAYS_NOTHING or keyword.startswith("x-") or (keyword == "required" and value == []):
            continue
        if keyword in _LATER:
            raise SchemaError(f"{where}: a REST API takes draft 4, which has no {keyword} ({_LATER[keyword]})")
        kind = _KINDS.get(keyword)
        if kind and not _FITS[kind](value):
            raise SchemaError(f"{where}: it is not {kind}{' with something in it' if kind == _LIST else ''}")
        converted |= _CONVERSIONS.get(keyword, _same)(keyword, value, where, converted)
    return converted


def _same(keyword: str, value: Any, _where: str, _so_far: Schema) -> Schema:
    return {keyword: value}


def _nullable(schema: Schema) -> Schema:
    """OpenAPI 3.0's `nullable` is a type more."""
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    return schema


def _type(_keyword: str, value: Any, where: str, _so_far: Schema) -> Schema:
    for one in value if isinstance(value, list) else [value]:
        if one not in TYPES:
            raise SchemaError(f"{where}: {json.dumps(one)} is not one of {', '.join(sorted(TYPES))}")
    return {"type": value}


def _named(keyword: str, value: Mapping[str, Any], where: str, _so_far: Schema) -> Schema:
    return {keyword: {name: draft_4(one, f"{where}/{_escaped(name)}") for name, one in value.items()}}


def _definitions(_keyword: str, value: Mapping[str, Any], where: str, so_far: Schema) -> Schema:
    return {"definitions": {**so_far.get("definitions", {}), **_named("", value, where, {})[""]}}


def _all(keyword: str, value: list[Any], where: str, _so_far: Schema) -> Schema:
    return {keyword: [draft_4(one, f"{where}/{index}") for index, one in enumerate(value)]}


def _one(keyword: str, value: Any, where: str, _so_far: Schema) -> Schema:
    return {keyword: draft_4(value, where)}


def _items(_keyword: str, value: Any, where: str, so_far: Schema) -> Schema:
    if isinstance(value, list):
        return _all("items", value, where, so_far)
    if isinstance(so_far.get("items"), list):  # prefixItems came before: these are the rest
        return {"additionalItems": _additional("", value, where, so_far)[""]}
    return {"items": draft_4(value, where)}


def _prefix_items(_keyword: str, value: list[Any], where: str, so_far: Schema) -> Schema:
    rest = {"additionalItems": so_far["items"]} if "items" in so_far else {}
    return rest | _all("items", value, where, so_far)


def _additional(keyword: str, value: Any, where: str, _so_far: Schema) -> Schema:
    return {keyword: value if isinstance(value, bool) else draft_4(value, where)}


def _constant(_keyword: str, value: Any, _where: str, _so_far: Schema) -> Schema:
    return {"enum": [value]}


def _exclusive(keyword: str, value: Any, where: str, _so_far: Schema) -> Schema:
    """A number since draft 6; in draft 4 a flag beside the limit."""
    if isinstance(value, bool):
        return {keyword: value}
    if not _FITS[_NUMBER](value):
        raise SchemaError(f"{where}: it is not a number")
    return {keyword.removeprefix("exclusive").lower(): value, keyword: True}


def _dependencies(_keyword: str, value: Mapping[str, Any], where: str, so_far: Schema) -> Schema:
    found = {
        name: one if isinstance(one, list) else draft_4(one, f"{where}/{_escaped(name)}") for name, one in value.items()
    }
    return {"dependencies": {**so_far.get("dependencies", {}), **found}}


def _required(_keyword: str, value: list[Any], where: str, _so_far: Schema) -> Schema:
    if not all(isinstance(name, str) for name in value):
        raise SchemaError(f"{where}: it is not a list of names")
    return {"required": value}


_CONVERSIONS: dict[str, Callable[[str, Any, str, Schema], Schema]] = {
    "type": _type,
    "required": _required,
    "properties": _named,
    "patternProperties": _named,
    "definitions": _definitions,
    "$defs": _definitions,
    "allOf": _all,
    "anyOf": _all,
    "oneOf": _all,
    "not": _one,
    "items": _items,
    "prefixItems": _prefix_items,
    "additionalItems": _additional,
    "additionalProperties": _additional,
    "const": _constant,
    "exclusiveMinimum": _exclusive,
    "exclusiveMaximum": _exclusive,
    "dependencies": _dependencies,
    "dependentRequired": _dependencies,
}


def _reference(value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise SchemaError(f"{path}/$ref: it is not text")
    if not value.startswith("#"):
        raise SchemaError(f'{path}/$ref: "{value}" is in another file; put it under /definitions of this one')
    if not value.startswith(("#/definitions/", "#/$defs/")) and value != "#":
        raise SchemaError(f'{path}/$ref: "{value}" is not under /definitions or /$defs')
    return value.replace("#/$defs/", "#/definitions/").replace("/$defs/", "/definitions/")


def _escaped(name: str) -> str:
    """A name in a JSON pointer: RFC 6901."""
    return name.replace("~", "~0").replace("/", "~1")
