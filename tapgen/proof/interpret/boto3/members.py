"""What a request passes: the names of its members, however deep, and the roles among them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tapgen.proof.interpret.boto3.bindings import bindings
from tapgen.proof.interpret.python.containers import Container
from tapgen.proof.interpret.python.values import Values
from tapgen.proof.interpret.results import Parameter, Unknown

if TYPE_CHECKING:
    from tapgen.proof.interpret.python.arguments import Arguments
    from tapgen.proof.interpret.site import Site

_ROLE = re.compile(r"role(?:arn)?$", re.IGNORECASE)
"""The end of the name of a member that holds a role."""
_DEEPEST = 4
_MOST = 200
ANY = "*"
"""Stands among the names where more may be passed than can be read."""


def passed_by(site: Site, args: Arguments) -> tuple[tuple[str, ...], tuple[Parameter, ...]]:
    """The dotted names of everything that the request may pass, an item of a list like the list; and its roles."""
    names: set[str] = set()
    roles: set[Parameter] = set()
    stack: list[tuple[str, Values, int]] = [(name, values, 0) for name, values in args.keywords.items()]
    if args.extra or args.star:
        names.add(ANY)
    while stack and len(names) < _MOST:
        name, values, depth = stack.pop()
        names.add(name)
        if _ROLE.search(name):
            roles.update(Parameter(name, value) for value in bindings(values) or (Unknown(),))
        for value in values:
            if isinstance(value, Container) and depth < _DEEPEST:
                stack += [(inner, found, depth + 1) for inner, found in _inside(site, name, value).items()]
    return tuple(sorted(names)), tuple(sorted(roles, key=repr))


def _inside(site: Site, name: str, container: Container) -> Mapping[str, Values]:
    if container.kind != "dict":
        return {name: site.contents(container.space)}
    named, rest = container.keywords(site)
    found = {f"{name}.{key}": values for key, values in named.items()}
    return {**found, f"{name}.{ANY}": rest} if rest else found
