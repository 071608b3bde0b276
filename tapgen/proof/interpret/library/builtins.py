"""Built-in functions whose effect on their arguments is known exactly."""

from __future__ import annotations

import ast
from collections.abc import Callable

from tapgen.proof.interpret.boto3.sdk import SDK
from tapgen.proof.interpret.machine import Machine
from tapgen.proof.interpret.python import attributes, items, modules, storing
from tapgen.proof.interpret.python.values import (
    EMPTY,
    NONE,
    REST,
    UNKNOWN,
    Arguments,
    Bound,
    Class,
    Const,
    Container,
    Descriptor,
    Frame,
    Function,
    Instance,
    Library,
    ModuleValue,
    Super,
    Value,
    Values,
)

Handler = Callable[[Machine, Frame, ast.AST, Arguments], Values]


def _getattr(machine: Machine, frame: Frame, node: ast.AST, args: Arguments) -> Values:
    found = args.get(2) if len(args.positional) > 2 else EMPTY
    names = machine.known(frame, args.get(1))
    for name in names:
        if isinstance(name, Const) and isinstance(name.value, str):
            found |= machine.load(machine, frame, node, args.get(0), name.value)
            continue
        for value in args.get(0):
            found |= _any_attribute(machine, frame, node, value)
    return found


def _any_attribute(machine: Machine, frame: Frame, node: ast.AST, value: Value) -> Values:
    if isinstance(value, SDK):
        machine.unresolved(frame, node, f"the attribute of {attributes.describe(value)} is computed at run time")
        return UNKNOWN
    if isinstance(value, Instance):
        own = machine.contents(frame, value.space)
        found = attributes.methods(machine, frame, value.cls)
        return own | frozenset(Bound(one, value) if isinstance(one, Function) else one for one in found)
    if isinstance(value, Class):
        return attributes.methods(machine, frame, value)
    if isinstance(value, ModuleValue) and value.name in machine.modules:
        return machine.contents(frame, machine.modules[value.name])
    if isinstance(value, Library) and value.path.startswith("boto3"):
        machine.unresolved(frame, node, "the attribute of boto3 is computed at run time")
    return UNKNOWN


def _setattr(machine: Machine, frame: Frame, node: ast.AST, args: Arguments) -> Values:
    for name in args.get(1):
        exact = isinstance(name, Const) and isinstance(name.value, str)
        storing.store(machine, frame, node, args.get(0), str(name.value) if exact else REST, args.get(2))  # type: ignore[union-attr]  # exact
    return NONE


def _super(machine: Machine, frame: Frame, _node: ast.AST, args: Arguments) -> Values:
    found = EMPTY
    owners = (
        args.get(0)
        if args.positional
        else frozenset({frame.unit.function.owner} if frame.unit.function and frame.unit.function.owner else ())
    )
    receivers = args.get(1) if len(args.positional) > 1 else _receiver(machine, frame)
    for owner in owners:
        for receiver in receivers:
            if isinstance(owner, Class):
                found |= {Super(owner, receiver)}
    return found or UNKNOWN


def _receiver(machine: Machine, frame: Frame) -> Values:
    function = frame.unit.function
    if function is None:
        return EMPTY
    args = function.node.args
    first = [*args.posonlyargs, *args.args][:1]
    return machine.read(frame, frame.unit.cell(first[0].arg)) if first else EMPTY


def _type(_machine: Machine, _frame: Frame, _node: ast.AST, args: Arguments) -> Values:
    return frozenset(value.cls for value in args.get(0) if isinstance(value, Instance)) or UNKNOWN


def _new_object(machine: Machine, frame: Frame, node: ast.AST, args: Arguments) -> Values:
    return frozenset(machine.instance(frame, node, one) for one in args.get(0) if isinstance(one, Class)) or UNKNOWN


def copy_items(kind: str) -> Handler:
    """`list(x)`, `dict(x, y=z)`, `sorted(x)`: a new container of the kind with the same items."""

    def handler(machine: Machine, frame: Frame, node: ast.AST, args: Arguments) -> Values:
        result = machine.container(frame, node, kind)
        for values in args.positional:
            if kind == "dict":
                items.merge(machine, frame, result, values)
            else:
                machine.put(result.space, REST, items.spill(machine, frame, node, values))
        for name, values in args.keywords.items():
            if kind == "dict":
                machine.put(result.space, name, values)
        machine.put(result.space, REST, args.star | args.extra)
        key = args.keywords.get("key", EMPTY)
        machine.call(machine, frame, node, key, Arguments([machine.contents(frame, result.space)]))
        return frozenset({result})

    return handler


def _elements(machine: Machine, frame: Frame, node: ast.AST, args: Arguments) -> Values:
    """`next`, `min`, `max`: an element, or one of the arguments."""
    found = args.everything() | items.spill(machine, frame, node, args.get(0))
    machine.call(machine, frame, node, args.keywords.get("key", EMPTY), Arguments([found]))
    return found


