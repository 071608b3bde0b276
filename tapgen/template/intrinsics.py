"""A value as CloudFormation sees it: one spelling for each meaning, whatever the author wrote.

Numbers and booleans become strings, `Fn::GetAtt` a pair, `Fn::Sub` and `Fn::Join` one list of pieces, and what the
template alone decides (parameters with a known value, mappings, conditions) is put in its place. The input is never
changed. Shapes that CloudFormation would refuse pass through: reporting them is not this module's work.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from tapgen.template.secrets import Masked

Value = Any
_SUB_VARIABLE = re.compile(r"\$\{([^{}]*)\}")


class _Nothing:
    """What `AWS::NoValue` leaves."""


_NOTHING: Final = _Nothing()


class Scope(Struct, frozen=True):
    """What is known when a template is read."""

    parameters: Mapping[str, Value] = {}
    """Values in canonical form; a parameter without one stays a Ref."""
    mappings: Mapping[str, Value] = {}
    conditions: Mapping[str, bool] = {}
    """Those that can be decided."""


EMPTY: Final = Scope()


def canonical(value: Value, scope: Scope = EMPTY) -> Value:
    """The value in its one spelling; a new object wherever anything could be shared."""
    result = _canonical(value, scope)
    return {"Ref": "AWS::NoValue"} if result is _NOTHING else result


def scalar(value: Value) -> str:
    """A number, boolean, null or string as CloudFormation's string for it."""
    if isinstance(value, str):
        return value
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "null" if value is None else str(value)


def function(value: Value) -> tuple[str, Value] | None:
    """("Fn::Sub", argument) where the value is an intrinsic function, or ("Ref", name); else None."""
    if isinstance(value, dict) and len(value) == 1:
        [(name, argument)] = value.items()
        if name == "Ref" or (isinstance(name, str) and name.startswith("Fn::")):
            return name, argument
    return None


def branches(value: Value) -> Iterator[Value]:
    """What a canonical value may be: every item of both branches where an open condition chooses, else itself."""
    call = function(value)
    if call and call[0] == "Fn::If" and isinstance(call[1], list) and len(call[1]) == 3:
        for branch in call[1][1:]:
            for item in branch if isinstance(branch, list) else [branch]:
                if item != {"Ref": "AWS::NoValue"}:
                    yield from branches(item)
    else:
        yield value


def undecided(value: Value) -> bool:
    """Whether a function gives a setting its value, so that it is not known here."""
    return function(value) is not None


def _canonical(value: Value, scope: Scope) -> Value:
    if isinstance(value, dict):
        call = function(value)
        if call is not None:
            return _evaluate(call[0], call[1], scope)
        pairs = ((str(key), _canonical(item, scope)) for key, item in value.items())
        return {key: item for key, item in pairs if item is not _NOTHING}
    if isinstance(value, list | tuple):
        return [item for item in (_canonical(item, scope) for item in value) if item is not _NOTHING]
    return scalar(value)


def _evaluate(name: str, argument: Value, scope: Scope) -> Value:
    handler = _HANDLERS.get(name)
    if handler is not None:
        return handler(argument, scope)
    return {name: canonical(argument, scope)}


def _ref(argument: Value, scope: Scope) -> Value:
    if argument == "AWS::NoValue":
        return _NOTHING
    if isinstance(argument, str) and argument in scope.parameters:
        return scope.parameters[argument]
    return {"Ref": canonical(argument, scope)}


def _get_att(argument: Value, scope: Scope) -> Value:
    if isinstance(argument, str) and "." in argument:
        return {"Fn::GetAtt": argument.split(".", 1)}
    if isinstance(argument, list | tuple) and len(argument) > 1 and all(isinstance(part, str) for part in argument):
        return {"Fn::GetAtt": [argument[0], ".".join(argument[1:])]}
    return {"Fn::GetAtt": canonical(argument, scope)}


def _sub(argument: Value, scope: Scope) -> Value:
    text, variables = argument, {}
    if isinstance(argument, list | tuple) and len(argument) == 2 and isinstance(argument[1], dict):
        text, variables = argument
    if not isinstance(text, str):
        return {"Fn::Sub": canonical(argument, scope)}
    pieces: list[Value] = []
    position = 0
    for match in _SUB_VARIABLE.finditer(text):
        pieces.append(text[position : match.start()])
        position = match.end()
        name = match[1].strip()
        if name.startswith("!"):
            pieces.append("${" + name[1:] + "}")
        elif name in variables:
            pieces.append(canonical(variables[name], scope))
        elif "." in name:
            pieces.append(_get_att(name, scope))
        else:
            pieces.append(canonical({"Ref": name}, scope))
    return concatenation([*pieces, text[position:]])


