"""SNS topics, and how one starts a function."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from tapgen.settings import references
from tapgen.settings.buckets import Notification, notification_problems
from tapgen.settings.buses import EventTrigger
from tapgen.settings.names import Email, Name
from tapgen.settings.parts import Encrypted, Pattern, PolicyStatement, Problem, Trigger
from tapgen.settings.references import Reference

if TYPE_CHECKING:
    from tapgen.settings.functions import Function
    from tapgen.settings.model import Environment


class Topic(Encrypted, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An SNS topic, encrypted; queues subscribe to it by `queues.NAME.subscriptions`, functions by a trigger.

    ```toml
    [topics.News]
    emails = ["team@example.com"]

    [queues.Orders]
    subscriptions.News = { raw_message_delivery = true, filter = { type = ["order"] } }
    ```
    """

    fifo: bool = False
    """First in, first out; only queues may subscribe"""
    content_based_deduplication: bool = False
    """FIFO: equal messages within 5 minutes are one, without an id from the sender"""
    display_name: Annotated[str, Meta(max_length=100)] = ""
    """Sender's name of e-mails"""
    emails: tuple[Email | Reference, ...] = ()
    """Who gets its messages by e-mail: addresses, or references that hold one"""
    urls: tuple[Annotated[str, Meta(pattern=r"^https?://[^\s]+$")], ...] = ()
    """Addresses to which its messages are posted"""
    events: dict[Name, EventTrigger] = {}
    """Events that are published to it, by a name of their own"""
    notifications: dict[Name, Notification] = {}
    """Buckets of whose objects it tells, by their name in the settings"""
    policy: tuple[PolicyStatement, ...] = ()
    """What others may do with it"""
    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,251}(\.fifo)?$")] | None = None
    """Physical name; leave it out, since a named topic cannot be replaced"""

    def problems(self, name: str, environment: "Environment") -> Iterator[Problem]:
        """What SNS refuses of the values together."""
        yield from references.problems(self.emails, ("emails",), environment.parameters)
        yield from notification_problems("topics", name, self.notifications, environment, fifo=self.fifo)
        for one, trigger in self.events.items():
            yield from trigger.problems_of(("events", one), environment)
            if self.fifo:
                yield ("events", one), "EventBridge sends to no FIFO topic; let a FIFO queue get the events"
        if self.content_based_deduplication and not self.fifo:
            yield ("content_based_deduplication",), "only a FIFO topic has it; set fifo"
        if self.name and self.fifo != self.name.endswith(".fifo"):
            yield ("name",), "the name of a FIFO topic ends in .fifo, and no other's does"
        if self.fifo and (self.emails or self.urls):
            yield ("emails" if self.emails else "urls",), "only queues may subscribe to a FIFO topic"


class TopicTrigger(Trigger, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A topic's messages start the function, each one once.

    ```toml
    [topics.News]

    [functions.Read]
    source = "src"
    triggers.topics.News = { filter = { type = ["order"] } }
    ```
    """

    filter: Pattern | None = None
    """Only messages that match; unset: all"""
    filter_scope: Literal["MessageAttributes", "MessageBody"] = "MessageAttributes"
    """What the filter looks at"""
    dead_letter_queue: Name | None = None
    """One of `queues` for messages that could not be delivered; unset: they are lost"""

    def problems(self, name: str, function: "Function", environment: "Environment") -> Iterator[Problem]:  # noqa: ARG002 - as every trigger
        """SNS does not let a FIFO topic start a function."""
        if environment.topics[name].fifo:
            yield (), "only queues may subscribe to a FIFO topic: let a FIFO queue do so, and start the function by it"
