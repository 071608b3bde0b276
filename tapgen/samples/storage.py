"""What happens to objects and items: S3's notifications, DynamoDB's streams."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import quote_plus

from tapgen.samples.application import SECONDS, Application, digest, numbers
from tapgen.samples.bus import envelope
from tapgen.samples.sample import KEY, Event, Given, Sample
from tapgen.samples.targets import Target, mapping
from tapgen.template.model import Resource, Template
from tapgen.template.types import value_at

_SIZE = 1024
_ETAG = digest("object", 32)
_VALUES = {"S": "text", "N": "1", "B": "Ynl0ZXM="}
"""A value of each type that a key may have (DynamoDB API reference, AttributeValue)."""


def s3(application: Application, bucket: Resource, given: Given, *, name: str) -> Event:
    """A notification of one object; its key is encoded as in a query, as the service does."""
    where = application.where
    stored: dict[str, Any] = {
        "key": quote_plus(_key(application, bucket, given), safe="/"),
        "sequencer": digest("sequencer", 18).upper(),
    }
    if not name.startswith("ObjectRemoved"):
        stored |= {"size": _SIZE, "eTag": _ETAG}
    if value_at(bucket.properties, ("VersioningConfiguration", "Status")) == "Enabled":
        stored["versionId"] = digest("version", 32)
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": where.region,
        "eventTime": "2026-01-01T12:00:00.000Z",
        "eventName": name,
        "userIdentity": {"principalId": f"AWS:AIDA{digest('user', 16).upper()}"},
        "requestParameters": {"sourceIPAddress": "203.0.113.7"},
        "responseElements": {"x-amz-request-id": digest("request", 16).upper(), "x-amz-id-2": digest("host", 64)},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": digest(bucket.logical_id, 32),
            "bucket": {
                "name": application.name(bucket.logical_id),
                "ownerIdentity": {"principalId": digest("owner", 14).upper()},
                "arn": application.arn(bucket.logical_id),
            },
            "object": stored,
        },
    }
    return {"Records": [record]}


def s3_event(application: Application, bucket: Resource, given: Given, *, detail_type: str, reason: str) -> Event:
    """The same through EventBridge, where the key is not encoded."""
    stored: dict[str, Any] = {"key": _key(application, bucket, given), "sequencer": digest("sequencer", 18).upper()}
    detail = {
        "version": "0",
        "bucket": {"name": application.name(bucket.logical_id)},
        "object": stored,
        "request-id": digest("request", 16).upper(),
        "requester": application.where.account,
        "source-ip-address": "203.0.113.7",
        "reason": reason,
    }
    if detail_type == "Object Created":
        stored |= {"size": _SIZE, "etag": _ETAG}
    else:
        detail["deletion-type"] = "Permanently Deleted"
    return envelope(application, "aws.s3", detail_type, detail, (application.arn(bucket.logical_id),))


def _key(application: Application, bucket: Resource, given: Given) -> str:
    """The key that was asked for, else one that the bucket's own notification lets through."""
    if given.key is not None:
        return given.key
    found = {"prefix": "", "suffix": ""}
    configurations = value_at(bucket.properties, ("NotificationConfiguration", "LambdaConfigurations"))
    for configuration in configurations if isinstance(configurations, list) else []:
        rules = value_at(mapping(configuration), ("Filter", "S3Key", "Rules"))
        for rule in rules if isinstance(rules, list) else []:
            found[str(rule.get("Name", "")).lower()] = application.text(rule.get("Value", ""))
        break
    return f"{found['prefix']}object{found['suffix']}"


