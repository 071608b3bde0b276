"""The page's listener over HTTP, with an application that answers at once."""

import json
from http.client import HTTPConnection
from threading import Thread

import pytest

from tapgen.errors import UsageError
from tapgen.local.page.feed import KEPT, Feed
from tapgen.local.page.listener import LARGEST, serving
from tapgen.local.said import Both, Said


class Fake:
    """Answers what it was asked."""

    def __init__(self):
        self.feed = Feed()

    def read(self, what, name):
        if what == "nothing":
            raise UsageError("the page has no nothing", "Ask for something.")
        return {"what": what, "name": name}

    def act(self, what, asked):
        return {"what": what, "of": asked["of"]}

    def picture(self):
        return "<!doctype html><title>picture</title>"


@pytest.fixture
def page():
    with serving(Fake()) as listener:
        yield listener


def ask(page, method, path, body=None, **headers):
    connection = HTTPConnection("127.0.0.1", page.server_address[1], timeout=30)
    try:
        connection.request(method, f"/{page.token}/{path}", body, headers)
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("path", "kind", "begins"),
    [("", "text/html", b"<!doctype html>"), ("page.css", "text/css", b":root"), ("page.js", "text/javascript", b"//")],
)
def test_its_files_come_with_its_policy(page, path, kind, begins):
    answer, body = ask(page, "GET", path)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
    assert body.startswith(begins)


def test_the_picture_has_an_origin_of_its_own(page):
    answer, _ = ask(page, "GET", "picture")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox allow-scripts; default-src 'none'")


def test_data_and_actions_are_json(page):
    assert json.loads(ask(page, "GET", "items?name=Item%20s")[1]) == {"what": "items", "name": "Item s"}
    assert json.loads(ask(page, "POST", "send", '{"of": 1}', **JSON)[1]) == {"what": "send", "of": 1}


@pytest.mark.parametrize("body", ["{}", "[", "[1]", '"of"', "\xff"])
def test_what_is_not_understood_is_said(page, body):
    answer, said = ask(page, "POST", "send", body.encode("latin-1"), **JSON)
    assert (answer.status, json.loads(said)["error"]) == (400, "not understood")


def test_an_error_of_the_application_is_said_with_its_hint(page):
    answer, said = ask(page, "GET", "nothing")
    assert answer.status == 400
    assert json.loads(said) == {"error": "the page has no nothing", "hint": "Ask for something."}


def test_others_get_nothing(page):
    assert ask(page, "GET", "state", Host="rebound.example")[0].status == 403
    assert ask(page, "POST", "send", "{}", **{"Content-Type": "text/plain"})[0].status == 403
    assert ask(page, "POST", "send", None, **JSON, **{"Content-Length": str(LARGEST + 1)})[0].status == 413
    page.token = "other"
    assert ask(page, "GET", "state")[0].status == 200  # with the token of now
    connection = HTTPConnection("127.0.0.1", page.server_address[1], timeout=30)
    connection.request("GET", "/state")
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (403, b"")
    connection.close()


def test_lines_come_as_they_are_said_and_from_where_a_browser_left_off(page):
    feed = page.application.feed
    feed.line(Said("request", "GET /item  200  5 ms"))
    feed.line(Said("log", 'token="Zk3vBq81LmXw09ab" done', "Item"))
    connection = HTTPConnection("127.0.0.1", page.server_address[1], timeout=30)
    connection.request("GET", f"/{page.token}/lines", headers={"Last-Event-ID": "1"})
    answer = connection.getresponse()
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.readline() == b"id: 2\n"
    line = json.loads(answer.readline().removeprefix(b"data: "))
    assert (line["kind"], line["source"]) == ("log", "Item")
    assert "Zk3vBq81LmXw09ab" not in line["text"]
    assert answer.readline() == b"\n"
    Thread(target=feed.problem, args=(UsageError("broken", "mend it"),)).start()
    assert answer.readline() == b"id: 3\n"
    assert json.loads(answer.readline().removeprefix(b"data: "))["text"] == "broken\nmend it"
    connection.close()


def test_old_lines_go_and_a_closed_feed_keeps_nobody_waiting():
    feed = Feed()
    for number in range(KEPT + 5):
        feed.line(Said("note", str(number)))
    assert [line.text for line in feed.after(0, 0)][:1] == ["5"]
    waited = Thread(target=feed.after, args=(KEPT + 5, 60))
    waited.start()
    feed.close()
    waited.join(30)
    assert not waited.is_alive()


def test_two_are_told_the_same():
    one, two = Feed(), Feed()
    both = Both(one, two)
    both.line(Said("note", "a"))
    both.problem(UsageError("b"))
    assert [line.text for line in one.after(0, 0)] == [line.text for line in two.after(0, 0)] == ["a", "b"]
