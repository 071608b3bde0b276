"""Data: what keeps state: tables and log groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, Output, Ref, Sub, dynamodb, logs

from tapgen import naming
from tapgen.layers.existing import below, existing
from tapgen.layers.parts import deletion
from tapgen.layers.refs import DataRefs, LogGroupRefs, TableRefs
from tapgen.settings import served
from tapgen.template.kinds import kinds

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.settings.model import Environment
    from tapgen.settings.parts import Existing
    from tapgen.settings.tables import Key, Table


def build(template: Template, environment: Environment) -> DataRefs:
    """Add the tables, the functions' log groups and the APIs' access logs."""
    tables = {}
    for name, settings in environment.tables.items():
        if settings.existing is not None:
            tables[name] = _existing(environment, name, settings.existing)
            continue
        table = template.add_resource(_table(naming.table(name), settings, protected=environment.protected))
        tables[name] = TableRefs(
            name=Ref(table),
            arn=GetAtt(table, "Arn"),
            title=table.title,
            index_arns={index: Sub(f"${{{table.title}.Arn}}/index/{index}") for index in settings.indexes},
        )
        template.add_output(
            Output(
                naming.output("DynamoTableName", name, only=len(environment.tables) == 1),
                Description=f"Name of the table {name}",
                Value=Ref(table),
            )
        )
    function_logs = {}
    for name in environment.functions:
        group = template.add_resource(_log_group(naming.function(name) + "LogGroup", environment))
        function_logs[name] = LogGroupRefs(Ref(group), GetAtt(group, "Arn"))
    access_logs = {}
    for name, api in served.apis(environment).items():
        if not api.settings.access_log:
            continue
        group = template.add_resource(_log_group(f"{api.title}AccessLogGroup", environment))
        access_logs[name] = LogGroupRefs(Ref(group), GetAtt(group, "Arn"))
    return DataRefs(tables, function_logs, access_logs)


def _table(title: str, settings: Table, *, protected: bool) -> dynamodb.Table:
    optional: dict[str, Any] = {}
    if settings.name:
        optional["TableName"] = settings.name
    if settings.indexes:
        optional["GlobalSecondaryIndexes"] = [
            dynamodb.GlobalSecondaryIndex(
                IndexName=name,
                KeySchema=_key_schema(index.partition_key, index.sort_key),
                Projection=dynamodb.Projection(ProjectionType=index.projection),
            )
            for name, index in settings.indexes.items()
        ]
    if settings.ttl:
        optional["TimeToLiveSpecification"] = dynamodb.TimeToLiveSpecification(AttributeName=settings.ttl, Enabled=True)
    if protected:
        optional["DeletionProtectionEnabled"] = True
        optional["PointInTimeRecoverySpecification"] = dynamodb.PointInTimeRecoverySpecification(
            PointInTimeRecoveryEnabled=True
        )
        optional["SSESpecification"] = dynamodb.SSESpecification(SSEEnabled=True, SSEType="KMS")
    return dynamodb.Table(
        title,
        **deletion(protected=protected),
        AttributeDefinitions=[
            dynamodb.AttributeDefinition(AttributeName=name, AttributeType=type_)
            for name, type_ in _key_types(settings).items()
        ],
        KeySchema=_key_schema(settings.partition_key, settings.sort_key),
        BillingMode="PAY_PER_REQUEST",
        **optional,
    )


def _log_group(title: str, environment: Environment) -> logs.LogGroup:
    return logs.LogGroup(
        title,
        **deletion(protected=environment.protected),
        RetentionInDays=environment.logs.retention_days,
    )


def _key_schema(partition_key: Key, sort_key: Key | None) -> list[dynamodb.KeySchema]:
    schema = [dynamodb.KeySchema(AttributeName=partition_key.name, KeyType="HASH")]
    if sort_key:
        schema.append(dynamodb.KeySchema(AttributeName=sort_key.name, KeyType="RANGE"))
    return schema


def _key_types(settings: Table) -> dict[str, str]:
    """Attribute name -> type of every key of the table and its indexes, each once, as DynamoDB demands."""
    return {key.name: key.type for key in settings.key_attributes()}


def _existing(environment: Environment, name: str, settings: Existing) -> TableRefs:
    """An existing table; whatever index a function names is taken to be there."""
    refs = existing(kinds()["tables"], settings)
    used = [function.tables[name] for function in environment.functions.values() if name in function.tables]
    indexes = sorted({index for access in used for index in access.indexes})
    arns = {index: below(refs.arn, f"/index/{index}") for index in indexes}
    return TableRefs(name=refs.name, arn=refs.arn, index_arns=arns)
