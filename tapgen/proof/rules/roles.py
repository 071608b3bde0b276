"""Rules about the roles by which services act: schedules, rules, state machines, and API Gateway for its logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from tapgen.proof.rules.rule import Hit, Rule
from tapgen.proof.verdicts.grants import policies_of, reaches
from tapgen.template import integrations
from tapgen.template.alternatives import listed
from tapgen.template.arns import fields
from tapgen.template.kinds import KINDS
from tapgen.template.patterns import best
from tapgen.template.state_language import calls

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject


# Target's service -> the action that its caller's role needs: EventBridge user guide, "Use execution roles to access
# targets", and EventBridge Scheduler user guide, "Setting up the execution role".
_TARGETS: Final[Mapping[str, str]] = {
    "lambda": "lambda:InvokeFunction",
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "states": "states:StartExecution",
    "events": "events:PutEvents",
    "kinesis": "kinesis:PutRecord",
    "firehose": "firehose:PutRecord",
}


def _roles(subject: Subject) -> Iterator[Hit]:
    """The roles by which schedules and rules call their targets."""
    for owner, properties in subject.of_type("AWS::Scheduler::Schedule"):
        yield from _target(owner, properties.get("Target"), "scheduler.amazonaws.com", subject)
    for owner, properties in subject.of_type("AWS::Events::Rule"):
        for target in listed(properties.get("Targets")):
            yield from _target(owner, target, "events.amazonaws.com", subject)
    for owner, properties in subject.of_type("AWS::StepFunctions::StateMachine"):
        yield from _machine(owner, properties, subject)
    for call in integrations.calls(subject.template):
        yield from _integration(call, subject)
    for owner, properties in subject.of_type("AWS::ApiGateway::Account"):
        yield from _writes_logs(owner, subject.arns.owner(properties.get("CloudWatchRoleArn")), subject)


_WRITES_LOGS: Final = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
"""API Gateway developer guide, "Set up CloudWatch logging for REST APIs": AmazonAPIGatewayPushToCloudWatchLogs."""


def _writes_logs(owner: str, role: str | None, subject: Subject) -> Iterator[Hit]:
    """The role by which API Gateway writes logs; CloudFormation fails where it may not."""
    if role is None or subject.type_of(role) != "AWS::IAM::Role":
        return
    path = ("Resources", owner, "Properties", "CloudWatchRoleArn")
    if not _trusts(role, "apigateway.amazonaws.com", subject):
        yield Hit(f"{owner} writes logs by {role}, which does not trust apigateway.amazonaws.com.", path)
        return
    granted = policies_of(role, subject)
    allowed = [one for one in granted.statements if one.effect == "Allow"]
    for action in _WRITES_LOGS if not granted.unknown else ():
        if not any(one.names(action) for one in allowed):
            yield Hit(f"{owner} writes logs by {role}, which does not allow {action}.", path)


def _integration(call: integrations.Call, subject: Subject) -> Iterator[Hit]:
    """The role by which API Gateway calls another service for a route."""
    role = subject.arns.owner(call.role) if call.role is not None else None
    if role is None or subject.type_of(role) != "AWS::IAM::Role":
        return
    if not _trusts(role, "apigateway.amazonaws.com", subject):
        message = f"{call.route.name} calls {call.target} by {role}, which does not trust apigateway.amazonaws.com."
        yield Hit(message, call.place)
        return
    granted = policies_of(role, subject)
    speaking = [one for one in granted.statements if one.effect == "Allow" and one.names(call.action)]
    kind = next(kind for kind in KINDS if kind.type == subject.type_of(call.target))
    arn = subject.arns.of(call.target) + kind.part.forms.get(kind.acts_on(call.action), "")
    if not granted.unknown and best([reaches(one, arn, subject) for one in speaking]) == "no":
        message = f"{call.route.name} calls {call.target} by {role}, which does not allow {call.action} on it."
        yield Hit(message, call.place)


def _trusts(role: str, service: str, subject: Subject) -> bool:
    trusted = {name for held in subject.trust_policies if held.holder == role for name in held.principals}
    return not trusted or any("${" in name or name in (service, "*") for name in trusted)


def _machine(owner: str, properties: Mapping[str, Any], subject: Subject) -> Iterator[Hit]:
    """What the tasks of a state machine call on resources of the template, by its role."""
    role = subject.arns.owner(properties.get("RoleArn"))
    if role is None or subject.type_of(role) != "AWS::IAM::Role":
        return
    granted = policies_of(role, subject)
    given = properties.get("DefinitionSubstitutions")
    values = given if isinstance(given, Mapping) else {}
    for call in calls(properties.get("Definition")):
        for name in call.placeholders if not granted.unknown else ():
            for arn in _arns(values.get(name), call.action, subject):
                parts = fields(arn)
                if len(parts) < 6 or parts[2] != call.action.partition(":")[0]:
                    continue
                speaking = [one for one in granted.statements if one.effect == "Allow" and one.names(call.action)]
                if best([reaches(one, arn, subject) for one in speaking]) == "no":
                    message = (
                        f"{call.state} of {owner} calls {name} by {role}, which does not allow {call.action} on it."
                    )
                    yield Hit(message, ("Resources", owner, "Properties", "Definition"))


def _arns(value: object, action: str, subject: Subject) -> tuple[str, ...]:
    """The ARNs that an action on a value is about, be it a name, a URL or an ARN; none where it is something else."""
    owner = subject.arns.owner(value) if value is not None else None
    if owner:
        kind = next((kind for kind in KINDS if kind.type == subject.type_of(owner)), None)
        below = kind.part.forms[kind.acts_on(action)] if kind else ""
        return (subject.arns.of(owner) + below,)
    return subject.arns.read(value) if value is not None else ()


def _target(owner: str, target: object, service: str, subject: Subject) -> Iterator[Hit]:
    role = subject.arns.owner(target.get("RoleArn")) if isinstance(target, Mapping) else None
    if role is None or not isinstance(target, Mapping) or subject.type_of(role) != "AWS::IAM::Role":
        return
    path = ("Resources", owner, "Properties")
    if not _trusts(role, service, subject):
        yield Hit(f"{owner} calls its target by {role}, which does not trust {service}.", path)
        return
    granted = policies_of(role, subject)
    for arn in subject.arns.read(target.get("Arn")):
        parts = fields(arn)
        action = _TARGETS.get(parts[2]) if len(parts) == 6 else None
        if action is None or granted.unknown:
            continue
        speaking = [one for one in granted.statements if one.effect == "Allow" and one.names(action)]
        if best([reaches(one, arn, subject) for one in speaking]) == "no":
            yield Hit(f"{owner} calls its target by {role}, which does not allow {action} on it.", path)


ROLE_RULES = (
    Rule(
        "trigger-role",
        "error",
        "The role of a schedule, rule, route, state machine or of API Gateway's logs does not allow what is done by it",
        "The target is never called, which shows in metrics alone; API Gateway refuses the role.",
        "Let the role's trust policy name the service, and allow the action on the target.",
        'EventBridge user guide, "Use execution roles to access targets"',
        _roles,
    ),
)
