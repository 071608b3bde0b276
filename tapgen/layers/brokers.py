"""What a function's role must be allowed so that Lambda reads a broker for it, in the broker's network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from troposphere import Join, Select, Split

from tapgen import policies
from tapgen.layers.lookup import lookup_text

if TYPE_CHECKING:
    from awacs.aws import Statement

    from tapgen.layers.refs import DataRefs, PartRefs
    from tapgen.settings.functions import Function

# Lambda developer guide, "Configuring Lambda permissions for Amazon MSK event source mappings", the same for Amazon MQ.
NETWORK = (
    *("ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces"),
    *("ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"),
)
OF_CLUSTER = ("kafka:DescribeCluster", "kafka:DescribeClusterV2")
OF_ANY_CLUSTER = ("kafka:GetBootstrapBrokers",)
"""What acts on no resource."""
CONNECT = ("kafka-cluster:Connect", "kafka-cluster:DescribeClusterDynamicConfiguration")
READ = ("kafka-cluster:DescribeTopic", "kafka-cluster:ReadData")
JOIN = ("kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup")
READ_SECRET = ("secretsmanager:GetSecretValue",)


def statements(function: Function, data: DataRefs) -> Iterator[Statement]:
    """The statements for the brokers that start the function."""
    kafka, mq = function.triggers.kafka, function.triggers.mq
    for name, topic in kafka.items():
        if topic.cluster is not None:
            cluster = lookup_text(topic.cluster)
            yield policies.use(f"Describe{name}Kafka", OF_CLUSTER, cluster)
            if topic.secret is None:
                yield policies.use(f"Connect{name}Kafka", CONNECT, cluster)
                yield policies.use(f"Read{name}Kafka", READ, _within(cluster, "topic", topic.topic))
                yield policies.use(f"Join{name}Kafka", JOIN, _within(cluster, "group", topic.consumer_group or "*"))
        if topic.dead_letter_queue:
            queue = data.parts["queues"][topic.dead_letter_queue].arn
            yield policies.use(f"Tell{name}Kafka", ("sqs:SendMessage",), queue)
    for name, one in mq.items():
        yield policies.use(f"Describe{name}Mq", ("mq:DescribeBroker",), lookup_text(one.broker))
    for secret in dict.fromkeys(one.secret for one in (*kafka.values(), *mq.values()) if one.secret):
        yield policies.use(f"Read{secret}Broker", READ_SECRET, data.parts["secrets"][secret].arn)
    if kafka or mq:
        managed = any(one.cluster is not None for one in kafka.values())
        yield policies.use("ReachBrokers", (*NETWORK, *(OF_ANY_CLUSTER if managed else ())), "*")


def done(function: Function, data: DataRefs) -> Iterator[tuple[PartRefs, tuple[str, ...]]]:
    """What is done with parts, which may be encrypted, for the brokers that start the function."""
    kafka, mq = function.triggers.kafka, function.triggers.mq
    for topic in kafka.values():
        if topic.dead_letter_queue:
            yield data.parts["queues"][topic.dead_letter_queue], ("sqs:SendMessage",)
    for one in (*kafka.values(), *mq.values()):
        if one.secret:
            yield data.parts["secrets"][one.secret], READ_SECRET


def _within(cluster: Any, kind: str, name: str) -> Any:
    """The ARN of a cluster's topics or groups: MSK developer guide, "Authorization policy resources"."""
    if isinstance(cluster, str):
        return f"{cluster.replace(':cluster/', f':{kind}/')}/{name}" if ":cluster/" in cluster else "*"
    before, after = (Select(part, Split(":cluster/", cluster)) for part in (0, 1))
    return Join("", [before, f":{kind}/", after, f"/{name}"])
