"""Event buses, and events that start a function."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta, Struct

from tapgen.errors import suggestion
from tapgen.settings.names import Name
from tapgen.settings.parts import Delivered, Encrypted, Pattern, PolicyStatement, Problem
from tapgen.settings.schedules import expression_problem

if TYPE_CHECKING:
    from tapgen.settings.model import Environment

EVENT_FIELDS = ("account", "detail", "detail-type", "id", "region", "resources", "source", "time", "version", "$or")
"""EventBridge user guide, "EventBridge event structure", and the operator that a pattern may begin with."""


class Bus(Encrypted, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An event bus of EventBridge.

    ```toml
    [buses.Shop]
    archive_days = 30

    [functions.Placed]
    source = "src"
    triggers.events.Placed = { bus = "Shop", pattern = { source = ["shop"] } }
    ```
    """

    archive_days: Annotated[int, Meta(ge=0)] | None = None
    """Days that events are archived, for replay; 0: for ever; unset: none"""
    policy: tuple[PolicyStatement, ...] = ()
    """What others may do with it"""
    name: Annotated[str, Meta(pattern=r"^(?!aws[.])[A-Za-z0-9._-]{1,256}$")] | None = None
    """Physical name; unset: <stack>-<name>"""


class InputTransformer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An event, written anew."""

    paths: dict[Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,256}$")], Annotated[str, Meta(pattern=r"^[$].*$")]] = {}
    """Names, and where in the event their values are: { order = "$.detail.id" }"""
    template: Annotated[str, Meta(min_length=1, max_length=8192)]
    """What is sent, with `<order>` in it"""


class EventTrigger(Delivered, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Events that match a pattern start the function, by a rule on their bus.

    ```toml
    [functions.Placed]
    source = "src"
    triggers.events.Placed = { pattern = { source = ["aws.s3"], detail-type = ["Object Created"] } }
    ```
    """

    bus: Name | None = None
    """One of `buses`; unset: the account's default bus"""
    pattern: Pattern = {}
    """Which events, as EventBridge matches them"""
    input: Any = None
    """What is sent in place of the event"""
    input_path: Annotated[str, Meta(pattern=r"^[$].*$", max_length=256)] | None = None
    """The part of the event that is sent, such as "$.detail" """
    input_transformer: InputTransformer | None = None
    """The event written anew"""
    schedule: Annotated[str, Meta(min_length=1, max_length=256)] | None = None
    """In place of a pattern, when: a rule as stacks of other tools have it; anew take `triggers.schedules`"""

    def values_problems(self, environment: "Environment") -> Iterator[Problem]:
        """A bus that is not there, and patterns that EventBridge refuses or that match nothing."""
        inputs = ("input", "input_path", "input_transformer")
        given = [key for key in inputs if getattr(self, key) is not None]
        if len(given) > 1:
            yield (given[1],), f"{given[0]} says what is sent already; take one of them"
        if self.bus is not None and self.bus not in environment.buses:
            yield ("bus",), f'there is no bus "{self.bus}"; {suggestion(self.bus, environment.buses)}'
        if self.schedule is not None:
            if self.pattern or self.bus:
                yield ("schedule",), "a rule by time has no pattern, and is on the default bus"
            if message := expression_problem(self.schedule):
                yield ("schedule",), f'"{self.schedule}": {message}'
        elif not self.pattern:
            yield ("pattern",), "it is empty: name at least a source"
        for field in self.pattern:
            if field not in EVENT_FIELDS:
                better = suggestion(field, EVENT_FIELDS)
                yield ("pattern", field), f"events have no such field, so that it matches nothing; {better}"
        yield from ((("pattern", *where), message) for where, message in pattern_problems(self.pattern))


def pattern_problems(pattern: dict[str, Any]) -> Iterator[Problem]:
    """Values that are no list, and lists that are empty: EventBridge refuses both."""
    for field, value in pattern.items():
        if isinstance(value, dict):
            yield from (((field, *where), message) for where, message in pattern_problems(value))
        elif not isinstance(value, list | tuple):
            yield (field,), "a pattern's values are lists: write the value in [ ]"
        elif not value:
            yield (field,), "an empty list matches nothing"
