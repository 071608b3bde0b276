"""APIs whose every route is a function of the settings: they become routes, with who may call and from which pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from tapgen import naming
from tapgen.settings.routes import parse
from tapgen.starter.adopt.api_bodies import authorizers, preflights
from tapgen.starter.adopt.drafts import Old, Proposal, flag, given, referred, text
from tapgen.template.apis import routes
from tapgen.template.intrinsics import canonical, function
from tapgen.template.model import understand
from tapgen.template.routes import Route

_STAGES: Final = {
    "AWS::ApiGateway::RestApi": ("AWS::ApiGateway::Stage", "RestApiId"),
    "AWS::ApiGatewayV2::Api": ("AWS::ApiGatewayV2::Stage", "ApiId"),
}
_CORS_OF_HTTP: Final = {
    "AllowOrigins": "origins",
    "AllowMethods": "methods",
    "AllowHeaders": "headers",
    "AllowCredentials": "credentials",
    "ExposeHeaders": "expose",
}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}")


class Described(Struct, frozen=True):
    """What an API is for whoever calls it: routes, authorizers by name, and the pages of other origins."""

    routes: frozenset[tuple[Any, ...]]
    authorizers: Mapping[str, Any]
    cors: Mapping[str, Any]


def describe(resources: Mapping[str, Any], logical_id: str) -> Described:
    """The API of a document as its callers see it."""
    found = _routes(resources, logical_id)
    seen = {
        (one.method, one.path, one.functions, one.caller.kind, one.caller.authorizer, one.caller.scopes, one.api_key)
        for one in found
        if one.functions
    }
    known = {
        name: {**its, "uri": sorted(_named(its.get("uri")))} for name, its in authorizers(resources, logical_id).items()
    }
    return Described(frozenset(seen), canonical(known), canonical(_cors(resources, logical_id)))


def propose(old: Old) -> Iterator[Proposal]:
    """Each API that is no more than its routes."""
    for kind, (stage_type, key) in _STAGES.items():
        for logical_id, properties in old.of_type(kind):
            stages = [one for one, its in old.of_type(stage_type) if referred(its.get(key)) == logical_id]
            if len(stages) == 1 and _is_plain(old, logical_id, properties):
                yield from _proposals(old, logical_id, stages[0])


def _is_plain(old: Old, logical_id: str, properties: Mapping[str, Any]) -> bool:
    """Nothing of it is beyond what the settings say of an API."""
    if properties.get("ProtocolType", "HTTP") != "HTTP" or "BodyS3Location" in properties or "Policy" in properties:
        return False
    found = _routes(old.resources, logical_id)
    behind = [one for one in found if not (one.method == "OPTIONS" and not one.functions)]
    if not behind or not all(_is_told(old, one) for one in behind):
        return False
    known = authorizers(old.resources, logical_id)
    asked = {one.caller.authorizer for one in behind if one.caller.authorizer}
    return asked <= known.keys() and all(_NAME.fullmatch(name) and _authorizer(old, known[name]) for name in known)


def _is_told(old: Old, route: Route) -> bool:
    """It calls one function of the settings, and asks for what the settings can say."""
    its = [old.parts.get(one) for one in route.functions]
    is_ours = len(its) == 1 and its[0] is not None and its[0][0] == "functions"
    try:
        parse(route.name, route.kind)
    except ValueError:
        return False
    aliases = {referred(one.get("FunctionName")) for one in _properties(old.resources, "AWS::Lambda::Alias")}
    return is_ours and not route.credentials and not aliases & set(route.functions)


def _proposals(old: Old, logical_id: str, stage: str) -> Iterator[Proposal]:
    resources = old.resources
    properties = resources[logical_id].get("Properties") or {}
    its_stage = resources[stage].get("Properties") or {}
    is_http = resources[logical_id]["Type"].startswith("AWS::ApiGatewayV2")
    found = [one for one in _routes(resources, logical_id) if one.functions]
    name = _api_name(old, logical_id)
    title = naming.api(name)
    claims = {title: logical_id, f"{title}Stage": stage}
    drops = {
        one for one, its in old.of_type("AWS::ApiGateway::Deployment") if referred(its.get("RestApiId")) == logical_id
    }
    in_body = any(one.in_body for one in found)
    claims |= {} if in_body else _parts_of(old, title, logical_id, found, is_http=is_http)
    endpoint = (properties.get("EndpointConfiguration") or {}).get("Types") or ["EDGE"]
    settings = given(
        {
            "kind": "http" if is_http else "rest",
            "stage": text(its_stage.get("StageName")),
            "endpoint": None if is_http else str(endpoint[0]).lower(),
            "body": True if in_body else None,
            "access_log": False,
            "tracing": None if is_http else bool(flag(its_stage.get("TracingEnabled"))),
            "cloudwatch_role": None if is_http else False,
            "cors": _cors(resources, logical_id) or {"enabled": False},
            "authorizers": {one: _authorizer(old, its) for one, its in authorizers(resources, logical_id).items()}
            or None,
        }
    )
    old.claimed.update(claims)
    path = ("apis", name) if name else ("api",)
    yield Proposal(path, settings, claims, frozenset(drops))
    for logical_function, its_routes in _by_function(found).items():
        _, function_name = old.parts[logical_function]
        listed = [_route_settings(one, name) for one in its_routes]
        yield Proposal(("functions", function_name, "routes", name or "-"), {"listed": listed}, {title: logical_id})


def _by_function(found: list[Route]) -> dict[str, list[Route]]:
    by: dict[str, list[Route]] = {}
    for one in found:
        by.setdefault(one.functions[0], []).append(one)
    return by


def _route_settings(route: Route, api: str) -> Any:
    table = given(
        {
            "route": route.name,
            "api": api or None,
            "authorizer": route.caller.authorizer or None,
            "scopes": list(route.caller.scopes) or None,
            "authorization": "AWS_IAM" if route.caller.kind == "AWS_IAM" else None,
            "api_key": True if route.api_key else None,
        }
    )
    return table if len(table) > 1 else route.name


def _api_name(old: Old, logical_id: str) -> str:
    """Nothing for the first, which is `[api]`; else a name of its own."""
    if "Api" not in old.claimed and old.is_free("Api", logical_id) and old.is_free("ApiStage", logical_id):
        old.parts[logical_id] = ("apis", "")
        return ""
    return old.part(logical_id, "apis", "Api")


def _parts_of(old: Old, title: str, api: str, found: list[Route], *, is_http: bool) -> dict[str, str]:
    """The resources of an API that is not one body: its methods, or its routes and an integration for each function."""
    claims: dict[str, str] = {}
    for one in found:
        suffix = "Route" if is_http else "Method"
        parts = tuple(part for part in one.path.split("/") if part)
        claims[f"{naming.route(title, parts, one.method)}{suffix}"] = one.logical_id
        if is_http:
            function_name = old.parts[one.functions[0]][1]
            target = (old.resources[one.logical_id].get("Properties") or {}).get("Target")
            integration = next((name for name in _named(target) if _is_integration(old, name)), None)
            if integration is not None:
                claims.setdefault(f"{title}{naming.logical(function_name)}Integration", integration)
    if not is_http:
        claims |= _path_resources(old, title, api)
    return claims


def _path_resources(old: Old, title: str, api: str) -> dict[str, str]:
    """The resources of a REST API's paths, by the path that leads to each."""
    its = {
        one: properties
        for one, properties in old.of_type("AWS::ApiGateway::Resource")
        if referred(properties.get("RestApiId")) == api
    }

    def path(logical_id: str) -> tuple[str, ...]:
        parent = referred(its[logical_id].get("ParentId"))
        before = path(parent) if parent in its else ()
        return (*before, str(its[logical_id].get("PathPart")))

    return {f"{title}{naming.path(path(one))}Resource": one for one in its}


