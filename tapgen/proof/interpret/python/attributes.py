"""Attributes of everything: modules, instances, classes, boto3 objects, library names, unknown objects."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from tapgen.proof.interpret.boto3 import client, resource
from tapgen.proof.interpret.boto3.sdk import (
    SDK,
    BatchWriter,
    Client,
    Collection,
    Paginator,
    Resource,
    SdkData,
    SdkMethod,
    Session,
    Waiter,
)
from tapgen.proof.interpret.machine import Machine
from tapgen.proof.interpret.python.values import (
    CALLABLE,
    DATA,
    EMPTY,
    NONE,
    OPAQUE,
    REST,
    UNKNOWN,
    Arguments,
    Bag,
    BagMethod,
    Bound,
    Class,
    Const,
    Container,
    ContainerMethod,
    Descriptor,
    External,
    Frame,
    Function,
    Instance,
    Library,
    ModuleValue,
    Opaque,
    Partial,
    Super,
    Value,
    Values,
)
from tapgen.proof.interpret.results import EnvironmentVariable

_ORDINARY_BASES = frozenset({
    "builtins.object", "builtins.Exception", "builtins.BaseException", "abc.ABC", "typing.Protocol", "typing.Generic",
    "typing.NamedTuple", "typing.TypedDict", "enum.Enum", "enum.StrEnum", "enum.IntEnum", "enum.Flag", "builtins.str",
    "builtins.int", "builtins.dict", "builtins.list", "builtins.tuple", "builtins.type", "builtins.ValueError",
    "builtins.RuntimeError", "builtins.KeyError", "builtins.TypeError", "builtins.LookupError", "abc.ABCMeta",
})  # fmt: skip
"""Library classes that never call a method of a subclass by its name."""

DEEPEST_PATH = 6
"""Dots in the longest path of a library name; `node = node.parent` would make endless ones."""

_OPERATIONS: Mapping[type, Callable[..., Values]] = {
    Session: client.session_attribute,
    Client: client.attribute,
    Paginator: client.paginator_attribute,
    Waiter: client.waiter_attribute,
    Resource: resource.attribute,
    Collection: resource.collection_attribute,
    BatchWriter: resource.batch_attribute,
}


def load(machine: Machine, frame: Frame, node: ast.AST, values: Values, name: str) -> Values:
    """`values.name`; unresolved when a boto3 object has no such attribute and nothing else that it may be has."""
    machine.step(len(values) // 4)
    found = EMPTY
    missing: list[Value] = []
    known = False
    for value in values:
        result = attribute(machine, frame, node, value, name)
        found |= result
        if isinstance(value, SDK):
            missing += [] if result else [value]
            known = known or bool(result)
        elif not isinstance(value, Opaque | Const | External):
            known = known or bool(result)
    if missing and not known:
        for value in missing:
            machine.unresolved(frame, node, f"{describe(value)} has no attribute {name!r}")
        found |= UNKNOWN
    return found


def attribute(machine: Machine, frame: Frame, node: ast.AST, value: Value, name: str) -> Values:  # noqa: PLR0911  one return for each kind of value
    """One value's attribute; nothing when it has none."""
    operation = _OPERATIONS.get(type(value))
    if operation is not None:
        return operation(machine, frame, node, value, name)
    if isinstance(value, Instance):
        return _of_instance(machine, frame, node, value, name)
    if isinstance(value, Class):
        return _unbound(machine, frame, node, value, name)
    if isinstance(value, Super):
        return _of_super(machine, frame, node, value, name)
    if isinstance(value, ModuleValue):
        return _of_module(machine, frame, node, value, name)
    if isinstance(value, Library | External):
        stored = machine.read(frame, machine.loose.cell(name)) if name in machine.loose.cells else EMPTY
        if value == DATA or value.path.count(".") >= DEEPEST_PATH:
            return stored | {DATA if isinstance(value, Library) else value}
        return stored | {type(value)(f"{value.path}.{name}")}
    if isinstance(value, Container):
        return frozenset({ContainerMethod(value, name)})
    if isinstance(value, Bag):
        stored = machine.read(frame, value.space.cell(name)) if name in value.space.cells else EMPTY
        return frozenset({BagMethod(value, name)}) | stored
    return _of_rest(machine, frame, value, name)


