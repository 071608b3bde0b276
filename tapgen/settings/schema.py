"""A JSON Schema of the settings file, for editors; generated from the model."""

from __future__ import annotations

from typing import Any

import msgspec

from tapgen.settings.descriptions import descriptions, structs
from tapgen.settings.model import GIVEN
from tapgen.settings.typed import whole


def json_schema() -> dict[str, Any]:
    """The schema of [tool.tapgen]: an environment's fields, and `environments`, which overlay any of them."""
    (_,), components = msgspec.json.schema_components(
        [whole().cls], schema_hook=lambda _: {"type": "string"}, ref_template="#/$defs/{name}"
    )
    components = {name: _without_null(component) for name, component in components.items()}
    _describe(components)
    project = components.pop("Environment")
    for field in GIVEN:
        del project["properties"][field]
    required = [field for field in project.pop("required") if field not in GIVEN]
    overlays = {f"{name}Overlay": _or_false(_partial(component)) for name, component in components.items()}
    environment = _partial({**project, "title": "Environment", "description": "Settings of this environment alone"})
    project["properties"]["environments"] = {
        "type": "object",
        "description": "Each environment by name; it overlays any other setting",
        "propertyNames": {"pattern": "^[a-z][a-z0-9-]{0,31}$"},
        "additionalProperties": {"$ref": "#/$defs/Environment"},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **project,
        "title": "tapgen",
        "description": "[tool.tapgen] of pyproject.toml, or the whole of tapgen.toml",
        "required": required,
        "$defs": {**components, **overlays, "Environment": environment},
    }


def _describe(components: dict[str, Any]) -> None:
    for struct in structs(whole()):
        properties = components[struct.cls.__name__]["properties"]
        for field in struct.fields:
            if text := descriptions(struct.cls).get(field.name):
                properties[field.encode_name]["description"] = text


def _without_null(schema: Any) -> Any:
    """The schema without the null that stands for an unset value: TOML has none."""
    if isinstance(schema, list):
        return [_without_null(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _without_null(value) for key, value in schema.items() if (key, value) != ("default", None)}
    choices = [choice for choice in kept.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        del kept["anyOf"]
        return {**choices[0], **kept}
    return {**kept, "anyOf": choices} if choices else kept


def _or_false(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a table that an environment may also take away."""
    return {**schema, "type": ["object", "boolean"], "not": {"const": True}} if schema["type"] == "object" else schema


def _partial(schema: Any) -> Any:
    """The schema of what overlays a value of this one: nothing is required, at any depth."""
    if isinstance(schema, list):
        return [_partial(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    partial = {key: _partial(value) for key, value in schema.items() if key != "required"}
    if "$ref" in partial:
        partial["$ref"] += "Overlay"
    return partial