def _map(machine: Machine, frame: Frame, node: ast.AST, args: Arguments) -> Values:
    passed = [items.spill(machine, frame, node, values) for values in args.positional[1:]]
    result = machine.container(frame, node, "generator")
    machine.put(result.space, REST, machine.call(machine, frame, node, args.get(0), Arguments(passed)))
    return frozenset({result})


def _filter(machine: Machine, frame: Frame, node: ast.AST, args: Arguments) -> Values:
    passed = items.spill(machine, frame, node, args.get(1))
    machine.call(machine, frame, node, args.get(0), Arguments([passed]))
    result = machine.container(frame, node, "generator")
    machine.put(result.space, REST, passed)
    return frozenset({result})


def _tuples(machine: Machine, frame: Frame, node: ast.AST, args: Arguments) -> Values:
    """`zip` and `enumerate`: tuples of one element each."""
    pair = machine.container(frame, node, "tuple", "pair")
    shift = 1 if len(args.positional) == 1 else 0
    if shift:
        machine.put(pair.space, 0, UNKNOWN)
    for index, values in enumerate(args.positional):
        machine.put(pair.space, index + shift, items.spill(machine, frame, node, values))
    result = machine.container(frame, node, "generator")
    machine.put(result.space, REST, frozenset({pair}))
    return frozenset({result})


def _globals(machine: Machine, frame: Frame, _node: ast.AST, _args: Arguments) -> Values:
    """The module's own names, as a dict that can be written to."""
    module = machine.modules[frame.module]
    return frozenset({machine.once(("dict", module), lambda: Container("dict", module))})


def _locals(machine: Machine, frame: Frame, node: ast.AST, _args: Arguments) -> Values:
    """The names around, as a dict of their own."""
    result = machine.container(frame, node, "dict")
    for space in (machine.modules[frame.module], frame.unit):
        machine.read(frame, space.cell(REST))
        for name, cell in list(space.cells.items()):
            if name != REST:
                machine.put(result.space, name, machine.read(frame, cell))
    return frozenset({result})


def _vars(machine: Machine, frame: Frame, node: ast.AST, args: Arguments) -> Values:
    """`vars(x)`, which is `x.__dict__`."""
    if not args.positional:
        return _locals(machine, frame, node, args)
    found = EMPTY
    for value in args.get(0):
        if isinstance(value, ModuleValue) and value.name in machine.modules:
            module = machine.modules[value.name]
            found |= {machine.once(("dict", module), lambda: Container("dict", module))}  # noqa: B023  called at once
        elif isinstance(value, Instance):
            found |= attributes.attribute(machine, frame, node, value, "__dict__")
    return found or UNKNOWN


def descriptor(kind: str) -> Handler:
    """`property`, `staticmethod` and the like: the function, marked."""

    def handler(_machine: Machine, _frame: Frame, _node: ast.AST, args: Arguments) -> Values:
        return frozenset(Descriptor(kind, one) if isinstance(one, Function) else one for one in args.get(0, "fget"))

    return handler


def _run_text(machine: Machine, frame: Frame, node: ast.AST, _args: Arguments) -> Values:
    machine.unresolved(frame, node, "code that is built at run time cannot be analysed")
    return UNKNOWN


def import_by_name(machine: Machine, frame: Frame, node: ast.AST, args: Arguments) -> Values:
    """`__import__` and `importlib.import_module`."""
    found = EMPTY
    for value in machine.known(frame, args.get(0, "name")):
        if isinstance(value, Const) and isinstance(value.value, str):
            found |= modules.load(machine, frame, node, value.value)
        else:
            machine.unresolved(frame, node, "the module that is imported here is computed at run time")
            found |= UNKNOWN
    return found


BUILTINS: dict[str, Handler] = {
    "builtins.getattr": _getattr,
    "builtins.setattr": _setattr,
    "builtins.object.__setattr__": _setattr,
    "builtins.super": _super,
    "builtins.type": _type,
    "builtins.object.__new__": _new_object,
    "builtins.object": lambda *_: UNKNOWN,
    "builtins.list": copy_items("list"),
    "builtins.tuple": copy_items("tuple"),
    "builtins.set": copy_items("set"),
    "builtins.frozenset": copy_items("set"),
    "builtins.dict": copy_items("dict"),
    "builtins.sorted": copy_items("list"),
    "builtins.reversed": copy_items("list"),
    "builtins.next": _elements,
    "builtins.anext": _elements,
    "builtins.min": _elements,
    "builtins.max": _elements,
    "builtins.map": _map,
    "builtins.filter": _filter,
    "builtins.zip": _tuples,
    "builtins.enumerate": _tuples,
    "builtins.globals": _globals,
    "builtins.locals": _locals,
    "builtins.vars": _vars,
    "builtins.property": descriptor("property"),
    "builtins.staticmethod": descriptor("staticmethod"),
    "builtins.classmethod": descriptor("classmethod"),
    "builtins.eval": _run_text,
    "builtins.exec": _run_text,
    "builtins.compile": lambda *_: UNKNOWN,
    "builtins.__import__": import_by_name,
}
