"""What the deployed application answers on the embedded AWS, as it would on AWS."""

import asyncio
import io
import json
import secrets
from types import SimpleNamespace

import pytest
from botocore.session import Session

from tapgen.local import gateway, http_gateway, rest_gateway
from tapgen.local.answers import malformed_for_http, malformed_for_rest, preflight
from tapgen.local.deployment import deploy
from tapgen.local.view import BriefView
from tapgen.settings.load import load

HANDLER = """
import json

def handler(event, context):
    path = event.get("resource") or event["rawPath"]
    if path.endswith("/boom"):
        raise ValueError("internal detail")
    return {
        "dict": {"hello": 1},
        "text": "text",
        "none": None,
        "body": {"statusCode": 200, "body": {"a": 1}},
        "status": {"statusCode": "no", "body": ""},
        "headers": {"statusCode": 200, "headers": "x"},
        "fine": {"statusCode": "201", "body": "made", "headers": {"X-Mine": "1"}},
        "empty": {"statusCode": 204},
        "event": {"statusCode": 200, "body": json.dumps(event)},
    }[path.rpartition("/")[2]]
"""
PATHS = ("dict", "text", "none", "body", "status", "headers", "boom", "fine", "empty", "event")
ORIGINS = ("https://shop.example.com", "https://admin.example.com")
SETTINGS = f"""
application = "{{name}}"
layers = {{layers}}
[functions.Item]
source = "src"
routes = {json.dumps([f"GET /{path}" for path in PATHS])}
[api]
kind = "{{kind}}"
cors.origins = {json.dumps(ORIGINS)}
"""


def run(project, embedded, kind, layers=(), **files):
    """The deployed project, under a name of its own, and what was told."""
    name = f"a{secrets.token_hex(4)}"
    root = project(SETTINGS.format(name=name, kind=kind, layers=json.dumps(layers)), **files)
    told = io.StringIO()
    _, deployed = deploy(load(root).environment("dev"), embedded, lambda _: BriefView(told))
    assert deployed, told.getvalue()
    return deployed


def ask(deployed, method, path, **headers):
    call = gateway.with_content(gateway.parse(f"{method} {path}"), None, [f"{n}:{v}" for n, v in headers.items()])
    answer = gateway.send(deployed.address, call)
    return answer.status, {name.lower(): value for name, value in answer.headers}, answer.body


@pytest.fixture(scope="module")
def made(embedded, tmp_path_factory):
    """Makes each kind of API once."""
    found = {}

    def make(kind):
        if kind not in found:
            folder = tmp_path_factory.mktemp(kind)

            def project(settings, **files):
                (folder / "tapgen.toml").write_text(settings)
                (folder / "src").mkdir()
                (folder / "src" / "index.py").write_text(HANDLER)
                return folder

            found[kind] = run(project, embedded, kind)
        return found[kind]

    return make


@pytest.mark.parametrize("path", ["dict", "text", "none", "body", "status", "headers", "boom"])
def test_a_rest_api_answers_502_and_says_nothing_of_why(made, path):
    status, headers, body = ask(made("rest"), "GET", f"/{path}", Origin=ORIGINS[1])
    assert (status, json.loads(body)) == (502, {"message": "Internal server error"})
    assert headers["access-control-allow-origin"] == "*"  # of DEFAULT_5XX
    assert headers["x-amzn-errortype"] == "InternalServerErrorException"


@pytest.mark.parametrize("path", ["body", "status", "headers", "boom"])
def test_an_http_api_answers_500_and_says_nothing_of_why(made, path):
    status, _, body = ask(made("http"), "GET", f"/{path}")
    assert (status, json.loads(body)) == (500, {"message": "Internal Server Error"})


def test_an_http_api_takes_what_has_no_status_for_the_body(made):
    assert ask(made("http"), "GET", "/dict")[::2] == (200, b'{"hello": 1}')
    assert ask(made("http"), "GET", "/text")[::2] == (200, b"text")


@pytest.mark.parametrize("kind", ["rest", "http"])
def test_what_is_right_is_answered(made, kind):
    status, headers, body = ask(made(kind), "GET", "/fine")
    assert (status, body, headers["x-mine"]) == (201, b"made", "1")
    status, headers, body = ask(made(kind), "GET", "/empty")
    assert (status, body) == (204, b"")
    assert "content-length" not in headers


