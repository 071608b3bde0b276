"""A test user of a local user pool calls routes that ask who calls, of either kind of API."""

import io
import json
import secrets

import pytest

from tapgen.cli import run
from tapgen.errors import ExitCode, TapgenError
from tapgen.local import gateway, issuers
from tapgen.local.deployment import deploy
from tapgen.local.gateway import Call
from tapgen.local.view import BriefView
from tapgen.settings.load import load

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


ASKS = """
import os, urllib.error, urllib.request


def status(**headers):
    try:
        return urllib.request.urlopen(urllib.request.Request(os.environ["TAPGEN_API_URL"] + "/item", headers=headers)).status
    except urllib.error.HTTPError as error:
        return error.code


print("with its token", status(Authorization=os.environ["TAPGEN_TOKEN"]))
print("with none", status())
print("with a wrong one", status(Authorization="Bearer a.b.c"))
print("access token", os.environ["TAPGEN_ACCESS_TOKEN"].count(".") == 2)
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
    assert run(["local", "--token", "Customers", "--request", "GET /item", "--", "python", "-c", ASKS]) == ExitCode.OK
    out, _ = capfd.readouterr()
    claims, *told = out.splitlines()
    assert json.loads(claims)["email"] == "somebody@example.com"
    assert json.loads(claims)["name"] == "Some Body"
    assert "admins" in json.loads(claims)["cognito:groups"]
    assert told == ["with its token 200", "with none 401", "with a wrong one 401", "access token True"]


def test_a_header_of_ones_own_is_sent_in_the_tokens_place(folder, monkeypatch, capfd):
    monkeypatch.chdir(folder("http"))
    wrong = ["--request", "GET /item", "--header", "Authorization: Bearer a.b.c"]
    assert run(["local", "--token", "Customers", *wrong]) == ExitCode.FAILED
    assert "401 Unauthorized" in capfd.readouterr().err


def test_a_pool_that_is_not_there_is_a_mistake(folder, monkeypatch, capfd):
    monkeypatch.chdir(folder())
    assert run(["local", "--token", "Costumers", "--request", "GET /item"]) == ExitCode.USAGE
    expected = 'there is no user pool "Costumers", nor an authorizer by issuer\nHint: did you mean "Customers"?'
    assert expected in capfd.readouterr().err


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
import os, urllib.error, urllib.request
for key in (os.environ["TAPGEN_ACMEAPIKEY"], "wrong"):
    request = urllib.request.Request(os.environ["TAPGEN_API_URL"] + "/item", headers={"X-Api-Key": key})
    try:
        print(urllib.request.urlopen(request).status)
    except urllib.error.HTTPError as error:
        print(error.code)
"""
    assert run(["local", "--", "python", "-c", script]) == ExitCode.OK
    assert capfd.readouterr().out.split() == ["502", "403"]  # let in: the handler's answer is no response; and not


ISSUER = """
application = "NAME"
[functions.Item]
source = "src"
routes = ["GET /item", { route = "GET /written", scopes = ["orders/write"] }]
[api]
kind = "http"
authorizer = "Login"
authorizers.Login = { issuer = "https://login.example.invalid/", audience = ["shop"] }
[local]
claims.Login = { email = "somebody@example.com" }
MORE
"""


def issued(project, more=""):
    settings = ISSUER.replace("NAME", f"t{secrets.token_hex(4)}").replace("MORE", more)
    return project(settings, **{"src/index.py": HANDLER})


def test_a_token_of_somebody_elses_issuer(project, monkeypatch, capfd):
    """Nobody asks that issuer: the run's own key stands for it."""
    monkeypatch.chdir(issued(project))
    claims = ["--claims", '{"scope": "orders/read orders/write", "name": "Some Body"}']
    asked = ["--request", "GET /item", "--request", "GET /written"]
    assert run(["local", "--token", "Login", *claims, *asked]) == ExitCode.OK
    said = json.loads(capfd.readouterr().out.partition("}")[0] + "}")
    assert (said["iss"], said["aud"], said["sub"]) == ("https://login.example.invalid/", "shop", "test-user")
    assert (said["email"], said["name"]) == ("somebody@example.com", "Some Body")


@pytest.fixture
def deployed(project, embedded):
    """Deploys a project whose API trusts an issuer elsewhere; `keys.json` has a key of that issuer's."""

    def deploy_with(more="", keys=None):
        root = issued(project, more)
        if keys is not None:
            (root / "keys.json").write_text(keys)
        _, made = deploy(load(root).environment("dev"), embedded, lambda _: BriefView(io.StringIO()))
        return made

    return deploy_with


def statuses(made, tokens):
    return [gateway.send(made.address, gateway.parse("GET /item").as_user(token)).status for token in tokens]


def test_what_such_a_token_says_is_looked_at(deployed, embedded):
    made = deployed()
    claims = [{}, {"aud": "other"}, {"exp": 1}, {"iss": "https://other.example/"}]
    tokens = [issuers.token(made.environment, embedded, "Login", one) for one in claims]
    assert statuses(made, tokens) == [200, 401, 401, 401]
    assert gateway.send(made.address, gateway.parse("GET /written").as_user(tokens[0])).status == 403


TRUSTS = 'issuers."https://login.example.invalid/" = "keys.json"'


class Elsewhere:
    """Where the issuer signs, as far as a token is concerned."""

    def __init__(self, folder):
        self.folder = folder


def test_the_keys_of_a_file_are_trusted_and_their_issuer_is_not_asked(deployed, tmp_path):
    """A key of the issuer's own, as one has it in a file, signs a token as the issuer would."""
    public = issuers._public(issuers._private(tmp_path))
    made = deployed(TRUSTS, json.dumps({"keys": [public]}))
    theirs = issuers.token(made.environment, Elsewhere(tmp_path), "Login", {})
    (tmp_path / issuers._KEY).unlink()
    unknown = issuers.token(made.environment, Elsewhere(tmp_path), "Login", {})
    assert statuses(made, [theirs, unknown]) == [200, 401]


@pytest.mark.parametrize(
    ("text", "said"),
    [(None, "keys.json: No such file"), ("[]", "keys.json: it has no keys"), ('{"keys": [{}]}', "a key has no kid")],
)
def test_a_file_without_keys_is_told(project, tmp_path, text, said):
    root = issued(project, TRUSTS)
    if text:
        (root / "keys.json").write_text(text)
    with pytest.raises(TapgenError, match=said):
        issuers.trust(load(root).environment("dev"), Elsewhere(tmp_path))


def test_an_issuer_that_nobody_trusts_is_a_mistake(project, monkeypatch, capfd):
    monkeypatch.chdir(issued(project, 'issuers."https://logn.example.invalid/" = "keys.json"'))
    assert run(["local", "--request", "GET /item"]) == ExitCode.USAGE
    error = capfd.readouterr().err
    assert 'there is no such issuer of an authorizer; did you mean "https://login.example.invalid/"?' in error


@pytest.mark.parametrize("claims", ["no json", "[]", "@nowhere.json"])
def test_claims_that_are_no_object_are_a_mistake(project, monkeypatch, capfd, claims):
    monkeypatch.chdir(issued(project))
    assert run(["local", "--token", "Login", "--claims", claims]) == ExitCode.USAGE
    assert f"--claims {claims}: " in capfd.readouterr().err
