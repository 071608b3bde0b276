"""Operators and formatted text: what they make of their operands."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tapgen.proof.interpret.frames import Frame
from tapgen.proof.interpret.python import protocols, switches
from tapgen.proof.interpret.python.containers import Container
from tapgen.proof.interpret.python.plain import GAP, Const, completed, continued
from tapgen.proof.interpret.python.texts import LONGEST, MOST_TEXTS, alternatives, percent, texts_of
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Values

if TYPE_CHECKING:
    from tapgen.proof.interpret.machine import Machine
    from tapgen.proof.interpret.site import Site

REPR = ord("r")
"""How the parser writes `!r` in a formatted text."""


def binary(machine: Machine, frame: Frame, node: ast.BinOp) -> Values:
    """`a + b`: text is put together, containers are merged, objects of the source are asked."""
    site = machine.site(frame, node)
    right: list[tuple[ast.operator, Values]] = []
    left: ast.expr = node
    while isinstance(left, ast.BinOp):  # `a + b + c + …` nests to the left: a loop, not a recursion
        right.append((left.op, site.evaluate(left.right)))
        left = left.left
    values = site.evaluate(left)
    for step, (operator, other) in enumerate(reversed(right)):
        own = protocols.binary(site, operator, values, other)
        values = own | _combined(site, operator, values, other, step)
    return values


def _combined(site: Site, operator: ast.operator, left: Values, right: Values, step: int) -> Values:
    containers = [value for value in (*left, *right) if isinstance(value, Container)]
    if containers and not isinstance(operator, ast.Mod):
        result = site.container(containers[0].kind, ("combined", step))
        ordered = left | right == set(containers) and len(left) == len(right) == 1
        if isinstance(operator, ast.Add) and ordered and result.put_in_order(site, containers):
            return frozenset({result})
        for one in containers:
            if one is not result:
                result.merge(site, frozenset({one}))
        return frozenset({result})
    if isinstance(operator, ast.Add):
        texts = texts_of(left), texts_of(right)
        fits = all(texts) and sum(len(max(one, key=len)) for one in texts) <= LONGEST
        if fits and len(texts[0]) * len(texts[1]) <= MOST_TEXTS:
            return frozenset(Const(one + two) for one in texts[0] for two in texts[1])
    if isinstance(operator, ast.Mod):
        found = frozenset(Const(text) for one in texts_of(left) for text in _percent(site, one, right))
        if found:
            return found
    if isinstance(operator, ast.Add | ast.Mod):
        following = right if isinstance(operator, ast.Add) else EMPTY
        return continued(left, following)
    kept = frozenset(value for value in left | right if not isinstance(value, Const))
    return (kept if isinstance(operator, ast.BitOr) else EMPTY) | UNKNOWN


def _percent(site: Site, text: str, right: Values) -> list[str]:
    """`text % right`, of one text or of a tuple of texts."""
    found: list[str | None] = []
    for value in right:
        exact, rest = value.positional(site) if isinstance(value, Container) else ([frozenset({value})], EMPTY)
        found += [] if rest else [percent(text, given) for given in alternatives(exact)]
    return [one for one in found if one is not None]


def joined(machine: Machine, frame: Frame, node: ast.JoinedStr) -> Values:
    """A formatted text, as far as its parts are known."""
    site = machine.site(frame, node)
    texts = [""]
    begun: Values = EMPTY
    whole = ""
    for part in node.values:
        inner = part.value if isinstance(part, ast.FormattedValue) else part
        values = site.evaluate(inner)
        if isinstance(part, ast.FormattedValue):
            protocols.special(site, values, protocols.TEXT[2 if part.conversion == REPR else 0 :])
            if part.format_spec is not None:
                site.evaluate(part.format_spec)
        found = texts_of(values) if not (isinstance(part, ast.FormattedValue) and part.format_spec) else []
        if len(node.values) == 1 and not found:
            return values  # f"{name}" is the name itself
        if texts and not found:
            begun |= continued(frozenset(map(Const, texts)), values)
        if sum(len(max(one, key=len, default="")) for one in (texts, found)) > LONGEST:
            found = []
        texts = [text + more for text in texts for more in found][:MOST_TEXTS]
        whole += found[0] if len(found) == 1 else GAP
    return frozenset(Const(text) for text in texts) or completed(begun, whole) or UNKNOWN


def compare(machine: Machine, frame: Frame, node: ast.Compare) -> Values:
    """`a < b in c`: each operator between its two neighbours."""
    site = machine.site(frame, node)
    left = site.evaluate(node.left)
    found, answer = UNKNOWN, EMPTY
    for operator, operand in zip(node.ops, node.comparators, strict=True):
        right = site.evaluate(operand)
        found |= protocols.compared(site, operator, left, right)
        answer = switches.compared(site, operator, left, right) if len(node.ops) == 1 else EMPTY
        left = right
    return answer or found


def unary(machine: Machine, frame: Frame, node: ast.UnaryOp) -> Values:
    """`-a`, `not a`."""
    if isinstance(node.op, ast.Not):
        protocols.tested(machine, frame, node.operand)
        return UNKNOWN
    site = machine.site(frame, node)
    return protocols.unary(site, node.op, site.evaluate(node.operand)) | UNKNOWN
