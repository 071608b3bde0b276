"""Brokers that exist elsewhere and whose messages start a function: Kafka and Amazon MQ."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from tapgen.errors import suggestion
from tapgen.settings import references
from tapgen.settings.names import Name
from tapgen.settings.parts import Polled, Problem
from tapgen.settings.references import Reference

if TYPE_CHECKING:
    from tapgen.settings.functions import Function
    from tapgen.settings.model import Environment

BrokerArn = Annotated[str, Meta(pattern=r"^(arn:[a-z0-9-]+:(kafka|mq):[^\s]+|\$\{[A-Za-z0-9.:]+\})$")]
Server = Annotated[str, Meta(pattern=r"^[A-Za-z0-9.-]+:[0-9]{1,5}$")]


class _Broker(Polled, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What Lambda polls without an answer for single messages."""

    batch_size: Annotated[int, Meta(ge=1, le=10000)] = 100
    """Most messages of one invocation"""
    partial_failures: Literal[False] = False
    """A broker has no partial failures: a batch that fails comes again as a whole"""
    secret: Name | None = None
    """One of `secrets` with the user's name and password; of Kafka for SCRAM-SHA-512, unset: by IAM"""

    def problems(self, name: str, function: "Function", environment: "Environment") -> Iterator[Problem]:  # noqa: ARG002 - as every trigger
        """A secret that is not there, or whose ARN nobody knows in full."""
        if self.secret is None:
            return
        if self.secret not in environment.secrets:
            yield ("secret",), f'there is no secret "{self.secret}"; {suggestion(self.secret, environment.secrets)}'
            return
        existing = environment.secrets[self.secret].existing
        if isinstance(existing, str) and not existing.startswith(("arn:", "${")):
            yield ("secret",), f"Lambda wants its ARN in full: write that in secrets.{self.secret}.existing"


class KafkaTrigger(_Broker, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The messages of a Kafka topic start the function: of a cluster of Amazon MSK, or of one's own servers.

    ```toml
    [functions.Paid]
    source = "src"

    [functions.Paid.triggers.kafka.Payments]
    cluster = "arn:aws:kafka:eu-central-1:111111111111:cluster/shop/11111111-2222-3333-4444-555555555555-1"
    topic = "payments"
    ```
    """

    cluster: BrokerArn | Reference | None = None
    """ARN of the cluster, such as `${Cluster.Arn}` of one of `resources`"""
    servers: tuple[Server, ...] = ()
    """Bootstrap servers of a cluster of one's own, in place of `cluster`: "b-1.example.com:9096" """
    topic: Annotated[str, Meta(min_length=1, max_length=249)]
    """The topic"""
    starting_position: Literal["LATEST", "TRIM_HORIZON"] = "LATEST"
    """Begin with new messages, or with the oldest there is"""
    consumer_group: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    """Id of the consumer group; unset: one of Lambda's own"""
    dead_letter_queue: Name | None = None
    """One of `queues` that is told of batches that were given up; unset: none is"""

    def problems(self, name: str, function: "Function", environment: "Environment") -> Iterator[Problem]:
        """Which cluster it is."""
        yield from super().problems(name, function, environment)
        yield from references.problems(self.cluster, ("cluster",), environment.parameters)
        if (self.cluster is None) == (not self.servers):
            yield (), "say one of cluster and servers"


class MqTrigger(_Broker, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The messages of a queue of Amazon MQ start the function.

    ```toml
    [secrets.Broker]
    existing = "arn:aws:secretsmanager:eu-central-1:111111111111:secret:shop/broker-a1b2c3"

    [functions.Paid]
    source = "src"

    [functions.Paid.triggers.mq.Payments]
    broker = "arn:aws:mq:eu-central-1:111111111111:broker:shop:b-11111111-2222-3333-4444-555555555555"
    queue = "payments"
    secret = "Broker"
    ```
    """

    broker: BrokerArn | Reference
    """ARN of the broker, such as `${Broker.Arn}` of one of `resources`"""
    queue: Annotated[str, Meta(min_length=1, max_length=1000)]
    """The queue"""
    virtual_host: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    """The virtual host of a RabbitMQ broker; ActiveMQ has none"""

    def problems(self, name: str, function: "Function", environment: "Environment") -> Iterator[Problem]:
        """Amazon MQ lets nobody in without a name and a password."""
        yield from super().problems(name, function, environment)
        yield from references.problems(self.broker, ("broker",), environment.parameters)
        if self.secret is None:
            yield ("secret",), "it is required and missing: one of `secrets` with the user's name and password"
