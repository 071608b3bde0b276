"""Notes down AWS requests with what is known of the resources that they name."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterable, Mapping

from tapgen.proof.interpret.boto3 import models
from tapgen.proof.interpret.machine import Machine
from tapgen.proof.interpret.python.values import (
    EMPTY,
    KEYS,
    NONE,
    REST,
    UNKNOWN,
    Arguments,
    Const,
    Container,
    Frame,
    Values,
)
from tapgen.proof.interpret.results import Binding, Call, EnvironmentVariable, Literal, Parameter, Part, Unknown

MOST_COMBINATIONS = 16
"""Combinations of resources told apart for one call; beyond that the binding is unknown."""

_NAMING = re.compile(
    r"(Name|Arn|ARN|Url|URL|Id|Identifier|Bucket|Topic|Queue|Endpoint|name|arn|path)$|^(Key|Path|Source)$"
)
"""Members of a request that can name a resource, by the end of their names."""

_NEVER = frozenset(
    {"ClientRequestToken", "MessageDeduplicationId", "MessageGroupId", "EventId", "StatementId", "VersionId"}
)

_STATEMENT = re.compile(
    r"""^\s*(?:(EXISTS)\s*\(\s*)?(SELECT|INSERT|UPDATE|DELETE)\b (?:.*?\b(?:FROM|INTO)\s+|\s+)
    "?([\w.-]+)"?(?:\."([\w.-]+)")?""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
"""PartiQL for DynamoDB (Amazon DynamoDB developer guide): verb, table and index."""


_COMPOSITE = frozenset(
    {"TransactWriteItems", "TransactGetItems", "ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"}
)
"""DynamoDB requests whose permissions depend on what they contain."""

_COMPOSED = frozenset({"dynamodb", "events"})
"""Services with requests of which several parts name a resource each."""


def bindings(values: Values) -> tuple[Binding, ...]:
    """What the values tell of a request parameter; nothing when it is certainly not passed."""
    found: set[Binding] = set()
    for value in values:
        if isinstance(value, EnvironmentVariable):
            found.add(value)
        elif isinstance(value, Const) and isinstance(value.value, str):
            found.add(Literal(value.value))
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


def record(
    machine: Machine,
    frame: Frame,
    node: ast.AST,
    service: str,
    operation: str,
    args: Arguments,
    fixed: Mapping[str, Iterable[Binding]] | None = None,
) -> None:
    """Note down one request. `fixed` are parameters that the object itself fills, such as a Table's name."""
    choices: dict[str, Iterable[Binding]] = {}
    model = models.service(service)
    members = model.inputs.get(operation, {}) if model else {}
    for name, member in members.items():
        if fixed and name in fixed:
            choices[name] = fixed[name]
        elif member.type in {"string", "list"} and _NAMING.search(name) and name not in _NEVER:
            choices[name] = _passed(machine, frame, args, name, required=member.required)
    if operation in {"CopyObject", "UploadPartCopy"} and not any(
        name.startswith("CopySource.") for name in fixed or ()
    ):
        choices |= copy_source(machine, frame, args.keywords.get("CopySource", EMPTY))
    for name in fixed or ():
        choices.setdefault(name, (fixed or {})[name])
    file, line = machine.place(frame, node)
    compositions = _compositions(machine, frame, operation if service in _COMPOSED else "", args)
    if service == "dynamodb" and operation in _COMPOSITE and not any(parts for _, parts in compositions):
        machine.unresolved(frame, node, f"what this {service} {operation} does cannot be read from the source")
    for extra, parts in compositions:
        for parameters in alternatives({**choices, **extra}):
            machine.report(frame, Call(service, operation, parameters, file, line, parts))


def _passed(machine: Machine, frame: Frame, args: Arguments, name: str, *, required: bool) -> Iterable[Binding]:
    values = args.keywords.get(name)
    if values is not None:
        return bindings(machine.known(frame, values))
    return (Unknown(),) if args.extra and (required or name == "IndexName") else ()


def _compositions(  # noqa: PLR0911  one return for each kind of request
    machine: Machine, frame: Frame, operation: str, args: Arguments
) -> list[tuple[dict[str, tuple[Binding, ...]], tuple[Part, ...]]]:
    """The tables of a batch, one by one; the entries of a transaction or of PartiQL statements, together."""
    if "RequestItems" in args.keywords and operation in {"BatchGetItem", "BatchWriteItem"}:
        names = _keys(machine, frame, args.keywords["RequestItems"])
        return [({"TableName": (name,)}, ()) for name in names] or [({"TableName": (Unknown(),)}, ())]
    if operation in {"BatchGetItem", "BatchWriteItem"} and args.extra:
        return [({"TableName": (Unknown(),)}, ())]
    if operation in {"TransactWriteItems", "TransactGetItems"}:
        return [({}, _transaction(machine, frame, args.keywords.get("TransactItems", EMPTY)))]
    if operation == "ExecuteStatement":
        return [({}, _statements(machine, frame, args.keywords.get("Statement", EMPTY)))]
    if operation in {"BatchExecuteStatement", "ExecuteTransaction"}:
        name = "Statements" if operation == "BatchExecuteStatement" else "TransactStatements"
        entries = _entries(machine, frame, args.keywords.get(name, EMPTY))
        parts = [_statements(machine, frame, _field(machine, frame, entry, "Statement")) for entry in entries]
        return [({}, tuple(part for one in parts for part in one) if all(parts) else ())]
    if "Entries" in args.keywords and operation == "PutEvents":
        entries = _entries(machine, frame, args.keywords["Entries"])
        found = {one for entry in entries for one in bindings(_field(machine, frame, entry, "EventBusName"))}
        return [({"EventBusName": tuple(sorted(found, key=repr))}, ())]
    return [({}, ())]


def _keys(machine: Machine, frame: Frame, values: Values) -> tuple[Binding, ...]:
    found: Values = EMPTY
    for value in values:
        if isinstance(value, Container) and value.kind == "dict":
            machine.read(frame, value.space.cell(REST))
            found |= frozenset(Const(key) for key in value.space.cells if key not in {REST, KEYS})
            found |= machine.read(frame, value.space.cell(KEYS))
        else:
            found |= {value}
    return bindings(found)


def _entries(machine: Machine, frame: Frame, values: Values) -> Values:
    found: Values = EMPTY
    for value in values:
        found |= machine.contents(frame, value.space) if isinstance(value, Container) else frozenset({value})
    return found


def _field(machine: Machine, frame: Frame, entry: object, name: str) -> Values:
    if not isinstance(entry, Container):
        return EMPTY
    machine.read(frame, entry.space.cell(REST))
    return machine.read(frame, entry.space.cell(name)) if name in entry.space.cells else EMPTY


def _transaction(machine: Machine, frame: Frame, values: Values) -> tuple[Part, ...]:
    parts: set[Part] = set()
    for entry in _entries(machine, frame, values):
        if not isinstance(entry, Container) or machine.read(frame, entry.space.cell(REST)):
            return ()  # an entry of unknown content may be anything
        for kind, cell in list(entry.space.cells.items()):
            if kind in {REST, KEYS}:
                continue
            tables = EMPTY
            for request in machine.read(frame, cell):
                tables |= _field(machine, frame, request, "TableName")
            for parameters in alternatives({"TableName": bindings(tables) or (Unknown(),)}):
                parts.add(Part(str(kind), parameters))
    return tuple(sorted(parts, key=repr))


def _statements(machine: Machine, frame: Frame, values: Values) -> tuple[Part, ...]:
    parts: set[Part] = set()
    for value in machine.known(frame, values):
        text = value.value if isinstance(value, Const) else None
        found = _STATEMENT.match(text) if isinstance(text, str) else None
        if found is None:
            return ()
        exists, verb, table, index = found.groups()
        parameters = [Parameter("TableName", Literal(table))]
        parameters += [Parameter("IndexName", Literal(index))] if index else []
        parts.add(Part((exists or verb).upper(), tuple(parameters)))
    return tuple(sorted(parts, key=repr))


def copy_source(machine: Machine, frame: Frame, values: Values) -> dict[str, tuple[Binding, ...]]:
    """`CopySource` as the parameters `CopySource.Bucket` and `CopySource.Key`; it is a dict or `bucket/key`."""
    parts: dict[str, Values] = {"Bucket": EMPTY, "Key": EMPTY}
    for value in values:
        if isinstance(value, Container):
            rest = machine.read(frame, value.space.cell(REST))
            for key in parts:
                found = machine.read(frame, value.space.cell(key)) if key in value.space.cells else EMPTY
                parts[key] |= rest | found
        elif isinstance(value, Const) and isinstance(value.value, str) and "/" in value.value:
            bucket, _, key = value.value.lstrip("/").partition("/")
            parts["Bucket"] |= {Const(bucket)}
            parts["Key"] |= {Const(key)}
        elif value not in NONE:
            parts = {key: found | UNKNOWN for key, found in parts.items()}
    return {f"CopySource.{key}": bindings(found) or (Unknown(),) for key, found in parts.items()}
