"""Step Functions state machines, and what their definitions call."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta, Struct

from tapgen import naming, reading
from tapgen.errors import DocumentError, suggestion
from tapgen.settings import kinds
from tapgen.settings.buses import EventTrigger
from tapgen.settings.names import Name
from tapgen.settings.parts import Part, Problem
from tapgen.settings.schedules import ScheduleTrigger
from tapgen.settings.statements import Statement
from tapgen.template.kinds import KINDS
from tapgen.template.kinds import kinds as by_word
from tapgen.template.state_language import PLACEHOLDER, Call, calls, filled

if TYPE_CHECKING:
    from tapgen.settings.model import Environment

_ARN = re.compile(r"\$\{([A-Za-z0-9]+Function)\.Arn\}")
"""What a template with Fn::Sub has for a function, which its name alone is here."""
_DOTTED = re.compile(r"\$\{[A-Za-z0-9]+\.[A-Za-z0-9.]+\}")


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

    `${ShipQueue}` in the definition, the logical id of a part or a function, is what `variable` would hold, and that of
    one of `resources` what its Ref gives. What a task
    calls that AWS grants on no single resource is granted; of other services' resources `statements` say which.

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
    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,80}$")] | None = None
    """Physical name; leave it out, since a named state machine cannot be replaced"""
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
        for message in self._unfilled(json.dumps(definition), known.keys() | environment.resources.keys()):
            yield ("definition",), message
        for call in calls(filled(definition, self.substitutions)):
            if how := self._not_granted(call, known):
                yield ("definition",), f"{call.state} calls {call.action}{how}"

    def _unfilled(self, text: str, known: Collection[str]) -> Iterator[str]:
        """What is wrong with placeholders that nothing stands for."""
        for placeholder in sorted(set(PLACEHOLDER.findall(text))):
            if placeholder not in known and placeholder not in self.substitutions:
                yield f"${{{placeholder}}} stands for nothing; {suggestion(placeholder, known)}"
        for dotted in sorted(set(_DOTTED.findall(text))):
            yield f"{dotted}: what stands for it has no dot; name it in substitutions"

    def _not_granted(self, call: Call, known: Mapping[str, tuple[str, str]]) -> str:
        """What lacks where nothing says on what a state may do what it calls; '' where it may."""
        from tapgen.template import catalogue

        prefix = call.action.partition(":")[0]
        given = any(fnmatchcase(call.action, action) for one in self.statements for action in one.actions)
        if given or any(one not in known for one in call.placeholders):  # a resource of another kind
            return ""
        if any(by_word()[known[one][0]].prefix == prefix for one in call.placeholders):
            return ""
        if any(kind.prefix == prefix for kind in KINDS):
            return " on no part: name it by a placeholder such as ${ShipQueue}, or say under statements on what"
        action = catalogue.action(call.action)
        return "; say under statements on what" if action is not None and action.resource_types else ""

    def read(self, root: Path) -> Any:
        """The definition.

        Raises:
            OSError: the file cannot be read.
            ValueError: it is no JSON.
            DocumentError: it is no YAML; the message has the file and the line.
            TypeError: it is no object.
        """
        text = _ARN.sub(r"${\1}", reading.text(reading.within(root, self.definition)))
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
