"""Who may ask the page's listener."""

import pytest

from tapgen.local.page.guard import HEADERS, allowed

PORT = 5000
OWN = {"host": "127.0.0.1:5000"}
POST = {**OWN, "content-type": "application/json", "origin": "http://127.0.0.1:5000"}


@pytest.mark.parametrize(
    ("method", "path", "headers", "asked"),
    [
        ("GET", "/secret/", OWN, ""),
        ("GET", "/secret/items?name=Item", {"host": "LOCALHOST:5000"}, "items"),
        ("GET", "/secret/state", {**OWN, "sec-fetch-site": "same-origin"}, "state"),
        ("POST", "/secret/send", POST, "send"),
        ("POST", "/secret/send", {**POST, "content-type": "application/json; charset=utf-8"}, "send"),
        ("GET", "/secret", OWN, None),
        ("GET", "/", OWN, None),
        ("GET", "/wrong/state", OWN, None),
        ("GET", "//secret/state", OWN, "state"),
        ("GET", "/secret/", {}, None),
        ("GET", "/secret/", {"host": "rebound.example:5000"}, None),
        ("GET", "/secret/", {"host": "127.0.0.1:5001"}, None),
        ("GET", "/secret/state", {**OWN, "origin": "https://elsewhere.example"}, None),
        ("GET", "/secret/state", {**OWN, "origin": "null"}, None),
        ("GET", "/secret/state", {**OWN, "origin": "http://localhost:5000"}, None),
        ("GET", "/secret/page.js", {**OWN, "sec-fetch-site": "cross-site"}, None),
        ("POST", "/secret/send", {**POST, "content-type": "text/plain"}, None),
        ("POST", "/secret/send", {name: value for name, value in POST.items() if name != "content-type"}, None),
    ],
)
def test_only_the_page_itself_is_answered(method, path, headers, asked):
    assert allowed(method, path, headers, "secret", PORT) == asked


def test_nothing_from_elsewhere_and_nothing_inline_runs_on_the_page():
    policy = dict(part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
