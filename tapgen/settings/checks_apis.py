"""What is wrong with an API: what its kind does not have, and values that do not go together."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tapgen import naming
from tapgen.errors import suggestion
from tapgen.settings import checks_authorizers, checks_domains, checks_routes
from tapgen.settings.served import DEFAULT_STAGE

if TYPE_CHECKING:
    from tapgen.settings.apis import Api
    from tapgen.settings.model import Environment

Problem = tuple[tuple[str | int, ...], str]

RESPONSE_TYPES = (
    "ACCESS_DENIED",
    "API_CONFIGURATION_ERROR",
    "AUTHORIZER_CONFIGURATION_ERROR",
    "AUTHORIZER_FAILURE",
    "BAD_REQUEST_BODY",
    "BAD_REQUEST_PARAMETERS",
    "DEFAULT_4XX",
    "DEFAULT_5XX",
    "EXPIRED_TOKEN",
    "INTEGRATION_FAILURE",
    "INTEGRATION_TIMEOUT",
    "INVALID_API_KEY",
    "INVALID_SIGNATURE",
    "MISSING_AUTHENTICATION_TOKEN",
    "QUOTA_EXCEEDED",
    "REQUEST_TOO_LARGE",
    "RESOURCE_NOT_FOUND",
    "THROTTLED",
    "UNAUTHORIZED",
    "UNSUPPORTED_MEDIA_TYPE",
    "WAF_FILTERED",
)
"""API Gateway developer guide, "Gateway response types for API Gateway"."""

_REST_ALONE = {
    "vpc_endpoints": "an HTTP API is never private",
    "binary_media_types": "an HTTP API passes every body on, in base64 where it is binary",
    "compression": "an HTTP API does not compress",
    "allow_cidrs": "an HTTP API has no resource policy",
    "policy": "an HTTP API has no resource policy",
    "web_acl": "AWS WAF does not stand before HTTP APIs; put it before a CloudFront distribution",
    "usage_plans": "an HTTP API has no keys and plans",
    "models": "an HTTP API does not validate requests",
    "responses": "an HTTP API has no answers of its own to change",
    "cache": "an HTTP API has no cache",
}


def check(environment: Environment) -> Iterator[Problem]:
    """Each problem of the APIs and their routes, with the path of the value to change."""
    titles: dict[str, str] = {naming.api(""): "api"}
    for path, settings in everyone(environment):
        yield from ((path + where, message) for where, message in _api(environment, settings))
        yield from _elsewhere(environment, path, settings)
        if path[0] == "apis":
            other = titles.setdefault(naming.api(path[1]), path[1])
            if other != path[1]:
                yield path, f'it gives the same logical id as "{other}"'
    yield from checks_domains.check(environment, list(everyone(environment)))
    yield from checks_routes.check(environment)


def everyone(environment: Environment) -> Iterator[tuple[tuple[str, ...], Api]]:
    """Each API with its path in the settings."""
    yield ("api",), environment.api
    for name, settings in environment.apis.items():
        yield ("apis", name), settings


def _api(environment: Environment, settings: Api) -> Iterator[Problem]:
    if "*" in settings.cors.origins and len(settings.cors.origins) > 1:
        yield ("cors", "origins"), '"*" allows every origin; let it stand alone'
    if "*" in settings.cors.origins and settings.cors.credentials:
        yield ("cors", "credentials"), "browsers send credentials to no API that allows every origin; name the origins"
    if settings.kind != "websocket" and settings.selection != type(settings)().selection:
        yield ("selection",), 'a message chooses its route on WebSocket APIs alone: kind = "websocket"'
    if settings.kind == "websocket":
        yield from _websocket(settings)
    elif settings.kind == "http":
        yield from _http(settings)
    if settings.kind != "http" and settings.stage == DEFAULT_STAGE:
        yield ("stage",), f'"{DEFAULT_STAGE}" is a stage of HTTP APIs'
    yield from checks_authorizers.check(environment, settings)
    yield from _reach(environment, settings)
    for kind in settings.responses:
        if kind not in RESPONSE_TYPES:
            better = suggestion(kind, RESPONSE_TYPES)
            yield ("responses", kind), f"API Gateway has no such response; {better}"
    if settings.web_acl and (":wafv2:" not in settings.web_acl or ":regional/webacl/" not in settings.web_acl):
        yield ("web_acl",), "it is no ARN of a regional web ACL, such as arn:aws:wafv2:REGION:ACCOUNT:regional/webacl/…"
    yield from _files(environment, settings)


def _elsewhere(environment: Environment, path: tuple[str, ...], settings: Api) -> Iterator[Problem]:
    """What is wrong with an API as one that was made elsewhere."""
    if settings.exists or settings.root is not None or settings.paths:
        from tapgen.settings import checks_existing_apis

        name = path[1] if path[0] == "apis" else None
        used = checks_routes.parsed(environment, name, settings.kind)
        found = checks_existing_apis.check(environment, settings, used)
        yield from ((path + where, message) for where, message in found)


def _files(environment: Environment, settings: Api) -> Iterator[Problem]:
    if not settings.models and not settings.openapi:
        return
    from tapgen import reading
    from tapgen.settings import contract, json_schema

    for name, file in settings.models.items():
        try:
            json_schema.read(reading.within(environment.root, file))
        except json_schema.SchemaError as error:
            yield ("models", name), str(error)
        except OSError as error:
            yield ("models", name), f"{file}: {error.strerror}"
    if settings.openapi:
        try:
            contract.read(reading.within(environment.root, settings.openapi))
        except json_schema.SchemaError as error:
            yield ("openapi",), str(error)
        except OSError as error:
            yield ("openapi",), f"{settings.openapi}: {error.strerror}"


def _websocket(settings: Api) -> Iterator[Problem]:
    if settings.endpoint != "regional":
        yield ("endpoint",), "a WebSocket API is always regional"
    if settings.routes:
        yield ("routes",), "the routes of a WebSocket API lead to functions; name them there"
    plain = type(settings)()
    for key in (*_REST_ALONE, "body", "openapi", "cors"):
        if getattr(settings, key) != getattr(plain, key):
            yield (key,), "a WebSocket API has no such thing; take it away"


def _http(settings: Api) -> Iterator[Problem]:
    if settings.endpoint != "regional":
        yield ("endpoint",), "an HTTP API is always regional"
    if settings.body == "empty":
        yield ("body",), "an HTTP API is replaced when it becomes a body and when it is none again; say false"
    for key, reason in _REST_ALONE.items():
        if getattr(settings, key) not in ((), {}, None):
            yield (key,), f'{reason}; take it away, or say kind = "rest"'


def _reach(environment: Environment, settings: Api) -> Iterator[Problem]:
    """Who reaches the API at all."""
    if settings.endpoint != "private":
        if settings.vpc_endpoints and settings.kind == "rest":
            yield ("vpc_endpoints",), 'they lead to a private API alone: endpoint = "private"'
    elif not settings.vpc_endpoints and not _has_own_endpoint(environment):
        yield (
            ("endpoint",),
            (
                "a private API is reached through VPC endpoints; name them in vpc_endpoints, or give the network one: "
                'network.endpoints = ["execute-api"]'
            ),
        )
    yield from _policy(settings)


def _policy(settings: Api) -> Iterator[Problem]:
    """The resource policy and the address ranges, which may stand in its place."""
    ranges: tuple[object, ...] = settings.allow_cidrs
    where: tuple[str, ...] = ("allow_cidrs",)
    if isinstance(settings.policy, dict):
        if not isinstance(settings.policy.get("Statement", []), list) or not {"Statement", "allow_cidrs"} & (
            settings.policy.keys()
        ):
            yield ("policy",), "an IAM document has a list of statements: Statement = [{ Effect = … }]"
        elif "Statement" in settings.policy and (ranges or "allow_cidrs" in settings.policy):
            yield where, "the policy is written out already; put the ranges into it"
        elif "allow_cidrs" in settings.policy:
            inside = settings.policy["allow_cidrs"]
            ranges, where = tuple(inside) if isinstance(inside, list) else (inside,), ("policy", "allow_cidrs")
    for text in ranges:
        try:
            ipaddress.ip_network(str(text))
        except ValueError as error:
            yield where, f'"{text}" is not an address range: {error}'


def _has_own_endpoint(environment: Environment) -> bool:
    return "execute-api" in ((environment.vpc and environment.vpc.endpoints) or ())
