"""Objects of the standard library that may hold what they are given: queues, executors, contexts."""

from __future__ import annotations

from dataclasses import dataclass, field

from tapgen.proof.interpret.cells import REST, Space
from tapgen.proof.interpret.library import callbacks
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.classes import Class
from tapgen.proof.interpret.python.functions import Routine
from tapgen.proof.interpret.python.plain import Const, External, Library
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Opaque, Value, Values, stable_hash
from tapgen.proof.interpret.site import Site

_CONCURRENT = frozenset({"concurrent", "multiprocessing", "threading", "queue", "_thread"})

_ENTERING = frozenset({"enter_context", "enter_async_context", "push", "push_async_exit"})
"""Methods of `contextlib.ExitStack` that enter or leave a context manager as `with` does."""


@dataclass(eq=False, slots=True)
class LibraryObject(Value):
    """An object of the standard library: whatever it was given, it may give back."""

    number: int
    path: str
    space: Space = field(default_factory=Space)

    def __hash__(self) -> int:
        return self.number

    @property
    def runs_others(self) -> bool:
        """It runs what it is given beside the code: making and entering one gives it alone, not what it holds."""
        top, _, name = self.path.partition(".")
        return top in _CONCURRENT and name.rpartition(".")[2][:1].isupper()

    def held(self, site: Site) -> Values:
        """What it may give: itself, standing for anything harmless, and what it was given."""
        plain = Const | Opaque | Library | External
        return frozenset(value for value in site.contents(self.space) if not isinstance(value, plain)) | {self}

    def attribute(self, site: Site, name: str) -> Values:
        """A method, and what was stored under the name."""
        return site.find(self.space, name) | {LibraryMethod(self, name)}

    def store(self, site: Site, name: str, values: Values) -> None:
        """`threading.local().client = …`."""
        site.put(self.space, name, values)

    def store_any(self, site: Site, values: Values) -> None:
        """It holds the values."""
        site.put(self.space, REST, values)

    def item(self, site: Site, _keys: Values) -> Values:
        """Anything that it was given."""
        return self.held(site)

    def store_item(self, site: Site, _keys: Values, values: Values) -> None:
        """It holds the values."""
        site.put(self.space, REST, values)

    def call(self, site: Site, args: Arguments) -> Values:
        """A decorator or a callable of the library."""
        return LibraryMethod(self, "__call__").call(site, args)

    def iterate(self, site: Site) -> Values:
        """Anything that it was given."""
        return self.held(site)

    def elements(self, site: Site) -> Values:
        """Anything that it was given."""
        return self.held(site)

    def contents(self, site: Site) -> Values:
        """All that it was given."""
        return site.contents(self.space)

    def keywords(self, site: Site) -> tuple[dict[str, Values], Values]:
        """Any of what it was given, by any name."""
        return {}, site.contents(self.space) | UNKNOWN

    def awaited(self, site: Site) -> Values:
        """The result of a future."""
        return self.held(site)

    def entered(self, site: Site) -> Values:
        """Itself, or what it was given."""
        return frozenset({self}) if self.runs_others else self.held(site)


@dataclass(frozen=True, slots=True)
class LibraryMethod(Value):
    """A method of such an object: `executor.submit`."""

    owner: LibraryObject
    name: str

    def __hash__(self) -> int:
        return hash((self.owner, stable_hash(self.name)))

    def attribute(self, _site: Site, name: str) -> Values:
        """A method of the same object, however deep."""
        return frozenset({LibraryMethod(self.owner, name)})

    def entered(self, site: Site) -> Values:
        """What the object holds."""
        return self.owner.held(site) | {self}

    def call(self, site: Site, args: Arguments) -> Values:
        """It may call what it is given, and keeps it."""
        if self.name in _ENTERING:
            found: Values | None = EMPTY.union(*(value.entered(site) for value in args.get(0, "cm")))
        else:
            found = callbacks.known(site, self.name, args)
        if found is None:
            found = args.everything() | callbacks.possible(site, args, site.contents(self.owner.space))
        site.put(self.owner.space, REST, found)
        decorating = (value for value in args.everything() if isinstance(value, Routine | Class))
        return self.owner.held(site).union(decorating)


def library_object(site: Site, path: str) -> LibraryObject:
    """The object of the standard library that the site makes."""
    machine = site.machine
    where = None if machine.coarse else (id(site.node), site.frame, path)
    return machine.once(("library object", where), lambda number: LibraryObject(number, path))
