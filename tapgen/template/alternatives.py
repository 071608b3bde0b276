"""The texts that a canonical value can become when the template is deployed.

`${LogicalId}` and `${LogicalId.Attribute}` stay in a text where only the deployment knows them; what cannot be read at
all (`Fn::ImportValue`, a secret, `Fn::Select` of something unknown) is `${?}`, which compares with anything. A
condition that is open gives the texts of both its branches.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice, product
from typing import Any, Final

from tapgen.template.intrinsics import branches, function
from tapgen.template.secrets import Masked

UNKNOWN: Final = "${?}"
NO_VALUE: Final = "${AWS::NoValue}"
MOST: Final = 64
"""Alternatives of one value that are followed; nested conditions multiply."""
DEEPEST: Final = 32
"""Functions within functions that are followed; no real template comes near."""

REFERENCE: Final = re.compile(r"\$\{([^!${}][^${}]*)\}")


def literal(text: str) -> bool:
    """Whether a text stands for itself: no reference is in it, and nothing that AWS or another tool fills in."""
    return not any(mark in text for mark in ("${", "{{", "#{"))


def alternatives(value: Any, depth: int = 0) -> tuple[str, ...]:
    """Every text that a canonical value can become."""
    if isinstance(value, str):
        return (UNKNOWN,) if isinstance(value, Masked) else (_whole(value),)
    call = function(value)
    meaning = _FUNCTIONS.get(call[0]) if call and depth <= DEEPEST else None
    return meaning(call[1], depth) if call and meaning else (UNKNOWN,)


def _ref(argument: Any, _: int) -> tuple[str, ...]:
    return (f"${{{argument}}}",) if isinstance(argument, str) else (UNKNOWN,)


def _attribute(argument: Any, _: int) -> tuple[str, ...]:
    named = isinstance(argument, list) and len(argument) > 1 and all(isinstance(part, str) for part in argument)
    return (f"${{{'.'.join(argument)}}}",) if named else (UNKNOWN,)


def _if(argument: Any, depth: int) -> tuple[str, ...]:
    if not (isinstance(argument, list) and len(argument) == 3):
        return (UNKNOWN,)
    found = (*alternatives(argument[1], depth + 1), *alternatives(argument[2], depth + 1))
    return tuple(dict.fromkeys(text for text in found if text != NO_VALUE)) or (NO_VALUE,)


def _join(argument: Any, depth: int) -> tuple[str, ...]:
    if not (isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list)):
        return (UNKNOWN,)
    separator = argument[0] if isinstance(argument[0], str) else UNKNOWN
    parts = [alternatives(part, depth + 1) for part in argument[1]]
    return tuple(separator.join(texts) for texts in islice(product(*parts), MOST))


_FUNCTIONS: Final[Mapping[str, Callable[[Any, int], tuple[str, ...]]]] = {
    "Ref": _ref,
    "Fn::GetAtt": _attribute,
    "Fn::If": _if,
    "Fn::Join": _join,
}


def _whole(text: str) -> str:
    """JSON may hold half of a surrogate pair, which no output takes."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def listed(value: Any) -> Iterator[Any]:
    """The items of a list, or of the one thing that stands for it; of each branch where an open condition chooses.

    IAM and CloudFormation take one thing for a list of it.
    """
    for item in value if isinstance(value, list) else [] if value is None else [value]:
        yield from (one for one in branches(item) if one != {"Ref": "AWS::NoValue"})


def every(value: Any) -> tuple[str, ...]:
    """The alternatives of all items of a list, each once."""
    return tuple(dict.fromkeys(text for item in listed(value) for text in alternatives(item)))
