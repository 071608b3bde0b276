"""Routes that SAM makes: a function's events of the types Api and HttpApi, and the bodies of SAM's APIs.

Source: AWS SAM developer guide, "Controlling API access with your AWS SAM template".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tapgen.template.api_bodies import mapping, of_document
from tapgen.template.model import Resource, Template
from tapgen.template.paths import Path
from tapgen.template.routes import Caller, Kind, Route
from tapgen.template.text import text

_EVENTS: Final[Mapping[str, tuple[Kind, str, str, str]]] = {
    "Api": ("rest", "RestApiId", "ServerlessRestApi", "Api"),
    "HttpApi": ("http", "ApiId", "ServerlessHttpApi", "HttpApi"),
}
"""Type of an event: kind, the property that names the API, the API that SAM makes by itself, its part of Globals."""


def routes(template: Template) -> Iterator[Route]:
    """Every route of SAM's; an event says more than the body that it belongs to, and comes later."""
    for resource in template.of_type("AWS::Serverless::Api", "AWS::Serverless::HttpApi"):
        body = resource.properties.get("DefinitionBody")
        if isinstance(body, Mapping):
            place: Path = ("Resources", resource.logical_id, "Properties", "DefinitionBody")
            default = _asked(_auth(template, resource, resource.type.rpartition("::")[2]), {})
            yield from of_document(template, resource.logical_id, resource.type, body, place, default)
    for function in template.of_type("AWS::Serverless::Function"):
        for name, event in mapping(function.properties.get("Events")).items():
            kind = text(mapping(event).get("Type", ""))
            if kind in _EVENTS:
                yield _route(template, function, name, mapping(event), _EVENTS[kind])


def _route(
    template: Template, function: Resource, name: str, event: Mapping[str, Any], form: tuple[Kind, str, str, str]
) -> Route:
    kind, key, implicit, section = form
    properties = mapping(event.get("Properties"))
    api = properties.get(key)
    method = text(properties.get("Method", "any")).upper()
    path = text(properties.get("Path", "$default"))
    resource = template.target(api) if api is not None else None
    return Route(
        api=text(api) if api is not None else "${" + implicit + "}",
        method="$default" if path == "$default" else "ANY" if method == "X-AMAZON-APIGATEWAY-ANY-METHOD" else method,
        path="/" if path == "$default" else path,
        logical_id=function.logical_id,
        caller=_asked(_auth(template, resource, section), mapping(properties.get("Auth"))),
        kind=kind,
        place=("Resources", function.logical_id, "Properties", "Events", name),
        functions=(function.logical_id,),
    )


def _auth(template: Template, resource: Resource | None, section: str) -> Mapping[str, Any]:
    """The API's Auth, with what Globals say of every API of its type."""
    everywhere = mapping(mapping(mapping(template.sections.get("Globals")).get(section)).get("Auth"))
    return {**everywhere, **mapping(resource.properties.get("Auth") if resource else None)}


def _asked(api: Mapping[str, Any], own: Mapping[str, Any]) -> Caller:
    name = text(own.get("Authorizer") or api.get("DefaultAuthorizer") or "NONE")
    key = text(own.get("ApiKeyRequired", api.get("ApiKeyRequired", "false"))) == "true"
    scopes = own.get("AuthorizationScopes")
    listed = tuple(sorted(text(scope) for scope in scopes)) if isinstance(scopes, list) else ()
    if name in ("NONE", "AWS_IAM"):
        return Caller(name, api_key=key)
    authorizer = mapping(mapping(api.get("Authorizers")).get(name))
    if "UserPoolArn" in authorizer:
        kind = "COGNITO_USER_POOLS"
    else:
        kind = "JWT" if "JwtConfiguration" in authorizer else "CUSTOM"
    return Caller(kind, name, listed, key)
