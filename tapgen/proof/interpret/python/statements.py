"""What a statement does to the cells. The order of statements and the outcome of conditions are not considered."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

from tapgen.proof.interpret.machine import Machine
from tapgen.proof.interpret.python import attributes, hints, items, modules, protocols, scopes
from tapgen.proof.interpret.python.expressions import evaluate, make_function
from tapgen.proof.interpret.python.names import assign, variable
from tapgen.proof.interpret.python.values import (
    EMPTY,
    NONE,
    RETURN,
    UNKNOWN,
    Arguments,
    Class,
    Const,
    Container,
    Frame,
    Values,
)


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
            frame.callees.add(frame.parent)
        callees = evaluate(machine, frame, node.func)
        machine.call(machine, frame, node, callees, Arguments([UNKNOWN, UNKNOWN]))


def block(machine: Machine, frame: Frame, body: Iterable[ast.stmt]) -> None:
    """Every statement of a block, once."""
    for statement in body:
        step = _STEPS.get(type(statement))
        if step is not None:
            step(machine, frame, statement)


def _function(machine: Machine, frame: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    owner = machine.classes.get(frame) if frame.scope.kind == "class" else None
    function = make_function(machine, frame, node, owner)
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Attribute) and decorator.attr in {"setter", "deleter"}:
            machine.write(frame.cell(f"{node.name}<{decorator.attr}>"), frozenset({function}))
            return
    values = _decorated(machine, frame, node, frozenset({function}))
    machine.write(variable(machine, frame, node.name), values)


def _decorated(
    machine: Machine, frame: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, values: Values
) -> Values:
    for decorator in reversed(node.decorator_list):
        callees = machine.known(frame, evaluate(machine, frame, decorator))
        decorated = machine.call(machine, frame, decorator, callees, Arguments([values]))
        # What third-party code makes of a function is taken for the function: `@retry`, `@tracer.capture_method`.
        values = (decorated - UNKNOWN if decorated & values else decorated) or decorated
    return values


def _class(machine: Machine, frame: Frame, node: ast.ClassDef) -> None:
    scope = machine.scope(node, lambda: scopes.block_scope(node))
    body = machine.inner_frame(node, frame, scope)
    cls = machine.once(("class", body), lambda: Class(node, body))
    machine.classes[body] = cls
    for base in node.bases:
        machine.write(cls.bases, machine.known(frame, evaluate(machine, frame, base)))
    options = {one.arg: evaluate(machine, frame, one.value) for one in node.keywords if one.arg}
    block(machine, body, node.body)
    _name_members(machine, frame, cls)
    for parent in machine.read(frame, cls.bases):
        if isinstance(parent, Class) and parent is not cls:
            hook = attributes.in_class(machine, frame, parent, "__init_subclass__")
            machine.call(machine, frame, node, hook, Arguments([frozenset({cls})], options))
            machine.write(parent.subclasses, frozenset({cls}))
    values = _decorated(machine, frame, node, frozenset({cls}))
    machine.write(variable(machine, frame, node.name), values)


def _name_members(machine: Machine, frame: Frame, cls: Class) -> None:
    """Objects in a class body that ask for the name that they are given."""
    for name, cell in list(cls.frame.cells.items()):
        given = frozenset({cls}), frozenset({Const(name)})
        protocols.special(machine, frame, cls.node, machine.read(frame, cell), ("__set_name__",), *given)


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
    own = protocols.augmented(machine, frame, node, node.op, current, values)
    containers = frozenset(value for value in current if isinstance(value, Container))
    for container in containers:
        items.merge(machine, frame, container, values)
    if not containers:
        kept = frozenset(value for value in current | values if not isinstance(value, Const))
        assign(machine, frame, node.target, own | kept | UNKNOWN)


def _loaded(target: ast.expr) -> ast.expr:
    if isinstance(target, ast.Name):
        return ast.copy_location(ast.Name(target.id, ast.Load()), target)
    if isinstance(target, ast.Attribute):
        return ast.copy_location(ast.Attribute(target.value, target.attr, ast.Load()), target)
    return target


def _for(machine: Machine, frame: Frame, node: ast.For | ast.AsyncFor) -> None:
    values = items.spill(machine, frame, node.iter, evaluate(machine, frame, node.iter))
    assign(machine, frame, node.target, values)
    block(machine, frame, node.body)
    block(machine, frame, node.orelse)


def _while(machine: Machine, frame: Frame, node: ast.While) -> None:
    protocols.tested(machine, frame, node.test)
    block(machine, frame, node.body)
    block(machine, frame, node.orelse)


def _if(machine: Machine, frame: Frame, node: ast.If) -> None:
    while True:  # a chain of `elif` nests: a loop, not a recursion
        protocols.tested(machine, frame, node.test)
        if getattr(node.test, "id", getattr(node.test, "attr", "")) == "TYPE_CHECKING":
            machine.typing_only += 1
            block(machine, frame, node.body)
            machine.typing_only -= 1
        elif not _is_main_guard(node.test):
            block(machine, frame, node.body)
        if len(node.orelse) != 1 or not isinstance(node.orelse[0], ast.If):
            break
        node = node.orelse[0]
    block(machine, frame, node.orelse)


def _is_main_guard(test: ast.expr) -> bool:
    """`__name__ == "__main__"` never holds in Lambda."""
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.left, ast.Name)
        and test.left.id == "__name__"
        and isinstance(test.ops[0], ast.Eq)
        and isinstance(test.comparators[0], ast.Constant)
        and test.comparators[0].value == "__main__"
    )


def _with(machine: Machine, frame: Frame, node: ast.With | ast.AsyncWith) -> None:
    for item in node.items:
        context = evaluate(machine, frame, item.context_expr)
        entered = items.entered(machine, frame, item.context_expr, context)
        if item.optional_vars is not None:
            assign(machine, frame, item.optional_vars, entered)
    block(machine, frame, node.body)


def _try(machine: Machine, frame: Frame, node: ast.Try) -> None:
    block(machine, frame, node.body)
    for handler in node.handlers:
        types = evaluate(machine, frame, handler.type) if handler.type is not None else EMPTY
        if handler.name:
            caught = _instances(machine, frame, types) | UNKNOWN
            machine.write(variable(machine, frame, handler.name), caught)
        block(machine, frame, handler.body)
    block(machine, frame, node.orelse)
    block(machine, frame, node.finalbody)


def _instances(machine: Machine, frame: Frame, types: Values, seen: frozenset[Class] = frozenset()) -> Values:
    """The objects of the source's classes, their subclasses and tuples of them."""
    found = EMPTY
    for one in types:
        if isinstance(one, Container):
            found |= _instances(machine, frame, machine.contents(frame, one.space), seen)
        elif isinstance(one, Class) and one not in seen:
            found |= machine.read(frame, one.instances)
            found |= _instances(machine, frame, machine.read(frame, one.subclasses), seen | {one})
    return found


