"""Rules about what keeps state: tables, log groups, buckets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tapgen.proof.rules.rule import Hit, Rule
from tapgen.proof.subject import mapping, may_be, possible
from tapgen.template.alternatives import alternatives, listed
from tapgen.template.intrinsics import function
from tapgen.template.types import row

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject
    from tapgen.template.model import Resource

TABLES = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
KEPT = ("Retain", "RetainExceptOnCreate", "Snapshot")


def _encryption(subject: Subject) -> Iterator[Hit]:
    for owner, properties in subject.of_type(*TABLES) if subject.protected else ():
        if not may_be("true", possible(properties, "SSESpecification", "SSEEnabled")):
            yield Hit(f"{owner} is encrypted with a key that AWS owns.", ("Resources", owner, "Properties"))


def _backups(subject: Subject) -> Iterator[Hit]:
    for owner, properties in subject.of_type("AWS::DynamoDB::Table") if subject.protected else ():
        recovery = possible(properties, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled")
        if not may_be("true", recovery):
            yield Hit(f"{owner} has no point-in-time recovery.", ("Resources", owner, "Properties"))


def _deletion_protection(subject: Subject) -> Iterator[Hit]:
    for owner, properties in subject.of_type("AWS::DynamoDB::Table") if subject.protected else ():
        if not may_be("true", possible(properties, "DeletionProtectionEnabled")):
            yield Hit(f"{owner} has no deletion protection.", ("Resources", owner, "Properties"))


def _retained(subject: Subject) -> Iterator[Hit]:
    for owner, _ in subject.of_type(*TABLES) if subject.protected else ():
        if not _outlives(subject.resources[owner]):
            yield Hit(f"{owner} and its data go when the resource is removed or replaced.", ("Resources", owner))


_TRANSIENT = frozenset({"AWS::SQS::Queue", "AWS::Kinesis::Stream", "AWS::ElastiCache::ServerlessCache"})
"""What they hold is on its way, or can be made anew."""


def _data_retained(subject: Subject) -> Iterator[Hit]:
    for owner, resource in subject.resources.items() if subject.protected else ():
        known = row(resource.type)
        if known.holds and not known.minor and resource.type not in (*TABLES, *_TRANSIENT) and not _outlives(resource):
            yield Hit(f"{owner} goes when the resource is removed or replaced: {known.holds}.", ("Resources", owner))


def _outlives(resource: Resource) -> bool:
    return resource.policy("DeletionPolicy") in KEPT and resource.policy("UpdateReplacePolicy") in KEPT[::2]


def _log_retention(subject: Subject) -> Iterator[Hit]:
    for owner, properties in subject.of_type("AWS::Logs::LogGroup"):
        if properties.get("RetentionInDays") is None:
            yield Hit(f"{owner} keeps its events for ever.", ("Resources", owner, "Properties"))


def _indexed_names(subject: Subject) -> Iterator[Hit]:
    """DynamoDB developer guide, "Supported data types and naming rules"."""
    for owner, properties in subject.of_type("AWS::DynamoDB::Table"):
        indexes = [one for kind in _INDEXES for one in _parts(properties.get(kind))]
        schemas = [properties.get("KeySchema"), *(mapping(one).get("KeySchema") for one in indexes)]
        keys = [key for schema in schemas for key in _parts(schema)]
        declared = _parts(properties.get("AttributeDefinitions"))
        if _UNREAD in (*indexes, *keys, *declared):
            continue  # a macro's, say: nobody knows which attributes it names
        spare = sorted(_attributes(declared) - _attributes(keys))
        if spare and keys:
            path = ("Resources", owner, "Properties", "AttributeDefinitions")
            yield Hit(f"{owner} defines attributes that no key uses: {', '.join(spare)}.", path)


_INDEXES = ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
_UNREAD = object()


def _parts(value: Any) -> list[Any]:
    """The mappings that a list may have, of both branches where an open condition chooses."""
    return [one if isinstance(one, Mapping) and function(one) is None else _UNREAD for one in listed(value)]


def _attributes(entries: list[Any]) -> set[str]:
    return {name for entry in entries for name in alternatives(entry.get("AttributeName", ""))}


_LEAST_STORAGE = {"gp2": 20, "gp3": 20, "io1": 100, "io2": 100, "standard": 5}
"""GiB by storage type, of the engines in `_ENGINES`: RDS API reference, CreateDBInstance, AllocatedStorage."""
_ENGINES = frozenset({"mysql", "mariadb", "postgres"})
_BROUGHT = (
    "DBSnapshotIdentifier",
    "SourceDBInstanceIdentifier",
    "SourceDBInstanceAutomatedBackupsArn",
    "DBClusterIdentifier",
)
"""With these the size comes from elsewhere."""


def _storage(subject: Subject) -> Iterator[Hit]:
    for owner, properties in subject.of_type("AWS::RDS::DBInstance"):
        engines = {text.lower() for text in alternatives(properties.get("Engine", ""))}
        size = properties.get("AllocatedStorage", "")
        sizes = alternatives(str(size) if isinstance(size, int) else size)
        default = "io1" if properties.get("Iops") is not None else "gp3"
        kinds = alternatives(properties.get("StorageType", default))
        if any(name in properties for name in _BROUGHT) or not engines <= _ENGINES:
            continue
        least = min(_LEAST_STORAGE.get(kind, 0) for kind in kinds)
        if all(re.fullmatch("[0-9]{1,5}", one) and int(one) < least for one in sizes):
            path = ("Resources", owner, "Properties", "AllocatedStorage")
            yield Hit(f"{owner} has {sizes[0]} GiB, and the least of {kinds[0]} is {least}.", path)


_PROTECTED = "The environment is protected: its data is meant to outlive mistakes."

DATA_RULES = (
    Rule(
        "table-encryption",
        "warning",
        "A protected table is encrypted with a key that AWS owns",
        f"{_PROTECTED} Use of a key that AWS owns cannot be seen in CloudTrail.",
        "Set SSESpecification.SSEEnabled.",
        'Security Hub user guide, controls for DynamoDB; DynamoDB developer guide, "DynamoDB encryption at rest"',
        _encryption,
    ),
    Rule(
        "table-backups",
        "warning",
        "A protected table has no point-in-time recovery",
        f"{_PROTECTED} Without it a bad write cannot be taken back.",
        "Set PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled.",
        "Security Hub user guide, DynamoDB.2",
        _backups,
    ),
    Rule(
        "table-deletion-protection",
        "warning",
        "A protected table can be deleted by one call",
        _PROTECTED,
        "Set DeletionProtectionEnabled.",
        "Security Hub user guide, DynamoDB.6",
        _deletion_protection,
    ),
    Rule(
        "table-retained",
        "warning",
        "A protected table goes with its resource",
        f"{_PROTECTED} Removing the resource from the template, or replacing it, deletes the data.",
        "Set DeletionPolicy to RetainExceptOnCreate and UpdateReplacePolicy to Retain.",
        'CloudFormation template reference, "DeletionPolicy attribute" and "UpdateReplacePolicy attribute"',
        _retained,
    ),
    Rule(
        "data-retained",
        "warning",
        "What a protected environment keeps goes with its resource",
        f"{_PROTECTED} Removing the resource from the template, or replacing it, loses what it holds.",
        "Set DeletionPolicy to RetainExceptOnCreate and UpdateReplacePolicy to Retain.",
        'CloudFormation template reference, "DeletionPolicy attribute" and "UpdateReplacePolicy attribute"',
        _data_retained,
    ),
    Rule(
        "table-attributes",
        "error",
        "A table defines attributes that no key uses",
        "DynamoDB refuses the table: only key attributes are defined.",
        "Remove the attributes from AttributeDefinitions.",
        "DynamoDB API reference, CreateTable, AttributeDefinitions",
        _indexed_names,
    ),
    Rule(
        "database-storage",
        "error",
        "A database has less storage than its storage type begins with",
        "RDS refuses to create it: Invalid storage size.",
        "Set AllocatedStorage to 20 or more; with Provisioned IOPS to 100.",
        "RDS API reference, CreateDBInstance, AllocatedStorage",
        _storage,
    ),
    Rule(
        "log-retention",
        "warning",
        "A log group keeps its events for ever",
        "The bill grows, and personal data stays.",
        "Set RetentionInDays.",
        'CloudWatch Logs user guide, "Change log data retention in CloudWatch Logs"',
        _log_retention,
    ),
)
