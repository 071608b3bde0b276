"""An HTTP API as one OpenAPI 3.0 document with API Gateway's extensions, in place of a resource for each part.

Source: API Gateway developer guide, "OpenAPI extensions for API Gateway".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tapgen.layers.api import authorizers
from tapgen.layers.api.cors import methods
from tapgen.layers.api.rest_body import IAM, IAM_SCHEME, security

if TYPE_CHECKING:
    from troposphere.apigatewayv2 import Integration

    from tapgen.layers.refs import ComputeRefs, PartRefs
    from tapgen.settings.apis import Cors
    from tapgen.settings.authorizers import Authorizer
    from tapgen.settings.routes import Route
    from tapgen.settings.served import ServedApi, ServedRoute


def document(
    served: ServedApi,
    routes: Sequence[ServedRoute],
    compute: ComputeRefs,
    pools: Mapping[str, PartRefs],
    sent: Mapping[Route, Integration],
) -> dict[str, Any]:
    """The API's body; `sent` are the integrations of the routes without a function."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        path = "/$default" if route.route.is_default else route.route.path
        paths.setdefault(path, {})[_method(route)] = _operation(route, compute, sent)
    schemes = {name: _scheme(settings, compute, pools) for name, settings in served.authorizers.items()}
    if any(route.authorization == "AWS_IAM" for route in routes):
        schemes[IAM] = IAM_SCHEME
    return {
        "openapi": "3.0.1",
        "info": {"title": served.display_name, "version": "1"},
        "paths": paths,
        **({"components": {"securitySchemes": schemes}} if schemes else {}),
        **({"x-amazon-apigateway-cors": _cors(served.settings.cors)} if served.settings.cors.enabled else {}),
    }


def _method(route: ServedRoute) -> str:
    takes_all = route.route.method == "ANY" or route.route.is_default
    return "x-amazon-apigateway-any-method" if takes_all else route.route.method.lower()


def _operation(route: ServedRoute, compute: ComputeRefs, sent: Mapping[Route, Integration]) -> dict[str, Any]:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in route.route.parameters
    ]
    asked = security(route)
    return {
        **({"isDefaultRoute": True} if route.route.is_default else {}),
        **({"parameters": parameters} if parameters else {}),
        "responses": {"default": {"description": "The function's answer" if route.function else "The answer"}},
        **({"security": asked} if asked else {}),
        "x-amazon-apigateway-integration": _integration(route, compute, sent),
    }


def _integration(route: ServedRoute, compute: ComputeRefs, sent: Mapping[Route, Integration]) -> dict[str, Any]:
    if not route.function:
        from tapgen.layers.api import direct_bodies

        return direct_bodies.of_http(sent[route.route])
    return {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": compute.functions[route.function].arn,
        "payloadFormatVersion": "2.0",
    }


def _scheme(settings: Authorizer, compute: ComputeRefs, pools: Mapping[str, PartRefs]) -> dict[str, Any]:
    source = ", ".join(authorizers.sources(settings.identity, authorizers.HTTP_SOURCES))
    if not settings.function:
        token = {"issuer": authorizers.issuer(settings, pools), "audience": authorizers.audience(settings, pools)}
        asked = {"type": "jwt", "identitySource": source, "jwtConfiguration": token}
        return {"type": "oauth2", "flows": {}, "x-amazon-apigateway-authorizer": asked}
    header = next((one.partition(".")[2] for one in settings.identity if one.startswith("header.")), "Unused")
    return {
        "type": "apiKey",
        "name": header,
        "in": "header",
        "x-amazon-apigateway-authorizer": {
            "type": "request",
            "authorizerUri": authorizers.function_uri(settings, compute),
            "authorizerPayloadFormatVersion": "2.0",
            "enableSimpleResponses": settings.simple_answers,
            "authorizerResultTtlInSeconds": settings.ttl,
            **({"identitySource": source} if source else {}),
        },
    }


def _cors(cors: Cors) -> dict[str, Any]:
    return {
        "allowOrigins": list(cors.origins),
        "allowMethods": methods(cors),
        "allowHeaders": list(cors.headers),
        "maxAge": cors.max_age,
        **({"allowCredentials": True} if cors.credentials else {}),
        **({"exposeHeaders": list(cors.expose)} if cors.expose else {}),
    }
