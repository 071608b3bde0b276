"""Samples beside what the embedded AWS sends: what comes to a function has no key that its sample lacks."""

import pytest

from tapgen import render
from tapgen.samples.application import Application, Where
from tapgen.samples.register import make
from tapgen.samples.sample import Given
from tapgen.template.model import understand
from tests.unit.local.test_started import DEFINITION, SETTINGS, client, named, seen, start, write


@pytest.fixture(scope="module")
def deployed(embedded, tmp_path_factory):
    return start(
        write(tmp_path_factory.mktemp("samples"), named(SETTINGS), **{"import.asl.yaml": DEFINITION}), embedded
    )


@pytest.fixture(scope="module")
def application(deployed, embedded):
    document = render.render(deployed.environment).document
    physical = {one.logical_id: one.physical_id for one in deployed.resources}
    where = Where(deployed.environment.stack_name, embedded.account, "us-east-1", "aws", physical)
    return Application(understand(document), where, document)


def send_message(deployed, embedded):
    queue = deployed.of_type("AWS::SQS::Queue")["OrdersQueue"]
    client(embedded, "sqs").send_message(QueueUrl=queue, MessageBody="order 1")


def publish(deployed, embedded):
    topic = deployed.of_type("AWS::SNS::Topic")["NewsTopic"]
    client(embedded, "sns").publish(TopicArn=topic, Message="news")


def upload(deployed, embedded):
    bucket = deployed.of_type("AWS::S3::Bucket")["UploadsBucket"]
    client(embedded, "s3").put_object(Bucket=bucket, Key="in/a.csv", Body=b"1")


def put_item(deployed, embedded):
    table = deployed.of_type("AWS::DynamoDB::Table")["SourceTable"]
    client(embedded, "dynamodb").put_item(TableName=table, Item={"id": {"S": "one"}})


def put_record(deployed, embedded):
    [stream] = deployed.of_type("AWS::Kinesis::Stream").values()
    client(embedded, "kinesis").put_record(StreamName=stream, Data=b"click", PartitionKey="a")


def put_event(deployed, embedded):
    [bus] = deployed.of_type("AWS::Events::EventBus").values()
    entry = {"EventBusName": bus, "Source": "shop", "DetailType": "Placed", "Detail": "{}"}
    client(embedded, "events").put_events(Entries=[entry])


KINDS = {
    "sqs": ("Orders", "aws:sqs", send_message),
    "sns": ("News", "aws:sns", publish),
    "s3-put": ("Uploads", "aws:s3", upload),
    "dynamodb-insert": ("Source", "aws:dynamodb", put_item),
    "kinesis": ("Clicks", "aws:kinesis", put_record),
    "event": ("WorkerPlaced", "shop", put_event),
}


def keys(value, path=""):
    """The paths of a JSON value's keys; SigningCertURL and SigningCertUrl, as Lambda has it, are one."""
    if isinstance(value, list):
        return {one for item in value for one in keys(item, path)}
    if not isinstance(value, dict):
        return set()
    below = {one for name, item in value.items() for one in keys(item, f"{path}.{name.lower()}")}
    return below | {f"{path}.{name.lower()}" for name in value}


def names(record):
    """Where it says that it is from."""
    found = {
        name: record[name]
        for name in ("eventSourceARN", "EventSubscriptionArn", "account", "awsRegion")
        if name in record
    }
    if "s3" in record:
        found["bucket"] = record["s3"]["bucket"]["name"]
    return {
        name: value.rpartition(":")[0] if name == "EventSubscriptionArn" else value for name, value in found.items()
    }


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_sent_is_as_the_sample(application, deployed, embedded, kind):
    part, source, act = KINDS[kind]
    act(deployed, embedded)
    sent = seen(deployed, embedded, source)
    sample = make(application, kind, part, Given())
    sample = sample.get("Records", [sample])[0]
    assert keys(sent) - keys(sample) == set()
    assert names(sent).keys() <= names(sample).keys()
    stream = "/stream/"  # its label is a moment
    assert {name: value.partition(stream)[0] for name, value in names(sent).items()} == {
        name: value.partition(stream)[0] for name, value in names(sample).items() if name in names(sent)
    }
