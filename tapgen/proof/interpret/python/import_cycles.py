"""Circular imports that fail: a name is taken from a module that has not come to bind it yet."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tapgen.proof.interpret.python.scopes import bound_by


class Import(NamedTuple):
    """An import at module level: who imports what, where, and which names are taken from it at once."""

    importer: str
    line: int
    imported: str
    names: tuple[str, ...]
    file: str
    certain: bool = True
    """It is made each time, and its failure is not caught."""


class Cycle(NamedTuple):
    """The modules in the order in which they import each other, the name, and the import that takes it too early."""

    path: tuple[str, ...]
    name: str
    file: str
    line: int


def certain_modules(entry: str, imports: Iterable[Import]) -> frozenset[str]:
    """The modules that are imported each time the entry module is, with the packages above them."""
    following: dict[str, list[str]] = {}
    for one in imports:
        if one.certain:
            following.setdefault(one.importer, []).append(one.imported)
    found: set[str] = set()
    stack = [entry]
    while stack:
        parts = stack.pop().split(".")
        for name in {".".join(parts[:end]) for end in range(1, len(parts) + 1)} - found:
            found.add(name)
            stack += following.get(name, ())
    return frozenset(found)


def cycles(entry: str, imports: Iterable[Import], trees: Mapping[str, ast.Module]) -> list[Cycle]:
    """The circles that importing the entry module runs into, as Python does it: depth first, in the order of lines.

    A module that is still being imported has bound what stands above the import that it is at (Python reference,
    "The import system"; Programming FAQ, "What are the best practices for using import in a module?").
    """
    following: dict[str, list[Import]] = {}
    for one in sorted(imports):
        following.setdefault(one.importer, []).append(one)
    found: list[Cycle] = []
    done: set[str] = set()
    path = [(entry, iter(following.get(entry, ())))]
    at: dict[str, int] = {}
    while path:
        module, rest = path[-1]
        following_import = next(rest, None)
        if following_import is None:
            done.add(module)
            path.pop()
            continue
        one = following_import
        at[module] = one.line
        names = [name for name, _ in path]
        if one.imported in names:
            circle = tuple(names[names.index(one.imported) :])
            early = _early(one, trees.get(one.imported), at[one.imported])
            found += [Cycle(circle, name, one.file, one.line) for name in early]
        elif one.imported not in done:
            path.append((one.imported, iter(following.get(one.imported, ()))))
    return found


def _early(one: Import, tree: ast.Module | None, line: int) -> list[str]:
    """The names that the imported module binds only from that line on."""
    if tree is None or not one.names:
        return []
    before = bound_by(statement for statement in tree.body if statement.lineno < line)
    after = bound_by(statement for statement in tree.body if statement.lineno >= line)
    return [name for name in one.names if name in after and name not in before]
