"""What each field of the settings is for: the docstring below it, for the JSON Schema and docs/settings.md.

Read from the source when somebody asks: as values of the annotations they would cost each start of tapgen 5 ms.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from msgspec import Struct, inspect

WRITTEN_AS = "written_as"
"""Attribute of a struct that stands for another one: the one in whose source the fields are described."""


@cache
def descriptions(struct: type[Struct]) -> Mapping[str, str]:
    """Field -> its description, each on one line; a derived struct has those of what it derives from."""
    found: dict[str, str] = {}
    for one in reversed(getattr(struct, WRITTEN_AS, struct).__mro__):
        found |= _of_module(one.__module__).get(one.__name__, {}) if one.__module__.startswith("tapgen.") else {}
    return found


@cache
def _of_module(name: str) -> Mapping[str, Mapping[str, str]]:
    """Class -> field -> description, of the classes at the top of a module."""
    tree = ast.parse(Path(str(sys.modules[name].__file__)).read_text(encoding="utf-8"))
    return {node.name: dict(_fields(node)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, text in zip(node.body, node.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            value = text.value if isinstance(text, ast.Expr) else None
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield field.target.id, " ".join(value.value.split())


def structs(kind: inspect.Type) -> Iterator[inspect.StructType]:
    """Every struct that a type is made of, itself first, each once."""
    seen: set[type] = set()
    waiting = [kind]
    while waiting:
        match waiting.pop(0):
            case inspect.StructType() as struct if struct.cls not in seen:
                seen.add(struct.cls)
                yield struct
                waiting += [field.type for field in struct.fields]
            case inspect.Metadata(type=inner):
                waiting.append(inner)
            case inspect.VarTupleType(item_type=inner) | inspect.DictType(value_type=inner):
                waiting.append(inner)
            case inspect.UnionType(types=options):
                waiting += options
