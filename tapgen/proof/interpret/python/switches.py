"""Conditions on environment variables: what a branch demands of them, for the template to say whether it is taken.

`LOCAL = os.environ.get("AWS_SAM_LOCAL") == "true"`, then `if LOCAL:` or, a return before, `if not LOCAL: return`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from tapgen.proof.interpret.frames import Frame
from tapgen.proof.interpret.python.plain import Const, Library, Variable
from tapgen.proof.interpret.python.values import EMPTY, Value, Values, stable_hash
from tapgen.proof.interpret.results import Condition

if TYPE_CHECKING:
    from tapgen.proof.interpret.machine import Machine
    from tapgen.proof.interpret.python.arguments import Arguments
    from tapgen.proof.interpret.site import Site

_ENVIRONMENT = Library("os.environ")


class Switch(NamedTuple):
    """What is demanded where a condition holds, and where it does not; nothing where that cannot be told."""

    true: frozenset[Condition] = frozenset()
    false: frozenset[Condition] = frozenset()

    def turned(self) -> Switch:
        """`not` of it."""
        return Switch(self.false, self.true)


@dataclass(frozen=True, slots=True)
class Answer(Value):
    """What a comparison of an environment variable gives."""

    condition: Condition

    sure = False

    def __hash__(self) -> int:
        return stable_hash("answer", self.condition.variable)


@dataclass(frozen=True, slots=True)
class Folded(Value):
    """`os.environ.get("LOCAL", "").lower()`, or the method that gives it."""

    variable: Variable

    sure = False

    def __hash__(self) -> int:
        return stable_hash("folded", self.variable.name)

    def attribute(self, _site: Site, name: str) -> Values:
        """Further methods of `str`."""
        return frozenset({self if name == "strip" else Library(f"builtins.str.{name}")})

    def call(self, _site: Site, _args: Arguments) -> Values:
        """The text in lower case."""
        return frozenset({self})


def switch(machine: Machine, frame: Frame, test: ast.expr, values: Values) -> Switch:
    """What a condition of those values says of environment variables."""
    if not machine.reads_environment:
        return Switch()
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return switch(machine, frame, test.operand, machine.evaluate(machine, frame, test.operand)).turned()
    if isinstance(test, ast.BoolOp):
        parts = [switch(machine, frame, one, machine.evaluate(machine, frame, one)) for one in test.values]
        if isinstance(test.op, ast.And):
            return Switch(true=frozenset().union(*(one.true for one in parts)))
        return Switch(false=frozenset().union(*(one.false for one in parts)))
    return _of_values(values)


def _of_values(values: Values) -> Switch:
    """What it says of environment variables that one of these values is true."""
    if len(values) != 1:
        return Switch()
    [value] = values
    if isinstance(value, Answer):
        return _both(value.condition)
    if isinstance(value, Variable) and not value.vague:
        return _both(Condition(value.name, None, holds=True, default=value.default))
    return Switch()


def _both(condition: Condition) -> Switch:
    return Switch(frozenset({condition}), frozenset({replace(condition, holds=not condition.holds)}))


def compared(site: Site, operator: ast.cmpop, left: Values, right: Values) -> Values:
    """What a comparison gives where it is one of an environment variable with texts, else nothing."""
    if not site.machine.reads_environment:
        return EMPTY
    inside = isinstance(operator, ast.In | ast.NotIn)
    if inside and right == {_ENVIRONMENT}:
        names = _texts(left)
        found = Condition(names[0], None, holds=True, default=None) if len(names) == 1 else None
    else:
        variable = _variable(left)
        others = EMPTY.union(*(one.contents(site) for one in right)) if inside and variable else right
        if variable is None and isinstance(operator, ast.Eq | ast.NotEq):
            variable, others = _variable(right), left
        found = _of_texts(variable, operator, others)
    if found is None:
        return EMPTY
    negative = isinstance(operator, ast.NotEq | ast.NotIn | ast.IsNot)
    return frozenset({Answer(replace(found, holds=found.holds is not negative))})


def _of_texts(variable: Variable | Folded | None, operator: ast.cmpop, others: Values) -> Condition | None:
    inner = variable.variable if isinstance(variable, Folded) else variable
    if inner is None or inner.vague or not others:
        return None
    if isinstance(operator, ast.Is | ast.IsNot):
        return Condition(inner.name, None, holds=False, default=inner.default) if others == {Const(None)} else None
    texts = _texts(others)
    if len(texts) != len(others) or not isinstance(operator, ast.Eq | ast.NotEq | ast.In | ast.NotIn):
        return None
    folded = isinstance(variable, Folded)
    given = tuple(sorted(text.lower() if folded else text for text in texts))
    return Condition(inner.name, given, holds=True, default=inner.default, folded=folded)


def _variable(values: Values) -> Variable | Folded | None:
    value = next(iter(values)) if len(values) == 1 else None
    return value if isinstance(value, Variable | Folded) else None


def _texts(values: Values) -> list[str]:
    return [value.text for value in values if isinstance(value, Const) and value.text is not None]


@contextmanager
def under(frame: Frame, conditions: frozenset[Condition]) -> Iterator[None]:
    """Whatever is requested or called meanwhile is so under these conditions."""
    unit = frame.unit
    before = unit.under
    unit.under = before | conditions
    yield
    unit.under = before


def leaves(body: list[ast.stmt]) -> bool:
    """Whether what follows a block is not reached from its end."""
    return isinstance(body[-1], ast.Return | ast.Continue | ast.Break)
