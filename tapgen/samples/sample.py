"""A sample as a value: its kind, what it comes from, and what makes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from tapgen.samples.application import Application
from tapgen.samples.targets import Asked, Target
from tapgen.template.model import Resource

Event = Any
"""A JSON value."""


class Given(Struct, frozen=True):
    """What one may say of a sample: its body, and the key of its object."""

    body: str | None = None
    key: str | None = None


class Sample(Struct, frozen=True, kw_only=True):
    """One kind of event that comes from a resource of the application.

    `source` is the page of AWS's documentation that shows its shape.
    """

    kind: str
    title: str
    target: Target
    make: Callable[[Application, Resource, Given], Event]
    source: str
    takes: frozenset[str] = frozenset()
    """Which of `Given` it heeds."""


class RequestSample(Struct, frozen=True, kw_only=True):
    """One kind of event that comes from a request to a route."""

    kind: str
    title: str
    api: str
    """The kind of API: rest, http or websocket."""
    make: Callable[[Application, Asked, Given], Event]
    source: str
    takes: frozenset[str] = frozenset()
    authorized: str = ""
    """The type of the authorizer that the route must have; '': any or none."""


BODY = frozenset({"body"})
KEY = frozenset({"key"})
