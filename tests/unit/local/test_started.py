"""What starts functions besides requests runs on the embedded AWS: queues, topics, uploads, events, schedules; seeds."""

import io
import json
import secrets
import time
from types import MappingProxyType

import pytest
from botocore.session import Session

from tapgen.cli import run as tapgen
from tapgen.errors import ExitCode, TapgenError, UsageError
from tapgen.local.deployment import deploy
from tapgen.local.fire import default_event, fire, refuse_unknown
from tapgen.local.seeds import put_items, with_values
from tapgen.local.view import BriefView, address_lines
from tapgen.settings.load import load

SETTINGS = """
application = "NAME"

[tables.Seen]
partition_key = { name = "id" }

[tables.Source]
partition_key = { name = "id" }
[streams.Clicks]
[queues.Orders]
[topics.News]
[buckets.Uploads]
[buses.Shop]

[functions.Worker]
source = "src"
timeout = 10
tables.Seen = { variable = "TABLE_NAME", actions = ["dynamodb:PutItem"] }
triggers.queues.Orders = { batch_size = 1 }
triggers.topics.News = {}
triggers.tables.Source = { starting_position = "LATEST" }
triggers.streams.Clicks = { starting_position = "LATEST" }
triggers.buckets.Uploads = { events = ["s3:ObjectCreated:*"] }
triggers.events.Placed = { bus = "Shop", pattern = { source = ["shop"] } }
triggers.schedules.Nightly = { expression = "cron(0 3 * * ? *)", input = { id = "nightly", at = "<aws.scheduler.scheduled-time>" } }
triggers.schedules.Hourly = { expression = "rate(1 hour)" }
triggers.schedules.Broken = { expression = "rate(1 hour)", input = { id = "broken" } }

[state_machines.Import]
definition = "import.asl.yaml"
triggers.schedules.Daily = { expression = "rate(1 day)", input = { id = "daily" } }

[buckets.Files]
[topics.Told]
notifications.Files = { prefix = "told/" }
[queues.Imports]
dead_letter_queue = { queue = "Orders", max_receive_count = 1 }
notifications.Files = { prefix = "in/" }
subscriptions.Told = { raw_message_delivery = true }
events.Placed = { bus = "Shop", pattern = { source = ["warehouse"] } }
"""
DEFINITION = """
StartAt: Work
States:
  Work:
    Type: Task
    Resource: ${WorkerFunction}
    End: true
"""
HANDLER = """
import json
import os
import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


def handler(event, context):
    print(json.dumps(event))
    if event.get("id") == "broken":
        raise ValueError("as asked")
    for record in event.get("Records", [event]):
        source = record.get("eventSource") or record.get("EventSource") or record.get("source") or "input"
        table.put_item(Item={"id": source, "record": json.dumps(record)})
    return {"seen": True}
"""


def named(settings):
    return settings.replace('"NAME"', f'"s{secrets.token_hex(4)}"')


def write(folder, settings, **files):
    (folder / "src").mkdir()
    for name, text in {"tapgen.toml": settings, "src/index.py": HANDLER, **files}.items():
        (folder / name).write_text(text)
    return folder


def start(root, embedded):
    told = io.StringIO()
    _, deployed = deploy(load(root).environment("dev"), embedded, lambda _: BriefView(told))
    assert deployed, told.getvalue()
    return deployed


@pytest.fixture(scope="module")
def deployed(embedded, tmp_path_factory):
    settings = named(SETTINGS)
    files = {"import.asl.yaml": DEFINITION}
    return start(write(tmp_path_factory.mktemp("started"), settings, **files), embedded)


def client(embedded, service):
    session = Session()
    session.set_credentials(*embedded.credentials)
    return session.create_client(service, region_name="us-east-1", endpoint_url=embedded.endpoint)


def seen(deployed, embedded, source):
    """The record that the function got from a source, waited for."""
    table = deployed.of_type("AWS::DynamoDB::Table")["SeenTable"]
    for _ in range(300):
        for item in embedded.scan(table, "us-east-1"):
            if item["id"]["S"] == source:
                return json.loads(item["record"]["S"])
        time.sleep(0.1)
    raise AssertionError(f"nothing from {source}")


def test_a_message_starts_the_function(deployed, embedded):
    queue = deployed.of_type("AWS::SQS::Queue")["OrdersQueue"]
    client(embedded, "sqs").send_message(QueueUrl=queue, MessageBody="order 1")
    assert seen(deployed, embedded, "aws:sqs")["body"] == "order 1"


def test_a_notification_starts_the_function(deployed, embedded):
    topic = deployed.of_type("AWS::SNS::Topic")["NewsTopic"]
    client(embedded, "sns").publish(TopicArn=topic, Message="news")
    assert seen(deployed, embedded, "aws:sns")["Sns"]["Message"] == "news"


