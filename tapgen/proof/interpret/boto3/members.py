"""What a request passes: the names of its members, however deep, the roles among them, and the buckets of objects."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from tapgen.proof.interpret.boto3.bindings import bindings
from tapgen.proof.interpret.python.containers import Container
from tapgen.proof.interpret.python.plain import NONE, constant
from tapgen.proof.interpret.python.values import EMPTY, Values
from tapgen.proof.interpret.results import Parameter, Unknown

if TYPE_CHECKING:
    from tapgen.proof.interpret.boto3.models import Member
    from tapgen.proof.interpret.python.arguments import Arguments
    from tapgen.proof.interpret.site import Site

_ROLE = re.compile(
    r"role(?:arn)?$|(?:^|\.)(?:authorizercredentials|credentials|authorizercredentialsarn|credentialsarn|"
    r"deliverlogspermissionarn|rolearnforlogging|snscallerarn)$",
    re.IGNORECASE,
)
"""The end of the name of a member that holds a role; `passed_roles` says of which service the last ones do."""
_BUCKET = re.compile(r"S3Object\.Bucket$")
"""The end of the name of a member that holds the bucket of an object which a service reads for the caller."""
_DEEPEST = 4
_MOST = 200
ANY = "*"
"""Stands among the names where more may be passed than can be read."""


class Passed(NamedTuple):
    """The dotted names of everything that a request may pass, an item of a list like the list; roles and buckets.

    `certain` are those that it passes whenever it is made, and flags that it certainly sets.
    """

    names: tuple[str, ...]
    certain: tuple[str, ...]
    roles: tuple[Parameter, ...]
    buckets: tuple[Parameter, ...]


def passed_by(site: Site, args: Arguments, members: Mapping[str, Member]) -> Passed:
    """What the request may pass; `members` are those that it can have.

    With `**event` it passes at least what is required: without, botocore would refuse to make it.
    """
    names: set[str] = set()
    roles: set[Parameter] = set()
    buckets: set[Parameter] = set()
    stack: list[tuple[str, Values, int]] = [(name, values, 0) for name, values in args.keywords.items()]
    if args.extra or args.star:
        names.add(ANY)
        required = (name for name, member in members.items() if member.required and name not in args.keywords)
        stack += [(name, EMPTY, 0) for name in required]
    while stack and len(names) < _MOST:
        name, values, depth = stack.pop()
        names.add(name)
        for pattern, found in ((_ROLE, roles), (_BUCKET, buckets)):
            if pattern.search(name):
                found.update(Parameter(name, value) for value in bindings(values) or (Unknown(),))
        for value in values:
            if isinstance(value, Container) and depth < _DEEPEST:
                stack += [(inner, held, depth + 1) for inner, held in _inside(site, name, value).items()]
    return Passed(
        tuple(sorted(names)),
        _certain(site, args, members),
        tuple(sorted(roles, key=repr)),
        tuple(sorted(buckets, key=repr)),
    )


def _certain(site: Site, args: Arguments, members: Mapping[str, Member]) -> tuple[str, ...]:
    """The keywords that are written at the call itself."""
    written = site.node.keywords if isinstance(site.node, ast.Call) else []
    given = {one.arg: args.keywords.get(one.arg) for one in written if one.arg}
    flags = {name for name, member in members.items() if member.type == "boolean"}
    sure = (
        name for name, values in given.items() if values and (values == _TRUE if name in flags else _is_given(values))
    )
    return tuple(sorted(sure))


def _is_given(values: Values) -> bool:
    return not values & NONE


_TRUE = constant(value=True)


def _inside(site: Site, name: str, container: Container) -> Mapping[str, Values]:
    if container.kind != "dict":
        return {name: site.contents(container.space)}
    named, rest = container.keywords(site)
    found = {f"{name}.{key}": values for key, values in named.items()}
    return {**found, f"{name}.{ANY}": rest} if rest else found
