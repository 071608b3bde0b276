"""The state of one analysis: cells and who reads them, frames still to be evaluated, what was found where.

A frame is evaluated again whenever a cell that it read has grown, until nothing grows any more: the fixpoint. Sets of
values only grow and are bounded (constants are widened to "anything", contexts are capped), so that it ends.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from tapgen.proof.interpret.frames import Frame, Scope
from tapgen.proof.interpret.memory import STEPS_PER_BYTE, Detail, Memory
from tapgen.proof.interpret.python import scopes
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.classes import Class
from tapgen.proof.interpret.python.containers import Container
from tapgen.proof.interpret.python.functions import Function
from tapgen.proof.interpret.python.import_cycles import Import
from tapgen.proof.interpret.python.instances import Instance
from tapgen.proof.interpret.python.plain import Beginning, Const, Library, Variable, constant
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Value, Values
from tapgen.proof.interpret.results import Condition, Unresolved
from tapgen.proof.interpret.site import Site
from tapgen.proof.interpret.source import Module, Sources

T = TypeVar("T")

CONTEXTS = 12
MOST_CONTEXTS = 36
"""Activations of one function that are told apart by their arguments, in one frame around it and in all of them;
further ones are merged."""

DEEPEST = 12
"""Calls that are evaluated at once, one inside the other; deeper ones wait in the queue."""


class Libraries(Protocol):
    """What names of code outside the source do."""

    def call(self, site: Site, path: str, args: Arguments) -> Values:
        """A call of a name of the standard library, the built-ins or boto3."""

    def call_external(self, site: Site, path: str, args: Arguments) -> Values:
        """A call of a name of another package."""

    def decorate_external(self, site: Site, path: str, values: Values) -> Values:
        """What a name of another package makes of what it decorates."""

    def handed_back(self, values: Values) -> Values:
        """What code that is not analysed makes of values that it may hand back."""

    def inherited(self, path: str, name: str) -> Values:
        """An attribute of a class of another package, read from one of the source that derives from it."""

    def suspect(self, site: Site, callees: Values, args: Arguments) -> None:
        """Look at a call of something of which nothing is known."""

    def item(self, site: Site, library: Library, keys: Values) -> Values:
        """An item of a name of the standard library."""

    def has(self, site: Site, library: Library, keys: Values) -> None:
        """A name of the standard library is asked whether it has those keys, or is given them."""

    def text_attribute(self, value: Const | Variable | Beginning, name: str) -> Values:
        """A method of a text."""

    def hinted(self, path: str) -> Values:
        """What a parameter is whose annotation is that name of another package."""


@dataclass(frozen=True, slots=True)
class Steps:
    """The interpreter's parts, handed to the machine so that none of them needs to import the others."""

    evaluate: Callable[[Machine, Frame, ast.expr], Values]
    execute: Callable[[Machine, Frame], None]
    block: Callable[[Machine, Frame, Iterable[ast.stmt]], None]
    libraries: Libraries


