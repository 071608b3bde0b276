"""A REST API: its resources, methods and preflights, its own answers; or all of it as one OpenAPI body."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, Ref, apigateway

from tapgen import naming
from tapgen.layers.api import access, authorizers, models, permissions, responses
from tapgen.layers.api.cors import preflight
from tapgen.layers.refs import ApiRefs

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import ComputeRefs, NetworkRefs, PartRefs
    from tapgen.settings.model import Environment
    from tapgen.settings.served import FunctionRoute, ServedApi

_EMPTY = {"openapi": "3.0.1", "info": {"title": "Empty", "version": "1"}, "paths": {}}


def build(
    template: Template,
    served: ServedApi,
    environment: Environment,
    compute: ComputeRefs,
    pools: Mapping[str, PartRefs],
    network: NetworkRefs | None,
) -> ApiRefs:
    """Add the API with everything that a deployment publishes."""
    api = apigateway.RestApi(served.title, Name=served.display_name, **_properties(served, network))
    template.add_resource(api)
    schemas = models.read(served, environment.root)
    if served.settings.is_body:
        from tapgen.layers.api import rest_body

        api.Body = rest_body.document(served, schemas, compute, pools)
        for name in served.authorizers:
            authorizers.permit_all(template, served, name, Ref(api), compute)
        permissions.of_routes(template, served, served.routes, Ref(api), compute)
        return ApiRefs(Ref(api), ())
    if served.settings.body == "empty":
        api.Body, api.Mode = _EMPTY, "overwrite"  # CloudFormation updates the API before it makes what refers to it
    parents = _add_resources(template, served, [route.route.parts for route in served.routes])
    callers = authorizers.add_rest(template, served, Ref(api), compute, pools)
    bodies = models.add(template, served, Ref(api), schemas)
    waits = [
        template.add_resource(_method(served, parents[route.route.parts], route, compute, callers, bodies))
        for route in served.routes
    ]
    own_options = {route.route.parts for route in served.routes if route.route.is_preflight}
    waits += [
        template.add_resource(preflight(Ref(api), parent, f"{served.title}{naming.path(parts)}", served.settings.cors))
        for parts, parent in parents.items()
        if served.settings.cors.enabled and parts not in own_options
    ]
    waits += [template.add_resource(response) for response in responses.of(served, Ref(api))]
    permissions.of_routes(template, served, served.routes, Ref(api), compute)
    return ApiRefs(Ref(api), tuple(resource.title for resource in waits))


def _properties(served: ServedApi, network: NetworkRefs | None) -> dict[str, Any]:
    settings = served.settings
    endpoints = access.endpoints(settings, network)
    properties: dict[str, Any] = {
        "EndpointConfiguration": apigateway.EndpointConfiguration(
            Types=[settings.endpoint.upper()], **({"VpcEndpointIds": endpoints} if endpoints else {})
        )
    }
    if settings.binary_media_types:
        properties["BinaryMediaTypes"] = list(settings.binary_media_types)
    if settings.compression is not None:
        properties["MinimumCompressionSize"] = settings.compression
    policy = access.policy(settings, endpoints)
    if policy:
        properties["Policy"] = policy
    return properties


def _add_resources(
    template: Template, served: ServedApi, paths: Iterable[tuple[str, ...]]
) -> dict[tuple[str, ...], Any]:
    """Add a resource for every part of every path; what each is known by as a parent, the root included."""
    parents: dict[tuple[str, ...], Any] = {(): GetAtt(served.title, "RootResourceId")}
    for path in paths:
        for length in range(1, len(path) + 1):
            parts = path[:length]
            if parts not in parents:
                resource = apigateway.Resource(
                    f"{served.title}{naming.path(parts)}Resource",
                    RestApiId=Ref(served.title),
                    ParentId=parents[parts[:-1]],
                    PathPart=parts[-1],
                )
                parents[parts] = Ref(template.add_resource(resource))
    return parents


def _method(
    served: ServedApi,
    parent: Any,
    route: FunctionRoute,
    compute: ComputeRefs,
    callers: Mapping[str, Any],
    bodies: models.Bodies,
) -> apigateway.Method:
    parameters = {f"method.request.path.{name}": True for name in route.route.parameters}
    parameters |= {f"method.request.{name}": True for name in route.asks.parameters}
    keyed = [*parameters] if route.asks.cache else []
    return apigateway.Method(
        f"{naming.route(served.title, route.route.parts, route.route.method)}Method",
        RestApiId=Ref(served.title),
        ResourceId=parent,
        HttpMethod=route.route.method,
        **authorizers.of_rest_route(served, route, callers),
        **({"ApiKeyRequired": True} if route.asks.api_key else {}),
        **({"RequestParameters": parameters} if parameters else {}),
        **bodies.of(route),
        Integration=apigateway.Integration(
            Type="AWS_PROXY",
            IntegrationHttpMethod="POST",  # Lambda's Invoke, whatever the method of the route
            Uri=authorizers.invocation_uri(compute.functions[route.function].arn),
            **({"CacheKeyParameters": keyed} if keyed else {}),
        ),
    )
