"""Definitions of functions and classes, with their decorators."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tapgen.proof.interpret.cells import Accessor
from tapgen.proof.interpret.frames import Frame
from tapgen.proof.interpret.python import protocols, scopes
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.classes import Class
from tapgen.proof.interpret.python.expressions import evaluate, make_function
from tapgen.proof.interpret.python.names import variable
from tapgen.proof.interpret.python.plain import constant
from tapgen.proof.interpret.python.values import EMPTY, Values

if TYPE_CHECKING:
    from tapgen.proof.interpret.machine import Machine
    from tapgen.proof.interpret.site import Site


def function(machine: Machine, frame: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    """`def`: the function, decorated, under its name."""
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


def class_(machine: Machine, frame: Frame, node: ast.ClassDef) -> None:
    """`class`: its body, its bases' hooks, and its decorators."""
    scope = machine.scope(node, lambda: scopes.block_scope(node))
    body = machine.inner_frame(node, frame, scope)
    cls = machine.once(("class", body), lambda number: Class(number, node, body))
    machine.classes[body] = cls
    site = machine.site(frame, node)
    for base in node.bases:
        site.write(cls.bases, site.known(site.evaluate(base)))
    options = {one.arg: evaluate(machine, frame, one.value) for one in node.keywords if one.arg}
    machine.block(machine, body, node.body)
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
