"""Which kinds of parts there are: what an environment has of them, and what a function does with them.

Annotations are postponed here, unlike elsewhere: what a project does not have, `typed` does not import. Its types stand
for anything until then.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta, Struct

from tapgen.settings.names import LogicalId, Name
from tapgen.settings.parts import Use
from tapgen.settings.tables import Table, TableAccess, TableTrigger
from tapgen.template.kinds import KINDS

if TYPE_CHECKING:
    from tapgen.settings.buckets import Bucket, BucketTrigger
    from tapgen.settings.buses import Bus, EventTrigger
    from tapgen.settings.keys import KmsKey
    from tapgen.settings.log_triggers import LogTrigger
    from tapgen.settings.parts import Part, Trigger
    from tapgen.settings.queues import Queue, QueueTrigger
    from tapgen.settings.resources import Resource
    from tapgen.settings.schedules import ScheduleTrigger
    from tapgen.settings.secrets import Secret
    from tapgen.settings.ssm_parameters import SsmParameter
    from tapgen.settings.state_machines import StateMachine
    from tapgen.settings.streams import Stream, StreamTrigger
    from tapgen.settings.topics import Topic, TopicTrigger
    from tapgen.settings.user_pools import UserPool, UserPoolTrigger


class Parts(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The parts of an environment, each by its name."""

    encryption: Annotated[
        Name | None, Meta(description="One of `keys` that encrypts every part that takes one; unset: AWS's own keys")
    ] = None
    keys: Annotated[dict[Name, KmsKey], Meta(description="KMS keys by name")] = {}
    tables: Annotated[dict[Name, Table], Meta(description="DynamoDB tables by name")] = {}
    queues: Annotated[dict[Name, Queue], Meta(description="SQS queues by name")] = {}
    secrets: Annotated[dict[Name, Secret], Meta(description="Secrets by name")] = {}
    ssm_parameters: Annotated[dict[Name, SsmParameter], Meta(description="SSM parameters by name")] = {}
    streams: Annotated[dict[Name, Stream], Meta(description="Kinesis streams by name")] = {}
    user_pools: Annotated[dict[Name, UserPool], Meta(description="Cognito user pools by name")] = {}
    buckets: Annotated[dict[Name, Bucket], Meta(description="S3 buckets by name")] = {}
    buses: Annotated[dict[Name, Bus], Meta(description="Event buses of EventBridge by name")] = {}
    topics: Annotated[dict[Name, Topic], Meta(description="SNS topics by name")] = {}
    state_machines: Annotated[dict[Name, StateMachine], Meta(description="Step Functions state machines by name")] = {}
    resources: Annotated[
        dict[LogicalId, Resource], Meta(description="Any CloudFormation resource, by its logical id")
    ] = {}


class Triggers(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What starts a function, by the name of the part that does."""

    queues: Annotated[dict[Name, QueueTrigger], Meta(description="Queues, by their name in the settings")] = {}
    topics: Annotated[dict[Name, TopicTrigger], Meta(description="Topics, by their name in the settings")] = {}
    tables: Annotated[dict[Name, TableTrigger], Meta(description="Tables, by their name in the settings")] = {}
    streams: Annotated[dict[Name, StreamTrigger], Meta(description="Streams, by their name in the settings")] = {}
    user_pools: Annotated[
        dict[Name, UserPoolTrigger], Meta(description="User pools, by their name in the settings")
    ] = {}
    logs: Annotated[dict[Name, LogTrigger], Meta(description="Log events, by a name of their own")] = {}
    buckets: Annotated[dict[Name, BucketTrigger], Meta(description="Buckets, by their name in the settings")] = {}
    events: Annotated[dict[Name, EventTrigger], Meta(description="Events, by a name of their own")] = {}
    schedules: Annotated[dict[Name, ScheduleTrigger], Meta(description="Schedules, by a name of their own")] = {}


class Uses(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The parts that a function uses, by their names."""

    tables: Annotated[dict[Name, TableAccess], Meta(description="Tables it uses, by their name in the settings")] = {}
    queues: Annotated[dict[Name, Use], Meta(description="Queues it uses; the variable holds the URL")] = {}
    keys: Annotated[dict[Name, Use], Meta(description="KMS keys it uses itself; the variable holds the ARN")] = {}
    secrets: Annotated[dict[Name, Use], Meta(description="Secrets it reads; the variable holds the ARN")] = {}
    ssm_parameters: Annotated[
        dict[Name, Use], Meta(description="SSM parameters it reads; the variable holds the name")
    ] = {}
    streams: Annotated[dict[Name, Use], Meta(description="Kinesis streams it uses; the variable holds the name")] = {}
    functions: Annotated[dict[Name, Use], Meta(description="Functions it invokes; the variable holds the ARN")] = {}
    user_pools: Annotated[dict[Name, Use], Meta(description="User pools it uses; the variable holds the ARN")] = {}
    state_machines: Annotated[
        dict[Name, Use], Meta(description="State machines it starts; the variable holds the ARN")
    ] = {}
    buckets: Annotated[dict[Name, Use], Meta(description="Buckets it uses; the variable holds the name")] = {}
    buses: Annotated[dict[Name, Use], Meta(description="Event buses it uses; the variable holds the name")] = {}
    topics: Annotated[dict[Name, Use], Meta(description="Topics it uses; the variable holds the ARN")] = {}
    triggers: Annotated[Triggers, Meta(description="What starts it, besides routes")] = Triggers()

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


MODULES = {"events": "buses", "logs": "log_triggers"}
"""Fields whose types are in a module of another name."""

for _struct in (Parts, Triggers, Uses):
    for _annotation in _struct.__annotations__.values():
        for _name in re.findall(r"[A-Z]\w+", _annotation.partition("Meta(")[0]):
            globals().setdefault(_name, Any)
