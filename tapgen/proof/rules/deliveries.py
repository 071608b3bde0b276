"""Rules about what queues, topics and addresses must let in, so that what is sent to them arrives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tapgen.proof.rules.rule import Hit, Rule
from tapgen.template.alternatives import every
from tapgen.template.triggers import RECEIVERS, deliveries, permissions

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject


def _policies(subject: Subject) -> Iterator[Hit]:
    for one in deliveries(subject.template, subject.arns):
        action = RECEIVERS[subject.type_of(one.receiver)]
        found = [
            statement
            for held in subject.resource_policies
            if one.receiver in held.owners or not held.owners
            for statement in held.statements
            if statement.effect == "Allow" and statement.names(action)
        ]
        known = {"*", one.principal, "${?}"}
        if one.sure and not any(name in known or "${" in name for statement in found for name in statement.principals):
            message = f"{one.sender} sends to {one.receiver}, whose policy does not let {one.principal} do {action}."
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
