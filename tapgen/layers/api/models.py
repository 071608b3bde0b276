"""Request validation: models from JSON Schema files, and the validators that hold requests against them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from troposphere import Ref, apigateway

from tapgen import naming
from tapgen.errors import SettingsError

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.settings.apis import Api
    from tapgen.settings.served import ServedApi, ServedRoute

JSON = "application/json"


class Bodies(Struct, frozen=True):
    """What a method names: the models by their names in the settings, the validators by what they look at."""

    models: Mapping[str, Any]
    validators: Mapping[str, Any]

    def of(self, route: ServedRoute) -> dict[str, Any]:
        """The properties of the route's method that say what a request must have."""
        name = validator_name(route)
        body = {"RequestModels": {JSON: self.models[route.asks.request]}} if route.asks.request else {}
        return body | ({"RequestValidatorId": self.validators[name]} if name else {})


def read(served: ServedApi, root: Path) -> dict[str, Any]:
    """The schema of each model that a route asks for, by its name in the settings.

    Raises:
        SettingsError: a file has none.
    """
    used = dict.fromkeys(route.asks.request for route in served.routes if route.asks.request)
    found = {}
    for name in used:
        try:
            found[name] = read_model(served.settings, root, name)
        except ValueError as error:
            raise SettingsError(f"model {name}: {error}", "Give it a file with a JSON Schema.") from None
    return found


def read_model(settings: Api, root: Path, name: str) -> dict[str, Any]:
    """A model out of a file of its own, else out of the API's OpenAPI file.

    Raises:
        SchemaError: there is none.
    """
    from tapgen.settings import contract, json_schema

    if name in settings.models:
        return json_schema.read(root / settings.models[name])
    return contract.model(contract.read(root / (settings.openapi or "")), name)


def add(template: Template, served: ServedApi, api: Any, schemas: Mapping[str, Any]) -> Bodies:
    """Add the models and the validators that the routes need."""
    models = {
        name: Ref(
            template.add_resource(
                apigateway.Model(
                    f"{served.prefix}{naming.logical(name)}Model",
                    RestApiId=api,
                    Name=naming.logical(name),
                    ContentType=JSON,
                    Schema=schema,
                )
            )
        )
        for name, schema in schemas.items()
    }
    needed = {
        name: Ref(
            template.add_resource(
                apigateway.RequestValidator(
                    f"{served.title}{naming.logical(name)}Validator",
                    RestApiId=api,
                    Name=name,
                    ValidateRequestBody=looks["validateRequestBody"],
                    ValidateRequestParameters=looks["validateRequestParameters"],
                )
            )
        )
        for name, looks in validators(served).items()
    }
    return Bodies(models, needed)


def validator_name(route: ServedRoute) -> str:
    """Which validator a route needs; empty where it asks for nothing."""
    return " and ".join([*(["body"] if route.asks.request else []), *(["parameters"] if route.asks.parameters else [])])


def validators(served: ServedApi) -> dict[str, dict[str, bool]]:
    """The validators that the routes need, by name: what each of them looks at."""
    names = dict.fromkeys(name for route in served.routes if (name := validator_name(route)))
    return {
        name: {"validateRequestBody": "body" in name, "validateRequestParameters": "parameters" in name}
        for name in names
    }


def request_body(name: str) -> dict[str, Any]:
    """What an OpenAPI operation says of its body."""
    return {"required": True, "content": {JSON: {"schema": {"$ref": _pointer(name)}}}}


def components(schemas: Mapping[str, Any]) -> dict[str, Any]:
    """The models as schemas of an OpenAPI document, where a model's definitions stand beside it."""
    found: dict[str, Any] = {}
    for name, schema in schemas.items():
        moved = _moved(schema, naming.logical(name))
        moved.pop("$schema", None)
        for inner, definition in moved.pop("definitions", {}).items():
            found[f"{naming.logical(name)}{naming.logical(inner)}"] = definition
        found[naming.logical(name)] = moved
    return found


def _moved(value: Any, owner: str) -> Any:
    """The value with its references to definitions where those stand in an OpenAPI document."""
    if isinstance(value, list):
        return [_moved(one, owner) for one in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("$ref"), str):
        inner = value["$ref"].removeprefix("#").removeprefix("/definitions/")
        return {"$ref": f"#/components/schemas/{owner}{naming.logical(inner) if inner else ''}"}
    return {key: _moved(one, owner) for key, one in value.items()}


def _pointer(name: str) -> str:
    return f"#/components/schemas/{naming.logical(name)}"
