"""Which names a block binds, as Python's compiler decides it (Python reference, "Naming and binding")."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

from tapgen.proof.interpret.frames import Scope

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class _Names:
    def __init__(self) -> None:
        self.parameters: list[str] = []
        self.bound: set[str] = set()
        self.outer: set[str] = set()
        self.top: set[str] = set()
        self.yields = False
        self.returns = False

    def visit(self, nodes: Iterable[ast.AST]) -> None:
        """Collect from the nodes, without entering the blocks inside them."""
        stack = list(nodes)
        while stack:
            node = stack.pop()
            kind = type(node)
            if kind in _LEAVES:
                continue
            says = _SAYS.get(kind)
            if says is not None:
                says(self, node)
            if kind not in _BLOCKS:
                stack.extend(ast.iter_child_nodes(node))

    def name(self, node: ast.Name) -> None:
        """A name that is assigned or deleted."""
        if not isinstance(node.ctx, ast.Load):
            self.bound.add(node.id)

    def definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        """A definition binds its name."""
        self.bound.add(node.name)

    def comprehension(self, node: ast.AST) -> None:
        """An assignment expression inside a comprehension binds in the block around it (PEP 572)."""
        self.bound.update(inner.target.id for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr))

    def imported(self, node: ast.Import | ast.ImportFrom) -> None:
        """The names that an import binds."""
        self.bound.update((alias.asname or alias.name.partition(".")[0]) for alias in node.names)

    def captured(self, node: ast.ExceptHandler | ast.MatchAs | ast.MatchStar) -> None:
        """What a handler or a pattern captures."""
        self.bound.update({node.name} if node.name else ())

    def mapped(self, node: ast.MatchMapping) -> None:
        """The rest of a mapping."""
        self.bound.update({node.rest} if node.rest else ())

    def of_module(self, node: ast.Global) -> None:
        """Names of the module."""
        self.top.update(node.names)

    def of_outer(self, node: ast.Nonlocal) -> None:
        """Names of a block around."""
        self.outer.update(node.names)

    def yielding(self, _node: ast.AST) -> None:
        """The block is a generator."""
        self.yields = True

    def returning(self, node: ast.Return) -> None:
        """The block returns a value."""
        self.returns = self.returns or node.value is not None

    def scope(self, kind: str) -> Scope:
        """The finished scope."""
        assigned = frozenset(self.bound - self.outer - self.top - {"*"})
        bound = assigned | frozenset(self.parameters)
        return Scope(kind, bound, frozenset(self.outer), frozenset(self.top), self.yields, self.returns, assigned)


_SAYS: dict[type[ast.AST], Callable[[_Names, Any], None]] = {
    ast.Name: _Names.name,
    **dict.fromkeys((ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef), _Names.definition),
    **dict.fromkeys((ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp), _Names.comprehension),
    **dict.fromkeys((ast.Import, ast.ImportFrom), _Names.imported),
    **dict.fromkeys((ast.ExceptHandler, ast.MatchAs, ast.MatchStar), _Names.captured),
    **dict.fromkeys((ast.Yield, ast.YieldFrom), _Names.yielding),
    ast.MatchMapping: _Names.mapped,
    ast.Global: _Names.of_module,
    ast.Nonlocal: _Names.of_outer,
    ast.Return: _Names.returning,
}

_BLOCKS = frozenset({
    ast.Name, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ListComp, ast.SetComp, ast.DictComp,
    ast.GeneratorExp, ast.Lambda,
})  # fmt: skip
"""Nodes that are not entered: blocks of their own, and names."""

_LEAVES = frozenset({ast.Load, ast.Store, ast.Del, ast.Constant, ast.Pass, ast.Break, ast.Continue})


def parameters(node: Definition) -> list[ast.arg]:
    """All parameters, in order, `*args` and `**kwargs` included."""
    a = node.args
    return [*a.posonlyargs, *a.args, *([a.vararg] if a.vararg else []), *a.kwonlyargs, *([a.kwarg] if a.kwarg else [])]


def function_scope(node: Definition) -> Scope:
    """The scope of a function or lambda."""
    names = _Names()
    names.parameters = [one.arg for one in parameters(node)]
    names.visit([node.body] if isinstance(node, ast.Lambda) else node.body)
    names.returns = names.returns or isinstance(node, ast.Lambda)
    return names.scope("function")


def block_scope(node: ast.Module | ast.ClassDef) -> Scope:
    """The scope of a module or class body."""
    names = _Names()
    names.visit(node.body)
    return names.scope("class" if isinstance(node, ast.ClassDef) else "module")


def bound_by(statements: Iterable[ast.AST]) -> frozenset[str]:
    """The names that the statements bind in their own block."""
    names = _Names()
    names.visit(statements)
    return frozenset(names.bound)


def comprehension_scope(node: Comprehension) -> Scope:
    """The scope of a comprehension: its targets alone."""
    names = _Names()
    names.visit(generator.target for generator in node.generators)
    return names.scope("comprehension")
