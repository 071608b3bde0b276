"""Rules of AWS IoT that start a function."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from tapgen.errors import suggestion
from tapgen.settings.names import Name
from tapgen.settings.parts import Problem, Trigger

if TYPE_CHECKING:
    from tapgen.settings.functions import Function
    from tapgen.settings.model import Environment


class IotTrigger(Trigger, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Messages that things send to AWS IoT start the function.

    ```toml
    [functions.Measured]
    source = "src"
    triggers.iot.Warm = { sql = "SELECT * FROM 'house/+/temperature' WHERE value > 30" }
    ```
    """

    sql: Annotated[str, Meta(pattern=r"^\s*[Ss][Ee][Ll][Ee][Cc][Tt]\s[\s\S]+$", max_length=32000)]
    """Statement of IoT SQL: which messages, of which topics, and what of them"""
    version: Literal["2015-10-08", "2016-03-23", "beta"] = "2016-03-23"
    """Version of IoT SQL"""
    enabled: bool = True
    """It starts the function"""
    dead_letter_queue: Name | None = None
    """One of `queues` that gets what could not be delivered"""

    def problems(self, name: str, function: "Function", environment: "Environment") -> Iterator[Problem]:  # noqa: ARG002 - as every trigger
        """A queue that is not there, or that IoT has no action for."""
        queue = self.dead_letter_queue
        if queue is not None and queue not in environment.queues:
            yield ("dead_letter_queue",), f'there is no queue "{queue}"; {suggestion(queue, environment.queues)}'
        elif queue is not None and (environment.queues[queue].fifo or environment.queues[queue].existing is not None):
            yield ("dead_letter_queue",), "it takes a queue of the stack's own that is no FIFO queue"
