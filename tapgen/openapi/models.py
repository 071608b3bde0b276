"""The models that requests must fit, as the schemas of an OpenAPI 3.1 document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tapgen.openapi import requests
from tapgen.template.api_bodies import mapping

if TYPE_CHECKING:
    from tapgen.template.document import Document
    from tapgen.template.routes import Route

_COMPONENTS = "#/components/schemas/"


class Schemas:
    """The schemas that an API's routes ask for; `used` grows with each of them."""

    def __init__(self, document: Document, api: str) -> None:
        self.used: dict[str, Any] = {}
        self._document = document
        body = mapping(requests.properties(document, api).get("Body"))
        self._in_body = mapping(mapping(body.get("components")).get("schemas"))

    def request_body(self, route: Route) -> dict[str, Any]:
        """What OpenAPI says of the route's body; empty where it asks for nothing."""
        name = self._of_body(route) if route.in_body else self._of_method(route)
        if not name:
            return {}
        schema = {"$ref": _COMPONENTS + name}
        return {"required": True, "content": {"application/json": {"schema": schema}}}

    def _of_body(self, route: Route) -> str:
        content = requests.operation(self._document, route).get("requestBody")
        schema: Any = content
        for step in ("content", "application/json", "schema", "$ref"):
            schema = schema.get(step) if isinstance(schema, Mapping) else None
        name = schema.removeprefix(_COMPONENTS) if isinstance(schema, str) else ""
        self._add_from_body(name)
        return name

    def _add_from_body(self, name: str) -> None:
        """The schema, and those that it refers to."""
        waiting = [name]
        while waiting:
            one = waiting.pop()
            if one in self._in_body and one not in self.used:
                self.used[one] = later(self._in_body[one])
                text = json.dumps(self.used[one])
                waiting += [other for other in self._in_body if f'"{_COMPONENTS}{other}"' in text]

    def _of_method(self, route: Route) -> str:
        models = requests.properties(self._document, route.logical_id).get("RequestModels")
        reference = next(iter(models.values()), None) if isinstance(models, Mapping) else None
        title = reference.get("Ref") if isinstance(reference, Mapping) else None
        if not isinstance(title, str):
            return ""
        properties = requests.properties(self._document, title)
        name = str(properties.get("Name") or title)
        schema = properties.get("Schema")
        loaded = json.loads(schema) if isinstance(schema, str) else schema
        if isinstance(loaded, Mapping):
            for inner, definition in loaded.get("definitions", {}).items():
                self.used[f"{name}{_capital(inner)}"] = later(definition, name)
            own = {key: value for key, value in loaded.items() if key not in ("definitions", "$schema")}
            self.used[name] = later(own, name)
        return name


def later(schema: Any, owner: str = "") -> Any:
    """A schema of draft 4 in the words of draft 2020-12, which OpenAPI 3.1 uses.

    `owner` is the model whose definitions a reference means: they stand beside it, as components.
    """
    if isinstance(schema, list):
        return [later(one, owner) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    if isinstance(schema.get("$ref"), str):
        return {"$ref": _reference(schema["$ref"], owner)}
    found: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword in ("properties", "patternProperties") and isinstance(value, Mapping):
            found[keyword] = {name: later(one, owner) for name, one in value.items()}
        elif keyword in ("enum", "required", "default", "examples"):
            found[keyword] = value
        else:
            found |= _keyword(keyword, value, schema, owner)
    return found


def _keyword(keyword: str, value: Any, schema: Mapping[str, Any], owner: str) -> dict[str, Any]:
    if keyword in ("exclusiveMinimum", "exclusiveMaximum") and isinstance(value, bool):
        limit = keyword.removeprefix("exclusive").lower()
        return {keyword: schema[limit]} if value and limit in schema else {}
    if keyword in ("minimum", "maximum") and schema.get(f"exclusive{keyword.capitalize()}") is True:
        return {}
    if keyword == "items" and isinstance(value, list):
        rest = {"items": later(schema["additionalItems"], owner)} if "additionalItems" in schema else {}
        return {"prefixItems": later(value, owner), **rest}
    if keyword == "additionalItems":
        return {}
    if keyword == "dependencies" and isinstance(value, Mapping):
        required = {name: one for name, one in value.items() if isinstance(one, list)}
        schemas = {name: later(one, owner) for name, one in value.items() if not isinstance(one, list)}
        both = {"dependentRequired": required, "dependentSchemas": schemas}
        return {name: one for name, one in both.items() if one}
    return {keyword: later(value, owner)}


def _reference(value: str, owner: str) -> str:
    if value.startswith("#/definitions/"):
        return f"{_COMPONENTS}{owner}{_capital(value.removeprefix('#/definitions/'))}"
    return _COMPONENTS + owner if value == "#" else value


def _capital(name: str) -> str:
    """A definition's name as part of a component's: letters, digits, ".", "-" and "_"."""
    clean = "".join(character if character.isalnum() or character in "._-" else "_" for character in name)
    return clean[:1].upper() + clean[1:]
