"""Data: the log groups, and all that keeps state in one value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, Ref, logs

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
        group = template.add_resource(_log_group(naming.function(name) + "LogGroup", environment, key))
        function_logs[name] = LogGroupRefs(Ref(group), GetAtt(group, "Arn"))
    access_logs = {}
    for name, api in served.apis(environment).items():
        if not api.settings.access_log:
            continue
        group = template.add_resource(_log_group(f"{api.title}AccessLogGroup", environment, key))
        access_logs[name] = LogGroupRefs(Ref(group), GetAtt(group, "Arn"))
    tables = {name: refs for name, refs in parts.get("tables", {}).items() if isinstance(refs, TableRefs)}
    return DataRefs(tables, function_logs, access_logs, parts)


def _log_group(title: str, environment: Environment, key: Any) -> logs.LogGroup:
    return logs.LogGroup(
        title,
        **deletion(protected=environment.protected),
        RetentionInDays=environment.logs.retention_days,
        **({"KmsKeyId": key} if key is not None else {}),
    )
