"""A schedule, fired when somebody asks for it: what it starts gets what the schedule would send."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import uuid4

from msgspec import Struct

from tapgen import naming
from tapgen.errors import TapgenError, UsageError, suggestion
from tapgen.local.permit_questions import missing

if TYPE_CHECKING:
    from tapgen.deploy.aws.model import Answer
    from tapgen.local.emulator import Emulator
    from tapgen.local.session import Deployed
    from tapgen.settings.model import Environment

SCHEDULE, RULE = "AWS::Scheduler::Schedule", "AWS::Events::Rule"
_ACTIONS = {"lambda": "lambda:InvokeFunction", "states": "states:StartExecution"}


class Fired(Struct, frozen=True):
    """What a fired schedule started, a function or a state machine, and how that ended."""

    name: str
    started: str
    answer: Answer

    @property
    def ok(self) -> bool:
        """Whether it ended without an error."""
        return not self.answer.error


def refuse_unknown(environment: Environment, name: str, document: dict[str, Any]) -> None:
    """Raise where neither the settings nor the template have such a schedule.

    Raises:
        UsageError: there is no such schedule.
    """
    known = {**_named(environment), **_in_template(document)}
    if name not in known:
        raise UsageError(f'there is no schedule "{name}"', suggestion(name, known))


def fire(deployed: Deployed, emulator: Emulator, name: str) -> list[Fired]:
    """Fire a schedule by its name under `triggers.schedules`, which several functions may have, or by its logical id.

    Raises:
        TapgenError: its target is neither a function nor a state machine, or the schedule may not start it.
    """
    region = deployed.client.region
    schedules, rules = deployed.of_type(SCHEDULE), deployed.of_type(RULE)
    fired = []
    for logical_id in _named(deployed.environment).get(name, [name]):
        if logical_id in schedules:
            physical = schedules[logical_id]
            found = emulator.get("scheduler", region, f"/schedules/{quote(physical, safe='')}")
            service, source, target = "scheduler.amazonaws.com", found["Arn"], found["Target"]
        else:
            asked = {"Rule": rules[logical_id].rpartition("|")[2]}
            [target, *_] = emulator.call("events", region, "AWSEvents.ListTargetsByRule", asked)["Targets"]
            service = "events.amazonaws.com"
            source = f"arn:aws:events:{region}:{emulator.account}:rule/{asked['Rule']}"
        arn = target["Arn"]
        if action := _ACTIONS.get(arn.split(":")[2]):
            why = missing(emulator, service, action, arn, source, target.get("RoleArn", ""))
            if why:
                raise TapgenError(f"{name} starts nothing: {why}", "`tapgen check` says which permission to add.")
        payload = target.get("Input") or json.dumps(default_event(deployed, logical_id, emulator.account))
        payload = _with_context(payload)
        if ":lambda:" in arn:
            answer = deployed.client.invoke(arn, payload.encode())
            fired.append(Fired(name, arn.partition(":function:")[2], answer))
        elif ":states:" in arn:
            fired.append(Fired(name, arn.rpartition(":")[2], _execute(emulator, region, arn, payload)))
        else:
            hint = "Functions and state machines can be fired here."
            raise TapgenError(f"{name}: its target is neither a function nor a state machine: {arn}", hint)
    return fired


WAIT = 0.1
"""Seconds between two looks at an execution."""


def _execute(emulator: Emulator, region: str, machine: str, payload: str) -> Answer:
    """Start a state machine, wait for its end, and answer as an invoked function would."""
    from tapgen.deploy.aws.model import Answer

    asked = {"stateMachineArn": machine, "input": payload}
    execution = emulator.call("states", region, "AWSStepFunctions.StartExecution", asked)["executionArn"]
    while True:
        found = emulator.call("states", region, "AWSStepFunctions.DescribeExecution", {"executionArn": execution})
        if found["status"] != "RUNNING":
            break
        time.sleep(WAIT)
    ok = found["status"] == "SUCCEEDED"
    told = found.get("output", "") if ok else json.dumps({"error": found.get("error"), "cause": found.get("cause")})
    return Answer(200, told.encode(), error="" if ok else found["status"])


def default_event(deployed: Deployed, logical_id: str, account: str) -> dict[str, Any]:
    """What is sent without an `input` (EventBridge user guide, "Scheduled events"; Scheduler user guide, "Input")."""
    of_scheduler = logical_id in deployed.of_type(SCHEDULE)
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler" if of_scheduler else "aws.events",
        "account": account,
        "time": _now(),
        "region": deployed.client.region,
        "resources": [],
        "detail": "{}" if of_scheduler else {},
    }


def _with_context(payload: str) -> str:
    """The input with the attributes that the scheduler fills in (Scheduler user guide, "Adding context attributes")."""
    values = {"scheduled-time": _now(), "execution-id": str(uuid4()), "attempt-number": "1"}
    for name, value in values.items():
        payload = payload.replace(f"<aws.scheduler.{name}>", value)
    return payload


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _named(environment: Environment) -> dict[str, list[str]]:
    """Logical ids of the schedules of the settings by their name."""
    found: dict[str, list[str]] = {}
    for function, settings in environment.functions.items():
        for name in settings.triggers.schedules:
            title = environment.logical_id(naming.logical(function, name, "Schedule"))
            found.setdefault(name, []).append(title)
    for machine, its in environment.state_machines.items():
        for name in its.triggers.schedules:
            title = environment.logical_id(naming.logical(machine, "StateMachine", name, "Schedule"))
            found.setdefault(name, []).append(title)
    return found


def _in_template(document: dict[str, Any]) -> dict[str, list[str]]:
    """Logical ids of what starts something by the clock, as an own layer may add it."""
    return {
        logical_id: [logical_id]
        for logical_id, resource in document["Resources"].items()
        if resource["Type"] == SCHEDULE
        or (resource["Type"] == RULE and "ScheduleExpression" in resource.get("Properties", {}))
    }
