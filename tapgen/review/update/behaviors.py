"""What an update of a property does where no resource schema says so: hand-written, each with its source.

A rule sees the resource before and after. It answers with an effect and a reason, or None where the schema decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import Struct

from tapgen.review.model import Effect
from tapgen.template.paths import ABSENT

Properties = Mapping[str, Any]
Answer = tuple[Effect, str]
_REFERENCE: Final = "CloudFormation template reference"


class PropertyEdit(Struct, frozen=True):
    """One changed property: the resource's properties, and the value itself, before and after."""

    old: Properties
    new: Properties
    before: Any
    after: Any


Decide = Callable[[PropertyEdit], Answer | None]


class UpdateBehavior(Struct, frozen=True):
    """A rule for one property of one type."""

    type: str
    property: str
    source: str
    decide: Decide


def behavior_of(kind: str, name: str) -> UpdateBehavior | None:
    """The rule for a type's property."""
    return _BY_PROPERTY.get((kind, name))


def is_custom(kind: str) -> bool:
    """Whether a type is a custom resource's."""
    return kind.startswith("Custom::") or kind == "AWS::CloudFormation::CustomResource"


def key_types(properties: Properties) -> dict[str, str]:
    """Attribute name -> type, of a DynamoDB table."""
    listed = properties.get("AttributeDefinitions")
    entries = listed if isinstance(listed, list) else []
    return {
        str(entry.get("AttributeName")): str(entry.get("AttributeType")) for entry in entries if isinstance(entry, dict)
    }


def _attribute_definitions(change: PropertyEdit) -> Answer | None:
    was, now = key_types(change.old), key_types(change.new)
    changed = sorted(name for name in was.keys() & now.keys() if was[name] != now[name])
    if changed:
        return Effect.REPLACE, f"the type of the attribute {', '.join(changed)} changes"
    return Effect.UPDATE, ""


def _tenancy(change: PropertyEdit) -> Answer | None:
    if change.before == "dedicated" and change.after in ("default", ABSENT):
        return Effect.UPDATE, "from dedicated to default needs no replacement"
    if change.before in ("default", ABSENT) and change.after in ("default", ABSENT):
        return Effect.UPDATE, "default is the default"
    return Effect.REPLACE, "only from dedicated to default is it changed in place"


def _always(effect: Effect, reason: str = "") -> Decide:
    return lambda change: (effect, reason)  # noqa: ARG005 - the rule is the same for every change


def _backups(change: PropertyEdit) -> Answer | None:
    switched = "0" in (change.before, change.after) or ABSENT in (change.before, change.after)
    return (Effect.INTERRUPT, "switching backups on or off") if switched else (Effect.UPDATE, "")


def _default_is(value: str) -> Decide:
    def decide(change: PropertyEdit) -> Answer | None:
        if [change.before, change.after] in ([value, ABSENT], [ABSENT, value]):
            return Effect.UPDATE, f"{value} is the default"
        return None

    return decide


_local_indexes = _always(
    Effect.MAY_REPLACE, "a local index is created with its table: CloudFormation replaces the table or refuses"
)
_key_schema = _always(Effect.REPLACE, "the primary key of a table is fixed when it is created")
_instance_type = _always(
    Effect.MAY_REPLACE, "an EBS-backed instance is stopped and started, one with an instance store is replaced"
)
_ebs_backed = _always(
    Effect.INTERRUPT, "an EBS-backed instance is stopped and started; one with an instance store is replaced"
)
_snapshot = _always(Effect.REPLACE, "another snapshot, or none, makes a new database")
_replaced = _always(Effect.REPLACE)
_interrupts = _always(Effect.INTERRUPT)
_in_place = _always(Effect.UPDATE)
_rolling = _always(
    Effect.MAY_REPLACE,
    "only where its UpdatePolicy has AutoScalingReplacingUpdate with WillReplace is the group replaced",
)
_upgrades = _always(Effect.INTERRUPT, "the engine restarts; for a major version it is offline during the upgrade")

