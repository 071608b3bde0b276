"""What a route says of its requests' parameters, in a method or in an OpenAPI body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tapgen.template.document import Document
    from tapgen.template.routes import Route

_PLACES = {"querystring": "query", "header": "header"}


def parameters(document: Document, route: Route) -> list[dict[str, Any]]:
    """The parameters in query and headers, as OpenAPI has them."""
    if route.in_body:
        own = operation(document, route).get("parameters")
        found = [one for one in own if isinstance(one, Mapping)] if isinstance(own, list) else []
        return [dict(one) for one in found if one.get("in") in _PLACES.values()]
    written = properties(document, route.logical_id).get("RequestParameters")
    named = {}
    for name, required in written.items() if isinstance(written, Mapping) else ():
        place, _, last = str(name).removeprefix("method.request.").partition(".")
        if place in _PLACES:
            named[last] = {
                "name": last,
                "in": _PLACES[place],
                "required": str(required).lower() == "true",
                "schema": {"type": "string"},
            }
    return list(named.values())


def operation(document: Document, route: Route) -> Mapping[str, Any]:
    """A route of a body as it is written there."""
    value: Any = document
    for step in route.place:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def properties(document: Document, logical_id: str) -> Mapping[str, Any]:
    """The properties of a resource as they are written: numbers are numbers."""
    resource = document.get("Resources", {}).get(logical_id)
    found = resource.get("Properties") if isinstance(resource, Mapping) else None
    return found if isinstance(found, Mapping) else {}