class Machine(Memory):
    """See the module's docstring."""

    def __init__(self, sources: Sources, steps: Steps, detail: Detail = Detail.FINE) -> None:
        super().__init__(detail)
        self.coarse = detail > Detail.FINE
        self.sources = sources
        self.evaluate = steps.evaluate
        self.block = steps.block
        self.libraries = steps.libraries
        self._execute = steps.execute
        self.modules: dict[str, Frame] = {}
        self.strict = False
        """Second phase: what never got a value counts as unknown."""
        self.starved: dict[Frame, None] = {}
        self.imports: set[Import] = set()
        """Imports of local modules at module level."""
        self.typing_only = 0
        """How many `if TYPE_CHECKING:` blocks are open."""
        self.demanding = False
        """Whether the condition under evaluation is one that has to hold: `if not table: raise`, `assert table`."""
        self.reads_environment = False
        """Whether the code reads an environment variable, on which conditions may depend."""
        self.decorating = False
        """Whether the expression under evaluation decorates something."""
        self.classes: dict[Frame, Class] = {}
        self.injected: set[Class] = set()
        """Classes of which an object is being made for an annotation."""
        self.anybody = Frame(Scope("root", frozenset()), ast.Pass(), None, "")
        self._freed: set[Value] = set()
        self._made: dict[Hashable, object] = {}
        self._contexts: dict[tuple[int, Frame | None], int] = {}
        self._running: list[Frame] = []
        self._scopes: dict[int, Scope] = {}

    def site(self, frame: Frame, node: ast.AST) -> Site:
        """The place of the node in that frame."""
        return Site(self, frame, node)

    # ------------------------------------------------------------------------------------------------ objects

    def once(self, key: Hashable, make: Callable[[int], T]) -> T:
        """The object made earlier under that key, or a new one from its number: one object per place and frame."""
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = make(len(self._made) + 1)
        return found  # type: ignore[return-value]  # a key is only ever used with one kind of object

    def container(self, frame: Frame, node: ast.AST, kind: str, tag: object = "") -> Container:
        """The container that the node makes in that frame."""
        if self.coarse:
            return self.pool
        return self.once(("container", id(node), frame, kind, tag), lambda number: Container(number, kind))

    def instance(self, frame: Frame, node: ast.AST, cls: Class) -> Instance:
        """The object of the class that the node makes in that frame.

        A method that makes further objects of its own class (`copy`, a tree's nodes) makes them all alike.
        """
        receiver = frame.receiver
        alike = self.coarse or (isinstance(receiver, Instance) and receiver.cls is cls)
        where = None if alike else (id(node), frame)
        return self.once(("instance", cls, where), lambda number: Instance(number, cls))

    def scope(self, node: ast.AST, make: Callable[[], Scope]) -> Scope:
        """The node's scope, computed once."""
        found = self._scopes.get(id(node))
        if found is None:
            found = self._scopes[id(node)] = make()
        return found

    # ------------------------------------------------------------------------------------------------ frames

    def module_frame(self, module: Module) -> Frame:
        """The frame of a module's body."""
        frame = self.modules.get(module.name)
        if frame is None:
            frame = Frame(scopes.block_scope(module.tree), module.tree, None, module.name)
            self.modules[module.name] = frame
            self.steps += int(module.size * STEPS_PER_BYTE)
            self.write(frame.cell("__name__"), constant(module.name))
            self.start(frame)
        return frame

    def function_frame(self, function: Function, context: Hashable) -> Frame:
        """The frame of a function for a context; the merged one once there are too many."""
        key = ("frame", function, context)
        if key not in self._made:
            group = (id(function.node), function.parent)
            count = self._contexts[group] = self._contexts.get(group, 0) + 1
            whole = self._contexts[id(function.node), None] = self._contexts.get((id(function.node), None), 0) + 1
            if count > CONTEXTS or whole > MOST_CONTEXTS or self.coarse:
                key = ("frame", function, "merged")

        def make(_number: int) -> Frame:
            frame = Frame(function.scope, function.node, function.parent, function.parent.module)
            frame.function = function
            return frame

        return self.once(key, make)

    def inner_frame(self, node: ast.AST, outer: Frame, scope: Scope, tag: Hashable = "") -> Frame:
        """The frame of a class body or comprehension, evaluated as part of the unit around it."""

        def make(_number: int) -> Frame:
            frame = Frame(scope, node, outer, outer.module)
            frame.unit = outer.unit
            frame.function, frame.receiver = outer.function, outer.receiver
            return frame

        return self.once(("inner", id(node), outer, tag), make)

    def functions(self) -> list[Function]:
        """Every function object that was made so far."""
        return [made for made in list(self._made.values()) if isinstance(made, Function)]

    def start(self, frame: Frame) -> None:
        """Evaluate a new frame at once, or later when there are too many open calls."""
        if frame.active or frame.queued or frame.started:
            return
        frame.started = True
        if len(self._running) < DEEPEST:
            self._evaluate(frame)
        else:
            self.enqueue(frame)

    def settle(self) -> None:
        """Evaluate until nothing grows any more; first with what is known, then with gaps counted as unknown."""
        self._drain()
        self.strict = True
        for frame in self.starved:
            self.enqueue(frame)
        self.starved = {}
        self._drain()

    def _drain(self) -> None:
        while self.queue or self.free:
            while self.queue:
                self._evaluate(self.queue.popleft())
            self._call_free()

    def _call_free(self) -> None:
        """Whatever was let go may be called by anybody; the calls count as those of a frame of their own."""
        site = Site(self, self.anybody, self.anybody.node)
        while self.free:
            value = next(iter(self.free))
            del self.free[value]
            if value not in self._freed:
                self._freed.add(value)
                self.freeing = value
                value.escape(site, "code that is too entangled to be followed")
                self.freeing = None

    def _evaluate(self, frame: Frame) -> None:
        frame.queued, frame.active, frame.catching, frame.uncertain = False, True, 0, 0
        frame.under = frozenset()
        frame.reports.clear()
        frame.callees.clear()
        self._running.append(frame)
        try:
            self._execute(self, frame)
        except RecursionError:
            reason = "the code is nested too deeply to be analysed"
            frame.unit.reports.add(Unresolved(reason, *self.place(frame, frame.node)))
        finally:
            self._running.pop()
            frame.active = False

    def missing(self, frame: Frame) -> Values:
        """What stands in for no value: nothing at first, anything in the second phase."""
        if self.strict:
            return UNKNOWN
        self.starved[frame.unit] = None
        return EMPTY

    # ------------------------------------------------------------------------------------------------ findings

    def reached(self, roots: Iterable[Frame]) -> set[Frame]:
        """The frames that the last evaluations lead to from the roots."""
        found: set[Frame] = set()
        stack = list(roots)
        while stack:
            frame = stack.pop()
            if frame not in found:
                found.add(frame)
                stack.extend(frame.callees)
        return found

    def conditions(self, root: Frame) -> dict[Frame, frozenset[Condition]]:
        """What holds of environment variables on every way from the root to each frame."""
        found: dict[Frame, frozenset[Condition]] = {root: frozenset()}
        stack = [root]
        while stack:
            frame = stack.pop()
            for callee, demanded in frame.callees.items():
                here = found[frame] | demanded
                known = here & found.get(callee, here)
                if found.get(callee) != known:
                    found[callee] = known
                    stack.append(callee)
        return found

    def place(self, frame: Frame, node: ast.AST) -> tuple[str, int]:
        """File and line of a node."""
        module = self.sources.load(frame.module)
        return (module.file if module else frame.module), getattr(node, "lineno", 1)
