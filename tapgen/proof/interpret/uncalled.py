"""Functions that nothing calls, found by calling them all the same: what requests would they make?

Some of them were handed to code that is not analysed, which may call them: their requests are possible. The others
are worth a note.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeVar

from tapgen.proof.interpret.frames import Frame, Scope
from tapgen.proof.interpret.python.arguments import anything
from tapgen.proof.interpret.python.classes import Class
from tapgen.proof.interpret.python.functions import Bound, Descriptor, Function, HandedOver, Wrapped
from tapgen.proof.interpret.python.instances import Instance
from tapgen.proof.interpret.results import Call, Note, Unresolved

if TYPE_CHECKING:
    from tapgen.proof.interpret.machine import Machine
    from tapgen.proof.interpret.python.values import Value

T = TypeVar("T")

MOST_NAMED = 3
"""Functions and requests that one note names."""


@dataclass
class Uncalled:
    """What functions would do that nothing calls."""

    notes: list[Note] = field(default_factory=list)
    possible: set[Call] = field(default_factory=set)
    services: set[str] = field(default_factory=set)
    """Services of what is not resolved in those that may be called, "" for any."""


@dataclass(frozen=True)
class _Idle:
    """A function that nothing calls, its place, the requests that it would make, and who may call it."""

    name: str
    file: str
    line: int
    requests: tuple[str, ...]
    holder: str


def found(frames: Iterable[Frame], kind: type[T]) -> set[T]:
    """The findings of that kind in the frames."""
    return {one for frame in frames for one in frame.reports if isinstance(one, kind)}


def find(machine: Machine, reached: set[Frame], calls: set[Call]) -> Uncalled:
    """Call what was not called; the calls found before are left out."""
    called = {id(frame.node) for frame in reached}
    handed_over = sorted(found(reached, HandedOver), key=lambda one: one.what)
    holders = {id(node): one.what for one in handed_over for node in _nodes(one.value)}
    result = Uncalled()
    idle: list[_Idle] = []
    scratch = Frame(Scope("root", frozenset()), ast.Pass(), None, "")
    for function in [one for one in machine.functions() if id(one.node) not in called]:
        scratch.callees = {}
        scratch.module = function.parent.module
        args = anything()
        if function.owner is not None:
            args = args.led_by(machine.instance(scratch, function.node, function.owner))
        function.call(machine.site(scratch, function.node), args)
        machine.settle()
        frames = machine.reached(scratch.callees)
        more = found(frames, Call) - calls
        holder = holders.get(id(function.node), "") or holders.get(id(function.owner.node) if function.owner else 0, "")
        if holder:
            result.possible |= more
            result.services |= {one.service for one in found(frames, Unresolved)}
        if more:
            requests = tuple(sorted({f"{call.service} {call.operation}" for call in more}))
            place = machine.place(function.parent, function.node)
            idle.append(_Idle(function.name, *place, requests, holder))
    result.notes = _notes(idle)
    return result


def _nodes(value: Value) -> list[ast.AST]:
    """The definitions behind a value that was handed over."""
    if isinstance(value, Bound | Descriptor):
        return [value.function.node]
    if isinstance(value, Wrapped):
        return _nodes(value.inner)
    if isinstance(value, Instance):
        return [value.cls.node]
    return [value.node] if isinstance(value, Function | Class) else []


def _notes(idle: list[_Idle]) -> list[Note]:
    """One note for each function that may be called, and one for all others of a package."""
    notes = [
        Note(
            f"{one.name} is handed to {one.holder}, whose code is not analysed; "
            f"if that calls it, it calls {_some(one.requests)}",
            one.file,
            one.line,
        )
        for one in idle
        if one.holder
    ]
    packages: dict[str, list[_Idle]] = defaultdict(list)
    for one in idle:
        if not one.holder:
            path = PurePosixPath(one.file)
            packages[path.parts[0] if len(path.parts) > 1 else one.file].append(one)
    for group in packages.values():
        names = [one.name for one in group]
        requests = sorted({request for one in group for request in one.requests})
        verb, they = ("is", "it") if len(names) == 1 else ("are", "they")
        first = min(group, key=lambda one: (one.file, one.line))
        notes.append(
            Note(f"{_some(names)} {verb} never called; {they} would call {_some(requests)}", first.file, first.line)
        )
    return notes


def _some(names: Iterable[str]) -> str:
    """The first names, and how many more there are."""
    listed = list(dict.fromkeys(names))
    more = f" and {len(listed) - MOST_NAMED} more" if len(listed) > MOST_NAMED + 1 else ""
    return ", ".join(listed[:MOST_NAMED] if more else listed) + more
