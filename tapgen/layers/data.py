"""Data: the log groups, and all that keeps state in one value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, Ref, Sub, logs

from tapgen import naming
from tapgen.layers.parts import deletion
from tapgen.layers.refs import DataRefs, LogGroupRefs, TableRefs
from tapgen.settings import served

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import Parts
    from tapgen.settings.model import Environment


def build(template: Template, environment: Environment, parts: Parts) -> DataRefs:
    """Add the functions' log groups and the APIs' access logs, encrypted like the parts."""
    key = parts["keys"][environment.encryption].arn if environment.encryption else None
    function_logs = {}
    for name in environment.functions:
        function_logs[name] = _function_logs(template, environment, name, key)
    access_logs = {}
    for name, api in served.apis(environment).items():
        if not api.settings.access_log or api.settings.exists:
            continue
        group = template.add_resource(_log_group(f"{api.title}AccessLogGroup", environment, key))
        access_logs[name] = LogGroupRefs(Ref(group), GetAtt(group, "Arn"))
    tables = {name: refs for name, refs in parts.get("tables", {}).items() if isinstance(refs, TableRefs)}
    return DataRefs(tables, function_logs, access_logs, parts)


def _function_logs(template: Template, environment: Environment, name: str, key: Any) -> LogGroupRefs:
    """A log group of the stack's own, one of its resources, or the one that Lambda makes."""
    given = environment.functions[name].log_group
    if isinstance(given, str):
        return LogGroupRefs(Ref(given), GetAtt(given, "Arn"))
    if not given:
        group = f"/aws/lambda/{naming.function_name(environment, name) or '${AWS::StackName}-*'}"
        start = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:"
        return LogGroupRefs(Sub(group) if "$" in group else group, Sub(f"{start}{group}:*"))
    made = template.add_resource(_log_group(naming.function(name) + "LogGroup", environment, key))
    return LogGroupRefs(Ref(made), GetAtt(made, "Arn"))


def _log_group(title: str, environment: Environment, key: Any) -> logs.LogGroup:
    return logs.LogGroup(
        title,
        **deletion(protected=environment.protected),
        RetentionInDays=environment.logs.retention_days,
        **({"KmsKeyId": key} if key is not None else {}),
    )
