"""Routes out of an OpenAPI document with API Gateway's extensions: ours, SAM's, anybody's.

Source: API Gateway developer guide, "OpenAPI extensions for API Gateway".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tapgen.template.model import Template
from tapgen.template.paths import Path
from tapgen.template.routes import BODIES, Caller, Route, functions_of
from tapgen.template.text import text

ANY: Final = "x-amazon-apigateway-any-method"
INTEGRATION: Final = "x-amazon-apigateway-integration"
_METHODS: Final = frozenset({"get", "put", "post", "delete", "options", "head", "patch", ANY})
_KINDS: Final = {
    "token": "CUSTOM",
    "request": "CUSTOM",
    "cognito_user_pools": "COGNITO_USER_POOLS",
    "jwt": "JWT",
    "awsSigv4": "AWS_IAM",
    "AWS_IAM": "AWS_IAM",
}
"""What the types of `x-amazon-apigateway-authorizer` and of the other extensions are called elsewhere."""


def routes(template: Template) -> Iterator[Route]:
    """The routes of every API that is an OpenAPI document, SAM's left to those who know its defaults."""
    for resource in template.of_type("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"):
        body = resource.properties.get("Body")
        if isinstance(body, Mapping):
            place: Path = ("Resources", resource.logical_id, "Properties", "Body")
            yield from of_document(template, resource.logical_id, resource.type, body, place)


def of_document(
    template: Template, api: str, api_type: str, body: Mapping[str, Any], place: Path, default: Caller | None = None
) -> Iterator[Route]:
    """The routes of one document; `default` is asked where an operation says nothing of security."""
    for path, key, operation in operations(body):
        integration = mapping(operation.get(INTEGRATION))
        is_default = path == "/$default" or operation.get("isDefaultRoute") == "true"
        method = "$default" if is_default else "ANY" if key == ANY else key.upper()
        own = caller(body, operation)
        yield Route(
            api="${" + api + "}",
            method=method,
            path="/" if is_default else path,
            logical_id=api,
            caller=own if own is not None else default or Caller(),
            kind=BODIES[api_type][1],
            place=(*place, "paths", path, key),
            functions=functions_of(template, integration.get("uri")),
            in_body=True,
            credentials="credentials" in integration,
            mock=text(integration.get("type", "")).lower() == "mock",
        )


def operations(body: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(path, method as it is written, operation) of each operation."""
    for path, item in mapping(body.get("paths")).items():
        for key, operation in mapping(item).items():
            if key.lower() in _METHODS and isinstance(operation, Mapping):
                yield text(path), key.lower(), operation


def caller(body: Mapping[str, Any], operation: Mapping[str, Any]) -> Caller | None:
    """What an operation asks of its callers; None where neither it nor the document says anything."""
    extension = mapping(operation.get("x-amazon-apigateway-auth") or body.get("x-amazon-apigateway-auth"))
    if extension.get("type"):
        return Caller(_KINDS.get(text(extension["type"]), text(extension["type"])))
    security = operation.get("security", body.get("security"))
    if not isinstance(security, list):
        return None
    asked = Caller()
    for requirement in security:
        for name, scopes in mapping(requirement).items():
            asked = _with(asked, name, scopes, schemes(body).get(name))
    return asked


def schemes(body: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The security schemes of a document of OpenAPI 3, or of Swagger 2, by name."""
    found = mapping(mapping(body.get("components")).get("securitySchemes")) or mapping(body.get("securityDefinitions"))
    return {name: mapping(scheme) for name, scheme in found.items()}


def scheme_kind(scheme: Mapping[str, Any]) -> str:
    """NONE, AWS_IAM, CUSTOM, JWT, COGNITO_USER_POOLS, or API_KEY."""
    authorizer = mapping(scheme.get("x-amazon-apigateway-authorizer"))
    kind = text(authorizer.get("type") or scheme.get("x-amazon-apigateway-authtype") or "")
    if kind:
        return _KINDS.get(kind, "CUSTOM")
    is_key = scheme.get("type") == "apiKey" and text(scheme.get("name", "")).lower() == "x-api-key"
    return "API_KEY" if is_key else "NONE"


def _with(asked: Caller, name: str, scopes: Any, scheme: Mapping[str, Any] | None) -> Caller:
    """What is asked once a scheme is asked as well; one that API Gateway does not enforce asks nothing."""
    kind = scheme_kind(scheme) if scheme is not None else "NONE"
    if kind == "API_KEY":
        return Caller(asked.kind, asked.authorizer, asked.scopes, api_key=True)
    if kind == "NONE":
        return asked
    listed = tuple(sorted(text(scope) for scope in scopes)) if isinstance(scopes, list) else ()
    return Caller(kind, "" if kind == "AWS_IAM" else name, listed, asked.api_key)


def mapping(value: Any) -> Mapping[str, Any]:
    """The value where it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}
