"""A test user of a local user pool calls routes that ask who calls, of either kind of API."""

import json
import secrets

import pytest

from tapgen.cli import run
from tapgen.errors import ExitCode
from tapgen.local.gateway import Call

SETTINGS = """
application = "NAME"

[user_pools.Customers]
clients.Web = { flows = ["user_srp"], SECRET }

[functions.Item]
source = "src"
routes = ["GET /item"]

[api]
kind = "KIND"
authorizer = "Customers"
authorizers.Customers = { user_pool = "Customers" }

[local]
claims.Customers = { email = "somebody@example.com", name = "Some Body", groups = ["admins", "all"] }
"""
HANDLER = """
import json


def handler(event, context):
    asked = event["requestContext"]["authorizer"]
    return {"statusCode": 200, "body": json.dumps(asked.get("claims") or asked["jwt"]["claims"])}
"""


@pytest.fixture
def folder(project):
    def write(kind="rest", secret="false"):
        name = f"t{secrets.token_hex(4)}"
        settings = SETTINGS.replace('"NAME"', f'"{name}"').replace("KIND", kind)
        return project(settings.replace("SECRET", f"secret = {secret}"), **{"src/index.py": HANDLER})

    return write


@pytest.mark.parametrize(("kind", "secret"), [("rest", "false"), ("rest", "true"), ("http", "false")])
def test_its_requests_and_its_commands_are_the_users(folder, monkeypatch, capfd, kind, secret):
    monkeypatch.chdir(folder(kind, secret))
    script = "echo $TAPGEN_TOKEN | cut -d. -f2 | wc -w; echo $TAPGEN_ACCESS_TOKEN | wc -w"
    assert run(["local", "--token", "Customers", "--request", "GET /item", "--", "sh", "-c", script]) == ExitCode.OK
    out, _ = capfd.readouterr()
    claims, *counts = out.splitlines()
    assert json.loads(claims)["email"] == "somebody@example.com"
    assert json.loads(claims)["name"] == "Some Body"
    assert "admins" in json.loads(claims)["cognito:groups"]
    assert [count.strip() for count in counts] == ["1", "1"]


@pytest.mark.parametrize("kind", ["rest", "http"])
def test_without_a_token_or_with_a_wrong_one_nobody_is_let_in(folder, monkeypatch, capfd, kind):
    monkeypatch.chdir(folder(kind))
    assert run(["local", "--request", "GET /item"]) == ExitCode.FAILED
    assert "401 Unauthorized" in capfd.readouterr().err
    wrong = ["--request", "GET /item", "--header", "Authorization: Bearer a.b.c"]
    assert run(["local", "--token", "Customers", *wrong]) == ExitCode.FAILED
    assert "401 Unauthorized" in capfd.readouterr().err


def test_a_pool_that_is_not_there_is_a_mistake(folder, monkeypatch, capfd):
    monkeypatch.chdir(folder())
    assert run(["local", "--token", "Costumers", "--request", "GET /item"]) == ExitCode.USAGE
    assert 'there is no user pool "Costumers"\nHint: did you mean "Customers"?' in capfd.readouterr().err


def test_a_call_that_says_who_calls_stays_so():
    call = Call("GET", "/", headers=(("authorization", "mine"),))
    assert call.as_user("token") is call
    assert Call("GET", "/").as_user("token").headers == (("Authorization", "Bearer token"),)


def test_the_values_of_api_keys_are_known_to_a_command(project, monkeypatch, capfd):
    settings = f"""
application = "t{secrets.token_hex(4)}"
[functions.Item]
source = "src"
routes = [{{ route = "GET /item", api_key = true }}]
[api]
usage_plans.Partner.keys = ["Acme"]
"""
    monkeypatch.chdir(project(settings))
    script = """
import os, urllib.request
request = urllib.request.Request(os.environ["TAPGEN_API_URL"] + "/item", headers={"X-Api-Key": os.environ["TAPGEN_ACMEAPIKEY"]})
try:
    print(urllib.request.urlopen(request).status)
except urllib.error.HTTPError as error:
    print(error.code)
"""
    assert run(["local", "--", "python", "-c", script]) == ExitCode.OK
    assert capfd.readouterr().out.strip() == "502"  # let in: the handler's answer is no response
    assert run(["local", "--request", "GET /item"]) == ExitCode.FAILED
    assert "403 Forbidden" in capfd.readouterr().err