def _join(argument: Value, scope: Scope) -> Value:
    if isinstance(argument, list | tuple) and len(argument) == 2 and isinstance(argument[0], str):
        items = canonical(argument[1], scope)
        if isinstance(items, list):
            pieces: list[Value] = []
            for index, item in enumerate(items):
                pieces += [argument[0], item] if index else [item]
            return concatenation(pieces)
        return {"Fn::Join": [argument[0], items]}
    return {"Fn::Join": canonical(argument, scope)}


def concatenation(pieces: list[Value]) -> Value:
    """The pieces as one string where all are text, else one `Fn::Join` without a delimiter."""
    flat: list[Value] = []
    for piece in _flatten(pieces):
        if isinstance(piece, str) and flat and isinstance(flat[-1], str):
            secret = isinstance(piece, Masked) or isinstance(flat[-1], Masked)
            flat[-1] = Masked(flat[-1] + piece) if secret else flat[-1] + piece
        elif piece != "":
            flat.append(piece)
    if not flat:
        return ""
    # A single function in a text is that function's value: Fn::Sub "${Table}" is Ref Table.
    return flat[0] if len(flat) == 1 else {"Fn::Join": ["", flat]}


def _flatten(pieces: list[Value]) -> Iterator[Value]:
    for piece in pieces:
        call = function(piece)
        if call and call[0] == "Fn::Join" and isinstance(call[1], list) and len(call[1]) == 2 and call[1][0] == "":
            yield from call[1][1] if isinstance(call[1][1], list) else [piece]
        else:
            yield piece


def _if(argument: Value, scope: Scope) -> Value:
    if isinstance(argument, list | tuple) and len(argument) == 3 and isinstance(argument[0], str):
        decided = scope.conditions.get(argument[0])
        if decided is not None:
            return _canonical(argument[1 if decided else 2], scope)
        then, other = canonical(argument[1], scope), canonical(argument[2], scope)
        return then if then == other else {"Fn::If": [argument[0], then, other]}
    return {"Fn::If": canonical(argument, scope)}


def _find_in_map(argument: Value, scope: Scope) -> Value:
    keys = canonical(argument, scope)
    if isinstance(keys, list) and len(keys) >= 3 and all(isinstance(key, str) for key in keys[:3]):
        found = scope.mappings
        for key in keys[:3]:
            if not isinstance(found, Mapping) or key not in found:
                return {"Fn::FindInMap": keys}
            found = found[key]
        return canonical(found)
    return {"Fn::FindInMap": keys}


def _select(argument: Value, scope: Scope) -> Value:
    parts = canonical(argument, scope)
    if isinstance(parts, list) and len(parts) == 2 and isinstance(parts[0], str) and isinstance(parts[1], list):
        index = parts[0]
        if index.isascii() and index.isdigit() and len(index) < 9 and int(index) < len(parts[1]):
            return parts[1][int(index)]
    return {"Fn::Select": parts}


def _split(argument: Value, scope: Scope) -> Value:
    parts = canonical(argument, scope)
    if isinstance(parts, list) and len(parts) == 2 and isinstance(parts[0], str) and parts[0]:
        delimiter, text = parts
        if isinstance(text, str):
            secret = isinstance(text, Masked)
            return [Masked(piece) if secret else piece for piece in text.split(delimiter)]
    return {"Fn::Split": parts}


_HANDLERS: Final[Mapping[str, Callable[[Value, Scope], Value]]] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::If": _if,
    "Fn::FindInMap": _find_in_map,
    "Fn::Select": _select,
    "Fn::Split": _split,
}


class Reference(Struct, frozen=True):
    """A value that another resource (or a parameter) gives: `attribute` is "" for Ref."""

    target: str
    attribute: str
    path: tuple[str | int, ...]
    """Where the outermost intrinsic function stands."""


def references(value: Value, path: tuple[str | int, ...] = (), *, inside: bool = False) -> Iterator[Reference]:
    """Every Ref and GetAtt in a canonical value, through any function around it."""
    if isinstance(value, dict):
        call = function(value)
        if call is None:
            for key, item in value.items():
                yield from references(item, path if inside else (*path, key), inside=inside)
            return
        name, argument = call
        if name == "Ref" and isinstance(argument, str):
            yield Reference(argument, "", path)
        elif name == "Fn::GetAtt" and isinstance(argument, list) and len(argument) == 2:
            if isinstance(argument[0], str):
                yield Reference(argument[0], argument[1] if isinstance(argument[1], str) else "?", path)
        else:
            yield from references(argument, path, inside=True)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from references(item, path if inside else (*path, index), inside=inside)
