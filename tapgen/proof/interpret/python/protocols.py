"""Special methods: what operators, built-in functions, deletions and conditions call by themselves."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from tapgen.proof.interpret.machine import Machine
from tapgen.proof.interpret.python import attributes
from tapgen.proof.interpret.python.values import EMPTY, Arguments, Frame, Instance, Values

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

BUILT_IN: Mapping[str, tuple[str, ...]] = {
    "len": ("__len__",), "bool": TRUTH, "str": ("__str__", "__repr__"), "print": ("__str__", "__repr__"),
    "format": TEXT, "repr": ("__repr__",), "ascii": ("__repr__",), "int": ("__int__", "__index__"),
    "float": ("__float__", "__index__"), "bytes": ("__bytes__", "__iter__"), "hash": ("__hash__",), "abs": ("__abs__",),
    "round": ("__round__",), "any": ("__iter__",), "all": ("__iter__",), "sum": ("__iter__",),
}  # fmt: skip
"""Built-in function -> the methods that it calls of what it is given, the first that there is."""


def special(
    machine: Machine, frame: Frame, node: ast.AST, values: Values, names: tuple[str, ...], *passed: Values
) -> Values:
    """What special methods give: of each object of the source, the first of the names that its class has."""
    found = EMPTY
    for value in values:
        if isinstance(value, Instance):
            methods = (attributes.in_class(machine, frame, value.cls, name) for name in names)
            method = next(filter(None, methods), EMPTY)
            found |= machine.call(machine, frame, node, method, Arguments([frozenset({value}), *passed]))
    return found


def binary(
    machine: Machine, frame: Frame, node: ast.AST, operator: ast.operator, left: Values, right: Values
) -> Values:
    """`left + right` and the like, as far as objects of the source say what it gives."""
    name = _BINARY[type(operator)]
    found = special(machine, frame, node, left, (f"__{name}__",), right)
    return found | special(machine, frame, node, right, (f"__r{name}__",), left)


def augmented(
    machine: Machine, frame: Frame, node: ast.AST, operator: ast.operator, target: Values, values: Values
) -> Values:
    """`target += values` and the like."""
    name = _BINARY[type(operator)]
    found = special(machine, frame, node, target, (f"__i{name}__", f"__{name}__"), values)
    return found | special(machine, frame, node, values, (f"__r{name}__",), target)


def unary(machine: Machine, frame: Frame, node: ast.UnaryOp, values: Values) -> Values:
    """`-values`, `not values`."""
    return special(machine, frame, node, values, _UNARY[type(node.op)])


def compared(machine: Machine, frame: Frame, node: ast.AST, operator: ast.cmpop, left: Values, right: Values) -> Values:
    """`left < right`, `left in right`."""
    names, reflected = _COMPARED.get(type(operator), ((), ()))
    found = special(machine, frame, node, left, names, right)
    return found | special(machine, frame, node, right, reflected, left)


def tested(machine: Machine, frame: Frame, node: ast.expr) -> Values:
    """The values of a condition, asked whether they hold."""
    values = machine.evaluate(machine, frame, node)
    special(machine, frame, node, values, TRUTH)
    return values
