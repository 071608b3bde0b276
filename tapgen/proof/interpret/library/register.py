"""The register of library models: one file per library, each with the names that it knows.

A name of the standard library that no model has is taken for an object that may call what it is given and may give
back whatever it holds; a name of another package for code that may do anything with what it is given.
"""

from __future__ import annotations

from functools import cache

from tapgen.proof.interpret.boto3.borrowed import borrowed
from tapgen.proof.interpret.boto3.sdk import Sdk
from tapgen.proof.interpret.boto3.stubs import stub
from tapgen.proof.interpret.library import (
    agents,
    asyncio,
    boto3,
    builtins,
    callbacks,
    collections,
    contextlib,
    custom_resources,
    dataclasses,
    decorators,
    files,
    frameworks,
    functools,
    http_clients,
    importlib,
    itertools,
    language_models,
    operator,
    os,
    powertools,
    pynamodb,
    signing,
    strangers,
    subprocess,
    sys,
    third_party,
    typing,
)
from tapgen.proof.interpret.library.external import Package
from tapgen.proof.interpret.library.model import Handler
from tapgen.proof.interpret.library.objects import LibraryMethod, library_object
from tapgen.proof.interpret.python import hints, texts
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.plain import DATA, Beginning, Const, External, Library, Variable
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Values
from tapgen.proof.interpret.site import Site

STANDARD: dict[str, Handler] = {
    **asyncio.MODEL,
    **boto3.MODEL,
    **builtins.MODEL,
    **collections.MODEL,
    **contextlib.MODEL,
    **dataclasses.MODEL,
    **functools.MODEL,
    **importlib.MODEL,
    **itertools.MODEL,
    **operator.MODEL,
    **os.MODEL,
    **subprocess.MODEL,
    **sys.MODEL,
    **typing.MODEL,
}

PACKAGES: dict[str, Package] = {
    powertools.TOP: powertools.PACKAGE,
    **agents.PACKAGES,
    **boto3.ASYNCHRONOUS,
    **custom_resources.PACKAGES,
    **decorators.PACKAGES,
    **files.PACKAGES,
    **frameworks.PACKAGES,
    **http_clients.PACKAGES,
    **language_models.PACKAGES,
    **signing.PACKAGES,
    **third_party.PACKAGES,
    "pynamodb": pynamodb.PACKAGE,
}

_HOLDERS = frozenset({
    "asyncio", "atexit", "collections", "concurrent", "contextlib", "contextvars", "copy", "functools", "heapq",
    "itertools", "multiprocessing", "operator", "queue", "sched", "threading", "types", "typing", "unittest", "weakref",
    "_thread",
})  # fmt: skip
"""Modules whose objects may give back what they were given; the others only deal with data."""


@cache
def modelled() -> dict[str, frozenset[str]]:
    """The packages that have a model, each with the names of its functions and classes."""
    return {top: frozenset((*one.functions, *one.classes)) for top, one in PACKAGES.items()}


class Register:
    """The models, as the machine asks them."""

    def call(self, site: Site, path: str, args: Arguments) -> Values:
        """A call of a name of the standard library, the built-ins or boto3."""
        handler = STANDARD.get(path)
        if handler is not None:
            return handler(site, args)
        top = path.partition(".")[0]
        if top in boto3.PACKAGES:
            return boto3.other(site, path, args)
        if top not in _HOLDERS:
            callbacks.possible(site, args)
            return frozenset({DATA})
        made = library_object(site, path)
        for name, values in args.keywords.items():  # types.SimpleNamespace and the like
            site.put(made.space, name, values)
        given = LibraryMethod(made, path.rpartition(".")[2]).call(site, args)
        return frozenset({made}) if made.runs_others else given

    def call_external(self, site: Site, path: str, args: Arguments) -> Values:
        """A call of a name of another package."""
        service = third_party.own_requests(path)
        if service is not None:
            name = path.partition(".")[0]
            site.unresolved(f"{path} of the package {name!r} makes AWS requests of its own", service)
            return site.escape(args, path)
        package = PACKAGES.get(path.partition(".")[0])
        found = package.call(site, path, args) if package else None
        return _made(path, site.escape(args, path)) if found is None else found

    def decorate_external(self, site: Site, path: str, values: Values) -> Values:
        """What a name of another package makes of what it decorates."""
        package = PACKAGES.get(path.partition(".")[0])
        found = package.call(site, path, Arguments([values])) if package else None
        return site.hand_over(values, path) if found is None else found

    def handed_back(self, values: Values) -> Values:
        """A client or session may be the one that was given, or one that signs with others' keys."""
        return borrowed(values)

    def inherited(self, path: str, name: str) -> Values:
        """An attribute that a class gets from a base of another package."""
        package = PACKAGES.get(path.partition(".")[0])
        return frozenset({External(f"{path}.{name}")}) if package and package.inherited else UNKNOWN

    def suspect(self, site: Site, callees: Values, args: Arguments) -> None:
        """A call of something unknown: is it a request?"""
        known = any(isinstance(one, External) and one.path.partition(".")[0] in PACKAGES for one in callees)
        if not known:
            strangers.suspect(site, args)

    def item(self, site: Site, library: Library, keys: Values) -> Values:
        """A variable of the environment; of other names a parametrised type, of a union with its members."""
        if library == os.ENVIRONMENT:
            return os.read(site, keys, strict=True)
        return frozenset({library}) | (hints.members(site, keys) if library.path in hints.UNIONS else EMPTY)

    def has(self, site: Site, library: Library, keys: Values) -> None:
        """`key in library`, `library[key] = …`, or `library = …` without a key."""
        sys.changed(site, library)
        if library == os.ENVIRONMENT:
            os.present(site, keys)

    def text_attribute(self, value: Const | Variable | Beginning, name: str) -> Values:
        """A method of a text."""
        if isinstance(value, Variable):
            return texts.attribute_of_variable(value, name)
        if isinstance(value, Beginning):
            return texts.attribute_of_beginning(value, name)
        return texts.attribute_of_text(value.text or "", name)

    def hinted(self, path: str) -> Values:
        """A boto3 object where the name is one of boto3's typed stubs."""
        return stub(path)


def _made(path: str, values: Values) -> Values:
    """What a call of code that is not analysed gives back: an object of a class is not the client that it was given."""
    is_class = path.rpartition(".")[2][:1].isupper()
    return frozenset(value for value in values if not isinstance(value, Sdk)) if is_class else values
