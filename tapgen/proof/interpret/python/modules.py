"""Modules: local ones are followed, the standard library and boto3 are known by name, the rest is not analysed."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tapgen.proof.interpret.frames import Frame
from tapgen.proof.interpret.python import imports
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.import_cycles import Import
from tapgen.proof.interpret.python.plain import External, Library, constant
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Value, Values, stable_hash
from tapgen.proof.interpret.source import AWS_SDK

if TYPE_CHECKING:
    from tapgen.proof.interpret.site import Site

MOST_STARS = 8
"""Star imports that lead one to the next, gone through for one name."""


@dataclass(frozen=True, slots=True)
class ModuleValue(Value):
    """An imported local module."""

    name: str

    def __hash__(self) -> int:
        return stable_hash(self.name)

    def attribute(self, site: Site, name: str) -> Values:
        """A global of the module, or a module below it."""
        module = self.frame(site)
        found = module_attribute(site, module, name) if module else EMPTY
        child = f"{self.name}.{name}"
        if child in site.machine.modules or (not found and site.machine.sources.local(child)):
            found |= {ModuleValue(child)}
        if module and not found:
            found = made_by_module(site, module, name)
        return site.known(found)

    def frame(self, site: Site) -> Frame | None:
        """The frame of the module's body, if it could be read."""
        return site.machine.modules.get(self.name)

    def any_attribute(self, site: Site) -> Values:
        """Any of its globals."""
        module = self.frame(site)
        return site.contents(module) if module else UNKNOWN

    def store(self, site: Site, name: str, values: Values) -> None:
        """Set a global."""
        module = self.frame(site)
        if module:
            site.write(module.cell(name), values)

    def entered(self, _site: Site) -> Values:
        """Nothing: a module is no context manager."""
        return EMPTY


def made_by_module(site: Site, module: Frame, name: str) -> Values:
    """What the module's own `__getattr__` gives for a name that it does not bind (PEP 562)."""
    if name in module.scope.bound or "__getattr__" not in module.scope.bound or name.startswith("__"):
        return EMPTY
    maker = site.read(module.cell("__getattr__"))
    return site.call(maker, Arguments([constant(name)]))


def module_attribute(site: Site, module: Frame, name: str, depth: int = 0) -> Values:
    """A module's global, its star imports included."""
    values = EMPTY
    if name in module.scope.bound or name in module.cells:
        values = site.read(module.cell(name))
    if not values and depth < MOST_STARS and not name.startswith("_"):
        for star in module.stars:
            if star in site.machine.modules:
                values |= module_attribute(site, site.machine.modules[star], name, depth + 1)
    return values


def load(site: Site, name: str, names: tuple[str, ...] = ()) -> Values:
    """The module of that dotted name, with every package above it; a local one is evaluated.

    `names` are taken from it at once.
    """
    machine, frame = site.machine, site.frame
    if not machine.sources.local(name):
        imports.note_foreign(site, name)
        return frozenset({_foreign(name)})
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        module = machine.sources.load(".".join(parts[:end]))
        if module is not None:
            imported = machine.module_frame(module)
            if imported is not frame:
                frame.leads_to(imported)
            if end == len(parts) and frame.scope.kind == "module" and not machine.typing_only:
                file, line = site.place()
                machine.imports.add(Import(frame.module, line, name, names, file, not frame.unit.uncertain))
    return frozenset({ModuleValue(name)})


def _foreign(name: str) -> Library | External:
    top = name.partition(".")[0]
    return Library(name) if top in AWS_SDK or top in sys.stdlib_module_names else External(name)


def run_import(site: Site, node: ast.Import) -> list[tuple[str, Values]]:
    """`import a.b`, `import a.b as c` -> the names that it binds."""
    bound = []
    for alias in node.names:
        found = load(site, alias.name)
        top = alias.name.partition(".")[0]
        if alias.asname:
            bound.append((alias.asname, found))
        else:
            local = site.machine.sources.local(top)
            bound.append((top, frozenset({ModuleValue(top) if local else _foreign(top)})))
    return bound


def run_import_from(site: Site, node: ast.ImportFrom) -> list[tuple[str, Values]]:
    """`from a import b` -> the names that it binds; a star is remembered in the frame."""
    name = _absolute(site, node)
    if name is None:
        site.unresolved("the relative import leads out of the source folder")
        return []
    sources = site.machine.sources
    local = sources.local(name) or name == ""
    taken = tuple(one.name for one in node.names if not sources.local(f"{name}.{one.name}"))
    if local and name and taken:
        load(site, name, taken)
    if not local:
        imports.note_foreign(site, name)
    bound = []
    for alias in node.names:
        if alias.name == "*":
            _star(site, name, local=local)
        else:
            found = _member(site, name, alias.name) if local else _foreign_member(name, alias.name)
            if local:
                imports.note_name(site, name, alias.name)
            bound.append((alias.asname or alias.name, found))
    return bound


def _foreign_member(name: str, member: str) -> Values:
    return frozenset({type(_foreign(name))(f"{name}.{member}")})


def _member(site: Site, name: str, member: str) -> Values:
    module = site.machine.modules.get(name)
    child = f"{name}.{member}".lstrip(".")
    found = module_attribute(site, module, member) if module else EMPTY
    if not found and site.machine.sources.local(child):
        found = load(site, child)
    if module and not found:
        found = made_by_module(site, module, member)
    return site.known(found)


def _star(site: Site, name: str, *, local: bool) -> None:
    if local and name not in site.frame.stars:
        site.frame.stars.append(name)
    site.frame.open = site.frame.open or not local
    if not local and name.partition(".")[0] in AWS_SDK:
        site.unresolved(f"'from {name} import *' hides which names are boto3's: import them by name")


def _absolute(site: Site, node: ast.ImportFrom) -> str | None:
    if not node.level:
        return node.module or ""
    module = site.machine.sources.load(site.frame.module)
    parts = site.frame.module.split(".")
    up = node.level - (1 if module and module.package else 0)
    if up > len(parts):
        return None
    base = parts[: len(parts) - up]
    return ".".join([*base, *([node.module] if node.module else [])])
