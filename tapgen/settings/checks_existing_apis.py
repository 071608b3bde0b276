"""What is wrong with an API that was made elsewhere: what cannot be looked up, and keys that its own stack has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from msgspec.structs import fields

from tapgen.settings import references, routes
from tapgen.settings.apis import Api
from tapgen.settings.checks_existing import NAMES

if TYPE_CHECKING:
    from tapgen.settings.model import Environment
    from tapgen.settings.parts import Existing

Problem = tuple[tuple[str | int, ...], str]

BESIDE: Final = frozenset(
    (
        *("existing", "kind", "root", "paths", "stage"),
        *("authorization", "authorizer", "authorizers", "cors", "models", "routes", "selection"),
    )
)
_ID: Final = re.compile(NAMES["apis"][0])


def check(environment: Environment, settings: Api, used: Iterable[routes.Route]) -> Iterator[Problem]:
    """Each problem of one API, with its path below it; `used` are its routes."""
    if not settings.exists:
        for key in ("root", "paths"):
            if getattr(settings, key):
                yield (key,), "it is a part of an existing API: say which one by existing"
        return
    yield from _ids(environment, settings)
    plain = Api()
    for field in fields(settings):
        if field.name not in BESIDE and getattr(settings, field.name) != getattr(plain, field.name):
            yield (field.name,), "the API is not the stack's: say it where the API is made"
    if settings.kind != "rest":
        what = "an HTTP API" if settings.kind == "http" else "a WebSocket API"
        wrong = [key for key in ("root", "paths", "models") if getattr(settings, key)]
        yield from (((key,), f"{what} has routes without resources and models; take it away") for key in wrong)
    if settings.kind != "http" and settings.stage is None:
        yield (), 'say which of its stages publishes the routes, such as stage = "prod"'
    if settings.kind == "rest":
        yield from _rest(settings, used)


def _rest(settings: Api, used: Iterable[routes.Route]) -> Iterator[Problem]:
    """What a REST API needs, since CloudFormation cannot look it up."""
    if settings.root is not None:
        return
    above = [tuple(path[1:].split("/")) for path in settings.paths]
    for route in used:
        if not any(route.parts[: len(one)] == one for one in above):
            yield (), f'"{route}" needs the id of the root resource: root = "…" or {{ import = "…" }}'
            return


def _ids(environment: Environment, settings: Api) -> Iterator[Problem]:
    named: list[tuple[tuple[str | int, ...], Existing | None]] = [
        (("existing",), settings.existing),
        (("root",), settings.root),
        *((("paths", path), id_) for path, id_ in settings.paths.items()),
        *((("authorizers", name, "existing"), one.existing) for name, one in settings.authorizers.items()),
    ]
    for path, value in named:
        yield from references.problems(value, path, environment.parameters)
        if isinstance(value, str) and "${" not in value and not _ID.fullmatch(value):
            yield path, f'"{value}" is no id of API Gateway, such as a1b2c3d4e5'
