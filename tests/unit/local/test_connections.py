"""A WebSocket API on the embedded AWS: who is let in, which function a message starts, and what comes back."""

import io
import json
import secrets
from time import monotonic, sleep

import pytest
from wsproto.events import AcceptConnection, RejectConnection

from tapgen.local.connections import addressed
from tapgen.local.deployment import deploy
from tapgen.local.view import BriefView
from tapgen.proof.needs.auto import with_actions
from tapgen.settings.load import load
from tests.unit.local.web_socket import PATIENCE, Connection

SETTINGS = """
application = "APPLICATION"

[tables.Connections]
partition_key = { name = "id" }

[functions.Auth]
source = "auth"

[functions.Chat]
source = "src"
routes = [
    { route = "$connect", api = "Chat" },
    { route = "$disconnect", api = "Chat" },
    { route = "sendMessage", api = "Chat" },
    { route = "whoAmI", api = "Chat", reply = true },
    { route = "whereAmI", api = "Chat" },
    { route = "$default", api = "Chat" },
]
tables.Connections = { variable = "TABLE_NAME" }
apis.Chat = { variable = "CHAT_ENDPOINT" }

[apis.Chat]
kind = "websocket"
authorizer = "Ticket"
authorizers.Ticket = { function = "Auth", identity = ["querystring.ticket"] }
"""
AUTH = """
def handler(event, context):
    effect = "Allow" if event["queryStringParameters"]["ticket"] == "good" else "Deny"
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": event["methodArn"]}
    return {"principalId": "me", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
"""
CHAT = """
import json
import os

import boto3

connections = boto3.client("apigatewaymanagementapi", endpoint_url=os.environ["CHAT_ENDPOINT"])
table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


def handler(event, context):
    asked = event["requestContext"]
    own = {"id": asked["connectionId"]}
    match asked["routeKey"]:
        case "$connect":
            table.put_item(Item=own)
        case "$disconnect":
            table.delete_item(Key=own)
        case "sendMessage":
            for item in table.scan()["Items"]:
                connections.post_to_connection(ConnectionId=item["id"], Data=json.loads(event["body"])["text"].encode())
        case "whereAmI":
            address = f"https://{asked['domainName']}/{asked['stage']}"
            client = boto3.client("apigatewaymanagementapi", endpoint_url=address)
            client.post_to_connection(ConnectionId=asked["connectionId"], Data=asked["stage"].encode())
        case "$default":
            raise RuntimeError("nobody knows this")
    return {"statusCode": 200, "body": asked["authorizer"]["principalId"] if "authorizer" in asked else ""}
"""


@pytest.fixture(scope="module")
def deployed(tmp_path_factory, embedded):
    root = tmp_path_factory.mktemp("chat")
    for name, text in {"auth": AUTH, "src": CHAT}.items():
        (root / name).mkdir()
        (root / name / "index.py").write_text(text, encoding="utf-8")
    (root / "tapgen.toml").write_text(SETTINGS.replace("APPLICATION", f"w{secrets.token_hex(4)}"), encoding="utf-8")
    told = io.StringIO()
    environment = with_actions(load(root / "tapgen.toml").environment("dev"))
    _, found = deploy(environment, embedded, lambda _: BriefView(told))
    assert found, told.getvalue()
    return found


@pytest.fixture
def connect(deployed, embedded):
    """Connects with a ticket; at the end $disconnect has forgotten every connection."""

    def to(ticket):
        return Connection(f"{deployed.further['Chat']}?ticket={ticket}")

    yield to
    [table] = deployed.of_type("AWS::DynamoDB::Table").values()
    deadline = monotonic() + PATIENCE
    while embedded.scan(table, deployed.client.region):
        assert monotonic() < deadline
        sleep(0.05)


def test_the_authorizers_function_lets_in_and_a_message_reaches_every_connection(connect):
    with connect("bad") as refused:
        assert isinstance(refused.answer, RejectConnection)
    with connect("good") as one, connect("good") as other:
        assert isinstance(one.answer, AcceptConnection)
        one.say(action="sendMessage", text="käse")
        assert (one.hear(), other.hear()) == ("käse", "käse")


def test_what_a_function_returns_comes_back_where_the_route_replies(connect):
    with connect("good") as one:
        one.say(action="sendMessage", text="first")
        one.say(action="whoAmI")
        assert [one.hear(), one.hear()] == ["first", "me"]


def test_the_address_that_an_event_names_leads_to_the_connection(connect):
    with connect("good") as one:
        one.say(action="whereAmI")
        assert one.hear() == "dev"


def test_a_function_that_fails_is_an_error_without_a_word_of_why(connect):
    with connect("good") as one:
        one.say(action="unknown")
        assert json.loads(one.hear())["message"] == "Internal server error"


def test_variables_that_hold_the_address_get_the_local_one():
    variables = {
        "CHAT": "https://a1.execute-api.eu-central-1.amazonaws.com/dev",
        "REST": "https://b2.execute-api.eu-central-1.amazonaws.com/dev",
        "OTHER": "https://example.com",
    }
    assert addressed(variables, "http://127.0.0.1:1", lambda api: api == "a1") == {
        "CHAT": "http://127.0.0.1:1/_aws/execute-api/a1/dev"
    }
