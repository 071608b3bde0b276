"""Who may call a route, as OpenAPI's security schemes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tapgen.template.api_bodies import mapping, schemes
from tapgen.template.text import text

if TYPE_CHECKING:
    from tapgen.template.model import Template
    from tapgen.template.routes import Route

API_KEY, IAM = "ApiKey", "AwsSignature"
_KEY_SCHEME = {"type": "apiKey", "name": "x-api-key", "in": "header"}
_IAM_SCHEME = {
    "type": "apiKey",
    "name": "Authorization",
    "in": "header",
    "description": "AWS Signature Version 4",
    "x-amazon-apigateway-authtype": "awsSigv4",
}


def requirement(template: Template, route: Route, found: dict[str, Any]) -> dict[str, list[str]]:
    """What a caller must show, all of it together; the schemes that it names are added to `found`."""
    asked: dict[str, list[str]] = {}
    if route.caller.kind == "AWS_IAM":
        found[IAM], asked[IAM] = _IAM_SCHEME, []
    elif route.caller.kind != "NONE":
        name, scheme = _named(template, route)
        found[name], asked[name] = scheme, list(route.caller.scopes)
    if route.api_key:
        found[API_KEY], asked[API_KEY] = _KEY_SCHEME, []
    return asked


def _named(template: Template, route: Route) -> tuple[str, dict[str, Any]]:
    """The name and the scheme of the authorizer that decides."""
    written = route.caller.authorizer
    if route.in_body:
        scheme = _body_scheme(template, route)
        return written, _scheme(route.caller.kind, _authorizer_of_body(scheme), scheme)
    resource = template.resources.get(written[2:-1]) if written.startswith("${") else None
    if resource is None:
        return "Authorizer", _scheme(route.caller.kind, {}, {})
    name = resource.properties.get("Name")
    return (name if isinstance(name, str) else resource.logical_id), _scheme(route.caller.kind, resource.properties, {})


def _body_scheme(template: Template, route: Route) -> Mapping[str, Any]:
    properties = template.resources[route.logical_id].properties
    body = mapping(properties.get("Body") or properties.get("DefinitionBody"))
    return mapping(schemes(body).get(route.caller.authorizer))


def _authorizer_of_body(scheme: Mapping[str, Any]) -> dict[str, Any]:
    """The extension in the words of the resource."""
    written = mapping(scheme.get("x-amazon-apigateway-authorizer"))
    token = mapping(written.get("jwtConfiguration"))
    return {
        "IdentitySource": written.get("identitySource"),
        "JwtConfiguration": {"Issuer": token.get("issuer")} if token else {},
    }


def _scheme(kind: str, authorizer: Mapping[str, Any], written: Mapping[str, Any]) -> dict[str, Any]:
    """A bearer's token, an issuer that says the rest by itself, or what a function looks at."""
    issuer = mapping(authorizer.get("JwtConfiguration")).get("Issuer")
    if kind == "JWT" and isinstance(issuer, str):
        url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        return {"type": "openIdConnect", "openIdConnectUrl": url}
    place, name = _source(authorizer.get("IdentitySource"), written)
    if kind in ("JWT", "COGNITO_USER_POOLS") and name.lower() == "authorization":
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    return {"type": "apiKey", "in": place, "name": name}


def _source(value: Any, written: Mapping[str, Any]) -> tuple[str, str]:
    """Where in a request the first identity source is, and its name."""
    first = value[0] if isinstance(value, list) and value else value
    source = text(first).partition(",")[0].strip() if first else ""
    for form, place in (("header.", "header"), ("querystring.", "query")):
        if form in source:
            return place, source.partition(form)[2]
    return text(written.get("in") or "header"), text(written.get("name") or "Authorization")
