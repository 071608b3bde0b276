"""A REST API: its resources, methods and preflights, its own answers; or all of it as one OpenAPI body."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, Ref, apigateway

from tapgen import naming
from tapgen.layers.api import access, authorizers, direct, models, permissions, responses
from tapgen.layers.api.cors import preflight
from tapgen.layers.lookup import lookup_text
from tapgen.layers.refs import ApiRefs

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.api.direct import Roles
    from tapgen.layers.refs import ComputeRefs, NetworkRefs, Parts
    from tapgen.settings.model import Environment
    from tapgen.settings.served import ServedApi, ServedRoute

_EMPTY = {"openapi": "3.0.1", "info": {"title": "Empty", "version": "1"}, "paths": {}}


def build(
    template: Template,
    served: ServedApi,
    environment: Environment,
    compute: ComputeRefs,
    parts: Parts,
    network: NetworkRefs | None,
) -> ApiRefs:
    """Add the API with everything that a deployment publishes; to one that exists, its routes alone."""
    if served.settings.existing is not None:
        return _routes(template, served, lookup_text(served.settings.existing), environment, compute, parts)
    api = apigateway.RestApi(served.title, Name=served.display_name, **_properties(served, network))
    template.add_resource(api)
    if served.settings.is_body:
        from tapgen.layers.api import rest_body

        schemas = models.read(served, environment.root)
        roles = direct.add_roles(template, served, parts)
        behind = {route.route: _behind(served, route, environment, compute, parts, roles) for route, _ in served.direct}
        api.Body = rest_body.document(served, schemas, compute, parts.get("user_pools", {}), behind)
        for name in served.authorizers:
            authorizers.permit_all(template, served, name, Ref(api), compute)
        permissions.of_routes(template, served, served.routes, Ref(api), compute)
        return ApiRefs(Ref(api), ())
    if served.settings.body == "empty":
        api.Body, api.Mode = _EMPTY, "overwrite"  # CloudFormation updates the API before it makes what refers to it
    return _routes(template, served, Ref(api), environment, compute, parts)


def _routes(
    template: Template,
    served: ServedApi,
    api: Any,
    environment: Environment,
    compute: ComputeRefs,
    parts: Parts,
) -> ApiRefs:
    """Add the paths, methods, preflights and errors; whoever made a path answers its preflights."""
    given = _given(served)
    parents = given | _add_resources(template, served, api, [route.route.parts for route in served.routes], given)
    callers = authorizers.add_rest(template, served, api, compute, parts.get("user_pools", {}))
    bodies = models.add(template, served, api, models.read(served, environment.root))
    roles = direct.add_roles(template, served, parts)
    waits = []
    for route in served.routes:
        behind = _behind(served, route, environment, compute, parts, roles)
        method = _method(served, api, parents[route.route.parts], route, behind, callers, bodies)
        waits.append(template.add_resource(method))
    theirs = given if served.settings.exists else {}
    own_options = {route.route.parts for route in served.routes if route.route.is_preflight}
    waits += [
        template.add_resource(preflight(api, parent, f"{served.title}{naming.path(parts)}", served.settings.cors))
        for parts, parent in parents.items()
        if served.settings.cors.enabled and parts not in own_options and parts not in theirs
    ]
    if not served.settings.exists:
        waits += [template.add_resource(response) for response in responses.of(served, api)]
    permissions.of_routes(template, served, served.routes, api, compute)
    return ApiRefs(api, tuple(resource.title for resource in waits))


def _given(served: ServedApi) -> dict[tuple[str, ...], Any]:
    """What each path that is there already is known by as a parent: the root, and what an existing API has."""
    settings = served.settings
    if not settings.exists:
        return {(): GetAtt(served.title, "RootResourceId")}
    root = {(): lookup_text(settings.root)} if settings.root is not None else {}
    return root | {tuple(path[1:].split("/")): lookup_text(id_) for path, id_ in settings.paths.items()}


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
    template: Template,
    served: ServedApi,
    api: Any,
    paths: Iterable[tuple[str, ...]],
    given: Mapping[tuple[str, ...], Any],
) -> dict[tuple[str, ...], Any]:
    """Add a resource for every part of every path below what is given; what each is known by as a parent."""
    added: dict[tuple[str, ...], Any] = {}
    for path in paths:
        there = max((length for length in range(len(path) + 1) if path[:length] in given), default=0)
        parent = given.get(path[:there])
        for length in range(there + 1, len(path) + 1):
            parts = path[:length]
            if parts not in added:
                resource = apigateway.Resource(
                    f"{served.title}{naming.path(parts)}Resource", RestApiId=api, ParentId=parent, PathPart=parts[-1]
                )
                added[parts] = Ref(template.add_resource(resource))
            parent = added[parts]
    return added


def _method(
    served: ServedApi,
    api: Any,
    parent: Any,
    route: ServedRoute,
    behind: Mapping[str, Any],
    callers: Mapping[str, Any],
    bodies: models.Bodies,
) -> apigateway.Method:
    parameters = {f"method.request.path.{name}": True for name in route.route.parameters}
    parameters |= {f"method.request.{name}": True for name in route.asks.parameters}
    if route.asks.cache:
        behind["Integration"].CacheKeyParameters = [*parameters]
    return apigateway.Method(
        f"{naming.route(served.title, route.route.parts, route.route.method)}Method",
        # Below a path of another stack's, the chain of parents does not say it.
        **({"Metadata": {"Path": route.route.path}} if served.settings.paths else {}),
        RestApiId=api,
        ResourceId=parent,
        HttpMethod=route.route.method,
        **authorizers.of_rest_route(served, route, callers),
        **({"ApiKeyRequired": True} if route.asks.api_key else {}),
        **({"RequestParameters": parameters} if parameters else {}),
        **bodies.of(route),
        **behind,
    )


def _behind(
    served: ServedApi, route: ServedRoute, environment: Environment, compute: ComputeRefs, parts: Parts, roles: Roles
) -> dict[str, Any]:
    """What is behind a route: its function, or what it leads to without one."""
    if not route.function:
        from tapgen.layers.api import direct_rest

        return direct_rest.method(route, roles, parts, served.settings.cors, environment)
    integration = apigateway.Integration(
        Type="AWS_PROXY",
        IntegrationHttpMethod="POST",  # Lambda's Invoke, whatever the method of the route
        Uri=authorizers.invocation_uri(compute.functions[route.function].arn),
    )
    return {"Integration": integration}
