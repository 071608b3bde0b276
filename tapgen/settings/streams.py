"""Kinesis streams, and how a stream, a table's too, starts a function."""

from typing import Annotated, Literal

from msgspec import Meta

from tapgen.settings.names import Name
from tapgen.settings.parts import Encrypted, Polled


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

    shards: Annotated[Annotated[int, Meta(ge=1)] | None, Meta(description="Number of shards; unset: on demand")] = None
    retention_hours: Annotated[int, Meta(ge=24, le=8760, description="Hours that a record is kept")] = 24
    name: Annotated[
        Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.-]{1,128}$")] | None,
        Meta(description="Physical name; leave it out, since a named stream cannot be replaced"),
    ] = None


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

    batch_size: Annotated[int, Meta(ge=1, le=10000, description="Most records of one invocation")] = 100
    starting_position: Annotated[
        Literal["LATEST", "TRIM_HORIZON"], Meta(description="Begin with new records, or with the oldest there is")
    ] = "LATEST"
    retries: Annotated[
        int, Meta(ge=-1, le=10000, description="Further attempts with a batch that failed; -1: until it is too old")
    ] = 5
    max_record_age: Annotated[
        int, Meta(ge=-1, le=604800, description="Seconds after which a record is given up; -1: never")
    ] = -1
    bisect_batch: Annotated[bool, Meta(description="Try the halves of a batch that failed")] = True
    parallelization_factor: Annotated[int, Meta(ge=1, le=10, description="Batches of a shard at once")] = 1
    tumbling_window: Annotated[
        int, Meta(ge=0, le=900, description="Seconds of a window to aggregate over; 0: none")
    ] = 0
    dead_letter_queue: Annotated[
        Name | None,
        Meta(description="One of `queues` that is told where the records are that were given up; unset: they are lost"),
    ] = None
