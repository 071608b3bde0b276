"""Imports that fail each time the function starts: of modules and of names that are not there."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tapgen.proof.interpret.cells import REST
from tapgen.proof.interpret.results import AbsentName, ForeignImport

if TYPE_CHECKING:
    from tapgen.proof.interpret.frames import Frame
    from tapgen.proof.interpret.site import Site


def note_foreign(site: Site, name: str) -> None:
    """An import of a module that is not local; of one below a local package, that it is not there."""
    if not _certain(site):
        return
    above = name
    while "." in above:
        above, _, last = above.rpartition(".")
        if site.machine.sources.local(above):
            if not site.machine.sources.compiled(f"{above}.{last}"):
                site.report(AbsentName(*site.place(), above, last))
            return
    if not site.machine.sources.brought(name):
        site.report(ForeignImport(*site.place(), name))


def note_name(site: Site, module: str, name: str) -> None:
    """`from module import name` of a local module."""
    machine = site.machine
    frame = machine.modules.get(module)
    child = f"{module}.{name}".lstrip(".")
    if not _certain(site) or machine.sources.local(child) or machine.sources.compiled(child):
        return
    if frame is None:
        bare = machine.sources.load(module) is None and module not in machine.sources.unread()
        if bare:  # a folder without `__init__.py`, which has modules and nothing else
            site.report(AbsentName(*site.place(), module, name))
    elif not _may_have(site, frame, name):
        site.report(AbsentName(*site.place(), module, name))


def _certain(site: Site) -> bool:
    unit = site.frame.unit
    return unit.scope.kind == "module" and not unit.uncertain


_MAKERS = frozenset({"globals", "vars", "locals", "setattr", "exec", "eval", "modules"})
"""Names by which a module may bind others that are not written in it: `globals()`, `sys.modules[__name__]`."""


def _makes_names(tree: ast.AST) -> bool:
    return any(getattr(node, "id", getattr(node, "attr", "")) in _MAKERS for node in ast.walk(tree))


def _may_have(site: Site, module: Frame, name: str, seen: frozenset[str] = frozenset()) -> bool:
    """Whether the module binds the name, or has it from elsewhere as far as one can tell."""
    if name in module.scope.bound or name in module.cells or module.module in seen:
        return True
    dynamic = module.open or REST in module.cells or "__getattr__" in module.scope.bound
    if dynamic or (name.startswith("__") and name.endswith("__")) or _makes_names(module.node):
        return True
    modules = site.machine.modules
    return any(
        star not in modules or _may_have(site, modules[star], name, seen | {module.module}) for star in module.stars
    )
