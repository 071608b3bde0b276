"""Buses: event buses of EventBridge with their archives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import events

from tapgen import naming
from tapgen.layers import parts as of_parts
from tapgen.layers.existing import existing
from tapgen.layers.resource_policies import written
from tapgen.template.kinds import kinds

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import PartRefs, Parts
    from tapgen.settings.buses import Bus
    from tapgen.settings.model import Environment


def build(template: Template, environment: Environment, parts: Parts) -> dict[str, PartRefs]:
    """Add the buses; each has a name, which CloudFormation wants."""
    return {name: _add_bus(template, environment, name, bus, parts) for name, bus in environment.buses.items()}


def _add_bus(template: Template, environment: Environment, name: str, settings: Bus, parts: Parts) -> PartRefs:
    kind = kinds()["buses"]
    key = of_parts.key(environment, settings, parts)
    if settings.existing is not None:
        return existing(kind, settings.existing, key)
    title = naming.logical(name, "Bus")
    template.add_resource(
        events.EventBus(
            title,
            Name=settings.name or f"{environment.stack_name}-{naming.logical(name)}",
            **({"KmsKeyIdentifier": key} if key is not None else {}),
        )
    )
    refs = of_parts.own(kind, title, key=key)
    for number, one in enumerate(settings.policy, 1):
        template.add_resource(
            _policy(f"{title}Policy{number}", refs, {"Sid": f"Policy{number}", **written(one, refs.arn)})
        )
    if settings.archive_days is not None:
        template.add_resource(
            events.Archive(
                f"{title}Archive",
                **of_parts.deletion(protected=environment.protected),
                SourceArn=refs.arn,
                RetentionDays=settings.archive_days,
            )
        )
    return refs


def _policy(title: str, refs: PartRefs, statement: dict[str, Any]) -> events.EventBusPolicy:
    """One resource for each statement: that is how EventBridge keeps them."""
    return events.EventBusPolicy(title, EventBusName=refs.name, StatementId=statement["Sid"], Statement=statement)
