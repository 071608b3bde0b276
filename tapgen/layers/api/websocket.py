"""A WebSocket API: one integration for each function, a route for each key, and who may send to its connections."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from troposphere import Ref, Sub, apigatewayv2

from tapgen import naming
from tapgen.layers.api import authorizers, permissions
from tapgen.layers.api.publishing import add_outputs, fingerprint, identity, log_destination
from tapgen.layers.lookup import lookup_text
from tapgen.layers.refs import ApiRefs, PartRefs, embedded, filled
from tapgen.settings import served as of_settings
from tapgen.settings.route_tables import RouteTable

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import ComputeRefs, LogGroupRefs
    from tapgen.settings.model import Environment
    from tapgen.settings.served import ServedApi, ServedRoute

PUBLISHED = frozenset(
    f"AWS::ApiGatewayV2::{name}"
    for name in ("Route", "Integration", "RouteResponse", "IntegrationResponse", "Authorizer", "Model")
)
"""What a deployment is a snapshot of: API Gateway developer guide, "Publish WebSocket APIs for customers to invoke"."""

ACCESS_LOG_FIELDS = {
    "requestId": "$context.requestId",
    "requestTime": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "connection": "$context.connectionId",
    "event": "$context.eventType",
    "route": "$context.routeKey",
    "status": "$context.status",
    "error": "$context.error.message",
    "integrationError": "$context.integrationErrorMessage",
}


def build(template: Template, served: ServedApi, compute: ComputeRefs) -> ApiRefs:
    """Add the API with its routes; `publish` makes it public."""
    existing = served.settings.existing
    api = lookup_text(existing) if existing is not None else Ref(template.add_resource(_api(served)))
    targets = {
        function: template.add_resource(_integration(served, api, function, compute)) for function in served.functions
    }
    callers = authorizers.add_websocket(template, served, api, compute)
    for route in served.routes:
        template.add_resource(_route(served, api, route, targets[route.function], callers))
        if _replies(route):
            template.add_resource(_response(served, api, route))
    permissions.of_routes(template, served, served.routes, api, compute)
    return ApiRefs(api, ())


def publish(
    template: Template, served: ServedApi, refs: ApiRefs, log: LogGroupRefs | None, account: tuple[str, ...]
) -> None:
    """Add the deployment, whose logical id changes with whatever it publishes, and the stage."""
    own = [
        resource
        for resource in template.resources.values()
        if resource.resource_type in PUBLISHED and identity(resource.properties.get("ApiId", "")) == identity(refs.api)
    ]
    published = {resource.title: resource.to_dict() for resource in own}
    exists = served.settings.exists
    deployment = template.add_resource(
        apigatewayv2.Deployment(
            f"{served.title}Deployment{fingerprint(published)}",
            DependsOn=[resource.title for resource in own],
            ApiId=refs.api,
            # The last one stays with a stage of somebody else's, which publishes it.
            **({"StageName": served.stage_name, "DeletionPolicy": "Retain"} if exists else {}),
        )
    )
    stage = served.stage_name if exists else Ref(template.add_resource(_stage(served, refs, deployment, log, account)))
    url = filled("wss://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${Stage}", Api=refs.api, Stage=stage)
    add_outputs(template, served, "WebSocket", refs.api, url)


def used(environment: Environment) -> dict[str, PartRefs]:
    """The WebSocket APIs as parts: a function that sends to their connections is there before they are."""
    return {
        name: _part(name, api.existing, of_settings.stage_name(environment, api))
        for name, api in environment.apis.items()
        if api.kind == "websocket"
    }


def _part(name: str, existing: Any, stage: str) -> PartRefs:
    api = lookup_text(existing) if existing is not None else Ref(naming.api(name))
    arn = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}"
    connections = filled(f"{arn}/{stage}/*/@connections/*", Api=api)
    return PartRefs(
        name=api,
        arn=filled(arn, Api=api),
        url=filled(f"https://${{Api}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{stage}", Api=api),
        more={"forms": {"execute-api-general": connections}},
    )


def _api(served: ServedApi) -> apigatewayv2.Api:
    return apigatewayv2.Api(
        served.title,
        Name=served.display_name,
        ProtocolType="WEBSOCKET",
        RouteSelectionExpression=served.settings.selection,
    )


def _integration(served: ServedApi, api: Any, function: str, compute: ComputeRefs) -> apigatewayv2.Integration:
    return apigatewayv2.Integration(
        f"{served.title}{naming.logical(function)}Integration",
        ApiId=api,
        IntegrationType="AWS_PROXY",
        IntegrationUri=authorizers.invocation_uri(compute.functions[function].arn),
    )


def _route(
    served: ServedApi, api: Any, route: ServedRoute, target: Any, callers: Mapping[str, Any]
) -> apigatewayv2.Route:
    return apigatewayv2.Route(
        _title(served, route, "Route"),
        ApiId=api,
        RouteKey=str(route.route),
        Target=Sub(f"integrations/{embedded(Ref(target))}"),
        **authorizers.of_http_route(served, route, callers),
        **({"RouteResponseSelectionExpression": "$default"} if _replies(route) else {}),
    )


def _response(served: ServedApi, api: Any, route: ServedRoute) -> apigatewayv2.RouteResponse:
    """Without one, what a function returns goes nowhere: developer guide, "Set up WebSocket API route responses"."""
    return apigatewayv2.RouteResponse(
        _title(served, route, "RouteResponse"),
        ApiId=api,
        RouteId=Ref(_title(served, route, "Route")),
        RouteResponseKey="$default",
    )


def _replies(route: ServedRoute) -> bool:
    return isinstance(route.asks, RouteTable) and route.asks.reply


def _title(served: ServedApi, route: ServedRoute, what: str) -> str:
    return f"{naming.route(served.title, route.route.parts, route.route.method)}{what}"


def _stage(
    served: ServedApi, refs: ApiRefs, deployment: Any, log: LogGroupRefs | None, account: tuple[str, ...]
) -> apigatewayv2.Stage:
    limits = {str(route.route): route.asks.throttling for route in served.routes if route.asks.throttling}
    settings = served.settings

    def limited(one: Any) -> dict[str, int]:
        return {"ThrottlingRateLimit": one.rate, "ThrottlingBurstLimit": one.burst}

    access = None
    if log:
        written = {"DestinationArn": log_destination(log), "Format": json.dumps(ACCESS_LOG_FIELDS)}
        access = apigatewayv2.AccessLogSettings(**written)
    return apigatewayv2.Stage(
        f"{served.title}Stage",
        **({"DependsOn": list(account)} if account else {}),
        ApiId=refs.api,
        StageName=served.stage_name,
        DeploymentId=Ref(deployment),
        **({"StageVariables": dict(settings.variables)} if settings.variables else {}),
        **({"AccessLogSettings": access} if access else {}),
        DefaultRouteSettings=apigatewayv2.RouteSettings(**limited(settings.throttling)),
        **({"RouteSettings": {key: limited(one) for key, one in limits.items()}} if limits else {}),
    )