def _of_rest(machine: Machine, frame: Frame, value: Value, name: str) -> Values:  # noqa: PLR0911  one return for each kind of value
    if isinstance(value, BagMethod):
        return frozenset({BagMethod(value.bag, name)})
    if isinstance(value, SdkData):
        return client.data_attribute(value, name)
    if isinstance(value, Function):
        stored = machine.read(frame, value.space.cell(name)) if name in value.space.cells else EMPTY
        return stored or (frozenset({value}) if name in {"__wrapped__", "__call__"} else UNKNOWN)
    if isinstance(value, Bound | Partial):
        return frozenset({value}) if name in {"func", "__func__", "__call__"} else UNKNOWN
    if isinstance(value, Descriptor):  # `@x.setter` under a property x
        return frozenset({Library(f"property.{name}")})
    if isinstance(value, Const):
        if name == "value":  # of an enumeration's member
            return frozenset({value})
        return frozenset({Library(f"builtins.str.{name}")}) if value.value is not None else EMPTY
    if isinstance(value, EnvironmentVariable):
        return frozenset({Library(f"builtins.str.{name}")})
    return UNKNOWN | machine.read(frame, machine.loose.cell(name))


def _of_module(machine: Machine, frame: Frame, node: ast.AST, value: ModuleValue, name: str) -> Values:
    module = machine.modules.get(value.name)
    found = module_attribute(machine, frame, module, name) if module else EMPTY
    child = f"{value.name}.{name}"
    if child in machine.modules or (not found and machine.sources.local(child)):
        found |= {ModuleValue(child)}
    if module and not found:
        found = made_by_module(machine, frame, node, module, name)
    return machine.known(frame, found)


def made_by_module(machine: Machine, frame: Frame, node: ast.AST, module: Frame, name: str) -> Values:
    """What the module's own `__getattr__` gives for a name that it does not bind (PEP 562)."""
    if name in module.scope.bound or "__getattr__" not in module.scope.bound or name.startswith("__"):
        return EMPTY
    maker = machine.read(frame, module.cell("__getattr__"))
    return machine.call(machine, frame, node, maker, Arguments([frozenset({Const(name)})]))


def module_attribute(machine: Machine, frame: Frame, module: Frame, name: str, depth: int = 0) -> Values:
    """A module's global, its star imports included."""
    values = EMPTY
    if name in module.scope.bound or name in module.cells:
        values = machine.read(frame, module.cell(name))
    if not values and depth < 8 and not name.startswith("_"):
        for star in module.stars:
            if star in machine.modules:
                values |= module_attribute(machine, frame, machine.modules[star], name, depth + 1)
    return values


def in_class(machine: Machine, frame: Frame, cls: Class, name: str, seen: frozenset[Class] = frozenset()) -> Values:
    """The class's own attribute, or the bases'; UNKNOWN when only an unknown base can have it."""
    found = (
        machine.read(frame, cls.frame.cell(name)) if name in cls.frame.scope.bound or name in cls.frame.cells else EMPTY
    )
    if found or cls in seen:
        return found
    for base in machine.read(frame, cls.bases):
        if isinstance(base, Class):
            found |= in_class(machine, frame, base, name, seen | {cls})
        elif not (isinstance(base, Library) and base.path in _ORDINARY_BASES) and not name.startswith("__"):
            found |= UNKNOWN
    return found


def _of_instance(machine: Machine, frame: Frame, node: ast.AST, value: Instance, name: str) -> Values:
    if name == "__class__":
        return frozenset({value.cls})
    if name == "__dict__":
        return frozenset({machine.once(("dict", value), lambda: Container("dict", value.space))})
    own = machine.read(frame, value.space.cell(name))
    found = EMPTY
    for one in in_class(machine, frame, value.cls, name):
        found |= _bind(machine, frame, node, one, value, value.cls)
    if not own and not found and REST in value.space.cells:  # `self.__dict__.update(options)`
        own = machine.read(frame, value.space.cell(REST))
    if not own and not found and not name.startswith("__"):
        fallback = in_class(machine, frame, value.cls, "__getattr__")
        methods = EMPTY.union(*(_bind(machine, frame, node, one, value, value.cls) for one in fallback))
        found = machine.call(machine, frame, node, methods, Arguments([frozenset({Const(name)})]))
        return found or machine.known(frame, EMPTY)
    return own | found


