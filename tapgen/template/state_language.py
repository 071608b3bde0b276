"""Amazon States Language: what the tasks of a state machine's definition call, as IAM actions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from tapgen.template.tables import row

PLACEHOLDER: Final = re.compile(r"\$\{([A-Za-z0-9_]+)\}")
_ATTRIBUTE: Final = re.compile(r"\$\{([A-Za-z0-9]+)\.[A-Za-z.]+\}")
_INTEGRATION: Final = re.compile(
    r"arn:(?:[a-z0-9-]+|\$\{AWS::Partition\}):states:::(aws-sdk:)?([a-z0-9]+):([A-Za-z0-9]+)(\.[A-Za-z:.0-9]+)?"
)
_BOTOCORE: Final = {
    "cloudwatchlogs": "logs",
    "cognitoidentityprovider": "cognito-idp",
    "eventbridge": "events",
    "sfn": "stepfunctions",
    "states": "stepfunctions",
}
"""Services of the integrations that botocore calls otherwise."""

_OTHERS: Final = {
    ("apigateway", "Invoke"): ("execute-api:Invoke",),
    ("http", "Invoke"): ("events:RetrieveConnectionCredentials", "states:InvokeHTTPEndpoint"),
}
"""Integrations that are no operation of a service's API: the same guide's pages on them."""

LOG_DELIVERY: Final = (
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
)
"""What a state machine's role needs to write its log: Step Functions guide, "Logging using CloudWatch Logs";
the service takes no narrower resource."""

WAITS: Final[Mapping[str, tuple[str, ...]]] = {
    "athena:StartQueryExecution": ("athena:GetQueryExecution", "athena:StopQueryExecution"),
    "batch:SubmitJob": ("batch:DescribeJobs", "batch:TerminateJob"),
    "codebuild:StartBuild": ("codebuild:BatchGetBuilds", "codebuild:BatchGetReports", "codebuild:StopBuild"),
    "ecs:RunTask": ("ecs:DescribeTasks", "ecs:StopTask"),
    "glue:StartJobRun": ("glue:BatchStopJobRun", "glue:GetJobRun", "glue:GetJobRuns"),
    "sagemaker:CreateTrainingJob": ("sagemaker:DescribeTrainingJob", "sagemaker:StopTrainingJob"),
    "states:StartExecution": ("states:DescribeExecution", "states:StopExecution"),
}
"""What a task needs besides that waits for the end (`.sync`), to see it and to stop what it started.

Source: Step Functions developer guide, "IAM policies for integrated services".
"""


class Call(Struct, frozen=True):
    """A state's call: the IAM action, the placeholders in the state, and whether it waits for the end."""

    state: str
    action: str
    placeholders: tuple[str, ...]
    waits: bool


def filled(definition: Any, values: Mapping[str, str]) -> Any:
    """The definition with these values for its placeholders; `${X.Arn}` in them counts as `${X}`, the same thing."""
    text = json.dumps(definition)
    for name, value in values.items():
        text = text.replace(f"${{{name}}}", json.dumps(value)[1:-1])
    return json.loads(_ATTRIBUTE.sub(r"${\1}", text))


def calls(definition: Any) -> Iterator[Call]:
    """What the states of a definition call, inner ones of Map and Parallel too."""
    if isinstance(definition, list):
        for item in definition:
            yield from calls(item)
    if not isinstance(definition, dict):
        return
    for key, value in definition.items():
        if key == "States" and isinstance(value, dict):
            for name, state in value.items():
                yield from _state(name, state) if isinstance(state, dict) else ()
        yield from calls(value)


def is_distributed(definition: Any) -> bool:
    """A Map in it starts executions of the state machine itself."""
    if isinstance(definition, dict):
        if definition.get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED":
            return True
        return any(map(is_distributed, definition.values()))
    return isinstance(definition, list) and any(map(is_distributed, definition))


def _state(name: str, state: Mapping[str, Any]) -> Iterator[Call]:
    """A task's call, and what a Map reads its items from and writes its results to."""
    if state.get("Type") == "Task":
        yield from _call(name, {key: value for key, value in state.items() if key != "Catch"})
    for key in ("ItemReader", "ResultWriter"):
        if isinstance(state.get(key), dict):
            yield from _call(name, state[key])


def _call(name: str, task: Mapping[str, Any]) -> Iterator[Call]:
    resource = task.get("Resource")
    if not isinstance(resource, str) or ":activity:" in resource:  # a worker asks for its tasks by itself
        return
    found = tuple(PLACEHOLDER.findall(json.dumps(task)))
    integration = _INTEGRATION.fullmatch(resource)
    if integration is None:
        yield Call(name, "lambda:InvokeFunction", found, waits=False)
        return
    _, service, operation, ending = integration.groups()
    waits = (ending or "").startswith(".sync")
    for action in _actions(service, f"{operation[0].upper()}{operation[1:]}", json.dumps(task)):
        for each in (action, *(WAITS.get(action, ()) if waits else ())):
            yield Call(name, each, found, waits)


def _actions(service: str, operation: str, task: str) -> tuple[str, ...]:
    """The IAM actions of an operation, which of most services are called like it; `task` is the task's JSON."""
    if (service, operation) in _OTHERS:
        return _OTHERS[service, operation]
    service = _BOTOCORE.get(service, service)
    known = row("operation_actions", service) or {}
    listed = known.get("operations", {}).get(operation)
    if listed is None:
        return (f"{known.get('prefix') or service}:{operation}",)
    entries = [entry.partition("@")[0].partition("#") for entry in listed if not entry.endswith("?")]
    return tuple(dict.fromkeys(action for action, _, kind in entries if not kind or f'"{kind}"' in task))
