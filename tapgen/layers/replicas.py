"""A table with replicas in other regions: AWS::DynamoDB::GlobalTable, made from the table as it would be alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import Ref, Tags, dynamodb

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OF_A_REPLICA = ("DeletionProtectionEnabled", "PointInTimeRecoverySpecification")
"""What each replica has for itself: CloudFormation template reference, AWS::DynamoDB::GlobalTable."""

SHARED = (
    "AttributeDefinitions",
    "BillingMode",
    "KeySchema",
    "LocalSecondaryIndexes",
    "StreamSpecification",
    "TableName",
    "TimeToLiveSpecification",
)


def replicated(table: dynamodb.Table, regions: Sequence[str], tags: Mapping[str, str]) -> dynamodb.GlobalTable:
    """The table in the stack's own region and in these."""
    given: dict[str, Any] = table.properties
    each = {name: given[name] for name in OF_A_REPLICA if name in given}
    replicas = [
        dynamodb.ReplicaSpecification(Region=region, Tags=Tags(dict(tags)), **each)
        for region in (Ref("AWS::Region"), *regions)
    ]
    indexes = [
        dynamodb.GlobalTableGlobalSecondaryIndex(**index.properties)
        for index in given.get("GlobalSecondaryIndexes", ())
    ]
    return dynamodb.GlobalTable(
        table.title,
        DeletionPolicy=table.resource["DeletionPolicy"],
        UpdateReplacePolicy=table.resource["UpdateReplacePolicy"],
        **{name: given[name] for name in SHARED if name in given},
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
        SSESpecification=dynamodb.GlobalTableSSESpecification(SSEEnabled=True, SSEType="KMS"),
        Replicas=replicas,
    )
