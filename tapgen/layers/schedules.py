"""Schedules: EventBridge Scheduler starts the functions, by a role of its own for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, Ref, iam, scheduler

from tapgen import naming, policies
from tapgen.layers.lookup import lookup
from tapgen.layers.parts import on_keys
from tapgen.layers.triggers import compact

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import ComputeRefs, PartRefs, Parts
    from tapgen.settings.model import Environment
    from tapgen.settings.schedules import ScheduleTrigger


def start(template: Template, environment: Environment, parts: Parts, compute: ComputeRefs) -> None:
    """Add the schedules, and one role for those of each function."""
    for function, settings in environment.functions.items():
        schedules = settings.triggers.schedules
        if not schedules:
            continue
        arn = compute.functions[function].arn
        ours = [one for one in schedules.values() if one.role is None]
        queues = {one.dead_letter_queue: None for one in ours if one.dead_letter_queue}
        delivered = [parts["queues"][queue] for queue in queues]
        role = template.add_resource(_role(function, arn, delivered)) if ours else None
        for name, schedule in schedules.items():
            queue = schedule.dead_letter_queue
            dead_letters = parts["queues"][queue].arn if queue else None
            title = naming.logical(function, name, "Schedule")
            by = lookup(schedule.role) if schedule.role else GetAtt(role, "Arn")
            template.add_resource(_schedule(title, schedule, arn, by, dead_letters))


def _role(function: str, arn: Any, queues: list[PartRefs]) -> iam.Role:
    """The scheduler's: it may start this function, and leave there what it could not deliver."""
    title = naming.logical(function, "ScheduleRole")
    statements = [policies.use("Invoke", ["lambda:InvokeFunction"], arn)]
    statements += [
        policies.use(f"SendDeadLetters{number or ''}", ["sqs:SendMessage"], queue.arn)
        for number, queue in enumerate(queues)
    ]
    statements += on_keys((queue, ["sqs:SendMessage"]) for queue in queues)
    return iam.Role(
        title,
        Description=f"EventBridge Scheduler starts {naming.function(function)}",
        AssumeRolePolicyDocument=policies.trust("scheduler.amazonaws.com", account=Ref("AWS::AccountId")),
        Policies=[iam.Policy(PolicyName=f"{title}Policy", PolicyDocument=policies.document(statements))],
    )


def _schedule(title: str, settings: ScheduleTrigger, function: Any, role: Any, dead_letters: Any) -> scheduler.Schedule:
    window = settings.flexible_window
    return scheduler.Schedule(
        title,
        ScheduleExpression=settings.expression,
        ScheduleExpressionTimezone=settings.timezone,
        FlexibleTimeWindow=scheduler.FlexibleTimeWindow(Mode="FLEXIBLE", MaximumWindowInMinutes=window)
        if window
        else scheduler.FlexibleTimeWindow(Mode="OFF"),
        **({} if settings.enabled else {"State": "DISABLED"}),
        Target=scheduler.Target(
            Arn=function,
            RoleArn=role,
            **({"Input": compact(settings.input)} if settings.input is not None else {}),
            RetryPolicy=scheduler.RetryPolicy(
                MaximumRetryAttempts=settings.retries, MaximumEventAgeInSeconds=settings.max_event_age
            ),
            **({"DeadLetterConfig": scheduler.DeadLetterConfig(Arn=dead_letters)} if dead_letters is not None else {}),
        ),
    )
