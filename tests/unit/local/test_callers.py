"""Who calls a route: signature, API key, token, on the embedded AWS."""

import json
import secrets

import pytest

from tapgen.errors import UsageError
from tapgen.local import gateway, tokens
from tapgen.local.callers import as_asked, route_of
from tapgen.local.page.application import Application
from tapgen.local.page.feed import Feed
from tapgen.settings.load import load
from tests.unit.local.test_started import start

SETTINGS = """
application = "NAME"
[user_pools.Customers]
clients.Web = { flows = ["user_srp"] }
[tables.Items]
partition_key = { name = "id" }
[queues.Orders]
[api]
authorizers.Customers = { user_pool = "Customers" }
usage_plans.Partner = { keys = ["Partner"], quota = 10000, rate = 10, burst = 20 }
[apis.Site]
kind = "http"
[functions.Work]
source = "src"
url = { authorization = "NONE" }
routes = [
    "GET /open",
    "ANY /any/{rest+}",
    "GET /any/a",
    { route = "GET /signed", authorization = "AWS_IAM" },
    { route = "GET /keyed", api_key = true },
    { route = "POST /mine", authorizer = "Customers" },
    { route = "GET /site", api = "Site" },
    { route = "$default", api = "Site" },
]
triggers.schedules.Nightly = { expression = "rate(1 day)", input = { night = true } }


[environments.dev]
"""
HANDLER = """
import json


def handler(event, context):
    if "night" in event:
        return event
    identity = event["requestContext"].get("identity", {})
    claims = event["requestContext"].get("authorizer", {}).get("claims", {})
    said = {"body": event.get("body"), "email": claims.get("email"), "signed": bool(identity.get("accessKey"))}
    return {"statusCode": 200, "body": json.dumps(said)}
"""


@pytest.fixture(scope="module")
def deployed(embedded, tmp_path_factory):
    folder = tmp_path_factory.mktemp("callers")
    (folder / "src").mkdir()
    (folder / "src/index.py").write_text(HANDLER)
    (folder / "tapgen.toml").write_text(SETTINGS.replace('"NAME"', f'"c{secrets.token_hex(4)}"'))
    return start(folder, embedded)


@pytest.fixture
def page(deployed, embedded):
    return Application(deployed, embedded, Feed())


def called(deployed, embedded, text, user=None):
    call = as_asked(deployed, embedded, gateway.parse(text), user=user)
    return call, gateway.send(deployed.address, call)


@pytest.mark.parametrize(
    ("text", "api", "route"),
    [
        ("GET /open?x=1", "", "GET /open"),
        ("GET /any/a", "", "GET /any/a"),
        ("POST /any/a", "", "ANY /any/{rest+}"),
        ("GET /any/a/b", "", "ANY /any/{rest+}"),
        ("GET /nothing", "", "None"),
        ("GET /site", "Site", "GET /site"),
        ("DELETE /else/where", "Site", "$default"),
        ("GET /site", "Nothing", "None"),
    ],
)
def test_a_request_finds_its_most_literal_route(project, text, api, route):
    environment = load(project(SETTINGS.replace("NAME", "shop"))).environment("dev")
    found = route_of(environment, gateway.parse(text), api)
    assert str(found and found.route) == route


def test_a_route_with_iam_gets_a_signature(deployed, embedded):
    call, answer = called(deployed, embedded, "GET /signed")
    assert dict(call.headers)["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIA")
    assert answer.status == 200
    assert gateway.send(deployed.address, gateway.parse("GET /signed")).status == 403


def test_a_route_with_keys_gets_one(deployed, embedded):
    assert called(deployed, embedded, "GET /keyed")[1].status == 200
    own = gateway.with_content(gateway.parse("GET /keyed"), None, ["X-Api-Key: wrong"])
    assert as_asked(deployed, embedded, own) == own
    assert gateway.send(deployed.address, own).status == 403


def test_an_open_route_gets_nothing(deployed, embedded):
    call, answer = called(deployed, embedded, "GET /open")
    assert call.headers == ()
    assert answer.status == 200


def test_a_users_token_is_sent(deployed, embedded):
    user = tokens.Tokens("the id", "the access")
    assert dict(as_asked(deployed, embedded, gateway.parse("POST /mine"), user=user).headers) == {
        "Authorization": "Bearer the id"
    }


