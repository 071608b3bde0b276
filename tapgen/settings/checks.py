"""What one value alone cannot show: names that must exist, address ranges that must fit, routes used twice."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tapgen import naming
from tapgen.errors import TapgenError
from tapgen.settings import checks_apis
from tapgen.settings.checks_network import check_network
from tapgen.settings.checks_parts import check_parts
from tapgen.settings.functions import Function
from tapgen.settings.model import Environment
from tapgen.sources import read_source

Problem = tuple[tuple[str | int, ...], str]

RUNTIMES = ("python3.11", "python3.12", "python3.13", "python3.14")
"""Lambda developer guide, "Lambda runtimes", as of November 2026."""

RETIRED_RUNTIMES = {
    "python3.6": "2022-07-18",
    "python3.7": "2023-12-04",
    "python3.8": "2024-10-14",
    "python3.9": "2025-12-15",
    "python3.10": "2026-10-31",
}
"""Runtime -> when AWS deprecated it: the same page, "Deprecated runtimes"."""

MAX_PARSED_BYTES = 1024 * 1024
"""A larger module is not parsed to find its entry point: that would take seconds of every command."""


def check(environment: Environment, entry_points: dict[tuple[str, str], list[Problem]] | None) -> Iterator[Problem]:
    """Each problem of the environment, with the path of the value to change.

    `entry_points` remembers what was found in a source, since a project's environments share their sources; with None
    no source is looked into.
    """
    yield from _alone(environment)
    if environment.vpc:
        yield from check_network(environment.vpc)
    yield from check_parts(environment)
    yield from _function_names(environment)
    for name, function in environment.functions.items():
        path = ("functions", name)
        yield from ((path + where, message) for where, message in _function(function))
        if entry_points is None:
            continue
        key = (function.source, function.entry_point)
        if key not in entry_points:
            entry_points[key] = list(_entry_point(environment, function))
        yield from ((path + where, message) for where, message in entry_points[key])
    yield from checks_apis.check(environment)
    for module in environment.layers:
        if not all(part.isidentifier() for part in module.split(".")):
            yield ("layers",), f'"{module}" is not the name of a Python module'


def _alone(environment: Environment) -> Iterator[Problem]:
    if environment.region and environment.regions:
        yield ("regions",), "region and regions exclude each other; keep one of them"
    if len(set(environment.regions)) < len(environment.regions):
        yield ("regions",), "a region stands twice"
    for tag in environment.tags:
        if tag.lower().startswith("aws:"):
            yield ("tags", tag), "the prefix aws: is reserved by AWS"


def _function_names(environment: Environment) -> Iterator[Problem]:
    for name in environment.functions:
        physical = naming.function_name(environment, name)
        if len(physical) > naming.MAX_FUNCTION_NAME:
            yield (
                ("functions", name),
                f'the function\'s name "{physical}" is longer than {naming.MAX_FUNCTION_NAME} characters',
            )


def _function(function: Function) -> Iterator[Problem]:
    if function.runtime in RETIRED_RUNTIMES:
        when = RETIRED_RUNTIMES[function.runtime]
        yield ("runtime",), f"AWS retired {function.runtime} on {when}; take {RUNTIMES[-2]}"
    elif function.runtime not in RUNTIMES:
        yield ("runtime",), f"{function.runtime} is not a runtime of Lambda; known: {', '.join(RUNTIMES)}"
    for variable in function.environment:
        if variable in naming.RESERVED_VARIABLES:
            yield ("environment", variable), "the name is reserved by Lambda"


def _entry_point(environment: Environment, function: Function) -> Iterator[Problem]:
    try:
        source = read_source(environment.root / function.source)
    except TapgenError as error:
        yield ("source",), error.message
        return
    file = source.module_file(function.entry_point)
    if file is None:
        yield ("entry_point",), f'"{function.entry_point}": {function.source} has no such module'
        return
    path = source.folder / file
    if path.stat().st_size > MAX_PARSED_BYTES:
        return
    try:
        tree = ast.parse(path.read_bytes(), filename=str(path))
    except SyntaxError as error:
        yield ("source",), f"{function.source}/{file}:{error.lineno or 1}: {error.msg}"
        return
    except OSError as error:
        yield ("source",), f"{function.source}/{file}: {error.strerror}"
        return
    except (ValueError, RecursionError, MemoryError) as error:
        yield ("source",), f"{function.source}/{file}: not Python source: {error}"
        return
    name = function.entry_point.rpartition(".")[2]
    defined = set(_defined(tree.body))
    if name not in defined and "*" not in defined:  # from implementation import *
        yield ("entry_point",), f'"{function.entry_point}": {function.source}/{file} defines no "{name}"'


def _defined(body: list[ast.stmt]) -> Iterator[str]:
    """The names that a module's statements bind, also under `if` and `try`."""
    for statement in body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from (alias.asname or alias.name.partition(".")[0] for alias in names)
            case ast.Assign() | ast.AnnAssign():
                nodes = (node for node in ast.walk(statement) if isinstance(node, ast.Name))
                yield from (node.id for node in nodes if isinstance(node.ctx, ast.Store))
            case ast.If() | ast.Try() | ast.With():
                for field in ("body", "orelse", "finalbody"):
                    yield from _defined(getattr(statement, field, []))
                for handler in getattr(statement, "handlers", []):
                    yield from _defined(handler.body)
