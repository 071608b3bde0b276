"""The routes of a template's APIs, however they are written: what each asks of its callers, and what is behind it.

Methods and routes of their own, OpenAPI bodies, and SAM's events are read alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tapgen.template import api_bodies, sam_apis
from tapgen.template.api_bodies import mapping
from tapgen.template.intrinsics import references
from tapgen.template.model import Resource, Template
from tapgen.template.routes import BODIES, Caller, Route, functions_of
from tapgen.template.text import text
from tapgen.template.types import value_at

_MOST_STEPS: Final = 64  # API Gateway allows fewer path parts; a longer chain of parents is a circle


def routes(template: Template) -> dict[tuple[str, str, str], Route]:
    """Every route by its API, method and path."""
    found = (*_rest(template), *_http(template), *api_bodies.routes(template), *sam_apis.routes(template))
    return {(route.api, route.method, route.path): route for route in found}


def unread_definition(resource: Resource) -> bool:
    """Whether an API takes its routes from a document that is not in the template, or made by a transform."""
    body = value_at(resource.properties, (BODIES[resource.type][0],)) if resource.type in BODIES else None
    elsewhere = {"BodyS3Location", "DefinitionUri"} & resource.properties.keys()
    return bool(elsewhere) or (body is not None and not isinstance(value_at({"": body}, ("", "paths")), Mapping))


def _rest(template: Template) -> Iterator[Route]:
    for method in template.of_type("AWS::ApiGateway::Method"):
        properties = method.properties
        integration = properties.get("Integration")
        yield Route(
            api=text(properties.get("RestApiId", "")),
            method="ANY" if properties.get("HttpMethod") == "ANY" else text(properties.get("HttpMethod", "")).upper(),
            path=_said_path(method) or _path(template, properties.get("ResourceId")),
            logical_id=method.logical_id,
            caller=_caller(properties),
            kind="rest",
            place=("Resources", method.logical_id, "Properties", "AuthorizationType"),
            functions=functions_of(template, mapping(integration).get("Uri")),
            credentials="Credentials" in mapping(integration),
            mock=mapping(integration).get("Type") == "MOCK",
        )


def _caller(properties: Mapping[str, Any]) -> Caller:
    scopes = properties.get("AuthorizationScopes")
    return Caller(
        text(properties.get("AuthorizationType", "NONE")),
        text(properties["AuthorizerId"]) if "AuthorizerId" in properties else "",
        tuple(sorted(text(scope) for scope in scopes)) if isinstance(scopes, list) else (),
        properties.get("ApiKeyRequired") == "true",
    )


def _said_path(method: Resource) -> str:
    """The path that a method says in its metadata, since it is below one whose resource is another stack's."""
    said = method.attributes.get("Metadata")
    return text(said["Path"]) if isinstance(said, Mapping) and isinstance(said.get("Path"), str) else ""


def _path(template: Template, value: Any) -> str:
    """The path of a REST resource, from its chain of parents."""
    parts: list[str] = []
    for _ in range(_MOST_STEPS):
        found = next(references(value), None)
        resource = template.resources.get(found.target) if found else None
        if resource is None or resource.type != "AWS::ApiGateway::Resource":
            break
        parts.append(text(resource.properties.get("PathPart", "")))
        value = resource.properties.get("ParentId")
    return "/" + "/".join(reversed(parts))


def _http(template: Template) -> Iterator[Route]:
    for route in template.of_type("AWS::ApiGatewayV2::Route"):
        key = text(route.properties.get("RouteKey", ""))
        method, _, path = key.partition(" ")
        integration = template.target(route.properties.get("Target"))
        api = template.target(route.properties.get("ApiId"))
        of_messages = api is not None and api.properties.get("ProtocolType") == "WEBSOCKET"
        yield Route(
            api=text(route.properties.get("ApiId", "")),
            method=method,
            path=path or "/",
            logical_id=route.logical_id,
            caller=_caller(route.properties),
            kind="websocket" if of_messages or key in ("$connect", "$disconnect") else "http",
            place=("Resources", route.logical_id, "Properties", "AuthorizationType"),
            functions=functions_of(template, integration.properties.get("IntegrationUri")) if integration else (),
            credentials=integration is not None and "CredentialsArn" in integration.properties,
        )