def test_the_page_sends_requests_as_somebody_or_nobody(page):
    asked = {"method": "POST", "path": "/mine", "body": '{"n": 1}', "headers": "Accept: a\n\nX-More: b", "api": ""}
    assert page.act("send", asked)["status"] == 401
    answer = page.act("send", asked | {"user": "Customers"})
    assert answer["title"] == "200 OK"
    said = json.loads(answer["body"])
    assert said == {"body": '{"n": 1}', "email": "test@example.com", "signed": False}
    assert page.act("send", asked | {"user": "Customers"})["status"] == 200  # the same user, signed in once
    assert page.act("send", {"method": "GET", "path": "/site", "api": "Site"})["status"] == 200


def test_the_page_reads_no_file_for_a_body(page):
    answer = page.act("send", {"method": "POST", "path": "/any/x", "body": "@/etc/hostname"})
    assert json.loads(answer["body"])["body"] == "@/etc/hostname"


def test_the_page_shows_routes_items_and_messages(page, deployed, embedded):
    state = page.read("state", "")
    assert [api["name"] for api in state["apis"]] == ["", "Site"]
    routes = {one["title"]: one for one in state["apis"][0]["routes"]}
    assert routes["GET /signed"]["asks"] == "IAM"
    assert state["addresses"] == dict(deployed.urls)
    assert "Work" in state["addresses"]
    assert routes["POST /mine"]["asks"] == "Customers"
    assert routes["GET /keyed"]["key"]
    assert (state["tables"], state["users"], state["schedules"]) == (["Items"], ["Customers"], ["Nightly"])
    table = deployed.of_type("AWS::DynamoDB::Table")["ItemsTable"]
    put = {"TableName": table, "Item": {"id": {"S": "one"}, "password": {"S": "hunter2hunter2"}}}
    embedded.call("dynamodb", "us-east-1", "DynamoDB_20120810.PutItem", put)
    shown = page.read("items", "Items")
    assert (shown["keys"], shown["count"]) == (["id"], 1)
    assert shown["items"][0]["id"] == "one"
    assert "hunter2" not in json.dumps(shown)
    [queue] = state["queues"]
    url = deployed.of_type("AWS::SQS::Queue")[queue["id"]]
    sent = {"QueueUrl": url, "MessageBody": "order 1"}
    embedded.call("sqs", "us-east-1", "AmazonSQS.SendMessage", sent)
    for _ in range(2):  # looking does not receive
        found = page.read("messages", queue["id"])
        assert [(one["body"], one["received"]) for one in found["messages"]] == [("order 1", 0)]


def test_the_page_fires_a_schedule(page):
    [fired] = page.act("fire", {"name": "Nightly"})
    assert fired["ok"]
    assert json.loads(fired["answer"]) == {"night": True}


def test_the_page_starts_a_function_with_a_sample(page, deployed):
    kinds = {one["kind"]: one for one in page.read("events", "")}
    assert kinds["sqs"]["names"] == ["Orders"]
    assert "GET /keyed" in kinds["api"]["names"]
    made = json.loads(page.act("event", {"kind": "api", "name": "GET /open"})["event"])
    assert made["path"] == "/open"
    assert made["requestContext"]["apiId"] == deployed.outputs["ApiGatewayIdOutput"]
    started = page.act("start", {"name": "Work", "event": json.dumps(made)})
    assert (started["ok"], json.loads(started["answer"])["statusCode"]) == (True, 200)
    failed = page.act("start", {"name": "Work", "event": "{}"})
    assert (failed["ok"], failed["error"]) == (False, "Unhandled")
    with pytest.raises(UsageError, match="not JSON"):
        page.act("start", {"name": "Work", "event": "{"})


def test_the_page_draws_the_picture(page):
    assert "WorkFunction" in page.picture()


def test_what_the_page_has_not_is_said(page):
    with pytest.raises(UsageError, match="the page has no nothing"):
        page.read("nothing", "")
    with pytest.raises(UsageError, match="the page cannot nothing"):
        page.act("nothing", {})
    with pytest.raises(UsageError, match="there is no such API"):
        page.act("send", {"method": "GET", "path": "/", "api": "Nothing"})
