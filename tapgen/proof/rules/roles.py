"""Rules about the roles by which services act: schedules, rules, state machines, and API Gateway for its logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from tapgen.proof import unseen
from tapgen.proof.needs import encryption
from tapgen.proof.needs.configuration import TRACING_ACTIONS
from tapgen.proof.needs.requirements import Requirement
from tapgen.proof.rules.rule import Hit, Rule
from tapgen.proof.subject import truthy
from tapgen.proof.verdicts.grants import policies_of, reaches
from tapgen.template import catalogue, integrations
from tapgen.template.alternatives import listed
from tapgen.template.arns import fields
from tapgen.template.kinds import KINDS
from tapgen.template.patterns import best
from tapgen.template.state_language import LOG_DELIVERY, calls
from tapgen.template.types import value_at

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject
    from tapgen.template.document import DocumentPath
    from tapgen.template.policies import Statement


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


_CREATES_DELIVERY: Final = "logs:CreateLogDelivery"
"""Of LOG_DELIVERY, what a state machine cannot be made without."""
SCHEDULER: Final = "scheduler.amazonaws.com"


def _roles(subject: Subject) -> Iterator[Hit]:
    """The roles by which schedules and rules call their targets."""
    for owner, properties in subject.of_type("AWS::Scheduler::Schedule"):
        yield from _target(owner, properties.get("Target"), SCHEDULER, subject)
    for owner, properties in subject.of_type("AWS::Events::Rule"):
        for target in listed(properties.get("Targets")):
            yield from _target(owner, target, "events.amazonaws.com", subject)
    for owner, properties in subject.of_type("AWS::StepFunctions::StateMachine"):
        yield from _machine(owner, properties, subject)
    for owner, properties in subject.of_type("AWS::IoT::TopicRule"):
        yield from _topic_rule(owner, value_at(properties, ("TopicRulePayload",)), subject)
    for call in integrations.calls(subject.template):
        yield from _integration(call, subject)
    for owner, properties in subject.of_type("AWS::ApiGateway::Account"):
        yield from _writes_logs(owner, subject.arns.owner(properties.get("CloudWatchRoleArn")), subject)


def _writes_logs(owner: str, role: str | None, subject: Subject) -> Iterator[Hit]:
    """The role by which API Gateway writes logs; CloudFormation fails where it may not."""
    if role is None or subject.type_of(role) != "AWS::IAM::Role":
        return
    path = ("Resources", owner, "Properties", "CloudWatchRoleArn")
    if not _trusts(role, "apigateway.amazonaws.com", subject):
        yield Hit(f"{owner} writes logs by {role}, which does not trust apigateway.amazonaws.com.", path)
        return
    for action in policies_of(role, subject).lacking(integrations.LOG_ACTIONS):
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
    kind = next(kind for kind in KINDS if kind.type == subject.type_of(call.target))
    below = f"/index/{call.index}" if call.index else kind.part.forms.get(kind.acts_on(call.action), "")
    arn = subject.arns.of(call.target) + below
    yield from _not_allowed(Act(role, f"{call.route.name} calls {call.target}", call.action, arn), call.place, subject)


def _trusts(role: str, service: str, subject: Subject) -> bool:
    trusted = {name for held in subject.trust_policies if held.holder == role for name in held.principals}
    return not trusted or any("${" in name or name in (service, "*") for name in trusted)


def _machine(owner: str, properties: Mapping[str, Any], subject: Subject) -> Iterator[Hit]:
    """What a state machine does by its role: its tasks' calls on resources of the template, its log, its traces."""
    role = subject.arns.owner(properties.get("RoleArn"))
    if role is None or subject.type_of(role) != "AWS::IAM::Role":
        return
    given = properties.get("DefinitionSubstitutions")
    values = given if isinstance(given, Mapping) else {}
    path = ("Resources", owner, "Properties")
    for call in calls(properties.get("Definition")):
        named = [
            Act(role, f"{call.state} of {owner} calls {name}", call.action, arn)
            for name in call.placeholders
            for arn in _arns(values.get(name), call.action, subject)
            if len(parts := fields(arn)) == 6 and parts[2] == call.action.partition(":")[0]
        ]
        somewhere = Act(role, f"{call.state} of {owner} is done", call.action, "")
        known = not call.waits and catalogue.action(call.action) is not None
        for act in named or ([somewhere] if known else []):
            yield from _not_allowed(act, (*path, "Definition"), subject)
    if _logs(properties):
        act = Act(role, f"{owner} writes its log", _CREATES_DELIVERY, "")
        yield from _not_allowed(act, (*path, "LoggingConfiguration"), subject)


def _logs(properties: Mapping[str, Any]) -> bool:
    configured = properties.get("LoggingConfiguration")
    return isinstance(configured, Mapping) and bool(configured.get("Destinations"))


