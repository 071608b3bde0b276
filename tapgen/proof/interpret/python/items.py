"""Containers: items, iteration, and the methods of the built-in ones."""

from __future__ import annotations

import ast

from tapgen.proof.interpret.boto3 import resource
from tapgen.proof.interpret.boto3.sdk import Collection
from tapgen.proof.interpret.machine import Machine
from tapgen.proof.interpret.python import attributes, storing
from tapgen.proof.interpret.python.values import (
    EMPTY,
    KEYS,
    NONE,
    REST,
    UNKNOWN,
    Arguments,
    Bag,
    BagMethod,
    Class,
    Const,
    Container,
    ContainerMethod,
    External,
    Frame,
    Instance,
    Library,
    ModuleValue,
    Opaque,
    Value,
    Values,
)
from tapgen.proof.interpret.results import EnvironmentVariable

MOST_KEYS = 12

ENVIRONMENT = Library("os.environ")


def held(machine: Machine, frame: Frame, bag: Bag) -> Values:
    """What a standard-library object may give: itself, standing for anything harmless, and what it was given."""
    values = machine.contents(frame, bag.space)
    return frozenset(value for value in values if not isinstance(value, Const | Opaque | Library | External)) | {bag}


def item(machine: Machine, frame: Frame, node: ast.AST, values: Values, keys: Values) -> Values:
    """`values[keys]`."""
    return EMPTY.union(*(_item(machine, frame, node, value, keys) for value in values))


def _item(machine: Machine, frame: Frame, node: ast.AST, value: Value, keys: Values) -> Values:  # noqa: PLR0911  one return for each kind of value
    if isinstance(value, Container):
        return _cells(machine, frame, value, keys)
    if isinstance(value, Bag):
        return held(machine, frame, value)
    if value == ENVIRONMENT:
        return variables(keys, None)
    if isinstance(value, Instance):
        found = attributes.attribute(machine, frame, node, value, "__getitem__")
        found |= attributes.attribute(machine, frame, node, value, "__missing__")
        return machine.call(machine, frame, node, found, Arguments([keys])) | machine.contents(frame, value.space)
    if isinstance(value, Class | Library | External):
        return frozenset({value})  # a parametrised type
    if isinstance(value, Opaque):
        return UNKNOWN.union(*(machine.read(frame, machine.loose.cell(f"[{key}]")) for key in _names(keys)))
    return UNKNOWN


def _names(keys: Values) -> list[str | int]:
    return [key.value for key in keys if isinstance(key, Const) and key.value is not None]


def variables(keys: Values, default: str | None) -> Values:
    """The environment variables of those names."""
    return frozenset(EnvironmentVariable(str(name), default) for name in _names(keys)) or (UNKNOWN if keys else EMPTY)


def _cells(machine: Machine, frame: Frame, container: Container, keys: Values) -> Values:
    names = _names(keys)
    if not keys:
        return EMPTY
    if len(names) < len(keys) or any(isinstance(name, int) and name < 0 for name in names):
        return machine.contents(frame, container.space) or UNKNOWN
    space = container.space
    found = machine.read(frame, space.cell(REST))
    for name in names:
        found |= machine.read(frame, space.cell(name)) if name in space.cells else EMPTY
    return found or machine.known(frame, EMPTY)


def store(machine: Machine, container: Container, keys: Values, values: Values) -> None:
    """`container[keys] = values`."""
    names = _names(keys)
    exact = len(names) == len(keys) <= MOST_KEYS
    for name in names if exact else [REST]:
        machine.put(container.space, name, values)
    if not exact:
        machine.write(container.space.cell(KEYS), keys)


def store_item(machine: Machine, frame: Frame, node: ast.AST, owners: Values, keys: Values, values: Values) -> None:
    """`owners[keys] = values`."""
    for owner in owners:
        if isinstance(owner, Container):
            store(machine, owner, keys, values)
        elif isinstance(owner, Bag):
            machine.put(owner.space, REST, values)
        elif isinstance(owner, Instance):
            setter = attributes.attribute(machine, frame, node, owner, "__setitem__")
            machine.call(machine, frame, node, setter, Arguments([keys, values]))
            machine.put(owner.space, REST, values)
        elif isinstance(owner, Opaque | External):
            for key in _names(keys):
                machine.write(machine.loose.cell(f"[{key}]"), values)
            storing.leak(machine, frame, node, values, "an item of an object that is not analysed")


def merge(machine: Machine, frame: Frame, into: Container, values: Values) -> None:
    """Add all items of the values to a container, keys kept."""
    for value in values:
        if not isinstance(value, Container):
            machine.put(into.space, REST, spill(machine, frame, into_node(value), frozenset({value})))
            continue
        if into.kind == "dict" and value.kind != "dict":
            _merge_pairs(machine, frame, into, machine.contents(frame, value.space))
            continue
        machine.read(frame, value.space.cell(REST))
        same = value.kind == into.kind == "dict"
        for key, cell in list(value.space.cells.items()):
            kept = key if same or key == REST else REST
            if key != KEYS or same:
                machine.put(into.space, kept, machine.read(frame, cell))