def _bind(machine: Machine, frame: Frame, node: ast.AST, value: Value, receiver: Value, cls: Class) -> Values:
    if isinstance(value, Function):
        return frozenset({Bound(value, receiver)})
    if isinstance(value, Descriptor):
        if value.kind == "staticmethod":
            return frozenset({value.function})
        if value.kind == "classmethod":
            return frozenset({Bound(value.function, cls)})
        getter = frozenset({Bound(value.function, receiver)})
        return machine.call(machine, frame, node, getter, Arguments())
    return _got(machine, frame, node, value, frozenset({receiver}), cls)


def _got(machine: Machine, frame: Frame, node: ast.AST, value: Value, receiver: Values, cls: Class) -> Values:
    """A class's attribute; what `__get__` gives where it is an object with that method."""
    getter = in_class(machine, frame, value.cls, "__get__") if isinstance(value, Instance) else EMPTY
    given = Arguments([frozenset({value}), receiver, frozenset({cls})])
    return machine.call(machine, frame, node, getter, given) if getter else frozenset({value})


def _unbound(machine: Machine, frame: Frame, node: ast.AST, cls: Class, name: str) -> Values:
    if name == "__subclasses__":
        known = machine.once(("subclasses", cls), lambda: Container("list"))
        machine.put(known.space, REST, machine.read(frame, cls.subclasses))
        return frozenset({ContainerMethod(known, "copy")})
    found = EMPTY
    for value in in_class(machine, frame, cls, name):
        if isinstance(value, Descriptor) and value.kind in {"staticmethod", "classmethod"}:
            found |= {value.function if value.kind == "staticmethod" else Bound(value.function, cls)}
        else:
            found |= _got(machine, frame, node, value, NONE, cls)
    if not found and name in {"__name__", "__doc__", "__members__", "__mro__"}:
        return UNKNOWN
    return found or machine.known(frame, EMPTY)


def _of_super(machine: Machine, frame: Frame, node: ast.AST, value: Super, name: str) -> Values:
    found = EMPTY
    for base in machine.read(frame, value.cls.bases):
        if isinstance(base, Class):
            for one in in_class(machine, frame, base, name):
                cls = value.receiver.cls if isinstance(value.receiver, Instance) else base
                found |= _bind(machine, frame, node, one, value.receiver, cls)
    if name == "__new__" and not found:
        return frozenset({Library("builtins.object.__new__")})
    return found or UNKNOWN


def ordinary(machine: Machine, frame: Frame, cls: Class, seen: frozenset[Class] = frozenset()) -> bool:
    """Whether no class outside the source can call the class's methods by itself."""
    if cls in seen:
        return True
    return all(
        ordinary(machine, frame, base, seen | {cls}) if isinstance(base, Class)
        else isinstance(base, Library) and base.path in _ORDINARY_BASES
        for base in machine.read(frame, cls.bases)
    )  # fmt: skip


def methods(machine: Machine, frame: Frame, cls: Class) -> Values:
    """The functions that the class body and its analysed bases define, private ones left out."""
    found = EMPTY
    for base in machine.read(frame, cls.bases):
        found |= methods(machine, frame, base) if isinstance(base, Class) and base is not cls else EMPTY
    for name, cell in list(cls.frame.cells.items()):
        values = machine.read(frame, cell)
        if isinstance(name, str) and (not name.startswith("_") or name == "__call__"):
            found |= frozenset(value for value in values if isinstance(value, CALLABLE))
    return found


def describe(value: Value) -> str:  # noqa: PLR0911  one return for each kind of value
    """What the value is, for messages: `the dynamodb client`, `the dynamodb resource Table`."""
    if isinstance(value, SdkMethod):
        return f"the method {value.name!r} of {describe(value.owner)}"
    if isinstance(value, Client):
        return f"the {value.service} client"
    if isinstance(value, Resource):
        return f"the {value.service} resource {value.type}".rstrip()
    if isinstance(value, Collection):
        return f"the {value.owner.service} collection {value.name!r}"
    if isinstance(value, Paginator | Waiter):
        return f"the {value.service} {type(value).__name__.lower()} of {value.operation}"
    if isinstance(value, BatchWriter):
        return "a dynamodb batch writer"
    if isinstance(value, Session):
        return "a boto3 session"
    return "unknown" if value == OPAQUE else type(value).__name__.lower()
