"""SQS queues, and how one starts a function."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

from tapgen.errors import suggestion
from tapgen.settings.buckets import Notification, notification_problems
from tapgen.settings.buses import EventTrigger
from tapgen.settings.names import Name
from tapgen.settings.parts import Encrypted, Pattern, PolicyStatement, Polled, Problem

if TYPE_CHECKING:
    from tapgen.settings.functions import Function
    from tapgen.settings.model import Environment

TIMEOUTS = 6
"""A message stays hidden for that many time-outs of its function: Lambda developer guide, "Configuring scalability for
SQS event source mappings"."""

DEFAULT_VISIBILITY = 30  # SQS API reference, CreateQueue, VisibilityTimeout
LONGEST_VISIBILITY = 43200
LONGEST_BATCH = 10
"""Records of one receive; more are gathered within a batching window, which a FIFO queue has not: same page."""


class DeadLetters(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where messages go that cannot be processed: a queue of their own, kept 14 days.

    ```toml
    [queues.Orders]
    dead_letter_queue = { max_receive_count = 5 }
    ```
    """

    max_receive_count: Annotated[int, Meta(ge=1, le=1000)] = 3
    """Receives before a message goes there"""
    queue: Name | None = None
    """One of `queues` that they go to, several queues' where it is named by them; unset: a queue of their own"""


class Subscription(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Messages of a topic that a queue gets."""

    raw_message_delivery: bool = False
    """The message alone, without SNS's envelope"""
    filter: Pattern | None = None
    """Only messages that match; unset: all"""
    filter_scope: Literal["MessageAttributes", "MessageBody"] = "MessageAttributes"
    """What the filter looks at"""


class Queue(Encrypted, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An SQS queue, encrypted by SQS.

    ```toml
    [queues.Orders]
    dead_letter_queue = { max_receive_count = 5 }

    [functions.Fulfil]
    source = "src"
    triggers.queues.Orders = { batch_size = 5 }
    ```
    """

    fifo: bool = False
    """First in, first out; each message once"""
    content_based_deduplication: bool = False
    """FIFO: equal messages within 5 minutes are one, without an id from the sender"""
    visibility_timeout: Annotated[int, Meta(ge=0, le=LONGEST_VISIBILITY)] | None = None
    """Seconds that a received message stays hidden; unset: 30, or six time-outs of the function that it starts and the
    batching window
    """
    delay: Annotated[int, Meta(ge=0, le=900)] = 0
    """Seconds before a new message is seen"""
    retention: Annotated[int, Meta(ge=60, le=1209600)] = 345600
    """Seconds that a message is kept"""
    receive_wait: Annotated[int, Meta(ge=0, le=20)] = 20
    """Seconds that a receive waits for a message"""
    dead_letter_queue: DeadLetters | bool | None = None
    """Its dead letters; unset: after 3 receives where it starts a function, else none"""
    subscriptions: dict[Name, Subscription] = {}
    """Topics whose messages it gets"""
    events: dict[Name, EventTrigger] = {}
    """Events that it gets, by a name of their own"""
    notifications: dict[Name, Notification] = {}
    """Buckets of whose objects it is told, by their name in the settings"""
    policy: tuple[PolicyStatement, ...] = ()
    """What others may do with it"""
    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,75}(\.fifo)?$")] | None = None
    """Physical name; leave it out, since a named queue cannot be replaced"""

    def problems(self, name: str, environment: "Environment") -> Iterator[Problem]:
        """What SQS refuses of the values together, and topics that are not there."""
        if self.content_based_deduplication and not self.fifo:
            yield ("content_based_deduplication",), "only a FIFO queue has it; set fifo"
        if self.name and self.fifo != self.name.endswith(".fifo"):
            yield ("name",), "the name of a FIFO queue ends in .fifo, and no other's does"
        yield from notification_problems("queues", name, self.notifications, environment, fifo=self.fifo)
        for one, trigger in self.events.items():
            yield from trigger.problems_of(("events", one), environment)
        yield from self._dead_letter_problems(name, environment)
        topics = environment.topics
        for topic in self.subscriptions:
            if topic not in topics:
                yield ("subscriptions", topic), f"there is no such topic; {suggestion(topic, topics)}"
            elif self.fifo and not topics[topic].fifo and topics[topic].existing is None:
                yield ("subscriptions", topic), "a FIFO queue can only subscribe to a FIFO topic"

    def _dead_letter_problems(self, name: str, environment: "Environment") -> Iterator[Problem]:
        """A queue for dead letters that is not there, is itself, or that SQS does not take."""
        given = self.dead_letter_queue.queue if isinstance(self.dead_letter_queue, DeadLetters) else None
        if given is None:
            return
        where, other = ("dead_letter_queue", "queue"), environment.queues.get(given)
        if other is None:
            yield where, f"there is no such queue; {suggestion(given, environment.queues)}"
        elif given == name:
            yield where, "a queue's dead letters do not go back into it"
        elif other.existing is None and other.fifo != self.fifo:
            yield where, "the dead letters of a FIFO queue go into a FIFO queue, and no other's do"

    def dead_letters(self, *, starts_a_function: bool) -> DeadLetters | None:
        """Its dead letters, by default those of a queue that starts a function."""
        if isinstance(self.dead_letter_queue, DeadLetters):
            return self.dead_letter_queue
        wanted = starts_a_function if self.dead_letter_queue is None else self.dead_letter_queue
        return DeadLetters() if wanted else None


class QueueTrigger(Polled, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A queue starts the function with its messages.

    ```toml
    [queues.Orders]

    [functions.Fulfil]
    source = "src"
    triggers.queues.Orders = { batch_size = 10, batching_window = 5, filter = { body = { type = ["order"] } } }
    ```
    """

    maximum_concurrency: Annotated[int, Meta(ge=2, le=1000)] | None = None
    """Most invocations at once by this queue"""

    def problems(self, name: str, function: "Function", environment: "Environment") -> Iterator[Problem]:
        """What Lambda refuses of a queue and its function together."""
        queue = environment.queues[name]
        least = TIMEOUTS * function.timeout
        if queue.visibility_timeout is not None and queue.visibility_timeout < least:
            message = (
                f"queues.{name}.visibility_timeout is {queue.visibility_timeout} s; it must be at least {least} s, six "
                f"times the function's time-out of {function.timeout} s, or messages are processed twice"
            )
            yield (), message
        if self.batch_size > LONGEST_BATCH and (queue.fifo or not self.batching_window):
            better = "10 is a FIFO queue's most" if queue.fifo else "more than 10 need a batching_window of 1 s or more"
            yield ("batch_size",), f"{self.batch_size}: {better}"
        if self.batching_window and queue.fifo:
            yield ("batching_window",), "a FIFO queue has none"
