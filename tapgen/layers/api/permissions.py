"""Who may invoke a function: this API's routes and authorizers, and no other one's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from troposphere import awslambda

from tapgen import naming
from tapgen.layers.refs import filled

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import ComputeRefs
    from tapgen.settings.routes import Route
    from tapgen.settings.served import ServedApi, ServedRoute

MAX_PERMISSIONS = 40
"""Permissions of a function, one for each route: its resource policy takes 20 KB, and one takes 350 to 500 bytes.

Source: Lambda developer guide, "Lambda quotas", function resource-based policy.
"""


def of_routes(
    template: Template, served: ServedApi, routes: Sequence[ServedRoute], api: Any, compute: ComputeRefs
) -> None:
    """Each route, or each method where there are very many, may call its function."""
    own: dict[str, list[Route]] = {}
    for route in routes:
        own.setdefault(route.function, []).append(route.route)
    for name, function in compute.functions.items():
        for title, source in _invokers(served, name, own.get(name, [])):
            template.add_resource(invoke_permission(api, title, function.arn, f"{served.stage_name}/{source}"))


def invoke_permission(api: Any, title: str, function_arn: Any, source: str) -> awslambda.Permission:
    """API Gateway may invoke the function for what `source` names below the API."""
    return awslambda.Permission(
        title,
        Action="lambda:InvokeFunction",
        FunctionName=function_arn,
        Principal="apigateway.amazonaws.com",
        SourceArn=filled(
            f"arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{Api}}/{source}", Api=api
        ),
    )


def _invokers(served: ServedApi, function: str, own: Sequence[Route]) -> Iterator[tuple[str, str]]:
    """Logical id and method with path of each permission of a function.

    One for each route; one for each method where a function has very many; one for all where the API is one body, as
    long as the routes have a part of the path or the method in common: they would be everything otherwise.
    """
    shared = _shared(own) if served.settings.is_body else ""
    if shared:
        yield f"{naming.function(function)}{served.title}Permission", shared
    elif len(own) > MAX_PERMISSIONS and served.settings.kind == "websocket":
        yield f"{naming.function(function)}{served.title}Permission", "*"
    elif len(own) > MAX_PERMISSIONS:
        for method in sorted({route.method for route in own}):
            yield f"{naming.function(function)}{served.title}{_titled(method)}Permission", f"{_any(method)}/*"
    else:
        for route in own:
            title = f"{naming.route(served.title, route.parts, route.method)}Permission"
            yield title, route.method if route.is_key else f"{_any(route.method)}/{_path(route.parts)}"


def _shared(own: Sequence[Route]) -> str:
    """The narrowest method and path that stand for all routes; empty where that is every one."""
    if not own or any(route.is_default for route in own):
        return ""
    methods = {_any(route.method) for route in own}
    method = methods.pop() if len(methods) == 1 else "*"
    places = zip(*(route.parts for route in own), strict=False)
    parts = tuple(place[0] for place in takewhile(lambda place: len(set(place)) == 1, places))
    rest = "" if all(route.parts == parts for route in own) else "*"
    path = _path(parts) + rest
    return "" if method == "*" and path == "*" else f"{method}/{path}"


def _path(parts: Sequence[str]) -> str:
    return "/".join("*" if part.startswith("{") else part for part in parts)


def _titled(method: str) -> str:
    return naming.logical(method.lower())


def _any(method: str) -> str:
    return "*" if method in ("ANY", "$default") else method
