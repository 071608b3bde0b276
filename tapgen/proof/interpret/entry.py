"""The entry point as Lambda calls it: with an event and a context, by position, and without awaiting what it gives."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tapgen.proof.interpret.machine import Machine
from tapgen.proof.interpret.python.functions import Bound, Descriptor, Function
from tapgen.proof.interpret.python.instances import Instance
from tapgen.proof.interpret.python.modules import module_attribute
from tapgen.proof.interpret.python.values import Value
from tapgen.proof.interpret.results import EntryProblem
from tapgen.proof.interpret.source import Module

GIVEN = 2
"""Lambda developer guide, "Define Lambda function handler in Python": the event and the context."""


def problems(machine: Machine, module: Module, name: str) -> Iterator[EntryProblem]:
    """Nothing where the entry point may be something else too, such as what an unknown decorator makes of it."""
    home = machine.modules[module.name]
    site = machine.site(home, module.tree)
    values = module_attribute(site, home, name)
    if len(values) != 1:
        return
    value = next(iter(values))
    if isinstance(value, Instance):
        called = value.attribute(site, "__call__")
        value = next(iter(called)) if len(called) == 1 else value
    function, given = _function(value)
    if function is None:
        return
    file, line = machine.place(function.parent, function.node)
    message = _arity(function.node.args, given)
    if message:
        yield EntryProblem(f"the entry point {name} {message}", file, line)
    if isinstance(function.node, ast.AsyncFunctionDef):
        yield EntryProblem(
            f"the entry point {name} is a coroutine function: Lambda does not await what it gives", file, line
        )


def _function(value: Value) -> tuple[Function | None, int]:
    """The function that is called, and how many arguments it is given."""
    if isinstance(value, Bound):
        return value.function, GIVEN + 1
    if isinstance(value, Descriptor):
        return (value.function, GIVEN) if value.kind == "staticmethod" else (None, 0)
    return (value, GIVEN) if isinstance(value, Function) else (None, 0)


def _arity(args: ast.arguments, given: int) -> str:
    """What is wrong with the parameters for that many positional arguments."""
    positional = len(args.posonlyargs) + len(args.args)
    required = positional - len(args.defaults)
    own = given - GIVEN
    if required > given:
        return f"takes {required - own} arguments: Lambda passes two, the event and the context"
    if positional < given and args.vararg is None:
        count = {0: "no argument", 1: "one argument"}[max(0, positional - own)]
        return f"takes {count}: Lambda passes two, the event and the context"
    named = [one.arg for one, default in zip(args.kwonlyargs, args.kw_defaults, strict=True) if default is None]
    return f"needs the keyword {named[0]!r}, which Lambda does not pass" if named else ""