def test_an_upload_starts_the_function(deployed, embedded):
    bucket = deployed.of_type("AWS::S3::Bucket")["UploadsBucket"]
    client(embedded, "s3").put_object(Bucket=bucket, Key="in/a b.csv", Body=b"1")
    assert seen(deployed, embedded, "aws:s3")["s3"]["object"]["key"] == "in/a+b.csv"


def test_a_changed_item_starts_the_function(deployed, embedded):
    table = deployed.of_type("AWS::DynamoDB::Table")["SourceTable"]
    client(embedded, "dynamodb").put_item(TableName=table, Item={"id": {"S": "one"}})
    assert seen(deployed, embedded, "aws:dynamodb")["dynamodb"]["Keys"] == {"id": {"S": "one"}}


def test_a_record_of_a_stream_starts_the_function(deployed, embedded):
    [stream] = deployed.of_type("AWS::Kinesis::Stream").values()
    client(embedded, "kinesis").put_record(StreamName=stream, Data=b"click", PartitionKey="a")
    assert seen(deployed, embedded, "aws:kinesis")["kinesis"]["data"] == "Y2xpY2s="


def test_an_event_starts_the_function(deployed, embedded):
    [bus] = deployed.of_type("AWS::Events::EventBus").values()
    entry = {"EventBusName": bus, "Source": "shop", "DetailType": "Placed", "Detail": '{"order": 1}'}
    client(embedded, "events").put_events(Entries=[entry])
    assert seen(deployed, embedded, "shop")["detail"] == {"order": 1}


def test_a_schedule_is_fired_when_asked_for(deployed, embedded):
    [fired] = fire(deployed, embedded, "Nightly")
    assert fired.ok
    assert json.loads(fired.answer.payload) == {"seen": True}
    assert fired.started.endswith("Worker")
    sent = seen(deployed, embedded, "input")
    assert sent["id"] == "nightly"
    assert sent["at"].startswith("20")
    assert fire(deployed, embedded, "WorkerNightlySchedule")[0].ok  # by its logical id too


def test_a_schedule_of_a_state_machine_runs_it_to_its_end(deployed, embedded):
    [fired] = fire(deployed, embedded, "Daily")
    assert fired.ok, fired
    assert json.loads(fired.answer.payload) == {"seen": True}


def test_a_queue_is_told_of_uploads_and_events(deployed, embedded):
    queue = deployed.of_type("AWS::SQS::Queue")["ImportsQueue"]
    bucket = deployed.of_type("AWS::S3::Bucket")["FilesBucket"]
    client(embedded, "s3").put_object(Bucket=bucket, Key="in/a.csv", Body=b"1")
    client(embedded, "s3").put_object(Bucket=bucket, Key="told/b.txt", Body=b"1")
    client(embedded, "s3").put_object(Bucket=bucket, Key="c.txt", Body=b"1")
    [bus] = deployed.of_type("AWS::Events::EventBus").values()
    entry = {"EventBusName": bus, "Source": "warehouse", "DetailType": "Placed", "Detail": "{}"}
    client(embedded, "events").put_events(Entries=[entry])
    told = set()
    for _ in range(100):
        for message in client(embedded, "sqs").receive_message(QueueUrl=queue).get("Messages", ()):
            body = json.loads(message["Body"])
            told |= {one["s3"]["object"]["key"] for one in body.get("Records", ())} | {body.get("source", "")}
        if {"in/a.csv", "told/b.txt", "warehouse"} <= told:
            break
        time.sleep(0.1)
    assert told - {""} == {"in/a.csv", "told/b.txt", "warehouse"}


def test_without_an_input_the_schedulers_own_event_is_sent(deployed, embedded):
    assert fire(deployed, embedded, "Hourly")[0].ok
    assert seen(deployed, embedded, "aws.scheduler")["detail-type"] == "Scheduled Event"
    assert default_event(deployed, "SomeRule", "1")["source"] == "aws.events"


def test_a_function_that_fails_is_said(deployed, embedded):
    [fired] = fire(deployed, embedded, "Broken")
    assert not fired.ok
    assert b"as asked" in fired.answer.payload


def test_a_schedule_that_is_not_there_is_a_mistake(deployed):
    with pytest.raises(UsageError, match='there is no schedule "Nihgtly"') as caught:
        refuse_unknown(deployed.environment, "Nihgtly", {"Resources": {}})
    assert caught.value.hint == 'did you mean "Nightly"?'
    rule = {"R": {"Type": "AWS::Events::Rule", "Properties": {"ScheduleExpression": "rate(1 day)"}}}
    refuse_unknown(deployed.environment, "R", {"Resources": rule})