CUSTOM: Final = UpdateBehavior(
    "Custom::*",
    "*",
    "user guide, Custom resource response objects",
    _always(Effect.MAY_REPLACE, "the custom resource's own code decides, by the physical id that it returns"),
)

_GROUPS: Final = ("MasterInstanceGroup", "CoreInstanceGroup", "TaskInstanceGroups")
_FIXED_INSTANCES: Final = (
    *_GROUPS,
    *("Ec2KeyName", "Ec2SubnetId", "Ec2SubnetIds", "HadoopVersion", "Placement"),
    *("AdditionalMasterSecurityGroups", "AdditionalSlaveSecurityGroups", "ServiceAccessSecurityGroup"),
    *("EmrManagedMasterSecurityGroup", "EmrManagedSlaveSecurityGroup"),
)


def _instances(change: PropertyEdit) -> Answer | None:
    """Of an EMR cluster: what its instance groups are is fixed, how many instances one has may be fixed."""
    was, now = (side.get("Instances") for side in (change.old, change.new))
    if not isinstance(was, dict) or not isinstance(now, dict):
        return Effect.MAY_REPLACE, "most of a cluster's instances are fixed when it is created"
    changed = [name for name in _FIXED_INSTANCES if was.get(name) != now.get(name)]
    if not changed:
        return None
    if all(name in _GROUPS and _without_count(was.get(name)) == _without_count(now.get(name)) for name in changed):
        return Effect.MAY_REPLACE, "the number of instances of a cluster's own groups"
    return Effect.REPLACE, f"{', '.join(changed)} of a cluster cannot be changed"


def _without_count(group: Any) -> Any:
    if isinstance(group, list):
        return [_without_count(one) for one in group]
    return {key: item for key, item in group.items() if key != "InstanceCount"} if isinstance(group, dict) else group


def _consumer_group(name: str) -> Decide:
    def decide(change: PropertyEdit) -> Answer | None:
        was, now = (side.get(name) for side in (change.old, change.new))
        groups = [side.get("ConsumerGroupId") if isinstance(side, dict) else None for side in (was, now)]
        if groups[0] == groups[1]:
            return None
        return Effect.MAY_REPLACE, "a consumer group cannot be changed: the mapping is replaced, or the update fails"

    return decide


_TABLE = f"{_REFERENCE}, AWS::DynamoDB::Table"
_INSTANCE = f"{_REFERENCE}, AWS::EC2::Instance"
_MODIFYING = "Amazon RDS user guide, Settings for DB instances"
_DATABASE = f"{_REFERENCE}, AWS::RDS::DBInstance"

