"""What a parameter's annotation tells where its argument is unknown: classes of the source, boto3's typed stubs."""

from __future__ import annotations

import ast
from collections.abc import Callable

from tapgen.proof.interpret.boto3 import models
from tapgen.proof.interpret.boto3.sdk import Client, Resource
from tapgen.proof.interpret.machine import Machine
from tapgen.proof.interpret.python.values import (
    EMPTY,
    Arguments,
    Class,
    Const,
    External,
    Frame,
    Function,
    Library,
    Value,
    Values,
    anything,
)
from tapgen.proof.interpret.results import Unknown

_STUBS = ("mypy_boto3_", "types_boto3_")
_UNIONS = frozenset({"typing.Optional", "typing.Union", "typing.Annotated", "typing.Final", "typing.ClassVar"})

Make = Callable[[Machine, Frame, ast.AST, Class, Arguments], Values]


def expected(machine: Machine, frame: Frame, owner: Function | Class, annotation: ast.expr, make: Make) -> Values:
    """Objects of the annotated types: an injected repository, a client typed by `mypy_boto3_s3`."""
    where = owner.parent if isinstance(owner, Function) else owner.frame
    found = EMPTY
    for value in _types(machine, where, annotation):
        if isinstance(value, Class):
            # Its own constructor's arguments are unknown too; a class that needs itself ends here.
            key = ("injected", value)
            if key not in machine.injected:
                machine.injected.add(key)
                try:
                    found |= make(machine, frame, value.node, value, anything())
                finally:
                    machine.injected.discard(key)
        elif isinstance(value, External):
            found |= stub(value.path)
        elif isinstance(value, Resource | Client):  # `Annotated[Table, Depends(get_table)]`
            found |= {value}
    return found


def typed(machine: Machine, frame: Frame, annotation: ast.expr) -> Values:
    """Objects of boto3's typed stubs that a variable's annotation names."""
    values = _types(machine, frame, annotation)
    return EMPTY.union(*(stub(value.path) for value in values if isinstance(value, External)))


def _types(machine: Machine, frame: Frame, annotation: ast.expr) -> Values:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        parsed = machine.once(("annotation", id(annotation)), lambda: _parsed(annotation.value))
        return _types(machine, frame, parsed) if isinstance(parsed, ast.expr) else EMPTY
    if isinstance(annotation, ast.BinOp):
        return _types(machine, frame, annotation.left) | _types(machine, frame, annotation.right)
    if isinstance(annotation, ast.Subscript):
        outer = machine.evaluate(machine, frame, annotation.value)
        if not any(isinstance(one, Library) and one.path in _UNIONS for one in outer):
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


def stub(path: str) -> Values:
    """`mypy_boto3_dynamodb.service_resource.Table` -> a Table of unknown name (boto3-stubs, types-boto3)."""
    package, _, rest = path.partition(".")
    prefix = next((one for one in _STUBS if package.startswith(one)), None)
    name = rest.rpartition(".")[2]
    if prefix is None or not name:
        return EMPTY
    service = package.removeprefix(prefix).strip("_").replace("_", "-")
    found: Value = Const(None)
    if name.endswith("Client") and models.service(service):
        found = Client(service)
    elif name.endswith("ServiceResource") and models.resources(service):
        found = Resource(service, "")
    elif (model := models.resource(service, name)) is not None:
        found = Resource(service, name, tuple((one.name, Unknown()) for one in model.identifiers))
    return EMPTY if isinstance(found, Const) else frozenset({found})
