"""Imports that fail each time the function starts: of modules and of names that are not there."""

from __future__ import annotations

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
            site.report(AbsentName(*site.place(), above, last))
            return
    if not site.machine.sources.brought(name):
        site.report(ForeignImport(*site.place(), name))


def note_name(site: Site, module: str, name: str) -> None:
    """`from module import name` of a local module."""
    machine = site.machine
    frame = machine.modules.get(module)
    if not _certain(site) or machine.sources.local(f"{module}.{name}".lstrip(".")):
        return
    if frame is None:
        bare = machine.sources.load(module) is None and module not in machine.sources.unread()
        if bare:  # a folder without `__init__.py`, which has modules and nothing else
            site.report(AbsentName(*site.place(), module, name))
    elif not _may_have(site, frame, name):
        site.report(AbsentName(*site.place(), module, name))


def _certain(site: Site) -> bool:
    unit = site.frame.unit
    return unit.scope.kind == "module" and not unit.uncertain and not site.machine.typing_only


def _may_have(site: Site, module: Frame, name: str, seen: frozenset[str] = frozenset()) -> bool:
    """Whether the module binds the name, or has it from elsewhere as far as one can tell."""
    dynamic = module.open or REST in module.cells or "__getattr__" in module.scope.bound
    if dynamic or name in module.scope.bound or name in module.cells or module.module in seen:
        return True
    if name.startswith("__") and name.endswith("__"):
        return True
    modules = site.machine.modules
    return any(
        star not in modules or _may_have(site, modules[star], name, seen | {module.module}) for star in module.stars
    )
