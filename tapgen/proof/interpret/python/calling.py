"""Calls: of the source's own functions, and of code that is not analysed."""

from __future__ import annotations

import ast
from collections.abc import Hashable

from tapgen.proof.interpret.boto3 import client, resource
from tapgen.proof.interpret.boto3.sdk import SDK, Client, Paginator, SdkMethod, Session, Waiter
from tapgen.proof.interpret.library import calls as library
from tapgen.proof.interpret.machine import Machine
from tapgen.proof.interpret.python import attributes, hints, items
from tapgen.proof.interpret.python.classes import call_back, instantiate
from tapgen.proof.interpret.python.scopes import parameters
from tapgen.proof.interpret.python.values import (
    CALLABLE,
    EMPTY,
    NONE,
    REST,
    RETURN,
    UNKNOWN,
    YIELD,
    Arguments,
    Bag,
    BagMethod,
    Bound,
    Class,
    Const,
    Container,
    ContainerMethod,
    Descriptor,
    External,
    Frame,
    Function,
    Instance,
    Library,
    Opaque,
    Partial,
    Value,
    Values,
    anything,
)
from tapgen.proof.interpret.results import EnvironmentVariable

MOST_TELLING = 6
"""An argument that may be more things than that does not tell two calls apart."""

_TOLD_APART = (*SDK, *CALLABLE, Class, Instance, EnvironmentVariable)

OWN_REQUESTS = (
    "aioboto3", "aiobotocore", "types_aiobotocore", "pynamodb", "s3fs", "awswrangler", "smart_open", "dynamodb_json",
    "aws_lambda_powertools.utilities.parameters", "aws_lambda_powertools.utilities.idempotency",
    "aws_lambda_powertools.utilities.feature_flags", "aws_lambda_powertools.utilities.streaming", "aws_encryption_sdk",
    "dynamodb_encryption_sdk", "botocore.session", "aws_secretsmanager_caching", "chalicelib", "sagemaker", "pyathena",
    "watchtower", "cloudpathlib", "dyntastic", "dynamorm", "moto", "boto", "redshift_connector",
    "requests_aws4auth", "aws_requests_auth", "requests_auth_aws_sigv4", "httpx_aws_auth",
)  # fmt: skip
"""Packages that make AWS requests of their own accord, without being handed a boto3 object."""


_FACTORIES = frozenset({"boto3", "boto3.client", "boto3.resource", "boto3.Session", "boto3.session.Session"})


def call(machine: Machine, frame: Frame, node: ast.AST, callees: Values, args: Arguments) -> Values:
    """What calling any of the callees gives."""
    machine.step(len(callees) + len(args.everything()))
    return EMPTY.union(*(_one(machine, frame, node, callee, args) for callee in callees))


def _one(machine: Machine, frame: Frame, node: ast.AST, callee: Value, args: Arguments) -> Values:  # noqa: PLR0911  one return for each kind of value
    if isinstance(callee, Function):
        return invoke(machine, frame, callee, args)
    if isinstance(callee, Bound):
        return invoke(machine, frame, callee.function, args.led_by(callee.receiver))
    if isinstance(callee, Class):
        return instantiate(machine, frame, node, callee, args)
    if isinstance(callee, SdkMethod):
        if isinstance(callee.owner, Session | Client | Paginator | Waiter):
            return client.call(machine, frame, node, callee, args)
        return resource.call(machine, frame, node, callee, args)
    if isinstance(callee, Library):
        return library.call(machine, frame, node, callee, args)
    if isinstance(callee, BagMethod):
        return library.call_method(machine, frame, node, callee, args)
    if isinstance(callee, ContainerMethod):
        return items.method(machine, frame, node, callee, args)
    if isinstance(callee, Bag):
        return library.call_method(machine, frame, node, BagMethod(callee, "__call__"), args)
    return _rest(machine, frame, node, callee, args)


def _rest(machine: Machine, frame: Frame, node: ast.AST, callee: Value, args: Arguments) -> Values:
    if isinstance(callee, Descriptor):
        return invoke(machine, frame, callee.function, args)
    if isinstance(callee, Partial):
        return _partial(machine, frame, node, callee, args)
    if isinstance(callee, Instance):
        method = attributes.attribute(machine, frame, node, callee, "__call__")
        return call(machine, frame, node, method, args)
    if isinstance(callee, External):
        if any(callee.path == path or callee.path.startswith(f"{path}.") for path in OWN_REQUESTS):
            package = callee.path.partition(".")[0]
            machine.unresolved(frame, node, f"{callee.path} of the package {package!r} makes AWS requests of its own")
        return unknown(machine, frame, node, args, callee.path)
    if isinstance(callee, Opaque):
        return unknown(machine, frame, node, args, "a function that is not known")
    return EMPTY if isinstance(callee, Const) else UNKNOWN


def invoke(machine: Machine, frame: Frame, function: Function, args: Arguments) -> Values:
    """A call of a function of the source."""
    callee = machine.function_frame(function, _context(args))
    frame.unit.callees.add(callee)
    if args.positional and function.owner is not None:
        callee.receiver = next(iter(args.positional[0]), None)
    _bind(machine, frame, callee, function, args)
    machine.start(callee)
    if function.scope.yields:
        generator = machine.container(callee, function.node, "generator")
        machine.put(generator.space, REST, machine.read(frame, callee.cell(YIELD)))
        return frozenset({generator}) | machine.read(frame, callee.cell(RETURN))
    return machine.known(frame, machine.read(frame, callee.cell(RETURN)))


