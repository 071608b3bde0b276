"""Composite requests: batches, transactions, PartiQL, events; several parts of them name a resource each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from tapgen.proof.interpret.boto3.bindings import alternatives, bindings
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.containers import Container
from tapgen.proof.interpret.python.plain import Beginning, beginning
from tapgen.proof.interpret.python.values import EMPTY, Value, Values
from tapgen.proof.interpret.results import Binding, Literal, Parameter, Part, Unknown

if TYPE_CHECKING:
    from tapgen.proof.interpret.site import Site

Composition: TypeAlias = tuple[dict[str, tuple[Binding, ...]], tuple[Part, ...]]
"""Further parameters of a request, and its parts."""

Compose: TypeAlias = "Callable[[Site, str, Arguments], list[Composition]]"

_STATEMENT = re.compile(
    r"""^\s*(?:(EXISTS)\s*\(\s*)?(SELECT|INSERT|UPDATE|DELETE)\b (?:.*?\b(?:FROM|INTO)\s+|\s+)
    "?([\w.-]+)"?(?:\."([\w.-]+)")?""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
"""PartiQL for DynamoDB (Amazon DynamoDB developer guide): verb, table and index."""

_OPENING = re.compile(
    r"""^\s*(?:(?P<exists>EXISTS)\s*\(\s*)?(?P<verb>SELECT|INSERT|UPDATE|DELETE)\b
    (?P<table>(?:.*\b(?:FROM|INTO))?\s+"?$)?""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
"""The same of a statement that goes on with what is not known: its verb, and whether the table comes next."""


def _batch(site: Site, _operation: str, args: Arguments) -> list[Composition]:
    """The tables of a batch, one by one."""
    if "RequestItems" in args.keywords:
        names = _keys(site, args.keywords["RequestItems"])
        return [({"TableName": (name,)}, ()) for name in names or (Unknown(),)]
    return [({"TableName": (Unknown(),)} if args.extra else {}, ())]


def _transact(site: Site, operation: str, args: Arguments) -> list[Composition]:
    return [({}, _read(site, operation, _transaction(site, args.keywords.get("TransactItems", EMPTY))))]


def _execute(site: Site, operation: str, args: Arguments) -> list[Composition]:
    return [({}, _read(site, operation, _statements(site, args.keywords.get("Statement", EMPTY))))]


def _execute_all(site: Site, operation: str, args: Arguments) -> list[Composition]:
    name = "Statements" if operation == "BatchExecuteStatement" else "TransactStatements"
    entries = _entries(site, args.keywords.get(name, EMPTY))
    parts = [_statements(site, _field(site, entry, "Statement")) for entry in entries]
    return [({}, _read(site, operation, tuple(part for one in parts for part in one) if all(parts) else ()))]


def _read(site: Site, operation: str, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The parts; which permissions such a request needs depends on them, so that none is unresolved."""
    if not parts:
        site.unresolved(f"what this dynamodb {operation} does cannot be read from the source", "dynamodb")
    return parts


def _put_events(site: Site, _operation: str, args: Arguments) -> list[Composition]:
    """The event buses of the entries, together."""
    if "Entries" not in args.keywords:
        return [({}, ())]
    entries = _entries(site, args.keywords["Entries"])
    found = {one for entry in entries for one in bindings(_field(site, entry, "EventBusName"))}
    return [({"EventBusName": tuple(sorted(found, key=repr))}, ())]


def _each(member: str, parameter: str) -> Compose:
    """Several resources in a list, each as if it were asked for alone."""

    def compose(site: Site, _operation: str, args: Arguments) -> list[Composition]:
        given = args.keywords.get(member)
        if given is None:
            return [({parameter: (Unknown(),)} if args.extra else {}, ())]
        return [({parameter: bindings(_entries(site, given)) or (Unknown(),)}, ())]

    return compose


def _delete_objects(site: Site, _operation: str, args: Arguments) -> list[Composition]:
    """The keys of the objects, each as if it were deleted alone; whatever keys they are, they lie in the bucket."""
    found: set[Binding] = set()
    for request in args.keywords.get("Delete", EMPTY):
        for entry in _entries(site, _field(site, request, "Objects")):
            found.update(bindings(_field(site, entry, "Key")) or (Unknown(),))
    known = found and Unknown() not in found
    return [({"Key": tuple(sorted(found, key=repr)) if known else (Unknown(),)}, ())]


COMPOSITIONS: Mapping[tuple[str, str], Compose] = {
    ("dynamodb", "BatchGetItem"): _batch,
    ("dynamodb", "BatchWriteItem"): _batch,
    ("dynamodb", "TransactWriteItems"): _transact,
    ("dynamodb", "TransactGetItems"): _transact,
    ("dynamodb", "ExecuteStatement"): _execute,
    ("dynamodb", "BatchExecuteStatement"): _execute_all,
    ("dynamodb", "ExecuteTransaction"): _execute_all,
    ("events", "PutEvents"): _put_events,
    ("s3", "DeleteObjects"): _delete_objects,
    ("ssm", "GetParameters"): _each("Names", "Names"),
    ("ssm", "DeleteParameters"): _each("Names", "Names"),
    ("secretsmanager", "BatchGetSecretValue"): _each("SecretIdList", "SecretId"),
}


def _keys(site: Site, values: Values) -> tuple[Binding, ...]:
    """What is known of the keys of a dict."""
    found = EMPTY
    for value in values:
        keys = value.keys(site) if isinstance(value, Container) and value.kind == "dict" else frozenset({value})
        found |= keys
    return bindings(found)


def _entries(site: Site, values: Values) -> Values:
    found: Values = EMPTY
    for value in values:
        found |= site.contents(value.space) if isinstance(value, Container) else frozenset({value})
    return found


def _field(site: Site, entry: Value, name: str) -> Values:
    if not isinstance(entry, Container):
        return EMPTY
    site.rest(entry.space)
    return site.find(entry.space, name)


def _transaction(site: Site, values: Values) -> tuple[Part, ...]:
    parts: set[Part] = set()
    for entry in _entries(site, values):
        if not isinstance(entry, Container) or site.rest(entry.space):
            return ()  # an entry of unknown content may be anything
        for kind in entry.space.names():
            tables = EMPTY
            for request in site.find(entry.space, kind):
                tables |= _field(site, request, "TableName")
            for parameters in alternatives({"TableName": bindings(tables) or (Unknown(),)}):
                parts.add(Part(str(kind), parameters))
    return tuple(sorted(parts, key=repr))


def _statements(site: Site, values: Values) -> tuple[Part, ...]:
    parts = [_part(value) for value in site.known(values)]
    return tuple(sorted({part for part in parts if part}, key=repr)) if all(parts) else ()


def _part(value: Value) -> Part | None:
    """What the statement does, of which at least the beginning is known; None where that is not told."""
    text = beginning(value)
    found = _STATEMENT.match(text)
    if found is not None:
        exists, verb, table, index = found.groups()
        parameters = [Parameter("TableName", Literal(table))]
        parameters += [Parameter("IndexName", Literal(index))] if index else []
        return Part((exists or verb).upper(), tuple(parameters))
    opening = _OPENING.match(text)
    if not isinstance(value, Beginning) or opening is None:
        return None
    named: Values = EMPTY if opening["table"] is None or value.following is None else frozenset({value.following})
    name = next(iter(bindings(named)), Unknown())
    return Part((opening["exists"] or opening["verb"]).upper(), (Parameter("TableName", name),))
