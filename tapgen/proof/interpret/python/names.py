"""Names: what one refers to, and what an assignment binds."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

from tapgen.proof.interpret.cells import REST, Cell, Unsettled
from tapgen.proof.interpret.frames import Frame
from tapgen.proof.interpret.python.modules import module_attribute
from tapgen.proof.interpret.python.plain import Library
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Values

if TYPE_CHECKING:
    from tapgen.proof.interpret.machine import Machine
    from tapgen.proof.interpret.site import Site

_BUILTINS = frozenset(dir(builtins))


def find(machine: Machine, frame: Frame, node: ast.Name) -> Values:
    """What the name refers to in the frame, as Python looks it up: own block, blocks around it, module, built-ins."""
    name = node.id
    here: Frame | None = frame
    own = True  # a class body's names are seen in the body itself only
    while here is not None:
        scope = here.scope
        if name in scope.top:
            break
        if name in scope.bound and (scope.kind != "class" or own):
            cell = here.cell(name)
            cell.readers[frame.unit] = None
            if cell.values or scope.kind == "function":
                return cell.values or machine.missing(frame)
        own = own and scope.kind == "comprehension"
        here = here.parent
    return _in_module(machine.site(frame, node), name)


def _in_module(site: Site, name: str) -> Values:
    module = site.machine.modules[site.frame.module]
    values = module_attribute(site, module, name)
    if values or name in module.scope.bound or name in module.cells or name not in _BUILTINS:
        return site.known(values)
    return frozenset({Library(f"builtins.{name}")})


def variable(machine: Machine, frame: Frame, name: str) -> Cell:
    """The cell that an assignment to the name binds."""
    if name in frame.scope.top:
        return machine.modules[frame.module].cell(name)
    if name in frame.scope.outer:
        here = frame.parent
        while here is not None and (here.scope.kind == "class" or name not in here.scope.bound):
            here = here.parent
        if here is not None:
            machine.write(here.cell(Unsettled(name)), UNKNOWN)
            return here.cell(name)
    return frame.cell(name)


def assign(machine: Machine, frame: Frame, target: ast.expr, values: Values) -> None:
    """Bind the values to a name, attribute, item or a tuple of those."""
    if isinstance(target, ast.Name):
        machine.write(variable(machine, frame, target.id), values)
        return
    site = machine.site(frame, target)
    if isinstance(target, ast.Attribute):
        for owner in site.evaluate(target.value):
            owner.store(site, target.attr, values)
    elif isinstance(target, ast.Subscript):
        owners = site.evaluate(target.value)
        keys = site.evaluate(target.slice)
        for owner in owners:
            owner.store_item(site, keys, values)
    elif isinstance(target, ast.Starred):
        rest = site.container("list")
        site.put(rest.space, REST, values)
        assign(machine, frame, target.value, frozenset({rest}))
    elif isinstance(target, ast.Tuple | ast.List):
        _unpack(site, target, values)


def _unpack(site: Site, target: ast.Tuple | ast.List, values: Values) -> None:
    starred = next((index for index, one in enumerate(target.elts) if isinstance(one, ast.Starred)), len(target.elts))
    for index, element in enumerate(target.elts):
        position = index if index < starred else None
        found = EMPTY.union(*(value.element(site, position) for value in values))
        assign(site.machine, site.frame, element, found)
