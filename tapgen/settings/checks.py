"""What one value alone cannot show: names that must exist, address ranges that must fit, routes used twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tapgen import naming
from tapgen.errors import suggestion
from tapgen.settings import checks_apis, references
from tapgen.settings.checks_functions import check_function, check_lambda_layers
from tapgen.settings.checks_interface import check_parameters
from tapgen.settings.checks_network import check_network
from tapgen.settings.checks_pages import check_pages
from tapgen.settings.checks_parts import check_parts
from tapgen.settings.checks_sources import check_image_source, check_layer_source, check_places, check_source
from tapgen.settings.functions import Function
from tapgen.settings.local import check_local
from tapgen.settings.merging import DEFAULTS, OF_ONE
from tapgen.settings.model import Environment

_RESERVED_TAG = "the prefix aws: is reserved by AWS"
Problem = tuple[tuple[str | int, ...], str]


def check(environment: Environment, entry_points: dict[Any, list[Problem]] | None) -> Iterator[Problem]:
    """Each problem of the environment, with the path of the value to change.

    `entry_points` remembers what was found in a source, since a project's environments share their sources; with None
    no source is looked into.
    """
    yield from _alone(environment)
    if environment.is_stack_set or environment.stack_set:
        from tapgen.settings.stack_sets import check_stack_set

        yield from check_stack_set(environment)
    yield from _main(environment)
    yield from _defaults(environment)
    if environment.vpc:
        yield from check_network(environment.vpc, environment.parameters)
    yield from check_parts(environment)
    yield from _function_names(environment)
    for name, function in environment.functions.items():
        path = ("functions", name)
        found = (*_function(environment, function), *check_places(environment.root, function))
        yield from ((path + where, message) for where, message in found)
        if entry_points is not None and function.source:
            key = function.files_key
            if key not in entry_points:
                entry_points[key] = list(check_source(environment.root, function))
            yield from ((path + where, message) for where, message in entry_points[key])
        if entry_points is not None and function.image:
            of_image = check_image_source(environment.root, function.image)
            yield from ((path + where, message) for where, message in of_image)
    yield from checks_apis.check(environment)
    yield from check_pages(environment)
    yield from check_parameters(environment)
    yield from check_local(environment)
    yield from check_lambda_layers(environment)
    for name, layer in environment.lambda_layers.items():
        looked = check_layer_source(environment.root, layer) if entry_points is not None else ()
        found = (*check_places(environment.root, layer), *looked)
        yield from ((("lambda_layers", name, *where), message) for where, message in found)
    for module in environment.layers:
        if not all(part.isidentifier() for part in module.split(".")):
            yield ("layers",), f'"{module}" is not the name of a Python module'


def _alone(environment: Environment) -> Iterator[Problem]:
    if environment.region and environment.regions:
        yield ("regions",), "region and regions exclude each other; keep one of them"
    if environment.express and environment.protected:
        yield ("express",), "express and protected exclude each other; say express = false where it is protected"
    if environment.personal and environment.protected:
        yield ("personal",), "personal and protected exclude each other; say personal = false where it is protected"
    if environment.personal and environment.is_stack_set:
        yield ("personal",), "a StackSet is nobody's own; say personal = false, or leave its accounts away"
    if environment.expires and not environment.personal:
        yield ("expires",), "only personal environments expire; say personal = true beside it, or take it away"
    if len(set(environment.regions)) < len(environment.regions):
        yield ("regions",), "a region stands twice"
    email = environment.alarms.alarm_email
    yield from references.problems(email, ("alarms", "alarm_email"), environment.parameters)
    topic = environment.alarms.topic
    if topic is not None and topic not in environment.topics:
        yield ("alarms", "topic"), f'there is no topic "{topic}"; {suggestion(topic, environment.topics)}'
    for tag in environment.tags:
        if tag.lower().startswith("aws:"):
            yield ("tags", tag), _RESERVED_TAG


def _defaults(environment: Environment) -> Iterator[Problem]:
    given, plain = environment.function_defaults, Function()
    for key in sorted(OF_ONE) if given is not None else ():
        if getattr(given, key) != getattr(plain, key):
            yield (DEFAULTS, key), "it belongs to one function; write it there"


def _main(environment: Environment) -> Iterator[Problem]:
    for key, one, known in (
        ("main_function", "function", environment.functions),
        ("main_table", "table", {name for name, table in environment.tables.items() if table.existing is None}),
    ):
        name = getattr(environment, key)
        if name is not None and name not in known:
            yield (key,), f"there is no such {one} of the stack's own; {suggestion(name, known)}"


def _function_names(environment: Environment) -> Iterator[Problem]:
    for name in environment.functions:
        physical = naming.function_name(environment, name)
        if physical and len(physical) > naming.MAX_FUNCTION_NAME:
            yield (
                ("functions", name),
                f'the function\'s name "{physical}" is longer than {naming.MAX_FUNCTION_NAME} characters',
            )


def _function(environment: Environment, function: Function) -> Iterator[Problem]:
    yield from check_function(environment, function)
    yield from ((("tags", tag), _RESERVED_TAG) for tag in function.tags if tag.lower().startswith("aws:"))
    for variable in function.environment:
        if variable in naming.RESERVED_VARIABLES:
            yield ("environment", variable), "the name is reserved by Lambda"
    if function.name is False and function.role is None and environment.vpc and function.network:
        yield ("name",), "a role in a VPC names its function before it exists: give it a name, or a role of its own"
    if isinstance(function.log_group, str) and function.log_group not in environment.resources:
        better = suggestion(function.log_group, environment.resources)
        yield ("log_group",), f"there is no [resources.{function.log_group}]; {better}"
