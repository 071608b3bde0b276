"""Secrets: generated or given by a parameter, rotated by a function."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from troposphere import Ref, secretsmanager

from tapgen import naming
from tapgen.layers import parts as of_parts
from tapgen.layers.existing import existing
from tapgen.layers.triggers import permission
from tapgen.settings.secrets import keys_read
from tapgen.template.kinds import kinds

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import ComputeRefs, PartRefs, Parts
    from tapgen.settings.model import Environment
    from tapgen.settings.secrets import Secret


def build(template: Template, environment: Environment, parts: Parts) -> dict[str, PartRefs]:
    """Add the secrets."""
    return {name: _add_secret(template, environment, name, one, parts) for name, one in environment.secrets.items()}


def start(template: Template, environment: Environment, parts: Parts, compute: ComputeRefs) -> None:
    """Add the rotations, and the permissions that go with them."""
    for name, settings in environment.secrets.items():
        if settings.rotation is None:
            continue
        secret, function = parts["secrets"][name].arn, compute.functions[settings.rotation.function].arn
        title = naming.logical(name, "SecretRotation")
        allowed = permission(f"{title}Permission", function, "secretsmanager.amazonaws.com", secret)
        template.add_resource(allowed)
        template.add_resource(
            secretsmanager.RotationSchedule(
                title,
                DependsOn=allowed.title,
                SecretId=secret,
                RotationLambdaARN=function,
                RotationRules=secretsmanager.RotationRules(AutomaticallyAfterDays=settings.rotation.days),
            )
        )


def _add_secret(template: Template, environment: Environment, name: str, settings: Secret, parts: Parts) -> PartRefs:
    kind = kinds()["secrets"]
    key = of_parts.key(environment, settings, parts)
    if settings.existing is not None:
        return existing(kind, settings.existing, key)
    title = naming.logical(name, "Secret")
    template.add_resource(
        secretsmanager.Secret(
            title,
            **of_parts.deletion(protected=environment.protected),
            **({"Name": settings.name} if settings.name else {}),
            **({"Description": settings.description} if settings.description else {}),
            **({"KmsKeyId": key} if key is not None else {}),
            **_value(environment, name, settings),
            **_replicas(settings),
        )
    )
    return of_parts.own(kind, title, key=key)


def _replicas(settings: Secret) -> dict[str, Any]:
    regions = [secretsmanager.ReplicaRegion(Region=region) for region in settings.replicas]
    return {"ReplicaRegions": regions} if regions else {}


def _value(environment: Environment, name: str, settings: Secret) -> dict[str, Any]:
    if settings.parameter is not None:
        return {"SecretString": Ref(settings.parameter)}
    key = settings.key or next(iter(sorted(keys_read(environment, name) - settings.template.keys())), None)
    optional: dict[str, Any] = {}
    if key is not None:
        optional = {"SecretStringTemplate": json.dumps(settings.template), "GenerateStringKey": key}
    if not settings.punctuation:
        optional["ExcludePunctuation"] = True
    generated = secretsmanager.GenerateSecretString(PasswordLength=settings.length, **optional)
    return {"GenerateSecretString": generated}
