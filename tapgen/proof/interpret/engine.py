"""One analysis from beginning to end: find the entry point, evaluate to a fixpoint, gather what was found."""

from __future__ import annotations

import ast
import contextlib
import gc
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tapgen.proof.interpret import entry, uncalled
from tapgen.proof.interpret.frames import Frame, Scope
from tapgen.proof.interpret.library.os import ANY
from tapgen.proof.interpret.library.register import Register, modelled
from tapgen.proof.interpret.library.strangers import Suspicion
from tapgen.proof.interpret.machine import Machine, Steps
from tapgen.proof.interpret.memory import Detail, TooEntangledError
from tapgen.proof.interpret.python import expressions, import_cycles, statements
from tapgen.proof.interpret.python.containers import Container
from tapgen.proof.interpret.python.modules import module_attribute
from tapgen.proof.interpret.python.plain import Const
from tapgen.proof.interpret.results import (
    AbsentName,
    Analysis,
    Call,
    ForeignImport,
    Guard,
    PathChange,
    Unresolved,
    VariableRead,
)
from tapgen.proof.interpret.site import Leak
from tapgen.proof.interpret.source import Module, Sources, split_entry_point
from tapgen.proof.interpret.uncalled import found
from tapgen.syntax import Version


def run(folder: Path, entry_point: str, elsewhere: Mapping[str, Path], python: Version | None) -> Analysis:
    """See `tapgen.proof.calls.analyse`."""
    own = split_entry_point(entry_point)[0].partition(".")[0]
    sources = Sources(folder, elsewhere, python, own=own, modelled=modelled())
    module = _entry_module(sources, entry_point)
    if module is None:
        return Analysis(problems=tuple(sorted(sources.problems)))
    steps = Steps(expressions.evaluate, statements.execute, statements.block, Register())
    collecting = gc.isenabled()
    gc.disable()  # trees and frames live to the end: looking for garbage among them takes longer than the analysis
    try:
        for detail in Detail:
            machine = Machine(sources, steps, detail)
            with contextlib.suppress(TooEntangledError):
                return _analysed(machine, module, entry_point)
    finally:
        if collecting:
            gc.enable()
    reason = "the source is too entangled: the calls that it can make cannot be worked out in reasonable time"
    return Analysis(
        unresolved=(Unresolved(reason, module.file, 1),),
        problems=tuple(sorted(set(sources.problems), key=_order)),
        files=sources.files(),
    )


def _analysed(machine: Machine, module: Module, entry_point: str) -> Analysis:
    sources = machine.sources
    root = _root(machine, module, entry_point)
    machine.settle()
    reached = machine.reached([root, machine.anybody])
    every, unresolved = _calls(machine, root, reached), found(reached, Unresolved)
    calls = {one for one in every if not one.borrowed}
    unresolved |= {one.unresolved for one in found(reached, Leak) if not machine.is_read(one.key)}
    places = {(one.file, one.line) for one in unresolved}
    suspicions = (one.unresolved for one in found(reached, Suspicion))
    unresolved |= {one for one in suspicions if (one.file, one.line) not in places}
    _check_entry(machine, module, entry_point)
    guards = found(reached, Guard)
    present = {one.name for one in guards if one.presence}
    reads = (
        replace(one, guarded=one.guarded or one.name in present or ANY in present)
        for one in found(reached, VariableRead)
    )
    trees = {name: frame.node for name, frame in machine.modules.items() if isinstance(frame.node, ast.Module)}
    for cycle in import_cycles.cycles(module.name, machine.imports, trees):
        circle = " -> ".join([*cycle.path, cycle.path[0]])
        early = f"{cycle.path[0]} has not defined {cycle.name!r} yet when it is imported here"
        sources.problem("cycle", f"circular import: {circle}; {early}", cycle.file, cycle.line)
    certain = import_cycles.certain_modules(module.name, machine.imports)
    foreign = set() if found(reached, PathChange) else found(reached, ForeignImport)
    at_start = {one.file for one in map(sources.load, certain) if one}
    idle = uncalled.Uncalled()
    with contextlib.suppress(TooEntangledError):
        idle = uncalled.find(machine, reached, set(every))
    return Analysis(
        calls=tuple(sorted(calls, key=_order)),
        unresolved=tuple(sorted(unresolved, key=_order)),
        notes=tuple(sorted(idle.notes, key=_order)),
        problems=tuple(sorted(set(sources.problems), key=_order)),
        possible=tuple(sorted(idle.possible | (every - calls), key=_order)),
        possible_services=frozenset(idle.services),
        variables=tuple(sorted(set(reads))),
        tested=frozenset(one.name for one in guards),
        imports=tuple(sorted(one for one in foreign if one.file in at_start)),
        absent=tuple(sorted(one for one in found(reached, AbsentName) if one.file in at_start)),
        entry=tuple(entry.problems(machine, module, split_entry_point(entry_point)[1])),
        files=sources.files(),
    )


def _calls(machine: Machine, root: Frame, reached: set[Frame]) -> set[Call]:
    """The calls in the frames, with what is asked of environment variables on the way to them."""
    on_the_way = machine.conditions(root)
    calls: set[Call] = set()
    for frame in reached:
        before = on_the_way.get(frame, frozenset())
        calls |= {replace(one, under=one.under | before) for one in frame.reports if isinstance(one, Call)}
    return calls


def _order(finding: object) -> tuple[str, int, str, list[str]]:
    """By place, and then by all that tells two findings apart, in the same way in every process."""
    under = sorted(map(repr, getattr(finding, "under", ())))
    return getattr(finding, "file", ""), getattr(finding, "line", 0), repr(finding), under


def _entry_module(sources: Sources, entry_point: str) -> Module | None:
    name, function = split_entry_point(entry_point)
    if not name or not function:
        sources.problem("missing", f"the entry point {entry_point!r} is not of the form module.function", "")
        return None
    if not sources.folder.is_dir():
        sources.problem("missing", f"the source folder {sources.folder} does not exist", "")
        return None
    module = sources.load(name)
    if module is None and not sources.problems:
        file = f"{name.replace('.', '/')}.py"
        sources.problem("missing", f"the entry point {entry_point!r} needs this module, which is not there", file)
    return module


def _root(machine: Machine, module: Module, entry_point: str) -> Frame:
    """A unit that imports the entry point's module and calls the entry point, as the Lambda runtime does."""
    name = split_entry_point(entry_point)[1]
    call = ast.Call(ast.Name(name, ast.Load(), lineno=1, col_offset=0), [], [], lineno=1, col_offset=0)
    home = machine.module_frame(module)
    root = Frame(Scope("root", frozenset()), call, home, module.name)
    machine.start(root)
    return root


def _check_entry(machine: Machine, module: Module, entry_point: str) -> None:
    name = split_entry_point(entry_point)[1]
    home = machine.modules[module.name]
    values = module_attribute(machine.site(home, module.tree), home, name)
    if not values and not home.stars and name not in home.scope.bound:
        functions = [one.name for one in module.tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
        known = f"; the module has: {', '.join(functions[:8])}" if functions else ""
        machine.sources.problem(
            "missing", f"there is no {name!r} for the entry point {entry_point!r}{known}", module.file
        )
    elif values and all(isinstance(value, Const | Container) for value in values):
        machine.sources.problem("missing", f"the entry point {entry_point!r} is not a function", module.file)
