"""What the parts, their uses and their triggers show only together: names that must exist, actions that AWS knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import fields

from tapgen import naming
from tapgen.errors import suggestion
from tapgen.settings import checks_existing, kinds, references, served
from tapgen.settings.functions import Function
from tapgen.settings.tables import Table, TableAccess
from tapgen.template.kinds import KINDS
from tapgen.template.kinds import kinds as by_word

if TYPE_CHECKING:
    from tapgen.settings.model import Environment
    from tapgen.settings.parts import Part, Problem, Use
    from tapgen.settings.values import Value
    from tapgen.template.kinds import Kind

WITHOUT_WILDCARD = 'name the actions, say actions = "auto", or put it under statements, with a reason'
"""What to do where an action of a part has a wildcard."""

COMMON = frozenset(
    f"dynamodb:{name}"
    for name in (
        *("BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem"),
        *("PutItem", "Query", "Scan", "UpdateItem"),
    )
)
"""What most uses are: for these the catalogue of all actions need not be read."""


def check_parts(environment: Environment) -> Iterator[Problem]:
    """Each problem of the parts and of what the functions do with them, with the path of the value to change."""
    yield from ((("encryption",), message) for message in _key(environment.encryption, environment))
    for kind in KINDS:
        parts = kinds.parts(environment, kind.word)
        if kind.word == "apis":
            continue  # `checks_apis` looks at them
        yield from _same_logical_id(kind.word, parts)
        for name, part in parts.items() if kind.word != "functions" else ():
            for where, message in _part(kind, name, part, environment):
                yield (kind.word, name, *where), message
    yield from _existing_functions(environment)
    for name, resource in environment.resources.items():
        for where, message in resource.problems(name, environment):
            yield ("resources", name, *where), message
    for name, function in environment.functions.items():
        for where, message in _function(function, environment):
            yield ("functions", name, *where), message


def _existing_functions(environment: Environment) -> Iterator[Problem]:
    plain = Function()
    for name, function in environment.existing_functions.items():
        yield from references.problems(function.existing, ("functions", name, "existing"), environment.parameters)
        if isinstance(function.existing, str):
            message = checks_existing.problem(by_word()["functions"], function.existing)
            yield from [(("functions", name, "existing"), message)] if message else []
        for field in fields(function):
            if field.name != "existing" and getattr(function, field.name) != getattr(plain, field.name):
                yield ("functions", name, field.name), "it is not the stack's: existing stands in place of this key"


def _same_logical_id(section: str, names: object) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for name in names if isinstance(names, dict) else ():
        other = seen.setdefault(naming.logical(name), name)
        if other != name:
            yield (section, name), f'it gives the same logical id as "{other}"'


def _part(kind: Kind, name: str, part: Part, environment: Environment) -> Iterator[Problem]:
    yield from ((("encryption",), message) for message in _key(getattr(part, "encryption", None), environment))
    if part.existing is None:
        yield from part.problems(name, environment)
        return
    if isinstance(part.existing, str) and (message := checks_existing.problem(kind, part.existing)):
        yield ("existing",), message
    yield from references.problems(part.existing, ("existing",), getattr(environment, "parameters", ()))
    plain = type(part)()
    for field in fields(part):
        given = getattr(part, field.name) != getattr(plain, field.name)
        if given and field.name not in ("existing", *part.beside):
            yield (field.name,), "it is not the stack's: existing stands in place of this key"


def _key(name: str | None, environment: Environment) -> Iterator[str]:
    keys = kinds.parts(environment, "keys")
    if name is not None and name not in keys:
        yield f'there is no key "{name}"; {suggestion(name, keys)}'


def _function(function: Function, environment: Environment) -> Iterator[Problem]:
    for variable, value in function.environment.items():
        for message in _value(value, environment) if not isinstance(value, str) else ():
            yield ("environment", variable), message
    yield from ((("encryption",), message) for message in _key(function.encryption, environment))
    taken = set(function.environment)
    for kind in KINDS:
        parts = kinds.parts(environment, kind.word)
        for name, use in kinds.uses(function, kind.word).items():
            path = (kind.word, name)
            if kind.word == "apis":
                parts = {one: part for one, part in parts.items() if getattr(part, "kind", "") == "websocket"}
            if name not in parts:
                yield path, f"there is no such {kind.part.one}; {suggestion(name, parts)}"
            elif kind.word == "apis" and name not in served.with_routes(environment) and parts[name].existing is None:
                yield path, f'no function has a route of it: {{ route = "$connect", api = "{name}" }}'
            for where, message in _use(use, kind, parts.get(name), taken):
                yield (*path, *where), message
    yield from _triggers(function, environment)


def _triggers(function: Function, environment: Environment) -> Iterator[Problem]:
    for field in fields(function.triggers):
        kind = by_word().get(field.name)
        parts = kinds.parts(environment, field.name)
        for name, trigger in kinds.triggers(function, field.name).items():
            path = ("triggers", field.name, name)
            if kind and name not in parts:
                yield path, f"there is no such {kind.part.one}; {suggestion(name, parts)}"
                continue
            dead_letters = getattr(trigger, "dead_letter_queue", None)
            if isinstance(dead_letters, str) and dead_letters not in environment.queues:
                better = suggestion(dead_letters, environment.queues)
                yield (*path, "dead_letter_queue"), f'there is no queue "{dead_letters}"; {better}'
            for where, message in trigger.problems(name, function, environment):
                yield (*path, *where), message


def _value(value: Value, environment: Environment) -> Iterator[str]:
    secrets = kinds.parts(environment, "secrets")
    ways = (value.secret, value.ssm_parameter, value.parameter, value.import_, value.value)
    if sum(way is not None for way in ways) != 1:
        yield "say one of secret, ssm_parameter, parameter, import and value"
    elif value.key is not None and value.secret is None:
        yield "key belongs to a secret: an SSM parameter has none"
    elif value.parameter is not None and value.parameter not in environment.parameters:
        yield f'there is no parameter "{value.parameter}"; {suggestion(value.parameter, environment.parameters)}'
    elif value.secret is not None and value.secret not in secrets:
        yield (
            f'there is no secret "{value.secret}"; {suggestion(value.secret, secrets)}; one that exists needs '
            f'[secrets.{value.secret}] with existing = "its name"'
        )


def _use(use: Use, kind: Kind, part: Part | None, taken: set[str]) -> Iterator[Problem]:
    """Problems of a function's use of a part; `taken` has the variables of the function so far."""
    if isinstance(use, TableAccess) and part is not None and part.existing is None:
        known = part.every_index if isinstance(part, Table) else ()
        for index in use.indexes:
            if index not in known:
                yield ("indexes", index), f"the table has no such index; {suggestion(index, known)}"
    if use.variable in naming.RESERVED_VARIABLES:
        yield ("variable",), "the name is reserved by Lambda"
    if use.variable in taken:
        yield ("variable",), f"{use.variable} has a value already"
    if use.variable:
        taken.add(use.variable)
    if use.actions != "auto":
        yield from _actions(use.actions, kind, ("actions",))
    if isinstance(use, TableAccess):
        for index, names in use.indexes.items():
            yield from _index_actions(names, ("indexes", index))


