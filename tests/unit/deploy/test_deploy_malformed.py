"""Answers that cannot be read, to every call of the client: an error with a message, whatever it is that answers."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product

import pytest

from tapgen.deploy.aws.errors import AwsError, LostAnswerError
from tapgen.deploy.aws.model import ChangeSetRequest
from tapgen.deploy.aws.session import connect
from tests.table import each

ARN = "arn:aws:cloudformation:us-east-1:123456789012:stack/tap-dev/1"
SET = "arn:aws:cloudformation:us-east-1:123456789012:changeSet/tapgen-dev-1/2"
CALLS = {
    "identity": lambda client: client.identity(),
    "stack": lambda client: client.stack(ARN),
    "template": lambda client: client.template(ARN),
    "change_set_template": lambda client: client.change_set_template(SET),
    "resources": lambda client: client.resources(ARN),
    "events": lambda client: client.events(ARN),
    "importers": lambda client: client.importers("e"),
    "create_change_set": lambda client: client.create_change_set(
        ChangeSetRequest(ARN, "tapgen-dev-1", "UPDATE", "token", "plan", body="{}")
    ),
    "change_set": lambda client: client.change_set(SET),
    "change_sets": lambda client: client.change_sets(ARN),
    "failed_validations": lambda client: client.failed_validations(SET),
    "execute": lambda client: client.execute(SET, "token"),
    "delete_change_set": lambda client: client.delete_change_set(SET),
    "delete_stack": lambda client: client.delete_stack(ARN, "token"),
    "cancel_update": lambda client: client.cancel_update(ARN, "token"),
    "continue_rollback": lambda client: client.continue_rollback(ARN, "token"),
    "rollback": lambda client: client.rollback(ARN, "token"),
    "stack_policy": lambda client: client.stack_policy(ARN),
    "set_stack_policy": lambda client: client.set_stack_policy(ARN, "{}"),
    "set_termination_protection": lambda client: client.set_termination_protection(ARN, on=True),
    "detect_drift": lambda client: client.detect_drift(ARN),
    "drift_run": lambda client: client.drift_run("d"),
    "drifts": lambda client: client.drifts(ARN),
    "stored": lambda client: client.stored("bucket", "key", "123456789012"),
    "invoke": lambda client: client.invoke("f", b"{}"),
    "log_events": lambda client: client.log_events("/aws/lambda/f", 0),
}
BODIES = {
    "an error page": b"<!DOCTYPE html><html><body><p>Bad gateway<br></body></html>",
    "cut short": b"<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackId>arn:a",
    "another document": b"<Something><Else/></Something>",
    "no text": b"\xff\xfe\x00\x01",
    "an array": b"[1, 2]",
    "a word": b'"yes"',
    "wrong types": b'{"events": "abc", "StatusCode": {}, "FunctionError": []}',
    "a list of nothing": b'{"events": [1, null], "nextToken": 5}',
}
NEED_NO_ANSWER = {"execute", "delete_change_set", "delete_stack", "set_stack_policy", "stored", "invoke"}


@pytest.fixture(scope="module")
def server():
    """A server that answers everything with what its `body` is, and the client that asks it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = self.server.body
            self.send_response(200)
            self.send_header("Content-Length", str(len(body) + self.server.missing))
            self.end_headers()
            self.wfile.write(body if self.command != "HEAD" else b"")
            self.close_connection = True

        def log_message(self, *_):
            pass

    for method in ("GET", "POST", "PUT", "HEAD"):
        setattr(Handler, f"do_{method}", Handler.answer)
    found = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.missing = 0
    threading.Thread(target=found.serve_forever, daemon=True).start()
    client = connect(
        region="us-east-1", endpoint=f"http://127.0.0.1:{found.server_port}", credentials=("key", "secret")
    )
    yield found, client
    found.shutdown()
    found.server_close()


def test_no_answer_is_a_traceback(server):
    found, client = server

    def check(body, call):
        found.body = BODIES[body]
        error = error_of(lambda: CALLS[call](client))
        if error is not None:
            assert isinstance(error, LostAnswerError)
            assert error.hint
            assert "\n" not in error.message

    each(product(BODIES, CALLS), check)


def error_of(call):
    """The error that the client is to raise, None where it made sense of the answer; every other one fails the test."""
    try:
        call()
    except AwsError as error:
        return error
    return None


def test_an_error_page_is_no_answer(server):
    found, client = server
    found.body = BODIES["an error page"]

    def check(call):
        with pytest.raises(LostAnswerError, match="the answer cannot be read"):
            CALLS[call](client)

    each(sorted(CALLS.keys() - NEED_NO_ANSWER - {"failed_validations", "importers"}), check)
