"""Loops, conditions, contexts, exceptions and patterns: which blocks run, and with what."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tapgen.proof.interpret.frames import Frame
from tapgen.proof.interpret.python import conditions, protocols, switches
from tapgen.proof.interpret.python.classes import Class
from tapgen.proof.interpret.python.containers import Container
from tapgen.proof.interpret.python.expressions import evaluate
from tapgen.proof.interpret.python.names import assign, variable
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Values

if TYPE_CHECKING:
    from tapgen.proof.interpret.machine import Machine
    from tapgen.proof.interpret.site import Site


def for_(machine: Machine, frame: Frame, node: ast.For | ast.AsyncFor) -> None:
    """`for`: the target is any element."""
    values = machine.site(frame, node.iter).iterate(evaluate(machine, frame, node.iter))
    assign(machine, frame, node.target, values)
    frame.unit.uncertain += 1
    machine.block(machine, frame, node.body)
    machine.block(machine, frame, node.orelse)
    frame.unit.uncertain -= 1


def while_(machine: Machine, frame: Frame, node: ast.While) -> None:
    """`while`: its condition is asked."""
    protocols.tested(machine, frame, node.test)
    frame.unit.uncertain += 1
    machine.block(machine, frame, node.body)
    machine.block(machine, frame, node.orelse)
    frame.unit.uncertain -= 1


def if_(machine: Machine, frame: Frame, node: ast.If) -> None:
    """`if`: both branches, unless the source itself decides which of them runs."""
    frame.unit.uncertain += 1
    _branches(machine, frame, node)
    frame.unit.uncertain -= 1


def _branches(machine: Machine, frame: Frame, node: ast.If) -> None:
    unit, leaves = frame.unit, not node.orelse and switches.leaves(node.body)
    before = unit.under
    while True:  # a chain of `elif` nests: a loop, not a recursion
        machine.demanding = isinstance(node.body[-1], ast.Raise) and not _has_and(node.test)
        asked = switches.switch(machine, frame, node.test, protocols.tested(machine, frame, node.test))
        machine.demanding = False
        if getattr(node.test, "id", getattr(node.test, "attr", "")) == "TYPE_CHECKING":
            machine.typing_only += 1
            machine.block(machine, frame, node.body)
            machine.typing_only -= 1
            outcome = None
        else:
            outcome = conditions.decided(machine, frame, node.test)
            if outcome is not False and not _is_main_guard(node.test):
                with switches.under(frame, asked.true):
                    machine.block(machine, frame, node.body)
            unit.under |= asked.false
        if outcome is True:
            break
        if len(node.orelse) != 1 or not isinstance(node.orelse[0], ast.If):
            machine.block(machine, frame, node.orelse)
            break
        node = node.orelse[0]
    unit.under = before | asked.false if leaves else before


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


def with_(machine: Machine, frame: Frame, node: ast.With | ast.AsyncWith) -> None:
    """`with`: what entering gives is bound."""
    catching = any(_suppresses(item.context_expr, _MISSING_KEY) for item in node.items)
    uncertain = any(_suppresses(item.context_expr, _FAILED_IMPORT) for item in node.items)
    for item in node.items:
        site = machine.site(frame, item.context_expr)
        entered = EMPTY.union(*(value.entered(site) for value in site.evaluate(item.context_expr)))
        if item.optional_vars is not None:
            assign(machine, frame, item.optional_vars, entered)
    frame.unit.catching += catching
    frame.unit.uncertain += uncertain
    machine.block(machine, frame, node.body)
    frame.unit.catching -= catching
    frame.unit.uncertain -= uncertain


def _suppresses(context: ast.expr, errors: frozenset[str]) -> bool:
    """`contextlib.suppress(KeyError)`."""
    if not isinstance(context, ast.Call):
        return False
    name = getattr(context.func, "attr", getattr(context.func, "id", ""))
    return name == "suppress" and any(_catches(one, errors) for one in context.args)


def try_(machine: Machine, frame: Frame, node: ast.Try) -> None:
    """`try`: the body, and each handler with what it may catch."""
    unit = frame.unit
    catching = any(_catches(handler.type, _MISSING_KEY) for handler in node.handlers)
    uncertain = any(_catches(handler.type, _FAILED_IMPORT) for handler in node.handlers)
    unit.catching += catching
    unit.uncertain += uncertain
    machine.block(machine, frame, node.body)
    unit.catching -= catching
    unit.uncertain += 1 - uncertain
    for handler in node.handlers:
        types = evaluate(machine, frame, handler.type) if handler.type is not None else EMPTY
        if handler.name:
            caught = _instances(machine.site(frame, handler), types) | UNKNOWN
            machine.write(variable(machine, frame, handler.name), caught)
        machine.block(machine, frame, handler.body)
    machine.block(machine, frame, node.orelse)
    unit.uncertain -= 1
    machine.block(machine, frame, node.finalbody)


_MISSING_KEY = frozenset({"KeyError", "LookupError", "Exception", "BaseException"})
_FAILED_IMPORT = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


def _catches(type_: ast.expr | None, errors: frozenset[str]) -> bool:
    """Whether `except type_` catches one of the errors."""
    if isinstance(type_, ast.Tuple):
        return any(_catches(one, errors) for one in type_.elts)
    return type_ is None or getattr(type_, "id", "") in errors


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


def match_(machine: Machine, frame: Frame, node: ast.Match) -> None:
    """`match`: each case with the whole subject."""
    subject = evaluate(machine, frame, node.subject)
    frame.unit.uncertain += 1
    for case in node.cases:
        _pattern(machine, frame, case.pattern, subject)
        if case.guard is not None:
            evaluate(machine, frame, case.guard)
        machine.block(machine, frame, case.body)
    frame.unit.uncertain -= 1


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
