"""Rules about what queues, topics and addresses must let in, so that what is sent to them arrives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from tapgen.proof.rules.rule import Hit, Rule
from tapgen.template.alternatives import every, listed
from tapgen.template.triggers import permissions
from tapgen.template.types import value_at

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject
    from tapgen.template.document import DocumentPath

_ACTIONS: Final = {"AWS::SQS::Queue": "sqs:SendMessage", "AWS::SNS::Topic": "sns:Publish"}


class Delivery(Struct, frozen=True):
    """Something that a service sends to a queue or topic of the template."""

    sender: str
    service: str
    receiver: str
    path: DocumentPath


def _deliveries(subject: Subject) -> Iterator[Delivery]:
    for sender, service, target, path in _targets(subject):
        receiver = subject.arns.owner(target)
        sure = not subject.resources[sender].condition
        if receiver is not None and subject.type_of(receiver) in _ACTIONS and sure:
            yield Delivery(sender, service, receiver, path)


_Target = tuple[str, str, Any, "DocumentPath"]
"""(sender, its service, what it sends to, path)."""


def _targets(subject: Subject) -> Iterator[_Target]:
    yield from _subscribed(subject)
    yield from _ruled(subject)
    yield from _notified(subject)


def _subscribed(subject: Subject) -> Iterator[_Target]:
    for owner, properties in subject.of_type("AWS::SNS::Subscription", "AWS::SNS::Topic"):
        single = "Endpoint" in properties
        path: DocumentPath = ("Resources", owner, "Properties", "Endpoint" if single else "Subscription")
        for one in [properties] if single else listed(properties.get("Subscription")):
            if isinstance(one, Mapping) and one.get("Protocol") == "sqs":
                yield owner, "sns.amazonaws.com", one.get("Endpoint"), path


def _ruled(subject: Subject) -> Iterator[_Target]:
    for owner, properties in subject.of_type("AWS::Events::Rule"):
        for one in listed(properties.get("Targets")):
            if isinstance(one, Mapping) and "RoleArn" not in one:
                yield owner, "events.amazonaws.com", one.get("Arn"), ("Resources", owner, "Properties", "Targets")


def _notified(subject: Subject) -> Iterator[_Target]:
    for owner, properties in subject.of_type("AWS::S3::Bucket"):
        for name, key in (("QueueConfigurations", "Queue"), ("TopicConfigurations", "Topic")):
            path: DocumentPath = ("Resources", owner, "Properties", "NotificationConfiguration", name)
            for one in listed(value_at(properties, ("NotificationConfiguration", name))):
                if isinstance(one, Mapping):
                    yield owner, "s3.amazonaws.com", one.get(key), path


def _policies(subject: Subject) -> Iterator[Hit]:
    for one in _deliveries(subject):
        action = _ACTIONS[subject.type_of(one.receiver)]
        found = [
            statement
            for held in subject.resource_policies
            if one.receiver in held.owners or not held.owners
            for statement in held.statements
            if statement.effect == "Allow" and statement.names(action)
        ]
        known = {"*", one.service, "${?}"}
        if not any(name in known or "${" in name for statement in found for name in statement.principals):
            message = f"{one.sender} sends to {one.receiver}, whose policy does not let {one.service} do {action}."
            yield Hit(message, one.path)


def _urls(subject: Subject) -> Iterator[Hit]:
    granted = {one.function for one in permissions(subject.template, subject.arns) if "*" in one.principals}
    for owner, properties in subject.of_type("AWS::Lambda::Url"):
        function = subject.arns.owner(properties.get("TargetFunctionArn"))
        open_to_all = every(properties.get("AuthType")) == ("NONE",)
        if open_to_all and subject.type_of(function or "") == "AWS::Lambda::Function" and function not in granted:
            yield Hit(f"{owner} asks nobody who he is, and nobody may call {function}.", ("Resources", owner))


DELIVERY_RULES = (
    Rule(
        "delivery-policy",
        "error",
        "What is sent to a queue or topic does not arrive",
        "Without a policy that lets the service in, each message is lost without a word.",
        "Let that service in by an AWS::SQS::QueuePolicy or AWS::SNS::TopicPolicy, and the sender's ARN.",
        'SNS developer guide, "Subscribing an Amazon SQS queue to an Amazon SNS topic"; EventBridge user guide, '
        '"Using resource-based policies"; S3 user guide, "Granting permissions to publish event notification messages"',
        _policies,
    ),
    Rule(
        "url-permission",
        "error",
        "A function's open address lets nobody in",
        "AuthType NONE is not enough: each request is answered by 403.",
        "Add an AWS::Lambda::Permission for `*` with FunctionUrlAuthType NONE.",
        'Lambda developer guide, "Control access to Lambda function URLs"',
        _urls,
    ),
)