BEHAVIORS: Final = (
    UpdateBehavior(
        "AWS::DynamoDB::Table", "AttributeDefinitions", f"{_TABLE}, AttributeDefinitions", _attribute_definitions
    ),
    UpdateBehavior("AWS::DynamoDB::Table", "KeySchema", f"{_REFERENCE}, AWS::DynamoDB::Table KeySchema", _key_schema),
    UpdateBehavior(
        "AWS::DynamoDB::Table",
        "LocalSecondaryIndexes",
        f"{_REFERENCE}, AWS::DynamoDB::Table LocalSecondaryIndex: updates are not supported",
        _local_indexes,
    ),
    UpdateBehavior(
        "AWS::DynamoDB::GlobalTable",
        "AttributeDefinitions",
        f"{_REFERENCE}, AWS::DynamoDB::GlobalTable",
        _attribute_definitions,
    ),
    UpdateBehavior(
        "AWS::DynamoDB::GlobalTable", "KeySchema", f"{_REFERENCE}, AWS::DynamoDB::GlobalTable KeySchema", _key_schema
    ),
    UpdateBehavior("AWS::EC2::VPC", "InstanceTenancy", f"{_REFERENCE}, AWS::EC2::VPC, InstanceTenancy", _tenancy),
    UpdateBehavior("AWS::EC2::Instance", "InstanceType", f"{_INSTANCE}, InstanceType", _instance_type),
    UpdateBehavior("AWS::EC2::Instance", "UserData", f"{_INSTANCE}, UserData", _ebs_backed),
    UpdateBehavior("AWS::EC2::Instance", "EbsOptimized", f"{_INSTANCE}, EbsOptimized", _ebs_backed),
    UpdateBehavior("AWS::EC2::Instance", "KernelId", f"{_INSTANCE}, KernelId", _ebs_backed),
    UpdateBehavior("AWS::EC2::Instance", "RamdiskId", f"{_INSTANCE}, RamdiskId", _ebs_backed),
    UpdateBehavior("AWS::EC2::Instance", "Tenancy", f"{_INSTANCE}, Tenancy", _default_is("default")),
    UpdateBehavior("AWS::RDS::DBInstance", "DBSnapshotIdentifier", f"{_DATABASE}, DBSnapshotIdentifier", _snapshot),
    UpdateBehavior("AWS::RDS::DBInstance", "DBInstanceClass", f"{_DATABASE}, DBInstanceClass", _interrupts),
    UpdateBehavior(
        "AWS::RDS::DBInstance",
        "EngineVersion",
        f"{_DATABASE}, EngineVersion",
        _upgrades,
    ),
    *(
        UpdateBehavior("AWS::RDS::DBInstance", name, f"{_MODIFYING}, {name}", _in_place)
        for name in ("AutoMinorVersionUpgrade", "MultiAZ", "PreferredMaintenanceWindow")
    ),
    UpdateBehavior("AWS::RDS::DBInstance", "BackupRetentionPeriod", f"{_MODIFYING}, Backup retention period", _backups),
    *(
        UpdateBehavior("AWS::AutoScaling::AutoScalingGroup", name, f"{_REFERENCE}, UpdatePolicy attribute", _rolling)
        for name in ("LaunchConfigurationName", "LaunchTemplate", "MixedInstancesPolicy", "VPCZoneIdentifier")
    ),
    UpdateBehavior("AWS::EC2::Instance", "SecurityGroupIds", f"{_INSTANCE}, SecurityGroupIds", _in_place),
    UpdateBehavior("AWS::RDS::DBInstance", "DBParameterGroupName", f"{_DATABASE}, DBParameterGroupName", _interrupts),
    UpdateBehavior(
        "AWS::RDS::DBCluster",
        "SnapshotIdentifier",
        f"{_REFERENCE}, AWS::RDS::DBCluster, SnapshotIdentifier",
        _snapshot,
    ),
    UpdateBehavior(
        "AWS::ElastiCache::CacheCluster",
        "EngineVersion",
        f"{_REFERENCE}, AWS::ElastiCache::CacheCluster, EngineVersion",
        _interrupts,
    ),
    UpdateBehavior(
        "AWS::EMR::Cluster", "Instances", f"{_REFERENCE}, AWS::EMR::Cluster JobFlowInstancesConfig", _instances
    ),
    UpdateBehavior(
        "AWS::EC2::VPCPeeringConnection",
        "PeerRoleArn",
        f"{_REFERENCE}, AWS::EC2::VPCPeeringConnection, PeerRoleArn",
        _replaced,
    ),
    *(
        UpdateBehavior(
            "AWS::Lambda::EventSourceMapping",
            name,
            f"{_REFERENCE}, AWS::Lambda::EventSourceMapping {name}, ConsumerGroupId",
            _consumer_group(name),
        )
        for name in ("AmazonManagedKafkaEventSourceConfig", "SelfManagedKafkaEventSourceConfig")
    ),
    UpdateBehavior("AWS::Route53::RecordSet", "Name", f"{_REFERENCE}, AWS::Route53::RecordSet, Name", _replaced),
    UpdateBehavior("AWS::Glue::Database", "CatalogId", f"{_REFERENCE}, AWS::Glue::Database, CatalogId", _replaced),
    UpdateBehavior(
        "AWS::Lambda::Function",
        "PackageType",
        f"{_REFERENCE}, AWS::Lambda::Function, PackageType",
        _default_is("Zip"),
    ),
)

_BY_PROPERTY: Final = {(rule.type, rule.property): rule for rule in BEHAVIORS}
