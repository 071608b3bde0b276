"""Whether CloudFormation takes the stack's parameters as the settings have them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tapgen import naming

if TYPE_CHECKING:
    from tapgen.settings.interface import Parameter
    from tapgen.settings.model import Environment

Problem = tuple[tuple[str | int, ...], str]


_TYPE = r"(String|Number|CommaDelimitedList|List<(Number|String|AWS::[\w:.]+)>|AWS::(EC2|Route53)::[\w:.]+)"
PARAMETER_TYPE = rf"^({_TYPE}|AWS::SSM::Parameter::(Name|Value<{_TYPE}>))$"
"""CloudFormation user guide, "Parameters": its own types, those of AWS resources, and those of SSM."""


def check_parameters(environment: Environment) -> Iterator[Problem]:
    """Each problem of the template's parameters."""
    own = {naming.ARTIFACT_BUCKET}
    own |= {key(name) for name in environment.functions for key in (naming.code_key, naming.image_tag)}
    own |= {*map(naming.layer_key, environment.lambda_layers), "NetworkSubnets", "NetworkSecurityGroups"}
    for name, parameter in environment.parameters.items():
        path = ("parameters", name)
        if name in own:
            yield path, "tapgen gives a parameter of that name itself"
        yield from (((*path, key), message) for key, message in _parameter(parameter))


def _parameter(parameter: Parameter) -> Iterator[tuple[str, str]]:
    default = parameter.default
    if not re.fullmatch(PARAMETER_TYPE, parameter.type):
        yield "type", f'"{parameter.type}" is not a type of parameters in CloudFormation; such as String or Number'
    if parameter.secret and default not in {None, ""}:
        yield "default", "a secret's default would stand in the template; give it at deployment"
    if parameter.type == "Number" and isinstance(default, str) and not re.fullmatch(r"-?[0-9]+([.][0-9]+)?", default):
        yield "default", f'"{default}" is not a number'
    if isinstance(default, tuple) and "List" not in parameter.type:
        yield "default", f"a list is no {parameter.type}; its type would be CommaDelimitedList"
    allowed = [str(value) for value in parameter.allowed_values]
    if allowed and isinstance(default, str | int | float) and str(default) not in allowed:
        yield "default", f'"{default}" is not one of allowed_values'
    for key in ("minimum", "maximum", "min_length", "max_length", "pattern"):
        if getattr(parameter, key) is not None and parameter.type != _TAKES[key]:
            yield key, f"it is for parameters of the type {_TAKES[key]}, and this one is {parameter.type}"
    yield from _bounds(parameter)


_TAKES = {"minimum": "Number", "maximum": "Number", "min_length": "String", "max_length": "String", "pattern": "String"}
"""CloudFormation user guide, "Parameters": which type each constraint is for."""


def _bounds(parameter: Parameter) -> Iterator[tuple[str, str]]:
    """What the default does not keep to, and bounds that nothing keeps to."""
    default = parameter.default
    for least, most in (("minimum", "maximum"), ("min_length", "max_length")):
        low, high = getattr(parameter, least), getattr(parameter, most)
        if low is not None and high is not None and low > high:
            yield most, f"{high} is less than {least}, {low}"
    if isinstance(default, int | float):
        if parameter.minimum is not None and default < parameter.minimum:
            yield "default", f"{default} is less than minimum, {parameter.minimum}"
        if parameter.maximum is not None and default > parameter.maximum:
            yield "default", f"{default} is more than maximum, {parameter.maximum}"
    if parameter.pattern is not None:
        try:
            pattern = re.compile(parameter.pattern)
        except re.error as error:
            yield "pattern", f"not a regular expression: {error}"
        else:
            if isinstance(default, str) and not pattern.fullmatch(default):
                yield "default", f'"{default}" does not fit pattern, {parameter.pattern}'
