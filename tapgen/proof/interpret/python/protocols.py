"""Special methods: what operators, built-in functions, deletions and conditions call by themselves."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tapgen.proof.interpret.frames import Frame
from tapgen.proof.interpret.python.plain import NONE
from tapgen.proof.interpret.python.values import EMPTY, Values

if TYPE_CHECKING:
    from tapgen.proof.interpret.machine import Machine
    from tapgen.proof.interpret.site import Site

TEXT = ("__format__", "__str__", "__repr__")
TRUTH = ("__bool__", "__len__")

_BINARY: Mapping[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.MatMult: "matmul", ast.Div: "truediv", ast.Mod: "mod",
    ast.FloorDiv: "floordiv", ast.Pow: "pow", ast.LShift: "lshift", ast.RShift: "rshift", ast.BitOr: "or",
    ast.BitXor: "xor", ast.BitAnd: "and",
}  # fmt: skip
_UNARY: Mapping[type[ast.unaryop], tuple[str, ...]] = {
    ast.USub: ("__neg__",), ast.UAdd: ("__pos__",), ast.Invert: ("__invert__",), ast.Not: TRUTH,
}  # fmt: skip
_COMPARED: Mapping[type[ast.cmpop], tuple[tuple[str, ...], tuple[str, ...]]] = {
    ast.Eq: (("__eq__",), ("__eq__",)),
    ast.NotEq: (("__ne__", "__eq__"), ("__ne__", "__eq__")),
    ast.Lt: (("__lt__",), ("__gt__",)),
    ast.LtE: (("__le__",), ("__ge__",)),
    ast.Gt: (("__gt__",), ("__lt__",)),
    ast.GtE: (("__ge__",), ("__le__",)),
    ast.In: ((), ("__contains__", "__iter__")),
    ast.NotIn: ((), ("__contains__", "__iter__")),
}
"""Comparison -> the methods of its left and of its right side (Python reference, "Data model")."""


def special(site: Site, values: Values, names: tuple[str, ...], *passed: Values) -> Values:
    """What special methods give: of each object of the source, the first of the names that its class has."""
    found = EMPTY
    for value in values:
        found |= value.special(site, names, *passed)
    return found


def binary(site: Site, operator: ast.operator, left: Values, right: Values) -> Values:
    """`left + right` and the like, as far as objects of the source say what it gives."""
    name = _BINARY[type(operator)]
    return special(site, left, (f"__{name}__",), right) | special(site, right, (f"__r{name}__",), left)


def augmented(site: Site, operator: ast.operator, target: Values, values: Values) -> Values:
    """`target += values` and the like."""
    name = _BINARY[type(operator)]
    found = special(site, target, (f"__i{name}__", f"__{name}__"), values)
    return found | special(site, values, (f"__r{name}__",), target)


def unary(site: Site, operator: ast.unaryop, values: Values) -> Values:
    """`-values`, `not values`."""
    return special(site, values, _UNARY[type(operator)])


def compared(site: Site, operator: ast.cmpop, left: Values, right: Values) -> Values:
    """`left < right`, `left in right`."""
    if isinstance(operator, ast.In | ast.NotIn):
        for value in right:
            value.has(site, left)
    elif left | right >= NONE:  # `name is None`
        for value in left | right:
            value.asked(site)
    names, reflected = _COMPARED.get(type(operator), ((), ()))
    return special(site, left, names, right) | special(site, right, reflected, left)


def tested(machine: Machine, frame: Frame, node: ast.expr) -> Values:
    """The values of a condition, asked whether they hold."""
    values = machine.evaluate(machine, frame, node)
    site = machine.site(frame, node)
    special(site, values, TRUTH)
    for value in values:
        value.asked(site)
    return values
