"""Tables: DynamoDB tables with their indexes and capacity, and the functions that their streams start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, Output, Ref, Sub, dynamodb

from tapgen import naming
from tapgen.layers import parts as of_parts
from tapgen.layers.existing import below, existing
from tapgen.layers.lookup import lookup
from tapgen.layers.refs import TableRefs
from tapgen.layers.triggers import stream_source
from tapgen.template.kinds import kinds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from troposphere import Template

    from tapgen.layers.refs import ComputeRefs, Parts
    from tapgen.settings.model import Environment
    from tapgen.settings.tables import Capacity, Key, Table


def build(template: Template, environment: Environment, parts: Parts) -> dict[str, TableRefs]:
    """Add the tables, each with its output."""
    return {name: _add_table(template, environment, name, one, parts) for name, one in environment.tables.items()}


def start(template: Template, environment: Environment, parts: Parts, compute: ComputeRefs) -> None:
    """Add what reads the tables' streams."""
    for function, settings in environment.functions.items():
        for name, trigger in settings.triggers.tables.items():
            title = naming.logical(function, name, "TableTrigger")
            source = parts["tables"][name].more["stream"]
            arn = compute.functions[function].arn
            template.add_resource(stream_source(title, arn, source, trigger, parts))


def _add_table(template: Template, environment: Environment, name: str, settings: Table, parts: Parts) -> TableRefs:
    key = of_parts.key(environment, settings, parts)
    if settings.existing is not None:
        return _existing(environment, name, settings, key)
    stream = environment.stream_of(name)
    table = _table(naming.table(name), settings, stream, key, protected=environment.protected)
    if settings.replicas:
        from tapgen.layers.replicas import replicated

        table = replicated(table, settings.replicas, naming.tags(environment))
    template.add_resource(table)
    template.add_output(
        Output(
            naming.output("DynamoTableName", name, main=environment.is_main("tables", name)),
            Description=f"Name of the table {name}",
            Value=Ref(table),
        )
    )
    if settings.capacity and settings.capacity.scales:
        from tapgen.layers.autoscaling import add_scaling

        add_scaling(template, table.title, settings)
    return TableRefs(
        name=Ref(table),
        arn=GetAtt(table, "Arn"),
        title=table.title,
        key=key,
        more={"stream": GetAtt(table, "StreamArn")} if stream else {},
        index_arns={index: Sub(f"${{{table.title}.Arn}}/index/{index}") for index in settings.every_index},
    )


def _table(title: str, settings: Table, stream: str | None, key: Any, *, protected: bool) -> dynamodb.Table:
    optional: dict[str, Any] = {}
    if settings.name:
        optional["TableName"] = settings.name
    if settings.indexes:
        optional["GlobalSecondaryIndexes"] = [
            dynamodb.GlobalSecondaryIndex(
                IndexName=name,
                KeySchema=_key_schema(index.partition_key, index.sort_key),
                Projection=_projection(index.projection),
                **_throughput(index.capacity or settings.capacity),
            )
            for name, index in settings.indexes.items()
        ]
    if settings.local_indexes:
        optional["LocalSecondaryIndexes"] = [
            dynamodb.LocalSecondaryIndex(
                IndexName=name,
                KeySchema=_key_schema(settings.partition_key, index.sort_key),
                Projection=_projection(index.projection),
            )
            for name, index in settings.local_indexes.items()
        ]
    if settings.ttl:
        optional["TimeToLiveSpecification"] = dynamodb.TimeToLiveSpecification(AttributeName=settings.ttl, Enabled=True)
    if stream:
        optional["StreamSpecification"] = dynamodb.StreamSpecification(StreamViewType=stream)
    if protected:
        optional["DeletionProtectionEnabled"] = True
        optional["PointInTimeRecoverySpecification"] = dynamodb.PointInTimeRecoverySpecification(
            PointInTimeRecoveryEnabled=True
        )
    if protected or key is not None:
        own = {"KMSMasterKeyId": key} if key is not None else {}
        optional["SSESpecification"] = dynamodb.SSESpecification(SSEEnabled=True, SSEType="KMS", **own)
    return dynamodb.Table(
        title,
        **of_parts.deletion(protected=protected),
        AttributeDefinitions=[
            dynamodb.AttributeDefinition(AttributeName=name, AttributeType=type_)
            for name, type_ in _key_types(settings).items()
        ],
        KeySchema=_key_schema(settings.partition_key, settings.sort_key),
        BillingMode="PROVISIONED" if settings.capacity else "PAY_PER_REQUEST",
        **_throughput(settings.capacity),
        **optional,
    )


def _throughput(capacity: Capacity | None) -> dict[str, Any]:
    if capacity is None:
        return {}
    throughput = dynamodb.ProvisionedThroughput(ReadCapacityUnits=capacity.read, WriteCapacityUnits=capacity.write)
    return {"ProvisionedThroughput": throughput}


def _projection(projection: str | Sequence[str]) -> dynamodb.Projection:
    if isinstance(projection, str):
        return dynamodb.Projection(ProjectionType=projection)
    return dynamodb.Projection(ProjectionType="INCLUDE", NonKeyAttributes=list(projection))


def _key_schema(partition_key: Key, sort_key: Key | None) -> list[dynamodb.KeySchema]:
    schema = [dynamodb.KeySchema(AttributeName=partition_key.name, KeyType="HASH")]
    if sort_key:
        schema.append(dynamodb.KeySchema(AttributeName=sort_key.name, KeyType="RANGE"))
    return schema


def _key_types(settings: Table) -> dict[str, str]:
    """Attribute name -> type of every key of the table and its indexes, each once, as DynamoDB demands."""
    return {key.name: key.type for key in settings.key_attributes()}


def _existing(environment: Environment, name: str, settings: Table, key: Any) -> TableRefs:
    """An existing table; whatever index a function names is taken to be there."""
    assert settings.existing is not None  # noqa: S101 - the caller has asked
    refs = existing(kinds()["tables"], settings.existing, key)
    used = [function.tables[name] for function in environment.functions.values() if name in function.tables]
    indexes = sorted({index for access in used for index in access.indexes})
    arns = {index: below(refs.arn, f"/index/{index}") for index in indexes}
    more = {"stream": lookup(settings.stream)} if settings.stream else {}
    return TableRefs(name=refs.name, arn=refs.arn, key=key, more=more, index_arns=arns)
