"""What is wrong with routes: what API Gateway refuses, and what a route asks for that its API does not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tapgen import naming
from tapgen.errors import suggestion
from tapgen.settings import routes, served

if TYPE_CHECKING:
    from tapgen.settings.apis import Api
    from tapgen.settings.model import Environment
    from tapgen.settings.route_tables import RouteTable

Path = tuple[str | int, ...]
Problem = tuple[Path, str]


def check(environment: Environment) -> Iterator[Problem]:
    """Each problem of the routes, with the path of the value to change."""
    seen: dict[str, dict[routes.Route, Path]] = {}
    for name, index, table in served.written(environment):
        path = ("functions", name, "routes", index)
        if table.api and table.api not in environment.apis:
            yield path, f'"{table.route}": there is no API "{table.api}"; {suggestion(table.api, environment.apis)}'
            continue
        settings = served.named(environment, table.api)
        try:
            route = routes.parse(table.route, settings.kind)
        except ValueError as error:
            yield path, str(error)
            continue
        own = seen.setdefault(table.api or "", {})
        if route in own:
            yield path, f'"{route}" is a route of {own[route][1]} already'
        own.setdefault(route, path)
        yield from ((path, f'"{route}": {message}') for message in _asked(table, settings, route))
        if table.request and table.request not in settings.models and settings.openapi and settings.kind == "rest":
            yield from ((path, f'"{route}": {message}') for message in _schema(environment, settings, table.request))
    for api, own in seen.items():
        yield from _together(own, served.named(environment, api).kind)


def parsed(environment: Environment, api: str | None, kind: routes.Kind) -> Iterator[routes.Route]:
    """The routes of an API that can be read; `check` says what is wrong with the others."""
    for _, _, table in served.written(environment):
        if table.api == api:
            try:
                yield routes.parse(table.route, kind)
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


def _asked(table: RouteTable, settings: Api, route: routes.Route) -> Iterator[str]:
    if table.authorizer and table.authorization:
        yield "authorizer and authorization exclude each other; keep one of them"
    if table.authorizer and table.authorizer not in settings.authorizers:
        yield f'there is no authorizer "{table.authorizer}"; {suggestion(table.authorizer, settings.authorizers)}'
    yield from _scopes(table, settings)
    if settings.exists:
        found = [key for key in ("throttling", "cache") if getattr(table, key)]
        yield from (f"{key} is its stage's, which is not this stack's; say it where the API is made" for key in found)
    if settings.kind == "http":
        found = [key for key in ("api_key", "request", "parameters", "cache") if getattr(table, key)]
        yield from (f"{key} is for REST APIs; an HTTP API has no such thing" for key in found)
    else:
        yield from _asked_of_rest(table, settings, route)


def _asked_of_rest(table: RouteTable, settings: Api, route: routes.Route) -> Iterator[str]:
    if table.api_key and not settings.exists and not any(plan.keys for plan in settings.usage_plans.values()):
        where = f"apis.{table.api}" if table.api else "api"
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


def _scopes(table: RouteTable, settings: Api) -> Iterator[str]:
    if not table.scopes:
        return
    name = table.authorizer or (None if table.authorization else settings.authorizer)
    authorizer = settings.authorizers.get(name) if name else None
    if name is None:
        yield "scopes are asked of tokens; name an authorizer with a user pool or an issuer"
    elif authorizer and authorizer.function:
        yield f'scopes are asked of tokens; "{name}" is a function, which decides by itself'
