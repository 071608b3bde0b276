"""Messages and records: SQS, SNS, Kinesis, Firehose."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from typing import Any

from tapgen.samples.application import MILLISECONDS, SECONDS, Application, digest, identifier, numbers
from tapgen.samples.sample import BODY, Event, Given, Sample
from tapgen.samples.targets import Target
from tapgen.template.model import Resource, Template

HELLO = '{"message": "hello"}'
QUEUE = Target(word="queue", types=("AWS::SQS::Queue",))
TOPIC = Target(word="topic", types=("AWS::SNS::Topic",))


def sqs(application: Application, queue: Resource, given: Given) -> Event:
    """A batch of one message; of a FIFO queue with its group, number and deduplication."""
    body = HELLO if given.body is None else given.body
    attributes = {
        "ApproximateReceiveCount": "1",
        "SentTimestamp": str(MILLISECONDS),
        "SenderId": f"AIDA{digest('sender', 16).upper()}",
        "ApproximateFirstReceiveTimestamp": str(MILLISECONDS + 12),
    }
    if queue.properties.get("FifoQueue") == "true":
        attributes |= {
            "SequenceNumber": numbers("sequence", 20),
            "MessageGroupId": "group",
            "MessageDeduplicationId": hashlib.sha256(body.encode()).hexdigest(),
        }
    record = {
        "messageId": identifier(f"message {body}"),
        "receiptHandle": base64.b64encode(digest("receipt", 60).encode()).decode(),
        "body": body,
        "attributes": attributes,
        "messageAttributes": {},
        "md5OfBody": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": application.arn(queue.logical_id),
        "awsRegion": application.where.region,
    }
    return {"Records": [record]}


def sns(application: Application, topic: Resource, given: Given) -> Event:
    """One notification."""
    message = HELLO if given.body is None else given.body
    record = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": f"{application.arn(topic.logical_id)}:{identifier('subscription')}",
        "Sns": _notification(application, topic, message),
    }
    return {"Records": [record]}


def sns_in_sqs(application: Application, queue: Resource, given: Given) -> Event:
    """A message of a queue that a topic has sent: the notification is its body, or with raw delivery the message."""
    [topic, raw] = next(_topics(application.template, queue))
    message = HELLO if given.body is None else given.body
    if raw:
        return sqs(application, queue, Given(body=message))
    notification = _notification(application, topic, message)
    renamed = {"SigningCertUrl": "SigningCertURL", "UnsubscribeUrl": "UnsubscribeURL"}
    envelope = {renamed.get(name, name): value for name, value in notification.items() if value not in (None, {})}
    return sqs(application, queue, Given(body=json.dumps(envelope)))


def _notification(application: Application, topic: Resource, message: str) -> dict[str, Any]:
    where, arn = application.where, application.arn(topic.logical_id)
    address = f"https://sns.{where.region}.{where.suffix}"
    return {
        "Type": "Notification",
        "MessageId": identifier(f"notification {message}"),
        "TopicArn": arn,
        "Subject": None,
        "Message": message,
        "Timestamp": "2026-01-01T12:00:00.000Z",
        "SignatureVersion": "1",
        "Signature": base64.b64encode(digest("signature", 64).encode()).decode(),
        "SigningCertUrl": f"{address}/SimpleNotificationService-{digest('certificate', 32)}.pem",
        "UnsubscribeUrl": f"{address}/?Action=Unsubscribe&SubscriptionArn={arn}:{identifier('subscription')}",
        "MessageAttributes": {},
    }


def _topics(template: Template, queue: Resource) -> Iterator[tuple[Resource, bool]]:
    """The topics that a queue is subscribed to, and whether it gets bare messages."""
    for subscription in template.of_type("AWS::SNS::Subscription"):
        properties = subscription.properties
        topic = template.target(properties.get("TopicArn"))
        if properties.get("Protocol") == "sqs" and topic and template.target(properties.get("Endpoint")) == queue:
            yield topic, properties.get("RawMessageDelivery") == "true"


def kinesis(application: Application, stream: Resource, given: Given) -> Event:
    """A batch of one record."""
    shard, number = "shardId-000000000000", numbers("record", 56)
    where = application.where
    record = {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "partitionKey",
            "sequenceNumber": number,
            "data": _base64(HELLO if given.body is None else given.body),
            "approximateArrivalTimestamp": float(SECONDS),
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{shard}:{number}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": f"arn:{where.partition}:iam::{where.account}:role/role",
        "awsRegion": where.region,
        "eventSourceARN": application.arn(stream.logical_id),
    }
    return {"Records": [record]}


def firehose(application: Application, stream: Resource, given: Given) -> Event:
    """Records that a delivery stream asks a function to transform."""
    record = {
        "recordId": numbers("record", 56),
        "approximateArrivalTimestamp": MILLISECONDS,
        "data": _base64(HELLO if given.body is None else given.body),
    }
    return {
        "invocationId": identifier("invocation"),
        "deliveryStreamArn": application.arn(stream.logical_id),
        "region": application.where.region,
        "records": [record],
    }


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


SAMPLES = (
    Sample(
        kind="sqs",
        title="Messages of a queue; of a FIFO queue with group and number",
        target=QUEUE,
        make=sqs,
        takes=BODY,
        source="Lambda developer guide, “Using Lambda with Amazon SQS”",
    ),
    Sample(
        kind="sqs-sns",
        title="Messages of a queue that a topic sends to",
        target=Target(
            word="queue",
            types=QUEUE.types,
            fits=lambda template, queue: any(_topics(template, queue)),
            what="a queue that is subscribed to a topic",
        ),
        make=sns_in_sqs,
        takes=BODY,
        source="SNS developer guide, “Fanout to Amazon SQS queues”",
    ),
    Sample(
        kind="sns",
        title="A notification of a topic",
        target=TOPIC,
        make=sns,
        takes=BODY,
        source="Lambda developer guide, “Invoking Lambda functions with Amazon SNS notifications”",
    ),
    Sample(
        kind="kinesis",
        title="Records of a Kinesis stream",
        target=Target(word="stream", types=("AWS::Kinesis::Stream",)),
        make=kinesis,
        takes=BODY,
        source="Lambda developer guide, “How Lambda processes records from Amazon Kinesis Data Streams”",
    ),
    Sample(
        kind="firehose",
        title="Records that a delivery stream wants transformed",
        target=Target(word="delivery-stream", types=("AWS::KinesisFirehose::DeliveryStream",)),
        make=firehose,
        takes=BODY,
        source="Firehose developer guide, “Transform source data”",
    ),
)