def _actions(names: tuple[str, ...], kind: Kind, path: tuple[str, ...]) -> Iterator[Problem]:
    if all(name in COMMON for name in names):
        return
    from tapgen.template.catalogue import action, actions_of

    for name in names:
        if "*" in name:
            yield path, f'"{name}" has a wildcard; {WITHOUT_WILDCARD}'
            continue
        known = action(name) if name.startswith(f"{kind.prefix}:") else None
        if known is None or known.name != name:
            full = f"{kind.prefix}:{name}"
            every = [one.name for one in (actions_of(kind.prefix) or {}).values()]
            better = f'did you mean "{full}"?' if full in every else suggestion(name, every)
            if better.startswith("known"):  # all of the service's
                better = f'such as "{kind.part.example}"'
            yield path, f'"{name}" is not an action of {kind.part.service}; {better}'
        elif not {type_.name for type_ in known.resource_types} & kind.part.forms.keys():
            yield path, f"{name} acts on no {kind.part.one}; put it under statements, with its resources"


def _index_actions(names: tuple[str, ...], path: tuple[str, ...]) -> Iterator[Problem]:
    from tapgen.policies import INDEX_ACTIONS

    for name in names:
        if "*" in name:
            yield path, f'"{name}" has a wildcard; {WITHOUT_WILDCARD}'
        elif name not in INDEX_ACTIONS:
            full = f"dynamodb:{name}"
            better = f'did you mean "{full}"?' if full in INDEX_ACTIONS else suggestion(name, INDEX_ACTIONS)
            yield path, f'"{name}" is not an action on an index; {better}'