def _context(args: Arguments) -> Hashable:
    """What tells two calls of a function apart: the boto3 objects, functions, objects and texts that it is given."""
    named = [*enumerate(args.positional), *sorted(args.keywords.items()), (REST, args.star), ("**", args.extra)]
    pairs = ((name, frozenset(filter(_telling, values))) for name, values in named)
    return tuple((name, values) for name, values in pairs if 0 < len(values) <= MOST_TELLING)


def _telling(value: Value) -> bool:
    return isinstance(value, _TOLD_APART) or (isinstance(value, Const) and isinstance(value.value, str))


def _bind(machine: Machine, frame: Frame, callee: Frame, function: Function, args: Arguments) -> None:
    node = function.node.args
    positional = [*node.posonlyargs, *node.args]
    for index, parameter in enumerate(positional):
        given = args.positional[index] if index < len(args.positional) else args.keywords.get(parameter.arg)
        _give(machine, frame, callee, function, parameter, given, args)
    for parameter in node.kwonlyargs:
        _give(machine, frame, callee, function, parameter, args.keywords.get(parameter.arg), args)
    if node.vararg:
        rest = machine.container(callee, node.vararg, "tuple")
        for index, values in enumerate(args.positional[len(positional) :]):
            machine.put(rest.space, index, values)
        machine.put(rest.space, REST, args.star)
        machine.write(callee.cell(node.vararg.arg), frozenset({rest}))
    if node.kwarg:
        named = {parameter.arg for parameter in parameters(function.node)}
        options = machine.container(callee, node.kwarg, "dict")
        for name, values in args.keywords.items():
            if name not in named:
                machine.put(options.space, name, values)
        machine.put(options.space, REST, args.extra)
        machine.write(callee.cell(node.kwarg.arg), frozenset({options}))


def _give(
    machine: Machine,
    frame: Frame,
    callee: Frame,
    function: Function,
    parameter: ast.arg,
    given: Values | None,
    args: Arguments,
) -> None:
    values = given
    if values is None:
        values = machine.read(frame, function.space.cell(f"={parameter.arg}")) | args.star | args.extra
    if parameter.annotation is not None and values and values <= UNKNOWN | NONE:
        values |= hints.expected(machine, callee, function, parameter.annotation, instantiate)
    machine.write(callee.cell(parameter.arg), values)


def _partial(machine: Machine, frame: Frame, node: ast.AST, partial: Partial, args: Arguments) -> Values:
    cells = partial.space.cells
    read = {key: machine.read(frame, cell) for key, cell in list(cells.items())}
    count = sum(isinstance(key, int) for key in read)
    first = [read[index] for index in range(count)]
    keywords = {
        str(key): values for key, values in read.items() if isinstance(key, str) and key not in {"<func>", REST}
    }
    merged = Arguments([*first, *args.positional], {**keywords, **args.keywords}, args.star, args.extra)
    merged.extra |= read.get(REST, EMPTY)
    return call(machine, frame, node, read.get("<func>", EMPTY), merged)


# ---------------------------------------------------------------------------------------------------- unknown code


def unknown(machine: Machine, frame: Frame, node: ast.AST, args: Arguments, what: str) -> Values:
    """A call of code that is not analysed: it may call what it is given, and give it back."""
    found = UNKNOWN
    passed = args.everything()
    for value in passed:
        found |= _escape(machine, frame, node, value, what)
    for value in _inside(machine, frame, passed):
        _escape(machine, frame, node, value, what)
    return found


def _inside(machine: Machine, frame: Frame, values: Values) -> set[Value]:
    """Everything that the containers among the values hold, however deep, the values themselves left out."""
    found: set[Value] = set()
    stack = [value for value in values if isinstance(value, Container)]
    while stack:
        for value in machine.contents(frame, stack.pop().space).difference(found, values):
            found.add(value)
            if isinstance(value, Container):
                stack.append(value)
    return found


def _escape(machine: Machine, frame: Frame, node: ast.AST, value: Value, what: str) -> Values:
    if isinstance(value, SDK):
        machine.unresolved(frame, node, f"{attributes.describe(value)} is passed to {what}")
        return frozenset({value})
    if isinstance(value, Library) and value.path in _FACTORIES:
        machine.unresolved(frame, node, f"{value.path} is passed to {what}")
    if isinstance(value, CALLABLE):
        return frozenset({value}) | call(machine, frame, node, frozenset({value}), anything())
    if isinstance(value, Class):
        made = instantiate(machine, frame, node, value, anything())
        for one in made:
            _offer(machine, frame, node, one)
        return frozenset({value})
    if isinstance(value, Instance):
        _offer(machine, frame, node, value)
        return frozenset({value})
    return EMPTY


def _offer(machine: Machine, frame: Frame, node: ast.AST, value: Value) -> None:
    """Unknown code has the object: it may call its methods."""
    if isinstance(value, Instance):
        for method in attributes.methods(machine, frame, value.cls):
            call_back(machine, frame, node, method, value)
