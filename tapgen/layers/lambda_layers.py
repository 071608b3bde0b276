"""Lambda layers: code that functions share, published by the stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import Parameter, Ref, awslambda

from tapgen import naming

if TYPE_CHECKING:
    from collections.abc import Mapping

    from troposphere import Template

    from tapgen.settings.model import Environment


def build(template: Template, environment: Environment) -> Mapping[str, Any]:
    """Add the layers; each layer's ARN, by its name in the settings."""
    return {name: Ref(template.add_resource(_layer(template, environment, name))) for name in environment.lambda_layers}


def _layer(template: Template, environment: Environment, name: str) -> awslambda.LayerVersion:
    """A version stays when the next one replaces it: a function that goes back to it must find it."""
    settings = environment.lambda_layers[name]
    bucket = template.get_or_add_parameter(
        Parameter(naming.ARTIFACT_BUCKET, Type="String", Description="Bucket of the packaged functions")
    )
    key = template.add_parameter(
        Parameter(naming.layer_key(name), Type="String", Description=f"Object key of the package of the layer {name}")
    )
    optional = {
        "Description": settings.description,
        "CompatibleRuntimes": list(environment.layer_runtimes(name)),
        "CompatibleArchitectures": list(environment.layer_architectures(name)),
    }
    return awslambda.LayerVersion(
        naming.layer(name),
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Retain",
        LayerName=f"{environment.stack_name}-{naming.logical(name)}",
        Content=awslambda.Content(S3Bucket=Ref(bucket), S3Key=Ref(key)),
        **{key: value for key, value in optional.items() if value},
    )