def _is_integration(old: Old, logical_id: str) -> bool:
    return bool(old.resources.get(logical_id, {}).get("Type") == "AWS::ApiGatewayV2::Integration")


def _named(value: Any) -> Iterator[str]:
    """The logical ids that a value names."""
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::Sub": str(written)}:
            yield from re.findall(r"\$\{([A-Za-z0-9]+)[.}]", written)
        case dict():
            for item in value.values():
                yield from _named(item)
        case list():
            for item in value:
                yield from _named(item)


def _properties(resources: Mapping[str, Any], kind: str) -> Iterator[Mapping[str, Any]]:
    yield from (one.get("Properties") or {} for one in resources.values() if one.get("Type") == kind)


def _routes(resources: Mapping[str, Any], logical_id: str) -> list[Route]:
    every = routes(understand({"Resources": resources})).values()
    return [one for one in every if one.api_id == logical_id]


def _authorizer(old: Old, its: Mapping[str, Any]) -> dict[str, Any] | None:
    """An authorizer of the settings; None for one that they cannot say."""
    kind = its.get("kind")
    if kind == "jwt":
        issuer, audience = its.get("issuer"), its.get("audience")
        plain = isinstance(issuer, str) and isinstance(audience, list) and all(isinstance(one, str) for one in audience)
        return {"issuer": issuer, "audience": audience} if plain and audience else None
    if kind == "user_pool":
        pool = old.refers(its.get("pool"), "user_pools")
        return {"user_pool": pool[1]} if pool else None
    if kind == "function":
        called = [old.parts.get(one) for one in _named(its.get("uri"))]
        names = [one[1] for one in called if one and one[0] == "functions"]
        if len(names) != 1:
            return None
        return given({"function": names[0], "identity": its["identity"], "ttl": its["ttl"], "type": its["type"]})
    return None


def _cors(resources: Mapping[str, Any], logical_id: str) -> dict[str, Any]:
    """Which pages of other origins may call, in the settings' words; nothing where none may."""
    properties = resources[logical_id].get("Properties") or {}
    body = properties.get("Body")
    if resources[logical_id]["Type"] == "AWS::ApiGateway::RestApi":
        return preflights(body) if isinstance(body, Mapping) else {}
    written = properties.get("CorsConfiguration") or {}
    if isinstance(body, Mapping):
        inside = body.get("x-amazon-apigateway-cors") or {}
        written = {key[0].upper() + key[1:]: value for key, value in inside.items()}
    found = {ours: written[theirs] for theirs, ours in _CORS_OF_HTTP.items() if theirs in written}
    if any(function(value) for value in found.values()):
        return {"unread": True}
    if "methods" in found:
        found["methods"] = ["ANY"] if "*" in found["methods"] else [one for one in found["methods"] if one != "*"]
    return {key: value for key, value in found.items() if value not in (False, [])}
