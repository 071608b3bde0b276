"""Kinesis streams, and how a stream, a table's too, starts a function."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from tapgen.settings.names import Name
from tapgen.settings.parts import Encrypted, Polled, Problem

if TYPE_CHECKING:
    from tapgen.settings.functions import Function
    from tapgen.settings.model import Environment


class Stream(Encrypted, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A Kinesis stream, encrypted, on demand unless it has shards.

    ```toml
    [streams.Clicks]
    retention_hours = 48

    [functions.Count]
    source = "src"
    triggers.streams.Clicks = { batch_size = 500, batching_window = 10 }
    ```
    """

    shards: Annotated[int, Meta(ge=1)] | None = None
    """Number of shards; unset: on demand"""
    retention_hours: Annotated[int, Meta(ge=24, le=8760)] = 24
    """Hours that a record is kept"""
    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.-]{1,128}$")] | None = None
    """Physical name; leave it out, since a named stream cannot be replaced"""


class StreamTrigger(Polled, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The records of a stream start the function, those of a shard one batch after the other.

    ```toml
    [tables.Orders]
    partition_key = { name = "orderId" }

    [functions.Changed]
    source = "src"
    triggers.tables.Orders = { starting_position = "LATEST", filter = { eventName = ["INSERT"] } }
    ```
    """

    batch_size: Annotated[int, Meta(ge=1, le=10000)] = 100
    """Most records of one invocation"""
    starting_position: Literal["LATEST", "TRIM_HORIZON"] = "LATEST"
    """Begin with new records, or with the oldest there is"""
    retries: Annotated[int, Meta(ge=-1, le=10000)] = 5
    """Further attempts with a batch that failed; -1: until it is too old"""
    max_record_age: Annotated[int, Meta(ge=-1, le=604800)] = -1
    """Seconds after which a record is given up; -1: never"""
    bisect_batch: bool = True
    """Try the halves of a batch that failed"""
    parallelization_factor: Annotated[int, Meta(ge=1, le=10)] = 1
    """Batches of a shard at once"""
    tumbling_window: Annotated[int, Meta(ge=0, le=900)] = 0
    """Seconds of a window to aggregate over; 0: none"""
    dead_letter_queue: Name | None = None
    """One of `queues` that is told where the records are that were given up; unset: they are lost"""


class TableTrigger(StreamTrigger, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Changes of a table's items start the function, by the table's stream.

    ```toml
    [tables.Orders]
    partition_key = { name = "orderId" }
    stream = "NEW_IMAGE"

    [functions.Changed]
    source = "src"
    triggers.tables.Orders = { starting_position = "LATEST", filter = { eventName = ["INSERT"] } }
    ```
    """

    def problems(self, name: str, function: "Function", environment: "Environment") -> Iterator[Problem]:  # noqa: ARG002 - as every trigger
        """An existing table's stream has an ARN of its own."""
        table = environment.tables[name]
        if table.existing is not None and table.stream is None:
            yield (), f'tables.{name} exists elsewhere: write its stream\'s ARN beside it, stream = "arn:…"'
