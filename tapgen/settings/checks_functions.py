"""Whether Lambda takes a function as the settings have it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tapgen.errors import suggestion
from tapgen.settings import references
from tapgen.settings.destinations import SECTIONS
from tapgen.settings.kinds import uses
from tapgen.template.kinds import KINDS

if TYPE_CHECKING:
    from tapgen.settings.functions import Function
    from tapgen.settings.invocations import Image
    from tapgen.settings.model import Environment
    from tapgen.settings.statements import Statement

Problem = tuple[tuple[str | int, ...], str]

RUNTIMES = (
    "dotnet6",
    "dotnet8",
    "dotnet10",
    "java8.al2",
    "java11",
    "java17",
    "java21",
    "java25",
    "nodejs16.x",
    "nodejs18.x",
    "nodejs20.x",
    "nodejs22.x",
    "nodejs24.x",
    "provided.al2",
    "provided.al2023",
    "python3.8",
    "python3.9",
    "python3.10",
    "python3.11",
    "python3.12",
    "python3.13",
    "python3.14",
    "ruby3.2",
    "ruby3.3",
    "ruby3.4",
    "ruby4.0",
)
"""What AWS still makes functions of: Lambda developer guide, "Lambda runtimes", as of November 2026.

Some are deprecated, which AWS went on with for years more than it had said; cfn-lint warns of these.
"""
NEWEST_BUT_ONE = "python3.13"

RETIRED_RUNTIMES = {
    "python2.7": "2021-07-15",
    "python3.6": "2022-07-18",
    "python3.7": "2024-01-09",
    "nodejs12.x": "2023-03-31",
    "nodejs14.x": "2024-01-09",
    "java8": "2024-02-08",
    "go1.x": "2024-02-08",
    "ruby2.7": "2024-01-09",
    "provided": "2024-02-08",
}
"""Runtime -> since when AWS makes no new functions of it: the same page, "Deprecated runtimes"."""

_SNAP_START = r"python3\.1[2-9]|java(11|17|21|25)|dotnet([89]|10)"
"""Lambda developer guide, "Improving startup performance with Lambda SnapStart": supported runtimes."""
_PYTHON_ENTRY_POINT = r"[\w.\-/]+\.[^\W\d]\w*"
_LAYER_VERSION = r"arn:[^:]+:lambda:[^:]+:[^:]+:layer:[^:]+:([0-9]+|\$\{[A-Za-z0-9]+\})"
_PSEUDO = r"\$\{AWS::[A-Za-z]+\}"
MAX_VERSIONED_LAYERS = 2
"""A published version notes the packages of so many layers of the stack's own (see `layers.compute.publish`)."""


def check_function(environment: Environment, function: Function) -> Iterator[Problem]:
    """Each problem of a function, with the path below it."""
    yield from _code(environment, function)
    yield from _layers(environment, function)
    yield from _versions(function)
    yield from _automatic(function)
    yield from references.problems(function.role, ("role",), environment.parameters)
    yield from references.problems(function.managed_policies, ("managed_policies",), environment.parameters)
    if function.role and function.managed_policies:
        yield ("managed_policies",), "an existing role has its own policies; attach them there"
    for index, one in enumerate(function.file_systems):
        for key in ("access_point", "file_system"):
            where = ("file_systems", index, key)
            yield from references.problems(getattr(one, key), where, environment.parameters)
    if function.file_systems and not environment.vpc:
        yield ("file_systems",), "a file system is reached from a VPC alone; write [network]"
    for index, statement in enumerate(function.statements):
        yield from (
            (("statements", index, *path), message) for path, message in check_statement(environment, statement)
        )
    yield from _callers(environment, function)
    yield from _destinations(environment, function)


def _callers(environment: Environment, function: Function) -> Iterator[Problem]:
    for name, caller in function.callers.items():
        yield from references.problems(caller.source, ("callers", name, "source"), environment.parameters)
        yield from ((("callers", name, *path), message) for path, message in caller.problems())


def _destinations(environment: Environment, function: Function) -> Iterator[Problem]:
    for key in ("on_success", "on_failure"):
        value = getattr(function, key)
        try:
            kind, name = environment.destination(value) if value is not None else ("", "")
        except LookupError as error:
            yield (key,), str(error)
            continue
        if kind == "bucket" and key == "on_success":
            yield (key,), "a bucket takes the records of failures alone; take a queue, a topic, a bus or a function"
        if getattr(getattr(environment, SECTIONS.get(kind, ""), {}).get(name), "fifo", False):
            yield (key,), f"{name} is first in, first out, to which Lambda sends no records; take a {kind} that is not"


def check_runtime(runtime: str) -> str:
    """What is wrong with a runtime; nothing for one that Lambda has."""
    if runtime in RETIRED_RUNTIMES:
        kind = runtime.rstrip("0123456789.x")
        newer = [one for one in RUNTIMES if one.startswith(kind)]
        better = NEWEST_BUT_ONE if kind == "python" else newer[-1] if newer else "provided.al2023"
        return f"AWS makes no new functions of {runtime} since {RETIRED_RUNTIMES[runtime]}; take {better}"
    return "" if runtime in RUNTIMES else f"{runtime} is not a runtime of Lambda; {suggestion(runtime, RUNTIMES)}"


