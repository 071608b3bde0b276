"""The authorizers of a template's APIs, resources of their own or security schemes of a body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from tapgen.template.api_bodies import mapping, scheme_kind, schemes
from tapgen.template.intrinsics import references
from tapgen.template.model import Resource, Template
from tapgen.template.paths import Path
from tapgen.template.routes import functions_of
from tapgen.template.text import text

DEFAULT_TTL: Final = 300
"""Seconds: CloudFormation template reference, AWS::ApiGateway::Authorizer AuthorizerResultTtlInSeconds."""

_REST_KINDS: Final = {"TOKEN": "CUSTOM", "REQUEST": "CUSTOM", "COGNITO_USER_POOLS": "COGNITO_USER_POOLS"}


class Authorizer(Struct, frozen=True):
    """What decides who may call; `key` is how a route's caller names it, `name` what people read."""

    api_id: str
    key: str
    name: str
    kind: str
    """CUSTOM, JWT, COGNITO_USER_POOLS."""
    sources: tuple[str, ...]
    """Where it looks, as the template writes it."""
    ttl: int
    functions: tuple[str, ...]
    pools: tuple[str, ...]
    """Logical ids of the user pools whose tokens it takes; empty where one is not in the template."""
    issuers: tuple[str, ...]
    """Whose tokens it takes, as the template writes it: the ARNs of user pools, or an issuer's URL."""
    audiences: tuple[str, ...]
    """For whom a token must be, of a JWT authorizer."""
    credentials: bool
    place: Path

    @property
    def in_body(self) -> bool:
        """It is a security scheme of an OpenAPI body."""
        return "Body" in self.place


def authorizers(template: Template) -> Iterator[Authorizer]:
    """Every authorizer of the template's own APIs."""
    for resource in template.of_type("AWS::ApiGateway::Authorizer"):
        yield _rest(template, resource)
    for resource in template.of_type("AWS::ApiGatewayV2::Authorizer"):
        yield _http(template, resource)
    for resource in template.of_type("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"):
        for name, scheme in schemes(mapping(resource.properties.get("Body"))).items():
            if scheme_kind(scheme) in ("CUSTOM", "JWT", "COGNITO_USER_POOLS"):
                yield _scheme(template, resource, name, scheme)


def _rest(template: Template, resource: Resource) -> Authorizer:
    properties = resource.properties
    api = template.target(properties.get("RestApiId"))
    source = properties.get("IdentitySource")
    return Authorizer(
        api.logical_id if api else "",
        "${" + resource.logical_id + "}",
        resource.logical_id,
        _REST_KINDS.get(text(properties.get("Type", "")), "CUSTOM"),
        _split(source),
        _ttl(properties.get("AuthorizerResultTtlInSeconds")),
        functions_of(template, properties.get("AuthorizerUri")),
        _pools(template, properties.get("ProviderARNs")),
        _texts(properties.get("ProviderARNs")),
        (),
        "AuthorizerCredentials" in properties,
        ("Resources", resource.logical_id, "Properties"),
    )


def _http(template: Template, resource: Resource) -> Authorizer:
    properties = resource.properties
    api = template.target(properties.get("ApiId"))
    is_jwt = properties.get("AuthorizerType") == "JWT"
    tokens = mapping(properties.get("JwtConfiguration"))
    return Authorizer(
        api.logical_id if api else "",
        "${" + resource.logical_id + "}",
        resource.logical_id,
        "JWT" if is_jwt else "CUSTOM",
        _split(properties.get("IdentitySource")),
        _ttl(properties.get("AuthorizerResultTtlInSeconds"), 0),
        functions_of(template, properties.get("AuthorizerUri")),
        _pools(template, tokens.get("Issuer")),
        _texts(tokens.get("Issuer")),
        _texts(tokens.get("Audience")),
        "AuthorizerCredentialsArn" in properties,
        ("Resources", resource.logical_id, "Properties"),
    )


def _scheme(template: Template, api: Resource, name: str, scheme: Mapping[str, Any]) -> Authorizer:
    written = mapping(scheme.get("x-amazon-apigateway-authorizer"))
    kind = scheme_kind(scheme)
    is_rest = api.type == "AWS::ApiGateway::RestApi"
    # A token or a user pool is read from the header that the scheme names.
    named = (text(scheme["name"]),) if is_rest and "name" in scheme and written.get("type") != "request" else ()
    tokens = mapping(written.get("jwtConfiguration"))
    pools = written.get("providerARNs") or tokens.get("issuer")
    return Authorizer(
        api.logical_id,
        name,
        name,
        kind,
        _split(written.get("identitySource")) or named,
        _ttl(written.get("authorizerResultTtlInSeconds"), DEFAULT_TTL if is_rest else 0),
        functions_of(template, written.get("authorizerUri")),
        _pools(template, pools),
        _texts(pools),
        _texts(tokens.get("audience")),
        "authorizerCredentials" in written,
        ("Resources", api.logical_id, "Properties", "Body", "components", "securitySchemes", name),
    )


def _split(value: Any) -> tuple[str, ...]:
    """A list, or text with commas."""
    listed = value if isinstance(value, list) else text(value).split(",") if value else []
    return tuple(found for one in listed if (found := text(one).strip()))


def _texts(value: Any) -> tuple[str, ...]:
    """One value or a list of them, each as the template writes it."""
    listed = value if isinstance(value, list) else [] if value is None else [value]
    return tuple(text(one) for one in listed)


def _ttl(value: Any, default: int = DEFAULT_TTL) -> int:
    written = text(value) if value is not None else ""
    return int(written) if written.isdigit() else default


def _pools(template: Template, value: Any) -> tuple[str, ...]:
    """The pools that a value or each item of a list refers to."""
    found: list[str] = []
    for one in value if isinstance(value, list) else [value]:
        pools = [
            reference.target
            for reference in references(one)
            if reference.target in template.resources
            and template.resources[reference.target].type == "AWS::Cognito::UserPool"
        ]
        if not pools:
            return ()
        found += pools
    return tuple(dict.fromkeys(found))
