"""A REST API as one OpenAPI 3.0 document with API Gateway's extensions, in place of a resource for each part.

Source: API Gateway developer guide, "OpenAPI extensions for API Gateway".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tapgen.layers.api import authorizers, models, responses
from tapgen.layers.api.cors import preflight_headers, preflight_templates

if TYPE_CHECKING:
    from tapgen.layers.refs import ComputeRefs, PartRefs
    from tapgen.settings.routes import Route
    from tapgen.settings.served import ServedApi, ServedRoute

KEY_SCHEME = {"type": "apiKey", "name": "x-api-key", "in": "header"}
IAM_SCHEME = {
    "type": "apiKey",
    "name": "Authorization",
    "in": "header",
    "x-amazon-apigateway-authtype": "awsSigv4",
}
API_KEY, IAM = "api_key", "sigv4"
"""Names of the two security schemes that no authorizer of the settings has: those are letters and digits."""


def document(
    served: ServedApi,
    schemas: Mapping[str, Any],
    compute: ComputeRefs,
    pools: Mapping[str, PartRefs],
    behind: Mapping[Route, Mapping[str, Any]],
) -> dict[str, Any]:
    """The API's body; `behind` is what methods say of the routes without a function."""
    paths: dict[str, dict[str, Any]] = {}
    for route in served.routes:
        paths.setdefault(route.route.path, {})[_method(route)] = _operation(route, compute, behind)
    for parts in _resources(served) if served.settings.cors.enabled else ():
        paths.setdefault("/" + "/".join(parts), {}).setdefault("options", _preflight(served))
    for path, item in paths.items():
        names = [part.strip("{+}") for part in path.split("/") if part.startswith("{")]
        if names:
            item["parameters"] = [
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
            ]
    schemes = _schemes(served, compute, pools)
    components = {"securitySchemes": schemes, "schemas": models.components(schemas)}
    validators = models.validators(served)
    return {
        "openapi": "3.0.1",
        "info": {"title": served.display_name, "version": "1"},
        "paths": paths,
        **({"components": present} if (present := {key: value for key, value in components.items() if value}) else {}),
        **({"x-amazon-apigateway-request-validators": validators} if validators else {}),
        **({"x-amazon-apigateway-gateway-responses": own} if (own := _responses(served)) else {}),
    }


def security(route: ServedRoute) -> list[dict[str, list[str]]]:
    """Who may call a route, as OpenAPI says it: all schemes of one entry together."""
    schemes: dict[str, list[str]] = {}
    if route.authorizer:
        schemes[route.authorizer] = list(route.asks.scopes)
    elif route.authorization == "AWS_IAM":
        schemes[IAM] = []
    if route.asks.api_key:
        schemes[API_KEY] = []
    return [schemes] if schemes else []


def _method(route: ServedRoute) -> str:
    return "x-amazon-apigateway-any-method" if route.route.method == "ANY" else route.route.method.lower()


def _resources(served: ServedApi) -> list[tuple[str, ...]]:
    """Every part of every path, the root included: each answers a preflight, as it does without a body."""
    paths = [route.route.parts[:length] for route in served.routes for length in range(len(route.route.parts) + 1)]
    return list(dict.fromkeys(paths))


def _operation(route: ServedRoute, compute: ComputeRefs, behind: Mapping[Route, Mapping[str, Any]]) -> dict[str, Any]:
    places = {"header": "header", "querystring": "query"}
    parameters = [
        {"name": name, "in": places[place], "required": True, "schema": {"type": "string"}}
        for place, _, name in (parameter.partition(".") for parameter in route.asks.parameters)
    ]
    integration, answers = _integration(route, compute, behind)
    if route.asks.cache:
        keyed = [f"method.request.path.{name}" for name in route.route.parameters]
        keyed += [f"method.request.{name}" for name in route.asks.parameters]
        integration |= {"cacheKeyParameters": keyed} if keyed else {}
    asked = security(route)
    validator = models.validator_name(route)
    return {
        **({"parameters": parameters} if parameters else {}),
        **({"requestBody": models.request_body(route.asks.request)} if route.asks.request else {}),
        "responses": answers,
        **({"security": asked} if asked else {}),
        **({"x-amazon-apigateway-request-validator": validator} if validator else {}),
        "x-amazon-apigateway-integration": integration,
    }


def _integration(
    route: ServedRoute, compute: ComputeRefs, behind: Mapping[Route, Mapping[str, Any]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is behind a route, and what it answers."""
    if not route.function:
        from tapgen.layers.api import direct_bodies

        return direct_bodies.of_rest(behind[route.route])
    integration = {
        "type": "aws_proxy",
        "httpMethod": "POST",  # Lambda's Invoke, whatever the method of the route
        "uri": authorizers.invocation_uri(compute.functions[route.function].arn),
    }
    return integration, {"default": {"description": "The function's answer"}}


def _preflight(served: ServedApi) -> dict[str, Any]:
    headers = preflight_headers(served.settings.cors)
    templates = preflight_templates(served.settings.cors)
    answer = {
        "statusCode": "204",
        "responseParameters": {f"method.response.header.{name}": f"'{value}'" for name, value in headers.items()},
        **({"responseTemplates": templates} if templates else {}),
    }
    return {
        "responses": {
            "204": {
                "description": "Preflight",
                "headers": {name: {"schema": {"type": "string"}} for name in headers},
            }
        },
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "requestTemplates": {"application/json": '{"statusCode": 204}'},
            "passthroughBehavior": "never",
            "responses": {"default": answer},
        },
    }


def _schemes(served: ServedApi, compute: ComputeRefs, pools: Mapping[str, PartRefs]) -> dict[str, Any]:
    schemes = {name: _scheme(served, name, compute, pools) for name in served.authorizers}
    if any(route.authorization == "AWS_IAM" for route in served.routes):
        schemes[IAM] = IAM_SCHEME
    if any(route.asks.api_key for route in served.routes):
        schemes[API_KEY] = KEY_SCHEME
    return schemes


def _scheme(served: ServedApi, name: str, compute: ComputeRefs, pools: Mapping[str, PartRefs]) -> dict[str, Any]:
    settings = served.authorizers[name]
    header = next((one.partition(".")[2] for one in settings.identity if one.startswith("header.")), "Unused")
    scheme: dict[str, Any] = {"type": "apiKey", "name": header, "in": "header"}
    if settings.user_pool:
        asked: dict[str, Any] = {"type": "cognito_user_pools", "providerARNs": [pools[settings.user_pool].arn]}
        kind = "cognito_user_pools"
    else:
        source = ", ".join(authorizers.sources(settings.identity, authorizers.REST_SOURCES))
        is_token = authorizers.is_token(settings)
        asked = {
            "type": "token" if is_token else "request",
            "authorizerUri": authorizers.function_uri(settings, compute),
            "authorizerResultTtlInSeconds": settings.ttl,
            **({"identitySource": source} if source else {}),
            **({"identityValidationExpression": settings.validation} if settings.validation else {}),
        }
        kind = "custom"
    return {**scheme, "x-amazon-apigateway-authtype": kind, "x-amazon-apigateway-authorizer": asked}


def _responses(served: ServedApi) -> dict[str, Any]:
    found = {}
    for kind, settings in responses.every(served).items():
        templates = responses.templates(settings)
        found[kind] = {
            **({"statusCode": settings.status} if settings.status else {}),
            "responseParameters": responses.parameters(served, settings),
            **({"responseTemplates": templates} if templates else {}),
        }
    return found
