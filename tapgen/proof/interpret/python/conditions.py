"""Conditions that the source itself decides: `if dry_run:` in a function that is only ever called with False.

As in sparse conditional constant propagation (Wegman and Zadeck), a branch is evaluated once its condition can hold.
Sets of values only grow, so that a branch that was left out is evaluated when a further value gets there.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING

from tapgen.proof.interpret.cells import Unsettled
from tapgen.proof.interpret.frames import Frame
from tapgen.proof.interpret.python import switches
from tapgen.proof.interpret.python.plain import Const
from tapgen.proof.interpret.python.scopes import bound_by

if TYPE_CHECKING:
    from tapgen.proof.interpret.machine import Machine

MOST = 6
"""Literals that a name may be for a condition on it to be decided."""

_Literal = str | int | None


def decided(machine: Machine, frame: Frame, test: ast.expr) -> bool | None:
    """Whether the condition always holds (True) or never does (False); None where it may do either.

    Only literals decide, parameters that are never given anything but literals written at the call, and switches of a
    module that nothing sets: fields, items and variables are set in more ways than can be seen.
    """
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = decided(machine, frame, test.operand)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        deciding = isinstance(test.op, ast.Or)
        parts = [decided(machine, frame, one) for one in test.values]
        return deciding if deciding in parts else None if None in parts else not deciding
    if isinstance(test, ast.Compare):
        return _compared(machine, frame, test)
    return _alike([bool(one) for one in _literals(machine, frame, test) or ()])


def _compared(machine: Machine, frame: Frame, test: ast.Compare) -> bool | None:
    left = _literals(machine, frame, test.left)
    operator, other = test.ops[0], test.comparators[0]
    if left is None or len(test.ops) > 1:
        return None
    if isinstance(operator, ast.In | ast.NotIn):
        members = other.elts if isinstance(other, ast.Tuple | ast.List | ast.Set) else []
        texts = [one.value for one in members if isinstance(one, ast.Constant)]
        found = _alike([one in texts for one in left]) if members and len(texts) == len(members) else None
        return found if found is None or isinstance(operator, ast.In) else not found
    right = _literals(machine, frame, other)
    if right is None or not isinstance(operator, ast.Eq | ast.NotEq | ast.Is | ast.IsNot):
        return None
    same = _alike([one == two for one in left for two in right])
    return same if same is None or isinstance(operator, ast.Eq | ast.Is) else not same


def settled(machine: Machine, frame: Frame, node: ast.expr) -> bool:
    """Whether the expression is a literal, a switch of the module, or a parameter that is given nothing else."""
    if not isinstance(node, ast.Name):
        return isinstance(node, ast.Constant)
    here: Frame | None = frame
    while here is not None and node.id not in here.scope.bound and node.id not in here.scope.top:
        here = here.parent
    if here is not None and isinstance(here.node, ast.Module):
        return node.id in _switches(here.node)
    if here is None or here.scope.kind != "function" or node.id in here.scope.assigned | here.scope.top:
        return False
    return not machine.site(frame, node).read(here.cell(Unsettled(node.id)))


def leaves(machine: Machine, frame: Frame, node: ast.stmt) -> bool:
    """Whether what follows a statement in its block never runs: `if not DRY_RUN: return`, with a switch that is off."""
    if not isinstance(node, ast.If):
        return False
    ends = [bool(branch) and switches.leaves(branch) for branch in (node.body, node.orelse)]
    outcome = decided(machine, frame, node.test) if any(ends) else None
    return outcome is not None and ends[not outcome]


@lru_cache(maxsize=128)
def _switches(module: ast.Module) -> frozenset[str]:
    """The names that a module binds to True or False, once; what other modules set is seen in their values."""
    bound = {
        statement.targets[0].id: statement
        for statement in module.body
        if isinstance(statement, ast.Assign)
        and len(statement.targets) == 1
        and isinstance(statement.targets[0], ast.Name)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, bool)
    }
    if not bound or any(_rebinds_unseen(node) for node in ast.walk(module)):
        return frozenset()
    again = bound_by(one for one in module.body if one not in bound.values())
    shared = {name for node in ast.walk(module) if isinstance(node, ast.Global) for name in node.names}
    return frozenset(bound) - again - shared


def _rebinds_unseen(node: ast.AST) -> bool:
    """`globals()["DRY_RUN"] = …`, `from settings import *`, `exec(…)`, `setattr(module, name, …)`."""
    if isinstance(node, ast.ImportFrom):
        return any(one.name == "*" for one in node.names)
    return isinstance(node, ast.Name) and node.id in {"globals", "exec", "setattr", "vars"}


def _literals(machine: Machine, frame: Frame, node: ast.expr) -> list[_Literal] | None:
    """What a literal or settled parameter is; None where it may be anything else, or is not known yet."""
    if not settled(machine, frame, node):
        return None
    values = machine.evaluate(machine, frame, node)
    found = [value.value for value in values if isinstance(value, Const)]
    return found if 0 < len(found) == len(values) <= MOST else None


def _alike(outcomes: list[bool]) -> bool | None:
    return outcomes[0] if outcomes and all(one == outcomes[0] for one in outcomes) else None
