"""Routes: `"GET /orders/{orderId}"` as a value, and what API Gateway refuses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import get_args

from msgspec import Struct

from tapgen.settings.names import HttpMethod

METHODS: tuple[str, ...] = get_args(HttpMethod)

# API Gateway API reference, CreateResource: a path part is a literal, {name} or, last, {name+}.
_LITERAL = re.compile(r"[A-Za-z0-9._:$\-]+")
_PARAMETER = re.compile(r"\{[A-Za-z0-9._\-]+\+?\}")


class Route(Struct, frozen=True, order=True):
    """A method on a path; `parts` are the path's parts without slashes, () for the root."""

    parts: tuple[str, ...]
    method: str

    @property
    def path(self) -> str:
        """With a slash first."""
        return "/" + "/".join(self.parts)

    def __str__(self) -> str:
        """As it stands in the settings."""
        return f"{self.method} {self.path}"


def parse(text: str) -> Route:
    """The route in a text.

    Raises:
        ValueError: API Gateway would refuse it; the message says why.
    """
    method, _, path = text.strip().partition(" ")
    path = path.strip()
    if method not in METHODS:
        raise ValueError(f'"{text}" does not begin with a method: {", ".join(METHODS)}')
    if not path.startswith("/"):
        raise ValueError(f'"{text}": the path does not begin with "/"')
    parts = tuple(path[1:].split("/")) if path != "/" else ()
    for position, part in enumerate(parts):
        if not part:
            raise ValueError(f'"{text}": the path has an empty part ("//" or "/" at its end)')
        if "{" not in part and "}" not in part and _LITERAL.fullmatch(part):
            continue
        if not _PARAMETER.fullmatch(part):
            raise ValueError(f'"{text}": "{part}" is neither plain text nor one {{parameter}}')
        if part.endswith("+}") and position != len(parts) - 1:
            raise ValueError(f'"{text}": "{part}" takes the rest of the path and must be its last part')
    names = [part.strip("{+}") for part in parts if part.startswith("{")]
    if len(set(names)) != len(names):
        raise ValueError(f'"{text}": two path parameters of the same name')
    return Route(parts, method)


def conflicts(routes: Iterable[Route]) -> list[tuple[Route, str]]:
    """What API Gateway refuses of routes together: two path parameters of different names at one place.

    Each with the later of the two routes.
    """
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
