"""What is wrong with routes: what API Gateway refuses, and what a route asks for that its API does not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

from msgspec import Struct

from tapgen import naming
from tapgen.errors import suggestion
from tapgen.settings import routes, served
from tapgen.settings.routes import CONNECT

if TYPE_CHECKING:
    from tapgen.settings.apis import Api
    from tapgen.settings.direct_routes import DirectRoute
    from tapgen.settings.model import Environment
    from tapgen.settings.route_tables import Asks

Path = tuple[str | int, ...]
Problem = tuple[Path, str]


class Written(Struct, frozen=True):
    """A route as the settings have it: where, of which API, whose it is, and what it asks for."""

    path: Path
    api: str | None
    owner: str
    text: str
    asks: Asks


def written(environment: Environment) -> Iterator[Written]:
    """The routes of the functions and those that lead elsewhere, in the settings' order."""
    for name, index, table in served.written(environment):
        yield Written(("functions", name, "routes", index), table.api, name, table.route, table)
    for api in (None, *environment.apis):
        path = ("apis", api, "routes") if api else ("api", "routes")
        for text, direct in served.named(environment, api).routes.items():
            yield Written((*path, text), api, direct.part or "an address", text, direct)


def check(environment: Environment) -> Iterator[Problem]:
    """Each problem of the routes, with the path of the value to change."""
    seen: dict[str, dict[routes.Route, Written]] = {}
    for one in written(environment):
        if one.api and one.api not in environment.apis:
            better = suggestion(one.api, environment.apis)
            yield one.path, f'"{one.text}": there is no API "{one.api}"; {better}'
            continue
        settings = served.named(environment, one.api)
        try:
            route = routes.parse(one.text, settings.kind)
        except ValueError as error:
            yield one.path, str(error)
            continue
        own = seen.setdefault(one.api or "", {})
        if route in own:
            yield one.path, f'"{route}" is a route of {own[route].owner} already'
        own.setdefault(route, one)
        yield from ((one.path, f'"{route}": {message}') for message in _asked(one, settings, route))
        request = one.asks.request
        if request and request not in settings.models and settings.openapi and settings.kind == "rest":
            yield from ((one.path, f'"{route}": {message}') for message in _schema(environment, settings, request))
        if one.path[0] != "functions":
            from tapgen.settings import checks_direct

            found = checks_direct.check(environment, settings, route, cast("DirectRoute", one.asks))
            yield from (((*one.path, *where), message) for where, message in found)
    for api, own in seen.items():
        yield from _same_title(own)
        paths = {route: one.path for route, one in own.items()}
        yield from _together(paths, served.named(environment, api).kind)


def _same_title(own: Mapping[routes.Route, Written]) -> Iterator[Problem]:
    """Keys of a WebSocket API whose logical ids are the same."""
    titles: dict[str, routes.Route] = {}
    for route, one in own.items():
        other = titles.setdefault(naming.logical(route.method), route) if route.is_key else route
        if other != route:
            yield one.path, f'"{route}" and "{other}" give the same logical id; rename one of them'


def parsed(environment: Environment, api: str | None, kind: routes.Kind) -> Iterator[routes.Route]:
    """The routes of an API that can be read; `check` says what is wrong with the others."""
    for one in written(environment):
        if one.api == api:
            try:
                yield routes.parse(one.text, kind)
            except ValueError:
                continue


def _together(own: dict[routes.Route, Path], kind: routes.Kind) -> Iterator[Problem]:
    for route, message in routes.conflicts(own, kind):
        yield own[route], message
    titles: dict[str, tuple[str, ...]] = {}
    for route, path in own.items():
        for length in range(1, len(route.parts) + 1):
            parts = route.parts[:length]
            other = titles.setdefault(naming.path(parts), parts)
            if other != parts:
                both = f'"/{"/".join(parts)}" and "/{"/".join(other)}"'
                yield path, f"{both} give the same logical id; rename one of them"


def _asked(one: Written, settings: Api, route: routes.Route) -> Iterator[str]:
    table = one.asks
    if table.authorizer and table.authorization:
        yield "authorizer and authorization exclude each other; keep one of them"
    if table.authorizer and table.authorizer not in settings.authorizers:
        yield f'there is no authorizer "{table.authorizer}"; {suggestion(table.authorizer, settings.authorizers)}'
    yield from _scopes(table, settings)
    if settings.exists:
        found = [key for key in ("throttling", "cache") if getattr(table, key)]
        yield from (f"{key} is its stage's, which is not this stack's; say it where the API is made" for key in found)
    if getattr(table, "reply", False) and (settings.kind != "websocket" or route.method in (CONNECT, "$disconnect")):
        yield "reply is for the messages of a WebSocket API; elsewhere an answer is one anyway"
    if settings.kind == "rest":
        yield from _asked_of_rest(one, settings, route)
        return
    what = "an HTTP API" if settings.kind == "http" else "a WebSocket API"
    found = [key for key in ("api_key", "request", "parameters", "cache") if getattr(table, key)]
    yield from (f"{key} is for REST APIs; {what} has no such thing" for key in found)
    if settings.kind == "websocket" and route.method != CONNECT and (table.authorizer or table.authorization):
        yield f"who may call is asked of {CONNECT} alone: what comes over a connection was let in"


def _asked_of_rest(one: Written, settings: Api, route: routes.Route) -> Iterator[str]:
    table = one.asks
    if table.api_key and not settings.exists and not any(plan.keys for plan in settings.usage_plans.values()):
        where = f"apis.{one.api}" if one.api else "api"
        yield f'it asks for a key, but no plan has one; write {where}.usage_plans.NAME = {{ keys = ["Partner"] }}'
    if table.request and table.request not in settings.models and not settings.openapi:
        yield f'there is no model "{table.request}"; {suggestion(table.request, settings.models)}'
    if table.cache and settings.cache is None and not settings.exists:
        yield 'cache needs a cache of the API: cache.size = "0.5"'
    if table.cache and route.method != "GET":
        yield "only answers to GET are kept"


def _schema(environment: Environment, settings: Api, name: str) -> Iterator[str]:
    """What is wrong with a model of the API's OpenAPI file; the file itself is looked at with the API."""
    from tapgen.settings import contract
    from tapgen.settings.json_schema import SchemaError

    try:
        found = contract.read(environment.root / (settings.openapi or ""))
    except SchemaError:
        return
    try:
        contract.model(found, name)
    except SchemaError as error:
        yield str(error)


def _scopes(table: Asks, settings: Api) -> Iterator[str]:
    if not table.scopes:
        return
    name = table.authorizer or (None if table.authorization else settings.authorizer)
    authorizer = settings.authorizers.get(name) if name else None
    if name is None:
        yield "scopes are asked of tokens; name an authorizer with a user pool or an issuer"
    elif authorizer and authorizer.function:
        yield f'scopes are asked of tokens; "{name}" is a function, which decides by itself'