def _expressions(machine: Machine, frame: Frame, node: ast.stmt) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            evaluate(machine, frame, child)


def _assert(machine: Machine, frame: Frame, node: ast.Assert) -> None:
    protocols.tested(machine, frame, node.test)
    if node.msg is not None:
        evaluate(machine, frame, node.msg)


def _delete(machine: Machine, frame: Frame, node: ast.Delete) -> None:
    for target in node.targets:
        if isinstance(target, ast.Subscript):
            owners, key = (evaluate(machine, frame, part) for part in (target.value, target.slice))
            protocols.special(machine, frame, target, owners, ("__delitem__",), key)
        elif isinstance(target, ast.Attribute):
            owners = evaluate(machine, frame, target.value)
            protocols.special(machine, frame, target, owners, ("__delattr__",), frozenset({Const(target.attr)}))


def _import(machine: Machine, frame: Frame, node: ast.Import) -> None:
    for name, values in modules.run_import(machine, frame, node):
        machine.write(variable(machine, frame, name), values)


def _import_from(machine: Machine, frame: Frame, node: ast.ImportFrom) -> None:
    for name, values in modules.run_import_from(machine, frame, node):
        machine.write(variable(machine, frame, name), values)


def _match(machine: Machine, frame: Frame, node: ast.Match) -> None:
    subject = evaluate(machine, frame, node.subject)
    for case in node.cases:
        _pattern(machine, frame, case.pattern, subject)
        if case.guard is not None:
            evaluate(machine, frame, case.guard)
        block(machine, frame, case.body)


def _pattern(machine: Machine, frame: Frame, pattern: ast.pattern, subject: Values) -> None:
    name = getattr(pattern, "name", None) or getattr(pattern, "rest", None)
    if isinstance(name, str):
        machine.write(variable(machine, frame, name), subject)
    inside = subject
    if isinstance(pattern, ast.MatchSequence | ast.MatchMapping | ast.MatchClass):
        inside = EMPTY
        for value in subject:
            inside |= machine.contents(frame, value.space) if hasattr(value, "space") else UNKNOWN
    for child in ast.iter_child_nodes(pattern):
        if isinstance(child, ast.pattern):
            _pattern(machine, frame, child, inside)
        elif isinstance(child, ast.expr):
            evaluate(machine, frame, child)


_STEPS: dict[type[ast.stmt], Callable[[Machine, Frame, Any], None]] = {
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
    ast.Return: _return,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.If: _if,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.Expr: _expressions,
    ast.Raise: _expressions,
    ast.Assert: _assert,
    ast.Delete: _delete,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Match: _match,
}
