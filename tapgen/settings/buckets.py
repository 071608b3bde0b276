"""S3 buckets, and how one starts a function."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from tapgen.errors import suggestion
from tapgen.settings.parts import Encrypted, PolicyStatement, Problem

if TYPE_CHECKING:
    from tapgen.settings.functions import Function
    from tapgen.settings.model import Environment

EventName = Annotated[str, Meta(pattern=r"^s3:[A-Za-z]+(:([A-Za-z]+|[*]))*$")]


_ONE = r"[a-z0-9]|\$\{AWS::(AccountId|Region)\}"
NAME = rf"^({_ONE})({_ONE}|[.-]){{1,61}}({_ONE})$"
KNOWN_EVENTS = (
    "s3:IntelligentTiering",
    "s3:LifecycleExpiration:*",
    "s3:LifecycleExpiration:Delete",
    "s3:LifecycleExpiration:DeleteMarkerCreated",
    "s3:LifecycleTransition",
    "s3:ObjectAcl:Put",
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Put",
    "s3:ObjectRemoved:*",
    "s3:ObjectRemoved:Delete",
    "s3:ObjectRemoved:DeleteMarkerCreated",
    "s3:ObjectRestore:*",
    "s3:ObjectRestore:Completed",
    "s3:ObjectRestore:Delete",
    "s3:ObjectRestore:Post",
    "s3:ObjectTagging:*",
    "s3:ObjectTagging:Delete",
    "s3:ObjectTagging:Put",
    "s3:ReducedRedundancyLostObject",
    "s3:Replication:*",
)
"""S3 user guide, "Supported event types for SQS, SNS, and Lambda"."""

_NOT_OWNED = (
    "a bucket that the stack does not own; let its owner send its events to EventBridge, and write {}.NAME with "
    'pattern = {{ source = ["aws.s3"], detail = {{ bucket = {{ name = ["its name"] }} }} }}'
)


class CorsRule(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which pages of other origins may use the objects."""

    origins: Annotated[tuple[str, ...], Meta(min_length=1)]
    """Such as "https://shop.example.com", or "*" """
    methods: Annotated[tuple[str, ...], Meta(min_length=1)] = ("GET",)
    """GET, PUT, POST, DELETE, HEAD"""
    headers: tuple[str, ...] = ()
    """Allowed request headers"""
    exposed_headers: tuple[str, ...] = ()
    """Response headers that a page may read"""
    max_age: Annotated[int, Meta(ge=0)] = 3600
    """Seconds that a browser keeps the answer"""


