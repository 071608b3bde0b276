"""A resource of the settings, read through troposphere's class of its type."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import redirect_stderr
from importlib import import_module
from typing import Any

from troposphere import AWSHelperFn, AWSObject, BaseAWSObject, Tags

from tapgen.errors import suggestion

Path = tuple[str | int, ...]
Problem = tuple[Path, str]

MODULES = {"lambda": "awslambda", "kinesisfirehose": "firehose", "elasticloadbalancing": "elasticloadbalancing"}
"""Services that troposphere calls otherwise."""


OPTIONAL = {
    "awslambda.OnFailure": ("Destination",),
    "cloudwatch.Metric": ("MetricName", "Namespace"),
    "cloudwatch.MetricStream": ("FirehoseArn", "OutputFormat", "RoleArn"),
    "ec2.LaunchTemplateSpecification": ("Version",),
    "ecs.KeyValuePair": ("Name", "Value"),
    "ecs.LogConfiguration": ("LogDriver",),
    "iot.TopicRulePayload": ("RuleDisabled",),
}
"""What troposphere asks for and CloudFormation's own schemas do not: troposphere 4.11 beside cfn-lint 1.58."""


class Intrinsic(AWSHelperFn):
    """An intrinsic function as CloudFormation has it, such as {"Ref": "ItemTable"}."""

    def __init__(self, data: Any) -> None:
        self.data = data


class AsItIs(AWSObject):
    """A resource of any type, with whatever properties."""

    resource_type = ""
    props: dict[str, Any] = {}  # noqa: RUF012 - troposphere reads it as is


def as_it_is(title: str, resource_type: str, properties: dict[str, Any]) -> AWSObject:
    """The resource, of whatever type and with whatever properties; its tags are its own."""
    resource = AsItIs(title)
    resource.resource["Type"] = resource_type
    resource.properties.update(properties)
    return resource


def checked(title: str, resource_type: str, properties: dict[str, Any]) -> AWSObject | None:
    """The resource by the class of its type; None without one."""
    return read(title, resource_type, properties)[0]


def read(title: str, resource_type: str, properties: dict[str, Any]) -> tuple[AWSObject | None, list[Problem]]:
    """The resource, and each problem with its path; without a class of that type there is no resource."""
    made, known = _class(resource_type)
    if made is None:
        of_service = suggestion(resource_type, known) if known else "nor any other of that service"
        return None, [(("type",), f'troposphere has no type "{resource_type}"; {of_service}')]
    problems: list[Problem] = []
    resource = _read(made, title, properties, ("properties",), problems)
    return resource, problems


def _class(resource_type: str) -> tuple[type[AWSObject] | None, list[str]]:
    """The class of a type, and the types of its service."""
    parts = resource_type.split("::")
    if parts[0] == "Custom":
        return import_module("troposphere.cloudformation").CustomResource, []
    name = parts[1].lower()
    try:
        module = import_module(f"troposphere.{MODULES.get(name, name)}")
    except ModuleNotFoundError:
        return None, []
    classes: dict[str, type[AWSObject]] = {
        str(getattr(found, "resource_type", "")): found
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, AWSObject) and getattr(found, "resource_type", None)
    }
    return classes.get(resource_type), sorted(classes)


def _read(made: type[BaseAWSObject], title: str | None, values: Any, path: Path, problems: list[Problem]) -> Any:
    """An object of troposphere with these values; what does not fit is left out and said."""
    optional = OPTIONAL.get(f"{made.__module__.removeprefix('troposphere.')}.{made.__name__}", ())
    if optional:
        lenient = {name: (made.props[name][0], False) for name in optional}
        made = type(made.__name__, (made,), {"props": {**made.props, **lenient}})
    result = made(title) if title else made()
    custom = made.__name__ == "CustomResource"
    for name, value in values.items():
        here = (*path, name)
        if name not in made.props and not custom:
            problems.append((here, f"{_type(made)} has no such property; {suggestion(name, made.props)}"))
            continue
        expected = made.props[name][0] if name in made.props else None
        read_value = _value(expected, value, here, problems)
        try:
            with redirect_stderr(io.StringIO()):  # troposphere prints which validator failed
                setattr(result, name, read_value)
        except (TypeError, ValueError, OverflowError, AttributeError):
            problems.append((here, f"{_shown(value)} is not {_words(expected)}"))
    problems += (
        ((*path, name), f"{_type(made)} needs it")
        for name, (_, required) in made.props.items()
        if required and name not in values
    )
    return result


def _value(expected: Any, value: Any, path: Path, problems: list[Problem]) -> Any:
    if is_intrinsic(value):
        return Intrinsic(value)
    if expected is Tags and isinstance(value, list):
        tags = Tags()
        tags.tags = value
        return tags
    if _is_class(expected) and isinstance(value, dict):
        return _read(expected, None, value, path, problems)
    if isinstance(expected, list) and _is_class(expected[0]) and isinstance(value, list):
        return [_value(expected[0], item, (*path, index), problems) for index, item in enumerate(value)]
    if isinstance(value, list):
        return [Intrinsic(item) if is_intrinsic(item) else item for item in value]
    return value


def is_intrinsic(value: Any) -> bool:
    """An intrinsic function of CloudFormation."""
    return isinstance(value, dict) and len(value) == 1 and all(key == "Ref" or key.startswith("Fn::") for key in value)


def _is_class(expected: Any) -> bool:
    return isinstance(expected, type) and issubclass(expected, BaseAWSObject)


def _type(made: type[BaseAWSObject]) -> str:
    return str(getattr(made, "resource_type", None) or made.__name__)


def _shown(value: Any) -> str:
    text = "a table" if isinstance(value, dict) else "a list" if isinstance(value, list) else f"{value!r}"
    return text if len(text) <= 60 else f"{text[:57]}..."


def _words(expected: Any) -> str:
    """What a property takes: "integer", "list of Filter"."""
    options: Iterator[str] = (
        f"list of {_words(option[0])}" if isinstance(option, list) else getattr(option, "__name__", str(option))
        for option in (expected if isinstance(expected, tuple) else (expected,))
    )
    return "what it takes: " + " or ".join(options)
