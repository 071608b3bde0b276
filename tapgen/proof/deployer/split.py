"""Statements as managed policies that IAM takes: each within its limit, and no more than a role may have."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Statement = dict[str, Any]
Policy = dict[str, Any]

MAX_CHARACTERS: Final = 6144
"""Of a managed policy without white space (IAM and STS quotas)."""
MAX_POLICIES: Final = 10
"""Managed policies of a role, unless the account's quota is raised (IAM and STS quotas)."""


def policies(statements: Iterable[Statement], most: int = MAX_CHARACTERS) -> list[Policy]:
    """The statements in as few policies as their order gives; one that is too long alone is cut into several."""
    found: list[list[Statement]] = [[]]
    for statement in statements:
        for part in _parts(statement, most):
            if found[-1] and size(_policy([*found[-1], part])) > most:
                found.append([])
            found[-1].append(part)
    return [_policy(one) for one in found if one]


def size(policy: Policy) -> int:
    """The characters that IAM counts."""
    return len(json.dumps(policy, separators=(",", ":")))


def _policy(statements: list[Statement]) -> Policy:
    return {"Version": "2012-10-17", "Statement": statements}


def _parts(statement: Statement, most: int) -> Iterator[Statement]:
    """The statement, or halves of halves of it: of its resources, then of its actions."""
    if size(_policy([statement])) <= most:
        yield statement
        return
    key = "Resource" if len(statement["Resource"]) > 1 else "Action"
    values = statement[key]
    if len(values) == 1:  # one action on one resource is always short enough
        yield statement
        return
    middle = len(values) // 2
    for half in (values[:middle], values[middle:]):
        yield from _parts({**statement, key: half}, most)