class LifecycleRule(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What happens to objects as they grow old."""

    prefix: str = ""
    """Objects whose key begins so; unset: all"""
    expire_after: Annotated[int, Meta(ge=1)] | None = None
    """Days after which an object is deleted"""
    expire_versions_after: Annotated[int, Meta(ge=1)] | None = None
    """Days after which an older version is deleted"""
    archive_after: Annotated[int, Meta(ge=1)] | None = None
    """Days after which an object moves to `storage_class`"""
    storage_class: Annotated[str, Meta(pattern=r"^[A-Z_]+$")] = "GLACIER_IR"
    """Where it moves to"""


class Bucket(Encrypted, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An S3 bucket: encrypted, private, refusing requests that are not by TLS.

    ```toml
    [buckets.Uploads]
    versioning = true
    lifecycle = [{ expire_after = 30 }]

    [functions.Read]
    source = "src"
    buckets.Uploads = { variable = "BUCKET", actions = ["s3:GetObject"] }
    triggers.buckets.Uploads = { prefix = "in/", suffix = ".csv" }
    ```
    """

    versioning: bool | None = None
    """Keep older versions of objects; unset: where the environment is protected"""
    lifecycle: tuple[LifecycleRule, ...] = ()
    """What happens to old objects; the parts of an upload that is never completed go after a week anyhow"""
    cors: tuple[CorsRule, ...] = ()
    """Cross-origin requests"""
    events: bool = False
    """Send its events to EventBridge's default bus"""
    policy: tuple[PolicyStatement, ...] = ()
    """What others may do with it"""
    name: Annotated[str, Meta(pattern=NAME)] | None = None
    """Physical name, with ${AWS::AccountId} and ${AWS::Region} or without; unset: <stack>-<name>-<account>-<region>"""

    def problems(self, name: str, environment: "Environment") -> Iterator[Problem]:  # noqa: ARG002 - as every part
        """Rules that say nothing."""
        for index, rule in enumerate(self.lifecycle):
            if rule.expire_after is rule.expire_versions_after is rule.archive_after is None:
                yield ("lifecycle", index), "it does nothing: say expire_after, expire_versions_after or archive_after"


class Notification(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a queue or a topic is told of a bucket's objects.

    ```toml
    [buckets.Uploads]

    [queues.Import]
    notifications.Uploads = { prefix = "in/", suffix = ".csv" }
    ```
    """

    events: Annotated[tuple[EventName, ...], Meta(min_length=1)] = ("s3:ObjectCreated:*",)
    """What it is told"""
    prefix: Annotated[str, Meta(max_length=1024)] = ""
    """Only keys that begin so"""
    suffix: Annotated[str, Meta(max_length=1024)] = ""
    """Only keys that end so"""

    def unknown_events(self) -> Iterator[Problem]:
        """Events that S3 does not have."""
        for event in self.events:
            if event not in KNOWN_EVENTS:
                yield ("events",), f'"{event}" is not an event of S3; {suggestion(event, KNOWN_EVENTS)}'

    def overlaps(self, other: "Notification") -> bool:
        """One object's event can start both.

        Source: S3 user guide, "Configuring event notifications using object key name filtering".
        """
        same = any(
            one.rstrip("*").startswith(two.rstrip("*")) or two.rstrip("*").startswith(one.rstrip("*"))
            for one in self.events
            for two in other.events
        )
        prefixes = self.prefix.startswith(other.prefix) or other.prefix.startswith(self.prefix)
        suffixes = self.suffix.endswith(other.suffix) or other.suffix.endswith(self.suffix)
        return same and prefixes and suffixes


class BucketTrigger(Notification, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Objects that are written or deleted start the function.

    ```toml
    [buckets.Uploads]

    [functions.Read]
    source = "src"
    triggers.buckets.Uploads = { events = ["s3:ObjectCreated:*"], prefix = "in/", suffix = ".csv" }
    ```
    """

    def problems(self, name: str, function: "Function", environment: "Environment") -> Iterator[Problem]:
        """What CloudFormation cannot subscribe, what S3 refuses."""
        if environment.buckets[name].existing is not None:
            yield (), f"CloudFormation cannot subscribe a function to {_NOT_OWNED.format('triggers.events')}"
        yield from self.unknown_events()
        for other_name, other in environment.functions.items():
            if other is function:
                return
            theirs = other.triggers.buckets.get(name)
            if theirs is not None and self.overlaps(theirs):
                message = (
                    f"S3 sends an event to one function alone: {other_name} is started by the same events; give them "
                    "prefixes or suffixes that part them"
                )
                yield (), message


def notification_problems(
    word: str, name: str, notifications: dict[str, Notification], environment: "Environment", *, fifo: bool
) -> Iterator[Problem]:
    """What S3 refuses of the notifications of a queue or topic (`word` is its kind), with the others of the bucket."""
    for bucket, one in notifications.items():
        path, part = ("notifications", bucket), environment.buckets.get(bucket)
        yield from (((*path, *where), message) for where, message in one.unknown_events())
        if part is None:
            yield path, f"there is no such bucket; {suggestion(bucket, environment.buckets)}"
            continue
        if part.existing is not None:
            yield path, f"CloudFormation cannot have it told of {_NOT_OWNED.format('events')}"
        if fifo:
            yield path, "S3 tells no queue or topic that is first in, first out"
        for other, theirs in _told(environment, bucket):
            if other == f"{word}.{name}":
                break
            if one.overlaps(theirs):
                yield (
                    path,
                    f"S3 tells one alone of an event: {other} is told of the same; part them by prefix or suffix",
                )


def _told(environment: "Environment", bucket: str) -> Iterator[tuple[str, Notification]]:
    """Who is told of a bucket's objects, and what."""
    for name, function in environment.functions.items():
        if bucket in function.triggers.buckets:
            yield f"functions.{name}", function.triggers.buckets[bucket]
    for word, parts in (("queues", environment.queues), ("topics", environment.topics)):
        for name, part in parts.items():
            if bucket in part.notifications:
                yield f"{word}.{name}", part.notifications[bucket]
