"""Events of EventBridge: of a rule's pattern, of the clock, of state machines and alarms."""

from __future__ import annotations

import json
from typing import Any

from tapgen.errors import UsageError
from tapgen.samples.application import MILLISECONDS, TIME, Application, identifier
from tapgen.samples.sample import BODY, Event, Given, Sample
from tapgen.samples.targets import Target, mapping
from tapgen.template.model import Resource
from tapgen.template.types import value_at


def envelope(
    application: Application, source: str, detail_type: str, detail: Any, resources: tuple[str, ...] = ()
) -> dict[str, Any]:
    """An event (EventBridge user guide, "Events")."""
    return {
        "version": "0",
        "id": identifier(f"{source} {detail_type}"),
        "detail-type": detail_type,
        "source": source,
        "account": application.where.account,
        "time": TIME,
        "region": application.where.region,
        "resources": list(resources),
        "detail": detail,
    }


def by_pattern(application: Application, rule: Resource, given: Given) -> Event:
    """An event that the rule's pattern lets through; the body is its detail."""
    pattern = mapping(application.written(rule, "EventPattern"))
    made = envelope(application, "application", "Event", {}) | {
        name: value for name, value in matching(pattern).items() if name != "resources"
    }
    if resources := matching(pattern).get("resources"):
        made["resources"] = [resources]
    return made if given.body is None else made | {"detail": as_json(given.body)}


def as_json(body: str) -> Any:
    """A body that must be JSON.

    Raises:
        UsageError: it is none.
    """
    try:
        return json.loads(body)
    except ValueError as error:
        raise UsageError(f"--body is not JSON: {error}", "The detail of an event is a JSON object.") from None


def matching(pattern: Any) -> dict[str, Any]:
    """The smallest value that a pattern lets through (EventBridge user guide, "Event patterns")."""
    made: dict[str, Any] = {}
    for name, wanted in mapping(pattern).items():
        if name == "$or" and isinstance(wanted, list) and wanted:
            made |= matching(wanted[0])
        elif isinstance(wanted, list):
            value = _value(wanted[0]) if wanted else None
            if value is not _ABSENT:
                made[name] = value
        else:
            made[name] = matching(wanted)
    return made


_ABSENT = object()


def _value(wanted: Any) -> Any:
    value = wanted
    match wanted:
        case {"prefix": text} | {"suffix": text} | {"equals-ignore-case": text}:
            value = text["equals-ignore-case"] if isinstance(text, dict) else text
        case {"wildcard": str(text)}:
            value = text.replace("*", "any")
        case {"cidr": str(text)}:
            value = text.partition("/")[0]
        case {"numeric": [str(sign), number, *_]}:
            value = _number(sign, float(number))
        case {"exists": exists}:
            value = "value" if str(exists).lower() == "true" else _ABSENT
        case {"anything-but": _}:
            value = "anything else"
    return value


def _number(sign: str, number: float) -> float:
    value = number + {">": 1, "<": -1}.get(sign, 0)
    return int(value) if value == int(value) else value


def scheduled(application: Application, rule: Resource, _: Given) -> Event:
    """What a rule sends by the clock: its target's input, else the scheduled event."""
    targets = rule.properties.get("Targets")
    target = mapping(targets[0]) if isinstance(targets, list) and targets else {}
    if (written := application.text(target.get("Input"))) and target.get("Input") is not None:
        return as_json(written)
    return envelope(application, "aws.events", "Scheduled Event", {}, (application.arn(rule.logical_id),))


def by_scheduler(application: Application, schedule: Resource, _: Given) -> Event:
    """What EventBridge Scheduler sends: its input with the attributes filled in, else the scheduled event."""
    where, name = application.where, schedule.logical_id
    group = application.text(schedule.properties.get("GroupName", "default"), "default")
    physical = where.physical.get(name, f"{where.stack}-{name}")
    arn = f"arn:{where.partition}:scheduler:{where.region}:{where.account}:schedule/{group}/{physical}"
    written = value_at(schedule.properties, ("Target", "Input"))
    if written is None:
        return envelope(application, "aws.scheduler", "Scheduled Event", "{}", (arn,))
    attributes = {
        "schedule-arn": arn,
        "scheduled-time": TIME,
        "execution-id": identifier("execution"),
        "attempt-number": "1",
    }
    text = application.text(written)
    for attribute, value in attributes.items():
        text = text.replace(f"<aws.scheduler.{attribute}>", value)
    return as_json(text)


def execution_status(application: Application, machine: Resource, _: Given) -> Event:
    """An execution of a state machine has ended."""
    arn = application.arn(machine.logical_id)
    execution = f"{arn.replace(':stateMachine:', ':execution:')}:{identifier('execution')}"
    detail = {
        "executionArn": execution,
        "stateMachineArn": arn,
        "name": execution.rpartition(":")[2],
        "status": "SUCCEEDED",
        "startDate": MILLISECONDS - 1000,
        "stopDate": MILLISECONDS,
        "input": "{}",
        "inputDetails": {"included": True},
        "output": "{}",
        "outputDetails": {"included": True},
        "error": None,
        "cause": None,
    }
    return envelope(application, "aws.states", "Step Functions Execution Status Change", detail, (execution,))


def _timed(_: Any, rule: Resource) -> bool:
    return "ScheduleExpression" in rule.properties


def _patterned(_: Any, rule: Resource) -> bool:
    return "EventPattern" in rule.properties


_RULE = ("AWS::Events::Rule",)
SAMPLES = (
    Sample(
        kind="event",
        title="An event that a rule lets through, of any bus",
        target=Target(word="rule", types=_RULE, suffix="Rule", fits=_patterned, what="a rule with a pattern"),
        make=by_pattern,
        takes=BODY,
        source="EventBridge user guide, “Events”",
    ),
    Sample(
        kind="schedule",
        title="What EventBridge Scheduler sends",
        target=Target(word="schedule", types=("AWS::Scheduler::Schedule",), suffix="Schedule"),
        make=by_scheduler,
        source="EventBridge Scheduler user guide, “Adding context attributes”",
    ),
    Sample(
        kind="scheduled-rule",
        title="What a rule sends by the clock",
        target=Target(word="rule", types=_RULE, suffix="Rule", fits=_timed, what="a rule with a schedule"),
        make=scheduled,
        source="EventBridge user guide, “Scheduled events”",
    ),
    Sample(
        kind="step-functions-status",
        title="An execution of a state machine has ended",
        target=Target(word="state-machine", types=("AWS::StepFunctions::StateMachine",)),
        make=execution_status,
        source="Step Functions developer guide, “Step Functions event types”",
    ),
)
