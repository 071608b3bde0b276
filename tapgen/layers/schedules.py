"""Schedules: EventBridge Scheduler starts functions and state machines, by a role of its own for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from troposphere import GetAtt, Ref, iam, scheduler

from tapgen import naming, policies
from tapgen.layers.lookup import lookup_text, substituted
from tapgen.layers.parts import on_keys
from tapgen.layers.triggers import compact

if TYPE_CHECKING:
    from awacs.aws import Statement
    from troposphere import Template

    from tapgen.layers.refs import ComputeRefs, PartRefs, Parts
    from tapgen.settings.model import Environment
    from tapgen.settings.schedules import ScheduleTrigger


def start(template: Template, environment: Environment, parts: Parts, compute: ComputeRefs) -> None:
    """Add the schedules, and one role for those of each function and state machine."""
    for name, function in environment.functions.items():
        arn = compute.functions[name].arn
        role = _Role(name, naming.function(name), policies.use("Invoke", ["lambda:InvokeFunction"], arn))
        _add(template, role, arn, function.triggers.schedules, parts)
    for name, machine in environment.state_machines.items():
        arn, title = parts["state_machines"][name].arn, naming.logical(name, "StateMachine")
        role = _Role(title, title, policies.use("Start", ["states:StartExecution"], arn))
        _add(template, role, arn, machine.triggers.schedules, parts)


class _Role(Struct, frozen=True):
    """The scheduler's role for what it starts: what its name begins with, what it starts, and what allows that."""

    begins: str
    started: str
    allows: Statement


def _add(template: Template, role: _Role, target: Any, schedules: Mapping[str, ScheduleTrigger], parts: Parts) -> None:
    ours = [one for one in schedules.values() if one.role is None]
    queues = {one.dead_letter_queue: None for one in ours if one.dead_letter_queue}
    made = template.add_resource(_role(role, [parts["queues"][queue] for queue in queues])) if ours else None
    for name, schedule in schedules.items():
        queue = schedule.dead_letter_queue
        dead_letters = parts["queues"][queue].arn if queue else None
        title = naming.logical(role.begins, name, "Schedule")
        by = lookup_text(schedule.role) if schedule.role else GetAtt(made, "Arn")
        template.add_resource(_schedule(title, schedule, target, by, dead_letters))


def _role(role: _Role, queues: list[PartRefs]) -> iam.Role:
    """It may start this one, and leave there what it could not deliver."""
    title = naming.logical(role.begins, "ScheduleRole")
    statements = [role.allows]
    statements += [
        policies.use(f"SendDeadLetters{number or ''}", ["sqs:SendMessage"], queue.arn)
        for number, queue in enumerate(queues)
    ]
    statements += on_keys((queue, ["sqs:SendMessage"]) for queue in queues)
    return iam.Role(
        title,
        Description=f"EventBridge Scheduler starts {role.started}",
        AssumeRolePolicyDocument=policies.trust("scheduler.amazonaws.com", account=Ref("AWS::AccountId")),
        Policies=[iam.Policy(PolicyName=f"{title}Policy", PolicyDocument=policies.document(statements))],
    )


def _schedule(title: str, settings: ScheduleTrigger, target: Any, role: Any, dead_letters: Any) -> scheduler.Schedule:
    window = settings.flexible_window
    return scheduler.Schedule(
        title,
        ScheduleExpression=substituted(settings.expression),
        ScheduleExpressionTimezone=settings.timezone,
        FlexibleTimeWindow=scheduler.FlexibleTimeWindow(Mode="FLEXIBLE", MaximumWindowInMinutes=window)
        if window
        else scheduler.FlexibleTimeWindow(Mode="OFF"),
        **({} if settings.enabled else {"State": "DISABLED"}),
        Target=scheduler.Target(
            Arn=target,
            RoleArn=role,
            **({"Input": compact(settings.input)} if settings.input is not None else {}),
            RetryPolicy=scheduler.RetryPolicy(
                MaximumRetryAttempts=settings.retries, MaximumEventAgeInSeconds=settings.max_event_age
            ),
            **({"DeadLetterConfig": scheduler.DeadLetterConfig(Arn=dead_letters)} if dead_letters is not None else {}),
        ),
    )
