"""What aws-lambda-powertools wraps around functions: a store that keeps their state, and middlewares of handlers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tapgen.proof.interpret.library.external import Method, PackageObject
from tapgen.proof.interpret.library.model import Handler
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.classes import Class
from tapgen.proof.interpret.python.functions import Routine
from tapgen.proof.interpret.python.values import UNKNOWN, Value, Values
from tapgen.proof.interpret.site import Site


@dataclass(frozen=True, slots=True)
class _Stateful(Routine):
    """A function whose calls are kept in a store; `place` is where it says so."""

    inner: Routine
    keeper: PackageObject
    requests: Method | None
    place: Site

    def __hash__(self) -> int:
        return hash((5, self.inner, self.keeper))

    def bind(self, site: Site, receiver: Value, cls: Class) -> Values:
        """The method, with the same store."""
        bound = self.inner.bind(site, receiver, cls)
        return frozenset(
            _Stateful(one, self.keeper, self.requests, self.place) for one in bound if isinstance(one, Routine)
        )

    def call(self, site: Site, args: Arguments) -> Values:
        """The requests of the store, then the function."""
        if self.requests is not None:
            self.requests(self.place.seen_from(site), self.keeper, Arguments())
        return site.call({self.inner}, args)


@dataclass(frozen=True, slots=True)
class _Keep(Value):
    """`@idempotent(persistence_store=store)`, before it has a function."""

    stores: frozenset[PackageObject]
    requests: Mapping[str, Method]

    def __hash__(self) -> int:
        return hash((6, self.stores))

    def call(self, site: Site, args: Arguments) -> Values:
        """The function with its store; one without a known store is left as it is."""
        inner = [value for value in args.get(0) if isinstance(value, Routine)]
        kept = frozenset(
            _Stateful(one, store, self._requests_of(store), site) for one in inner for store in self.stores
        )
        return kept or frozenset(inner) or UNKNOWN

    def _requests_of(self, store: PackageObject) -> Method | None:
        return self.requests.get(store.path.rpartition(".")[2])


def keeping(requests: Mapping[str, Method], position: int) -> Handler:
    """A decorator whose store, of the classes that `requests` has, is passed at that position or by name."""

    def handler(site: Site, args: Arguments) -> Values:
        given = args.get(position, "persistence_store")
        stores = frozenset(value for value in given if isinstance(value, PackageObject))
        keep = _Keep(stores, requests)
        return keep.call(site, args) if any(isinstance(value, Routine) for value in args.get(0)) else frozenset({keep})

    return handler


@dataclass(frozen=True, slots=True)
class _Middleware(Routine):
    """What `@lambda_handler_decorator` makes of a function: a decorator of handlers."""

    function: Routine

    def call(self, _site: Site, args: Arguments) -> Values:
        """A handler around the decorated one; with options only, the decorator itself."""
        inner = [value for value in args.get(0) if isinstance(value, Routine)]
        return frozenset(_Around(self.function, one) for one in inner) or frozenset({self})

    def hand_over(self, _site: Site, _what: str) -> Values:
        """Only handlers go through it."""
        return frozenset({self})


@dataclass(frozen=True, slots=True)
class _Around(Routine):
    """A handler inside a middleware, which is called with it."""

    function: Routine
    handler: Routine

    def call(self, site: Site, args: Arguments) -> Values:
        """The middleware calls the handler by itself."""
        more = Arguments(args.positional, args.keywords, args.star, args.extra | UNKNOWN)
        return site.call({self.function}, more.led_by(self.handler))


def middleware(_site: Site, args: Arguments) -> Values:
    """`@lambda_handler_decorator`, with or without options."""
    made = frozenset(_Middleware(value) for value in args.get(0) if isinstance(value, Routine))
    return made or frozenset({_MIDDLEWARE})


@dataclass(frozen=True, slots=True)
class _MiddlewareFactory(Value):
    """`@lambda_handler_decorator(trace_execution=True)`."""

    def call(self, site: Site, args: Arguments) -> Values:
        """The middleware."""
        return middleware(site, args)


_MIDDLEWARE = _MiddlewareFactory()
