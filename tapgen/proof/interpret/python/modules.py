"""Imports: local modules are followed, the standard library and boto3 are known by name, the rest is not analysed."""

from __future__ import annotations

import ast
import sys

from tapgen.proof.interpret.machine import Machine
from tapgen.proof.interpret.python import attributes
from tapgen.proof.interpret.python.values import EMPTY, External, Frame, Library, ModuleValue, Value, Values
from tapgen.proof.interpret.source import AWS_SDK


def load(machine: Machine, frame: Frame, node: ast.AST, name: str) -> Values:
    """The module of that dotted name, with every package above it; a local one is evaluated."""
    if not machine.sources.local(name):
        return frozenset({_foreign(name)})
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        module = machine.sources.load(".".join(parts[:end]))
        if module is not None:
            imported = machine.module_frame(module)
            if imported is not frame:
                frame.unit.callees.add(imported)
            if end == len(parts) and frame.scope.kind == "module" and not machine.typing_only:
                machine.imports.add((frame.module, name, *machine.place(frame, node)))
    return frozenset({ModuleValue(name)})


def _foreign(name: str) -> Value:
    top = name.partition(".")[0]
    return Library(name) if top in AWS_SDK or top in sys.stdlib_module_names else External(name)


def run_import(machine: Machine, frame: Frame, node: ast.Import) -> list[tuple[str, Values]]:
    """`import a.b`, `import a.b as c` -> the names that it binds."""
    bound = []
    for alias in node.names:
        found = load(machine, frame, node, alias.name)
        top = alias.name.partition(".")[0]
        if alias.asname:
            bound.append((alias.asname, found))
        else:
            local = machine.sources.local(top)
            bound.append((top, frozenset({ModuleValue(top) if local else _foreign(top)})))
    return bound


def run_import_from(machine: Machine, frame: Frame, node: ast.ImportFrom) -> list[tuple[str, Values]]:
    """`from a import b` -> the names that it binds; a star is remembered in the frame."""
    name = _absolute(machine, frame, node)
    if name is None:
        machine.unresolved(frame, node, "the relative import leads out of the source folder")
        return []
    local = machine.sources.local(name) or name == ""
    if local and name and (any(not machine.sources.local(f"{name}.{one.name}") for one in node.names)):
        load(machine, frame, node, name)
    bound = []
    for alias in node.names:
        if alias.name == "*":
            _star(machine, frame, node, name, local=local)
        else:
            found = _member(machine, frame, node, name, alias.name) if local else _foreign_member(name, alias.name)
            bound.append((alias.asname or alias.name, found))
    return bound


def _foreign_member(name: str, member: str) -> Values:
    foreign = _foreign(name)
    kind = Library if isinstance(foreign, Library) else External
    return frozenset({kind(f"{name}.{member}")})


def _member(machine: Machine, frame: Frame, node: ast.AST, name: str, member: str) -> Values:
    module = machine.modules.get(name)
    child = f"{name}.{member}".lstrip(".")
    found = attributes.module_attribute(machine, frame, module, member) if module else EMPTY
    if not found and machine.sources.local(child):
        found = load(machine, frame, node, child)
    if module and not found:
        found = attributes.made_by_module(machine, frame, node, module, member)
    return found or machine.known(frame, EMPTY)


def _star(machine: Machine, frame: Frame, node: ast.AST, name: str, *, local: bool) -> None:
    if local and name not in frame.stars:
        frame.stars.append(name)
    elif not local and name.partition(".")[0] in AWS_SDK:
        machine.unresolved(frame, node, f"'from {name} import *' hides which names are boto3's: import them by name")


def _absolute(machine: Machine, frame: Frame, node: ast.ImportFrom) -> str | None:
    if not node.level:
        return node.module or ""
    module = machine.sources.load(frame.module)
    parts = frame.module.split(".")
    up = node.level - (1 if module and module.package else 0)
    if up > len(parts):
        return None
    base = parts[: len(parts) - up]
    return ".".join([*base, *([node.module] if node.module else [])])


def cycles(edges: set[tuple[str, str, str, int]]) -> list[tuple[tuple[str, ...], str, int]]:
    """Circular imports at module level: the modules in order, and file and line of the import that closes each."""
    graph: dict[str, dict[str, tuple[str, int]]] = {}
    for importer, imported, file, line in sorted(edges):
        graph.setdefault(importer, {}).setdefault(imported, (file, line))
    found: list[tuple[tuple[str, ...], str, int]] = []
    done: set[str] = set()
    for start in sorted(graph):
        path: list[str] = []
        stack = [(start, iter(sorted(graph[start])))] if start not in done else []
        path += [start] if stack else []
        while stack:
            following = next(stack[-1][1], None)
            if following is None:
                done.add(stack.pop()[0])
                path.pop()
            elif following in path:
                file, line = graph[path[-1]][following]
                found.append((tuple(path[path.index(following) :]), file, line))
            elif following not in done:
                path.append(following)
                stack.append((following, iter(sorted(graph.get(following, {})))))
    return found