def _merge_pairs(machine: Machine, frame: Frame, into: Container, pairs: Values) -> None:
    """`dict([(key, value), …])`."""
    for pair in pairs:
        if isinstance(pair, Container) and pair.kind != "dict":
            key, value = (_cells(machine, frame, pair, frozenset({Const(index)})) for index in (0, 1))
            store(machine, into, key, value)
        else:
            machine.put(into.space, REST, frozenset({pair}))


def into_node(_value: Value) -> ast.AST:
    """A place for what has none of its own."""
    return _NOWHERE


_NOWHERE = ast.Pass(lineno=1, col_offset=0)


def spill(machine: Machine, frame: Frame, node: ast.AST, values: Values) -> Values:
    """What iterating over the values gives."""
    machine.step(len(values) // 2)
    return EMPTY.union(*(iterate(machine, frame, node, value) for value in values))


def iterate(machine: Machine, frame: Frame, node: ast.AST, value: Value) -> Values:  # noqa: PLR0911  one return for each kind of value
    """What iterating over one value gives."""
    if isinstance(value, Container):
        return _keys(machine, frame, value) if value.kind == "dict" else machine.contents(frame, value.space)
    if isinstance(value, Bag):
        return held(machine, frame, value)
    if isinstance(value, Collection):
        return frozenset({resource.member(value)})
    if isinstance(value, Instance):
        for name in ("__iter__", "__aiter__", "__next__", "__anext__", "__getitem__"):
            found = attributes.attribute(machine, frame, node, value, name)
            if found:
                result = machine.call(machine, frame, node, found, Arguments())
                return (
                    spill(machine, frame, node, result - {value})
                    or result - {value}
                    or machine.contents(frame, value.space)
                )
        return machine.contents(frame, value.space) | UNKNOWN
    if isinstance(value, Class):  # the members of an enumeration
        return machine.contents(frame, value.frame)
    return EMPTY if value in NONE else UNKNOWN


def _keys(machine: Machine, frame: Frame, container: Container) -> Values:
    machine.read(frame, container.space.cell(REST))
    names = frozenset(Const(key) for key in container.space.cells if key not in {REST, KEYS})
    return names | machine.read(frame, container.space.cell(KEYS))


def awaited(machine: Machine, frame: Frame, node: ast.AST, values: Values) -> Values:
    """`await values`: a coroutine is taken for its result."""
    found = EMPTY
    for value in values:
        found |= {value}
        if isinstance(value, Bag):
            found |= held(machine, frame, value)
        elif isinstance(value, Instance):
            waiting = attributes.attribute(machine, frame, node, value, "__await__")
            found |= machine.call(machine, frame, node, waiting, Arguments())
    return found


def method(machine: Machine, frame: Frame, node: ast.AST, called: ContainerMethod, args: Arguments) -> Values:
    """A call of a method of a dict, list, tuple, set or generator."""
    container, name = called.container, called.name
    if name in {"append", "add", "appendleft", "insert", "remove", "discard", "push"}:
        if name not in {"remove", "discard"}:
            machine.put(container.space, REST, args.get(1 if name == "insert" else 0))
        return NONE
    if name in {"extend", "update", "extendleft"}:
        merge(machine, frame, container, args.get(0))
        for key, values in args.keywords.items():
            machine.put(container.space, key, values)
        return NONE
    if name in {"get", "setdefault"} or (name == "pop" and container.kind == "dict"):
        if name == "setdefault":
            store(machine, container, args.get(0), args.get(1))
        return (_cells(machine, frame, container, args.get(0)) - UNKNOWN) | (
            args.get(1) if len(args.positional) > 1 else NONE
        )
    if name in {"pop", "popleft", "popitem", "__next__", "__getitem__", "send"}:
        return machine.contents(frame, container.space) or UNKNOWN
    return _view(machine, frame, node, container, name)


def _view(machine: Machine, frame: Frame, node: ast.AST, container: Container, name: str) -> Values:
    if name in {"values", "keys", "items"}:
        view = machine.container(frame, node, "list", (container, name))
        values = machine.contents(frame, container.space)
        keys = _keys(machine, frame, container)
        if name == "items":
            pair = machine.container(frame, node, "tuple", container)
            machine.put(pair.space, 0, keys)
            machine.put(pair.space, 1, values)
            values = frozenset({pair})
        machine.put(view.space, REST, keys if name == "keys" else values)
        return frozenset({view})
    if name in {"index", "count", "sort", "reverse", "clear", "close"}:
        return UNKNOWN
    return frozenset({container})  # copy, union, __enter__ …: the same items


def entered(machine: Machine, frame: Frame, node: ast.AST, values: Values) -> Values:
    """`with values as …`."""
    found = EMPTY
    for value in values:
        if isinstance(value, Instance):
            for name in ("__exit__", "__aexit__"):
                leaving = attributes.attribute(machine, frame, node, value, name)
                machine.call(machine, frame, node, leaving, Arguments([UNKNOWN] * 3))
            for name in ("__enter__", "__aenter__"):
                entering = attributes.attribute(machine, frame, node, value, name)
                found |= machine.call(machine, frame, node, entering, Arguments())
        elif isinstance(value, Container):  # a generator under contextlib.contextmanager gives what it yields
            found |= machine.contents(frame, value.space)
        elif isinstance(value, Bag | BagMethod):
            bag = value.bag if isinstance(value, BagMethod) else value
            found |= held(machine, frame, bag) | {value}
        elif not isinstance(value, Const | ModuleValue):
            found |= {value}
    return found
