"""Which names a block binds, as Python's compiler decides it (Python reference, "Naming and binding")."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from tapgen.proof.interpret.frames import Scope

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Callable = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class _Names:
    def __init__(self) -> None:
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
            if isinstance(node, ast.Name):
                if not isinstance(node.ctx, ast.Load):
                    self.bound.add(node.id)
            elif isinstance(node, _DEFINITIONS):
                self.bound.add(node.name)
            elif isinstance(node, _COMPREHENSIONS):
                # An assignment expression inside a comprehension binds in the block around it (PEP 572).
                self.bound.update(inner.target.id for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr))
            elif not isinstance(node, ast.Lambda):
                self.statement(node)
                stack.extend(ast.iter_child_nodes(node))

    def statement(self, node: ast.AST) -> None:
        """Collect what this one node says."""
        if isinstance(node, ast.Import | ast.ImportFrom):
            self.bound.update((alias.asname or alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
            self.bound.update({node.name} if node.name else ())
        elif isinstance(node, ast.MatchMapping):
            self.bound.update({node.rest} if node.rest else ())
        elif isinstance(node, ast.Global):
            self.top.update(node.names)
        elif isinstance(node, ast.Nonlocal):
            self.outer.update(node.names)
        elif isinstance(node, ast.Yield | ast.YieldFrom):
            self.yields = True
        elif isinstance(node, ast.Return) and node.value is not None:
            self.returns = True

    def scope(self, kind: str) -> Scope:
        """The finished scope."""
        bound = frozenset(self.bound - self.outer - self.top - {"*"})
        return Scope(kind, bound, frozenset(self.outer), frozenset(self.top), self.yields, self.returns)


def parameters(node: Callable) -> list[ast.arg]:
    """All parameters, in order, `*args` and `**kwargs` included."""
    a = node.args
    return [*a.posonlyargs, *a.args, *([a.vararg] if a.vararg else []), *a.kwonlyargs, *([a.kwarg] if a.kwarg else [])]


def function_scope(node: Callable) -> Scope:
    """The scope of a function or lambda."""
    names = _Names()
    names.bound.update(one.arg for one in parameters(node))
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
