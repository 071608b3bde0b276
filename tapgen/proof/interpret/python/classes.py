"""Classes of the source: their attributes and fields, and the objects that calling one makes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tapgen.proof.interpret.cells import REST, Accessor, Cell, Key
from tapgen.proof.interpret.frames import Frame
from tapgen.proof.interpret.python import hints
from tapgen.proof.interpret.python.arguments import Arguments, anything
from tapgen.proof.interpret.python.containers import Container, ContainerMethod
from tapgen.proof.interpret.python.functions import Descriptor, Function, HandedOver, Routine
from tapgen.proof.interpret.python.instances import Instance, call_back
from tapgen.proof.interpret.python.plain import NONE, External, Library
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Value, Values

if TYPE_CHECKING:
    from tapgen.proof.interpret.site import Site

_ORDINARY_BASES = frozenset({
    "builtins.object", "builtins.Exception", "builtins.BaseException", "abc.ABC", "typing.Protocol", "typing.Generic",
    "typing.NamedTuple", "typing.TypedDict", "enum.Enum", "enum.StrEnum", "enum.IntEnum", "enum.Flag", "builtins.str",
    "builtins.int", "builtins.dict", "builtins.list", "builtins.tuple", "builtins.type", "builtins.ValueError",
    "builtins.RuntimeError", "builtins.KeyError", "builtins.TypeError", "builtins.LookupError", "abc.ABCMeta",
})  # fmt: skip
"""Library classes that never call a method of a subclass by its name."""


def is_ordinary(base: Value) -> bool:
    """Whether the base is a class of the library that never calls a method of a subclass."""
    return isinstance(base, Library) and base.path in _ORDINARY_BASES


@dataclass(eq=False, slots=True)
class Class(Value):
    """A class of the source. `bases` may hold classes, library names and unknown values."""

    number: int
    node: ast.ClassDef
    frame: Frame
    bases: Cell = field(default_factory=Cell)
    subclasses: Cell = field(default_factory=Cell)
    instances: Cell = field(default_factory=Cell)

    def __hash__(self) -> int:
        return self.number

    def tells_apart(self) -> bool:
        """A factory makes other objects of another class."""
        return True

    # ------------------------------------------------------------------------------------------------ attributes

    def lookup(self, site: Site, name: Key, seen: frozenset[Class] = frozenset()) -> Values:
        """The class's own attribute, or the bases'; UNKNOWN when only an unknown base can have it."""
        found = EMPTY
        if name in self.frame.scope.bound or name in self.frame.cells:
            found = site.read(self.frame.cell(name))
        if found or self in seen:
            return found
        public = isinstance(name, str) and not name.startswith("__")
        for base in site.read(self.bases):
            if isinstance(base, Class):
                found |= base.lookup(site, name, seen | {self})
            elif public and isinstance(base, External):
                found |= site.machine.libraries.inherited(base.path, str(name))
            elif public and not is_ordinary(base):
                found |= UNKNOWN
        return found

    def attribute(self, site: Site, name: str) -> Values:
        """An attribute read from the class itself."""
        if name == "__subclasses__":
            known = site.machine.once(("subclasses", self), lambda number: Container(number, "list"))
            site.put(known.space, REST, site.read(self.subclasses))
            return frozenset({ContainerMethod(known, "copy")})
        if name == "as_view" and not self.ordinary(site):
            return frozenset({View(self)})
        found = EMPTY
        for value in self.lookup(site, name):
            found |= value.unbound(site, self)
        if not found and name in {"__name__", "__doc__", "__members__", "__mro__"}:
            return UNKNOWN
        return site.known(found)

    def any_attribute(self, site: Site) -> Values:
        """Any of its methods."""
        return self.methods(site)

    def store(self, site: Site, name: str, values: Values) -> None:
        """Set for all its objects."""
        site.write(self.frame.cell(name), values)

    def methods(self, site: Site) -> Values:
        """The functions that the class body and its analysed bases define, private ones left out."""
        found = EMPTY
        for base in self.parents(site):
            found |= base.methods(site)
        for name, cell in list(self.frame.cells.items()):
            public = isinstance(name, Accessor) or (
                isinstance(name, str) and (not name.startswith("_") or name == "__call__")
            )
            if public:
                found |= frozenset(value for value in site.read(cell) if isinstance(value, Routine))
        return found

    def parents(self, site: Site) -> list[Class]:
        """The bases that are classes of the source."""
        return [base for base in site.read(self.bases) if isinstance(base, Class) and base is not self]

    def ordinary(self, site: Site, seen: frozenset[Class] = frozenset()) -> bool:
        """Whether no class outside the source can call the class's methods by itself."""
        if self in seen:
            return True
        return all(
            base.ordinary(site, seen | {self}) if isinstance(base, Class) else is_ordinary(base)
            for base in site.read(self.bases)
        )

    def item(self, _site: Site, _keys: Values) -> Values:
        """A parametrised type."""
        return frozenset({self})

    def iterate(self, site: Site) -> Values:
        """The members of an enumeration."""
        return site.contents(self.frame)

    # ------------------------------------------------------------------------------------------------ objects

    def call(self, site: Site, args: Arguments) -> Values:
        """The object that it makes."""
        instance = site.machine.instance(site.frame, site.node, self)
        made: Values = frozenset({instance})
        site.write(self.instances, made)
        maker = self.lookup(site, "__new__")
        if any(isinstance(one, Function | Descriptor) for one in maker):
            made = site.call(maker, args.led_by(self))
        for one in made:
            if isinstance(one, Instance):
                self._initialise(site, one, args)
        if not self.ordinary(site) and not site.machine.let_go(instance):
            # A base class outside the source may call any method that is overridden here.
            for method in self.methods(site):
                call_back(site, method, instance)
        return made

    def _initialise(self, site: Site, instance: Instance, args: Arguments) -> None:
        starter = instance.attribute(site, "__init__")
        if starter:
            site.call(starter, args)
            return
        cls = instance.cls
        names = list(dict.fromkeys(name for name, _ in cls.fields(site)))
        for index, values in enumerate(args.positional):
            site.write(instance.space.cell(names[index] if index < len(names) else REST), values)
        for name, values in args.keywords.items():
            site.write(instance.space.cell(name), values)
        annotations = dict(cls.fields(site))
        for name in names[len(args.positional) :]:
            if name not in args.keywords:
                given = cls.lookup(site, name) | args.star | args.extra
                if given <= UNKNOWN | NONE and args.star:
                    given |= hints.expected(site.machine, site.frame, cls.frame, annotations[name])
                site.write(instance.space.cell(name), given)
        site.call(instance.attribute(site, "__post_init__"), Arguments())

    def fields(self, site: Site) -> Iterator[tuple[str, ast.expr]]:
        """The annotated names of a class body, bases first: the parameters of a dataclass."""
        for base in self.parents(site):
            yield from base.fields(site)
        for one in self.node.body:
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
                yield one.target.id, one.annotation

    # ------------------------------------------------------------------------------------------------ code around it

    def escape(self, site: Site, what: str) -> Values:
        """Unknown code may make objects of it, and call their methods."""
        if site.machine.let_go(self):
            return frozenset({self})
        for made in self.call(site, anything()):
            if isinstance(made, Instance):
                made.escape(site, what)
        return frozenset({self})

    def hand_over(self, site: Site, what: str) -> Values:
        """Objects of it may be made later."""
        site.report(HandedOver(self, what))
        return frozenset({self})

    def called_back(self, site: Site, _passed: Values) -> Values:
        """A library makes objects of a class that it knows the base of."""
        return EMPTY if self.ordinary(site) else site.call({self}, anything())

    def hinted(self, site: Site) -> Values:
        """An object of the class, made by code that is not analysed: its constructor's arguments are unknown too."""
        injected = site.machine.injected
        if self in injected:  # a class that needs itself
            return EMPTY
        injected.add(self)
        try:
            return self.call(site.at(self.node), anything())
        finally:
            injected.discard(self)


@dataclass(frozen=True, slots=True)
class View(Value):
    """`Items.as_view`, by which frameworks make a function of a class: it is taken for the class itself."""

    cls: Class

    def __hash__(self) -> int:
        return hash((7, self.cls))

    def call(self, _site: Site, _args: Arguments) -> Values:
        """The class, to be registered."""
        return frozenset({self.cls})
