"""`actions = "auto"`: what a function may do with its tables is read from its source, and rendered for review."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tapgen.errors import TapgenError
from tapgen.proof import calls
from tapgen.proof.needs import actions

if TYPE_CHECKING:
    from tapgen.settings.functions import Function
    from tapgen.settings.model import Environment
    from tapgen.settings.tables import TableAccess

Analyse = Callable[[Path, str], calls.Analysis]


def with_actions(environment: Environment, analyse: Analyse = calls.analyse, *, strict: bool = True) -> Environment:
    """The environment with the actions and indexes of every "auto" filled in; without one, the environment itself.

    Not `strict`: what cannot be told is not granted, for the check to say so.

    Raises:
        TapgenError: a source cannot be read, or which table a call uses cannot be told, and it is `strict`.
    """
    filled = {
        name: _filled(name, function, environment, analyse, strict=strict)
        for name, function in environment.functions.items()
        if any(access.actions == "auto" for access in function.tables.values())
    }
    if not filled:
        return environment
    return msgspec.structs.replace(environment, functions={**environment.functions, **filled})


def _filled(name: str, function: Function, environment: Environment, analyse: Analyse, *, strict: bool) -> Function:
    folder = environment.root / function.source
    analysis = analyse(folder, function.entry_point)
    for problem in analysis.problems if strict else ():
        if problem.kind != "cycle":
            raise TapgenError(
                f'functions.{name}: actions = "auto" needs to read the source, and cannot: '
                f"{function.source}/{problem.file}:{problem.line}: {problem.message}",
                "Mend the source, or write the actions out.",
            )
    found: dict[str, set[str]] = {table: set() for table in function.tables}
    indexes: dict[str, dict[str, set[str]]] = {table: {} for table in function.tables}
    for call in analysis.calls:
        for need in _needs(call):
            table = _table(need, function, environment)
            if table is None and not strict:
                continue
            if table is None:
                raise TapgenError(
                    f'functions.{name}: actions = "auto": which table {call.operation} uses at '
                    f"{function.source}/{call.file}:{call.line} cannot be told",
                    "Read the table's name from its environment variable, or write the actions out.",
                )
            on = _indexes(need, table, environment)
            if not on:
                found[table].add(need.action)
            for index in on:
                indexes[table].setdefault(index, set()).add(need.action)
    tables = {
        table: _access(access, found[table], indexes[table]) if access.actions == "auto" else access
        for table, access in function.tables.items()
    }
    return msgspec.structs.replace(function, tables=tables)


def _access(access: TableAccess, found: set[str], indexes: dict[str, set[str]]) -> TableAccess:
    every = {index: tuple(sorted(actions)) for index, actions in sorted(indexes.items())}
    return msgspec.structs.replace(access, actions=tuple(sorted(found)), indexes={**every, **access.indexes})


def _needs(call: calls.Call) -> Iterator[actions.Need]:
    """The actions of a call that are granted on tables and indexes; on others the check speaks."""
    needs = actions.needed(call)
    if call.service != "dynamodb" or isinstance(needs, actions.Unmapped):
        return
    for need in needs:
        known = actions.action(need.action)
        types = {type_.name for type_ in known.resource_types} if known else set()
        if types & {"table", "index"} and not need.optional:
            yield need


def _table(need: actions.Need, function: Function, environment: Environment) -> str | None:
    """The settings' name of the table that a need is about: the variable's, the literal name's, or the only one."""
    value = _value(need, "TableName")
    variables: Mapping[str, str] = {
        access.variable: table for table, access in function.tables.items() if access.variable
    }
    if isinstance(value, calls.EnvironmentVariable) and value.name in variables:
        return variables[value.name]
    literal = value.value if isinstance(value, calls.Literal) else ""
    if isinstance(value, calls.EnvironmentVariable):
        written = function.environment.get(value.name, value.default or "")
        literal = written if isinstance(written, str) else ""
    for table in function.tables:
        if literal and environment.tables[table].name == literal:
            return table
    return next(iter(function.tables)) if len(function.tables) == 1 and not literal else None


def _value(need: actions.Need, name: str) -> calls.Binding | None:
    return next((parameter.value for parameter in need.parameters if parameter.name == name), None)


def _indexes(need: actions.Need, table: str, environment: Environment) -> tuple[str, ...]:
    value = _value(need, "IndexName")
    if value is None:
        return ()
    every = tuple(environment.tables[table].indexes)
    return (value.value,) if isinstance(value, calls.Literal) and value.value in every else every
