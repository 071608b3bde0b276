"""What Lambda does by a function's role, and a state machine by its own, happens where the role allows it.

Sources: Lambda developer guide, "Defining Lambda function permissions with an execution role"; Step Functions
developer guide, "How Step Functions generates IAM policies for integrated services".
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tapgen.local.permits import named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tapgen.local.permits import Permits

    Say = Callable[[str], None]

LAMBDA, STATES = "lambda.amazonaws.com", "states.amazonaws.com"
_REFUSED = {"sqs": "The function execution role does not have permissions to call ReceiveMessage on SQS"}
_NO_STREAM = "Cannot access stream: please ensure the role can perform its reads in IAM"
_LOG = ("logs:CreateLogStream", "logs:PutLogEvents")


class Once:
    """Says a sentence about a resource once, and again when it was well in between."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._said: dict[str, str] = {}

    def of(self, resource: str, sentence: str | None) -> None:
        """Say it, where there is one."""
        before = self._said.pop(resource, None)
        if sentence:
            self._said[resource] = sentence
            if sentence != before:
                self._say(sentence)


def ask_for_sources(functions: Any, provisioners: Any, permits: Permits, say: Say) -> None:  # modules without types
    """Change what ministack, which is pinned to one version and has no other hook, reads queues and streams for.

    A mapping whose function's role may not read is not made, and one whose role lost it is not followed.
    """
    mappings, once = functions._iter_all_esms, Once(say)  # noqa: SLF001 - as above

    def unreadable(account: str, region: str, name: str, source: str) -> str | None:
        from tapgen.proof.needs.configuration import POLLING_ACTIONS

        function = functions._functions.get_scoped(account, region, name)  # noqa: SLF001 - as above
        actions = POLLING_ACTIONS.get(source.split(":")[2], ()) if source.startswith("arn:") else ()
        return permits.lacking(function["config"]["Role"], LAMBDA, actions, source) if function and actions else None

    def refusal(properties: dict[str, Any]) -> str:
        source = str(properties.get("EventSourceArn", ""))
        if not source.startswith("arn:"):
            return ""
        name = functions._resolve_name_and_qualifier(properties.get("FunctionName", ""))[0]  # noqa: SLF001 - as above
        service, region, account = source.split(":")[2:5]
        why = unreadable(account, region, name, source)
        return f"{_REFUSED.get(service, _NO_STREAM)} ({why})" if why else ""

    def readable() -> Iterator[tuple[str, str, dict[str, Any]]]:
        for account, region, mapping in mappings():
            why = unreadable(account, region, mapping["FunctionName"], mapping.get("EventSourceArn", ""))
            once.of(mapping["UUID"], f"{mapping['FunctionName']} is not started: {why}" if why else None)
            if not why:
                yield account, region, mapping

    functions._iter_all_esms = readable  # noqa: SLF001 - as above
    before_creation(provisioners, "AWS::Lambda::EventSourceMapping", refusal)


