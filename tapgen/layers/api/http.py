"""An HTTP API: one integration for each function, a route for each route, CORS by the service itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from troposphere import Ref, Sub, apigatewayv2

from tapgen import naming
from tapgen.layers.api import authorizers, permissions
from tapgen.layers.api.cors import methods
from tapgen.layers.api.publishing import add_outputs, log_destination
from tapgen.layers.lookup import lookup_text
from tapgen.layers.refs import ApiRefs, embedded, filled
from tapgen.settings.routes import Route
from tapgen.settings.served import DEFAULT_STAGE

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import ComputeRefs, LogGroupRefs, Parts
    from tapgen.settings.apis import Cors
    from tapgen.settings.route_tables import Throttling
    from tapgen.settings.served import ServedApi, ServedRoute

EVERYWHERE = ("{proxy+}",)

ACCESS_LOG_FIELDS = {
    "requestId": "$context.requestId",
    "requestTime": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "route": "$context.routeKey",
    "status": "$context.status",
    "latency": "$context.responseLatency",
    "error": "$context.error.message",
    "authorizerError": "$context.authorizer.error",
    "integrationError": "$context.integrationErrorMessage",
}


def build(
    template: Template,
    served: ServedApi,
    compute: ComputeRefs,
    parts: Parts,
) -> ApiRefs:
    """Add the API with its routes; `publish` makes it public."""
    preflights = list(_open_preflights(served)) if not served.settings.exists else []
    routes = [*served.routes, *preflights]
    # The permission of a route that takes every method is for its preflight too.
    called = [*served.routes, *(route for route in preflights if route.route.parts == EVERYWHERE)]
    if served.settings.is_body:
        from tapgen.layers.api import http_body

        sent = _sent(template, served, routes, "", parts) if served.direct else {}
        body = http_body.document(served, routes, compute, parts.get("user_pools", {}), sent)
        api = template.add_resource(apigatewayv2.Api(served.title, Body=body))
        for name in served.authorizers:
            authorizers.permit_all(template, served, name, Ref(api), compute)
        permissions.of_routes(template, served, called, Ref(api), compute)
        return ApiRefs(Ref(api), ())
    existing = served.settings.existing
    api = lookup_text(existing) if existing is not None else Ref(template.add_resource(_api(served)))
    targets = {
        function: template.add_resource(_integration(served, api, function, compute)) for function in served.functions
    }
    sent = _sent(template, served, routes, api, parts) if served.direct else {}
    callers = authorizers.add_http(template, served, api, compute, parts.get("user_pools", {}))
    for route in routes:
        target = targets[route.function] if route.function else template.add_resource(sent[route.route])
        template.add_resource(_route(served, api, route, target, callers))
    permissions.of_routes(template, served, called, api, compute)
    return ApiRefs(api, ())


def _sent(
    template: Template, served: ServedApi, routes: list[ServedRoute], api: Any, parts: Parts
) -> dict[Route, apigatewayv2.Integration]:
    """The integration of each route that leads to a part or an address without a function."""
    from tapgen.layers.api import direct, direct_http

    roles = direct.add_roles(template, served, parts)
    return {
        one.route: direct_http.integration(_route_title(served, one.route), one, api, roles, parts)
        for one in routes
        if not one.function
    }


def _api(served: ServedApi) -> apigatewayv2.Api:
    return apigatewayv2.Api(
        served.title,
        Name=served.display_name,
        ProtocolType="HTTP",
        **({"CorsConfiguration": _cors(served.settings.cors)} if served.settings.cors.enabled else {}),
    )


def publish(template: Template, served: ServedApi, refs: ApiRefs, log: LogGroupRefs | None) -> None:
    """Add the stage, which publishes every change by itself; one that exists is left to whoever made it."""
    if served.settings.exists:
        _add_outputs(template, served, refs.api, served.stage_name)
        return
    limited = {route.route: route.asks.throttling for route in served.routes if route.asks.throttling}
    waits = [] if served.settings.is_body else [_route_title(served, route) for route in limited]
    throttling = served.settings.throttling
    stage = template.add_resource(
        apigatewayv2.Stage(
            f"{served.title}Stage",
            # Limits of a route that does not exist yet are refused.
            **({"DependsOn": waits} if waits else {}),
            ApiId=refs.api,
            StageName=served.stage_name,
            AutoDeploy=True,
            **({"StageVariables": dict(served.settings.variables)} if served.settings.variables else {}),
            **({"AccessLogSettings": _access_log(log)} if log else {}),
            DefaultRouteSettings=apigatewayv2.RouteSettings(
                ThrottlingRateLimit=throttling.rate, ThrottlingBurstLimit=throttling.burst
            ),
            **({"RouteSettings": {str(route): _limits(one) for route, one in limited.items()}} if limited else {}),
        )
    )
    _add_outputs(template, served, refs.api, Ref(stage))


def _add_outputs(template: Template, served: ServedApi, api: Any, stage: Any) -> None:
    path = "" if served.stage_name == DEFAULT_STAGE else "${Stage}/"
    url = filled(f"https://${{Api}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{path}", Api=api, Stage=stage)
    add_outputs(template, served, "HTTP", api, url)


def _open_preflights(served: ServedApi) -> Iterator[ServedRoute]:
    """An open OPTIONS route beside each that takes every method and asks who calls.

    CORS of the service answers preflights, but a route that takes OPTIONS too asks for credentials first: API Gateway
    developer guide, "Configuring CORS for an HTTP API with a $default route and an authorizer".
    """
    present = {route.route for route in served.routes}
    for route in served.routes if served.settings.cors.enabled else ():
        if route.route.method not in ("ANY", "$default") or not (route.authorizer or route.authorization != "NONE"):
            continue
        parts = EVERYWHERE if route.route.is_default else route.route.parts
        preflight = Route(parts, "OPTIONS")
        if preflight not in present:
            present.add(preflight)
            asked = {"authorization": "NONE", "authorizer": None, "scopes": ()}
            asks = replace(route.asks, **asked)
            yield replace(route, route=preflight, asks=asks, authorization="NONE", authorizer=None)


def _cors(cors: Cors) -> apigatewayv2.Cors:
    return apigatewayv2.Cors(
        AllowOrigins=list(cors.origins),
        AllowMethods=methods(cors),
        AllowHeaders=list(cors.headers),
        MaxAge=cors.max_age,
        **({"AllowCredentials": True} if cors.credentials else {}),
        **({"ExposeHeaders": list(cors.expose)} if cors.expose else {}),
    )


def _integration(served: ServedApi, api: Any, function: str, compute: ComputeRefs) -> apigatewayv2.Integration:
    return apigatewayv2.Integration(
        f"{served.title}{naming.logical(function)}Integration",
        ApiId=api,
        IntegrationType="AWS_PROXY",
        IntegrationUri=compute.functions[function].arn,
        PayloadFormatVersion="2.0",
    )


def _route(
    served: ServedApi, api: Any, route: ServedRoute, target: Any, callers: Mapping[str, Any]
) -> apigatewayv2.Route:
    return apigatewayv2.Route(
        _route_title(served, route.route),
        ApiId=api,
        RouteKey=str(route.route),
        Target=Sub(f"integrations/{embedded(Ref(target))}"),
        **authorizers.of_http_route(served, route, callers),
    )


def _route_title(served: ServedApi, route: Route) -> str:
    return f"{naming.route(served.title, route.parts, route.method)}Route"


def _access_log(log: LogGroupRefs) -> apigatewayv2.AccessLogSettings:
    return apigatewayv2.AccessLogSettings(DestinationArn=log_destination(log), Format=json.dumps(ACCESS_LOG_FIELDS))


def _limits(throttling: Throttling) -> dict[str, int]:
    return {"ThrottlingRateLimit": throttling.rate, "ThrottlingBurstLimit": throttling.burst}
