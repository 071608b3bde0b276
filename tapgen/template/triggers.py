"""What starts the functions of a template, in whose name; what APIs do is in `routes`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from tapgen.template.alternatives import alternatives, every, listed, literal
from tapgen.template.arns import fields, references_in
from tapgen.template.types import value_at

if TYPE_CHECKING:
    from tapgen.template.arns import Arns
    from tapgen.template.model import Resource, Template
    from tapgen.template.paths import Path

FUNCTION: Final = "AWS::Lambda::Function"
_NAMES: Final = ("AWS::Lambda::Alias", "AWS::Lambda::Version")


class Trigger(Struct, frozen=True):
    """A resource that invokes a function.

    `principal` is the service that calls the function and needs a permission of it; '' where Lambda itself polls.
    `source` is the resource whose events start it, '' where it is not in the template. `target` is what the resource
    names, with an alias where there is one. `sure` is False where an open condition decides.
    """

    function: str
    resource: str
    principal: str
    source: str
    target: Any
    path: Path
    sure: bool = True


def called(value: Any, template: Template, arns: Arns) -> str | None:
    """The function of the template that a value means: itself, or by its alias or a version."""
    owner = arns.owner(value) or _aliased(value, arns)
    if owner is None:
        named = {name for text in alternatives(value) for name in references_in(text)}
        owners = [name for name in named if arns.type_of(name) == FUNCTION]
        return owners[0] if len(owners) == 1 else None
    for _ in range(2):  # an alias of a version
        if arns.type_of(owner) in _NAMES:
            owner = arns.owner(template.resources[owner].properties.get("FunctionName")) or ""
    return owner if arns.type_of(owner) == FUNCTION else None


def _aliased(value: Any, arns: Arns) -> str | None:
    """The function whose ARN by name a value is, with an alias or a version at its end."""
    found = {text.rpartition(":")[0] for text in arns.read(value) if fields(text)[-1].count(":") == 2}
    return arns.owner(found.pop()) if len(found) == 1 else None


def triggers(template: Template, arns: Arns) -> tuple[Trigger, ...]:
    """Every trigger of the template's functions."""
    return tuple(
        Trigger(function, resource.logical_id, principal, source, value, path, sure=not resource.condition)
        for resource, principal, source, value, path in _sendings(template, arns)
        if (function := called(value, template, arns)) is not None
    )


class Delivery(Struct, frozen=True):
    """What a service sends to a queue or topic of the template, which must let it in.

    `source` is the resource whose events are sent, '' where it is not in the template.
    """

    sender: str
    source: str
    principal: str
    receiver: str
    target: Any
    path: Path
    sure: bool = True


RECEIVERS: Final[Mapping[str, str]] = {"AWS::SQS::Queue": "sqs:SendMessage", "AWS::SNS::Topic": "sns:Publish"}
"""Type -> the action by which a service sends to it."""


def deliveries(template: Template, arns: Arns) -> tuple[Delivery, ...]:
    """Everything that services send to the template's queues and topics."""
    return tuple(
        Delivery(resource.logical_id, source, principal, receiver, value, path, sure=not resource.condition)
        for resource, principal, source, value, path in _sendings(template, arns)
        if principal and (receiver := arns.owner(value)) is not None and arns.type_of(receiver) in RECEIVERS
    )


def failures(template: Template, arns: Arns) -> tuple[Delivery, ...]:
    """What SNS and EventBridge send to the template's queues because they could not deliver it."""
    return tuple(
        Delivery(resource.logical_id, source, principal, receiver, value, path, sure=not resource.condition)
        for kind, find in _FAILURES.items()
        for resource in template.of_type(kind)
        for principal, source, value, path in find(resource, arns)
        if (receiver := arns.owner(value)) is not None and arns.type_of(receiver) in RECEIVERS
    )


def _sendings(template: Template, arns: Arns) -> Iterator[tuple[Resource, str, str, Any, Path]]:
    """(resource that says so, principal, source, target, path) of whatever sends to something."""
    for kind, find in _FINDERS.items():
        for resource in template.of_type(kind):
            for principal, source, value, path in find(resource, arns):
                yield resource, principal, source, value, path


_Found = Iterator[tuple[str, str, Any, "Path"]]
"""(principal, source, target, path)."""


def _path(resource: Resource, *steps: str | int) -> Path:
    return ("Resources", resource.logical_id, "Properties", *steps)


_NOTIFIED: Final = {"LambdaConfigurations": "Function", "QueueConfigurations": "Queue", "TopicConfigurations": "Topic"}


def _bucket(resource: Resource, _: Arns) -> _Found:
    for name, key in _NOTIFIED.items():
        path = _path(resource, "NotificationConfiguration", name)
        for one in listed(value_at(resource.properties, ("NotificationConfiguration", name))):
            if isinstance(one, Mapping):
                yield "s3.amazonaws.com", resource.logical_id, one.get(key), path


def _subscription(resource: Resource, arns: Arns) -> _Found:
    if resource.properties.get("Protocol") in _SUBSCRIBERS:
        topic = arns.owner(resource.properties.get("TopicArn")) or ""
        yield "sns.amazonaws.com", topic, resource.properties.get("Endpoint"), _path(resource, "Endpoint")


_SUBSCRIBERS: Final = ("lambda", "sqs")


def _topic(resource: Resource, _: Arns) -> _Found:
    for one in listed(resource.properties.get("Subscription")):
        if isinstance(one, Mapping) and one.get("Protocol") in _SUBSCRIBERS:
            yield "sns.amazonaws.com", resource.logical_id, one.get("Endpoint"), _path(resource, "Subscription")