def dynamodb(application: Application, table: Resource, _: Given, *, name: str, expired: bool = False) -> Event:
    """One change of one item, with the images that the table's stream shows."""
    keys = _keys(table)
    view = str(value_at(table.properties, ("StreamSpecification", "StreamViewType")) or "NEW_AND_OLD_IMAGES")
    change: dict[str, Any] = {
        "ApproximateCreationDateTime": float(SECONDS),
        "Keys": keys,
        "SequenceNumber": numbers("change", 21),
        "SizeBytes": 26,
        "StreamViewType": view,
    }
    if name != "REMOVE" and view in {"NEW_IMAGE", "NEW_AND_OLD_IMAGES"}:
        change["NewImage"] = keys | {"sample": {"S": "new"}}
    if name != "INSERT" and view in {"OLD_IMAGE", "NEW_AND_OLD_IMAGES"}:
        change["OldImage"] = keys | {"sample": {"S": "old"}}
    stream = f"{application.arn(table.logical_id)}/stream/2026-01-01T00:00:00.000"
    record: dict[str, Any] = {
        "eventID": digest(f"{name} {expired}", 32),
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": application.where.region,
        "dynamodb": change,
        "eventSourceARN": stream,
    }
    if expired:
        record["userIdentity"] = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    return {"Records": [record]}


def _keys(table: Resource) -> dict[str, dict[str, str]]:
    definitions = table.properties.get("AttributeDefinitions")
    types = {one["AttributeName"]: one["AttributeType"] for one in definitions} if isinstance(definitions, list) else {}
    schema = table.properties.get("KeySchema")
    names = [one["AttributeName"] for one in schema] if isinstance(schema, list) else []
    return {name: {types.get(name, "S"): _VALUES[types.get(name, "S")]} for name in names}


def _has_stream(_: Template, table: Resource) -> bool:
    return "StreamSpecification" in table.properties


def _expires(template: Template, table: Resource) -> bool:
    return _has_stream(template, table) and "TimeToLiveSpecification" in table.properties


def _on_eventbridge(_: Template, bucket: Resource) -> bool:
    found = value_at(bucket.properties, ("NotificationConfiguration", "EventBridgeConfiguration"))
    return found is not None and mapping(found).get("EventBridgeEnabled", "true") == "true"


_BUCKET = Target(word="bucket", types=("AWS::S3::Bucket",))
_NOTIFIED = "S3 user guide, “Event message structure”"
_BRIDGED = "S3 user guide, “EventBridge event message structure”"
_S3 = {
    "s3-put": ("ObjectCreated:Put", "An object was put"),
    "s3-copy": ("ObjectCreated:Copy", "An object was copied"),
    "s3-multipart": ("ObjectCreated:CompleteMultipartUpload", "An object was uploaded in parts"),
    "s3-delete": ("ObjectRemoved:Delete", "An object was deleted"),
}
_TABLE = Target(
    word="table",
    types=("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"),
    suffix="Table",
    fits=_has_stream,
    what="a table with a stream",
)
_STREAM = "Lambda developer guide, “Using AWS Lambda with Amazon DynamoDB”"
_CHANGES = {"insert": "An item was put", "modify": "An item was changed", "remove": "An item was deleted"}

SAMPLES = (
    *(
        Sample(kind=kind, title=title, target=_BUCKET, make=partial(s3, name=name), takes=KEY, source=_NOTIFIED)
        for kind, (name, title) in _S3.items()
    ),
    *(
        Sample(
            kind=f"s3-event-{word}",
            title=f"An object was {word}, through EventBridge",
            target=Target(
                word="bucket", types=_BUCKET.types, fits=_on_eventbridge, what="a bucket that sends to EventBridge"
            ),
            make=partial(s3_event, detail_type=f"Object {word.capitalize()}", reason=reason),
            takes=KEY,
            source=_BRIDGED,
        )
        for word, reason in (("created", "PutObject"), ("deleted", "DeleteObject"))
    ),
    *(
        Sample(
            kind=f"dynamodb-{word}",
            title=f"{title}: a table's stream",
            target=_TABLE,
            make=partial(dynamodb, name=word.upper()),
            source=_STREAM,
        )
        for word, title in _CHANGES.items()
    ),
    Sample(
        kind="dynamodb-expire",
        title="An item was deleted because its time had come",
        target=Target(
            word="table",
            types=_TABLE.types,
            suffix="Table",
            fits=_expires,
            what="a table with a stream and a time to live",
        ),
        make=partial(dynamodb, name="REMOVE", expired=True),
        source="DynamoDB developer guide, “DynamoDB Streams and Time to Live”",
    ),
)
