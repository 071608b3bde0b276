"""An API of a template as an OpenAPI 3.1 document: its routes, parameters, models, who may call, and where it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tapgen.openapi import models, requests, security
from tapgen.template.apis import routes
from tapgen.template.model import understand
from tapgen.template.routes import BODIES

if TYPE_CHECKING:
    from tapgen.template.document import Document
    from tapgen.template.model import Resource, Template
    from tapgen.template.routes import Route

METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
"""The methods that ANY stands for: OpenAPI has no word for all of them."""


def apis(document: Document) -> list[str]:
    """The logical ids of the APIs of a template, the first one first."""
    return [resource.logical_id for resource in understand(document).of_type(*BODIES)]


def describe(document: Document, api: str, region: str = "") -> dict[str, Any]:
    """The OpenAPI document of an API; `region` is where it is deployed to, where that is known.

    A route `$default` has no path, and so no place in it.
    """
    template = understand(document)
    resource = template.resources[api]
    own = [route for route in routes(template).values() if route.api_id == api and not route.mock]
    schemas = models.Schemas(document, api)
    schemes: dict[str, Any] = {}
    paths: dict[str, dict[str, Any]] = {}
    explicit = {(path_of(route.path), route.method.lower()) for route in own}
    for route in own:
        if route.method == "$default":
            continue
        path = path_of(route.path)
        item = paths.setdefault(path, {})
        operation = _operation(template, document, route, schemas, schemes)
        for method in METHODS if route.method == "ANY" else (route.method.lower(),):
            if route.method == "ANY" and ((path, method) in explicit or method == "options"):
                continue
            item[method] = {"operationId": _operation_id(method, path), **operation}
    components = {"schemas": schemas.used, "securitySchemes": schemes}
    present = {name: dict(sorted(value.items())) for name, value in components.items() if value}
    return {
        "openapi": "3.1.0",
        "info": {"title": _title(resource), "version": "1"},
        "servers": list(_servers(template, resource, region)),
        "paths": {path: paths[path] for path in sorted(paths)},
        **({"components": present} if present else {}),
    }


def path_of(path: str) -> str:
    """The path as OpenAPI writes it, which has no greedy parameters."""
    return path.replace("+}", "}")


def _operation(
    template: Template, document: Document, route: Route, schemas: models.Schemas, schemes: dict[str, Any]
) -> dict[str, Any]:
    parameters = [
        {"name": part[1:-1], "in": "path", "required": True, "schema": {"type": "string"}}
        for part in path_of(route.path).split("/")
        if part.startswith("{")
    ]
    parameters += requests.parameters(document, route)
    body = schemas.request_body(route)
    asked = security.requirement(template, route, schemes)
    answers = {"default": {"description": f"The {'function' if route.functions else 'service'}'s answer"}}
    if asked:
        answers |= {"401": {"description": "No credentials"}, "403": {"description": "Not allowed"}}
    if body or len(parameters) > route.path.count("{"):
        answers |= {"400": {"description": "The request is not what is asked for"}}
    return {
        **({"tags": list(route.functions)} if route.functions else {}),
        **({"parameters": parameters} if parameters else {}),
        **({"requestBody": body} if body else {}),
        "responses": dict(sorted(answers.items())),
        **({"security": [asked]} if asked else {}),
    }


def _operation_id(method: str, path: str) -> str:
    """`getOrdersByOrderId`: a name for a client's function; "/a/b" and "/a_b" differ in it."""
    words = [f"by {part[1:-1]}" if part.startswith("{") else part for part in path.split("/")]
    joined = "".join(character if character.isalnum() else " " for character in " ".join(words))
    name = method + "".join(word[0].upper() + word[1:] for word in joined.split())
    return name + "_" * path.count("_")


def _title(resource: Resource) -> str:
    name = resource.properties.get("Name")
    body = resource.properties.get(BODIES[resource.type][0])
    info = body.get("info") if isinstance(body, Mapping) else None
    written = name or (info.get("title") if isinstance(info, Mapping) else None)
    return written if isinstance(written, str) else resource.logical_id


def _servers(template: Template, resource: Resource, region: str) -> Iterator[dict[str, Any]]:
    """The names of its own that lead to the API, then the one that API Gateway gives it."""
    for mapping in template.of_type("AWS::ApiGateway::BasePathMapping", "AWS::ApiGatewayV2::ApiMapping"):
        reference = mapping.properties.get("RestApiId") or mapping.properties.get("ApiId")
        domain = template.target(mapping.properties.get("DomainName"))
        name = domain.properties.get("DomainName") if domain else None
        if template.target(reference) is resource and isinstance(name, str):
            base = mapping.properties.get("BasePath") or mapping.properties.get("ApiMappingKey") or ""
            yield {"url": f"https://{name}/{base}".rstrip("/")}
    for stage in template.of_type("AWS::ApiGateway::Stage", "AWS::ApiGatewayV2::Stage"):
        reference = stage.properties.get("RestApiId") or stage.properties.get("ApiId")
        if template.target(reference) is resource:
            name = stage.properties.get("StageName")
            path = "" if name == "$default" or not isinstance(name, str) else f"/{name}"
            yield {
                "url": f"https://{{api}}.execute-api.{{region}}.amazonaws.com{path}",
                "variables": {
                    "api": {"default": "API_ID", "description": "Id of the API: one of the stack's outputs"},
                    "region": {"default": region or "us-east-1"},
                },
            }
