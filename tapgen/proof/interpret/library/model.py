"""What a library's model is made of: for each name of the library, what calling it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from tapgen.proof.interpret.cells import REST
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.classes import Class
from tapgen.proof.interpret.python.containers import Container
from tapgen.proof.interpret.python.functions import Descriptor, Function, Routine
from tapgen.proof.interpret.python.plain import Library
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Values
from tapgen.proof.interpret.site import Site

Handler: TypeAlias = Callable[[Site, Arguments], Values]
"""What a call gives; requests that it makes are noted down at the site."""

Model: TypeAlias = Mapping[str, Handler]
"""The names of one library by their full path: `functools.partial`."""

DECORATOR: Values = frozenset({Library("typing.override")})
"""A decorator that gives back what it decorates."""


def model(module: str, **names: Handler) -> dict[str, Handler]:
    """The names of one module."""
    return {f"{module}.{name}": handler for name, handler in names.items()}


def same(_site: Site, args: Arguments) -> Values:
    """Gives back what it is given; without an argument, a decorator that does."""
    return args.get(0) or DECORATOR


def decorator(_site: Site, _args: Arguments) -> Values:
    """Gives a decorator that gives back what it decorates: `functools.wraps(function)`."""
    return DECORATOR


def optional_decorator(_site: Site, args: Arguments) -> Values:
    """A decorator that is used with and without arguments: `@lru_cache`, `@lru_cache(maxsize=None)`."""
    given = args.positional[0] if args.positional else EMPTY
    decorated = any(isinstance(value, Routine | Class) for value in given)
    return given if decorated else DECORATOR


def anything(_site: Site, _args: Arguments) -> Values:
    """Gives something of which nothing is known, and does nothing with what it is given."""
    return UNKNOWN


def descriptor(kind: str) -> Handler:
    """`property`, `staticmethod` and the like: the function, marked."""

    def handler(_site: Site, args: Arguments) -> Values:
        return frozenset(Descriptor(kind, one) if isinstance(one, Function) else one for one in args.get(0, "fget"))

    return handler


def copy_items(kind: str, *, ordered: bool = False) -> Handler:
    """`list(x)`, `dict(x, y=z)`, `sorted(x)`: a new container of the kind with the same items."""

    def handler(site: Site, args: Arguments) -> Values:
        result = site.container(kind)
        given = args.get(0)
        containers = [one for one in given if isinstance(one, Container)]
        if ordered and len(containers) == len(given) == 1 and result.put_in_order(site, containers):
            return frozenset({result})
        for values in args.positional:
            if kind == "dict":
                result.merge(site, values)
            else:
                site.put(result.space, REST, site.iterate(values))
        for name, values in args.keywords.items():
            if kind == "dict":
                site.put(result.space, name, values)
        site.put(result.space, REST, args.star | args.extra)
        key = args.keywords.get("key", EMPTY)
        site.call(key, Arguments([site.contents(result.space)]))
        return frozenset({result})

    return handler
