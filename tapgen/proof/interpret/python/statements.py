"""What a statement does to the cells. The order of statements and the outcome of conditions are not considered."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from tapgen.proof.interpret.cells import RETURN
from tapgen.proof.interpret.frames import Frame
from tapgen.proof.interpret.python import conditions, control, definitions, hints, modules, protocols
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.containers import Container
from tapgen.proof.interpret.python.expressions import evaluate
from tapgen.proof.interpret.python.names import assign, variable
from tapgen.proof.interpret.python.plain import NONE, Const, constant, continued
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN

if TYPE_CHECKING:
    from tapgen.proof.interpret.machine import Machine


def execute(machine: Machine, frame: Frame) -> None:
    """Evaluate a whole unit: a module's body, a function's body, or the calls of the entry point."""
    node = frame.node
    if isinstance(node, ast.Lambda):
        machine.write(frame.cell(RETURN), evaluate(machine, frame, node.body))
    elif isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef):
        block(machine, frame, node.body)
        if not frame.scope.returns and not frame.scope.yields:
            machine.write(frame.cell(RETURN), NONE)
    elif isinstance(node, ast.Call):  # the root: the runtime's own call of the entry point
        if frame.parent is not None:
            frame.leads_to(frame.parent)
        callees = evaluate(machine, frame, node.func)
        machine.site(frame, node).call(callees, Arguments([UNKNOWN, UNKNOWN]))


def block(machine: Machine, frame: Frame, body: Iterable[ast.stmt]) -> None:
    """Every statement of a block that can run, once; what follows `if not LOCAL: return` runs where it is not left."""
    before = frame.unit.under
    for statement in body:
        step = _STEPS.get(type(statement))
        if step is not None:
            step(machine, frame, statement)
            if conditions.leaves(machine, frame, statement):
                break
    frame.unit.under = before


def _return(machine: Machine, frame: Frame, node: ast.Return) -> None:
    values = evaluate(machine, frame, node.value) if node.value else NONE
    machine.write(frame.unit.cell(RETURN), values)


def _assign(machine: Machine, frame: Frame, node: ast.Assign) -> None:
    values = evaluate(machine, frame, node.value)
    for target in node.targets:
        assign(machine, frame, target, values)


def _annotated(machine: Machine, frame: Frame, node: ast.AnnAssign) -> None:
    if node.value is None:
        return
    values = evaluate(machine, frame, node.value)
    if values and values <= UNKNOWN:
        values |= hints.typed(machine, frame, node.annotation)
    assign(machine, frame, node.target, values)


def _augmented(machine: Machine, frame: Frame, node: ast.AugAssign) -> None:
    values = evaluate(machine, frame, node.value)
    current = evaluate(machine, frame, _loaded(node.target))
    site = machine.site(frame, node)
    own = protocols.augmented(site, node.op, current, values)
    containers = [value for value in current if isinstance(value, Container)]
    for container in containers:
        container.merge(site, values)
    if not containers:
        longer = continued(current) if isinstance(node.op, ast.Add) else UNKNOWN
        kept = frozenset(value for value in current | values if not isinstance(value, Const))
        assign(machine, frame, node.target, own | longer | (kept if longer & UNKNOWN else EMPTY))


def _loaded(target: ast.expr) -> ast.expr:
    if isinstance(target, ast.Name):
        return ast.copy_location(ast.Name(target.id, ast.Load()), target)
    if isinstance(target, ast.Attribute):
        return ast.copy_location(ast.Attribute(target.value, target.attr, ast.Load()), target)
    return target


def _expressions(machine: Machine, frame: Frame, node: ast.stmt) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            evaluate(machine, frame, child)


def _assert(machine: Machine, frame: Frame, node: ast.Assert) -> None:
    machine.demanding = True
    protocols.tested(machine, frame, node.test)
    machine.demanding = False
    if node.msg is not None:
        evaluate(machine, frame, node.msg)


def _delete(machine: Machine, frame: Frame, node: ast.Delete) -> None:
    for target in node.targets:
        site = machine.site(frame, target)
        if isinstance(target, ast.Subscript):
            owners, key = site.evaluate(target.value), site.evaluate(target.slice)
            protocols.special(site, owners, ("__delitem__",), key)
        elif isinstance(target, ast.Attribute):
            owners = site.evaluate(target.value)
            protocols.special(site, owners, ("__delattr__",), constant(target.attr))


def _import(machine: Machine, frame: Frame, node: ast.Import) -> None:
    for name, values in modules.run_import(machine.site(frame, node), node):
        machine.write(variable(machine, frame, name), values)


def _import_from(machine: Machine, frame: Frame, node: ast.ImportFrom) -> None:
    for name, values in modules.run_import_from(machine.site(frame, node), node):
        machine.write(variable(machine, frame, name), values)


_STEPS: dict[type[ast.stmt], Callable[[Machine, Frame, Any], None]] = {
    ast.FunctionDef: definitions.function,
    ast.AsyncFunctionDef: definitions.function,
    ast.ClassDef: definitions.class_,
    ast.Return: _return,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.For: control.for_,
    ast.AsyncFor: control.for_,
    ast.While: control.while_,
    ast.If: control.if_,
    ast.With: control.with_,
    ast.AsyncWith: control.with_,
    ast.Try: control.try_,
    ast.TryStar: control.try_,
    ast.Expr: _expressions,
    ast.Raise: _expressions,
    ast.Assert: _assert,
    ast.Delete: _delete,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Match: control.match_,
}
