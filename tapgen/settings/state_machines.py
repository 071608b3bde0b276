"""Step Functions state machines, and what their definitions call."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from tapgen import naming
from tapgen.errors import DocumentError, suggestion
from tapgen.settings import kinds
from tapgen.settings.buses import EventTrigger
from tapgen.settings.names import Name
from tapgen.settings.parts import Part, Problem
from tapgen.settings.schedules import ScheduleTrigger
from tapgen.settings.statements import Statement
from tapgen.template.kinds import KINDS
from tapgen.template.kinds import kinds as by_word

if TYPE_CHECKING:
    from tapgen.settings.model import Environment

PLACEHOLDER = re.compile(r"\$\{([A-Za-z0-9_]+)\}")
_INTEGRATION = re.compile(r"arn:[a-z0-9-]+:states:::(?:aws-sdk:)?([a-z0-9]+):([A-Za-z]+)(\.[A-Za-z:.0-9]+)?")
PREFIXES = {"sfn": "states", "cloudwatch": "cloudwatch", "eventbridge": "events"}
"""Services of the SDK integrations whose IAM prefix is another."""


class Call(Struct, frozen=True):
    """A task's call: the IAM action, the placeholders in the task, and whether it waits for the end."""

    state: str
    action: str
    placeholders: tuple[str, ...]
    waits: bool


class StateMachineTriggers(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What starts a state machine, besides functions.

    ```toml
    [state_machines.Checkout]
    definition = "checkout.asl.json"
    triggers.schedules.Nightly = { expression = "cron(0 3 * * ? *)" }
    triggers.events.Placed = { pattern = { source = ["shop"] } }
    ```
    """

    events: dict[Name, EventTrigger] = {}
    """Events, by a name of their own"""
    schedules: dict[Name, ScheduleTrigger] = {}
    """Schedules, by a name of their own"""


class StateMachine(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A state machine with a role of its own, which may do just what its definition calls.

    `${ShipQueue}` in the definition, the logical id of a part or a function, is what `variable` would hold.

    ```toml
    [state_machines.Checkout]
    definition = "checkout.asl.json"
    substitutions = { Limit = "10" }
    ```
    """

    definition: str = ""
    """File with the definition in Amazon States Language (JSON, or YAML by its name), relative to the settings file"""
    type: Literal["standard", "express"] = "standard"
    """Express: at most 5 minutes, billed by time"""
    substitutions: dict[str, str] = {}
    """Further values for ${…} in the definition; `${…}` in them is a logical id, an attribute of one or a parameter"""
    statements: tuple[Statement, ...] = ()
    """What its role may do besides"""
    log_level: Literal["off", "error", "all"] = "error"
    """Which events it logs, without their data"""
    tracing: bool = True
    """X-Ray tracing"""
    triggers: StateMachineTriggers = StateMachineTriggers()
    """What starts it, besides functions"""

    def problems(self, name: str, environment: "Environment") -> Iterator[Problem]:  # noqa: ARG002 - as every part
        """A definition that cannot be read, placeholders that stand for nothing, calls that nothing is granted for."""
        for word in ("events", "schedules"):
            for one, trigger in getattr(self.triggers, word).items():
                yield from trigger.problems_of(("triggers", word, one), environment)
        try:
            definition = self.read(environment.root)
        except OSError as error:
            yield ("definition",), f"{self.definition or 'it is required and missing'}: {error.strerror}"
            return
        except DocumentError as error:
            yield ("definition",), error.message
            return
        except (ValueError, TypeError) as error:
            yield ("definition",), f"{self.definition}: not JSON: {error}"
            return
        known = placeholders(environment)
        for placeholder in sorted(set(PLACEHOLDER.findall(json.dumps(definition)))):
            if placeholder not in known and placeholder not in self.substitutions:
                yield ("definition",), f"${{{placeholder}}} stands for nothing; {suggestion(placeholder, known)}"
        granted = {action for statement in self.statements for action in statement.actions}
        for call in calls(definition):
            prefix = call.action.partition(":")[0]
            fits = [one for one in call.placeholders if one in known and by_word()[known[one][0]].prefix == prefix]
            elsewhere = self.substitutions.keys() & {*call.placeholders}  # what they stand for says no kind
            if (
                not fits
                and not elsewhere
                and call.action not in granted
                and any(kind.prefix == prefix for kind in KINDS)
            ):
                how = "name it by a placeholder such as ${ShipQueue}, or say under statements on what"
                yield ("definition",), f"{call.state} calls {call.action} on no part: {how}"

    def read(self, root: Path) -> Any:
        """The definition.

        Raises:
            OSError: the file cannot be read.
            ValueError: it is no JSON.
            DocumentError: it is no YAML; the message has the file and the line.
            TypeError: it is no object.
        """
        text = (root / self.definition).read_text(encoding="utf-8")
        value = _parsed(text, self.definition)
        if not isinstance(value, dict):
            raise TypeError("it is no object")
        return value


def _parsed(text: str, name: str) -> Any:
    if not name.endswith((".yaml", ".yml")):
        return json.loads(text)
    from tapgen.template.yamlio import parse_yaml

    return parse_yaml(text, name)


def placeholders(environment: "Environment") -> dict[str, tuple[str, str]]:
    """Logical id -> kind and name of each part and function of the environment."""
    return {
        naming.logical(name, kind.part.suffix): (kind.word, name)
        for kind in KINDS
        for name in kinds.parts(environment, kind.word)
    }


def calls(definition: Any) -> Iterator[Call]:
    """What the tasks of a definition call, inner ones of Map and Parallel too."""
    if isinstance(definition, list):
        for item in definition:
            yield from calls(item)
    if not isinstance(definition, dict):
        return
    for key, value in definition.items():
        if key == "States" and isinstance(value, dict):
            for name, state in value.items():
                yield from _task(name, state)
        yield from calls(value)


def _task(name: str, state: Any) -> Iterator[Call]:
    resource = state.get("Resource") if isinstance(state, dict) and state.get("Type") == "Task" else None
    if not isinstance(resource, str) or ":activity:" in resource:  # a worker asks for its tasks by itself
        return
    found = tuple(PLACEHOLDER.findall(json.dumps({key: value for key, value in state.items() if key != "Catch"})))
    integration = _INTEGRATION.fullmatch(resource)
    if integration is None:
        yield Call(name, "lambda:InvokeFunction", found, waits=False)
        return
    service, call, ending = integration.groups()
    action = f"{PREFIXES.get(service, service)}:{call[0].upper()}{call[1:]}"
    action = {"lambda:Invoke": "lambda:InvokeFunction"}.get(action, action)
    yield Call(name, action, found, waits=(ending or "").startswith(".sync"))
