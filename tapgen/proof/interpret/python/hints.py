"""What a parameter's annotation tells where its argument is unknown: classes of the source, boto3's typed stubs."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tapgen.proof.interpret.python.containers import Container
from tapgen.proof.interpret.python.plain import External, Library
from tapgen.proof.interpret.python.values import EMPTY, Values

if TYPE_CHECKING:
    from tapgen.proof.interpret.frames import Frame
    from tapgen.proof.interpret.machine import Machine
    from tapgen.proof.interpret.site import Site

UNIONS = frozenset({"typing.Optional", "typing.Union", "typing.Annotated", "typing.Final", "typing.ClassVar"})


def members(site: Site, keys: Values) -> Values:
    """What stands between the brackets of `Annotated[Items, Depends(items)]`, for a name that stands for it."""
    return EMPTY.union(*(one.contents(site) if isinstance(one, Container) else frozenset({one}) for one in keys))


def expected(machine: Machine, frame: Frame, where: Frame, annotation: ast.expr) -> Values:
    """Objects of the annotated types: an injected repository, a client typed by `mypy_boto3_s3`.

    `where` is the frame that the annotation's names are looked up in.
    """
    site = machine.site(frame, annotation)
    return EMPTY.union(*(value.hinted(site) for value in _types(machine, where, annotation)))


def typed(machine: Machine, frame: Frame, annotation: ast.expr) -> Values:
    """Objects of boto3's typed stubs that a variable's annotation names."""
    site = machine.site(frame, annotation)
    values = _types(machine, frame, annotation)
    return EMPTY.union(*(value.hinted(site) for value in values if isinstance(value, External)))


def _types(machine: Machine, frame: Frame, annotation: ast.expr) -> Values:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        parsed = machine.once(("annotation", id(annotation)), lambda _: _parsed(annotation.value))
        return _types(machine, frame, parsed) if isinstance(parsed, ast.expr) else EMPTY
    if isinstance(annotation, ast.BinOp):
        return _types(machine, frame, annotation.left) | _types(machine, frame, annotation.right)
    if isinstance(annotation, ast.Subscript):
        outer = machine.evaluate(machine, frame, annotation.value)
        if not any(isinstance(one, Library) and one.path in UNIONS for one in outer):
            return EMPTY
        inner = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
        return EMPTY.union(*(_types(machine, frame, one) for one in inner))
    if isinstance(annotation, ast.Name | ast.Attribute | ast.Call):
        return machine.evaluate(machine, frame, annotation)
    return EMPTY


def _parsed(text: object) -> ast.AST:
    try:
        return ast.parse(str(text).strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        return ast.Pass()
