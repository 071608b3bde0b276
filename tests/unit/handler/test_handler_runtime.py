"""The handler under Lambda's own runtime interface client, which is what runs it on AWS.

A small runtime API hands out one invocation and takes the answer (AWS Lambda developer guide, "Using the Lambda
runtime API for custom runtimes"); a small DynamoDB takes the item. Both listen on loopback.
"""

import importlib.util
import json
import os
import queue
import subprocess
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

SOURCE = Path(__file__).parents[3] / "handler"
REQUEST_ID = "8f1b6f6e-2f27-4a5b-8f0a-6b1f1f6f7a10"
FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:tap-dev-ItemFunction"

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("awslambdaric") is None,
    reason="awslambdaric, the runtime interface client, is not installed",
)


class Service(BaseHTTPRequestHandler):
    """Answers what `respond(path, headers, body)` of its server says: status, headers, body."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, headers, text = self.server.respond(self.path, self.headers, body)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_POST(self):
        self.do_GET()

    def log_message(self, *args):
        """Quiet."""


@contextmanager
def serving(respond):
    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        server.respond = respond
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def invoke(event, dynamodb, **environment):
    """The answer of one invocation, and what the runtime logged."""
    answers = queue.Queue()

    def runtime_api(path, headers, body):
        if path.endswith("/invocation/next"):
            if waiting := invocations.pop():
                return 200, waiting, json.dumps(event).encode()
            return 500, {}, b""
        answers.put((path, json.loads(body)))
        return 202, {}, b""

    invocations = [
        None,
        {
            "Lambda-Runtime-Aws-Request-Id": REQUEST_ID,
            "Lambda-Runtime-Deadline-Ms": "4102444800000",
            "Lambda-Runtime-Invoked-Function-Arn": FUNCTION_ARN,
            "Content-Type": "application/json",
        },
    ]
    with serving(runtime_api) as api, serving(dynamodb) as database:
        process = subprocess.Popen(
            [sys.executable, "-m", "awslambdaric", "index.handler"],
            cwd=SOURCE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONDONTWRITEBYTECODE": "1",
                "AWS_LAMBDA_RUNTIME_API": api,
                "AWS_ENDPOINT_URL_DYNAMODB": f"http://{database}",
                "AWS_REGION": "us-east-1",
                "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
                "LAMBDA_TASK_ROOT": str(SOURCE),
                **environment,
            },
        )
        try:
            path, answer = answers.get(timeout=30)
        finally:
            process.kill()
            logged, errors = process.communicate()
    assert path == f"/2018-06-01/runtime/invocation/{REQUEST_ID}/response"
    return answer, logged, errors


def test_the_runtime_stores_the_item_and_takes_the_answer(event):
    writes = []

    def dynamodb(path, headers, body):
        writes.append((headers["X-Amz-Target"], json.loads(body)))
        return 200, {"Content-Type": "application/x-amz-json-1.0"}, b"{}"

    answer, _, _ = invoke(event("get_item_from_a_page"), dynamodb, TABLE_NAME="items")
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {
        "message": "Item stored",
        "itemId": f"item_{REQUEST_ID}",
        "tableName": "items",
    }
    [(target, request)] = writes
    assert target == "DynamoDB_20120810.PutItem"
    assert request["TableName"] == "items"
    assert request["Item"]["itemId"] == {"S": f"item_{REQUEST_ID}"}


DENIAL = b'{"__type": "com.amazon.coral.service#AccessDeniedException", "Message": "not authorized: dynamodb:PutItem"}'


@pytest.mark.parametrize("log_format", ["JSON", "Text"])
def test_a_denial_is_one_json_object_in_the_log_in_either_log_format(event, log_format):
    def dynamodb(path, headers, body):
        return 400, {"Content-Type": "application/x-amz-json-1.0"}, DENIAL

    answer, logged, errors = invoke(event("get_item"), dynamodb, TABLE_NAME="items", AWS_LAMBDA_LOG_FORMAT=log_format)
    assert (answer["statusCode"], answer["body"]) == (500, '{"error": "Database operation failed"}')
    records = [json.loads(line) for line in (logged + errors).splitlines() if line.startswith("{")]
    [record] = [record for record in records if record.get("level") == "ERROR"]
    assert record["requestId"] == REQUEST_ID
    assert record["message"] == "Database operation failed"
    assert record["errorType"] == "ClientError"
    assert "not authorized: dynamodb:PutItem" in record["errorMessage"]
    assert record["stackTrace"]
