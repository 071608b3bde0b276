"""Topics: SNS topics with their subscriptions and policies, and the functions that they start."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from troposphere import sns

from tapgen import naming
from tapgen.layers import parts as of_parts
from tapgen.layers.existing import existing
from tapgen.layers.lookup import lookup
from tapgen.layers.resource_policies import admit, written
from tapgen.layers.triggers import dead_letters, permission
from tapgen.template.kinds import kinds

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import ComputeRefs, PartRefs, Parts
    from tapgen.settings.model import Environment
    from tapgen.settings.topics import Topic, TopicTrigger

TELLING = (
    *("AWS::AutoScaling::AutoScalingGroup", "AWS::Budgets::Budget", "AWS::CloudWatch::Alarm"),
    *("AWS::CloudWatch::CompositeAlarm", "AWS::CodeStarNotifications::NotificationRule", "AWS::Events::Rule"),
    *("AWS::RDS::EventSubscription", "AWS::S3::Bucket"),
)
"""Resources by which services of AWS publish to topics."""
AWS_KEY = "alias/aws/sns"
"""The key that AWS manages. Services such as S3 and EventBridge cannot publish to a topic that it encrypts.

Source: SNS developer guide, "Enabling compatibility between event sources from AWS services and encrypted topics".
"""


def build(template: Template, environment: Environment, parts: Parts) -> dict[str, PartRefs]:
    """Add the topics, each with its policy and whom it sends to."""
    return {name: _add_topic(template, environment, name, topic, parts) for name, topic in environment.topics.items()}


def start(template: Template, environment: Environment, parts: Parts, compute: ComputeRefs) -> None:
    """Add the subscriptions of the functions, and the permissions that go with them."""
    for function, settings in environment.functions.items():
        arn = compute.functions[function].arn
        for name, trigger in settings.triggers.topics.items():
            topic = parts["topics"][name].arn
            title = naming.logical(function, name, "TopicTrigger")
            template.add_resource(permission(f"{title}Permission", arn, "sns.amazonaws.com", topic))
            queue = dead_letters(template, parts, trigger.dead_letter_queue, "sns.amazonaws.com", topic, f"{name}Topic")
            template.add_resource(_function_subscription(title, topic, arn, trigger, queue))


def _add_topic(template: Template, environment: Environment, name: str, settings: Topic, parts: Parts) -> PartRefs:
    kind = kinds()["topics"]
    key = of_parts.key(environment, settings, parts)
    if settings.existing is not None:
        return existing(kind, settings.existing, key)
    title = naming.logical(name, "Topic")
    told = (environment.alarms.enabled and environment.alarms.topic == name) or _is_told(environment, title)
    template.add_resource(_topic(title, settings, key, told=told))
    refs = of_parts.own(kind, title, key=key)
    for one in settings.policy:
        admit(template, refs, sns.TopicPolicy, written(one, refs.arn), Topics=[refs.arn])
    targets = [*(("email", lookup(address)) for address in settings.emails)]
    targets += [(url.partition(":")[0], url) for url in settings.urls]
    for number, (protocol, endpoint) in enumerate(targets, 1):
        template.add_resource(
            sns.SubscriptionResource(
                f"{title}Subscription{number}", TopicArn=refs.arn, Protocol=protocol, Endpoint=endpoint
            )
        )
    return refs


def _is_told(environment: Environment, title: str) -> bool:
    """One of the settings' resources, by which a service publishes, names the topic."""
    telling = (one for one in environment.resources.values() if one.type in TELLING)
    return any(f'"{title}"' in json.dumps(one.properties) for one in telling)


def _topic(title: str, settings: Topic, key: Any, *, told: bool) -> sns.Topic:
    """The topic; `told`: alarms report to it, as services send to it."""
    named = any(".amazonaws.com" in name for one in settings.policy for name in one.principals)
    services = told or named or bool(settings.events or settings.notifications)
    encryption = key if key is not None else None if services else AWS_KEY
    return sns.Topic(
        title,
        **({"TopicName": settings.name} if settings.name else {}),
        **({"DisplayName": settings.display_name} if settings.display_name else {}),
        **({"FifoTopic": True} if settings.fifo else {}),
        **({"ContentBasedDeduplication": True} if settings.content_based_deduplication else {}),
        **({"KmsMasterKeyId": encryption} if encryption is not None else {}),
    )


def _function_subscription(
    title: str, topic: Any, function: Any, trigger: TopicTrigger, queue: Any
) -> sns.SubscriptionResource:
    filters: dict[str, Any] = {}
    if trigger.filter is not None:
        filters = {"FilterPolicy": trigger.filter, "FilterPolicyScope": trigger.filter_scope}
    return sns.SubscriptionResource(
        title,
        TopicArn=topic,
        Protocol="lambda",
        Endpoint=function,
        **filters,
        **({"RedrivePolicy": {"deadLetterTargetArn": queue}} if queue is not None else {}),
    )
