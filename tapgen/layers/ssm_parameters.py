"""SSM parameters: plain values, by a name with a path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace
from troposphere import Sub, ssm

from tapgen import naming
from tapgen.layers import parts as of_parts
from tapgen.layers.existing import existing
from tapgen.layers.lookup import substituted
from tapgen.template.kinds import kinds

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import PartRefs, Parts
    from tapgen.settings.model import Environment


def build(template: Template, environment: Environment, parts: Parts) -> dict[str, PartRefs]:  # noqa: ARG001 - as every kind
    """Add the parameters."""
    return {name: _add_parameter(template, environment, name) for name in environment.ssm_parameters}


def _add_parameter(template: Template, environment: Environment, name: str) -> PartRefs:
    kind, settings = kinds()["ssm_parameters"], environment.ssm_parameters[name]
    if settings.existing is not None:
        return existing(kind, settings.existing)
    title = naming.logical(name, "Parameter")
    path = settings.path(name, environment)
    template.add_resource(
        ssm.Parameter(
            title,
            Name=path,
            Type="StringList" if isinstance(settings.value, tuple) else "String",
            Value=substituted(settings.text),
            **({"Description": settings.description} if settings.description else {}),
        )
    )
    # A path brings its slash with it: the ARN of /shop/limit is …:parameter/shop/limit.
    slash = "" if path.startswith("/") else "/"
    arn = Sub(f"arn:${{AWS::Partition}}:ssm:${{AWS::Region}}:${{AWS::AccountId}}:parameter{slash}${{{title}}}")
    return replace(of_parts.own(kind, title), arn=arn)
