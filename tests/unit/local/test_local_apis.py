"""Who may call an API on the embedded AWS, of either kind, made in parts although the settings want one body."""

import io
import json
import secrets

import pytest
from botocore.session import Session

from tapgen.local import gateway
from tapgen.local.deployment import deploy
from tapgen.local.view import BriefView
from tapgen.settings.load import load

AUTHORIZER = """
def handler(event, context):
    if "authorizationToken" in event:
        effect = "Allow" if event["authorizationToken"] == "good" else "Deny"
        statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": event["methodArn"]}
        return {"principalId": "me", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
    return {"isAuthorized": event["headers"].get("authorization") == "good"}
"""
HANDLER = """
import json
def handler(event, context):
    return {"statusCode": 200, "body": json.dumps({"version": event.get("version"), "path": event.get("rawPath")})}
"""
REST = """
application = "{name}"
[functions.Auth]
source = "auth"
[functions.Item]
source = "src"
routes = [
    "GET /item",
    {{ route = "GET /open", authorization = "NONE" }},
    {{ route = "GET /partner", authorization = "NONE", api_key = true }},
    {{ route = "POST /order", authorization = "NONE", request = "Order", parameters = ["querystring.limit"] }},
]
[api]
body = true
cors.origins = ["https://a.example", "https://b.example"]
authorizer = "Token"
authorizers.Token = {{ function = "Auth" }}
usage_plans.Partner.keys = ["Acme"]
models.Order = "order.json"
"""
HTTP = """
application = "{name}"
[functions.Auth]
source = "auth"
[functions.Item]
source = "src"
routes = ["GET /item", {{ route = "GET /open", authorization = "NONE" }}, {{ route = "$default", authorization = "NONE" }}]
[api]
kind = "http"
body = true
cors.origins = ["https://a.example", "https://b.example"]
authorizer = "Token"
authorizers.Token = {{ function = "Auth" }}
"""


@pytest.fixture(scope="module")
def made(embedded, tmp_path_factory):
    """Deploys settings once."""
    found = {}

    def make(settings):
        if settings not in found:
            folder = tmp_path_factory.mktemp("api")
            (folder / "order.json").write_text('{"type": "object", "required": ["lines"]}')
            (folder / "tapgen.toml").write_text(settings.format(name=f"a{secrets.token_hex(4)}"))
            for source, text in {"auth": AUTHORIZER, "src": HANDLER}.items():
                (folder / source).mkdir()
                (folder / source / "index.py").write_text(text)
            told = io.StringIO()
            _, found[settings] = deploy(load(folder).environment("dev"), embedded, lambda _: BriefView(told))
            assert found[settings], told.getvalue()
        return found[settings]

    return make


def ask(deployed, method, path, body=None, **headers):
    written = [f"{name.replace('_', '-')}:{value}" for name, value in headers.items()]
    answer = gateway.send(
        deployed.address, gateway.with_content(gateway.parse(f"{method} {path}"), gateway.content(body), written)
    )
    return answer.status, {name.lower(): value for name, value in answer.headers}, answer.body


@pytest.mark.parametrize("settings", [REST, HTTP], ids=["rest", "http"])
def test_the_authorizers_function_decides(made, settings):
    deployed = made(settings)
    assert ask(deployed, "GET", "/item")[0] == 401
    assert ask(deployed, "GET", "/item", Authorization="bad")[0] == 403
    assert ask(deployed, "GET", "/item", Authorization="good")[0] == 200
    assert ask(deployed, "GET", "/open")[0] == 200


@pytest.mark.parametrize("settings", [REST, HTTP], ids=["rest", "http"])
def test_a_preflight_is_open_and_names_the_asking_origin(made, settings):
    asked = {"Origin": "https://b.example", "Access_Control_Request_Method": "GET"}
    status, headers, _ = ask(made(settings), "OPTIONS", "/item", **asked)
    assert (status, headers["access-control-allow-origin"]) == (204, "https://b.example")


