"""Classes of the source: their fields, and the objects that calling one makes."""

from __future__ import annotations

import ast

from tapgen.proof.interpret.machine import Machine
from tapgen.proof.interpret.python import attributes, hints
from tapgen.proof.interpret.python.values import (
    NONE,
    OPAQUE,
    REST,
    UNKNOWN,
    Arguments,
    Class,
    Descriptor,
    Frame,
    Function,
    Instance,
    Value,
    Values,
    anything,
)


def instantiate(machine: Machine, frame: Frame, node: ast.AST, cls: Class, args: Arguments) -> Values:
    """The object that calling a class makes."""
    instance = machine.instance(frame, node, cls)
    made: Values = frozenset({instance})
    machine.write(cls.instances, made)
    maker = attributes.in_class(machine, frame, cls, "__new__")
    if any(isinstance(one, Function | Descriptor) for one in maker):
        made = machine.call(machine, frame, node, maker, args.led_by(cls))
    for one in made:
        if isinstance(one, Instance):
            _initialise(machine, frame, node, one, args)
    if not attributes.ordinary(machine, frame, cls):
        # A base class outside the source may call any method that is overridden here.
        for method in attributes.methods(machine, frame, cls):
            call_back(machine, frame, node, method, instance)
    return made


def _initialise(machine: Machine, frame: Frame, node: ast.AST, instance: Instance, args: Arguments) -> None:
    starter = attributes.attribute(machine, frame, node, instance, "__init__")
    if starter:
        machine.call(machine, frame, node, starter, args)
        return
    names = _fields(machine, frame, instance.cls)
    for index, values in enumerate(args.positional):
        machine.write(instance.space.cell(names[index] if index < len(names) else REST), values)
    for name, values in args.keywords.items():
        machine.write(instance.space.cell(name), values)
    for name in names[len(args.positional) :]:
        if name not in args.keywords:
            given = attributes.in_class(machine, frame, instance.cls, name) | args.star | args.extra
            annotation = _annotation(machine, frame, instance.cls, name)
            if annotation is not None and given <= UNKNOWN | NONE and args.star:
                given |= hints.expected(machine, frame, instance.cls, annotation, instantiate)
            machine.write(instance.space.cell(name), given)
    later = attributes.attribute(machine, frame, node, instance, "__post_init__")
    machine.call(machine, frame, node, later, Arguments())


def _fields(machine: Machine, frame: Frame, cls: Class) -> list[str]:
    """The annotated names of a class body, bases first: the parameters of a dataclass."""
    names: list[str] = []
    for base in machine.read(frame, cls.bases):
        names += _fields(machine, frame, base) if isinstance(base, Class) and base is not cls else []
    own = [one for one in cls.node.body if isinstance(one, ast.AnnAssign)]
    names += [one.target.id for one in own if isinstance(one.target, ast.Name) and one.target.id not in names]
    return names


def _annotation(machine: Machine, frame: Frame, cls: Class, name: str) -> ast.expr | None:
    for one in cls.node.body:
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and one.target.id == name:
            return one.annotation
    bases = [base for base in machine.read(frame, cls.bases) if isinstance(base, Class) and base is not cls]
    return next((found for base in bases if (found := _annotation(machine, frame, base, name))), None)


def call_back(machine: Machine, frame: Frame, node: ast.AST, method: Value, receiver: Value) -> None:
    """Code that is not analysed may call the method of that object."""
    bound = isinstance(method, Function) or (isinstance(method, Descriptor) and method.kind != "staticmethod")
    args = anything().led_by(receiver) if bound and receiver != OPAQUE else anything()
    machine.call(machine, frame, node, frozenset({method}), args)
