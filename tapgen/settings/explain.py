"""Why values do not fit the settings' model: every problem, not the first, in words. Only read when there is one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from msgspec import NODEFAULT, inspect

from tapgen.errors import suggestion
from tapgen.settings import typed
from tapgen.settings.model import GIVEN
from tapgen.settings.other_words import ours
from tapgen.settings.pattern_words import words

Path = tuple[str | int, ...]
Problem = tuple[Path, str]


def explain(settings: dict[str, Any]) -> list[Problem]:
    """Each problem of an environment's merged settings, with its path."""
    return list(_walk(settings, _model(), ()))


@cache
def _model() -> inspect.Type:
    return typed.whole()


def _walk(value: Any, kind: inspect.Type, path: Path) -> Iterator[Problem]:  # noqa: C901 - one case a type
    match kind:
        case inspect.Metadata():
            yield from _walk(value, kind.type, path)
        case inspect.StructType():
            yield from _struct(value, kind, path)
        case inspect.DictType():
            yield from _dict(value, kind, path)
        case inspect.VarTupleType():
            yield from _list(value, kind, path)
        case inspect.UnionType():
            yield from _union(value, kind, path)
        case inspect.LiteralType():
            if value not in kind.values or isinstance(value, bool):
                yield path, _not_one_of(value, kind.values)
        case inspect.BoolType():
            if not isinstance(value, bool):
                yield path, f"{_shown(value)} is neither true nor false"
        case inspect.IntType() | inspect.FloatType():
            yield from _number(value, kind, path)
        case inspect.StrType():
            yield from _string(value, kind, path)


def _struct(value: Any, kind: inspect.StructType, path: Path) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield path, f"{_shown(value)} is not a table"
        return
    fields = {field.encode_name: field for field in kind.fields}
    known = [name for name in fields if path or name not in GIVEN]
    for key, item in value.items():
        if key in fields:
            yield from _walk(item, fields[key].type, (*path, key))
        else:
            better = ours(kind.cls.__name__, str(key)) or suggestion(str(key), known)
            yield (*path, key), f"there is no such setting; {better}"
    for name, field in fields.items():
        required = field.default is NODEFAULT and field.default_factory is NODEFAULT
        if required and name not in value:
            yield (*path, name), "it is required and missing"


def _dict(value: Any, kind: inspect.DictType, path: Path) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield path, f"{_shown(value)} is not a table"
        return
    for key, item in value.items():
        yield from _walk(key, kind.key_type, (*path, key))
        yield from _walk(item, kind.value_type, (*path, key))


def _list(value: Any, kind: inspect.VarTupleType, path: Path) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield path, f"{_shown(value)} is not a list"
        return
    if kind.min_length is not None and len(value) < kind.min_length:
        yield path, "the list is empty"
    if kind.max_length is not None and len(value) > kind.max_length:
        yield path, f"the list has {len(value)} items, more than {kind.max_length}"
    for index, item in enumerate(value):
        yield from _walk(item, kind.item_type, (*path, index))


def _union(value: Any, kind: inspect.UnionType, path: Path) -> Iterator[Problem]:
    options = [option for option in kind.types if not isinstance(option, inspect.NoneType)]
    found = [(option, list(_walk(value, option, path))) for option in options]
    if not all(problems for _, problems in found):
        return
    meant = [problems for option, problems in found if type(value) is _values(option)]
    if not meant and len(options) > 1:
        kinds = dict.fromkeys(_FORMS[_values(option)] for option in options)
        yield path, f"{_shown(value)} is {'not' if len(kinds) == 1 else 'neither'} {' nor '.join(kinds)}"
        return
    # Of several, the one that got furthest: a list with a wrong item, not "not a word".
    yield from max(meant or [found[0][1]], key=lambda problems: max(len(where) for where, _ in problems))


_TYPES: dict[type[inspect.Type], type] = {
    inspect.StructType: dict,
    inspect.DictType: dict,
    inspect.VarTupleType: list,
    inspect.BoolType: bool,
    inspect.IntType: int,
    inspect.FloatType: float,
}
_FORMS: dict[type, str] = {
    str: "text",
    dict: "a table",
    list: "a list",
    bool: "true or false",
    int: "a number",
    float: "a number",
}


def _values(option: inspect.Type) -> type:
    """What TOML gives for a value of this type."""
    if isinstance(option, inspect.Metadata):
        return _values(option.type)
    if isinstance(option, inspect.LiteralType):
        return type(option.values[0])
    return _TYPES.get(type(option), str)


def _number(value: Any, kind: inspect.IntType | inspect.FloatType, path: Path) -> Iterator[Problem]:
    whole = isinstance(kind, inspect.IntType)
    if not isinstance(value, int if whole else int | float) or isinstance(value, bool):
        yield path, f"{_shown(value)} is not a {'whole ' if whole else ''}number"
    elif kind.ge is not None and value < kind.ge:
        yield path, f"{value} is less than {kind.ge}"
    elif kind.le is not None and value > kind.le:
        yield path, f"{value} is more than {kind.le}"


def _string(value: Any, kind: inspect.StrType, path: Path) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield path, f"{_shown(value)} is not text"
    elif kind.min_length is not None and len(value) < kind.min_length:
        yield path, "it is empty"
    elif kind.max_length is not None and len(value) > kind.max_length:
        yield path, f"{len(value)} characters are more than {kind.max_length}"
    elif kind.pattern is not None and not re.search(kind.pattern, value):
        yield path, f"{_shown(value)} does not fit: {words(kind.pattern)}"


def _not_one_of(value: Any, values: tuple[Any, ...]) -> str:
    if isinstance(value, str) and all(isinstance(choice, str) for choice in values):
        choices = [str(choice) for choice in values]
        better = suggestion(value, choices)
        closest = f"; {better}" if better.startswith("did you mean") else ""
        return f"{_shown(value)} is not one of {', '.join(choices)}{closest}"
    return f"{_shown(value)} is not one of {', '.join(_shown(choice) for choice in values)}"


def _shown(value: Any) -> str:
    """The value as TOML would have it, cut where it is long."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a table"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