def before_creation(provisioners: Any, kind: str, refusal: Callable[[dict[str, Any]], str]) -> None:
    """Have CloudFormation ask about a resource's properties first; where there is a reason, it is not made."""
    handlers = provisioners._RESOURCE_HANDLERS[kind]  # noqa: SLF001 - as in `ask_for_sources`

    def created(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        if why := refusal(properties):
            raise ValueError(why)
        return handlers["create"](logical_id, properties, stack)

    provisioners._RESOURCE_HANDLERS[kind] = handlers | {"create": created}  # noqa: SLF001 - as in `ask_for_sources`


def ask_for_destinations(functions: Any, permits: Permits, say: Say) -> None:  # a module without types
    """The same for where Lambda sends what a function failed on."""
    failed, skipped = functions._route_async_failure, functions._send_ddb_stream_failure_record  # noqa: SLF001 - as in `ask_for_sources`

    def refused(function: dict[str, Any], target: str) -> bool:
        from tapgen.proof.needs.configuration import DESTINATION_ACTIONS

        config = function.get("config") or function
        action = DESTINATION_ACTIONS.get(target.split(":")[2]) if target.startswith("arn:") else None
        why = permits.lacking(config["Role"], LAMBDA, (action,), target) if action and "Role" in config else None
        if why:
            say(f"what {config['FunctionName']} failed on is lost: {why}")
        return bool(why)

    def sent(target: str, name: str, *more: Any) -> None:
        if not refused(functions._functions.get(name) or {}, target):  # noqa: SLF001 - as in `ask_for_sources`
            failed(target, name, *more)

    def left_out(mapping: dict[str, Any], function: dict[str, Any], *more: Any) -> None:
        target = ((mapping.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination") or ""
        if not refused(function, target):
            skipped(mapping, function, *more)

    functions._route_async_failure, functions._send_ddb_stream_failure_record = sent, left_out  # noqa: SLF001 - as in `ask_for_sources`


def ask_for_function_logs(functions: Any, logs: Any, permits: Permits, say: Say) -> None:  # modules without types
    """The same for what functions log, which is lost where their role does not allow to write it."""
    emit, once = functions._emit_lambda_logs, Once(say)  # noqa: SLF001 - as in `ask_for_sources`

    def emitted(function: dict[str, Any], *more: Any, **named_ones: Any) -> None:
        config = function.get("config") or function
        _, _, _, region, account, *_ = config["FunctionArn"].split(":")
        group = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{config['FunctionName']}"
        actions = _LOG if group in logs._log_groups else ("logs:CreateLogGroup", *_LOG)  # noqa: SLF001 - as in `ask_for_sources`
        stream = f"arn:aws:logs:{region}:{account}:log-group:{group}:log-stream:one"
        why = permits.lacking(config["Role"], LAMBDA, actions, stream)
        once.of(config["FunctionArn"], f"what {config['FunctionName']} logs is lost: {why}" if why else None)
        if not why:
            emit(function, *more, **named_ones)

    functions._emit_lambda_logs = emitted  # noqa: SLF001 - as in `ask_for_sources`


_running: ContextVar[tuple[str, str]] = ContextVar("_running")
"""The ARN of the state machine that runs, and its role's."""


def ask_for_tasks(states: Any, permits: Permits, say: Say) -> None:  # a module without types
    """The same for the tasks of state machines, which fail where the machine's role does not allow their calls."""
    run, invoke, call = states._run_execution, states._invoke_resource, states._invoke_with_callback  # noqa: SLF001 - as in `ask_for_sources`

    def ran(execution: str) -> Any:
        machine = states._executions[execution]["stateMachineArn"]  # noqa: SLF001 - as in `ask_for_sources`
        known = states._state_machines.get(machine) or {}  # noqa: SLF001 - as in `ask_for_sources`
        token = _running.set((machine, known.get("roleArn", "")))
        try:
            return run(execution)
        finally:
            _running.reset(token)

    def refuse(resource: str, given: Any) -> None:
        from tapgen.template.state_language import calls

        machine, role = _running.get(("", ""))
        task = {"Type": "Task", "Resource": resource, **(given if isinstance(given, dict) else {})}
        asked = [one for one in calls({"States": {"Task": task}}) if not one.waits] if role else []
        for action in dict.fromkeys(one.action for one in asked):
            if why := permits.lacking(role, STATES, (action,), _target(resource, given, machine), machine):
                say(f"{named(machine)}'s task fails: {why}")
                service = "Lambda.AWSLambdaException" if action.startswith("lambda:") else "States.TaskFailed"
                raise states._ExecutionError(service, why)  # noqa: SLF001 - as in `ask_for_sources`

    def invoked(resource: str, given: Any) -> Any:
        refuse(resource, given)
        return invoke(resource, given)

    def called(resource: str, given: Any, *more: Any) -> Any:
        refuse(resource, given)
        return call(resource, given, *more)

    states._run_execution, states._invoke_resource, states._invoke_with_callback = ran, invoked, called  # noqa: SLF001 - as in `ask_for_sources`


def _target(resource: str, given: Any, machine: str) -> str:
    """The ARN of what a task calls; "" where it is not known."""
    if ":function:" in resource:
        return resource
    given = given if isinstance(given, dict) else {}
    region, account = machine.split(":")[3:5]
    named_by = {
        "FunctionName": f"arn:aws:lambda:{region}:{account}:function:{given.get('FunctionName')}",
        "TableName": f"arn:aws:dynamodb:{region}:{account}:table/{given.get('TableName')}",
        "QueueUrl": f"arn:aws:sqs:{region}:{account}:{urlsplit(str(given.get('QueueUrl'))).path.rpartition('/')[2]}",
        "TopicArn": "",
        "StateMachineArn": "",
    }
    for name, arn in named_by.items():
        if name in given:
            return str(given[name]) if str(given[name]).startswith("arn:") else arn
    return ""
