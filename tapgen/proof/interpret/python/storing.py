"""Assignments to attributes: `owner.name = value`."""

from __future__ import annotations

import ast

from tapgen.proof.interpret.boto3.sdk import SDK
from tapgen.proof.interpret.machine import Machine
from tapgen.proof.interpret.python.attributes import describe, in_class
from tapgen.proof.interpret.python.values import (
    Arguments,
    Bag,
    Class,
    Const,
    External,
    Frame,
    Function,
    Instance,
    Library,
    ModuleValue,
    Opaque,
    Values,
)


def store(machine: Machine, frame: Frame, node: ast.AST, owners: Values, name: str, values: Values) -> None:
    """`owners.name = values`."""
    for owner in owners:
        if isinstance(owner, Instance):
            _set(machine, frame, node, owner, name, values)
            machine.write(owner.space.cell(name), values)
        elif isinstance(owner, Class):
            machine.write(owner.frame.cell(name), values)
        elif isinstance(owner, ModuleValue) and owner.name in machine.modules:
            machine.write(machine.modules[owner.name].cell(name), values)
        elif isinstance(owner, Bag | Function):
            machine.put(owner.space, name, values)
        elif isinstance(owner, Opaque | External | Library):
            machine.write(machine.loose.cell(name), values)
            if not isinstance(owner, Library):
                leak(machine, frame, node, values, f"the attribute {name!r} of an object that is not analysed")


def _set(machine: Machine, frame: Frame, node: ast.AST, owner: Instance, name: str, values: Values) -> None:
    """Call what a class has for assignments: a property's setter, `__set__` of its attribute, `__setattr__`."""
    me = frozenset({owner})
    setter = in_class(machine, frame, owner.cls, f"{name}<setter>")
    machine.call(machine, frame, node, setter, Arguments([me, values]))
    for one in in_class(machine, frame, owner.cls, name):
        if isinstance(one, Instance):
            method = in_class(machine, frame, one.cls, "__set__")
            machine.call(machine, frame, node, method, Arguments([frozenset({one}), me, values]))
    method = in_class(machine, frame, owner.cls, "__setattr__")
    machine.call(machine, frame, node, method, Arguments([me, frozenset({Const(name)}), values]))


def leak(machine: Machine, frame: Frame, node: ast.AST, values: Values, where: str) -> None:
    """Report boto3 objects that unknown code gets hold of."""
    for value in values:
        if isinstance(value, SDK):
            machine.unresolved(frame, node, f"{describe(value)} is stored in {where}")
