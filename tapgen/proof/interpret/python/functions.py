"""Functions of the source, and what wraps them: bound methods, properties, partial applications."""

from __future__ import annotations

import ast
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tapgen.proof.interpret.cells import CALLEE, REST, RETURN, YIELD, Default, Space, Unsettled
from tapgen.proof.interpret.frames import Frame, Scope
from tapgen.proof.interpret.python import hints
from tapgen.proof.interpret.python.arguments import Arguments, anything
from tapgen.proof.interpret.python.plain import NONE, Library
from tapgen.proof.interpret.python.scopes import parameters
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Value, Values, stable_hash

if TYPE_CHECKING:
    from tapgen.proof.interpret.python.classes import Class
    from tapgen.proof.interpret.site import Site

MOST_TELLING = 6
"""An argument that may be more things than that does not tell two calls apart."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A function, class or object that code got hold of which is not analysed; `what` is that code."""

    value: Value
    what: str


class Routine(Value):
    """Anything that runs code of the source when it is called."""

    __slots__ = ()

    def tells_apart(self) -> bool:
        """What is called back decides on the requests."""
        return True

    def escape(self, site: Site, _what: str) -> Values:
        """Unknown code may call it, with anything."""
        me = frozenset({self})
        return me if site.machine.let_go(self) else me | site.call(me, anything())

    def hand_over(self, site: Site, what: str) -> Values:
        """It may be called later, with further arguments."""
        site.report(HandedOver(self, what))
        return frozenset({Wrapped(self)})

    def called_back(self, site: Site, passed: Values) -> Values:
        """A library may call it, with any of what else it was passed."""
        return site.call({self}, Arguments(star=passed, extra=UNKNOWN))


@dataclass(eq=False, slots=True)
class Function(Routine):
    """A function or lambda of the source, closed over the frame that it was defined in.

    `space` holds the values of the parameters' defaults and attributes set on the function.
    """

    number: int
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    parent: Frame
    scope: Scope
    owner: Class | None = None
    space: Space = field(default_factory=Space)

    def __hash__(self) -> int:
        return self.number

    @property
    def name(self) -> str:
        """Its name, for messages."""
        return "<lambda>" if isinstance(self.node, ast.Lambda) else self.node.name

    def attribute(self, site: Site, name: str) -> Values:
        """What was stored on it; `__wrapped__` and `__call__` are itself."""
        own = frozenset({self}) if name in {"__wrapped__", "__call__"} else UNKNOWN
        return site.find(self.space, name) or own

    def store(self, site: Site, name: str, values: Values) -> None:
        """Functions take attributes as objects do."""
        site.put(self.space, name, values)

    def bind(self, _site: Site, receiver: Value, _cls: Class) -> Values:
        """A method of the object."""
        return frozenset({Bound(self, receiver)})

    def call(self, site: Site, args: Arguments) -> Values:
        """What the body returns, evaluated in the frame of this context."""
        callee = site.machine.function_frame(self, _context(args))
        site.frame.leads_to(callee)
        if args.positional and self.owner is not None:
            callee.receiver = next(iter(args.positional[0]), None)
        self._bind_arguments(site, callee, args)
        site.machine.start(callee)
        returned = site.read(callee.cell(RETURN))
        if not self.scope.yields:
            return site.known(returned)
        generator = site.machine.container(callee, self.node, "generator")
        site.put(generator.space, REST, site.read(callee.cell(YIELD)))
        return returned | {generator}

    def _bind_arguments(self, site: Site, callee: Frame, args: Arguments) -> None:
        node = self.node.args
        positional = [*node.posonlyargs, *node.args]
        for index, parameter in enumerate(positional):
            given = args.positional[index] if index < len(args.positional) else None
            self._give(site, callee, parameter, given, args, index)
        for parameter in node.kwonlyargs:
            self._give(site, callee, parameter, None, args, parameter.arg)
        if node.vararg:
            rest = site.machine.container(callee, node.vararg, "tuple")
            for index, values in enumerate(args.positional[len(positional) :]):
                site.put(rest.space, index, values)
            site.put(rest.space, REST, args.star)
            site.write(callee.cell(node.vararg.arg), frozenset({rest}))
        if node.kwarg:
            named = {parameter.arg for parameter in parameters(self.node)}
            options = site.machine.container(callee, node.kwarg, "dict")
            for name, values in args.keywords.items():
                if name not in named:
                    site.put(options.space, name, values)
            site.put(options.space, REST, args.extra)
            site.write(callee.cell(node.kwarg.arg), frozenset({options}))

    def _give(
        self, site: Site, callee: Frame, parameter: ast.arg, given: Values | None, args: Arguments, key: int | str
    ) -> None:
        values = given
        if values is None:
            key = parameter.arg
            values = args.keywords.get(key)
        settled = key in args.settled
        if values is None:
            values = site.read(self.space.cell(Default(parameter.arg))) | args.star | args.extra
            settled = not site.find(self.space, Unsettled(parameter.arg))
        if not settled and any(value.constant for value in values):
            site.write(callee.cell(Unsettled(parameter.arg)), UNKNOWN)
        if parameter.annotation is not None and values and values <= UNKNOWN | NONE:
            values |= hints.expected(site.machine, callee, self.parent, parameter.annotation)
        site.write(callee.cell(parameter.arg), values)