@pytest.mark.parametrize(("settings", "origin"), [(REST, "*"), (HTTP, "https://b.example")], ids=["rest", "http"])
def test_a_page_can_read_a_refusal(made, settings, origin):
    status, headers, _ = ask(made(settings), "GET", "/item", Origin="https://b.example")
    assert (status, headers["access-control-allow-origin"]) == (401, origin)


def test_each_kind_sends_its_event(made):
    assert json.loads(ask(made(HTTP), "GET", "/anything/else")[2]) == {"version": "2.0", "path": "/anything/else"}
    assert json.loads(ask(made(REST), "GET", "/open")[2])["path"] is None


def test_a_route_asks_for_a_key(made, embedded):
    deployed = made(REST)
    assert ask(deployed, "GET", "/partner")[0] == 403
    [key] = deployed.of_type("AWS::ApiGateway::ApiKey").values()
    session = Session()
    session.set_credentials(*embedded.credentials)
    client = session.create_client("apigateway", region_name=embedded.region, endpoint_url=embedded.endpoint)
    value = client.get_api_key(apiKey=key, includeValue=True)["value"]
    assert ask(deployed, "GET", "/partner", x_api_key=value)[0] == 200
    assert ask(deployed, "GET", "/partner", x_api_key="wrong")[0] == 403


@pytest.mark.parametrize(
    ("path", "body", "status", "message"),
    [
        ("/order?limit=1", '{"lines": []}', 200, None),
        ("/order?limit=1", "{}", 400, "Invalid request body"),
        ("/order?limit=1", "[", 400, "Invalid request body"),
        ("/order", '{"lines": []}', 400, "Missing required request parameters: [limit]"),
    ],
)
def test_a_request_has_what_its_route_asks_for(made, path, body, status, message):
    answer = ask(made(REST), "POST", path, body, Content_Type="application/json", Origin="https://b.example")
    assert (answer[0], json.loads(answer[2]).get("message")) == (status, message)
    assert status == 200 or answer[1]["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(("settings", "kind"), [(REST, "AWS::ApiGateway::Method"), (HTTP, "AWS::ApiGatewayV2::Route")])
def test_a_body_is_made_in_parts(made, settings, kind):
    assert made(settings).of_type(kind)


POOL = """
application = "{name}"
[user_pools.Customers]
clients.Web = {{ flows = ["admin_user_password"] }}
[functions.Item]
source = "src"
routes = ["GET /item"]
[api]
kind = "http"
authorizer = "Customers"
authorizers.Customers = {{ user_pool = "Customers" }}
"""


def test_a_user_pools_token_is_let_in_on_an_http_api(made, embedded):
    pytest.importorskip("cryptography")
    deployed = made(POOL)
    session = Session()
    session.set_credentials(*embedded.credentials)
    pools = session.create_client("cognito-idp", region_name=embedded.region, endpoint_url=embedded.endpoint)
    [pool] = deployed.of_type("AWS::Cognito::UserPool").values()
    [client] = deployed.of_type("AWS::Cognito::UserPoolClient").values()
    user = {"UserPoolId": pool, "Username": "a@example.com"}
    pools.admin_create_user(**user, MessageAction="SUPPRESS")
    pools.admin_set_user_password(**user, Password="Secret-123456!", Permanent=True)
    credentials = {"USERNAME": "a@example.com", "PASSWORD": "Secret-123456!"}
    flow = {"AuthFlow": "ADMIN_USER_PASSWORD_AUTH", "AuthParameters": credentials}
    tokens = pools.admin_initiate_auth(UserPoolId=pool, ClientId=client, **flow)["AuthenticationResult"]
    assert ask(deployed, "GET", "/item")[0] == 401
    assert ask(deployed, "GET", "/item", Authorization=f"Bearer {tokens['AccessToken']}x")[0] == 401
    assert ask(deployed, "GET", "/item", Authorization=f"Bearer {tokens['AccessToken']}")[0] == 200
