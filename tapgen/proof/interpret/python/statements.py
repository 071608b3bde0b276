"""What a statement does to the cells. The order of statements and the outcome of conditions are not considered."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from tapgen.proof.interpret.cells import RETURN, Accessor
from tapgen.proof.interpret.frames import Frame
from tapgen.proof.interpret.python import hints, modules, protocols, scopes
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.classes import Class
from tapgen.proof.interpret.python.containers import Container
from tapgen.proof.interpret.python.expressions import evaluate, make_function
from tapgen.proof.interpret.python.names import assign, variable
from tapgen.proof.interpret.python.plain import NONE, Const, constant
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Values

if TYPE_CHECKING:
    from tapgen.proof.interpret.machine import Machine
    from tapgen.proof.interpret.site import Site


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
        machine.site(frame, node).call(callees, Arguments([UNKNOWN, UNKNOWN]))


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
            machine.write(frame.cell(Accessor(node.name, decorator.attr)), frozenset({function}))
            return
    values = _decorated(machine, frame, node, frozenset({function}))
    machine.write(variable(machine, frame, node.name), values)


def _decorated(
    machine: Machine, frame: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, values: Values
) -> Values:
    for decorator in reversed(node.decorator_list):
        site = machine.site(frame, decorator)
        machine.decorating = True
        decorators = site.known(site.evaluate(decorator))
        machine.decorating = False
        machine.step(len(decorators))
        values = EMPTY.union(*(one.decorate(site, values) for one in decorators))
    return values


def _class(machine: Machine, frame: Frame, node: ast.ClassDef) -> None:
    scope = machine.scope(node, lambda: scopes.block_scope(node))
    body = machine.inner_frame(node, frame, scope)
    cls = machine.once(("class", body), lambda number: Class(number, node, body))
    machine.classes[body] = cls
    site = machine.site(frame, node)
    for base in node.bases:
        site.write(cls.bases, site.known(site.evaluate(base)))
    options = {one.arg: evaluate(machine, frame, one.value) for one in node.keywords if one.arg}
    block(machine, body, node.body)
    _name_members(site, cls)
    for parent in cls.parents(site):
        hook = parent.lookup(site, "__init_subclass__")
        site.call(hook, Arguments([frozenset({cls})], options))
        site.write(parent.subclasses, frozenset({cls}))
    values = _decorated(machine, frame, node, frozenset({cls}))
    machine.write(variable(machine, frame, node.name), values)


def _name_members(site: Site, cls: Class) -> None:
    """Objects in a class body that ask for the name that they are given."""
    for name in cls.frame.names():
        given = frozenset({cls}), constant(name)
        protocols.special(site, site.find(cls.frame, name), ("__set_name__",), *given)


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
        kept = frozenset(value for value in current | values if not isinstance(value, Const))
        assign(machine, frame, node.target, own | kept | UNKNOWN)


def _loaded(target: ast.expr) -> ast.expr:
    if isinstance(target, ast.Name):
        return ast.copy_location(ast.Name(target.id, ast.Load()), target)
    if isinstance(target, ast.Attribute):
        return ast.copy_location(ast.Attribute(target.value, target.attr, ast.Load()), target)
    return target


def _for(machine: Machine, frame: Frame, node: ast.For | ast.AsyncFor) -> None:
    values = machine.site(frame, node.iter).iterate(evaluate(machine, frame, node.iter))
    assign(machine, frame, node.target, values)
    block(machine, frame, node.body)
    block(machine, frame, node.orelse)


def _while(machine: Machine, frame: Frame, node: ast.While) -> None:
    protocols.tested(machine, frame, node.test)
    block(machine, frame, node.body)
    block(machine, frame, node.orelse)


def _if(machine: Machine, frame: Frame, node: ast.If) -> None:
    while True:  # a chain of `elif` nests: a loop, not a recursion
        machine.demanding = isinstance(node.body[-1], ast.Raise) and not _has_and(node.test)
        protocols.tested(machine, frame, node.test)
        machine.demanding = False
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


def _has_and(test: ast.expr) -> bool:
    """Whether several things have to be missing: none of them is demanded then."""
    return any(isinstance(node, ast.And) for node in ast.walk(test))


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
    catching = any(_suppresses_missing_key(item.context_expr) for item in node.items)
    for item in node.items:
        site = machine.site(frame, item.context_expr)
        entered = EMPTY.union(*(value.entered(site) for value in site.evaluate(item.context_expr)))
        if item.optional_vars is not None:
            assign(machine, frame, item.optional_vars, entered)
    frame.unit.catching += catching
    block(machine, frame, node.body)
    frame.unit.catching -= catching


def _suppresses_missing_key(context: ast.expr) -> bool:
    """`contextlib.suppress(KeyError)`."""
    if not isinstance(context, ast.Call):
        return False
    name = getattr(context.func, "attr", getattr(context.func, "id", ""))
    return name == "suppress" and any(map(_catches_missing_key, context.args))


def _try(machine: Machine, frame: Frame, node: ast.Try) -> None:
    catching = any(_catches_missing_key(handler.type) for handler in node.handlers)
    frame.unit.catching += catching
    block(machine, frame, node.body)
    frame.unit.catching -= catching
    for handler in node.handlers:
        types = evaluate(machine, frame, handler.type) if handler.type is not None else EMPTY
        if handler.name:
            caught = _instances(machine.site(frame, handler), types) | UNKNOWN
            machine.write(variable(machine, frame, handler.name), caught)
        block(machine, frame, handler.body)
    block(machine, frame, node.orelse)
    block(machine, frame, node.finalbody)


def _catches_missing_key(type_: ast.expr | None) -> bool:
    """Whether `except type_` catches the error that `os.environ["X"]` raises where X is not set."""
    if isinstance(type_, ast.Tuple):
        return any(map(_catches_missing_key, type_.elts))
    return type_ is None or getattr(type_, "id", "") in {"KeyError", "LookupError", "Exception", "BaseException"}


def _instances(site: Site, types: Values, seen: frozenset[Class] = frozenset()) -> Values:
    """The objects of the source's classes, their subclasses and tuples of them."""
    found = EMPTY
    for one in types:
        if isinstance(one, Container):
            found |= _instances(site, one.contents(site), seen)
        elif isinstance(one, Class) and one not in seen:
            found |= site.read(one.instances)
            found |= _instances(site, site.read(one.subclasses), seen | {one})
    return found


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
        site = machine.site(frame, pattern)
        inside = EMPTY.union(*(value.contents(site) for value in subject))
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
