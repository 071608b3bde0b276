"""Each kind of trigger on the embedded AWS: what is sent arrives at the function that the settings name."""

import json
import sys

import pytest

from tests.integration.conftest import REAL, ROOT, run_locally

pytestmark = pytest.mark.skipif(bool(REAL), reason="the embedded AWS alone: TAPGEN_INTEGRATION_ENV is set")

PROJECT = ROOT / "tests" / "projects" / "triggers"

SEND = """
import json, time
import boto3

stack = boto3.client("cloudformation").describe_stacks(StackName="triggers-dev")["Stacks"][0]
out = {one["OutputKey"].removesuffix("Output"): one["OutputValue"] for one in stack["Outputs"]}
boto3.client("sqs").send_message(QueueUrl=out["WorkQueueUrl"], MessageBody="work")
boto3.client("sns").publish(TopicArn=out["NewsTopicArn"], Message="news")
boto3.client("s3").put_object(Bucket=out["UploadsBucketName"], Key="in/a.txt", Body=b"x")
boto3.client("s3").put_object(Bucket=out["UploadsBucketName"], Key="out/b.txt", Body=b"x")
boto3.resource("dynamodb").Table(out["WatchedDynamoTableName"]).put_item(Item={"id": "1"})
boto3.client("kinesis").put_record(StreamName=out["ClicksStreamName"], Data=b"click", PartitionKey="1")
boto3.client("events").put_events(
    Entries=[{"Source": "shop", "DetailType": "placed", "Detail": "{}", "EventBusName": out["ShopBusName"]}]
)
boto3.client("stepfunctions").start_execution(stateMachineArn=out["CheckoutStateMachineArn"], input="{}")
answer = boto3.client("lambda").invoke(FunctionName=out["CallerLambdaFunctionName"], Payload=b"{}")
print("ANSWER", answer["Payload"].read().decode())
seen = boto3.resource("dynamodb").Table(out["SeenDynamoTableName"])
expected = {"OnQueue", "OnSubscription", "OnTopic", "OnBucket", "OnTable", "OnStream", "OnEvent", "OnMachine", "OnInvoke", "OnCall"}
end = time.time() + 30
while time.time() < end:
    items = {item["id"]: item for item in seen.scan()["Items"]}
    if expected <= items.keys():
        break
    time.sleep(0.3)
print("SEEN", json.dumps(items, default=str))
"""


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """What the functions wrote down, and what the caller answered."""
    folder = tmp_path_factory.mktemp("triggers")
    (folder / "send.py").write_text(SEND)
    done = run_locally(PROJECT, folder, "--env", "dev", "--", sys.executable, str(folder / "send.py"))
    assert done.returncode == 0, done.stdout + done.stderr
    lines = dict(line.split(" ", 1) for line in done.stdout.splitlines() if line.startswith(("ANSWER ", "SEEN ")))
    return {name: json.loads(text) for name, text in lines.items()}


@pytest.mark.parametrize(
    ("function", "shows"),
    [
        ("OnQueue", '"body": "work"'),
        ("OnSubscription", '"body": "news"'),
        ("OnTopic", '"Message": "news"'),
        ("OnBucket", '"key": "in/a.txt"'),
        ("OnTable", '"eventName": "INSERT"'),
        ("OnStream", '"eventSource": "aws:kinesis"'),
        ("OnEvent", '"source": "shop"'),
        ("OnMachine", '"from": "machine"'),
        ("OnInvoke", "{}"),
    ],
)
def test_what_is_sent_starts_its_function(sent, function, shows):
    assert function in sent["SEEN"], sent
    assert shows in sent["SEEN"][function]["event"]


def test_a_function_invokes_another_and_reads_looked_up_variables(sent):
    assert sent["SEEN"]["OnCall"]["event"] == "200"
    assert sent["SEEN"]["OnCall"]["limit"] == "100"
    assert sent["ANSWER"]["secret"] >= 32
