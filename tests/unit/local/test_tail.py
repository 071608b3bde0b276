"""What a person sees of a running application."""

import json
from types import SimpleNamespace

import pytest

from tapgen.deploy.aws.model import LogEvent, LogPage
from tapgen.local.said import Said
from tapgen.local.server import Request
from tapgen.local.tail import Frames, LogTail, Source, indented, log_line, request_line


@pytest.mark.parametrize(
    ("request_", "line"),
    [
        (Request("GET", "h", "/item", 200, 34), "GET /item  200  34 ms"),
        (Request("POST", "h", "/a?b=\x1b[2J", 0, 1), "POST /a?b=\\x1b[2J  no answer  1 ms"),
    ],
)
def test_a_request_is_one_line(request_, line):
    assert request_line(request_) == line


DENIED = {
    "timestamp": "2026-11-11T15:01:37+00:00",
    "level": "ERROR",
    "message": "Database operation failed",
    "requestId": "8f1b",
    "errorType": "ClientError",
    "errorMessage": "not authorized: dynamodb:PutItem",
    "stackTrace": ['  File "handler/index.py", line 7, in handler\n    raise\n'],
}


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("START RequestId: 8f1b Version: $LATEST\n", None),
        ("END RequestId: 8f1b", None),
        ("REPORT RequestId: 8f1b\tDuration: 3 ms", None),
        ('{"time": "2026", "type": "platform.report", "record": {}}', None),
        ("  \n", None),
        (
            json.dumps(DENIED),
            "ERROR Database operation failed (ClientError: not authorized: dynamodb:PutItem)\n"
            + DENIED["stackTrace"][0].rstrip(),
        ),
        ('{"level": "INFO", "message": "stored"}', "INFO stored"),
        ('{"level": "INFO", "message": {"item": 1}}', 'INFO {"item": 1}'),
        ('{"message": "stored", "errorType": "KeyError"}', "stored (KeyError)"),
        ('{"item": 1}', '{"item": 1}'),
        ("[1, 2]", "[1, 2]"),
        ("plain \x1b]0;title\x07 text", "plain \\x1b]0;title\\x07 text"),
        ("two\n  lines", "two\n  lines"),
        ("[INFO]\t2026-11-25T13:00:00.123Z\t\tstored\nin two", "INFO stored\nin two"),
    ],
)
def test_a_log_message_is_shown_without_the_platforms_own(message, line):
    assert log_line(message) == line


def test_a_traceback_names_the_files_that_one_edits_with_its_indentation(tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "index.py").touch()
    place = "/tmp/tapgen-local-x/ministack-lambda-shop-dev-Item-ab_3x9qz/code"
    own = f'  File "{place}/app/index.py", line 7, in handler\n'
    sources = {"shop-dev-Item": Source("handler", tmp_path)}
    assert log_line(own, sources) == '  File "handler/app/index.py", line 7, in handler'
    required = f'  File "{place}/requests/api.py", line 59, in request'
    assert log_line(required, sources) == '  File "(package)/requests/api.py", line 59, in request'
    assert log_line(own, {"shop-dev-Other": Source("other", tmp_path)}) == own.rstrip()
    record = json.dumps({"level": "ERROR", "message": "failed", "stackTrace": [own]})
    assert log_line(record, sources) == 'ERROR failed\n  File "handler/app/index.py", line 7, in handler'


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (Said("log", "one"), "    one"),
        (Said("log", "one\n  two", "Item"), "    Item  one\n            two"),
    ],
)
def test_a_functions_lines_stand_below_the_request_and_keep_their_indentation(said, shown):
    assert indented(said) == shown


def test_the_frame_that_runs_the_function_is_left_out_of_its_traceback():
    worker = '  File "/tmp/tapgen-local-x/ministack-lambda-shop-dev-Item-ab_3x9qz/_worker.py", line 146, in run'
    lines = [
        ("Item", "Traceback (most recent call last):"),
        ("Item", worker),
        ("Other", "    indented"),
        ("Item", "    result = handler_fn(event, context)"),
        ("Item", "             ^^^^^^^^^^^^^^^^^^^^^^^^^^"),
        ("Item", '  File "handler/index.py", line 7, in handler'),
        ("Item", "    raise ValueError"),
    ]
    frames = Frames()
    assert [line for line in lines if frames.shows(*line)] == [lines[0], lines[2], *lines[5:]]


def test_the_log_is_read_page_by_page_and_every_event_once():
    asked = []
    first = [LogEvent("1", 1000, "a"), LogEvent("2", 9_999_999_999_999, "b")]
    answers = {
        ("one", ""): LogPage(tuple(first), "more"),
        ("one", "more"): LogPage((LogEvent("3", 2000, "c"),), ""),
        ("two", ""): LogPage((LogEvent("4", 3000, "d"),), ""),
    }

    def log_events(group, since, page=""):
        asked.append((group, since, page))
        return answers[group, page]

    tail = LogTail(SimpleNamespace(log_events=log_events), {"one": "First", "two": ""})
    assert [(name, event.message) for name, event in tail.read()] == [
        *(("First", text) for text in "abc"),
        ("", "d"),
    ]
    answers["two", ""] = LogPage((LogEvent("4", 3000, "d"), LogEvent("5", 3000, "e")), "")
    assert [event.message for _, event in tail.read()] == ["e"]
    assert asked[0][1] > 1_700_000_000_000
    assert asked[3] == ("one", 9_999_999_999_999, "")