@pytest.mark.parametrize("kind", ["rest", "http"])
@pytest.mark.parametrize("origin", [*ORIGINS, "https://evil.example.com"])
def test_each_origins_preflight_gets_its_own_and_no_other(made, kind, origin):
    asked = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    status, headers, body = ask(made(kind), "OPTIONS", "/fine", **asked)
    assert (status, body) == (204, b"")
    assert "content-length" not in headers
    allowed = headers.get("access-control-allow-origin")
    assert allowed == origin if origin in ORIGINS else allowed != origin


def test_a_function_is_told_where_the_request_came_from(made):
    deployed = made("rest")
    event = json.loads(ask(deployed, "GET", "/event")[2])
    api = deployed.outputs["ApiGatewayIdOutput"]
    assert event["requestContext"]["domainName"] == f"{api}.execute-api.localhost"
    assert event["requestContext"]["domainPrefix"] == api
    assert event["headers"]["X-Forwarded-For"] == "127.0.0.1"
    assert event["multiValueHeaders"]["X-Forwarded-Proto"] == ["http"]


def test_what_cannot_be_imported_is_in_the_log_and_not_in_the_answer(project, embedded):
    source = "import no_such_module\n\n\ndef handler(event, context):\n    pass\n"
    deployed = run(project, embedded, "rest", **{"src/index.py": source})
    assert json.loads(ask(deployed, "GET", "/fine")[2]) == {"message": "Internal server error"}
    [group] = [name for name in deployed.of_type("AWS::Logs::LogGroup").values() if "Item" in name]
    events = deployed.client.log_events(group, 0).events
    assert any("Runtime.ImportModuleError: No module named 'no_such_module'" in event.message for event in events)


SECRET_LAYER = """
from awacs import secretsmanager as actions
from awacs.aws import Allow, Statement
from troposphere import Ref, secretsmanager


def build(template, environment, stack):
    secret = template.add_resource(
        secretsmanager.Secret("Key", GenerateSecretString=secretsmanager.GenerateSecretString(PasswordLength=40))
    )
    stack.set_variable("Item", "SECRET", Ref(secret))
    stack.allow("Item", Statement(Sid="Read", Effect=Allow, Action=[actions.GetSecretValue], Resource=[Ref(secret)]))
"""
SECRET_HANDLER = """
import os
import boto3

client = boto3.client("secretsmanager")


def handler(event, context):
    return {"statusCode": 200, "body": str(len(client.get_secret_value(SecretId=os.environ["SECRET"])["SecretString"]))}
"""


def test_the_ref_of_a_secret_is_its_arn(project, embedded):
    deployed = run(project, embedded, "rest", ["secret"], **{"secret.py": SECRET_LAYER, "src/index.py": SECRET_HANDLER})
    assert ask(deployed, "GET", "/fine")[::2] == (200, b"40")
    [physical] = deployed.of_type("AWS::SecretsManager::Secret").values()
    assert physical.startswith("arn:aws:secretsmanager:us-east-1:123456789012:secret:")
    (deployed.environment.root / "secret.py").write_text(SECRET_LAYER.replace("40", "20"))
    _, changed = deploy(deployed.environment, embedded, lambda _: BriefView(io.StringIO()))
    assert list(changed.of_type("AWS::SecretsManager::Secret").values()) == [physical]


POOL_LAYER = """
from troposphere import GetAtt, Ref, apigateway, cognito


def build(template, environment, stack):
    pool = template.add_resource(cognito.UserPool("Shoppers"))
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    template.add_resource(cognito.UserPoolClient("ShopClient", UserPoolId=Ref(pool), ExplicitAuthFlows=flows))
    template.add_resource(apigateway.Authorizer(
        "ShopperAuthorizer", Name="shoppers", RestApiId=Ref("Api"), Type="COGNITO_USER_POOLS",
        IdentitySource="method.request.header.Authorization", ProviderARNs=[GetAtt(pool, "Arn")],
    ))
    method = template.resources["ApiFineGetMethod"]
    method.AuthorizationType = "COGNITO_USER_POOLS"
    method.AuthorizerId = Ref("ShopperAuthorizer")
"""


