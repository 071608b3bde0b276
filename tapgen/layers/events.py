"""Events: rules of EventBridge that start the functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, events

from tapgen import naming
from tapgen.layers.triggers import dead_letters, permission

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import ComputeRefs, Parts
    from tapgen.settings.buses import EventTrigger
    from tapgen.settings.model import Environment


def start(template: Template, environment: Environment, parts: Parts, compute: ComputeRefs) -> None:
    """Add the rules, and the permissions that go with them."""
    for function, settings in environment.functions.items():
        arn = compute.functions[function].arn
        for name, trigger in settings.triggers.events.items():
            title = naming.logical(function, name, "Rule")
            rule = GetAtt(title, "Arn")
            bus = parts["buses"][trigger.bus].name if trigger.bus else None
            queue = dead_letters(template, parts, trigger.dead_letter_queue, "events.amazonaws.com", rule, title)
            template.add_resource(_rule(title, trigger, bus, arn, queue))
            template.add_resource(permission(f"{title}Permission", arn, "events.amazonaws.com", rule))


def _rule(title: str, settings: EventTrigger, bus: Any, function: Any, queue: Any) -> events.Rule:
    return events.Rule(
        title,
        **({"EventBusName": bus} if bus is not None else {}),
        **({"ScheduleExpression": settings.schedule} if settings.schedule else {"EventPattern": settings.pattern}),
        State="ENABLED" if settings.enabled else "DISABLED",
        Targets=[
            events.Target(
                Id="Function",
                Arn=function,
                RetryPolicy=events.RetryPolicy(
                    MaximumRetryAttempts=settings.retries, MaximumEventAgeInSeconds=settings.max_event_age
                ),
                **({"DeadLetterConfig": events.DeadLetterConfig(Arn=queue)} if queue is not None else {}),
            )
        ],
    )
