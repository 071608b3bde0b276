"""The APIs of an environment that have routes: each route with its function and who may call it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, cast

from msgspec import Struct
from msgspec.structs import replace

from tapgen.settings import routes
from tapgen.settings.apis import Api
from tapgen.settings.route_tables import Asks, RouteTable

if TYPE_CHECKING:
    from tapgen.settings.authorizers import Authorizer
    from tapgen.settings.direct_routes import DirectRoute
    from tapgen.settings.model import Environment

DEFAULT_STAGE = "$default"
"""The stage of an HTTP API that adds nothing to the path: API Gateway developer guide, "Stages for HTTP APIs"."""


class ServedRoute(Struct, frozen=True):
    """A route, its function, and who may call it once the API's defaults are applied.

    `function` is empty where `asks` says where the route leads to without one. `authorizer` is the name of one of the
    API's; without one `authorization` decides.
    """

    route: routes.Route
    function: str
    asks: Asks
    authorization: Literal["NONE", "AWS_IAM"]
    authorizer: str | None
    index: int = 0
    """Which of the function's routes it is."""

    @property
    def leads_to(self) -> str:
        """The function, the part, or the address behind it, for people."""
        if self.function:
            return self.function
        direct = cast("DirectRoute", self.asks)
        return direct.part or (direct.url if isinstance(direct.url, str) else "an address")


class ServedApi(Struct, frozen=True):
    """An API that has routes; `name` is empty for `[api]`, and `title` is its logical id."""

    name: str
    title: str
    settings: Api
    routes: tuple[ServedRoute, ...]
    stage_name: str
    display_name: str
    """Its name in the console; a REST API's metrics are told apart by it."""

    @property
    def prefix(self) -> str:
        """What its parts' logical ids begin with, before their own name: nothing for `[api]`."""
        return self.title.removesuffix("Api")

    @property
    def functions(self) -> list[str]:
        """The functions behind its routes, in the settings' order."""
        return list(dict.fromkeys(route.function for route in self.routes if route.function))

    @property
    def direct(self) -> list[tuple[ServedRoute, DirectRoute]]:
        """The routes that lead somewhere without a function, with what they say of it."""
        return [(one, cast("DirectRoute", one.asks)) for one in self.routes if not one.function]

    @property
    def authorizers(self) -> dict[str, Authorizer]:
        """The authorizers that a route uses: API Gateway bills none, but an unused one is nobody's."""
        used = {route.authorizer for route in self.routes}
        return {name: authorizer for name, authorizer in self.settings.authorizers.items() if name in used}


def apis(environment: Environment) -> dict[str, ServedApi]:
    """Every API with a route, by its name in the settings; `[api]` is the empty name."""
    from tapgen import naming

    found: dict[str, list[ServedRoute]] = {}
    for function, index, table in written(environment):
        settings = named(environment, table.api)
        served = _resolved(table.route, function, table, settings)
        found.setdefault(table.api or "", []).append(replace(served, index=index))
    for name in ("", *environment.apis):
        settings = named(environment, name)
        for route, direct in settings.routes.items():
            found.setdefault(name, []).append(_resolved(route, "", direct, settings))
    return {
        name: ServedApi(
            name,
            naming.api(name),
            named(environment, name),
            tuple(found[name]),
            stage_name(environment, named(environment, name)),
            named(environment, name).name or "-".join([environment.stack_name, *([name] if name else [])]),
        )
        for name in ("", *environment.apis)
        if name in found
    }


def with_routes(environment: Environment) -> dict[str, Api]:
    """The APIs that have a route, whether it can be read or not; one whose API is not there counts for none."""
    asked = {table.api or "" for _, _, table in written(environment)}
    every = {"": environment.api, **environment.apis}
    return {name: settings for name, settings in every.items() if name in asked or settings.routes}


def named(environment: Environment, name: str | None) -> Api:
    """The settings of an API; without a name those of `[api]`."""
    return environment.apis[name] if name else environment.api


def written(environment: Environment) -> Iterator[tuple[str, int, RouteTable]]:
    """Each function's name with the place and each of its routes, a route that is text as a table."""
    for name, function in environment.functions.items():
        for index, route in enumerate(function.routes):
            yield name, index, RouteTable(route=route) if isinstance(route, str) else route


def stage_name(environment: Environment, settings: Api) -> str:
    """The API's stage. A REST API's metrics are told apart by name and stage alone, hence the environment's name."""
    return settings.stage or (DEFAULT_STAGE if settings.kind == "http" else environment.name)


def _resolved(text: str, function: str, table: Asks, settings: Api) -> ServedRoute:
    route = routes.parse(text, settings.kind)
    if table.authorization:
        return ServedRoute(route, function, table, table.authorization, None)
    if table.authorizer:
        return ServedRoute(route, function, table, "NONE", table.authorizer)
    if route.is_preflight or (settings.kind == "websocket" and route.method != routes.CONNECT):
        # Browsers send no credentials with it; messages come over a connection that was let in.
        return ServedRoute(route, function, table, "NONE", None)
    return ServedRoute(route, function, table, settings.authorization, settings.authorizer)
