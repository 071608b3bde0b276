"""The shapes that every kind of part has: the part itself, a use of it, and what it triggers."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from msgspec import Meta, Struct

from tapgen.errors import suggestion
from tapgen.settings.names import Name, VariableName
from tapgen.settings.references import Reference

if TYPE_CHECKING:
    from tapgen.settings.functions import Function
    from tapgen.settings.model import Environment

Problem = tuple[tuple[str | int, ...], str]
Existing = Annotated[str, Meta(min_length=1, max_length=2048)] | Reference


class Part(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A named thing of the stack, or one that exists."""

    existing: Existing | None = None
    """It was made elsewhere: its name or ARN, as text or looked up at deployment by { import = "…" }, { ssm_parameter
    = "…" } or { parameter = "…" }; in place of its other keys
    """

    beside: ClassVar[tuple[str, ...]] = ()
    """The keys that may stand beside `existing`."""

    def problems(self, name: str, environment: "Environment") -> Iterator[Problem]:  # noqa: ARG002 - kinds use them
        """What the part's values show only together, each with its path below the part."""
        yield from ()


class Encrypted(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part that a customer's key can encrypt."""

    encryption: Name | None = None
    """One of `keys` that encrypts it; unset: the top's `encryption`, else AWS's own"""

    beside: ClassVar[tuple[str, ...]] = ("encryption",)


class Use(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a function does with a part.

    ```toml
    [queues.Orders]

    [functions.Shop]
    source = "src"
    queues.Orders = { variable = "QUEUE_URL", actions = ["sqs:SendMessage"] }
    ```
    """

    actions: Literal["auto"] | tuple[str, ...] = "auto"
    """IAM actions such as "sqs:SendMessage", or "auto": just what the code needs"""
    variable: VariableName | None = None
    """Environment variable that holds a bucket's, bus's, stream's or SSM parameter's name, a queue's URL, the ARN of
    everything else
    """


class Trigger(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What starts a function."""

    def problems(self, name: str, function: "Function", environment: "Environment") -> Iterator[Problem]:  # noqa: ARG002 - kinds use them
        """What the trigger's values show only together with the part and the function, paths below the trigger."""
        yield from ()


class Delivered(Trigger, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a service delivers, to a function or another part; what it cannot deliver may go into a queue."""

    retries: Annotated[int, Meta(ge=0, le=185)] = 185
    """Further attempts when it cannot be delivered"""
    max_event_age: Annotated[int, Meta(ge=60, le=86400)] = 86400
    """Seconds after which it is given up"""
    dead_letter_queue: Name | None = None
    """One of `queues` for events that could not be delivered; unset: they are lost"""
    enabled: bool = True
    """Start the function; false: the rule or schedule rests"""

    def values_problems(self, environment: "Environment") -> Iterator[Problem]:  # noqa: ARG002 - kinds use it
        """What the values show, whatever it is delivered to."""
        yield from ()

    def problems(self, name: str, function: "Function", environment: "Environment") -> Iterator[Problem]:  # noqa: ARG002 - as every trigger
        """What the values show: `checks_parts` looks at the queue of a function's trigger itself."""
        yield from self.values_problems(environment)

    def problems_of(self, path: tuple[str, ...], environment: "Environment") -> Iterator[Problem]:
        """Each problem of it as what starts something else than a function, its path below that part."""
        queues = environment.queues
        if self.dead_letter_queue is not None and self.dead_letter_queue not in queues:
            better = suggestion(self.dead_letter_queue, queues)
            yield (*path, "dead_letter_queue"), f'there is no queue "{self.dead_letter_queue}"; {better}'
        yield from (((*path, *where), message) for where, message in self.values_problems(environment))


Pattern = dict[str, Any]
"""An event pattern or filter: JSON as the service takes it."""


class Polled(Trigger, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Lambda polls for records and starts the function with batches of them."""

    batch_size: Annotated[int, Meta(ge=1, le=10000)] = 10
    """Most records of one invocation"""
    batching_window: Annotated[int, Meta(ge=0, le=300)] = 0
    """Seconds to wait for a full batch"""
    partial_failures: bool = True
    """The handler may answer which records failed (batchItemFailures); only they come again"""
    filter: Pattern | tuple[Pattern, ...] | None = None
    """Only records that match this pattern, or one of these; unset: all"""
    enabled: bool = True
    """Start the function; false: leave the records where they are"""

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """The patterns of the filter, one or several."""
        return self.filter if isinstance(self.filter, tuple) else () if self.filter is None else (self.filter,)


class PolicyStatement(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What others may do with a part: a statement of its resource policy."""

    principals: Annotated[tuple[str, ...], Meta(min_length=1)]
    """Account ids, ARNs of roles, services such as "events.amazonaws.com", or "*" """
    actions: Annotated[tuple[str, ...], Meta(min_length=1)]
    """Such as "s3:GetObject" """
    resources: tuple[str, ...] = ()
    """ARNs; unset: the part itself, of a bucket its objects"""
    conditions: dict[str, dict[str, str | tuple[str, ...]]] = {}
    """As in IAM: operator, key, values"""
    reason: Annotated[str, Meta(min_length=1)]
    """Why it is needed; for the reader of the settings"""