def test_a_user_pools_token_is_let_in_and_no_other(project, embedded):
    deployed = run(project, embedded, "rest", ["pool"], **{"pool.py": POOL_LAYER, "src/index.py": HANDLER})
    session = Session()
    session.set_credentials(*embedded.credentials)
    pools = session.create_client("cognito-idp", region_name="us-east-1", endpoint_url=embedded.endpoint)
    [pool] = deployed.of_type("AWS::Cognito::UserPool").values()
    [client] = deployed.of_type("AWS::Cognito::UserPoolClient").values()
    user = {"UserPoolId": pool, "Username": "a@example.com"}
    pools.admin_create_user(**user, MessageAction="SUPPRESS")
    pools.admin_set_user_password(**user, Password="Secret-123456", Permanent=True)
    token = pools.admin_initiate_auth(
        UserPoolId=pool, ClientId=client, AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "a@example.com", "PASSWORD": "Secret-123456"},
    )["AuthenticationResult"]["IdToken"]  # fmt: skip
    assert ask(deployed, "GET", "/fine", Authorization=token)[0] == 201
    assert ask(deployed, "GET", "/fine", Authorization=token[:-4] + "AAAA")[0] == 401
    status, headers, _ = ask(deployed, "GET", "/fine")
    assert (status, headers["access-control-allow-origin"]) == (401, "*")


# ------------------------------------------------------------------------------------------------ without a process


@pytest.mark.parametrize(
    ("answer", "rest", "http"),
    [
        ({"statusCode": 200}, False, False),
        ({"statusCode": "200", "body": None, "headers": None}, False, False),
        ({"statusCode": 99}, True, True),
        ({"statusCode": 200, "body": 1}, True, True),
        ({"statusCode": 200, "multiValueHeaders": []}, True, True),
        ({"body": "x"}, True, False),
        ([1], True, False),
        ("x", True, False),
        (None, True, False),
    ],
)
def test_what_is_malformed(answer, rest, http):
    assert (bool(malformed_for_rest(answer)), bool(malformed_for_http(answer))) == (rest, http)


def test_a_mocks_answer_without_a_template_of_tapgens_stays():
    assert preflight((200, {}, b'{"a": 1}'), {}) == (200, {}, b'{"a": 1}')
    assert preflight((204, {"X": "1"}, b"{}"), {}) == (204, {"X": "1"}, b"")


async def slow(*_, **__):
    await asyncio.sleep(30)


def test_a_rest_api_waits_no_longer_than_it_does_on_aws():
    """29 seconds, shortened: its own gateway response answers."""
    names = ("_lambda_proxy_response", "_gateway_error_response", "_invoke_mock_v1", "handle_execute")
    names = (*names, "_handle_execute_in_scope")
    events = (
        "_method_throttle_settings",
        "_build_lambda_event_v1",
        "_call_lambda_raw",
        "_invoke_authorizer_lambda",
        "_media_type_matches",
    )
    rest = SimpleNamespace(
        _invoke_lambda_proxy_v1=slow, _gw_error=lambda *said: said, **dict.fromkeys((*names, *events))
    )
    rest_gateway.correct(rest, patience=0.01)
    assert asyncio.run(rest._invoke_lambda_proxy_v1()) == ("INTEGRATION_TIMEOUT", "Endpoint request timed out")


def test_an_http_api_waits_no_longer_than_it_does_on_aws():
    """30 seconds, shortened."""
    names = ("_cors_response_headers", "_cors_preflight_response", "_handle_execute_in_scope", "run_reentrant")
    http = SimpleNamespace(_invoke_lambda_proxy=slow, **dict.fromkeys(names))
    functions = SimpleNamespace(lambda_execute_result_to_api_proxy_response=None, _build_function_url_event=None)
    http_gateway.correct(http, functions, lambda *_: True, patience=0.01)
    answer = asyncio.run(http._invoke_lambda_proxy())
    assert answer == (503, {"Content-Type": "application/json"}, b'{"message":"Service Unavailable"}')
