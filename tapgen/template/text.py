"""Values as a person reads them: intrinsic functions in YAML's short form on one line."""

from __future__ import annotations

import re
from typing import Any

from tapgen.template.intrinsics import function
from tapgen.template.paths import ABSENT, Path
from tapgen.template.secrets import MASK, Masked

_PLAIN = re.compile(r"[^\s\"'{}\[\],:#&*!|>%@`](?:[^\n\"{}\[\],#]*[^\s\"{}\[\],#:])?")


def text(value: Any) -> str:
    """A string with its functions as `${…}`, as Fn::Sub would write it: the form that policies are compared in."""
    if isinstance(value, str):
        return MASK if isinstance(value, Masked) else value
    call = function(value)
    if call is None:
        return inline(value)
    name, argument = call
    if name == "Fn::Join" and isinstance(argument, list) and len(argument) == 2 and argument[0] == "":
        return "".join(text(piece) for piece in argument[1]) if isinstance(argument[1], list) else text(argument[1])
    return "${" + (_named(name, argument) or inline(value)) + "}"


def inline(value: Any) -> str:
    """Any value on one line."""
    if isinstance(value, str):
        return MASK if isinstance(value, Masked) else _quoted(value)
    if isinstance(value, list):
        return "[" + ", ".join(inline(item) for item in value) + "]"
    if isinstance(value, dict):
        call = function(value)
        if call is not None:
            return _call(value, *call)
        return "{" + ", ".join(f"{_quoted(str(key))}: {inline(item)}" for key, item in value.items()) + "}"
    return "" if value is ABSENT else str(value)


def _call(value: Any, name: str, argument: Any) -> str:
    if name == "Fn::Join" and isinstance(argument, list) and argument[:1] == [""]:
        return f"!Sub {_quoted(text(value))}"
    return f"!{name.removeprefix('Fn::')} {_named(name, argument) or inline(argument)}"


def _named(name: str, argument: Any) -> str:
    """`Table` of a Ref, `Table.Arn` of a GetAtt; else ''."""
    if name == "Ref" and isinstance(argument, str):
        return argument
    return ".".join(argument) if name == "Fn::GetAtt" and _strings(argument) else ""


def at(path: Path) -> str:
    """`KeySchema[0].AttributeName`, `Tags[Environment].Value`; "Properties" is left out at the front."""
    steps = path[1:] if len(path) > 1 and path[0] == "Properties" else path
    written = ""
    for step in steps:
        if isinstance(step, int):
            written += f"[{getattr(step, 'name', '') or int(step)}]"
        else:
            written += f".{step}" if written else step
    return written


def _strings(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value) and ": " not in value:
        return value
    import json

    return json.dumps(value, ensure_ascii=False)
