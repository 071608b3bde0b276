"""The handler: what it stores, what it answers, and what only the log may know."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, NoCredentialsError

EVENTS = ("get_item", "get_item_from_a_page", "get_item_from_the_console")
REQUEST_ID = "8f1b6f6e-2f27-4a5b-8f0a-6b1f1f6f7a10"
SECRET = "arn:aws:dynamodb:us-east-1:123456789012:table/tap-dev-ItemTable-1ABC"


class FakeTable:
    """A table in memory; `error` is raised by the next write."""

    name = "tap-dev-ItemTable-1ABC"

    def __init__(self, error=None):
        self.items = []
        self.error = error

    def put_item(self, **request):
        if self.error:
            raise self.error
        self.items.append(request["Item"])


def denied():
    return ClientError({"Error": {"Code": "AccessDeniedException", "Message": f"no PutItem on {SECRET}"}}, "PutItem")


@pytest.mark.parametrize("name", EVENTS)
def test_an_item_named_after_the_request_is_stored_and_answered(index, event, name):
    table = FakeTable()
    before = datetime.now(UTC)
    answer = index.respond(event(name), REQUEST_ID, lambda: table)
    [item] = table.items
    assert set(item) == {"itemId", "timestamp"}
    assert item["itemId"] == f"item_{REQUEST_ID}"
    stored_at = datetime.fromisoformat(item["timestamp"])
    assert stored_at.utcoffset() == timedelta(0)
    assert before <= stored_at <= datetime.now(UTC)
    assert answer == {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json", "Access-Control-Allow-Origin": "*", "Vary": "Origin"},
        "body": json.dumps({"message": "Item stored", "itemId": f"item_{REQUEST_ID}", "tableName": table.name}),
    }


def test_a_repeated_invocation_names_the_same_item(index, event):
    table = FakeTable()
    for _ in range(2):
        index.respond(event("get_item"), REQUEST_ID, lambda: table)
    assert len({item["itemId"] for item in table.items}) == 1


@pytest.mark.parametrize(
    "error", [denied(), ConnectTimeoutError(endpoint_url=f"https://{SECRET}"), NoCredentialsError()]
)
def test_a_database_error_is_answered_without_its_details_and_logged_with_them(index, event, error, capsys):
    answer = index.respond(event("get_item"), REQUEST_ID, lambda: FakeTable(error))
    assert (answer["statusCode"], answer["body"]) == (500, '{"error": "Database operation failed"}')
    assert answer["headers"]["Access-Control-Allow-Origin"] == "*"
    assert SECRET not in json.dumps(answer)
    [line] = capsys.readouterr().err.splitlines()
    logged = json.loads(line)
    assert logged["level"] == "ERROR"
    assert logged["message"] == "Database operation failed"
    assert logged["requestId"] == REQUEST_ID
    assert logged["errorType"] == type(error).__name__
    assert logged["errorMessage"] == str(error)
    assert "put_item" in "".join(logged["stackTrace"])
    assert datetime.fromisoformat(logged["timestamp"]).utcoffset() == timedelta(0)


@pytest.mark.parametrize("error", [KeyError(SECRET), ValueError(SECRET), RuntimeError(SECRET)])
def test_any_other_error_is_answered_without_its_details_and_logged_with_them(index, event, error, capsys):
    answer = index.respond(event("get_item"), REQUEST_ID, lambda: FakeTable(error))
    assert (answer["statusCode"], answer["body"]) == (500, '{"error": "Internal server error"}')
    assert SECRET not in json.dumps(answer)
    logged = json.loads(capsys.readouterr().err)
    assert (logged["requestId"], logged["errorType"]) == (REQUEST_ID, type(error).__name__)
    assert SECRET in logged["errorMessage"]


def test_a_missing_variable_is_an_internal_error(index, event, monkeypatch, capsys):
    monkeypatch.delenv("TABLE_NAME", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    answer = index.handler(event("get_item"), SimpleNamespace(aws_request_id=REQUEST_ID))
    assert (answer["statusCode"], answer["body"]) == (500, '{"error": "Internal server error"}')
    assert json.loads(capsys.readouterr().err)["errorMessage"] == "'TABLE_NAME'"


@pytest.mark.parametrize("payload", [None, [], "text", {}, {"headers": None}, {"headers": {}}])
def test_an_event_that_is_none_of_api_gateways_is_served_all_the_same(index, payload):
    table = FakeTable()
    assert index.respond(payload, REQUEST_ID, lambda: table)["statusCode"] == 200
    assert len(table.items) == 1


@pytest.mark.parametrize(
    ("allowed", "caller", "answered"),
    [
        (None, "https://app.example.com", "*"),
        ("https://app.example.com", "https://app.example.com", "https://app.example.com"),
        ("https://app.example.com", "https://evil.example", "https://app.example.com"),
        ("https://app.example.com", None, "https://app.example.com"),
        ("https://a.example,https://b.example", "https://b.example", "https://b.example"),
        ("https://a.example,https://b.example", "https://evil.example", "https://a.example"),
        ("https://a.example,https://b.example", "", "https://a.example"),
    ],
)
@pytest.mark.parametrize("header", ["Origin", "origin"])
def test_the_answer_allows_a_configured_origin_alone(index, monkeypatch, allowed, caller, answered, header):
    if allowed is None:
        monkeypatch.delenv("CORS_ORIGIN", raising=False)
    else:
        monkeypatch.setenv("CORS_ORIGIN", allowed)
    headers = {} if caller is None else {header: caller}
    answer = index.respond({"headers": headers}, REQUEST_ID, FakeTable)
    assert answer["headers"]["Access-Control-Allow-Origin"] == answered
    assert answer["headers"]["Vary"] == "Origin"


def test_the_runtimes_own_formatter_is_left_alone_where_it_is_on(index, monkeypatch):
    def own_handlers():
        return [handler for handler in index.log.handlers if type(handler).__name__ == "JsonLines"]

    assert len(own_handlers()) == 1
    assert not index.log.propagate
    index.log.handlers.clear()
    index.log.propagate = True
    monkeypatch.setenv("AWS_LAMBDA_LOG_FORMAT", "JSON")
    index.__spec__.loader.exec_module(index)
    assert own_handlers() == []
    assert index.log.propagate


def test_a_line_without_an_error_has_no_error_fields(index, capsys):
    index.log.warning("slow", extra={"requestId": REQUEST_ID})
    logged = json.loads(capsys.readouterr().err)
    assert set(logged) == {"timestamp", "level", "message", "requestId"}
    assert (logged["level"], logged["message"], logged["requestId"]) == ("WARNING", "slow", REQUEST_ID)


def test_it_fits_into_the_template_and_knows_nothing_of_the_tool():
    source = (Path(__file__).parents[3] / "handler" / "index.py").read_text()
    assert len(source) <= 4096  # AWS::Lambda::Function Code: inline source of Python has at most 4,096 characters
    assert not re.search(r"\btapgen\b", source)


def test_the_clients_patience_ends_within_the_functions_time_out(index):
    limits = index.LIMITS
    attempts = limits.retries["total_max_attempts"]
    backoff = attempts - 1  # botocore's standard mode waits at most 1 s before the second attempt
    assert attempts == 2
    assert attempts * (limits.connect_timeout + limits.read_timeout) + backoff < 10
