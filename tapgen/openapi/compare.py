"""A contract held against the routes: operations, parameters, and who may call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tapgen.openapi import requests
from tapgen.openapi.describe import METHODS, path_of
from tapgen.template.api_bodies import mapping
from tapgen.template.apis import routes
from tapgen.template.model import understand

if TYPE_CHECKING:
    from tapgen.template.document import Document
    from tapgen.template.routes import Route

Pointer = tuple[str | int, ...]

_EVERY_METHOD = "any"
_UNASKED = frozenset({"accept", "content-type", "authorization"})
"""Headers that OpenAPI ignores as parameters: OpenAPI 3.1, "Parameter Object"."""


class Disagreement(Struct, frozen=True):
    """What the contract and a route say differently; `pointer` leads to the place in the contract."""

    message: str
    pointer: Pointer
    logical_id: str


def disagreements(contract: Mapping[str, Any], document: Document, api: str) -> Iterator[Disagreement]:
    """Every operation without a route, every route without an operation, and what the two of a pair do not share."""
    own = [
        route
        for route in routes(understand(document)).values()
        if route.api_id == api and not route.mock and route.method != "$default"
    ]
    by_path: dict[str, dict[str, Route]] = {}
    for route in own:
        by_path.setdefault(_shape(route.path), {})[route.method.lower()] = route
    said: set[Route] = set()
    for path, item in mapping(contract.get("paths")).items():
        answered = by_path.get(_shape(path), {})
        for method in METHODS:
            if method not in mapping(item):
                continue
            pointer: Pointer = ("paths", path, method)
            found = answered.get(method) or answered.get(_EVERY_METHOD)
            if found is None:
                if method != "options":
                    yield Disagreement(f"{method.upper()} {path} has no route.", pointer, api)
                continue
            said.add(found)
            for message in _pair(contract, document, path, mapping(item), method, found):
                yield Disagreement(f"{method.upper()} {path}: {message}", pointer, found.logical_id)
    for route in own:
        if route not in said and route.method != "OPTIONS":
            yield Disagreement(f"{route.name} stands in no operation of the contract.", ("paths",), route.logical_id)


def _pair(
    contract: Mapping[str, Any], document: Document, path: str, item: Mapping[str, Any], method: str, route: Route
) -> Iterator[str]:
    operation = mapping(item[method])
    named = [part for part in path.split("/") if part.startswith("{")]
    other = [part for part in path_of(route.path).split("/") if part.startswith("{")]
    if named != other:
        yield f"its path parameters are {', '.join(named)}, but the route's {', '.join(other)}."
    if route.kind == "rest":
        yield from _parameters(contract, document, item, operation, route)
        has_body = mapping(operation.get("requestBody")).get("required") is True
        if _asks_for_body(document, route) and not has_body:
            yield "the route asks for a body that fits a model, the contract for none."
    yield from _security(contract, operation, route)


def _parameters(
    contract: Mapping[str, Any], document: Document, item: Mapping[str, Any], operation: Mapping[str, Any], route: Route
) -> Iterator[str]:
    required = {
        (one["in"], str(one["name"]).lower()): str(one["name"])
        for one in _listed(contract, item, operation)
        if one.get("required") is True and one.get("in") in ("query", "header") and "name" in one
    }
    asked = {
        (one["in"], one["name"].lower()): one["name"]
        for one in requests.parameters(document, route)
        if str(one.get("required")).lower() == "true"
    }
    for key in sorted(asked.keys() - required.keys()):
        yield f'the route asks for "{asked[key]}" in the {key[0]}, which the contract does not require.'
    for key in sorted(required.keys() - asked.keys()):
        if key[1] not in _UNASKED:
            place = {"query": "querystring"}.get(key[0], key[0])
            what = f"{place}.{required[key]}"
            yield f'"{required[key]}" is required, but the route does not ask for it: parameters = ["{what}"].'


def _listed(
    contract: Mapping[str, Any], item: Mapping[str, Any], operation: Mapping[str, Any]
) -> Iterator[Mapping[str, Any]]:
    """The parameters of an operation, those of its path included, references followed."""
    for source in (item, operation):
        written = source.get("parameters")
        for one in written if isinstance(written, list) else ():
            yield _followed(contract, mapping(one))


def _followed(contract: Mapping[str, Any], value: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = value.get("$ref")
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return value
    found: Any = contract
    for step in reference[2:].split("/"):
        found = mapping(found).get(step.replace("~1", "/").replace("~0", "~"))
    return mapping(found)


def _asks_for_body(document: Document, route: Route) -> bool:
    if route.in_body:
        return bool(requests.operation(document, route).get("requestBody"))
    return bool(requests.properties(document, route.logical_id).get("RequestModels"))


def _security(contract: Mapping[str, Any], operation: Mapping[str, Any], route: Route) -> Iterator[str]:
    security = operation.get("security", contract.get("security"))
    requirements = [mapping(one) for one in security] if isinstance(security, list) else []
    closed = bool(requirements) and all(requirements)
    is_open = route.caller.kind == "NONE" and not route.api_key
    if closed and is_open:
        yield f"the contract asks for {' and '.join(requirements[0])}, but anyone may call the route."
    elif not closed and not is_open:
        asked = route.authorization if route.caller.kind != "NONE" else "an API key"
        yield f"the route asks for {asked}, but the contract says that anyone may call."
    elif closed:
        scopes = sorted({str(scope) for one in requirements for listed in one.values() for scope in listed or ()})
        if tuple(scopes) != route.caller.scopes:
            ours, theirs = (", ".join(some) or "none" for some in (route.caller.scopes, scopes))
            yield f"the route's scopes are {ours}, the contract's {theirs}."


def _shape(path: str) -> str:
    """The path without the names of its parameters: the two may call them differently, which is told of a pair."""
    return "/".join("{}" if part.startswith("{") else part for part in path.rstrip("/").split("/"))
