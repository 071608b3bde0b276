"""Handlers that read the event of the other kind of API, and handlers whose answers no page can read."""

from __future__ import annotations

import pytest

from tapgen import render
from tapgen.proof.check import check
from tapgen.settings.load import load
from tests.table import rows

SETTINGS = """
application = "shop"
[functions.Item]
source = "src"
routes = ["GET /item"]
[api]
"""
HANDLER = 'def handler(event, context):\n    {}\n    return {{"statusCode": 200, "headers": {{"Access-Control-Allow-Origin": "*"}}}}\n'
SILENT = 'def handler(event, context):\n    return {"statusCode": 200}\n'


@pytest.fixture
def told(project):
    """What the check says of a handler, by rule: (file, line, message)."""

    def call(source, settings="", **files):
        folder = project(SETTINGS + settings, **{"src/index.py": source, **files})
        environment = load(folder).environment("dev")
        findings = check(environment, render.render(environment).document, lint=False)
        rules = ("handler-event", "cors-answer")
        return {one.rule: (one.file, one.line, one.message) for one in findings if one.rule in rules}

    return call


@rows(
    ("kind", "reads", "key"),
    [
        ("http", 'event["httpMethod"]', "httpMethod"),
        ("http", 'event.get("path", "/")', "path"),
        ("http", 'event["requestContext"]["resourcePath"]', "requestContext.resourcePath"),
        ("rest", 'event["rawPath"]', "rawPath"),
        ("rest", 'event["requestContext"]["http"]["method"]', "requestContext.http"),
        ("rest", 'event.get("requestContext", {}).get("http", {})', "requestContext.http"),
        ("http", 'event.get("httpMethod") or event.get("other", {}).get("http", {})', "httpMethod"),
    ],
)
@rows("body", ["", "body = true\n"])
def test_a_key_of_the_other_kind_is_told(told, kind, reads, key, body):
    what = {"rest": "a REST API (payload 1.0)", "http": "an HTTP API (payload 2.0)"}[kind]
    assert told(HANDLER.format(reads), f'kind = "{kind}"\n{body}') == {
        "handler-event": ("src/index.py", 2, f"ItemFunction reads {key}, which {what} does not send.")
    }


@rows(
    ("kind", "reads"),
    [
        ("rest", 'event["httpMethod"]'),
        ("http", 'event["rawPath"]'),
        ("http", 'event.get("httpMethod") or event["requestContext"]["http"]["method"]'),
        ("http", 'event.get("httpMethod") or event.get("requestContext", {}).get("http", {}).get("method", "POST")'),
        ("http", 'event.get("path") or (event.get("requestContext") or {})["http"]["path"]'),
        ("http", 'context = event["requestContext"]; context["http"]["method"] or event["httpMethod"]'),
        ("http", 'event["path"] if "http" not in event["requestContext"] else event["body"]'),
        ("http", 'event["version"] == "1.0" and event["path"]'),
        ("http", 'event["headers"], event["body"], event["pathParameters"]'),
        ("http", 'event = convert(event); event["httpMethod"]'),
        ("http", 'other = {}; other["httpMethod"]'),
    ],
)
def test_what_fits_or_cannot_be_seen_is_not(told, kind, reads):
    assert told(HANDLER.format(reads), f'kind = "{kind}"\n') == {}


def test_the_resolver_of_the_other_kind_is_told(told):
    source = (
        "from aws_lambda_powertools.event_handler import {0}\n\napp = {0}(cors=CORSConfig())\n\n"
        "def handler(event, context):\n    return app.resolve(event, context)\n"
    )
    message = "ItemFunction takes APIGatewayRestResolver, which does not read the event of an HTTP API (payload 2.0)."
    assert told(source.format("APIGatewayRestResolver"), 'kind = "http"\n')["handler-event"] == (
        "src/index.py",
        3,
        message,
    )
    assert told(source.format("APIGatewayHttpResolver"), 'kind = "http"\n') == {}


@pytest.mark.parametrize(
    ("reads", "message"),
    [
        ('event["httpMethod"]', "ItemFunction reads httpMethod, which an HTTP API (payload 2.0) does not send."),
        ('event["rawPath"]', "ItemFunction reads rawPath, which a REST API (payload 1.0) does not send."),
        ('event.get("httpMethod") or event["requestContext"]["http"]["method"]', None),
        ('event["version"] == "2.0" and event["rawPath"]', None),
        ('event["headers"]', None),
    ],
)
def test_a_function_behind_both_kinds_tells_them_apart(project, reads, message):
    routes = 'routes = ["GET /item", { route = "GET /item", api = "Site" }]'
    settings = SETTINGS.replace('routes = ["GET /item"]', routes) + '[apis.Site]\nkind = "http"\n'
    environment = load(project(settings, **{"src/index.py": HANDLER.format(reads)})).environment("dev")
    findings = check(environment, render.render(environment).document, lint=False)
    assert [one.message for one in findings if one.rule == "handler-event"] == ([message] if message else [])


NAMED = 'cors.origins = ["https://shop.example.com"]\n'


@pytest.mark.parametrize("body", ["", "body = true\n"])
def test_answers_that_no_page_can_read_are_told(told, body):
    file, _, message = told(SILENT, NAMED + body)["cors-answer"]
    assert (file, message) == (
        "tapgen.toml",
        "ItemFunction answers no page of another origin: its source never has the header.",
    )


@pytest.mark.parametrize(
    ("source", "settings", "files"),
    [
        (HANDLER.format("pass"), NAMED, {}),
        (SILENT, "", {}),  # nobody named an origin: nobody may have pages
        (SILENT, 'kind = "http"\n' + NAMED, {}),  # the service adds the header itself
        ("import answers\n" + SILENT, NAMED, {"src/answers.py": 'HEADERS = {"access-control-allow-origin": "*"}\n'}),
        ("from aws_lambda_powertools.event_handler import CORSConfig\n" + SILENT, NAMED, {}),
    ],
)
def test_answers_that_a_page_can_read_are_not(told, source, settings, files):
    assert "cors-answer" not in told(source, settings, **files)
