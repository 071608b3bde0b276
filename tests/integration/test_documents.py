"""The documents of tests/projects on the embedded AWS: an upload is told to a queue, read, and told on by an event."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tapgen.cli import run
from tapgen.errors import ExitCode
from tests.integration.conftest import REAL, ROOT, run_locally

pytestmark = pytest.mark.skipif(bool(REAL), reason="the embedded AWS alone: TAPGEN_INTEGRATION_ENV is set")

PROJECTS = ROOT / "tests" / "projects"
SEND = """
import json, time
import boto3

stack = boto3.client("cloudformation").describe_stacks(StackName="documents-dev")["Stacks"][0]
out = {one["OutputKey"].removesuffix("Output"): one["OutputValue"] for one in stack["Outputs"]}
table = boto3.resource("dynamodb").Table(out["DynamoTableName"])
table.put_item(Item={"documentId": "d1"})
boto3.client("s3").put_object(Bucket=out["InboxBucketName"], Key="in/d1.txt", Body=b"one two three")
end = time.time() + 30
while time.time() < end and "words" not in (item := table.get_item(Key={"documentId": "d1"})["Item"]):
    time.sleep(0.2)
sqs = boto3.client("sqs")
audit = sqs.receive_message(QueueUrl=out["AuditQueueUrl"], WaitTimeSeconds=10).get("Messages", [])
url = boto3.client("ssm").get_parameter(Name="/documents/dev/url")["Parameter"]["Value"]
print("SEEN", json.dumps({"words": int(item["words"]), "audit": [one["Body"] for one in audit], "url": url}))
"""


def test_an_upload_goes_by_queue_table_and_bus_and_a_schedule_runs_the_machine(tmp_path: Path) -> None:
    (tmp_path / "send.py").write_text(SEND)
    done = run_locally(
        PROJECTS / "documents",
        tmp_path,
        *("--fire", "Nightly", "--", sys.executable, str(tmp_path / "send.py")),
        settings='\n[local]\nparameters.Editor = "editor@example.com"\n',
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nightly: documents-dev-ReindexStateMachine" in done.stderr
    [line] = [line for line in done.stdout.splitlines() if line.startswith("SEEN ")]
    seen = json.loads(line.removeprefix("SEEN "))
    assert seen["words"] == 3
    assert seen["audit"] == ['{"documentId": "d1"}']
    assert ".execute-api." in seen["url"]


@pytest.mark.parametrize("name", ["documents", "orders-service", "reports"])
def test_the_check_has_nothing_to_warn_of(name: str) -> None:
    project = str(PROJECTS / name)
    assert run(["--project", project, "check", "--all", "--no-lint", "--fail-on", "warning"]) == ExitCode.OK
