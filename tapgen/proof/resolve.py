"""What an intrinsic function means: a text with `${LogicalId}` and `${LogicalId.Attribute}` left in it.

`Ref`, `Fn::GetAtt`, `Fn::Sub` and `Fn::Join` become such texts; `Fn::If` becomes the texts of both its branches;
what only CloudFormation can know (`Fn::ImportValue`, `Fn::Select` …) becomes `${?}`, which compares with anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice, product
from typing import Any

from tapgen.proof.subject import mapping

UNKNOWN = "${?}"
NO_VALUE = "${AWS::NoValue}"
MOST_TEXTS = 64
"""Alternatives of one value that are followed; nested conditions multiply."""
DEEPEST = 32
"""Functions within functions that are followed; no real template comes near."""

REFERENCE = re.compile(r"\$\{([^!${}][^${}]*)\}")


def texts(value: Any, depth: int = 0) -> tuple[str, ...]:
    """Every text that a value of the document can become."""
    if isinstance(value, str):
        return (value if value.isascii() else value.encode(errors="replace").decode(),)  # JSON may hold half a pair
    if isinstance(value, bool | int | float):
        return (str(value).lower(),)
    if not isinstance(value, dict) or len(value) != 1 or depth > DEEPEST:
        return (UNKNOWN,)
    [(function, argument)] = value.items()
    meaning = _FUNCTIONS.get(function)
    return meaning(argument, depth) if meaning else (UNKNOWN,)


def _ref(argument: Any, _: int) -> tuple[str, ...]:
    return (f"${{{argument}}}",) if isinstance(argument, str) else (UNKNOWN,)


def _if(argument: Any, depth: int) -> tuple[str, ...]:
    if not (isinstance(argument, list) and len(argument) == 3):
        return (UNKNOWN,)
    branches = (*texts(argument[1], depth + 1), *texts(argument[2], depth + 1))
    return tuple(dict.fromkeys(text for text in branches if text != NO_VALUE)) or (NO_VALUE,)


def _attribute(argument: Any, _: int) -> tuple[str, ...]:
    if isinstance(argument, str) and "." in argument:
        return (f"${{{argument}}}",)
    if isinstance(argument, list) and len(argument) > 1 and all(isinstance(part, str) for part in argument):
        return (f"${{{'.'.join(argument)}}}",)
    return (UNKNOWN,)


def _sub(argument: Any, depth: int) -> tuple[str, ...]:
    template, variables = argument, {}
    if isinstance(argument, list) and argument:
        template, variables = argument[0], mapping(argument[1]) if len(argument) > 1 else {}
    if not isinstance(template, str):
        return (UNKNOWN,)
    names = [name for name in variables if f"${{{name}}}" in template]
    alternatives = []
    for values in islice(product(*(texts(variables[name], depth + 1) for name in names)), MOST_TEXTS):
        known = dict(zip(names, values, strict=True))
        alternatives.append(
            REFERENCE.sub(lambda match, known=known: known.get(match[1], f"${{{match[1].strip()}}}"), template)  # type: ignore[misc]
        )
    return tuple(alternatives)


def _join(argument: Any, depth: int) -> tuple[str, ...]:
    if not (isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list)):
        return (UNKNOWN,)
    separator = argument[0] if isinstance(argument[0], str) else UNKNOWN
    parts = [texts(part, depth + 1) for part in argument[1]]
    return tuple(separator.join(values) for values in islice(product(*parts), MOST_TEXTS))


_FUNCTIONS: dict[str, Callable[[Any, int], tuple[str, ...]]] = {
    "Ref": _ref,
    "Fn::GetAtt": _attribute,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::If": _if,
}


def references(value: Any) -> Iterator[str]:
    """The logical ids (and parameter names) that a value mentions, however deep."""
    stack = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            for key, argument in current.items():
                if key == "Ref" and isinstance(argument, str):
                    yield argument
                elif key in ("Fn::GetAtt", "Fn::Sub"):
                    for text in texts({key: argument}):
                        yield from (match.split(".")[0] for match in REFERENCE.findall(text))
                    stack.append(argument if key == "Fn::Sub" else None)
                else:
                    stack.append(argument)
