"""Queues: SQS queues with their dead letters, subscriptions and policies, and the functions that they start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, awslambda, sns, sqs

from tapgen import naming
from tapgen.layers import parts as of_parts
from tapgen.layers.existing import existing
from tapgen.layers.resource_policies import admit, from_service, written
from tapgen.layers.triggers import event_source
from tapgen.settings.queues import DEFAULT_VISIBILITY, LONGEST_VISIBILITY, TIMEOUTS
from tapgen.template.kinds import kinds

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import ComputeRefs, PartRefs, Parts
    from tapgen.settings.model import Environment
    from tapgen.settings.queues import Queue

TWO_WEEKS = 1209600
"""Seconds that dead letters are kept: as long as SQS allows."""


class QueueScalingConfig(awslambda.ScalingConfig):
    """ScalingConfig of AWS::Lambda::EventSourceMapping; troposphere 4.11 has another type's there."""

    props = {"MaximumConcurrency": (int, False)}  # noqa: RUF012 - troposphere reads it as is


def build(template: Template, environment: Environment, parts: Parts) -> dict[str, PartRefs]:
    """Add the queues, each with its dead letters and its policy."""
    return {name: _add_queue(template, environment, name, queue, parts) for name, queue in environment.queues.items()}


def start(template: Template, environment: Environment, parts: Parts, compute: ComputeRefs) -> None:
    """Add what polls the queues."""
    for function, settings in environment.functions.items():
        for name, trigger in settings.triggers.queues.items():
            most = trigger.maximum_concurrency
            template.add_resource(
                event_source(
                    naming.logical(function, name, "QueueTrigger"),
                    compute.functions[function].arn,
                    parts["queues"][name].arn,
                    trigger,
                    **({"ScalingConfig": QueueScalingConfig(MaximumConcurrency=most)} if most else {}),
                )
            )


def _add_queue(template: Template, environment: Environment, name: str, settings: Queue, parts: Parts) -> PartRefs:
    kind = kinds()["queues"]
    key = of_parts.key(environment, settings, parts)
    if settings.existing is not None:
        return existing(kind, settings.existing, key)
    title = naming.logical(name, "Queue")
    visibility = _visibility(environment, name)
    dead_letters = settings.dead_letters(starts_a_function=visibility is not None)
    more: dict[str, Any] = {}
    redrive = None
    if dead_letters and dead_letters.queue:
        arn = _arn(environment, dead_letters.queue)
        redrive = sqs.RedrivePolicy(deadLetterTargetArn=arn, maxReceiveCount=dead_letters.max_receive_count)
    elif dead_letters:
        dead = naming.logical(name, "DeadLetterQueue")
        template.add_resource(_queue(dead, environment, settings, key, {"MessageRetentionPeriod": TWO_WEEKS}))
        more["dead_letters"] = of_parts.own(kind, dead, key=key)
        redrive = sqs.RedrivePolicy(
            deadLetterTargetArn=GetAtt(dead, "Arn"), maxReceiveCount=dead_letters.max_receive_count
        )
    template.add_resource(_queue(title, environment, settings, key, _own(settings, visibility, redrive)))
    refs = of_parts.own(kind, title, key=key, **more)
    _add_subscriptions(template, title, refs, settings, parts)
    return refs


def _arn(environment: Environment, name: str) -> Any:
    """A queue's ARN before its turn has come."""
    found = environment.queues[name].existing
    return existing(kinds()["queues"], found).arn if found is not None else GetAtt(naming.logical(name, "Queue"), "Arn")


def _visibility(environment: Environment, name: str) -> int | None:
    """Seconds that the functions which a queue starts need; None where it starts none."""
    needed = [
        TIMEOUTS * function.timeout + function.triggers.queues[name].batching_window
        for function in environment.functions.values()
        if name in function.triggers.queues
    ]
    return min(max(DEFAULT_VISIBILITY, *needed), LONGEST_VISIBILITY) if needed else None


def _own(settings: Queue, visibility: int | None, redrive: sqs.RedrivePolicy | None) -> dict[str, Any]:
    """What the queue has and its dead letters have not."""
    seconds = settings.visibility_timeout if settings.visibility_timeout is not None else visibility
    return {
        **({"QueueName": settings.name} if settings.name else {}),
        "VisibilityTimeout": DEFAULT_VISIBILITY if seconds is None else seconds,
        "MessageRetentionPeriod": settings.retention,
        "ReceiveMessageWaitTimeSeconds": settings.receive_wait,
        **({"DelaySeconds": settings.delay} if settings.delay else {}),
        **({"ContentBasedDeduplication": True} if settings.content_based_deduplication else {}),
        **({"RedrivePolicy": redrive} if redrive else {}),
    }


def _queue(title: str, environment: Environment, settings: Queue, key: Any, properties: dict[str, Any]) -> sqs.Queue:
    """A queue, or its dead letters, which are FIFO when it is."""
    return sqs.Queue(
        title,
        **of_parts.deletion(protected=environment.protected),
        **({"FifoQueue": True} if settings.fifo else {}),
        **({"KmsMasterKeyId": key} if key is not None else {"SqsManagedSseEnabled": True}),
        **properties,
    )


def _add_subscriptions(template: Template, title: str, refs: PartRefs, settings: Queue, parts: Parts) -> None:
    """Add the subscriptions, and the policy that lets in just their topics and whom the settings name."""
    for one in settings.policy:
        admit(template, refs, sqs.QueuePolicy, written(one, refs.arn), Queues=[refs.url])
    for topic, subscription in settings.subscriptions.items():
        arn = parts["topics"][topic].arn
        sid = naming.logical("from", topic, "Topic")
        statement = from_service(sid, "sns.amazonaws.com", ["sqs:SendMessage"], refs.arn, arn)
        admit(template, refs, sqs.QueuePolicy, statement, Queues=[refs.url])
        filters: dict[str, Any] = {}
        if subscription.filter is not None:
            filters = {"FilterPolicy": subscription.filter, "FilterPolicyScope": subscription.filter_scope}
        template.add_resource(
            sns.SubscriptionResource(
                naming.logical(title, topic, "Subscription"),
                TopicArn=arn,
                Protocol="sqs",
                Endpoint=refs.arn,
                RawMessageDelivery=subscription.raw_message_delivery,
                **filters,
            )
        )
