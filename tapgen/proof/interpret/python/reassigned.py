"""Names that are bound more than once: what is read right after an assignment is what it has assigned.

The analysis takes a name for all that is ever bound to it. Where a list of statements assigns a name and reads it
before it is bound again, the tree gets a second name for that one assignment, of which those reads are:
`if local: db = resource(endpoint_url=…); table = db.Table(…)`, `else: db = resource(); table = db.Table(…)`.
"""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from tapgen.proof.interpret.python.scopes import parameters

_BY_NAME = frozenset({"globals", "locals", "vars", "exec", "eval"})
"""Functions that bind names which the source does not show."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_CLOSED = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
"""What is inside runs later, or binds names of its own."""

_CAPTURES: dict[type[ast.AST], str] = {
    **dict.fromkeys((ast.ExceptHandler, ast.MatchAs, ast.MatchStar), "name"),
    ast.MatchMapping: "rest",
}


@dataclass
class _Block:
    """A list of statements: where each begins, as a number in the order of evaluation, and where the last one ends."""

    statements: list[ast.stmt]
    starts: list[int] = field(default_factory=list)
    end: int = 0


_Step: TypeAlias = "tuple[ast.AST | _Block | str, _Block | None, int]"
"""A node, list or bound name; for a statement its list, and 1 once it is over; for a list the next statement."""


@dataclass
class _Unit:
    """The names that a function's or module's own statements bind and read.

    `within`: names are bound within expressions (`:=`), so that what is inside of others has to be looked through.
    """

    within: bool = False
    binds: dict[str, list[int]] = field(default_factory=dict)
    loads: dict[str, list[tuple[int, ast.Name]]] = field(default_factory=dict)
    assignments: list[tuple[ast.Assign, str, int, _Block]] = field(default_factory=list)
    position: int = 0

    def bind(self, name: str) -> None:
        """The name is bound here."""
        self.position += 1
        self.binds.setdefault(name, []).append(self.position)

    def visit(self, body: list[ast.stmt]) -> None:
        """The statements, in the order of evaluation, by a stack of their own: chains of `elif` nest deep."""
        stack: list[_Step] = [(_Block(body), None, 0)]
        while stack:
            node, block, index = stack.pop()
            if isinstance(node, str):
                self.bind(node)
            elif isinstance(node, _Block) and index == len(node.statements):
                node.end = self.position
            elif isinstance(node, _Block):
                node.starts.append(self.position)
                stack += [(node, None, index + 1), (node.statements[index], node, 0)]
            elif isinstance(node, ast.Name):
                self._name(node)
            elif isinstance(node, ast.Assign) and index == 1 and block is not None:
                self._assigned(node, block)
            else:
                stack.extend(reversed(list(_parts(node, block, within=self.within))))

    def _name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.position += 1
            self.loads.setdefault(node.id, []).append((self.position, node))
        else:
            self.bind(node.id)

    def _assigned(self, node: ast.Assign, block: _Block) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.assignments.append((node, target.id, self.position, block))


def _parts(node: ast.AST | _Block | str, block: _Block | None, *, within: bool) -> Iterator[_Step]:
    """What a node has inside, in the order of evaluation."""
    if isinstance(node, _CLOSED):
        inner = (one.target.id for one in ast.walk(node) if isinstance(one, ast.NamedExpr)) if within else ()
        yield from ((name, None, 0) for name in (*inner, getattr(node, "name", None)) if name)
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.partition(".")[0], None, 0
    elif isinstance(node, ast.Assign):
        yield from ((one, None, 0) for one in (node.value, *node.targets))
        yield node, block, 1
    elif isinstance(node, ast.NamedExpr):
        yield from ((one, None, 0) for one in (node.value, node.target))
    elif isinstance(node, ast.AST):
        yield from _fields(node)


def _fields(node: ast.AST) -> Iterator[_Step]:
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
            yield _Block(value), None, 0
        else:
            found = value if isinstance(value, list) else [value]
            yield from ((one, None, 0) for one in found if isinstance(one, ast.AST))
    bound = getattr(node, _CAPTURES.get(type(node), ""), None)
    if bound:
        yield bound, None, 0


def tell_apart(tree: ast.Module) -> None:
    """Give each such assignment its own name, in the tree itself."""
    nodes = list(ast.walk(tree))
    if any(isinstance(node, ast.Name) and node.id in _BY_NAME for node in nodes):
        return
    shared = {name for node in nodes if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names}
    within = any(isinstance(node, ast.NamedExpr) for node in nodes)
    for node in (tree, *(one for one in nodes if isinstance(one, _Function))):
        unit = _Unit(within)
        for parameter in parameters(node) if isinstance(node, _Function) else ():
            unit.bind(parameter.arg)
        unit.visit(node.body)
        _rename(unit, shared)


def _rename(unit: _Unit, shared: set[str]) -> None:
    for number, (statement, name, position, block) in enumerate(unit.assignments):
        binds = unit.binds[name]
        if len(binds) < 2 or name in shared:
            continue
        loads = unit.loads.get(name, [])
        first = bisect_right(loads, position, key=lambda one: one[0])
        last = bisect_left(loads, _until(binds, position, block), key=lambda one: one[0])
        if first < last:
            own = f"{name}#{number}"
            statement.targets.append(ast.copy_location(ast.Name(own, ast.Store()), statement))
            for _, load in loads[first:last]:
                load.id = own


def _until(binds: list[int], position: int, block: _Block) -> float:
    """Where the name may be something else: when it is bound again, or the statements around are over."""
    after = bisect_right(binds, position)
    if after == len(binds) or binds[after] > block.end:
        return block.end + 1
    again = binds[after]
    index = bisect_left(block.starts, again) - 1
    return again if isinstance(block.statements[index], ast.Assign) else block.starts[index] + 1
