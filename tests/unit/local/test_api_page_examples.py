"""Every example of docs/api.md runs on the embedded AWS, and each of its routes asks its callers for what it says."""

import io
import re
import secrets

import pytest

from tapgen.local import gateway
from tapgen.local.deployment import deploy
from tapgen.local.view import BriefView
from tapgen.proof.needs.auto import with_actions
from tapgen.settings.load import load
from tapgen.settings.served import apis
from tests.unit.settings.test_api_page import EXAMPLES, FILES

HANDLER = """
def handler(event, context):
    if "methodArn" in event or "routeArn" in event:
        statement = {"Effect": "Deny", "Action": "execute-api:Invoke", "Resource": "*"}
        return {"principalId": "x", "policyDocument": {"Statement": [statement]}, "isAuthorized": False}
    return {"statusCode": 200, "body": event.get("routeKey") or event["resource"]}
"""


def expected(route):
    """The statuses that an anonymous request without a body may get."""
    if not route.function and route.authorization == "NONE":
        return {404} if route.asks.table else {200, 202}
    if route.authorizer:
        return {401, 403}
    if route.authorization == "AWS_IAM" or route.asks.api_key:
        return {403}
    return {400} if route.asks.request or route.asks.parameters else {200}


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_its_routes_answer(project, embedded, example):
    settings = example.replace('application = "shop"', f'application = "e{secrets.token_hex(4)}"')
    environment = with_actions(load(project(settings, **FILES, **{"src/index.py": HANDLER})).environment("dev"))
    told = io.StringIO()
    _, deployed = deploy(environment, embedded, lambda _: BriefView(told))
    assert deployed, told.getvalue()
    addresses = {"": deployed.address, **deployed.further}
    for name, api in apis(environment).items():
        if api.settings.kind == "websocket":
            continue  # test_connections has connections
        for route in api.routes:
            if not route.function and route.asks.url:
                continue  # nobody answers there
            method = "GET" if route.route.method == "ANY" or route.route.is_default else route.route.method
            path = "/elsewhere" if route.route.is_default else re.sub(r"\{[^}]*\}", "x", route.route.path)
            sent = {} if route.function else {"body": b'{"id": 1}', "headers": (("Content-Type", "application/json"),)}
            answer = gateway.send(addresses[name], gateway.Call(method, path, **sent))
            assert answer.status in expected(route), (str(route.route), answer.body)
