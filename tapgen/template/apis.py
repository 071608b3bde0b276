"""The routes of a template's APIs: (API, method, path) and what each asks for, for REST and HTTP APIs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from tapgen.template.intrinsics import references
from tapgen.template.model import Resource, Template
from tapgen.template.text import text

_MOST_STEPS: Final = 64  # API Gateway allows fewer path parts; a longer chain of parents is a circle


@dataclass(frozen=True)
class Route:
    """One method of one path."""

    api: str
    method: str
    path: str
    logical_id: str
    authorization: str
    """NONE, AWS_IAM, CUSTOM, JWT, COGNITO_USER_POOLS; with the authorizer and scopes where there are any."""
    api_key: bool

    @property
    def name(self) -> str:
        """`GET /item`."""
        return f"{self.method} {self.path}"


def routes(template: Template) -> dict[tuple[str, str, str], Route]:
    """Every route by its API, method and path."""
    found = (*_rest(template), *_http(template))
    return {(route.api, route.method, route.path): route for route in found}


def _rest(template: Template) -> Iterator[Route]:
    for method in template.of_type("AWS::ApiGateway::Method"):
        properties = method.properties
        yield Route(
            api=text(properties.get("RestApiId", "")),
            method="ANY" if properties.get("HttpMethod") == "ANY" else text(properties.get("HttpMethod", "")).upper(),
            path=_path(template, properties.get("ResourceId")),
            logical_id=method.logical_id,
            authorization=_authorization(properties),
            api_key=properties.get("ApiKeyRequired") == "true",
        )


def _authorization(properties: Any) -> str:
    kind = text(properties.get("AuthorizationType", "NONE"))
    extra = [text(properties[name]) for name in ("AuthorizerId",) if name in properties]
    scopes = properties.get("AuthorizationScopes")
    if isinstance(scopes, list) and scopes:
        extra.append("scopes " + ", ".join(sorted(text(scope) for scope in scopes)))
    return f"{kind} ({'; '.join(extra)})" if extra and kind != "NONE" else kind


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
        yield Route(
            api=text(route.properties.get("ApiId", "")),
            method=method,
            path=path or "/",
            logical_id=route.logical_id,
            authorization=_authorization(route.properties),
            api_key=route.properties.get("ApiKeyRequired") == "true",
        )


def imports_definition(resource: Resource) -> bool:
    """Whether an API takes its routes from an OpenAPI document, which is compared as text only."""
    return resource.type in ("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api") and bool(
        {"Body", "BodyS3Location"} & resource.properties.keys()
    )
