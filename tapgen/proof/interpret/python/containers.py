"""Dicts, lists, tuples, sets and generators: a cell per literal key, one for all others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tapgen.proof.interpret.cells import KEYS, REST, Space
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.plain import NONE, Const, constant
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Value, Values, names_of, stable_hash

if TYPE_CHECKING:
    from tapgen.proof.interpret.site import Site

MOST_KEYS = 12
"""Keys that one assignment is told to have; beyond that it may be any."""


@dataclass(eq=False, slots=True)
class Container(Value):
    """A dict, list, tuple, set or generator made by one expression."""

    number: int
    kind: str
    space: Space = field(default_factory=Space)

    kept = True

    def __hash__(self) -> int:
        return self.number

    def attribute(self, _site: Site, name: str) -> Values:
        """A method."""
        return frozenset({ContainerMethod(self, name)})

    def item(self, site: Site, keys: Values) -> Values:
        """The item under those keys; any where they are not literals."""
        names = names_of(keys)
        if not keys:
            return EMPTY
        if len(names) < len(keys) or any(isinstance(name, int) and name < 0 for name in names):
            return site.contents(self.space) or UNKNOWN
        found = site.rest(self.space)
        for name in names:
            found |= site.find(self.space, name)
        return site.known(found)

    def store_item(self, site: Site, keys: Values, values: Values) -> None:
        """Keep the values under the keys."""
        names = names_of(keys)
        exact = len(names) == len(keys) <= MOST_KEYS
        for name in names if exact else [REST]:
            site.put(self.space, name, values)
        if not exact:
            site.write(self.space.cell(KEYS), keys)

    def keys(self, site: Site) -> Values:
        """The keys of a dict."""
        site.rest(self.space)
        return frozenset(Const(key) for key in self.space.names()) | site.read(self.space.cell(KEYS))

    def iterate(self, site: Site) -> Values:
        """The keys of a dict, the items of the others."""
        return self.keys(site) if self.kind == "dict" else site.contents(self.space)

    def elements(self, site: Site) -> Values:
        """A library goes through it."""
        return self.iterate(site)

    def element(self, site: Site, index: int | None) -> Values:
        """The item at the position."""
        if self.kind == "dict":
            return self.iterate(site)
        if index is None:
            return site.contents(self.space)
        return site.rest(self.space) | site.find(self.space, index)

    def contents(self, site: Site) -> Values:
        """All items."""
        return site.contents(self.space)

    def inside(self, site: Site) -> Values:
        """Unknown code finds all items."""
        return site.contents(self.space)

    def positional(self, site: Site) -> tuple[list[Values], Values]:
        """The items in order, where a list's or tuple's are told apart."""
        if self.kind in {"tuple", "list"} and not site.rest(self.space):
            count = 1 + max(self.space.indexes(), default=-1)
            return [site.read(self.space.cell(index)) for index in range(count)], EMPTY
        return [], self.iterate(site) or UNKNOWN

    def keywords(self, site: Site) -> tuple[dict[str, Values], Values]:
        """A dict's items by name."""
        rest = site.rest(self.space)
        names = [name for name in self.space.names() if isinstance(name, str)]
        return {name: site.find(self.space, name) for name in names}, rest

    def entered(self, site: Site) -> Values:
        """A generator under `contextlib.contextmanager` gives what it yields."""
        return site.contents(self.space)

    def put_in_order(self, site: Site, others: Sequence[Container]) -> bool:
        """Take the items of the others one after the other; False where their order is not known."""
        parts = [one.positional(site) for one in others if one is not self]
        if any(rest or not exact for exact, rest in parts):
            return False
        for index, values in enumerate(value for exact, _ in parts for value in exact):
            site.put(self.space, index, values)
        return True

    def merge(self, site: Site, values: Values) -> None:
        """Add all items of the values, keys kept."""
        for value in values:
            if not isinstance(value, Container):
                site.put(self.space, REST, site.iterate(frozenset({value})))
            elif self.kind == "dict" and value.kind != "dict":
                self._merge_pairs(site, site.contents(value.space))
            else:
                self._merge_items(site, value)

    def _merge_items(self, site: Site, other: Container) -> None:
        site.rest(other.space)
        same = other.kind == self.kind == "dict"
        for key, cell in list(other.space.cells.items()):
            if key is not KEYS or same:
                site.put(self.space, key if same or key is REST else REST, site.read(cell))

    def _merge_pairs(self, site: Site, pairs: Values) -> None:
        """`dict([(key, value), …])`."""
        for pair in pairs:
            if isinstance(pair, Container) and pair.kind != "dict":
                self.store_item(site, pair.item(site, constant(0)), pair.item(site, constant(1)))
            else:
                site.put(self.space, REST, frozenset({pair}))


@dataclass(frozen=True, slots=True)
class ContainerMethod(Value):
    """A method of a built-in container: `clients.get`."""

    container: Container
    name: str

    def __hash__(self) -> int:
        return hash((self.container, stable_hash(self.name)))

    def call(self, site: Site, args: Arguments) -> Values:
        """What the method does; one that is not known gives the container itself: copy, union, __enter__."""
        method = _METHODS.get(self.name)
        return method(site, self, args) if method else frozenset({self.container})


Method = Callable[["Site", ContainerMethod, Arguments], Values]


def _add(site: Site, method: ContainerMethod, args: Arguments) -> Values:
    site.put(method.container.space, REST, args.get(1 if method.name == "insert" else 0))
    return NONE


def _nothing(_site: Site, _method: ContainerMethod, _args: Arguments) -> Values:
    return NONE


def _anything(_site: Site, _method: ContainerMethod, _args: Arguments) -> Values:
    return UNKNOWN


def _update(site: Site, method: ContainerMethod, args: Arguments) -> Values:
    method.container.merge(site, args.get(0))
    for key, values in args.keywords.items():
        site.put(method.container.space, key, values)
    return NONE


def _get(site: Site, method: ContainerMethod, args: Arguments) -> Values:
    container = method.container
    if method.name == "pop" and container.kind != "dict":
        return _any_item(site, method, args)
    if method.name == "setdefault":
        container.store_item(site, args.get(0), args.get(1))
    default = args.get(1) if len(args.positional) > 1 else NONE
    return (container.item(site, args.get(0)) - UNKNOWN) | default


def _any_item(site: Site, method: ContainerMethod, _args: Arguments) -> Values:
    return site.contents(method.container.space) or UNKNOWN


def _view(site: Site, method: ContainerMethod, _args: Arguments) -> Values:
    container = method.container
    view = site.container("list", (container, method.name))
    values = site.contents(container.space)
    keys = container.keys(site)
    if method.name == "items":
        pair = site.container("tuple", container)
        site.put(pair.space, 0, keys)
        site.put(pair.space, 1, values)
        values = frozenset({pair})
    site.put(view.space, REST, keys if method.name == "keys" else values)
    return frozenset({view})


_METHODS: Mapping[str, Method] = {
    **dict.fromkeys(("append", "add", "appendleft", "insert", "push"), _add),
    **dict.fromkeys(("remove", "discard"), _nothing),
    **dict.fromkeys(("extend", "update", "extendleft"), _update),
    **dict.fromkeys(("get", "setdefault", "pop"), _get),
    **dict.fromkeys(("popleft", "popitem", "__next__", "__getitem__", "send"), _any_item),
    **dict.fromkeys(("values", "keys", "items"), _view),
    **dict.fromkeys(("index", "count", "sort", "reverse", "clear", "close"), _anything),
}
