"""Models of packages that are not part of Python: their functions, and objects of their classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from tapgen.proof.interpret.cells import REST, Space
from tapgen.proof.interpret.library.model import DECORATOR, Handler
from tapgen.proof.interpret.python.arguments import Arguments, anything
from tapgen.proof.interpret.python.classes import Class
from tapgen.proof.interpret.python.functions import Routine
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Value, Values, stable_hash
from tapgen.proof.interpret.site import Site

Method: TypeAlias = "Callable[[Site, PackageObject, Arguments], Values]"
"""What calling a method of an object of a package does."""


@dataclass(frozen=True)
class PackageClass:
    """A class: its constructor's parameters by position, and its methods; `other` stands for those not listed."""

    parameters: tuple[str, ...] = ()
    methods: Mapping[str, Method] = field(default_factory=dict)
    other: Method | None = None


@dataclass(frozen=True)
class Package:
    """A package: its functions and classes by the last part of their path; `other` stands for names not listed.

    A name or method for which there is no model is code that may do anything with what it is given.
    """

    functions: Mapping[str, Handler] = field(default_factory=dict)
    classes: Mapping[str, PackageClass] = field(default_factory=dict)
    other: Handler | None = None
    inherited: bool = False
    """The functions are methods of its classes, which classes of the source get from them as bases."""

    def call(self, site: Site, path: str, args: Arguments) -> Values | None:
        """What calling the name does; None where the model does not say."""
        name = path.rpartition(".")[2]
        cls = self.classes.get(name)
        if cls is not None:
            return frozenset({package_object(site, path, cls, args)})
        handler = self.functions.get(name) or self.other
        return handler(site, args) if handler else None


def package_object(
    site: Site, path: str, cls: PackageClass, args: Arguments, kind: type[PackageObject] | None = None
) -> PackageObject:
    """The object that the site makes of the class, as one of that kind of values."""
    key = ("package object", path, None if site.machine.coarse else (id(site.node), site.frame))
    made = site.machine.once(key, lambda number: (kind or PackageObject)(number, path, cls))
    for name, values in [*zip(cls.parameters, args.positional, strict=False), *args.keywords.items()]:
        site.write(made.space.cell(name), values)
    return made


@dataclass(eq=False, slots=True)
class PackageObject(Value):
    """An object of a package's class. `space` holds what it was made with and what it was given later."""

    number: int
    path: str
    cls: PackageClass
    space: Space = field(default_factory=Space)

    def __hash__(self) -> int:
        return self.number

    def tells_apart(self) -> bool:
        """Two stores keep two tables."""
        return True

    def attribute(self, _site: Site, name: str) -> Values:
        """A method, or data of which nothing is known."""
        return frozenset({PackageMethod(self, name)})

    def store(self, site: Site, name: str, values: Values) -> None:
        """Set from outside."""
        site.write(self.space.cell(name), values)

    def call(self, site: Site, args: Arguments) -> Values:
        """What its `__call__` does."""
        return PackageMethod(self, "__call__").call(site, args)

    def iterate(self, site: Site) -> Values:
        """What its `__iter__` does, where the class's model says."""
        method = self.cls.methods.get("__iter__")
        return method(site, self, Arguments()) if method else UNKNOWN

    def decorate(self, site: Site, values: Values) -> Values:
        """The same with what it decorates."""
        return PackageMethod(self, "__call__").decorate(site, values)

    def escape(self, site: Site, _what: str) -> Values:
        """Adapters take applications: `Mangum(app)`; they call them."""
        call = self.cls.methods.get("__call__")
        if call is not None:
            call(site, self, anything())
        return frozenset({self})

    def hand_over(self, _site: Site, _what: str) -> Values:
        """It is called later, if at all."""
        return frozenset({self})

    def hinted(self, _site: Site) -> Values:
        """Not made by the annotation."""
        return EMPTY

    def known(self, site: Site, name: str) -> Values:
        """What it was made with under that name."""
        return site.find(self.space, name)


@dataclass(frozen=True, slots=True)
class PackageMethod(Value):
    """A method or attribute of such an object."""

    owner: PackageObject
    name: str

    sure = False

    def __hash__(self) -> int:
        return hash((self.owner, stable_hash(self.name)))

    def attribute(self, _site: Site, name: str) -> Values:
        """Data of which nothing is known: `app.current_event.json_body`."""
        return frozenset({PackageMethod(self.owner, f"{self.name}.{name}")}) if "." not in self.name else UNKNOWN

    def call(self, site: Site, args: Arguments) -> Values:
        """What the class's model says."""
        method = self._model()
        return method(site, self.owner, args) if method else site.escape(args, self._path())

    def decorate(self, site: Site, values: Values) -> Values:
        """What the class's model says; wrapped by a method that it does not have."""
        method = self._model()
        return method(site, self.owner, Arguments([values])) if method else site.hand_over(values, self._path())

    def _model(self) -> Method | None:
        return self.owner.cls.methods.get(self.name) or self.owner.cls.other

    def _path(self) -> str:
        return f"{self.owner.path}.{self.name}"


# ---------------------------------------------------------------------------------------------- kinds of functions


def harmless(_site: Site, args: Arguments) -> Values:
    """It calls nothing that it is given; a decorator gives back what it decorates."""
    return _decorated(args) or UNKNOWN


def transparent(_site: Site, args: Arguments) -> Values:
    """A decorator that is used with and without arguments, and calls what it decorates with what it is called with."""
    return _decorated(args) or DECORATOR


def _decorated(args: Arguments) -> Values:
    return frozenset(value for value in args.get(0) if isinstance(value, Routine | Class))


def harmless_method(site: Site, _owner: PackageObject, args: Arguments) -> Values:
    """The same, of an object."""
    return harmless(site, args)


def transparent_method(site: Site, _owner: PackageObject, args: Arguments) -> Values:
    """The same, of an object."""
    return transparent(site, args)


# ---------------------------------------------------------------------------------------------- registers of functions


def register(site: Site, owner: PackageObject, args: Arguments) -> Values:
    """`app.get("/items")`: a decorator that registers what it decorates; `app.add_route("/items", show)` at once."""
    passed = args.everything()
    given = frozenset(value for value in [*passed, *site.inside(passed)] if isinstance(value, Routine | Class))
    site.put(owner.space, REST, given)
    decorated = _decorated(args)
    return decorated if decorated and len(args.positional) == 1 else frozenset({Registrar(owner)})


def include(site: Site, owner: PackageObject, args: Arguments) -> Values:
    """`app.include_router(router)`: what the other has registered."""
    for value in args.everything():
        if isinstance(value, PackageObject):
            site.put(owner.space, REST, site.rest(value.space))
    return UNKNOWN


def run(site: Site, owner: PackageObject, _args: Arguments) -> Values:
    """`app.resolve(event, context)`: any of what is registered is called, and what it is made with."""
    site.machine.step()
    held = site.contents(owner.space)
    found = UNKNOWN
    for value in [*held, *site.inside(held)]:
        found |= value.escape(site, owner.path)
    return found


@dataclass(frozen=True, slots=True)
class Registrar(Value):
    """A decorator that registers what it decorates with its object."""

    owner: PackageObject

    def call(self, site: Site, args: Arguments) -> Values:
        """It gives back what it registers: `app.command("/x")(ack=answer, lazy=[work])` several."""
        passed = args.everything()
        given = frozenset(value for value in [*passed, *site.inside(passed)] if isinstance(value, Routine | Class))
        site.put(self.owner.space, REST, given)
        return given or UNKNOWN
