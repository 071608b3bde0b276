"""What an expression can evaluate to."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

from tapgen.proof.interpret.machine import Machine
from tapgen.proof.interpret.python import items, operators, protocols, scopes
from tapgen.proof.interpret.python.names import assign, find
from tapgen.proof.interpret.python.values import (
    EMPTY,
    KEYS,
    NONE,
    REST,
    UNKNOWN,
    YIELD,
    Arguments,
    Bag,
    Class,
    Const,
    Container,
    Frame,
    Function,
    Values,
)

EACH = 12
"""Constants that a comprehension goes through one by one, so that `{name: client(name) for name in …}` is exact."""


def evaluate(machine: Machine, frame: Frame, node: ast.expr) -> Values:
    """All values that the expression can have; what it calls on the way is noted down."""
    step = _STEPS.get(type(node))
    return step(machine, frame, node) if step else UNKNOWN


def arguments(machine: Machine, frame: Frame, node: ast.Call) -> Arguments:
    """The evaluated arguments of a call, `*args` and `**kwargs` spread as far as their content is known."""
    result = Arguments()
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            _spread(machine, frame, argument, result)
        elif result.star:  # after an open `*args` no position is certain
            result.star |= evaluate(machine, frame, argument)
        else:
            result.positional.append(evaluate(machine, frame, argument))
    for keyword in node.keywords:
        values = evaluate(machine, frame, keyword.value)
        if keyword.arg is None:
            _spread_keywords(machine, frame, values, result)
        else:
            result.keywords[keyword.arg] = result.keywords.get(keyword.arg, EMPTY) | values
    return result


def make_function(
    machine: Machine,
    frame: Frame,
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
    owner: Class | None = None,
) -> Function:
    """The function object that a definition makes in this frame, with its defaults evaluated."""
    scope = machine.scope(node, lambda: scopes.function_scope(node))
    function = machine.once(("function", id(node), frame), lambda: Function(node, frame, scope, owner))
    positional = [*node.args.posonlyargs, *node.args.args]
    given = node.args.defaults
    pairs = [*zip(positional[len(positional) - len(given) :], given, strict=True)]
    pairs += [
        (arg, default) for arg, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if default
    ]
    for arg, default in pairs:
        machine.write(function.space.cell(f"={arg.arg}"), evaluate(machine, frame, default))
    return function


def _spread(machine: Machine, frame: Frame, node: ast.Starred, result: Arguments) -> None:
    for value in evaluate(machine, frame, node.value):
        if isinstance(value, Container) and value.kind in {"tuple", "list"} and not result.star:
            cells = value.space.cells
            count = 1 + max((key for key in cells if isinstance(key, int)), default=-1)
            rest = machine.read(frame, value.space.cell(REST))
            if not rest:
                result.positional += [machine.read(frame, value.space.cell(index)) for index in range(count)]
                continue
        result.star |= items.iterate(machine, frame, node, value) or UNKNOWN


def _spread_keywords(machine: Machine, frame: Frame, values: Values, result: Arguments) -> None:
    for value in values:
        if isinstance(value, Container):
            rest = machine.read(frame, value.space.cell(REST))
            for key, cell in list(value.space.cells.items()):
                if isinstance(key, str) and key not in {REST, KEYS}:
                    result.keywords[key] = result.keywords.get(key, EMPTY) | machine.read(frame, cell)
            result.extra |= rest
        elif isinstance(value, Bag):
            result.extra |= machine.contents(frame, value.space) | UNKNOWN
        elif value not in NONE:
            result.extra |= UNKNOWN


def _constant(_machine: Machine, _frame: Frame, node: ast.Constant) -> Values:
    return frozenset({Const(node.value)}) if isinstance(node.value, str | int | None) else UNKNOWN


def _name(machine: Machine, frame: Frame, node: ast.Name) -> Values:
    return find(machine, frame, node.id)


def _attribute(machine: Machine, frame: Frame, node: ast.Attribute) -> Values:
    return machine.load(machine, frame, node, evaluate(machine, frame, node.value), node.attr)


def _call(machine: Machine, frame: Frame, node: ast.Call) -> Values:
    callees = evaluate(machine, frame, node.func)
    return machine.call(machine, frame, node, callees, arguments(machine, frame, node))


def _lambda(machine: Machine, frame: Frame, node: ast.Lambda) -> Values:
    return frozenset({make_function(machine, frame, node)})


def _sequence(machine: Machine, frame: Frame, node: ast.List | ast.Tuple | ast.Set) -> Values:
    container = machine.container(frame, node, type(node).__name__.lower())
    exact = True
    for index, element in enumerate(node.elts):
        if isinstance(element, ast.Starred):
            exact = False
            machine.put(
                container.space, REST, items.spill(machine, frame, element, evaluate(machine, frame, element.value))
            )
        else:
            machine.put(container.space, index if exact else REST, evaluate(machine, frame, element))
    return frozenset({container})


def _dict(machine: Machine, frame: Frame, node: ast.Dict) -> Values:
    container = machine.container(frame, node, "dict")
    for key, value in zip(node.keys, node.values, strict=True):
        values = evaluate(machine, frame, value)
        if key is None:
            items.merge(machine, frame, container, values)
        else:
            items.store(machine, container, evaluate(machine, frame, key), values)
    return frozenset({container})


def _comprehension(machine: Machine, frame: Frame, node: scopes.Comprehension) -> Values:
    kind = {ast.ListComp: "list", ast.SetComp: "set", ast.DictComp: "dict"}.get(type(node), "generator")
    container = machine.container(frame, node, kind)
    scope = machine.scope(node, lambda: scopes.comprehension_scope(node))
    first = node.generators[0]
    values = items.spill(machine, frame, node, evaluate(machine, frame, first.iter))
    constants = [value for value in values if isinstance(value, Const)]
    each: list[Values] = [frozenset({value}) for value in constants] if len(constants) <= EACH else []
    rest = values.difference(constants) if each else values
    for one in [*each, *([rest] if rest or not each else [])]:
        inner = machine.inner_frame(node, frame, scope, one if one in each else "")
        assign(machine, inner, first.target, one)
        _comprehend(machine, inner, node, container)
    return frozenset({container})


def _comprehend(machine: Machine, inner: Frame, node: scopes.Comprehension, container: Container) -> None:
    for index, generator in enumerate(node.generators):
        if index:
            values = items.spill(machine, inner, generator.iter, evaluate(machine, inner, generator.iter))
            assign(machine, inner, generator.target, values)
        for condition in generator.ifs:
            protocols.tested(machine, inner, condition)
    if isinstance(node, ast.DictComp):
        value = evaluate(machine, inner, node.value)
        items.store(machine, container, evaluate(machine, inner, node.key), value)
    else:
        machine.put(container.space, REST, evaluate(machine, inner, node.elt))


def _either(machine: Machine, frame: Frame, node: ast.BoolOp) -> Values:
    return EMPTY.union(*(protocols.tested(machine, frame, value) for value in node.values))


def _conditional(machine: Machine, frame: Frame, node: ast.IfExp) -> Values:
    protocols.tested(machine, frame, node.test)
    return evaluate(machine, frame, node.body) | evaluate(machine, frame, node.orelse)


def _parts(nodes: Iterable[ast.AST | None], machine: Machine, frame: Frame) -> Values:
    for node in nodes:
        if isinstance(node, ast.expr):
            evaluate(machine, frame, node)
    return UNKNOWN


def _plain(machine: Machine, frame: Frame, node: ast.expr) -> Values:
    return _parts(ast.iter_child_nodes(node), machine, frame)


def _subscript(machine: Machine, frame: Frame, node: ast.Subscript) -> Values:
    values = evaluate(machine, frame, node.value)
    if isinstance(node.slice, ast.Slice):
        _plain(machine, frame, node.slice)
        return values
    return items.item(machine, frame, node, values, evaluate(machine, frame, node.slice))


def _inner(machine: Machine, frame: Frame, node: ast.Await | ast.Starred) -> Values:
    return items.awaited(machine, frame, node, evaluate(machine, frame, node.value))


def _yield(machine: Machine, frame: Frame, node: ast.Yield) -> Values:
    values = evaluate(machine, frame, node.value) if node.value else NONE
    machine.write(frame.unit.cell(YIELD), values)
    return UNKNOWN


def _yield_from(machine: Machine, frame: Frame, node: ast.YieldFrom) -> Values:
    values = items.spill(machine, frame, node, evaluate(machine, frame, node.value))
    machine.write(frame.unit.cell(YIELD), values)
    return UNKNOWN


def _walrus(machine: Machine, frame: Frame, node: ast.NamedExpr) -> Values:
    values = evaluate(machine, frame, node.value)
    outer = frame
    while outer.scope.kind == "comprehension" and outer.parent:
        outer = outer.parent
    assign(machine, outer, node.target, values)
    return values


_STEPS: dict[type[ast.AST], Callable[[Machine, Frame, Any], Values]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.Lambda: _lambda,
    ast.List: _sequence,
    ast.Tuple: _sequence,
    ast.Set: _sequence,
    ast.Dict: _dict,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.DictComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.BinOp: operators.binary,
    ast.BoolOp: _either,
    ast.IfExp: _conditional,
    ast.Compare: operators.compare,
    ast.UnaryOp: operators.unary,
    ast.Slice: _plain,
    ast.JoinedStr: operators.joined,
    ast.Subscript: _subscript,
    ast.Await: _inner,
    ast.Starred: _inner,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
    ast.NamedExpr: _walrus,
}
