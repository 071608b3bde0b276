"""Calls of boto3's own names and of the standard library.

What is not listed is taken for an object that may call what it is given and may give back whatever it holds.
"""

from __future__ import annotations

import ast

from tapgen.proof.interpret.boto3 import client
from tapgen.proof.interpret.boto3.sdk import SDK, Session
from tapgen.proof.interpret.library.builtins import BUILTINS
from tapgen.proof.interpret.library.standard import STANDARD
from tapgen.proof.interpret.machine import Machine
from tapgen.proof.interpret.python import attributes, items, protocols
from tapgen.proof.interpret.python.values import (
    CALLABLE,
    DATA,
    EMPTY,
    REST,
    UNKNOWN,
    Arguments,
    Bag,
    BagMethod,
    Bound,
    Class,
    Const,
    Container,
    Descriptor,
    Frame,
    Function,
    Instance,
    Library,
    Values,
)

_HANDLERS = {**BUILTINS, **STANDARD}

_HARMLESS = frozenset({
    "print", "len", "isinstance", "issubclass", "id", "repr", "str", "hash", "callable", "bool", "int", "float",
    "hasattr", "any", "all", "sum", "range", "open", "format", "abs", "round", "ord", "chr", "bytes", "input", "ascii",
})  # fmt: skip
_SAME = frozenset({
    "functools.lru_cache", "functools.cache", "functools.wraps", "functools.singledispatch", "functools.total_ordering",
    "contextlib.contextmanager", "contextlib.asynccontextmanager", "contextlib.closing", "contextlib.aclosing",
    "dataclasses.dataclass", "abc.abstractmethod", "typing.override", "typing.final", "typing.overload",
    "typing.no_type_check",
    "typing.runtime_checkable", "copy.copy", "copy.deepcopy", "builtins.iter", "typing.dataclass_transform",
    "atexit.register",
    "asyncio.create_task", "asyncio.ensure_future", "asyncio.run", "asyncio.shield",
    "asyncio.run_coroutine_threadsafe",
    "warnings.deprecated", "builtins.aiter", "inspect.unwrap", "enum.unique", "functools.update_wrapper", "weakref.ref",
    "weakref.proxy", "types.MappingProxyType", "types.coroutine",
})  # fmt: skip
"""Functions that give back what they are given; as decorators with arguments they give a decorator that does."""

_HOLDERS = frozenset({
    "asyncio", "atexit", "collections", "concurrent", "contextlib", "contextvars", "copy", "functools", "heapq",
    "itertools", "multiprocessing", "operator", "queue", "sched", "threading", "types", "typing", "unittest", "weakref",
    "_thread",
})  # fmt: skip
"""Modules whose objects may give back what they were given; the others only deal with data."""

_FIRST_IS_CALLED = {
    "submit": 0, "apply": 0, "apply_async": 0, "run_in_executor": 1, "to_thread": 0, "call_soon": 0, "call_later": 1,
    "call_soon_threadsafe": 0, "run": 0, "callback": 0, "register": 0, "push_async_callback": 0, "enterabs": 2,
    "add_done_callback": 0, "call_at": 1, "start_new_thread": 0, "runcall": 0,
}  # fmt: skip
"""Methods and functions of the library that call one argument with those that follow it -> its position."""

_ENTERING = frozenset({"enter_context", "enter_async_context", "push", "push_async_exit"})
"""Methods of `contextlib.ExitStack` that enter or leave a context manager as `with` does."""


def call(machine: Machine, frame: Frame, node: ast.AST, callee: Library, args: Arguments) -> Values:
    """A call of a library name."""
    path = callee.path
    handler = _HANDLERS.get(path)
    if handler is not None:
        return handler(machine, frame, node, args)
    if path.startswith(("boto3", "botocore", "s3transfer")):
        return _sdk(machine, frame, node, path, args)
    if path in _SAME:
        return _same(machine, frame, node, path, args)
    if path.removeprefix("builtins.") in _HARMLESS:
        names = protocols.BUILT_IN.get(path.removeprefix("builtins."), ())
        protocols.special(machine, frame, node, args.everything(), names)
        _callbacks(machine, frame, node, args, EMPTY)
        return UNKNOWN
    if path.partition(".")[0] not in _HOLDERS:
        _callbacks(machine, frame, node, args, EMPTY)
        return frozenset({DATA})
    bag = machine.bag(frame, node, path)
    for name, values in args.keywords.items():  # types.SimpleNamespace and the like
        machine.put(bag.space, name, values)
    return call_method(machine, frame, node, BagMethod(bag, path.rpartition(".")[2]), args)


def call_method(machine: Machine, frame: Frame, node: ast.AST, callee: BagMethod, args: Arguments) -> Values:
    """A call of a method of a standard-library object."""
    bag, name = callee.bag, callee.name
    found = (
        items.entered(machine, frame, node, args.get(0, "cm"))
        if name in _ENTERING
        else _known_callback(machine, frame, node, name, args)
    )
    if found is None:
        found = args.everything() | _callbacks(machine, frame, node, args, machine.contents(frame, bag.space))
    machine.put(bag.space, REST, found)
    decorating = frozenset(value for value in args.everything() if isinstance(value, Function | Class | Descriptor))
    return items.held(machine, frame, bag) | decorating