def _traces(properties: Mapping[str, Any]) -> bool:
    configured = properties.get("TracingConfiguration")
    return isinstance(configured, Mapping) and truthy(configured.get("Enabled"))


def _watched(subject: Subject) -> Iterator[Hit]:
    """What state machines do for those who watch them."""
    for owner, properties in subject.of_type("AWS::StepFunctions::StateMachine"):
        role = subject.arns.owner(properties.get("RoleArn"))
        if role is None or subject.type_of(role) != "AWS::IAM::Role":
            continue
        log = [
            (f"{owner} writes its log", action, "LoggingConfiguration")
            for action in LOG_DELIVERY
            if action != _CREATES_DELIVERY
        ]
        traces = [(f"{owner} sends traces", action, "TracingConfiguration") for action in TRACING_ACTIONS]
        for doing, action, name in (*(log if _logs(properties) else ()), *(traces if _traces(properties) else ())):
            path = ("Resources", owner, "Properties", name)
            yield from _not_allowed(Act(role, doing, action, ""), path, subject)


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
    sendings = [("calls its target", target.get("Arn"))]
    if service == SCHEDULER:  # EventBridge sends what fails in its own name
        sendings.append(("sends what fails to its queue", value_at(target, ("DeadLetterConfig", "Arn"))))
    for doing, value in sendings:
        for arn in subject.arns.read(value) if value is not None else ():
            parts = fields(arn)
            action = _TARGETS.get(parts[2]) if len(parts) == 6 else None
            if action is not None:
                yield from _not_allowed(Act(role, f"{owner} {doing}", action, arn), path, subject)


def _topic_rule(owner: str, payload: object, subject: Subject) -> Iterator[Hit]:
    """What a rule of AWS IoT sends to the template's queues and topics, each by a role of its own."""
    if not isinstance(payload, Mapping):
        return
    for action in (*listed(payload.get("Actions")), *listed(payload.get("ErrorAction"))):
        for kind, key in (("Sqs", "QueueUrl"), ("Sns", "TargetArn")):
            told = action.get(kind) if isinstance(action, Mapping) else None
            receiver = subject.arns.owner(told.get(key)) if isinstance(told, Mapping) else None
            if receiver is not None and isinstance(told, Mapping):
                target = {"RoleArn": told.get("RoleArn"), "Arn": {"Fn::GetAtt": [receiver, "Arn"]}}
                yield from _target(owner, target, "iot.amazonaws.com", subject)


class Act(Struct, frozen=True):
    """What is done by a role; `arn` "" is on everything, since the action takes no narrower resource."""

    role: str
    doing: str
    action: str
    arn: str


def _not_allowed(act: Act, path: DocumentPath, subject: Subject) -> Iterator[Hit]:
    """What the role does not allow: the action itself, and what it needs on the key of an encrypted resource."""
    granted = policies_of(act.role, subject)
    if granted.unknown:
        return
    if _denied(act.action, act.arn, granted.statements, subject):
        on = " on it" if act.arn else ""
        yield Hit(f"{act.doing} by {act.role}, which does not allow {act.action}{on}.", path)
    for need in encryption.required([Requirement(act.role, act.action, act.arn or None, "")], subject):
        if need.arn and not need.optional and _denied(need.action, need.arn, granted.statements, subject):
            yield Hit(f"{act.doing} by {act.role}, which does not allow {need.action} on the key of it.", path)


def _denied(action: str, arn: str, statements: Sequence[Statement], subject: Subject) -> bool:
    """Whether no statement allows an action, as far as one can see."""
    speaking = [one for one in statements if one.effect == "Allow" and one.names(action)]
    return not speaking or bool(arn and best([reaches(one, arn, subject) for one in speaking]) == "no")


ROLE_RULES = (
    Rule(
        "trigger-role",
        "error",
        "The role of a schedule, rule, route, state machine or of API Gateway's logs does not allow what is done by it",
        "The target is never called, which shows in metrics alone; API Gateway refuses the role.",
        "Let the role's trust policy name the service, and allow the action on the target.",
        'EventBridge user guide, "Use execution roles to access targets"',
        _roles,
        lacks=unseen.POLICIES,
    ),
)
WATCH_RULES = (
    Rule(
        "machine-watched",
        "warning",
        "A state machine's role lacks what its log or its traces take",
        "Log or traces are not there when somebody looks for them, or their delivery stays when the machine goes.",
        "Allow the action on `*`, or switch logging or tracing off.",
        'Step Functions developer guide, "Logging in CloudWatch Logs in Step Functions", "Trace Step Functions request '
        'data in AWS X-Ray"',
        _watched,
        lacks=unseen.POLICIES,
    ),
)
