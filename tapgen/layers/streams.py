"""Streams: Kinesis streams, and the functions that they start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import kinesis

from tapgen import naming
from tapgen.layers import parts as of_parts
from tapgen.layers.existing import existing
from tapgen.layers.triggers import stream_source
from tapgen.template.kinds import kinds

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import ComputeRefs, PartRefs, Parts
    from tapgen.settings.model import Environment
    from tapgen.settings.streams import Stream


def build(template: Template, environment: Environment, parts: Parts) -> dict[str, PartRefs]:
    """Add the streams."""
    return {name: _add_stream(template, environment, name, one, parts) for name, one in environment.streams.items()}


def start(template: Template, environment: Environment, parts: Parts, compute: ComputeRefs) -> None:
    """Add what reads the streams."""
    for function, settings in environment.functions.items():
        for name, trigger in settings.triggers.streams.items():
            title = naming.logical(function, name, "StreamTrigger")
            arn = compute.functions[function].arn
            template.add_resource(stream_source(title, arn, parts["streams"][name].arn, trigger, parts))


def _add_stream(template: Template, environment: Environment, name: str, settings: Stream, parts: Parts) -> PartRefs:
    kind = kinds()["streams"]
    key = of_parts.key(environment, settings, parts)
    if settings.existing is not None:
        return existing(kind, settings.existing, key)
    title = naming.logical(name, "Stream")
    template.add_resource(
        kinesis.Stream(
            title,
            **of_parts.deletion(protected=environment.protected),
            **({"Name": settings.name} if settings.name else {}),
            RetentionPeriodHours=settings.retention_hours,
            StreamEncryption=kinesis.StreamEncryption(
                EncryptionType="KMS", KeyId=key if key is not None else "alias/aws/kinesis"
            ),
            **_capacity(settings),
        )
    )
    return of_parts.own(kind, title, key=key)


def _capacity(settings: Stream) -> dict[str, Any]:
    if settings.shards is not None:
        return {"ShardCount": settings.shards}
    return {"StreamModeDetails": kinesis.StreamModeDetails(StreamMode="ON_DEMAND")}