def _known_callback(machine: Machine, frame: Frame, node: ast.AST, name: str, args: Arguments) -> Values | None:
    """The result of a call whose callback's arguments are known; None when it is not one of those."""
    if name == "map" and args.positional:
        passed = [items.spill(machine, frame, node, values) for values in args.positional[1:]]
        return machine.call(machine, frame, node, args.positional[0], Arguments(passed))
    if name in {"Thread", "Process", "Timer"}:
        target = args.keywords.get("target", EMPTY) | args.get(1, "function")
        return _apply(
            machine, frame, node, target, args.keywords.get("args", EMPTY), args.keywords.get("kwargs", EMPTY)
        )
    if name in {"apply", "apply_async"} and len(args.positional) > 1:
        options = args.get(2, "kwds")
        return _apply(machine, frame, node, args.positional[0], args.positional[1], options)
    position = _FIRST_IS_CALLED.get(name)
    if position is None or len(args.positional) <= position:
        return None
    if not any(isinstance(one, (*CALLABLE, *SDK)) for one in args.positional[position]):
        return None
    return machine.call(machine, frame, node, args.positional[position], args.after(position + 1))


def _apply(
    machine: Machine, frame: Frame, node: ast.AST, target: Values, positional: Values, keywords: Values
) -> Values:
    args = Arguments()
    for value in positional:
        if isinstance(value, Container) and not machine.read(frame, value.space.cell(REST)):
            indexes = sorted(key for key in value.space.cells if isinstance(key, int))
            args.positional = [machine.read(frame, value.space.cell(index)) for index in indexes]
        else:
            args.star |= items.iterate(machine, frame, node, value)
    for value in keywords:
        if isinstance(value, Container):
            for key, cell in list(value.space.cells.items()):
                args.keywords[str(key)] = machine.read(frame, cell)
    return machine.call(machine, frame, node, target, args)


def _callbacks(machine: Machine, frame: Frame, node: ast.AST, args: Arguments, held: Values) -> Values:
    """Whatever can be called among the arguments may be called, with the other arguments or unknown values."""
    found = EMPTY
    others = frozenset(value for value in args.everything() | held if not isinstance(value, CALLABLE))
    elements = items.spill(machine, frame, node, frozenset(one for one in others if isinstance(one, Container | Bag)))
    passed = frozenset(one for one in others | elements if not isinstance(one, Const)) | UNKNOWN
    for value in args.everything():
        if isinstance(value, CALLABLE) or type(value).__name__ == "SdkMethod":
            found |= machine.call(machine, frame, node, frozenset({value}), Arguments(star=passed, extra=UNKNOWN))
        elif isinstance(value, Instance):
            found |= attributes.attribute(machine, frame, node, value, "__call__") and machine.call(
                machine, frame, node, frozenset({value}), Arguments(star=passed)
            )
        elif isinstance(value, Class) and not attributes.ordinary(machine, frame, value):
            found |= machine.call(machine, frame, node, frozenset({value}), Arguments(star=UNKNOWN, extra=UNKNOWN))
    return found


def _same(machine: Machine, frame: Frame, node: ast.AST, path: str, args: Arguments) -> Values:
    if path == "atexit.register":
        _known_callback(machine, frame, node, "register", args)
    if path in {"functools.wraps", "functools.lru_cache", "dataclasses.dataclass"} and not (
        path != "functools.wraps"
        and args.positional
        and any(isinstance(v, Function | Class | Descriptor | Bound) for v in args.positional[0])
    ):
        return frozenset({Library("typing.override")})  # a decorator that gives back what it decorates
    return args.get(0) or frozenset({Library("typing.override")})


def _sdk(machine: Machine, frame: Frame, node: ast.AST, path: str, args: Arguments) -> Values:
    name = path.rpartition(".")[2]
    if path in {"boto3.client", "boto3.resource"}:
        return client.make(machine, frame, node, name, args)
    if path in {"boto3.Session", "boto3.session.Session", "boto3._get_default_session", "botocore.session.get_session",
                "botocore.session.Session"}:  # fmt: skip
        return frozenset({Session()})
    if path in {
        "boto3.s3.transfer.S3Transfer",
        "s3transfer.S3Transfer",
    }:  # has the client's own upload_file and download_file
        return args.get(0, "client")
    if path.startswith("botocore.auth."):
        machine.unresolved(frame, node, f"{path} signs a request by hand: which action it needs is not known")
        return UNKNOWN
    if path == "boto3.DEFAULT_SESSION.client":
        return client.make(machine, frame, node, "client", args)
    for value in args.everything():
        if isinstance(value, SDK):
            machine.unresolved(frame, node, f"{attributes.describe(value)} is passed to {path}")
    return UNKNOWN | frozenset(one for one in args.everything() if isinstance(one, SDK))
