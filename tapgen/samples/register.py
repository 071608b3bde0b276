"""Every kind of sample, and the sample of a kind made of an application."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from tapgen.errors import UsageError, suggestion
from tapgen.samples import (
    authorizers,
    bus,
    connections,
    http,
    messages,
    operations,
    state_machines,
    storage,
    user_pools,
    watching,
)
from tapgen.samples.application import Application
from tapgen.samples.sample import Event, Given, RequestSample, Sample
from tapgen.samples.targets import LISTED, ROUTE, candidates, choose, request, short_names
from tapgen.template.apis import routes
from tapgen.template.model import Template
from tapgen.template.routes import Route

_ALL = (
    *http.SAMPLES,
    *connections.SAMPLES,
    *authorizers.SAMPLES,
    *messages.SAMPLES,
    *storage.SAMPLES,
    *bus.SAMPLES,
    *state_machines.SAMPLES,
    *user_pools.SAMPLES,
    *watching.SAMPLES,
    *operations.SAMPLES,
)
SAMPLES: Final[Mapping[str, Sample | RequestSample]] = {sample.kind: sample for sample in _ALL}


def word(sample: Sample | RequestSample) -> str:
    """What names its target on the command line, such as "bucket"."""
    return sample.target.word if isinstance(sample, Sample) else ROUTE


def words() -> list[str]:
    """Every such word, in the order of the register."""
    return list(dict.fromkeys(map(word, _ALL)))


def find(kind: str) -> Sample | RequestSample:
    """The sample of a kind.

    Raises:
        UsageError: there is no such kind.
    """
    if kind not in SAMPLES:
        raise UsageError(f'there is no event "{kind}"', suggestion(kind, SAMPLES))
    return SAMPLES[kind]


def make(
    application: Application, kind: str, name: str | None, given: Given, renamed: Callable[[str], str] = str
) -> Event:
    """The event; `name` is the target's, without it the only one there is.

    Raises:
        UsageError: the application has no such part, or several; something was given that the kind does not take.
    """
    sample = find(kind)
    for option in ("body", "key"):
        if getattr(given, option) is not None and option not in sample.takes:
            taking = [one.kind for one in _ALL if option in one.takes]
            raise UsageError(f"{kind} takes no --{option}", f"These take one: {', '.join(taking)}.")
    if isinstance(sample, Sample):
        return sample.make(application, choose(application.template, sample.target, name, renamed), given)
    own = _routes(application.template, sample)
    if not own:
        others = [
            one.kind
            for one in (*http.SAMPLES, *connections.SAMPLES)
            if isinstance(one, RequestSample) and _routes(application.template, one)
        ]
        hint = f"`tapgen event {others[0]}` is for those that it has." if others and not sample.authorized else LISTED
        raise UsageError(f"there is no route in this environment that {kind} is for", hint)
    return sample.make(application, request(own, name), given)


def available(template: Template) -> Iterator[tuple[Sample | RequestSample, list[str]]]:
    """Each kind that the template has something for, with the names of what it may come from."""
    for sample in _ALL:
        if isinstance(sample, Sample):
            names = short_names(candidates(template, sample.target), sample.target)
        else:
            names = [route.name for route in _routes(template, sample)]
        if names:
            yield sample, names


def _routes(template: Template, sample: RequestSample) -> list[Route]:
    """The routes that a sample may be of: with a function behind it, and with the authorizer that it is for."""
    own = [route for route in routes(template).values() if route.kind == sample.api and route.functions]
    return [route for route in own if not sample.authorized or _authorizer(template, route) == sample.authorized]


def _authorizer(template: Template, route: Route) -> str:
    """The type of the function that decides who may call; '' where none does."""
    found = template.resources.get(route.caller.authorizer.strip("${}"))
    if route.caller.kind != "CUSTOM" or found is None:
        return ""
    return str(found.properties.get("Type") or found.properties.get("AuthorizerType") or "")
