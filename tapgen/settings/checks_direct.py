"""What is wrong with routes that lead to a part or an address: who is not there, and what API Gateway cannot send."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from tapgen import reading
from tapgen.errors import suggestion
from tapgen.settings import kinds, references
from tapgen.settings.direct_routes import PARTS

if TYPE_CHECKING:
    from tapgen.settings.apis import Api
    from tapgen.settings.direct_routes import DirectRoute
    from tapgen.settings.model import Environment
    from tapgen.settings.routes import Route

Problem = tuple[tuple[str | int, ...], str]

_OF: Final = {
    "sync": ("state_machine",),
    "source": ("bus",),
    "detail_type": ("bus",),
    "group": ("queue", "topic", "stream"),
    "deduplication": ("queue", "topic"),
    "template": (*PARTS,),
    "answer": (*PARTS,),
    "action": ("table",),
    "index": ("table",),
}
"""Key -> what it goes with."""

_WITHOUT_BODY: Final = ("GET", "HEAD", "OPTIONS", "DELETE")
_PARAMETER: Final = re.compile(r"\{([^{}]*)\}")


def check(environment: Environment, settings: Api, route: Route, direct: DirectRoute) -> Iterator[Problem]:
    """Each problem of one route, with its path below it."""
    if len(direct.targets) != 1:
        what = " and ".join(direct.targets) + " exclude each other" if direct.targets else "it leads nowhere"
        yield (), f"{what}; name one of {', '.join(PARTS)} and url"
        return
    for key, goes_with in _OF.items():
        if getattr(direct, key) not in (None, False) and direct.target not in goes_with:
            yield (key,), f"it goes with {' or '.join(goes_with)}, not with {direct.target}"
    if direct.target == "url":
        yield from _address(environment, route, direct.url)
        return
    section = PARTS[direct.target]
    parts = kinds.parts(environment, section)
    if direct.part not in parts:
        what = direct.target.replace("_", " ")
        yield (direct.target,), f'there is no {what} "{direct.part}"; {suggestion(direct.part, parts)}'
        return
    yield from _sent(settings, route, direct)
    yield from _of_kind(parts[direct.part], direct)
    if direct.target == "table":
        yield from _table(route, direct, parts[direct.part])
    for key in ("template", "answer"):
        file = getattr(direct, key)
        if reason := file and reading.refused(environment.root, file):
            yield (key,), reason


def _sent(settings: Api, route: Route, direct: DirectRoute) -> Iterator[Problem]:
    """Whether a request has what is sent, and its kind of API a way to send it."""
    if settings.kind == "http":
        if direct.target == "topic":
            yield ("topic",), 'an HTTP API cannot publish; say kind = "rest", or send it to a bus or a queue'
        if direct.target == "table":
            yield ("table",), 'an HTTP API cannot read or write items; say kind = "rest"'
        for key in ("template", "answer"):
            if getattr(direct, key):
                yield (key,), 'an HTTP API has no mapping templates; say kind = "rest"'
    if route.method in ("ANY", "$default"):
        yield (), f"say which method sends to {direct.part}, such as POST: {route.method} takes what has no body too"
    elif route.method in _WITHOUT_BODY and direct.target not in ("state_machine", "table") and not direct.template:
        yield (), f"{route.method} has no body to send to {direct.part}; say POST, or give a template"
    for key in ("group", "deduplication"):
        place, _, name = (getattr(direct, key) or "").partition(".")
        if place == "path" and name not in route.parameters:
            yield (key,), f'the path has no parameter "{name}"; {suggestion(name, route.parameters)}'


def _table(route: Route, direct: DirectRoute, table: Any) -> Iterator[Problem]:
    """What is done with an item, and how it is found: tapgen's own templates know the key alone."""
    action = direct.action_on_table(route.method)
    if not action:
        yield (), f"say what {route.method} does with {direct.part}: action, with a template of it"
    elif direct.index and action not in ("Query", "Scan"):
        yield ("index",), "only a Query or a Scan reads an index"
    elif direct.index and direct.index not in getattr(table, "every_index", ()) and table.existing is None:
        yield ("index",), f"the table has no such index; {suggestion(direct.index, table.every_index)}"
    elif action not in ("GetItem", "DeleteItem") and not direct.template:
        yield ("action",), f'{action} needs a template of what is asked: template = "{action.lower()}.vtl"'
    elif not direct.template and table.existing is not None:
        yield (), f"the key of {direct.part} is not known here, since it was made elsewhere; give a template"
    elif not direct.template:
        keys = [key.name for key in (table.partition_key, table.sort_key) if key is not None]
        missing = [name for name in keys if name not in route.parameters]
        yield from (
            ((), f'the path has no parameter "{name}", which is of the key of {direct.part}') for name in missing
        )


def _of_kind(part: Any, direct: DirectRoute) -> Iterator[Problem]:
    """What the kind of part needs: a bus who sends, a FIFO queue an order, an answer an express execution."""
    if direct.target == "bus" and not direct.template:
        missing = [key for key in ("source", "detail_type") if getattr(direct, key) is None]
        yield from (((), f'an event has a source and a type: {key} = "…"') for key in missing)
        if direct.source and direct.source.startswith("aws."):
            yield ("source",), "sources that begin with aws. are those of AWS's own events"
    if direct.sync and part.existing is None and part.type != "express":
        yield ("sync",), f'only an express execution has an answer: state_machines.{direct.part}.type = "express"'
    if direct.target not in ("queue", "topic") or direct.template:
        return
    fifo = str(part.existing).endswith(".fifo") if part.existing is not None else part.fifo
    if not fifo:
        wrong = [key for key in ("group", "deduplication") if getattr(direct, key)]
        yield from (((key,), f"{direct.part} is no FIFO {direct.target}, and has no {key}") for key in wrong)
        return
    if direct.group is None:
        yield (), 'a FIFO message is of a group: group = "orders", "path.NAME", "header.NAME" or "querystring.NAME"'
    if direct.deduplication is None and part.existing is None and not part.content_based_deduplication:
        section = PARTS[direct.target]
        yield (), f"say deduplication, or {section}.{direct.part}.content_based_deduplication = true"


def _address(environment: Environment, route: Route, url: Any) -> Iterator[Problem]:
    yield from references.problems(url, ("url",), environment.parameters)
    for name in _PARAMETER.findall(url) if isinstance(url, str) else ():
        if name not in route.parameters:
            yield ("url",), f'the path has no parameter "{name}"; {suggestion(name, route.parameters)}'
