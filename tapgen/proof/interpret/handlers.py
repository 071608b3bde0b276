"""Built-ins and functions of the standard library whose effect on their arguments is known exactly."""

from __future__ import annotations

import ast
from collections.abc import Callable

from tapgen.proof.interpret import attributes, items, modules
from tapgen.proof.interpret.machine import Machine
from tapgen.proof.interpret.values import (
    EMPTY,
    NONE,
    REST,
    SDK,
    UNKNOWN,
    Arguments,
    Bound,
    Class,
    Const,
    Descriptor,
    Frame,
    Function,
    Instance,
    Library,
    ModuleValue,
    Partial,
    Super,
    Value,
    Values,
)

Handler = Callable[[Machine, Frame, ast.AST, Arguments], Values]


# ---------------------------------------------------------------------------------------------------- built-ins


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
        attributes.store(machine, frame, node, args.get(0), str(name.value) if exact else REST, args.get(2))  # type: ignore[union-attr]  # exact
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


def _copy_items(kind: str) -> Handler:
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


def _namespace(machine: Machine, frame: Frame, node: ast.AST, args: Arguments) -> Values:
    """`globals()`, `locals()`, `vars(x)` as a dict."""
    result = machine.container(frame, node, "dict")
    spaces = [one.space for one in args.get(0) if isinstance(one, Instance)]
    spaces += [
        machine.modules[one.name] for one in args.get(0) if isinstance(one, ModuleValue) and one.name in machine.modules
    ]
    for space in spaces or [machine.modules[frame.module], *([] if args.positional else [frame.unit])]:
        machine.read(frame, space.cell(REST))
        for name, cell in list(space.cells.items()):
            if name != REST:
                machine.put(result.space, name, machine.read(frame, cell))
    return frozenset({result})


def _descriptor(kind: str) -> Handler:
    def handler(_machine: Machine, _frame: Frame, _node: ast.AST, args: Arguments) -> Values:
        return frozenset(Descriptor(kind, one) if isinstance(one, Function) else one for one in args.get(0, "fget"))

    return handler


def _run_text(machine: Machine, frame: Frame, node: ast.AST, _args: Arguments) -> Values:
    machine.unresolved(frame, node, "code that is built at run time cannot be analysed")
    return UNKNOWN


def _import(machine: Machine, frame: Frame, node: ast.AST, args: Arguments) -> Values:
    found = EMPTY
    for value in machine.known(frame, args.get(0, "name")):
        if isinstance(value, Const) and isinstance(value.value, str):
            found |= modules.load(machine, frame, node, value.value)
        else:
            machine.unresolved(frame, node, "the module that is imported here is computed at run time")
            found |= UNKNOWN
    return found


# ---------------------------------------------------------------------------------------------------- standard library


def _partial(machine: Machine, frame: Frame, node: ast.AST, args: Arguments) -> Values:
    partial: Partial = machine.once(("partial", id(node), frame), Partial)
    machine.write(partial.space.cell("<func>"), args.get(0))
    for index, values in enumerate(args.positional[1:]):
        machine.write(partial.space.cell(index), values)
    for name, values in args.keywords.items():
        machine.write(partial.space.cell(name), values)
    machine.write(partial.space.cell(REST), args.extra | args.star)
    return frozenset({partial})


def _variable(_machine: Machine, _frame: Frame, _node: ast.AST, args: Arguments) -> Values:
    """`os.getenv(name, default)`."""
    defaults = args.get(1, "default")
    texts = [one.value for one in defaults if isinstance(one, Const) and isinstance(one.value, str)]
    only = texts[0] if len(texts) == len(defaults) == 1 else None
    return items.variables(args.get(0, "key"), only)


def _field(machine: Machine, frame: Frame, node: ast.AST, args: Arguments) -> Values:
    """`dataclasses.field`: the default, or what its factory makes."""
    factory = args.keywords.get("default_factory", EMPTY)
    return args.keywords.get("default", EMPTY) | machine.call(machine, frame, node, factory, Arguments())


def _cast(_machine: Machine, _frame: Frame, _node: ast.AST, args: Arguments) -> Values:
    return args.get(1, "val")


def _default_dict(machine: Machine, frame: Frame, node: ast.AST, args: Arguments) -> Values:
    result = machine.container(frame, node, "dict")
    machine.put(result.space, REST, machine.call(machine, frame, node, args.get(0), Arguments()))
    items.merge(machine, frame, result, args.get(1))
    return frozenset({result})


def _method_caller(machine: Machine, frame: Frame, node: ast.AST, _args: Arguments) -> Values:
    machine.unresolved(frame, node, "the call made through operator.methodcaller or attrgetter is not followed")
    return frozenset({machine.bag(frame, node, "operator")})


def _gather(machine: Machine, frame: Frame, node: ast.AST, args: Arguments) -> Values:
    """`asyncio.gather`, `itertools.chain`: the results of all, in a list."""
    result = machine.container(frame, node, "list")
    for index, values in enumerate(args.positional):
        machine.put(result.space, index, values)
    machine.put(result.space, REST, args.star)
    return frozenset({result})


def _chain(machine: Machine, frame: Frame, node: ast.AST, args: Arguments) -> Values:
    result = machine.container(frame, node, "list")
    for values in args.positional:
        machine.put(result.space, REST, items.spill(machine, frame, node, values))
    return frozenset({result})


HANDLERS: dict[str, Handler] = {
    "builtins.getattr": _getattr,
    "builtins.setattr": _setattr,
    "builtins.object.__setattr__": _setattr,
    "builtins.super": _super,
    "builtins.type": _type,
    "builtins.object.__new__": _new_object,
    "builtins.object": lambda *_: UNKNOWN,
    "builtins.list": _copy_items("list"),
    "builtins.tuple": _copy_items("tuple"),
    "builtins.set": _copy_items("set"),
    "builtins.frozenset": _copy_items("set"),
    "builtins.dict": _copy_items("dict"),
    "collections.OrderedDict": _copy_items("dict"),
    "collections.deque": _copy_items("list"),
    "collections.ChainMap": _copy_items("dict"),
    "builtins.sorted": _copy_items("list"),
    "builtins.reversed": _copy_items("list"),
    "builtins.next": _elements,
    "builtins.anext": _elements,
    "builtins.min": _elements,
    "builtins.max": _elements,
    "builtins.map": _map,
    "builtins.filter": _filter,
    "builtins.zip": _tuples,
    "builtins.enumerate": _tuples,
    "builtins.globals": _namespace,
    "builtins.locals": _namespace,
    "builtins.vars": _namespace,
    "builtins.property": _descriptor("property"),
    "functools.cached_property": _descriptor("property"),
    "abc.abstractproperty": _descriptor("property"),
    "builtins.staticmethod": _descriptor("staticmethod"),
    "builtins.classmethod": _descriptor("classmethod"),
    "builtins.eval": _run_text,
    "builtins.exec": _run_text,
    "builtins.compile": lambda *_: UNKNOWN,
    "builtins.__import__": _import,
    "importlib.import_module": _import,
    "functools.partial": _partial,
    "functools.partialmethod": _partial,
    "os.getenv": _variable,
    "os.environ.get": _variable,
    "os.environ.setdefault": _variable,
    "os.environ.pop": _variable,
    "os.environ.__getitem__": _variable,
    "dataclasses.field": _field,
    "typing.cast": _cast,
    "collections.defaultdict": _default_dict,
    "operator.methodcaller": _method_caller,
    "operator.attrgetter": _method_caller,
    "asyncio.gather": _gather,
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _chain,
}
