"""A site: a place in the source, in the frame that evaluates it. Everything that a value does, it does at a site."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tapgen.proof.interpret.cells import REST, Cell, Key, Space
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Value, Values
from tapgen.proof.interpret.results import Call, Unresolved

if TYPE_CHECKING:
    from tapgen.proof.interpret.frames import Frame
    from tapgen.proof.interpret.machine import Machine
    from tapgen.proof.interpret.python.containers import Container


class Site:
    """One node of the source, evaluated in one frame."""

    __slots__ = ("frame", "machine", "node", "unit")

    def __init__(self, machine: Machine, frame: Frame, node: ast.AST, unit: Frame | None = None) -> None:
        self.machine = machine
        self.frame = frame
        self.node = node
        self.unit = unit or frame.unit
        """Whose findings they are: that of the frame, or of a caller to which something happens that stands here."""

    def at(self, node: ast.AST) -> Site:
        """Another node in the same frame."""
        return Site(self.machine, self.frame, node)

    def seen_from(self, caller: Site) -> Site:
        """This place, as a part of what the caller does."""
        return Site(self.machine, self.frame, self.node, caller.unit)

    def aside(self, key: Key) -> Site:
        """This place, where something is stored under a key in an object that is not analysed."""
        return _Aside(self.machine, self.frame, self.node, self.unit, key)

    # ------------------------------------------------------------------------------------------------ locations

    def read(self, cell: Cell) -> Values:
        """The cell's values; the frame is evaluated again when they grow."""
        cell.readers[self.frame.unit] = None
        return cell.values

    def find(self, space: Space, key: Key) -> Values:
        """The values under the key; nothing where there is no such cell."""
        cell = space.cells.get(key)
        return EMPTY if cell is None else self.read(cell)

    def rest(self, space: Space) -> Values:
        """What stands in the space under keys that are not known."""
        return self.read(space.cell(REST))

    def contents(self, space: Space) -> Values:
        """The values of all cells of a space."""
        return self.machine.contents(self.frame, space)

    def write(self, cell: Cell, values: Values) -> None:
        """Add the values to the cell."""
        self.machine.write(cell, values)

    def put(self, space: Space, key: Key, values: Values) -> None:
        """Add values to an item."""
        self.machine.put(space, key, values)

    def container(self, kind: str, tag: object = "") -> Container:
        """The container that the node makes in this frame."""
        return self.machine.container(self.frame, self.node, kind, tag)

    # ------------------------------------------------------------------------------------------------ values

    def evaluate(self, node: ast.expr) -> Values:
        """All values of another expression in the same frame."""
        return self.machine.evaluate(self.machine, self.frame, node)

    def known(self, values: Values) -> Values:
        """The values; in the second phase, unknown instead of none."""
        return values or self.machine.missing(self.frame)

    def call(self, callees: Iterable[Value], args: Arguments) -> Values:
        """What calling any of the callees gives."""
        callees = tuple(callees)
        self.machine.step(len(callees) + len(args.everything()))
        found = EMPTY
        for callee in callees:
            found |= callee.call(self, args)
        return found

    def load(self, values: Values, name: str) -> Values:
        """`values.name`; unresolved when a boto3 object has no such attribute and nothing else that it may be has."""
        self.machine.step(len(values) // 4)
        found = EMPTY
        missing: list[Value] = []
        known = False
        for value in values:
            result = value.attribute(self, name)
            found |= result
            if value.complete and not result:
                missing.append(value)
            elif value.sure and result:
                known = True
        if not missing or known:
            return found
        for value in missing:
            self.unresolved(f"{value} has no attribute {name!r}", getattr(value, "service", ""))
        return found | UNKNOWN

    def iterate(self, values: Values) -> Values:
        """What iterating over the values gives."""
        self.machine.step(len(values) // 2)
        return EMPTY.union(*(value.iterate(self) for value in values))

    def escape(self, args: Arguments, what: str) -> Values:
        """A call of code that is not analysed: it may call what it is given, and hand it back.

        While a module is imported it is taken to register or wrap what it is given, not to call it.
        """
        if self.frame.unit.scope.kind == "module":
            return self.hand_over(args.everything(), what) | UNKNOWN
        found = UNKNOWN
        passed = args.everything()
        for value in passed:
            found |= value.escape(self, what)
        for value in self.inside(passed):
            value.escape(self, what)
        return self.machine.libraries.handed_back(found)

    def hand_over(self, values: Values, what: str) -> Values:
        """What code that is not analysed makes of functions and classes that it is given to wrap or register."""
        found = EMPTY
        for value in values:
            found |= value.hand_over(self, what)
        for value in self.inside(values):
            value.hand_over(self, what)
        return self.machine.libraries.handed_back(found) or UNKNOWN

    @staticmethod
    def arguments(*positional: Values) -> Arguments:
        """The arguments of a call that passes those values by position."""
        return Arguments([*positional])

    def inside(self, values: Values) -> list[Value]:
        """Everything that the containers among the values hold, however deep, the values themselves left out."""
        found: dict[Value, None] = {}
        stack = list(values)
        while stack:
            for value in stack.pop().inside(self):
                if value not in found and value not in values:
                    found[value] = None
                    stack.append(value)
        return list(found)

    # ------------------------------------------------------------------------------------------------ findings

    def place(self) -> tuple[str, int]:
        """File and line."""
        return self.machine.place(self.frame, self.node)

    def report(self, finding: object) -> None:
        """Note down a call, an unresolved place or a note; forgotten when the frame is evaluated again."""
        if self.unit.under and isinstance(finding, Call):
            finding = replace(finding, under=self.unit.under)
        self.unit.reports.add(finding)

    def unresolved(self, reason: str, service: str = "") -> None:
        """Note down that this place cannot be resolved; `service` is the one that it calls, where that is known."""
        self.report(Unresolved(reason, *self.place(), service))


@dataclass(frozen=True)
class Leak:
    """A place that is unresolved unless the code itself reads from such objects what stands under the key."""

    key: Key
    unresolved: Unresolved


class _Aside(Site):
    """See `Site.aside`."""

    __slots__ = ("key",)

    def __init__(self, machine: Machine, frame: Frame, node: ast.AST, unit: Frame, key: Key) -> None:
        super().__init__(machine, frame, node, unit)
        self.key = key

    def report(self, finding: object) -> None:
        """What is unresolved is so on that condition."""
        super().report(Leak(self.key, finding) if isinstance(finding, Unresolved) else finding)
