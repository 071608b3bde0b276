"""What a sample comes from: a resource of the template, or one of its routes, by the name that people use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote

from msgspec import Struct

from tapgen import naming
from tapgen.errors import UsageError, suggestion
from tapgen.template.model import Resource, Template
from tapgen.template.routes import Route
from tapgen.template.types import row

Fits = Callable[[Template, Resource], bool]


def _any(_: Template, __: Resource) -> bool:
    return True


class Target(Struct, frozen=True, kw_only=True):
    """A word such as "bucket", which is the option `--bucket`; the resource types that it may name."""

    word: str
    types: tuple[str, ...] = ()
    suffix: str = ""
    """How the logical ids end that tapgen makes; '' has each type's own."""
    fits: Fits = _any
    what: str = ""
    """What is missing where there is none, such as "a FIFO queue"; by default the word."""

    @property
    def title(self) -> str:
        """Such as "a bucket"."""
        word = self.word.replace("-", " ")
        return self.what or f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


class Asked(Struct, frozen=True):
    """A route with a request to it: path parameters and query filled in."""

    route: Route
    method: str
    path: str
    parameters: Mapping[str, str]
    query: tuple[tuple[str, str], ...]


ROUTE: Final = "route"
LISTED: Final = "`tapgen event` lists what it has samples for."
_VARIABLE = re.compile(r"\{([^{}+]+)\+?\}")


def candidates(template: Template, target: Target) -> dict[str, Resource]:
    """The resources that the target may be, by logical id."""
    found = template.of_type(*target.types) if target.types else template.resources.values()
    return {one.logical_id: one for one in found if target.fits(template, one)}


def choose(template: Template, target: Target, name: str | None, renamed: Callable[[str], str] = str) -> Resource:
    """The resource of that name; without a name the only one. `renamed` is the logical id of what tapgen calls so.

    Raises:
        UsageError: there is none, none of that name, or there are several and no name.
    """
    found = candidates(template, target)
    if not found:
        raise UsageError(f"this environment does not have {target.title}", LISTED)
    names = short_names(found, target)
    if name is None:
        if len(found) > 1:
            raise UsageError(f"there are several: {', '.join(names)}", f"Name one with --{target.word}.")
        return next(iter(found.values()))
    for suffix in _suffixes(target):
        if (wanted := renamed(naming.logical(name, suffix))) in found:
            return found[wanted]
    if name in found:
        return found[name]
    ended = [one for one in found if any(one.endswith(naming.logical(name, suffix)) for suffix in _suffixes(target))]
    if len(ended) == 1:
        return found[ended[0]]
    if ended:
        several = ", ".join(short_names(ended, target))
        raise UsageError(f"there are several: {several}", f"Name one with --{target.word}.")
    raise UsageError(f'there is no {target.word.replace("-", " ")} "{name}"', suggestion(name, names))


def short_names(found: Iterable[str], target: Target) -> list[str]:
    """Logical ids without the ending of their kind, as the settings have them."""
    return [_short(one, _suffixes(target)) for one in found]


def request(own: Sequence[Route], text: str | None) -> Asked:
    """The route among these that a text such as "GET /orders/42?all=1" reaches; without a text the first one.

    Raises:
        UsageError: none does.
    """
    if text is None:
        route = own[0]
        return _asked(route, "GET" if route.method in {"ANY", "$default"} else route.method, route.path, "")
    key, _, query = text.strip().partition("?")
    for route in own:
        if route.kind == "websocket" and route.name == key:
            return _asked(route, key, route.path, query)
    method, _, address = text.strip().rpartition(" ")
    method = method.strip().upper() or "GET"
    path, _, query = address.partition("?")
    for route in sorted(own, key=lambda one: one.path.count("{")):
        reached = route.method == "$default" or route.path == path or _pattern(route.path).fullmatch(path)
        if reached and route.method in {method, "ANY", "$default"}:
            return _asked(route, method, path, query)
    raise UsageError(f'no route takes "{text}"', suggestion(text, [route.name for route in own]))


def _asked(route: Route, method: str, path: str, query: str) -> Asked:
    concrete = _VARIABLE.sub(r"\1", path)  # a variable that nobody gave a value has its own name
    match = _pattern(route.path).fullmatch(concrete)
    names = _VARIABLE.findall(route.path)
    values = dict(zip(names, map(unquote, match.groups()), strict=True)) if match and route.method != "$default" else {}
    pairs = tuple(
        (name, unquote(value)) for name, _, value in (part.partition("=") for part in query.split("&") if part)
    )
    return Asked(route, method, concrete, values, pairs)


def _pattern(path: str) -> re.Pattern[str]:
    pieces = re.split(r"(\{[^{}]+\})", path)
    return re.compile("".join(_piece(piece) for piece in pieces))


def _piece(piece: str) -> str:
    if not piece.startswith("{"):
        return re.escape(piece)
    return "(.+)" if piece.endswith("+}") else "([^/]+)"


def _suffixes(target: Target) -> list[str]:
    """How the logical ids end that tapgen makes for it."""
    parts = [row(kind).part for kind in target.types]
    return [target.suffix] if target.suffix else [part.suffix for part in parts if part]


def _short(logical_id: str, suffixes: Iterable[str]) -> str:
    ending = next((suffix for suffix in suffixes if logical_id.endswith(suffix)), "")
    return logical_id.removesuffix(ending)


def mapping(value: Any) -> Mapping[str, Any]:
    """The value where it is a mapping; an empty one where it is something else."""
    return value if isinstance(value, Mapping) else {}
