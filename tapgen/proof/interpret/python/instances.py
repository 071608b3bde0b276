"""Objects of the source's classes, and `super()`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tapgen.proof.interpret.cells import REST, Accessor, Space
from tapgen.proof.interpret.python.arguments import Arguments, anything
from tapgen.proof.interpret.python.containers import Container
from tapgen.proof.interpret.python.functions import Descriptor, Function, HandedOver, Wrapped
from tapgen.proof.interpret.python.plain import NONE, Library, constant
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Value, Values

if TYPE_CHECKING:
    from tapgen.proof.interpret.python.classes import Class
    from tapgen.proof.interpret.site import Site

_ITERATORS = ("__iter__", "__aiter__", "__next__", "__anext__", "__getitem__")


@dataclass(eq=False, slots=True)
class Instance(Value):
    """The objects that one expression makes of one class."""

    number: int
    cls: Class
    space: Space = field(default_factory=Space)

    def __hash__(self) -> int:
        return self.number

    def tells_apart(self) -> bool:
        """Two repositories hold two tables."""
        return True

    # ------------------------------------------------------------------------------------------------ attributes

    def attribute(self, site: Site, name: str) -> Values:
        """Its own attribute, its class's, or what `__getattr__` makes."""
        if name == "__class__":
            return frozenset({self.cls})
        if name == "__dict__":
            return frozenset({site.machine.once(("dict", self), lambda number: Container(number, "dict", self.space))})
        own = site.read(self.space.cell(name))
        found = self._of_class(site, name)
        if not own and not found and REST in self.space.cells:  # `self.__dict__.update(options)`
            own = site.rest(self.space)
        if own or found or name.startswith("__"):
            return own | found
        fallback = self._of_class(site, "__getattr__")
        return site.known(site.call(fallback, Arguments([constant(name)])))

    def _of_class(self, site: Site, name: str) -> Values:
        found = EMPTY
        for one in self.cls.lookup(site, name):
            found |= one.bind(site, self, self.cls)
        return found

    def any_attribute(self, site: Site) -> Values:
        """Any attribute, or any method bound to it."""
        own = site.contents(self.space)
        found = self.cls.methods(site)
        plain = frozenset(one for one in found if not isinstance(one, Function | Wrapped))
        return (own | plain).union(*(one.bind(site, self, self.cls) for one in found - plain))

    def store(self, site: Site, name: str, values: Values) -> None:
        """Set the attribute; call what the class has for that: a setter, `__set__` of its attribute, `__setattr__`."""
        me = frozenset({self})
        site.call(self.cls.lookup(site, Accessor(name, "setter")), Arguments([me, values]))
        for one in self.cls.lookup(site, name):
            one.special(site, ("__set__",), me, values)
        site.call(self.cls.lookup(site, "__setattr__"), Arguments([me, constant(name), values]))
        site.write(self.space.cell(name), values)

    def store_any(self, site: Site, values: Values) -> None:
        """Any of its attributes may be set."""
        self.special(site, ("__setattr__",), UNKNOWN, values)
        site.write(self.space.cell(REST), values)

    def bind(self, site: Site, receiver: Value, cls: Class) -> Values:
        """What `__get__` gives where it is a descriptor."""
        return self._got(site, frozenset({receiver}), cls)

    def unbound(self, site: Site, cls: Class) -> Values:
        """What `__get__` gives without an object."""
        return self._got(site, NONE, cls)

    def _got(self, site: Site, receiver: Values, cls: Class) -> Values:
        if not self.cls.lookup(site, "__get__"):
            return frozenset({self})
        return self.special(site, ("__get__",), receiver, frozenset({cls}))

    # ------------------------------------------------------------------------------------------------ protocols

    def special(self, site: Site, names: tuple[str, ...], *passed: Values) -> Values:
        """What the first of these special methods that its class has gives."""
        for name in names:
            method = self.cls.lookup(site, name)
            if method:
                return site.call(method, Arguments([frozenset({self}), *passed]))
        return EMPTY

    def _method(self, site: Site, name: str, *passed: Values) -> Values:
        return site.call(self.attribute(site, name), Arguments([*passed]))

    def item(self, site: Site, keys: Values) -> Values:
        """What `__getitem__` and `__missing__` give, or an item stored in it."""
        found = self.attribute(site, "__getitem__") | self.attribute(site, "__missing__")
        return site.call(found, Arguments([keys])) | site.contents(self.space)

    def store_item(self, site: Site, keys: Values, values: Values) -> None:
        """Call `__setitem__`, and keep the values for a subclass of a container."""
        self._method(site, "__setitem__", keys, values)
        site.put(self.space, REST, values)

    def iterate(self, site: Site) -> Values:
        """What its iterator gives: where it is that itself, what `__next__` gives."""
        for name in _ITERATORS:
            found = self.attribute(site, name)
            if found:
                made = site.call(found, Arguments())
                given = self._method(site, "__next__") | self._method(site, "__anext__") if self in made else EMPTY
                rest = made - {self}
                return given | (site.iterate(rest) or rest) or site.contents(self.space)
        return site.contents(self.space) | UNKNOWN

    def element(self, site: Site, _index: int | None) -> Values:
        """Any of its attributes, as for a named tuple."""
        return site.contents(self.space) | UNKNOWN

    def contents(self, site: Site) -> Values:
        """All its attributes."""
        return site.contents(self.space)

    def awaited(self, site: Site) -> Values:
        """What `__await__` gives, or itself for a coroutine's result."""
        return self._method(site, "__await__") | {self}

    def entered(self, site: Site) -> Values:
        """What `__enter__` gives; `__exit__` is called with what was raised."""
        for name in ("__exit__", "__aexit__"):
            self._method(site, name, UNKNOWN, UNKNOWN, UNKNOWN)
        return self._method(site, "__enter__") | self._method(site, "__aenter__")

    def call(self, site: Site, args: Arguments) -> Values:
        """What `__call__` gives."""
        return site.call(self.attribute(site, "__call__"), args)

    # ------------------------------------------------------------------------------------------------ code around it

    def escape(self, site: Site, _what: str) -> Values:
        """Unknown code may call its methods."""
        if site.machine.let_go(self):
            return frozenset({self})
        for method in self.cls.methods(site):
            call_back(site, method, self)
        return frozenset({self})

    def hand_over(self, site: Site, what: str) -> Values:
        """Its methods may be called later."""
        site.report(HandedOver(self, what))
        return frozenset({self})

    def called_back(self, site: Site, passed: Values) -> Values:
        """A library may call it if it can be called."""
        if not self.attribute(site, "__call__"):
            return EMPTY
        return site.call({self}, Arguments(star=passed))


def call_back(site: Site, method: Value, receiver: Instance) -> None:
    """Code that is not analysed may call the method of that object."""
    inner = method.inner if isinstance(method, Wrapped) else method
    bound = isinstance(inner, Function) or (isinstance(inner, Descriptor) and inner.kind != "staticmethod")
    site.call({method}, anything().led_by(receiver) if bound else anything())


@dataclass(frozen=True, slots=True)
class Super(Value):
    """What `super()` gives."""

    cls: Class
    receiver: Value

    def attribute(self, site: Site, name: str) -> Values:
        """The attribute of the bases."""
        found = EMPTY
        for base in self.cls.parents(site):
            cls = self.receiver.cls if isinstance(self.receiver, Instance) else base
            for one in base.lookup(site, name):
                found |= one.bind(site, self.receiver, cls)
        if name == "__new__" and not found:
            return frozenset({Library("builtins.object.__new__")})
        return found or UNKNOWN
