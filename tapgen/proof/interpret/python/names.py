"""Names: what one refers to, and what an assignment binds."""

from __future__ import annotations

import ast
import builtins

from tapgen.proof.interpret.machine import Machine
from tapgen.proof.interpret.python import attributes, items, storing
from tapgen.proof.interpret.python.values import EMPTY, REST, UNKNOWN, Cell, Container, Frame, Instance, Library, Values

_BUILTINS = frozenset(dir(builtins))


def find(machine: Machine, frame: Frame, name: str) -> Values:
    """What the name refers to in the frame, as Python looks it up: own block, blocks around it, module, built-ins."""
    here: Frame | None = frame
    own = True  # a class body's names are seen in the body itself only
    while here is not None:
        scope = here.scope
        if name in scope.top:
            return _in_module(machine, frame, name)
        if name in scope.bound and (scope.kind != "class" or own):
            values = machine.read(frame, here.cell(name))
            if values or scope.kind == "function":
                return machine.known(frame, values)
        own = own and scope.kind == "comprehension"
        here = here.parent
    return _in_module(machine, frame, name)


def _in_module(machine: Machine, frame: Frame, name: str) -> Values:
    module = machine.modules[frame.module]
    values = attributes.module_attribute(machine, frame, module, name)
    if values or name in module.scope.bound or name in module.cells:
        return machine.known(frame, values)
    return frozenset({Library(f"builtins.{name}")}) if name in _BUILTINS else machine.known(frame, EMPTY)


def variable(machine: Machine, frame: Frame, name: str) -> Cell:
    """The cell that an assignment to the name binds."""
    if name in frame.scope.top:
        return machine.modules[frame.module].cell(name)
    if name in frame.scope.outer:
        here = frame.parent
        while here is not None and (here.scope.kind == "class" or name not in here.scope.bound):
            here = here.parent
        if here is not None:
            return here.cell(name)
    return frame.cell(name)


def assign(machine: Machine, frame: Frame, target: ast.expr, values: Values) -> None:
    """Bind the values to a name, attribute, item or a tuple of those."""
    if isinstance(target, ast.Name):
        machine.write(variable(machine, frame, target.id), values)
    elif isinstance(target, ast.Attribute):
        owners = machine.evaluate(machine, frame, target.value)
        storing.store(machine, frame, target, owners, target.attr, values)
    elif isinstance(target, ast.Subscript):
        owners = machine.evaluate(machine, frame, target.value)
        keys = machine.evaluate(machine, frame, target.slice)
        items.store_item(machine, frame, target, owners, keys, values)
    elif isinstance(target, ast.Starred):
        rest = machine.container(frame, target, "list")
        machine.put(rest.space, REST, values)
        assign(machine, frame, target.value, frozenset({rest}))
    elif isinstance(target, ast.Tuple | ast.List):
        _unpack(machine, frame, target, values)


def _unpack(machine: Machine, frame: Frame, target: ast.Tuple | ast.List, values: Values) -> None:
    starred = next((index for index, one in enumerate(target.elts) if isinstance(one, ast.Starred)), len(target.elts))
    for index, element in enumerate(target.elts):
        found = EMPTY
        for value in values:
            found |= _element(machine, frame, target, value, index if index < starred else None)
        assign(machine, frame, element, found)


def _element(machine: Machine, frame: Frame, target: ast.expr, value: object, index: int | None) -> Values:
    if isinstance(value, Container) and value.kind != "dict":
        rest = machine.read(frame, value.space.cell(REST))
        if index is not None and index in value.space.cells:
            return rest | machine.read(frame, value.space.cell(index))
        return rest if index is not None else machine.contents(frame, value.space)
    if isinstance(value, Instance):
        return machine.contents(frame, value.space) | UNKNOWN
    return items.spill(machine, frame, target, frozenset({value}))  # type: ignore[arg-type]  # only values get here
