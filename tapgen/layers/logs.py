"""Logs: subscription filters that start the functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, Ref, Sub, logs

from tapgen import naming
from tapgen.layers.triggers import permission

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import ComputeRefs, Parts
    from tapgen.settings.log_triggers import LogTrigger
    from tapgen.settings.model import Environment


def start(template: Template, environment: Environment, parts: Parts, compute: ComputeRefs) -> None:  # noqa: ARG001 - as every kind
    """Add the filters, and the permissions that must be there before them."""
    for function, settings in environment.functions.items():
        arn = compute.functions[function].arn
        for name, trigger in settings.triggers.logs.items():
            title = naming.logical(function, name, "LogTrigger")
            group, source = _group(environment, trigger)
            allowed = permission(f"{title}Permission", arn, "logs.amazonaws.com", source)
            template.add_resource(allowed)
            template.add_resource(
                logs.SubscriptionFilter(
                    title,
                    DependsOn=allowed.title,
                    LogGroupName=group,
                    FilterPattern=trigger.pattern,
                    DestinationArn=arn,
                )
            )


def _group(environment: Environment, trigger: LogTrigger) -> tuple[Any, Any]:
    """The log group's name and ARN."""
    if trigger.function is not None:
        given = environment.functions[trigger.function].log_group
        title = given if isinstance(given, str) else f"{naming.function(trigger.function)}LogGroup"
        return Ref(title), GetAtt(title, "Arn")
    arn = f"arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:{trigger.log_group}:*"
    return trigger.log_group, Sub(arn)
