"""Which kinds of parts there are: what an environment has of them, and what a function does with them.

All fields are late: what a project does not have is not imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from tapgen.settings.late import late
from tapgen.settings.names import LogicalId, Name
from tapgen.settings.parts import Use
from tapgen.settings.tables import Table, TableAccess
from tapgen.template.kinds import KINDS

if TYPE_CHECKING:
    from tapgen.settings.brokers import KafkaTrigger, MqTrigger
    from tapgen.settings.buckets import Bucket, BucketTrigger
    from tapgen.settings.buses import Bus, EventTrigger
    from tapgen.settings.iot_triggers import IotTrigger
    from tapgen.settings.keys import KmsKey
    from tapgen.settings.log_triggers import LogTrigger
    from tapgen.settings.model import Environment
    from tapgen.settings.overrides import Override
    from tapgen.settings.parts import Part, Trigger
    from tapgen.settings.queues import Queue, QueueTrigger
    from tapgen.settings.resources import Resource
    from tapgen.settings.schedules import ScheduleTrigger
    from tapgen.settings.secrets import Secret
    from tapgen.settings.ssm_parameters import SsmParameter
    from tapgen.settings.state_machines import StateMachine
    from tapgen.settings.streams import Stream, StreamTrigger, TableTrigger
    from tapgen.settings.topics import Topic, TopicTrigger
    from tapgen.settings.user_pools import UserPool, UserPoolTrigger


@late
class Parts(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The parts of an environment, each by its name."""

    encryption: Name | None = None
    """One of `keys` that encrypts every part that takes one; unset: AWS's own keys"""
    keys: dict[Name, KmsKey] = {}
    """KMS keys by name"""
    tables: dict[Name, Table] = {}
    """DynamoDB tables by name"""
    queues: dict[Name, Queue] = {}
    """SQS queues by name"""
    secrets: dict[Name, Secret] = {}
    """Secrets by name"""
    ssm_parameters: dict[Name, SsmParameter] = {}
    """SSM parameters by name"""
    streams: dict[Name, Stream] = {}
    """Kinesis streams by name"""
    user_pools: dict[Name, UserPool] = {}
    """Cognito user pools by name"""
    buckets: dict[Name, Bucket] = {}
    """S3 buckets by name"""
    buses: dict[Name, Bus] = {}
    """Event buses of EventBridge by name"""
    topics: dict[Name, Topic] = {}
    """SNS topics by name"""
    state_machines: dict[Name, StateMachine] = {}
    """Step Functions state machines by name"""
    resources: dict[LogicalId, Resource] = {}
    """Any CloudFormation resource, by its logical id"""
    overrides: dict[LogicalId, Override] = {}
    """What of the resources that tapgen makes is to be otherwise, by their logical ids"""


@late
class Triggers(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What starts a function, by the name of the part that does."""

    queues: dict[Name, QueueTrigger] = {}
    """Queues, by their name in the settings"""
    topics: dict[Name, TopicTrigger] = {}
    """Topics, by their name in the settings"""
    tables: dict[Name, TableTrigger] = {}
    """Tables, by their name in the settings"""
    streams: dict[Name, StreamTrigger] = {}
    """Streams, by their name in the settings"""
    user_pools: dict[Name, UserPoolTrigger] = {}
    """User pools, by their name in the settings"""
    kafka: dict[Name, KafkaTrigger] = {}
    """Topics of Kafka, by a name of their own"""
    mq: dict[Name, MqTrigger] = {}
    """Queues of Amazon MQ, by a name of their own"""
    iot: dict[Name, IotTrigger] = {}
    """Messages of AWS IoT, by a name of their own"""
    logs: dict[Name, LogTrigger] = {}
    """Log events, by a name of their own"""
    buckets: dict[Name, BucketTrigger] = {}
    """Buckets, by their name in the settings"""
    events: dict[Name, EventTrigger] = {}
    """Events, by a name of their own"""
    schedules: dict[Name, ScheduleTrigger] = {}
    """Schedules, by a name of their own"""


@late
class Uses(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The parts that a function uses, by their names."""

    tables: dict[Name, TableAccess] = {}
    """Tables it uses, by their name in the settings"""
    queues: dict[Name, Use] = {}
    """Queues it uses; the variable holds the URL"""
    keys: dict[Name, Use] = {}
    """KMS keys it uses itself; the variable holds the ARN"""
    secrets: dict[Name, Use] = {}
    """Secrets it reads; the variable holds the ARN"""
    ssm_parameters: dict[Name, Use] = {}
    """SSM parameters it reads; the variable holds the name"""
    streams: dict[Name, Use] = {}
    """Kinesis streams it uses; the variable holds the name"""
    functions: dict[Name, Use] = {}
    """Functions it invokes; the variable holds the ARN"""
    user_pools: dict[Name, Use] = {}
    """User pools it uses; the variable holds the ARN"""
    state_machines: dict[Name, Use] = {}
    """State machines it starts; the variable holds the ARN"""
    buckets: dict[Name, Use] = {}
    """Buckets it uses; the variable holds the name"""
    buses: dict[Name, Use] = {}
    """Event buses it uses; the variable holds the name"""
    topics: dict[Name, Use] = {}
    """Topics it uses; the variable holds the ARN"""
    apis: dict[Name, Use] = {}
    """WebSocket APIs to whose connections it sends; the variable holds the address that is the client's endpoint_url"""
    triggers: Triggers = Triggers()
    """What starts it, besides routes"""

    @property
    def has_automatic_actions(self) -> bool:
        """Its code has to be read to know what it may do with a part."""
        return any(use.actions == "auto" for kind in KINDS for use in uses(self, kind.word).values())


def parts(environment: Parts, word: str) -> dict[str, Part]:
    """The parts of a kind, those that exist among them."""
    found: dict[str, Part] = getattr(environment, word, {})
    elsewhere: dict[str, Part] = getattr(environment, "existing_functions", {}) if word == "functions" else {}
    return {**found, **elsewhere} if elsewhere else found


def uses(function: Uses, word: str) -> dict[str, Use]:
    """A function's uses of a kind."""
    found: dict[str, Use] = getattr(function, word, {})
    return found


def triggers(function: Uses, word: str) -> dict[str, Trigger]:
    """A function's triggers of a kind."""
    found: dict[str, Trigger] = getattr(function.triggers, word, {})
    return found


def starts(environment: Environment, word: str) -> bool:
    """There are parts of a kind, or something that a thing of that kind starts."""
    if parts(environment, word) or any(triggers(one, word) for one in environment.functions.values()):
        return True
    started = [getattr(one.triggers, word, {}) for one in environment.state_machines.values()]
    sent = [one.events for one in environment.queues.values()] + [one.events for one in environment.topics.values()]
    return any(started) or (word == "events" and any(sent))
