"""MQ: queues of Amazon MQ whose messages start the functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from troposphere import awslambda

from tapgen import naming
from tapgen.layers.lookup import lookup_text
from tapgen.layers.triggers import event_source

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import ComputeRefs, Parts
    from tapgen.settings.model import Environment


def start(template: Template, environment: Environment, parts: Parts, compute: ComputeRefs) -> None:
    """Add what reads the queues."""
    for function, settings in environment.functions.items():
        for name, trigger in settings.triggers.mq.items():
            access = [("BASIC_AUTH", parts["secrets"][str(trigger.secret)].arn)]
            access += [("VIRTUAL_HOST", trigger.virtual_host)] if trigger.virtual_host else []
            template.add_resource(
                event_source(
                    naming.logical(function, name, "MqTrigger"),
                    compute.functions[function].arn,
                    lookup_text(trigger.broker),
                    trigger,
                    Queues=[trigger.queue],
                    SourceAccessConfigurations=[
                        awslambda.SourceAccessConfiguration(Type=kind, URI=uri) for kind, uri in access
                    ],
                )
            )
