"""Bindings: what values tell of a request's parameters."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from tapgen.proof.interpret.python.containers import Container
from tapgen.proof.interpret.python.plain import NONE, Const, Variable
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Values
from tapgen.proof.interpret.results import Binding, EnvironmentVariable, Literal, Parameter, Unknown

if TYPE_CHECKING:
    from tapgen.proof.interpret.site import Site

MOST_COMBINATIONS = 16
"""Combinations of resources told apart for one call; beyond that the binding is unknown."""


def bindings(values: Values) -> tuple[Binding, ...]:
    """What the values tell of a request parameter; nothing when it is certainly not passed."""
    found: set[Binding] = set()
    for value in values:
        if isinstance(value, Variable):
            found.add(EnvironmentVariable(value.name, value.default))
        elif isinstance(value, Const) and value.text is not None:
            found.add(Literal(value.text))
        elif value not in NONE:
            found.add(Unknown())
    return tuple(sorted(found, key=repr))


def alternatives(choices: Mapping[str, Iterable[Binding]]) -> list[tuple[Parameter, ...]]:
    """Every combination of the parameters' possible bindings."""
    lists = [[Parameter(name, value) for value in found] for name, found in choices.items() if found]
    total = 1
    for one in lists:
        total *= len(one)
    if total > MOST_COMBINATIONS:
        lists = [one if len(one) == 1 else [Parameter(one[0].name, Unknown())] for one in lists]
    return [tuple(combination) for combination in itertools.product(*lists)]


def copy_source(site: Site, values: Values) -> dict[str, tuple[Binding, ...]]:
    """`CopySource` as the parameters `CopySource.Bucket` and `CopySource.Key`; it is a dict or `bucket/key`."""
    parts: dict[str, Values] = {"Bucket": EMPTY, "Key": EMPTY}
    for value in values:
        if isinstance(value, Container):
            rest = site.rest(value.space)
            for key in parts:
                parts[key] |= rest | site.find(value.space, key)
        elif isinstance(value, Const) and value.text is not None and "/" in value.text:
            bucket, _, key = value.text.lstrip("/").partition("/")
            parts["Bucket"] |= {Const(bucket)}
            parts["Key"] |= {Const(key)}
        elif value not in NONE:
            parts = {key: found | UNKNOWN for key, found in parts.items()}
    return {f"CopySource.{key}": bindings(found) or (Unknown(),) for key, found in parts.items()}