def _context(args: Arguments) -> Hashable:
    """What tells two calls of a function apart: the boto3 objects, functions, objects and texts that it is given."""
    named = [*enumerate(args.positional), *sorted(args.keywords.items()), ("*", args.star), ("**", args.extra)]
    pairs = ((name, frozenset(value for value in values if value.tells_apart())) for name, values in named)
    return tuple((name, values) for name, values in pairs if 0 < len(values) <= MOST_TELLING)


@dataclass(frozen=True, slots=True)
class Bound(Routine):
    """A method bound to its object or class."""

    function: Function
    receiver: Value

    def attribute(self, _site: Site, name: str) -> Values:
        """The function under it is taken for the method itself."""
        return frozenset({self}) if name in {"func", "__func__", "__call__"} else UNKNOWN

    def call(self, site: Site, args: Arguments) -> Values:
        """The function, given the object first."""
        return self.function.call(site, args.led_by(self.receiver))


@dataclass(frozen=True, slots=True)
class Descriptor(Routine):
    """A function wrapped by `property`, `cached_property`, `staticmethod` or `classmethod`."""

    kind: str
    function: Function

    def __hash__(self) -> int:
        return hash((stable_hash(self.kind), self.function))

    def attribute(self, _site: Site, name: str) -> Values:
        """`@x.setter` under a property x."""
        return frozenset({Library(f"property.{name}")})

    def bind(self, site: Site, receiver: Value, cls: Class) -> Values:
        """What the property's getter gives; the function itself, or bound to the class."""
        if self.kind == "property":
            return site.call({Bound(self.function, receiver)}, Arguments())
        return self.unbound(site, cls)

    def unbound(self, _site: Site, cls: Class) -> Values:
        """The function of a static method, bound to the class for a class method."""
        if self.kind == "staticmethod":
            return frozenset({self.function})
        return frozenset({Bound(self.function, cls) if self.kind == "classmethod" else self})

    def call(self, site: Site, args: Arguments) -> Values:
        """The function as it is."""
        return self.function.call(site, args)


@dataclass(eq=False, slots=True)
class Partial(Routine):
    """What `functools.partial` gives; the cells hold the function, its positional and its keyword arguments."""

    number: int
    space: Space = field(default_factory=Space)

    def __hash__(self) -> int:
        return self.number

    def attribute(self, _site: Site, name: str) -> Values:
        """The function under it is taken for itself."""
        return frozenset({self}) if name in {"func", "__func__", "__call__"} else UNKNOWN

    def call(self, site: Site, args: Arguments) -> Values:
        """The function, with the arguments given before and now."""
        read = {key: site.read(cell) for key, cell in list(self.space.cells.items())}
        first = [read[index] for index in self.space.indexes()]
        before = {key: values for key, values in read.items() if isinstance(key, str)}
        extra = args.extra | read.get(REST, EMPTY)
        merged = Arguments([*first, *args.positional], {**before, **args.keywords}, args.star, extra)
        return site.call(read.get(CALLEE, EMPTY), merged)


_OF_WRAPPERS = frozenset(
    {"cache_clear", "cache_info", "cache", "cache_key", "retry", "delay", "apply_async", "register"}
)
"""What decorators add to functions, and what therefore is not asked of a property's value."""


@dataclass(frozen=True, slots=True)
class Wrapped(Routine):
    """What code that is not analysed made of a function: calling it calls the function, maybe with more arguments."""

    inner: Routine

    def attribute(self, site: Site, name: str) -> Values:
        """The function's own, or anything; that of a method's result, since decorators may make properties."""
        if name == "__wrapped__":
            return frozenset({self.inner})
        found = self.inner.attribute(site, name) | UNKNOWN
        if isinstance(self.inner, Bound) and not name.startswith("__") and name not in _OF_WRAPPERS:
            found |= site.load(self.call(site, Arguments()) - UNKNOWN, name)
        return found

    def hand_over(self, site: Site, what: str) -> Values:
        """Wrapped once more."""
        site.report(HandedOver(self.inner, what))
        return frozenset({self})

    def bind(self, site: Site, receiver: Value, cls: Class) -> Values:
        """The bound function, wrapped."""
        return _wrapped(self.inner.bind(site, receiver, cls))

    def unbound(self, site: Site, cls: Class) -> Values:
        """The function as the class gives it, wrapped."""
        return _wrapped(self.inner.unbound(site, cls))

    def call(self, site: Site, args: Arguments) -> Values:
        """The function, with what it is given and whatever the wrapper adds; the wrapper may give something else."""
        more = Arguments(args.positional, args.keywords, args.star | UNKNOWN, args.extra | UNKNOWN)
        return self.inner.call(site, more)


def _wrapped(values: Values) -> Values:
    return frozenset(Wrapped(value) if isinstance(value, Routine) else value for value in values)
