"""What the settings name inside of text: logical ids, attributes and parameters in `${…}`, wherever it is filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tapgen.settings.kinds import parts
from tapgen.template.kinds import KINDS

if TYPE_CHECKING:
    from tapgen.settings.functions import Function
    from tapgen.settings.model import Environment

PSEUDO = "AWS::"
_NAMED = r"\$\{([^!}.]+)(?:\.[^}]+)?\}"


def texts(environment: Environment) -> Iterator[tuple[str, Any]]:
    """Each setting in whose text `${…}` is filled in, or that names logical ids, by its path."""
    for name, output in environment.outputs.items():
        yield f"outputs.{name}.value", output.value
    for name, function in environment.functions.items():
        yield from ((f"functions.{name}.{key}", value) for key, value in _of_function(function))
    yield from _of_parts(environment)
    for name, parameter in environment.ssm_parameters.items():
        yield f"ssm_parameters.{name}.value", parameter.text
    for name, machine in environment.state_machines.items():
        yield f"state_machines.{name}.substitutions", list(machine.substitutions.values())
    for name, resource in environment.resources.items():
        after = resource.depends_on
        yield f"resources.{name}.depends_on", _ids([after] if isinstance(after, str) else after)
    if network := environment.network:
        for key in ("vpc", "subnets", "security_groups"):
            value = getattr(network, key)
            yield f"network.{key}", list(value) if isinstance(value, tuple) else value
        yield "network.egress", [one.to for one in network.egress]


def _of_parts(environment: Environment) -> Iterator[tuple[str, Any]]:
    for kind in KINDS:
        for name, part in parts(environment, kind.word).items():
            yield f"{kind.word}.{name}.existing", part.existing
            for index, one in enumerate(getattr(part, "policy", ())):
                values = [*one.principals, *one.resources, *one.conditions.values()]
                yield f"{kind.word}.{name}.policy.{index}", values


def _of_function(function: Function) -> Iterator[tuple[str, Any]]:
    for variable, value in function.environment.items():
        yield f"environment.{variable}", value if isinstance(value, str) else value.value
    for index, statement in enumerate(function.statements):
        yield f"statements.{index}.resources", list(statement.resources)
        yield f"statements.{index}.conditions", statement.conditions
    yield "depends_on", _ids(function.depends_on)
    yield "role", function.role
    yield "layers", list(function.layers)
    yield "managed_policies", list(function.managed_policies)
    yield "file_systems", [value for one in function.file_systems for value in (one.access_point, one.file_system)]


def _ids(names: tuple[str, ...] | list[str]) -> list[str]:
    return [f"${{{name}}}" for name in names]


def named(value: Any) -> Iterator[str]:
    """The logical ids and parameters that a value of the settings names."""
    match value:
        case str():
            yield from (name for name in re.findall(_NAMED, value) if name.startswith(PSEUDO) or ":" not in name)
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::GetAtt": str(name)}:
            yield name.partition(".")[0]
        case {"Fn::Sub": [str(text), dict(own)]}:
            yield from (name for name in named(text) if name not in own)
            yield from named(list(own.values()))
        case dict():
            for item in value.values():
                yield from named(item)
        case list():
            for item in value:
                yield from named(item)
