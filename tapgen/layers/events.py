"""Events: rules of EventBridge that start functions and state machines, or send to queues and topics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, Ref, events, iam

from tapgen import naming, policies
from tapgen.layers.resource_policies import admit_service
from tapgen.layers.triggers import compact, dead_letters, permission

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import ComputeRefs, Parts
    from tapgen.settings.buses import EventTrigger
    from tapgen.settings.model import Environment

SERVICE = "events.amazonaws.com"


def start(template: Template, environment: Environment, parts: Parts, compute: ComputeRefs) -> None:
    """Add the rules, and what allows each to send to its target."""
    for function, settings in environment.functions.items():
        arn = compute.functions[function].arn
        for name, trigger in settings.triggers.events.items():
            title = naming.logical(function, name, "Rule")
            template.add_resource(_rule(template, title, trigger, parts, events.Target(Id="Function", Arn=arn)))
            template.add_resource(permission(f"{title}Permission", arn, SERVICE, GetAtt(title, "Arn")))
    for machine, its in environment.state_machines.items():
        _start_machine(template, machine, its.triggers.events, parts)
    for word in ("queues", "topics"):
        for part, owner in getattr(environment, word).items():
            for name, trigger in owner.events.items():
                refs = parts[word][part]
                title = naming.logical(part, {"queues": "Queue", "topics": "Topic"}[word], name, "Rule")
                group = {"SqsParameters": events.SqsParameters(MessageGroupId=name)} if owner.fifo else {}
                target = events.Target(Id="Part", Arn=refs.arn, **group)
                template.add_resource(_rule(template, title, trigger, parts, target))
                admit_service(template, word, refs, SERVICE, GetAtt(title, "Arn"), title)


def _start_machine(template: Template, machine: str, triggers: dict[str, EventTrigger], parts: Parts) -> None:
    if not triggers:
        return
    owner, arn = naming.logical(machine, "StateMachine"), parts["state_machines"][machine].arn
    role = template.add_resource(_role(owner, arn))
    for name, trigger in triggers.items():
        title = naming.logical(owner, name, "Rule")
        target = events.Target(Id="StateMachine", Arn=arn, RoleArn=GetAtt(role, "Arn"))
        template.add_resource(_rule(template, title, trigger, parts, target))


def _role(machine: str, arn: Any) -> iam.Role:
    title = f"{machine}EventRole"
    statements = [policies.use("Start", ["states:StartExecution"], arn)]
    return iam.Role(
        title,
        Description=f"EventBridge starts {machine}",
        AssumeRolePolicyDocument=policies.trust(SERVICE, account=Ref("AWS::AccountId")),
        Policies=[iam.Policy(PolicyName=f"{title}Policy", PolicyDocument=policies.document(statements))],
    )


def _rule(template: Template, title: str, settings: EventTrigger, parts: Parts, target: events.Target) -> events.Rule:
    bus = parts["buses"][settings.bus].name if settings.bus else None
    queue = dead_letters(template, parts, settings.dead_letter_queue, SERVICE, GetAtt(title, "Arn"), title)
    target.RetryPolicy = events.RetryPolicy(
        MaximumRetryAttempts=settings.retries, MaximumEventAgeInSeconds=settings.max_event_age
    )
    if settings.input is not None:
        target.Input = compact(settings.input)
    if settings.input_path is not None:
        target.InputPath = settings.input_path
    if settings.input_transformer is not None:
        anew = settings.input_transformer
        paths = {"InputPathsMap": anew.paths} if anew.paths else {}
        target.InputTransformer = events.InputTransformer(InputTemplate=anew.template, **paths)
    if queue is not None:
        target.DeadLetterConfig = events.DeadLetterConfig(Arn=queue)
    return events.Rule(
        title,
        **({"EventBusName": bus} if bus is not None else {}),
        **({"ScheduleExpression": settings.schedule} if settings.schedule else {"EventPattern": settings.pattern}),
        State="ENABLED" if settings.enabled else "DISABLED",
        Targets=[target],
    )
