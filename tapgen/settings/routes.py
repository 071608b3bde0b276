"""Routes: `"GET /orders/{orderId}"` as a value, and what API Gateway refuses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, get_args

from msgspec import Struct

from tapgen.settings.names import HttpMethod

METHODS: tuple[str, ...] = get_args(HttpMethod)
DEFAULT = "$default"
"""The route key of an HTTP API for whatever no other route takes."""

CONNECT = "$connect"
"""The route key of a WebSocket API for whoever connects: the only one that asks who that is."""
_OF_CONNECTIONS = (CONNECT, "$disconnect", DEFAULT)
_KEY = r"[^\s$\"\\]{1,128}"

Kind = Literal["rest", "http", "websocket"]

# API Gateway API reference, CreateResource: a path part is a literal, {name} or, last, {name+}.
_LITERAL = r"[A-Za-z0-9._:$\-]+"
_PARAMETER = r"\{[A-Za-z0-9._\-]+\+?\}"


class Route(Struct, frozen=True, order=True):
    """A method on a path; `parts` are the path's parts without slashes, () for the root.

    Of a WebSocket API the method is the route's key, such as "$connect" or "sendMessage".

    A slash at the end, which only HTTP APIs tell apart, is an empty last part.
    """

    parts: tuple[str, ...]
    method: str

    @property
    def path(self) -> str:
        """With a slash first."""
        return "/" + "/".join(self.parts)

    @property
    def is_default(self) -> bool:
        """It takes whatever no other route of an HTTP API takes."""
        return self.method == DEFAULT

    @property
    def is_key(self) -> bool:
        """It is called by a key, and has neither method nor path."""
        return self.method not in METHODS

    @property
    def is_preflight(self) -> bool:
        """A browser sends it without credentials."""
        return self.method == "OPTIONS"

    @property
    def parameters(self) -> list[str]:
        """The names of the path's parameters."""
        return [part.strip("{+}") for part in self.parts if part.startswith("{")]

    def __str__(self) -> str:
        """As it stands in the settings; also an HTTP API's route key."""
        return self.method if self.is_key else f"{self.method} {self.path}"


def parse(text: str, kind: Kind = "rest") -> Route:
    """The route in a text.

    A REST API answers `/orders/` as it answers `/orders`, so that a slash at the end says nothing there.

    Raises:
        ValueError: API Gateway would refuse it; the message says why.
    """
    if kind == "websocket":
        return _parse_key(text.strip())
    if text.strip() in (CONNECT, "$disconnect"):
        raise ValueError(f'"{text}" is a route of WebSocket APIs: kind = "websocket"')
    if text.strip() == DEFAULT:
        if kind == "rest":
            raise ValueError(f'"{DEFAULT}" is a route of HTTP APIs; a REST API has "ANY /" and "ANY /{{proxy+}}"')
        return Route((), DEFAULT)
    method, _, path = text.strip().partition(" ")
    path = path.strip()
    if method not in METHODS:
        raise ValueError(f'"{text}" does not begin with a method: {", ".join(METHODS)}')
    if not path.startswith("/"):
        raise ValueError(f'"{text}": the path does not begin with "/"')
    if kind == "rest" and len(path) > 1:
        path = path.removesuffix("/") if not path.endswith("//") else path
    parts = tuple(path[1:].split("/")) if path != "/" else ()
    _refuse_wrong_parts(text, parts)
    names = [part.strip("{+}") for part in parts if part.startswith("{")]
    if len(set(names)) != len(names):
        raise ValueError(f'"{text}": two path parameters of the same name')
    return Route(parts, method)


def _parse_key(text: str) -> Route:
    """The route of a WebSocket API."""
    known = f"{', '.join(_OF_CONNECTIONS)}, or what a message says, such as sendMessage"
    if text.partition(" ")[0] in METHODS:
        raise ValueError(f'"{text}" has a method; the routes of a WebSocket API are {known}')
    if text not in _OF_CONNECTIONS and not re.fullmatch(_KEY, text):
        raise ValueError(f'"{text}" is no route of a WebSocket API: {known}')
    return Route((), text)


def _refuse_wrong_parts(text: str, parts: tuple[str, ...]) -> None:
    last = len(parts) - 1
    for position, part in enumerate(parts):
        if not part and (position != last or last == 0):
            raise ValueError(f'"{text}": the path has an empty part ("//")')
        if not part or ("{" not in part and "}" not in part and re.fullmatch(_LITERAL, part)):
            continue
        if not re.fullmatch(_PARAMETER, part):
            raise ValueError(f'"{text}": "{part}" is neither plain text nor one {{parameter}}')
        if part.endswith("+}") and position != last:
            raise ValueError(f'"{text}": "{part}" takes the rest of the path and must be its last part')


def conflicts(routes: Iterable[Route], kind: Kind = "rest") -> list[tuple[Route, str]]:
    """What API Gateway refuses of routes together, each with the later of the two routes.

    A REST API has one resource for each part of a path, so that two path parameters of different names cannot stand at
    one place. An HTTP API has whole routes; only two that take the same requests exclude each other.
    """
    if kind == "websocket":
        return []
    return _ambiguous(routes) if kind == "http" else _differently_named(routes)


def _differently_named(routes: Iterable[Route]) -> list[tuple[Route, str]]:
    found: dict[str, Route] = {}
    parameters: dict[tuple[str, ...], str] = {}
    for route in routes:
        for position, part in enumerate(route.parts):
            if part.startswith("{"):
                parent = route.parts[:position]
                other = parameters.setdefault(parent, part)
                if other != part:
                    where = "/" + "/".join(parent)
                    message = f'"{part}" and "{other}" are path parameters of different names under "{where}"'
                    found.setdefault(message, route)
    return [(route, message) for message, route in found.items()]


def _ambiguous(routes: Iterable[Route]) -> list[tuple[Route, str]]:
    found: list[tuple[Route, str]] = []
    shapes: dict[tuple[str, ...], Route] = {}
    for route in routes:
        names = re.compile(r"[^{+}]+")
        parts = (names.sub("", part) if part.startswith("{") else part for part in route.parts)
        shape = (route.method, *parts)
        other = shapes.setdefault(shape, route)
        if other != route:
            found.append((route, f'"{route}" and "{other}" take the same requests'))
    return found
