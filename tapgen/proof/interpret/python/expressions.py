"""What an expression can evaluate to."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tapgen.proof.interpret.cells import REST, YIELD, Default, Unsettled
from tapgen.proof.interpret.frames import Frame
from tapgen.proof.interpret.python import conditions, operators, protocols, scopes, switches
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.classes import Class
from tapgen.proof.interpret.python.containers import Container
from tapgen.proof.interpret.python.functions import Function
from tapgen.proof.interpret.python.names import assign, find
from tapgen.proof.interpret.python.plain import NONE, Const, constant
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Values

if TYPE_CHECKING:
    from tapgen.proof.interpret.machine import Machine
    from tapgen.proof.interpret.site import Site

EACH = 12
"""Constants that a comprehension goes through one by one, so that `{name: client(name) for name in …}` is exact."""


def evaluate(machine: Machine, frame: Frame, node: ast.expr) -> Values:
    """All values that the expression can have; what it calls on the way is noted down."""
    step = _STEPS.get(type(node))
    return step(machine, frame, node) if step else UNKNOWN


def _arguments(site: Site, node: ast.Call) -> Arguments:
    """The evaluated arguments of a call, `*args` and `**kwargs` spread as far as their content is known."""
    result = Arguments()
    settled: set[int | str] = set()
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            _spread(site.at(argument), site.evaluate(argument.value), result)
        elif result.star:  # after an open `*args` no position is certain
            result.star |= site.evaluate(argument)
        else:
            if conditions.settled(site.machine, site.frame, argument):
                settled.add(len(result.positional))
            result.positional.append(site.evaluate(argument))
    for keyword in node.keywords:
        if keyword.arg is not None and conditions.settled(site.machine, site.frame, keyword.value):
            settled.add(keyword.arg)
        values = site.evaluate(keyword.value)
        given = {keyword.arg: values} if keyword.arg is not None else _spread_keywords(site, values, result)
        for name, found in given.items():
            result.keywords[name] = result.keywords.get(name, EMPTY) | found
    result.settled = frozenset(settled)
    return result


def _spread(site: Site, values: Values, result: Arguments) -> None:
    for value in values:
        exact, rest = value.positional(site)
        if result.star or rest:
            result.star |= rest.union(*exact) or UNKNOWN
        else:
            result.positional += exact


def _spread_keywords(site: Site, values: Values, result: Arguments) -> dict[str, Values]:
    found: dict[str, Values] = {}
    for value in values:
        named, rest = value.keywords(site)
        result.extra |= rest
        for name, given in named.items():
            found[name] = found.get(name, EMPTY) | given
    return found


def make_function(
    machine: Machine,
    frame: Frame,
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
    owner: Class | None = None,
) -> Function:
    """The function object that a definition makes in this frame, with its defaults evaluated."""
    scope = machine.scope(node, lambda: scopes.function_scope(node))
    function = machine.once(("function", id(node), frame), lambda number: Function(number, node, frame, scope, owner))
    positional = [*node.args.posonlyargs, *node.args.args]
    given = node.args.defaults
    pairs = [*zip(positional[len(positional) - len(given) :], given, strict=True)]
    pairs += [
        (arg, default) for arg, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if default
    ]
    for arg, default in pairs:
        machine.write(function.space.cell(Default(arg.arg)), evaluate(machine, frame, default))
        if not isinstance(default, ast.Constant):
            machine.write(function.space.cell(Unsettled(arg.arg)), UNKNOWN)
    return function


def _constant(_machine: Machine, _frame: Frame, node: ast.Constant) -> Values:
    return constant(node.value) if isinstance(node.value, str | int | None) else UNKNOWN


def _attribute(machine: Machine, frame: Frame, node: ast.Attribute) -> Values:
    return machine.site(frame, node).load(evaluate(machine, frame, node.value), node.attr)


def _call(machine: Machine, frame: Frame, node: ast.Call) -> Values:
    callees = evaluate(machine, frame, node.func)
    site = machine.site(frame, node)
    args = _arguments(site, node)
    if callees and all(callee.foreign for callee in callees):
        machine.libraries.suspect(site, callees, args)
    return site.call(callees, args)


def _lambda(machine: Machine, frame: Frame, node: ast.Lambda) -> Values:
    return frozenset({make_function(machine, frame, node)})


def _sequence(machine: Machine, frame: Frame, node: ast.List | ast.Tuple | ast.Set) -> Values:
    site = machine.site(frame, node)
    container = site.container(type(node).__name__.lower())
    exact, index = True, 0
    for element in node.elts:
        parts = _in_order(site, element) if isinstance(element, ast.Starred) else [site.evaluate(element)]
        if parts is None:
            exact = False
            site.put(container.space, REST, site.at(element).iterate(site.evaluate(element)))
        for values in parts or ():
            site.put(container.space, index if exact else REST, values)
            index += 1
    return frozenset({container})


def _in_order(site: Site, node: ast.Starred) -> list[Values] | None:
    """`*words` in a list: the words one after the other, None where their order is not known."""
    values = site.evaluate(node.value)
    exact, rest = next(iter(values)).positional(site) if len(values) == 1 else ([], UNKNOWN)
    return exact if exact and not rest else None


def _dict(machine: Machine, frame: Frame, node: ast.Dict) -> Values:
    site = machine.site(frame, node)
    container = site.container("dict")
    for key, value in zip(node.keys, node.values, strict=True):
        values = site.evaluate(value)
        if key is None:
            container.merge(site, values)
        else:
            container.store_item(site, site.evaluate(key), values)
    return frozenset({container})


def _comprehension(machine: Machine, frame: Frame, node: scopes.Comprehension) -> Values:
    site = machine.site(frame, node)
    kind = {ast.ListComp: "list", ast.SetComp: "set", ast.DictComp: "dict"}.get(type(node), "generator")
    container = site.container(kind)
    scope = machine.scope(node, lambda: scopes.comprehension_scope(node))
    first = node.generators[0]
    values = site.iterate(site.evaluate(first.iter))
    constants = [value for value in values if isinstance(value, Const)]
    each: list[Values] = [frozenset({value}) for value in constants] if len(constants) <= EACH else []
    rest = values.difference(constants) if each else values
    for one in [*each, *([rest] if rest or not each else [])]:
        inner = machine.inner_frame(node, frame, scope, one if one in each else "")
        assign(machine, inner, first.target, one)
        _comprehend(machine.site(inner, node), node, container)
    return frozenset({container})


def _comprehend(site: Site, node: scopes.Comprehension, container: Container) -> None:
    for index, generator in enumerate(node.generators):
        if index:
            values = site.at(generator.iter).iterate(site.evaluate(generator.iter))
            assign(site.machine, site.frame, generator.target, values)
        for condition in generator.ifs:
            protocols.tested(site.machine, site.frame, condition)
    if isinstance(node, ast.DictComp):
        value = site.evaluate(node.value)
        container.store_item(site, site.evaluate(node.key), value)
    else:
        site.put(container.space, REST, site.evaluate(node.elt))


def _either(machine: Machine, frame: Frame, node: ast.BoolOp) -> Values:
    return EMPTY.union(*(protocols.tested(machine, frame, value) for value in node.values))


def _conditional(machine: Machine, frame: Frame, node: ast.IfExp) -> Values:
    asked = switches.switch(machine, frame, node.test, protocols.tested(machine, frame, node.test))
    outcome = conditions.decided(machine, frame, node.test)
    frame.unit.uncertain += 1
    with switches.under(frame, asked.true):
        values = evaluate(machine, frame, node.body) if outcome is not False else EMPTY
    with switches.under(frame, asked.false):
        values |= evaluate(machine, frame, node.orelse) if outcome is not True else EMPTY
    frame.unit.uncertain -= 1
    return values


def _parts(machine: Machine, frame: Frame, node: ast.expr) -> Values:
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.expr):
            evaluate(machine, frame, part)
    return UNKNOWN


def _subscript(machine: Machine, frame: Frame, node: ast.Subscript) -> Values:
    values = evaluate(machine, frame, node.value)
    if isinstance(node.slice, ast.Slice):
        _parts(machine, frame, node.slice)
        return values
    keys = evaluate(machine, frame, node.slice)
    site = machine.site(frame, node)
    return EMPTY.union(*(value.item(site, keys) for value in values))


def _inner(machine: Machine, frame: Frame, node: ast.Await | ast.Starred) -> Values:
    site = machine.site(frame, node)
    return EMPTY.union(*(value.awaited(site) for value in site.evaluate(node.value)))


def _yield(machine: Machine, frame: Frame, node: ast.Yield) -> Values:
    values = evaluate(machine, frame, node.value) if node.value else NONE
    machine.write(frame.unit.cell(YIELD), values)
    return UNKNOWN


def _yield_from(machine: Machine, frame: Frame, node: ast.YieldFrom) -> Values:
    site = machine.site(frame, node)
    site.write(frame.unit.cell(YIELD), site.iterate(site.evaluate(node.value)))
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
    ast.Name: find,
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
    ast.Slice: _parts,
    ast.JoinedStr: operators.joined,
    ast.Subscript: _subscript,
    ast.Await: _inner,
    ast.Starred: _inner,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
    ast.NamedExpr: _walrus,
}
