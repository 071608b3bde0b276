"""Rules about what queues, topics and addresses must let in, so that what is sent to them arrives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from tapgen.proof import unseen
from tapgen.proof.rules.rule import Hit, Rule
from tapgen.template.alternatives import every
from tapgen.template.intrinsics import function as call_of
from tapgen.template.patterns import action_matches
from tapgen.template.triggers import RECEIVERS, deliveries, failures, permissions

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject
    from tapgen.template.policies import Clause, Statement
    from tapgen.template.triggers import Delivery


def _policies(subject: Subject) -> Iterator[Hit]:
    sent = deliveries(subject.template, subject.arns)
    for one in (*sent, *failures(subject.template, subject.arns)):
        action = RECEIVERS[subject.type_of(one.receiver)]
        letting_in = (
            statement
            for held in subject.resource_policies
            if one.receiver in held.owners or not held.owners
            for statement in held.statements
            if statement.effect == "Allow" and statement.names(action)
        )
        if one.sure and not any(lets_in(statement, one, subject) for statement in letting_in):
            message = f"{one.sender} sends to {one.receiver}, whose policy does not let {one.principal} do {action}."
            yield Hit(message if one in sent else message.replace("sends", "sends what fails"), one.path)


def lets_in(statement: Statement, sent: Delivery, subject: Subject) -> bool:
    """Whether a statement can be of the service and of what it sends for."""
    known = {"*", sent.principal, "${?}"}
    names = services(statement.principal)
    if not any(name in known or "${" in name for name in names):
        return False
    arn = subject.arns.of(sent.source) if sent.source else ""
    wanted = [
        values
        for operator, key, values in statement.conditions
        if key.lower() == "aws:sourcearn" and "not" not in operator.lower()
    ]
    sources = [tuple(map(subject.arns.normal, values)) for values in wanted]
    return not arn.startswith("arn:") or all(subject.arns.best(patterns, arn) != "no" for patterns in sources)


def services(principal: Clause | None) -> tuple[str, ...]:
    """Which services a principal names; "*" is everybody, and a service is no account's."""
    if principal is None or principal.negated:
        return ()
    value = principal.value
    if not isinstance(value, Mapping) or call_of(value) is not None:
        return principal.texts
    everybody = ("*",) if "*" in every(value.get("AWS")) else ()
    return (*everybody, *every(value.get("Service")))


_OF_URLS = ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")


def _urls(subject: Subject) -> Iterator[Hit]:
    granted = [one for one in permissions(subject.template, subject.arns) if "*" in one.principals]
    for owner, properties in subject.of_type("AWS::Lambda::Url"):
        function = subject.arns.owner(properties.get("TargetFunctionArn"))
        open_to_all = every(properties.get("AuthType")) == ("NONE",)
        if not open_to_all or subject.type_of(function or "") != "AWS::Lambda::Function":
            continue
        actions = [action for one in granted if one.function in (function, "") for action in one.actions]
        missing = [one for one in _OF_URLS if not any(action_matches(action, one) for action in actions)]
        if missing:
            message = f"{owner} asks nobody who he is, and everybody lacks {' and '.join(missing)} on {function}."
            yield Hit(message, ("Resources", owner))


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
        lacks=("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"),
    ),
    Rule(
        "url-permission",
        "error",
        "A function's open address lets nobody in",
        "AuthType NONE is not enough: each request is answered by 403.",
        "Add an AWS::Lambda::Permission of lambda:InvokeFunctionUrl for `*` with FunctionUrlAuthType NONE, and one of "
        "lambda:InvokeFunction with InvokedViaFunctionUrl.",
        'Lambda developer guide, "Control access to Lambda function URLs"',
        _urls,
        lacks=unseen.PERMISSION,
    ),
)