def _code(environment: Environment, function: Function) -> Iterator[Problem]:
    if not function.source and not function.image:
        yield ("source",), "it is required and missing, unless there is an image"
    if function.image:
        yield from _image(environment, function.image)
        return
    if problem := check_runtime(function.runtime):
        yield ("runtime",), problem
    if function.is_python and not re.fullmatch(_PYTHON_ENTRY_POINT, function.entry_point):
        yield ("entry_point",), f'"{function.entry_point}" is not of the form module.function'
    if function.requirements and not function.is_python:
        yield ("requirements",), f"they are Python's; a source of {function.runtime} is packaged as it is"


def _image(environment: Environment, image: Image) -> Iterator[Problem]:
    yield from references.problems(image.uri, ("image", "uri"), environment.parameters)
    parts = (image.repository, image.tag, image.digest)
    if image.dockerfile is not None:
        if image.uri is not None or image.tag is not None or image.digest is not None:
            yield ("image", "dockerfile"), "what is built has no uri, tag and digest yet"
        if image.repository is not None and ".dkr.ecr" in image.repository:
            yield ("image", "repository"), "what is built goes to the account's own registry: the name alone"
    elif image.context is not None or image.target or image.arguments:
        yield ("image",), "context, target and arguments are for a dockerfile"
    elif image.uri is not None:
        if any(part is not None for part in parts):
            yield ("image", "uri"), "it is the image in full: repository, tag and digest do not go with it"
    elif image.repository is None:
        yield ("image",), "say its uri, its repository, or a dockerfile"
    elif (image.tag is None) == (image.digest is None):
        yield ("image",), "say one of tag and digest"


def _automatic(function: Function) -> Iterator[Problem]:
    if function.is_python:
        return
    for kind in KINDS:
        for name, use in uses(function, kind.word).items():
            if use.actions == "auto":
                code = "a container image" if function.image else f"code for {function.runtime}"
                yield (kind.word, name, "actions"), f'"auto" reads Python, and not {code}; name the actions'


def _layers(environment: Environment, function: Function) -> Iterator[Problem]:
    if function.layers and function.image:
        yield ("layers",), "an image takes no layers; build them into it"
    for index, layer in enumerate(function.layers):
        yield from references.problems(layer, ("layers", index), environment.parameters)
        if not isinstance(layer, str) or layer in environment.lambda_layers:
            continue
        if not layer.startswith("arn:"):
            known = suggestion(layer, environment.lambda_layers)
            yield ("layers", index), f"there is no [lambda_layers.{layer}], and it is no ARN; {known}"
        elif not re.fullmatch(_LAYER_VERSION, re.sub(_PSEUDO, "x", layer)):
            yield ("layers", index), f'"{layer}" is not the ARN of a layer\'s version, which ends in ":" and its number'


def _versions(function: Function) -> Iterator[Problem]:
    own = [layer for layer in function.layers if isinstance(layer, str) and not layer.startswith("arn:")]
    if function.alias_name and len(own) > MAX_VERSIONED_LAYERS:
        yield ("layers",), f"with an alias, at most {MAX_VERSIONED_LAYERS} layers of the stack's own; join some of them"
    reserved, warm = function.reserved_concurrency, function.provisioned_concurrency
    if warm and reserved is not None and warm > reserved:
        yield ("provisioned_concurrency",), f"{warm} is more than the {reserved} of reserved_concurrency"
    if not function.snap_start:
        return
    if function.image or not re.fullmatch(_SNAP_START, function.runtime):
        what = "a container image" if function.image else function.runtime
        yield ("snap_start",), f"{what} has no SnapStart; Python from 3.12, Java from 11 and .NET from 8 have"
    for key, wrong in {
        "provisioned_concurrency": warm,
        "file_systems": function.file_systems,
        "ephemeral_storage": function.ephemeral_storage > 512,
    }.items():
        if wrong:
            yield ("snap_start",), f"it does not go with {key}"


def check_statement(environment: Environment, statement: Statement) -> Iterator[Problem]:
    """Each problem of a statement on what is no part, with the path below it."""
    from tapgen.template import catalogue

    yield from references.problems(statement.resources, ("resources",), environment.parameters)
    for index, action in enumerate(statement.actions):
        prefix = action.partition(":")[0]
        if action == "*" or catalogue.matching(action) if "*" in action or "?" in action else catalogue.action(action):
            continue
        known = catalogue.actions_of(prefix)
        if known is None:
            better = suggestion(prefix, catalogue.prefixes())
            yield ("actions", index), f'"{action}": IAM knows no service "{prefix}"' + _short(better)
        else:
            better = suggestion(action, [one.name for one in known.values()])
            yield ("actions", index), f'"{action}" is not an action of IAM' + _short(better)


def _short(better: str) -> str:
    """A near miss; a list of hundreds helps nobody."""
    return f"; {better}" if better.startswith("did you mean") else ""


def check_lambda_layers(environment: Environment) -> Iterator[Problem]:
    """Each problem of the stack's own Lambda layers."""
    for name, layer in environment.lambda_layers.items():
        path = ("lambda_layers", name)
        for index, runtime in enumerate(layer.runtimes):
            if problem := check_runtime(runtime):
                yield (*path, "runtimes", index), problem
        if not environment.layer_runtimes(name):
            yield path, "no function names it in its layers; name it there, or say its runtimes"
