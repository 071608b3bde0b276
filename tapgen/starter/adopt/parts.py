"""Resources that become parts: tables, queues, topics, buckets, streams, buses, secrets, parameters, user pools."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tapgen import naming
from tapgen.starter.adopt.drafts import Old, Proposal, flag, given, number, referred, text
from tapgen.template.kinds import kinds

Properties = Mapping[str, Any]


def propose(old: Old) -> Iterator[Proposal]:
    """Each resource of a kind that the settings have, with what its properties are there."""
    for word, read in _KINDS.items():
        kind = kinds()[word]
        for logical_id, properties in old.of_type(kind.type):
            settings = read(properties)
            if settings is None:
                continue
            name = old.part(logical_id, word, kind.part.suffix)
            title = naming.logical(name, kind.part.suffix)
            claims = {title: logical_id} | _BESIDE.get(word, _nothing)(old, logical_id, name, settings)
            old.claimed.update(claims)
            yield Proposal((word, name), given(settings), claims)
    yield from _queues(old)


def _nothing(old: Old, logical_id: str, name: str, settings: dict[str, Any]) -> dict[str, str]:  # noqa: ARG001
    return {}


def _bucket_policy(old: Old, logical_id: str, name: str, settings: dict[str, Any]) -> dict[str, str]:  # noqa: ARG001
    title = f"{naming.logical(name, 'Bucket')}Policy"
    for policy, properties in old.of_type("AWS::S3::BucketPolicy"):
        if referred(properties.get("Bucket")) == logical_id and old.is_free(title, policy):
            return {title: policy}
    return {}


def _clients(old: Old, logical_id: str, name: str, settings: dict[str, Any]) -> dict[str, str]:
    """The clients of a user pool, by names of their own."""
    claims: dict[str, str] = {}
    clients: dict[str, Any] = {}
    for client, properties in old.of_type("AWS::Cognito::UserPoolClient"):
        if referred(properties.get("UserPoolId")) != logical_id:
            continue

        def taken(one: str, client: str = client) -> bool:
            title = naming.logical(name, one, "UserPoolClient")
            return one in clients or not old.is_free(title, client)

        called = old.own_name(client, naming.logical(name), taken)
        clients[called] = _client(properties)
        claims[naming.logical(name, called, "UserPoolClient")] = client
    settings["clients"] = clients or None
    return claims


def _client(properties: Properties) -> dict[str, Any]:
    flows = properties.get("ExplicitAuthFlows")
    known = {"ADMIN_USER_PASSWORD", "CUSTOM", "USER", "USER_PASSWORD", "USER_SRP"}
    names = [str(one).removeprefix("ALLOW_").removesuffix("_AUTH") for one in flows or ()]
    written = [one.lower() for one in names if one in known] if isinstance(flows, list) else None
    return given({"flows": written or None, "secret": True if flag(properties.get("GenerateSecret")) else None})


def _queues(old: Old) -> Iterator[Proposal]:
    """Queues; one that holds the dead letters of just one other belongs to it."""
    found = dict(old.of_type("AWS::SQS::Queue"))
    redrives = {one: referred(_redrive(properties).get("deadLetterTargetArn")) for one, properties in found.items()}
    targets = [target for target in redrives.values() if target]
    polled = {referred(one.get("EventSourceArn")) for _, one in old.of_type("AWS::Lambda::EventSourceMapping")}
    for logical_id, properties in found.items():
        if targets.count(logical_id) == 1 and logical_id not in polled and not redrives[logical_id]:
            continue
        name = old.part(logical_id, "queues", "Queue")
        claims = {naming.logical(name, "Queue"): logical_id}
        settings = _queue(properties)
        target = redrives[logical_id]
        own = target in found and targets.count(target) == 1 and target not in polled and not redrives[str(target)]
        most = number(_redrive(properties).get("maxReceiveCount"))
        if target and own and most and old.is_free(naming.logical(name, "DeadLetterQueue"), target):
            claims[naming.logical(name, "DeadLetterQueue")] = target
            settings["dead_letter_queue"] = {"max_receive_count": most}
        elif logical_id in polled:
            settings["dead_letter_queue"] = False
        old.claimed.update(claims)
        yield Proposal(("queues", name), given(settings), claims)
    for logical_id, properties in old.of_type("AWS::SQS::Queue"):  # dead letters that found no owner
        name = old.part(logical_id, "queues", "Queue")
        claims = {naming.logical(name, "Queue"): logical_id}
        old.claimed.update(claims)
        yield Proposal(("queues", name), given(_queue(properties)), claims)


def _redrive(properties: Properties) -> Properties:
    policy = properties.get("RedrivePolicy")
    return policy if isinstance(policy, Mapping) else {}


def _queue(properties: Properties) -> dict[str, Any]:
    return {
        "name": text(properties.get("QueueName")),
        "fifo": flag(properties.get("FifoQueue")),
        "content_based_deduplication": flag(properties.get("ContentBasedDeduplication")),
        "visibility_timeout": number(properties.get("VisibilityTimeout")),
        "delay": number(properties.get("DelaySeconds")),
        "retention": number(properties.get("MessageRetentionPeriod")),
        "receive_wait": number(properties.get("ReceiveMessageWaitTimeSeconds", 0)),
    }


def _table(properties: Properties) -> dict[str, Any] | None:
    types = {
        one.get("AttributeName"): one.get("AttributeType")
        for one in properties.get("AttributeDefinitions") or ()
        if isinstance(one, Mapping) and isinstance(one.get("AttributeName"), str)
    }
    keys = _keys(properties.get("KeySchema"), types)
    if "partition_key" not in keys:
        return None
    indexes = {
        str(one.get("IndexName")): _index(one, types)
        for one in properties.get("GlobalSecondaryIndexes") or ()
        if isinstance(one, Mapping)
    }
    local = {
        str(one.get("IndexName")): given(
            {"sort_key": _keys(one.get("KeySchema"), types).get("sort_key"), "projection": _projection(one)}
        )
        for one in properties.get("LocalSecondaryIndexes") or ()
        if isinstance(one, Mapping)
    }
    ttl = properties.get("TimeToLiveSpecification") or {}
    return {
        "name": text(properties.get("TableName")),
        **keys,
        "indexes": indexes or None,
        "local_indexes": local or None,
        "capacity": _capacity(properties) if properties.get("BillingMode") != "PAY_PER_REQUEST" else None,
        "ttl": text(ttl.get("AttributeName")) if flag(ttl.get("Enabled")) else None,
        "stream": text((properties.get("StreamSpecification") or {}).get("StreamViewType")),
    }


def _keys(schema: Any, types: Mapping[Any, Any]) -> dict[str, Any]:
    found = {}
    for one in schema or ():
        name, kind = (one.get("AttributeName"), one.get("KeyType")) if isinstance(one, Mapping) else (None, None)
        if isinstance(name, str) and kind in ("HASH", "RANGE"):
            type_ = types.get(name, "S")
            key = {"name": name} if type_ == "S" else {"name": name, "type": type_}
            found["partition_key" if kind == "HASH" else "sort_key"] = key
    return found


def _index(one: Properties, types: Mapping[Any, Any]) -> dict[str, Any]:
    return given({**_keys(one.get("KeySchema"), types), "projection": _projection(one), "capacity": _capacity(one)})


def _projection(one: Properties) -> Any:
    projection = one.get("Projection") or {}
    kind = projection.get("ProjectionType")
    return list(projection.get("NonKeyAttributes") or ()) if kind == "INCLUDE" else None if kind == "ALL" else kind


def _capacity(one: Properties) -> dict[str, Any] | None:
    throughput = one.get("ProvisionedThroughput")
    if not isinstance(throughput, Mapping):
        return None
    read, write = number(throughput.get("ReadCapacityUnits")), number(throughput.get("WriteCapacityUnits"))
    return {"read": read, "write": write} if read and write else None


def _topic(properties: Properties) -> dict[str, Any]:
    return {
        "name": text(properties.get("TopicName")),
        "display_name": text(properties.get("DisplayName")),
        "fifo": flag(properties.get("FifoTopic")),
        "content_based_deduplication": flag(properties.get("ContentBasedDeduplication")),
    }


def _bucket(properties: Properties) -> dict[str, Any]:
    versioning = (properties.get("VersioningConfiguration") or {}).get("Status")
    events = (properties.get("NotificationConfiguration") or {}).get("EventBridgeConfiguration")
    return {
        "name": text(properties.get("BucketName")),
        "versioning": True if versioning == "Enabled" else None,
        "events": True if events is not None else None,
    }


def _stream(properties: Properties) -> dict[str, Any]:
    return {
        "name": text(properties.get("Name")),
        "shards": number(properties.get("ShardCount")),
        "retention_hours": number(properties.get("RetentionPeriodHours")),
    }


def _bus(properties: Properties) -> dict[str, Any]:  # noqa: ARG001 - as every kind
    return {}


def _secret(properties: Properties) -> dict[str, Any] | None:
    if "GenerateSecretString" not in properties:
        return None
    generated = properties["GenerateSecretString"] or {}
    return {
        "name": text(properties.get("Name")),
        "description": text(properties.get("Description")),
        "key": text(generated.get("GenerateStringKey")),
        "length": number(generated.get("PasswordLength")),
        "punctuation": None if flag(generated.get("ExcludePunctuation")) else True,
    }


def _ssm_parameter(properties: Properties) -> dict[str, Any] | None:
    value = text(properties.get("Value"))
    if value is None or properties.get("Type") not in ("String", "StringList"):
        return None
    return {
        "name": text(properties.get("Name")),
        "description": text(properties.get("Description")),
        "value": value.split(",") if properties.get("Type") == "StringList" else value,
    }


def _user_pool(properties: Properties) -> dict[str, Any]:
    policy = (properties.get("Policies") or {}).get("PasswordPolicy") or {}
    return {"password_length": number(policy.get("MinimumLength"))}


_KINDS: dict[str, Callable[[Properties], dict[str, Any] | None]] = {
    "tables": _table,
    "topics": _topic,
    "buckets": _bucket,
    "streams": _stream,
    "buses": _bus,
    "secrets": _secret,
    "ssm_parameters": _ssm_parameter,
    "user_pools": _user_pool,
}

_BESIDE: dict[str, Callable[[Old, str, str, dict[str, Any]], dict[str, str]]] = {
    "buckets": _bucket_policy,
    "user_pools": _clients,
}
"""Kinds that have further resources of their own; the settings may be added to."""
