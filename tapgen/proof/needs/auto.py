"""`actions = "auto"`: what a function may do with its parts is read from its source, and rendered for review."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tapgen import naming
from tapgen.errors import TapgenError
from tapgen.proof import calls
from tapgen.proof.needs import actions, implied
from tapgen.settings import kinds as settings
from tapgen.settings.tables import TableAccess
from tapgen.syntax import Version, version_of
from tapgen.template.kinds import KINDS

if TYPE_CHECKING:
    from tapgen.settings.functions import Function
    from tapgen.settings.model import Environment
    from tapgen.settings.parts import Use
    from tapgen.template.kinds import Kind

Analyse = Callable[[Path, str, calls.Elsewhere, Version | None], calls.Analysis]


def with_actions(environment: Environment, analyse: Analyse = calls.analyse, *, strict: bool = True) -> Environment:
    """The environment with the actions and indexes of every "auto" filled in; without one, the environment itself.

    Not `strict`: what cannot be told is not granted, for the check to say so.

    Raises:
        TapgenError: a source cannot be read, or which part a call uses cannot be told, and it is `strict`.
    """
    filled = {
        name: _filled(name, function, environment, analyse, strict=strict)
        for name, function in environment.functions.items()
        if function.has_automatic_actions
    }
    if not filled:
        return environment
    return msgspec.structs.replace(environment, functions={**environment.functions, **filled})


def _filled(name: str, function: Function, environment: Environment, analyse: Analyse, *, strict: bool) -> Function:
    folder = environment.root / function.source
    analysis = analyse(folder, function.entry_point, environment.modules_elsewhere(name), version_of(function.runtime))
    for problem in analysis.problems if strict else ():
        if problem.kind != "cycle":
            where = f"{function.source}/{problem.file}:{problem.line}: " if problem.file else ""
            raise TapgenError(
                f'functions.{name}: actions = "auto" needs to read the source, and cannot: {where}{problem.message}',
                "Mend the source, or write the actions out.",
            )
    found = _Found()
    for call in analysis.calls:
        for kind, need in _needs(call, function):
            part = _part(kind, need, function, environment)
            if part is None and not strict:
                continue
            if part is None:
                raise TapgenError(
                    f'functions.{name}: actions = "auto": which {kind.part.one} {call.operation} uses at '
                    f"{function.source}/{call.file}:{call.line} cannot be told",
                    f"Read the {kind.part.one}'s {kind.part.variable} from its environment variable, or write the "
                    "actions out.",
                )
            found.add(kind, part, need.action, _indexes(need, kind, part, environment))
    return msgspec.structs.replace(function, **{kind.word: found.uses(kind, function) for kind in _automatic(function)})


class _Found:
    """What the code needs so far: actions by kind and part, those on a table's indexes apart."""

    def __init__(self) -> None:
        self._actions: dict[tuple[str, str], set[str]] = {}
        self._indexes: dict[tuple[str, str], dict[str, set[str]]] = {}

    def add(self, kind: Kind, part: str, action: str, indexes: tuple[str, ...]) -> None:
        """An action on a part, or on indexes of it."""
        for index in indexes:
            self._indexes.setdefault((kind.word, part), {}).setdefault(index, set()).add(action)
        if not indexes:
            self._actions.setdefault((kind.word, part), set()).add(action)

    def uses(self, kind: Kind, function: Function) -> dict[str, Use]:
        """The function's uses of a kind with every "auto" filled in."""
        return {
            name: self._filled(use, (kind.word, name)) if use.actions == "auto" else use
            for name, use in settings.uses(function, kind.word).items()
        }

    def _filled(self, use: Use, key: tuple[str, str]) -> Use:
        names = tuple(sorted(self._actions.get(key, ())))
        if not isinstance(use, TableAccess):
            return msgspec.structs.replace(use, actions=names)
        indexes = {index: tuple(sorted(found)) for index, found in sorted(self._indexes.get(key, {}).items())}
        return msgspec.structs.replace(use, actions=names, indexes={**indexes, **use.indexes})


def _automatic(function: Function) -> list[Kind]:
    """The kinds of which a function has an "auto"."""
    return [kind for kind in KINDS if any(use.actions == "auto" for use in settings.uses(function, kind.word).values())]


def _needs(call: calls.Call, function: Function) -> Iterator[tuple[Kind, actions.Need]]:
    """The actions of a call that are granted on parts of the function; on others the check speaks."""
    needs = actions.needed(call)
    if isinstance(needs, actions.Unmapped):
        return
    for need in (*needs, *implied.needs_of(call), *actions.read_for_the_caller(call)):
        prefix = need.action.partition(":")[0]
        for kind in _automatic(function):
            if kind.prefix == prefix and not need.optional and _acts_on(kind, need):
                yield kind, need


def _acts_on(kind: Kind, need: actions.Need) -> bool:
    known = actions.action(need.action)
    types = {type_.name for type_ in known.resource_types} if known else set()
    return bool(types & {*kind.part.forms, *kind.part.within})


def _part(kind: Kind, need: actions.Need, function: Function, environment: Environment) -> str | None:
    """The settings' name of the part that a need is about: the variable's, the literal name's, or the only one.

    Where the request's value is not known, the only part that starts the function is taken before others: its events
    name it.
    """
    uses = settings.uses(function, kind.word)
    variables = {use.variable: name for name, use in uses.items() if use.variable}
    literals = set()
    for value in (one.value for one in need.parameters if one.name not in WITHIN):
        if isinstance(value, calls.EnvironmentVariable):
            if value.name in variables:
                return variables[value.name]
            written = function.environment.get(value.name, value.default or "")
            literals.add(written if isinstance(written, str) else "")
        elif isinstance(value, calls.Literal):
            literals.add(value.value)
    literals -= {""}
    for name in uses:
        if literals & _names(kind, name, environment):
            return name
    if literals:
        return None
    starting = [name for name in settings.triggers(function, kind.word) if name in uses]
    return next((names[0] for names in (list(uses), starting) if len(names) == 1), None)


WITHIN = frozenset({"IndexName", "Key"})
"""Request members that name something within a part, not the part."""


def _names(kind: Kind, name: str, environment: Environment) -> set[str]:
    """What a request can call a part: its physical name, or that or the ARN of one that exists."""
    part = settings.parts(environment, kind.word)[name]
    written = part.existing if isinstance(getattr(part, "existing", None), str) else ""
    physical = naming.function_name(environment, name) if kind.word == "functions" else getattr(part, "name", None)
    return {physical or "", str(written), re.split(r"[:/]", str(written))[-1]} - {""}


def _indexes(need: actions.Need, kind: Kind, part: str, environment: Environment) -> tuple[str, ...]:
    """The indexes of a table that a need is about; every one where it cannot be told, () where it is the table."""
    value = next((parameter.value for parameter in need.parameters if parameter.name == "IndexName"), None)
    if value is None or kind.word != "tables":
        return ()
    table = environment.tables[part]
    every = ("*",) if table.existing is not None else table.every_index
    known = isinstance(value, calls.Literal) and (value.value in every or table.existing is not None)
    return (value.value,) if known and isinstance(value, calls.Literal) else every
