"""Which resource types hold data, and what protects it: hand-written, since no resource schema says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from tapgen.template.model import Resource

# What is lost with it. Sources: each type's page in the CloudFormation template reference, and cfn-lint's list of
# stateful resources (rule I3011), with what identifies callers or users added: keys, user pools, certificates' keys.
HOLDS: Final[dict[str, str]] = {
    "AWS::Backup::BackupVault": "recovery points",
    "AWS::Cognito::IdentityPool": "identities",
    "AWS::Cognito::UserPool": "users",
    "AWS::DocDB::DBCluster": "data",
    "AWS::DocDB::DBInstance": "data",
    "AWS::DynamoDB::GlobalTable": "items",
    "AWS::DynamoDB::Table": "items",
    "AWS::EC2::Volume": "data",
    "AWS::ECR::Repository": "images",
    "AWS::EFS::FileSystem": "files",
    "AWS::EMR::Cluster": "data",
    "AWS::ElastiCache::CacheCluster": "cached data",
    "AWS::ElastiCache::ReplicationGroup": "cached data",
    "AWS::ElastiCache::ServerlessCache": "cached data",
    "AWS::Elasticsearch::Domain": "indexes",
    "AWS::FSx::FileSystem": "files",
    "AWS::KMS::Key": "the key: what it encrypted can no longer be read",
    "AWS::Kinesis::Stream": "records",
    "AWS::Logs::LogGroup": "log events",
    "AWS::MSK::Cluster": "records",
    "AWS::MemoryDB::Cluster": "data",
    "AWS::Neptune::DBCluster": "data",
    "AWS::Neptune::DBInstance": "data",
    "AWS::OpenSearchService::Domain": "indexes",
    "AWS::QLDB::Ledger": "documents",
    "AWS::RDS::DBCluster": "data",
    "AWS::RDS::DBInstance": "data",
    "AWS::Redshift::Cluster": "data",
    "AWS::S3::Bucket": "objects",
    "AWS::S3Express::DirectoryBucket": "objects",
    "AWS::SDB::Domain": "items",
    "AWS::SQS::Queue": "messages",
    "AWS::SSM::Parameter": "a value",
    "AWS::SecretsManager::Secret": "a secret",
    "AWS::Timestream::Database": "data",
    "AWS::Timestream::Table": "data",
}

# Losing these is a pity, not a disaster: told, not refused.
MINOR: Final = frozenset({"AWS::Logs::LogGroup", "AWS::SSM::Parameter", "AWS::ElastiCache::CacheCluster"})


@dataclass(frozen=True)
class Protection:
    """A property that keeps a resource or its data; `on` are the values that do."""

    type: str
    path: tuple[str, ...]
    on: tuple[str, ...]
    what: str
    refuses_deletion: bool = False
    """CloudFormation's deletion fails while it is on."""


PROTECTIONS: Final = (
    Protection("AWS::DynamoDB::Table", ("DeletionProtectionEnabled",), ("true",), "deletion protection", True),
    Protection(
        "AWS::DynamoDB::Table",
        ("PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"),
        ("true",),
        "point-in-time recovery",
    ),
    Protection("AWS::RDS::DBInstance", ("DeletionProtection",), ("true",), "deletion protection", True),
    Protection("AWS::RDS::DBCluster", ("DeletionProtection",), ("true",), "deletion protection", True),
    Protection("AWS::DocDB::DBCluster", ("DeletionProtection",), ("true",), "deletion protection", True),
    Protection("AWS::Neptune::DBCluster", ("DeletionProtection",), ("true",), "deletion protection", True),
    Protection("AWS::QLDB::Ledger", ("DeletionProtection",), ("true",), "deletion protection", True),
    Protection("AWS::Cognito::UserPool", ("DeletionProtection",), ("ACTIVE",), "deletion protection", True),
    Protection("AWS::EC2::Instance", ("DisableApiTermination",), ("true",), "termination protection", True),
    Protection("AWS::S3::Bucket", ("VersioningConfiguration", "Status"), ("Enabled",), "versioning"),
    Protection("AWS::EFS::FileSystem", ("BackupPolicy", "Status"), ("ENABLED",), "automatic backups"),
    Protection(
        "AWS::EFS::FileSystem",
        ("FileSystemProtection", "ReplicationOverwriteProtection"),
        ("ENABLED",),
        "overwrite protection",
    ),
)

KEEPS: Final = frozenset({"Retain", "RetainExceptOnCreate", "Snapshot"})


def value_at(resource: Resource, path: tuple[str, ...]) -> Any:
    """The property's value; None where it is not set."""
    value: Any = resource.properties
    for step in path:
        if not hasattr(value, "get"):
            return None
        value = value.get(step)
    return value


def refuses_deletion(resource: Resource) -> str:
    """The protection by which the service refuses the deletion; else ''."""
    for protection in PROTECTIONS:
        applies = protection.refuses_deletion and protection.type == resource.type
        if applies and value_at(resource, protection.path) in protection.on:
            return protection.what
    return ""
