"""Rules about handlers behind routes: they read what their kind of event has, and answer pages of other origins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tapgen.proof.needs.events import ONLY_HTTP, ONLY_REST, RESOLVERS, HandlerSource, Read, Texts, handler_source
from tapgen.proof.rules.rule import Rule
from tapgen.template.cors import all_origins

if TYPE_CHECKING:
    from tapgen.proof.findings import Finding
    from tapgen.proof.subject import Subject

_WORDS = {"rest": "a REST API (payload 1.0)", "http": "an HTTP API (payload 2.0)"}

HANDLER_EVENT = Rule(
    "handler-event",
    "warning",
    "A handler reads what its kind of API does not send",
    "REST and HTTP APIs send different events: the key is missing at run time, and every call fails or is misread.",
    "Read the keys of the API's kind, such as requestContext.http.method under payload 2.0.",
    'API Gateway developer guide, "Create AWS Lambda proxy integrations for HTTP APIs"',
)
CORS_ANSWER = Rule(
    "cors-answer",
    "warning",
    "Pages of other origins cannot read a handler's answers",
    "The preflight lets the page call, but the browser hides an answer without Access-Control-Allow-Origin.",
    "Answer with the header, from CORS_ORIGIN where the settings name origins; docs/api.md has the lines.",
    'API Gateway developer guide, "CORS for REST APIs", enabling CORS for proxy integrations',
)


def findings(subject: Subject) -> Iterator[Finding]:
    """What the handlers behind the routes of REST and HTTP APIs do not do."""
    kinds: dict[str, set[str]] = {}
    rest: dict[str, set[str]] = {}
    for route in subject.routes:
        for function in route.functions:
            kinds.setdefault(function, set()).add(route.kind)
            if route.kind == "rest" and route.method != "OPTIONS":
                rest.setdefault(function, set()).add(route.api)
    if not kinds:
        return
    read: Texts = {}
    crossing = _apis_for_other_origins(subject)
    for function, sent in kinds.items():
        source = handler_source(function, subject, read)
        if source is None:
            continue
        for kind in sorted(sent - {"websocket"}):
            yield from _event(function, source, kind)
        if not source.has_cors and rest.get(function, set()) & crossing:
            message = f"{function} answers no page of another origin: its source never has the header."
            yield CORS_ANSWER.finding(message, ("Resources", function))


def _event(function: str, source: HandlerSource, kind: str) -> Iterator[Finding]:
    """A key of the other kind is a mistake unless the handler reads keys of its own as well: it tells them apart."""
    own, other = (ONLY_REST, ONLY_HTTP) if kind == "rest" else (ONLY_HTTP, ONLY_REST)
    keys = {read.key for read in source.reads}
    wrong: list[Read] = [] if keys & own or "version" in keys else [read for read in source.reads if read.key in other]
    if not any(RESOLVERS[read.key] == kind for read in source.resolvers):
        wrong += list(source.resolvers)
    for read in wrong[:1]:
        message = f"{function} reads {read.key}, which {_WORDS[kind]} does not send."
        if read.key in RESOLVERS:
            message = f"{function} takes {read.key}, which does not read the event of {_WORDS[kind]}."
        yield HANDLER_EVENT.finding(message, ("Resources", function), file=read.file, line=read.line)


def _apis_for_other_origins(subject: Subject) -> set[str]:
    """The REST APIs whose preflights name origins: somebody has pages there."""
    named = {name for name, origins in all_origins(subject.template).items() if origins - {"*"}}
    return {route.api for route in subject.routes if route.method == "OPTIONS" and route.logical_id in named}


HANDLER_RULES = (HANDLER_EVENT, CORS_ANSWER)
