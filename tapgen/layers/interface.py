"""Stack: the parameters that a deployment gives, and the outputs of the settings."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from troposphere import Export, Output, Parameter, Sub

from tapgen.errors import DocumentError, suggestion
from tapgen.layers.lookup import written
from tapgen.settings.named import PSEUDO, named, texts

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.settings.interface import Parameter as Given
    from tapgen.settings.model import Environment


def add_parameters(template: Template, environment: Environment) -> None:
    """Add the settings' own parameters."""
    for name, given in environment.parameters.items():
        template.add_parameter(_parameter(name, given))


def _parameter(name: str, given: Given) -> Parameter:
    properties = {
        "Type": given.type,
        "Default": given.default_text,
        "Description": given.description or None,
        "NoEcho": True if given.secret else None,
        "AllowedValues": list(given.allowed_values) or None,
        "AllowedPattern": given.pattern,
        "MinLength": given.min_length,
        "MaxLength": given.max_length,
        "MinValue": given.minimum,
        "MaxValue": given.maximum,
    }
    return Parameter(name, **{key: value for key, value in properties.items() if value is not None})


def add_outputs(template: Template, environment: Environment) -> None:
    """Add the settings' outputs, and let other stacks import what is exported; comes after every other layer.

    Raises:
        SettingsError: something names what is not there.
        DocumentError: an output has the name of another one.
    """
    _refuse_unknown(environment, {*template.resources, *template.parameters, *environment.logical_ids.values()})
    for name, given in environment.outputs.items():
        if name in template.outputs:
            raise DocumentError(f"outputs.{name}: there is an output of that name already", "Take another name.")
        value = written(given.value if isinstance(given.value, dict) else str(given.value))
        said = {"Description": given.description or None, "Condition": given.condition}
        output = template.add_output(Output(name, Value=value, **{key: text for key, text in said.items() if text}))
        if isinstance(given.export, str | dict):
            output.Export = Export(written(given.export))
        elif given.export:
            output.Export = _export(name)
    if environment.exports:
        for name, output in template.outputs.items():
            if "Export" not in output.properties:
                output.Export = _export(name)


def _export(output: str) -> Export:
    return Export(Sub(f"${{AWS::StackName}}-{output}"))


def _refuse_unknown(environment: Environment, known: Collection[str]) -> None:
    """Raise where the settings name what is not in the template, all of it at once."""
    problems = [
        (path, f'there is no resource or parameter "{name}"; {suggestion(name, known)}')
        for path, text in texts(environment)
        for name in dict.fromkeys(named(text))
        if name not in known and not name.startswith(PSEUDO)
    ]
    if problems:
        from tapgen.settings.places import error

        raise error(environment, problems, "Write ${!NAME} where ${NAME} is meant as it stands.")
