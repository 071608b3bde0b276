"""What asks callers for less: API methods, function URLs and CORS; rules S011 to S013."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from tapgen.review.model import Direction, Impact, Risk
from tapgen.review.rules.rulebook import found
from tapgen.template.apis import routes, unread_definition
from tapgen.template.cors import all_origins, origins_of_errors
from tapgen.template.intrinsics import branches
from tapgen.template.model import Resource, Template
from tapgen.template.routes import Route
from tapgen.template.text import text

_ANSWER: Final = "AWS::ApiGateway::GatewayResponse"
_UNDECIDED: Final = "${!"  # how `text` writes a function other than Ref, GetAtt and Join


def authorization_impacts(old: Template, new: Template) -> Iterator[Impact | str]:
    """Findings, and by name what was not understood."""
    yield from _routes(old, new)
    for name, after in new.resources.items():
        before = old.resources.get(name)
        if unread_definition(after) and before is not None and before.properties != after.properties:
            yield f"{name}: its routes come from an OpenAPI document that is not in the template"
        if after.type == "AWS::Lambda::Url":
            yield from _url(before, after)
    yield from _origins(old, new)


def _routes(old: Template, new: Template) -> Iterator[Impact | str]:
    before, after = routes(old), routes(new)
    for key, route in after.items():
        was = before.get(key)
        kind = new.resources[route.logical_id].type
        if was is None:
            wider = before.get((route.api, "ANY", route.path))
            if route.method != "OPTIONS" and wider is None and not route.follows:
                yield _route(route, kind, f"{route.name} is new and asks for {_asks(route)}", _openness(route))
        elif _UNDECIDED in route.authorization + was.authorization:
            if was != route:
                yield f"{route.logical_id}: the authorization of {route.name} is made by a function"
        elif not _asks_alike(was, route):
            message = f"{route.name} asks for {_asks(route)} instead of {_asks(was)}"
            yield _route(route, kind, message, _openness(route), narrowed=_strength(route) > _strength(was))


def _asks_alike(was: Route, route: Route) -> bool:
    """Whether both ask the same; an authorizer in a body has another name than the resource that it was."""
    if was.in_body == route.in_body:
        return was.caller == route.caller
    return replace(was.caller, authorizer="") == replace(route.caller, authorizer="")


def _route(route: Route, kind: str, message: str, severity: Risk, *, narrowed: bool = False) -> Impact:
    direction: Direction = "narrowed" if narrowed else "broadened"
    return found(
        "S011",
        route.logical_id,
        kind,
        message,
        direction=direction,
        severity=Risk.INFO if narrowed else severity,
        everybody=_strength(route) == 0,
    )


def _asks(route: Route) -> str:
    asked = [] if route.authorization == "NONE" else [route.authorization]
    return " and ".join([*asked, "an API key"] if route.api_key else asked) or "no authorization"


def _openness(route: Route) -> Risk:
    return Risk.HIGH if _strength(route) == 0 else Risk.MEDIUM


def _strength(route: Route) -> int:
    """0 nothing, 1 an API key (which is no authorization: API Gateway developer guide), 2 an authorizer, 3 both."""
    return 2 * (route.authorization != "NONE") + route.api_key


def _url(before: Resource | None, after: Resource) -> Iterator[Impact | str]:
    name = after.logical_id
    choices = [text(one) for one in branches(after.properties.get("AuthType", "NONE"))]
    now = "NONE" if "NONE" in choices else text(after.properties.get("AuthType", "NONE"))
    was = text(before.properties.get("AuthType", "NONE")) if before is not None else ""
    if now == was:
        return
    if _UNDECIDED in now + was:
        yield f"{name}: the authorization of the function URL is made by a function"
    elif now == "NONE":
        asks = "may ask" if len(choices) > 1 else "asks"
        message = f"{name}: the function URL {'is new and ' if before is None else ''}{asks} for no authorization"
        hint = "With a permission for everybody, anyone on the internet can invoke the function."
        yield found("S012", name, after.type, message, hint, direction="broadened", everybody=True)
    elif before is None:
        message = f"{name}: the function URL is new and asks for {now}"
        yield found("S012", name, after.type, message, direction="broadened", severity=Risk.LOW)
    else:
        message = f"{name}: the function URL asks for {now} instead of no authorization"
        yield found("S012", name, after.type, message, direction="narrowed")


def _methods_origins(old: Template, was: Mapping[str, frozenset[str]], api: str) -> frozenset[str]:
    """What the methods of an API allowed, where the API itself says it now: it became one body."""
    methods = {route.logical_id for route in routes(old).values() if route.api_id == api}
    return frozenset(origin for name in methods for origin in was.get(name, ()))


def _body_origins(old: Template, was: Mapping[str, frozenset[str]], part: Resource) -> frozenset[str]:
    """What an API's body allowed, where a method or an answer of its own says it now: it was one body."""
    of = part.properties.get("RestApiId")
    api = old.resources.get(of["Ref"]) if isinstance(of, Mapping) and isinstance(of.get("Ref"), str) else None
    if api is None or "Body" not in api.properties:
        return frozenset()
    return frozenset(origins_of_errors(api)) if part.type == _ANSWER else was.get(api.logical_id, frozenset())


def _origins(old: Template, new: Template) -> Iterator[Impact]:
    """What pages may call now or no longer; the preflights of one API that change alike are one impact."""
    was, now = all_origins(old), all_origins(new)
    alike: dict[tuple[str, str, Direction, Risk | None, tuple[str, ...]], list[str]] = {}
    for name, origins in now.items():
        resource = new.resources[name]
        before = was.get(name) or _methods_origins(old, was, name) or _body_origins(old, was, resource)
        api = text(resource.properties.get("RestApiId", name))
        came = frozenset() if "*" in before else origins - before
        went = frozenset() if "*" in origins else before - origins
        if came:
            quiet = name not in old.resources or resource.type == _ANSWER
            weight = Risk.LOW if quiet else Risk.MEDIUM
            alike.setdefault((resource.type, api, "broadened", weight, tuple(sorted(came))), []).append(name)
        if went:
            alike.setdefault((resource.type, api, "narrowed", None, tuple(sorted(went))), []).append(name)
    for (kind, _, direction, severity, listed), names in alike.items():
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        may = "may" if direction == "broadened" else "may no longer"
        does = "read this answer" if kind == _ANSWER else "call"
        pages = "any origin" if "*" in listed else ", ".join(listed)
        message = f"{names[0]}{more}: pages of {pages} {may} {does}"
        yield found("S013", names[0], kind, message, direction=direction, severity=severity, details=listed)
