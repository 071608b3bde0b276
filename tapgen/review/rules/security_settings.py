"""Single settings that open or close something, as a table: rules S014 to S020."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isfinite
from typing import Any, Final

from msgspec import Struct

from tapgen.review.model import Impact, Risk
from tapgen.review.rules.rulebook import found
from tapgen.template.exposure import OPEN_SETTINGS, is_none_of, is_one_of, is_set
from tapgen.template.intrinsics import branches, undecided
from tapgen.template.model import Resource, Template
from tapgen.template.text import inline, text
from tapgen.template.types import value_at

Safe = Callable[[Any], bool]


class Watch(Struct, frozen=True):
    """A property, when it is on the safe side, and what to say of it."""

    rule: str
    type: str
    path: tuple[str, ...]
    safe: Safe
    what: str
    severity: Risk = Risk.MEDIUM
    opened: str = ""
    """What the resource has on the other side, where that reads better."""


def _true(value: Any) -> bool:
    return bool(value == "true")


_HIGH: Final = Risk.HIGH
_LOW: Final = Risk.LOW

# The safe side of each is from the property's page in the CloudFormation template reference.
WATCHES: Final = (
    *(
        Watch(
            "S014" if setting.type == "AWS::S3::Bucket" else "S015",
            setting.type,
            setting.path,
            setting.safe,
            setting.lacks,
            _HIGH if setting.loud else Risk.MEDIUM,
            setting.has,
        )
        for setting in OPEN_SETTINGS
    ),
    Watch(
        "S015",
        "AWS::ApiGateway::RestApi",
        ("DisableExecuteApiEndpoint",),
        _true,
        "the default endpoint switched off",
        _LOW,
    ),
    Watch("S016", "AWS::S3::Bucket", ("BucketEncryption",), is_set, "encryption of its own choice", _LOW),
    Watch("S016", "AWS::DynamoDB::Table", ("SSESpecification", "SSEEnabled"), _true, "encryption with a KMS key"),
    Watch("S016", "AWS::SQS::Queue", ("KmsMasterKeyId",), is_set, "encryption with a KMS key"),
    Watch("S016", "AWS::SQS::Queue", ("SqsManagedSseEnabled",), is_none_of("false"), "encryption at rest"),
    Watch("S016", "AWS::SNS::Topic", ("KmsMasterKeyId",), is_set, "encryption with a KMS key"),
    Watch("S016", "AWS::RDS::DBInstance", ("StorageEncrypted",), _true, "encryption at rest", _HIGH),
    Watch("S016", "AWS::RDS::DBCluster", ("StorageEncrypted",), _true, "encryption at rest", _HIGH),
    Watch("S016", "AWS::DocDB::DBCluster", ("StorageEncrypted",), _true, "encryption at rest", _HIGH),
    Watch("S016", "AWS::Neptune::DBCluster", ("StorageEncrypted",), _true, "encryption at rest", _HIGH),
    Watch("S016", "AWS::Redshift::Cluster", ("Encrypted",), _true, "encryption at rest", _HIGH),
    Watch("S016", "AWS::EC2::Volume", ("Encrypted",), _true, "encryption at rest", _HIGH),
    Watch("S016", "AWS::EFS::FileSystem", ("Encrypted",), _true, "encryption at rest", _HIGH),
    Watch("S016", "AWS::Kinesis::Stream", ("StreamEncryption",), is_set, "encryption at rest"),
    Watch("S016", "AWS::Logs::LogGroup", ("KmsKeyId",), is_set, "encryption with a KMS key"),
    Watch("S016", "AWS::Lambda::Function", ("KmsKeyArn",), is_set, "encryption of its environment with a KMS key"),
    Watch("S016", "AWS::SecretsManager::Secret", ("KmsKeyId",), is_set, "encryption with a key of its own"),
    Watch("S016", "AWS::ElastiCache::ReplicationGroup", ("AtRestEncryptionEnabled",), _true, "encryption at rest"),
    Watch("S016", "AWS::ElastiCache::ReplicationGroup", ("TransitEncryptionEnabled",), _true, "encryption in transit"),
    Watch(
        "S016", "AWS::OpenSearchService::Domain", ("EncryptionAtRestOptions", "Enabled"), _true, "encryption at rest"
    ),
    Watch(
        "S016",
        "AWS::OpenSearchService::Domain",
        ("NodeToNodeEncryptionOptions", "Enabled"),
        _true,
        "encryption between nodes",
    ),
    Watch("S016", "AWS::KMS::Key", ("EnableKeyRotation",), _true, "yearly rotation"),
    Watch("S017", "AWS::ApiGateway::Stage", ("AccessLogSetting",), is_set, "the access log"),
    Watch("S017", "AWS::ApiGatewayV2::Stage", ("AccessLogSettings",), is_set, "the access log"),
    Watch("S017", "AWS::ApiGateway::Stage", ("TracingEnabled",), _true, "tracing", _LOW),
    Watch("S017", "AWS::Lambda::Function", ("TracingConfig", "Mode"), is_one_of("Active"), "tracing", _LOW),
    Watch("S017", "AWS::S3::Bucket", ("LoggingConfiguration",), is_set, "the access log"),
    Watch("S017", "AWS::CloudTrail::Trail", ("IsLogging",), is_none_of("false"), "logging", _HIGH),
    Watch("S017", "AWS::CloudFront::Distribution", ("DistributionConfig", "Logging"), is_set, "the access log"),
    Watch("S017", "AWS::RDS::DBInstance", ("EnableCloudwatchLogsExports",), is_set, "log export"),
    Watch("S018", "AWS::CloudWatch::Alarm", ("ActionsEnabled",), is_none_of("false"), "its actions"),
    Watch("S018", "AWS::CloudWatch::Alarm", ("AlarmActions",), is_set, "who is told"),
    Watch("S019", "AWS::ApiGateway::DomainName", ("SecurityPolicy",), is_none_of("TLS_1_0"), "TLS 1.2 or newer"),
    Watch(
        "S020",
        "AWS::CloudFront::Distribution",
        ("DistributionConfig", "WebACLId"),
        is_set,
        "the web application firewall",
    ),
)

# Types whose disappearance says it all.
_GUARDS: Final = {
    "AWS::CloudWatch::Alarm": ("S018", "the alarm"),
    "AWS::CloudWatch::CompositeAlarm": ("S018", "the alarm"),
    "AWS::CloudTrail::Trail": ("S017", "the trail"),
    "AWS::EC2::FlowLog": ("S017", "the flow log"),
    "AWS::WAFv2::WebACLAssociation": ("S020", "the web application firewall"),
    "AWS::WAFv2::LoggingConfiguration": ("S017", "the firewall's log"),
    "AWS::GuardDuty::Detector": ("S017", "the detector"),
    "AWS::Config::ConfigurationRecorder": ("S017", "the recorder"),
    "AWS::SecretsManager::RotationSchedule": ("S016", "the rotation of the secret"),
}

_BY_TYPE: Final[dict[str, list[Watch]]] = {}
for _watch in WATCHES:
    _BY_TYPE.setdefault(_watch.type, []).append(_watch)


def setting_impacts(old: Template, new: Template) -> Iterator[Impact | str]:
    """Settings that crossed the line, guards that are gone, alarms that fall silent."""
    for name, after in new.resources.items():
        before = old.resources.get(name)
        for watch in _BY_TYPE.get(after.type, ()):
            if before is not None and before.type == after.type:
                yield from _crossed(watch, before, after)
            elif (
                before is None and watch.rule in ("S014", "S015") and value_at(after.properties, watch.path) is not None
            ):
                yield from _born_open(watch, after)
        if before is not None and before.type == after.type:
            yield from _alarm(before, after)
            yield from _throttling(before, after)
    for name, before in old.resources.items():
        if name not in new.resources and before.type in _GUARDS:
            rule, what = _GUARDS[before.type]
            yield found(
                rule, name, before.type, f"{name}: {what} is deleted", direction="broadened", severity=Risk.MEDIUM
            )


def _crossed(watch: Watch, before: Resource, after: Resource) -> Iterator[Impact | str]:
    was, now = value_at(before.properties, watch.path), value_at(after.properties, watch.path)
    name = after.logical_id
    where = ".".join(watch.path)
    if watch.safe is not is_set and (undecided(was) or undecided(now)):
        if was != now:
            yield f"{name}: {where} is {inline(now)}, which is not known here"
        return
    if watch.safe(was) == watch.safe(now):
        return
    change = f"({where}: {_shown(was)} → {_shown(now)})"
    if watch.safe(was):
        said = f"gets {watch.opened}" if watch.opened else f"loses {watch.what}"
        yield found(
            watch.rule, name, after.type, f"{name} {said} {change}", direction="broadened", severity=watch.severity
        )
    else:
        said = f"no longer has {watch.opened}" if watch.opened else f"gains {watch.what}"
        yield found(watch.rule, name, after.type, f"{name} {said} {change}", direction="narrowed")


def _born_open(watch: Watch, after: Resource) -> Iterator[Impact]:
    if not all(map(watch.safe, branches(value_at(after.properties, watch.path)))):
        where = ".".join(watch.path)
        state = f"has {watch.opened}" if watch.opened else f"lacks {watch.what}"
        message = f"{after.logical_id} is new and {state} ({where}: {_shown(value_at(after.properties, watch.path))})"
        yield found(
            watch.rule,
            after.logical_id,
            after.type,
            message,
            direction="broadened",
            severity=watch.severity,
            everybody=watch.path in {setting.path for setting in OPEN_SETTINGS if setting.type == after.type},
        )


def _shown(value: Any) -> str:
    return "not set" if value is None else text(value) if not isinstance(value, dict | list) else "set"


def _alarm(before: Resource, after: Resource) -> Iterator[Impact]:
    """An alarm that needs more to go off."""
    if after.type != "AWS::CloudWatch::Alarm":
        return
    parts = []
    rising = text(after.properties.get("ComparisonOperator", "")).startswith("GreaterThan")
    for name in ("Threshold", "EvaluationPeriods", "DatapointsToAlarm"):
        was, now = (_number(one.properties.get(name)) for one in (before, after))
        if was is not None and now is not None and was != now:
            later = now > was if name != "Threshold" or rising else now < was
            parts += [f"{name}: {was:g} → {now:g}"] if later else []
    if before.properties.get("TreatMissingData") == "breaching" != after.properties.get("TreatMissingData"):
        parts.append("missing data no longer raises it")
    if parts:
        name = after.logical_id
        message = f"{name} goes off later ({', '.join(parts)})"
        yield found("S018", name, after.type, message, direction="broadened", severity=Risk.LOW)


def _throttling(before: Resource, after: Resource) -> Iterator[Impact]:
    if after.type != "AWS::ApiGateway::Stage":
        return
    was, now = (_rates(one) for one in (before, after))
    raised = [f"{where} {was[where]:g} → {now[where]:g}" for where in was if where in now and now[where] > was[where]]
    gone = [f"{where} {was[where]:g} → the account's limit" for where in was if where not in now]
    if raised or gone:
        name = after.logical_id
        message = f"{name}: callers are throttled later ({', '.join((*raised, *gone))})"
        yield found("S020", name, after.type, message, direction="broadened", severity=Risk.LOW)


def _rates(stage: Resource) -> dict[str, float]:
    rates = {}
    settings = stage.properties.get("MethodSettings")
    for entry in settings if isinstance(settings, list) else ():
        if isinstance(entry, dict):
            where = f"{text(entry.get('HttpMethod', '*'))} {text(entry.get('ResourcePath', '/*'))}"
            for field in ("ThrottlingRateLimit", "ThrottlingBurstLimit"):
                rate = _number(entry.get(field))
                if rate is not None:
                    rates[f"{where} {field}"] = rate
    return rates


def _number(value: Any) -> float | None:
    try:
        number = float(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return number if number is not None and isfinite(number) else None
