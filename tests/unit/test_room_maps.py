"""The docstring of a room is its map: every module stands in it, in an order that can be read from the top."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "tapgen"
ROOMS = ("review", "proof", "proof/interpret")


def mapped(room: Path) -> list[str]:
    """The names that begin the lines of the map."""
    text = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8"))) or ""
    return re.findall(r"^([a-z_0-9]+)  +\S", text, re.MULTILINE)


def present(room: Path) -> set[str]:
    """The modules and packages of the room."""
    packages = {path.parent.name for path in room.glob("*/__init__.py")}
    return {path.stem for path in room.glob("*.py")} - {"__init__"} | packages


def uses(file: Path, package: str) -> set[str]:
    """The modules of the same room that a module imports when it is imported."""
    found: set[str] = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module == package:
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{package}."):
            found.add(str(node.module).removeprefix(f"{package}.").partition(".")[0])
    return found


@pytest.mark.parametrize("name", ROOMS)
def test_every_module_stands_in_the_map_of_its_room_once(name: str) -> None:
    names = mapped(ROOT / name)

    assert sorted(names) == sorted(present(ROOT / name))


@pytest.mark.parametrize("name", ROOMS)
def test_a_module_uses_only_what_stands_above_it(name: str) -> None:
    order = mapped(ROOT / name)
    package = f"tapgen.{name.replace('/', '.')}"
    for position, module in enumerate(order):
        file = ROOT / name / f"{module}.py"
        if file.is_file():
            later = uses(file, package) & set(order[position:])
            assert not later, f"{module} uses {sorted(later)}"