SEEDED = """
application = "NAME"
[tables.Seen]
partition_key = { name = "id" }
[secrets.Database]
key = "password"
[secrets.Elsewhere]
existing = "shop/elsewhere"
[ssm_parameters.Limit]
value = "1"
[functions.Worker]
source = "src"
routes = ["GET /a", "POST /longer"]
environment.PASSWORD = { secret = "Database", key = "password" }
environment.LIMIT = { ssm_parameter = "Limit" }
environment.OUTSIDE = { secret = "Elsewhere", key = "user" }
environment.GIVEN = { parameter = "Given" }
[parameters.Given]
[local]
secrets.Database = { password = "local only" }
secrets.Elsewhere = { user = "somebody" }
ssm_parameters.Limit = 7
parameters.Given = "here"
items.Seen = "seed.json"
"""
READS = """
import os


def handler(event, context):
    names = ("PASSWORD", "LIMIT", "OUTSIDE", "GIVEN")
    return {"statusCode": 200, "body": " ".join(os.environ[name] for name in names)}
"""


@pytest.fixture
def seeded(tmp_path):
    items = [{"id": "one", "tags": ["a", None, True], "price": 2.5, "of": {"n": 1}}]
    settings = named(SEEDED)
    return write(tmp_path, settings, **{"src/index.py": READS, "seed.json": json.dumps(items)})


def test_the_values_of_local_are_there_and_in_no_template(seeded, monkeypatch, capfd):
    monkeypatch.chdir(seeded)
    assert tapgen(["local", "--request", "GET /a", "--items", "Seen"]) == ExitCode.OK
    out, err = capfd.readouterr()
    assert out.splitlines()[0] == "local only 7 somebody here"
    assert json.loads(out.partition("\n")[2]) == [
        {"id": "one", "tags": ["a", None, True], "price": 2.5, "of": {"n": 1}}
    ]
    assert "Table Seen: 1 items put into it" in err
    assert tapgen(["render", "--stdout"]) == ExitCode.OK
    assert "local only" not in capfd.readouterr().out


def test_the_document_given_stays_as_it_is(seeded):
    from tapgen import render

    environment = load(seeded).environment("dev")
    document = render.render(environment).document
    before = json.dumps(document)
    changed = with_values(document, environment)
    assert json.dumps(document) == before
    properties = changed["Resources"]["DatabaseSecret"]["Properties"]
    assert json.loads(properties["SecretString"]) == {"password": "local only"}
    assert "GenerateSecretString" not in properties
    assert changed["Resources"]["LimitParameter"]["Properties"]["Value"] == "7"


def test_imports_have_the_values_of_local_and_others_are_left(project):
    settings = """
    application = "shop"
    [functions.Item]
    source = "src"
    environment = { ONE = { import = "shared-One" }, TWO = { import = "shared-Two" } }
    [local]
    exports.shared-One = "first"
    """
    from tapgen import render

    environment = load(project(settings)).environment("dev")
    changed = with_values(render.render(environment).document, environment)
    variables = changed["Resources"]["ItemFunction"]["Properties"]["Environment"]["Variables"]
    assert variables == {"ONE": "first", "TWO": {"Fn::ImportValue": "shared-Two"}}


@pytest.mark.parametrize(
    ("text", "said"),
    [("[1]", "not a list of objects"), ("{}", "not a list"), ("[", "not JSON"), (None, "No such file")],
)
def test_a_file_of_items_that_is_none(seeded, text, said):
    (seeded / "seed.json").unlink()
    if text is not None:
        (seeded / "seed.json").write_text(text)

    class Deployed:
        environment = load(seeded).environment("dev")

        def of_type(self, _):
            return {"SeenTable": "seen"}

    with pytest.raises(TapgenError, match=said):
        put_items(Deployed(), None)


def test_the_routes_are_listed_with_their_functions(seeded):
    class Deployed:
        environment = load(seeded).environment("dev")
        address = "http://127.0.0.1:1/api"
        further = MappingProxyType({})
        urls = MappingProxyType({"Hook": "http://127.0.0.1:1/url"})
        others = MappingProxyType({"Shop": "http://127.0.0.1:1/shop"})

    assert list(address_lines(Deployed())) == [
        "API  http://127.0.0.1:1/api/",
        "     GET /a        Worker",
        "     POST /longer  Worker",
        "API  http://127.0.0.1:1/shop/  Shop",
        "URL  http://127.0.0.1:1/url/  Hook",
    ]


def test_a_logged_line_is_shown_with_a_command_and_a_fired_schedule(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(write(tmp_path, named(SETTINGS), **{"import.asl.yaml": DEFINITION}))
    assert tapgen(["local", "--fire", "Nightly", "--", "sh", "-c", "echo from the command"]) == ExitCode.OK
    out, err = capfd.readouterr()
    assert out.splitlines() == ['{"seen": true}', "from the command"]
    assert "Nightly: " in err
    assert '"id": "nightly"' in err
    assert tapgen(["local", "--fire", "Broken", "--", "echo", "reached"]) == ExitCode.FAILED
    assert "reached" not in capfd.readouterr().out
    assert tapgen(["local", "--fire", "Nothing"]) == ExitCode.USAGE