def _rule(resource: Resource, _: Arns) -> _Found:
    for one in listed(resource.properties.get("Targets")):
        if isinstance(one, Mapping) and "RoleArn" not in one:
            yield "events.amazonaws.com", resource.logical_id, one.get("Arn"), _path(resource, "Targets")


def _schedule(resource: Resource, _: Arns) -> _Found:
    target = value_at(resource.properties, ("Target", "Arn"))
    yield "", resource.logical_id, target, _path(resource, "Target")


def _filter(resource: Resource, arns: Arns) -> _Found:
    group = arns.owner(resource.properties.get("LogGroupName")) or ""
    target = resource.properties.get("DestinationArn")
    if "RoleArn" not in resource.properties:
        yield "logs.amazonaws.com", group, target, _path(resource, "DestinationArn")


def _pool(resource: Resource, _: Arns) -> _Found:
    configured = resource.properties.get("LambdaConfig")
    for name, value in configured.items() if isinstance(configured, Mapping) else ():
        arn = value.get("LambdaArn") if isinstance(value, Mapping) and "LambdaArn" in value else value
        yield "cognito-idp.amazonaws.com", resource.logical_id, arn, _path(resource, "LambdaConfig", name)


def _topic_rule(resource: Resource, _: Arns) -> _Found:
    for one in listed(value_at(resource.properties, ("TopicRulePayload", "Actions"))):
        arn = value_at(one, ("Lambda", "FunctionArn")) if isinstance(one, Mapping) else None
        if arn is not None:
            yield "iot.amazonaws.com", resource.logical_id, arn, _path(resource, "TopicRulePayload", "Actions")


def _rotation(resource: Resource, arns: Arns) -> _Found:
    secret = arns.owner(resource.properties.get("SecretId")) or ""
    arn = resource.properties.get("RotationLambdaARN")
    yield "secretsmanager.amazonaws.com", secret, arn, _path(resource, "RotationLambdaARN")


def _target_group(resource: Resource, _: Arns) -> _Found:
    if resource.properties.get("TargetType") == "lambda":
        for one in listed(resource.properties.get("Targets")):
            arn = one.get("Id") if isinstance(one, Mapping) else None
            yield "elasticloadbalancing.amazonaws.com", resource.logical_id, arn, _path(resource, "Targets")


def _mapping(resource: Resource, arns: Arns) -> _Found:
    source = arns.owner(resource.properties.get("EventSourceArn")) or ""
    yield "", source, resource.properties.get("FunctionName"), _path(resource, "EventSourceArn")


_FINDERS: Final[Mapping[str, Callable[[Resource, Arns], _Found]]] = {
    "AWS::S3::Bucket": _bucket,
    "AWS::SNS::Subscription": _subscription,
    "AWS::SNS::Topic": _topic,
    "AWS::Events::Rule": _rule,
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::Logs::SubscriptionFilter": _filter,
    "AWS::Cognito::UserPool": _pool,
    "AWS::IoT::TopicRule": _topic_rule,
    "AWS::SecretsManager::RotationSchedule": _rotation,
    "AWS::ElasticLoadBalancingV2::TargetGroup": _target_group,
    "AWS::Lambda::EventSourceMapping": _mapping,
}


def _failed_targets(resource: Resource, _: Arns) -> _Found:
    for one in listed(resource.properties.get("Targets")):
        if isinstance(one, Mapping):
            queue = value_at(one, ("DeadLetterConfig", "Arn"))
            yield "events.amazonaws.com", resource.logical_id, queue, _path(resource, "Targets")


def _failed_messages(resource: Resource, arns: Arns) -> _Found:
    topic = arns.owner(resource.properties.get("TopicArn")) or ""
    queue = value_at(resource.properties, ("RedrivePolicy", "deadLetterTargetArn"))
    yield "sns.amazonaws.com", topic, queue, _path(resource, "RedrivePolicy")


_FAILURES: Final[Mapping[str, Callable[[Resource, Arns], _Found]]] = {
    "AWS::Events::Rule": _failed_targets,
    "AWS::SNS::Subscription": _failed_messages,
}


_OF_URL: Final = frozenset({"FunctionUrlAuthType", "InvokedViaFunctionUrl"})


class Permission(Struct, frozen=True):
    """A Lambda permission: who may call which function for whom."""

    logical_id: str
    function: str
    """The function's logical id; '' where only the deployment knows which it is."""
    principals: tuple[str, ...]
    sources: tuple[str, ...]
    """Patterns of the ARNs on whose behalf; () for any."""
    actions: tuple[str, ...]
    of_url: bool = False
    """It is for calls through the function's URL alone."""


def permissions(template: Template, arns: Arns) -> tuple[Permission, ...]:
    """Every Lambda permission whose function is in the template, or may be."""
    found = []
    for resource in template.of_type("AWS::Lambda::Permission"):
        value = resource.properties.get("FunctionName")
        function = called(value, template, arns)
        if function is None and not all(map(literal, alternatives(value))):
            function = ""
        if function is not None:
            source = resource.properties.get("SourceArn")
            sources = tuple(arns.normal(text) for text in every(source)) if source is not None else ()
            principals = every(resource.properties.get("Principal"))
            actions = every(resource.properties.get("Action"))
            of_url = not _OF_URL.isdisjoint(resource.properties)
            found.append(Permission(resource.logical_id, function, principals, sources, actions, of_url))
    return tuple(found)
