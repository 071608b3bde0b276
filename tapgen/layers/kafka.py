"""Kafka: topics whose messages start the functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import awslambda

from tapgen import naming
from tapgen.layers.lookup import lookup_text
from tapgen.layers.triggers import event_source

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import ComputeRefs, Parts
    from tapgen.settings.brokers import KafkaTrigger
    from tapgen.settings.model import Environment


def start(template: Template, environment: Environment, parts: Parts, compute: ComputeRefs) -> None:
    """Add what reads the topics."""
    for function, settings in environment.functions.items():
        for name, trigger in settings.triggers.kafka.items():
            title = naming.logical(function, name, "KafkaTrigger")
            template.add_resource(_mapping(title, compute.functions[function].arn, trigger, parts))


def _mapping(title: str, function: Any, trigger: KafkaTrigger, parts: Parts) -> awslambda.EventSourceMapping:
    optional: dict[str, Any] = {}
    group = {"ConsumerGroupId": trigger.consumer_group} if trigger.consumer_group else {}
    if trigger.cluster is None:
        servers = awslambda.Endpoints(KafkaBootstrapServers=list(trigger.servers))
        optional["SelfManagedEventSource"] = awslambda.SelfManagedEventSource(Endpoints=servers)
    if group:
        kind = "SelfManagedKafkaEventSourceConfig" if trigger.cluster is None else "AmazonManagedKafkaEventSourceConfig"
        optional[kind] = getattr(awslambda, kind)(**group)
    if trigger.secret:
        scram = {"Type": "SASL_SCRAM_512_AUTH", "URI": parts["secrets"][trigger.secret].arn}
        optional["SourceAccessConfigurations"] = [awslambda.SourceAccessConfiguration(**scram)]
    if trigger.dead_letter_queue:
        failed = awslambda.OnFailure(Destination=parts["queues"][trigger.dead_letter_queue].arn)
        optional["DestinationConfig"] = awslambda.DestinationConfig(OnFailure=failed)
    return event_source(
        title,
        function,
        lookup_text(trigger.cluster) if trigger.cluster is not None else None,
        trigger,
        Topics=[trigger.topic],
        StartingPosition=trigger.starting_position,
        **optional,
    )
