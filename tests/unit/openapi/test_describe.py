"""What `tapgen openapi` prints is OpenAPI 3.1, and says what the template says, as methods and as a body."""

import json

import jsonschema
import pytest
import yaml

SETTINGS = """
application = "shop"
region = "eu-central-1"
[functions.Auth]
source = "src"
[functions.Orders]
source = "src"
routes = [
  "GET /orders", "ANY /orders/{orderId}", "GET /orders/{orderId}", "ANY /files/{proxy+}",
  { route = "POST /orders", authorizer = "Token", MORE },
  { route = "GET /iam", authorization = "AWS_IAM" },
]
"""
REST = (
    SETTINGS.replace("MORE", 'api_key = true, request = "Order", parameters = ["querystring.limit", "header.X-Trace"]')
    + """
[api]
authorizers.Token = { function = "Auth", identity = ["querystring.token"] }
usage_plans.P.keys = ["K"]
models.Order = "order.json"
domain = { name = "api.example.com", base_path = "v1", certificate = { ssm_parameter = "/cert" } }
"""
)
HTTP = (
    SETTINGS.replace("MORE", 'scopes = ["orders/write"]').replace('"GET /orders",', '"GET /orders", "$default", ')
    + """
[api]
kind = "http"
authorizers.Token = { issuer = "https://issuer.example/", audience = ["shop"] }
"""
)
ORDER = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["lines"],
    "properties": {
        "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
        "amount": {"exclusiveMinimum": 0, "type": "number"},
        "pair": {"prefixItems": [{"type": "string"}], "items": {"type": "integer"}},
    },
    "dependentRequired": {"amount": ["lines"]},
    "$defs": {"line": {"type": "object", "properties": {"sku": {"const": "A"}}}},
}
FORMS = [(REST, ""), (REST, "body = true\n"), (HTTP, ""), (HTTP, "body = true\n")]


@pytest.fixture
def printed(project, tapgen):
    """The OpenAPI document that the command prints."""

    def call(settings, form="", *arguments):
        text = settings.replace("[api]\n", f"[api]\n{form}")
        folder = project(text, **{"order.json": json.dumps(ORDER)})
        ended = tapgen("openapi", "--env", "dev", *arguments, cwd=folder)
        assert (ended.code, ended.err) == (0, "")
        return yaml.safe_load(ended.out)

    return call


@pytest.mark.parametrize(("settings", "form"), FORMS)
def test_it_is_openapi_3_1(printed, settings, form):
    from openapi_spec_validator import validate  # a quarter of a second, for the process that runs this test alone

    document = printed(settings, form)
    assert document["openapi"] == "3.1.0"
    validate(document)


@pytest.mark.parametrize("settings", [REST, HTTP])
def test_methods_and_a_body_are_described_alike(printed, settings):
    methods, body = printed(settings), printed(settings, "body = true\n")
    assert body["paths"] == methods["paths"]
    assert body["info"] == methods["info"]
    assert body["components"] == methods["components"]


def test_routes_parameters_and_who_may_call(printed):
    document = printed(REST)
    assert list(document["paths"]) == ["/files/{proxy}", "/iam", "/orders", "/orders/{orderId}"]
    assert set(document["paths"]["/orders/{orderId}"]) == {"get", "put", "post", "delete", "head", "patch"}
    post = document["paths"]["/orders"]["post"]
    assert [(one["in"], one["name"], one["required"]) for one in post["parameters"]] == [
        ("query", "limit", True),
        ("header", "X-Trace", True),
    ]
    assert post["security"] == [{"Token": [], "ApiKey": []}]
    assert document["components"]["securitySchemes"] == {
        "ApiKey": {"type": "apiKey", "name": "x-api-key", "in": "header"},
        "AwsSignature": {
            "type": "apiKey",
            "name": "Authorization",
            "in": "header",
            "description": "AWS Signature Version 4",
            "x-amazon-apigateway-authtype": "awsSigv4",
        },
        "Token": {"type": "apiKey", "in": "query", "name": "token"},
    }
    assert "security" not in document["paths"]["/orders"]["get"]
    names = [operation["operationId"] for item in document["paths"].values() for operation in item.values()]
    assert len(set(names)) == len(names)
    assert [server["url"] for server in document["servers"]] == [
        "https://api.example.com/v1",
        "https://{api}.execute-api.{region}.amazonaws.com/dev",
    ]


@pytest.mark.parametrize("form", ["", "body = true\n"])
def test_a_model_takes_what_its_file_takes(printed, form):
    document = printed(REST, form)
    content = document["paths"]["/orders"]["post"]["requestBody"]["content"]["application/json"]
    assert content["schema"] == {"$ref": "#/components/schemas/Order"}
    described = {"$ref": "#/components/schemas/Order", "components": document["components"]}
    validator, original = jsonschema.Draft202012Validator(described), jsonschema.Draft202012Validator(ORDER)
    for value in (
        {"lines": []},
        {"lines": [{"sku": "A"}], "amount": 1},
        {"lines": [{"sku": "B"}]},
        {"amount": 1},
        {"lines": [], "amount": 0},
        {"lines": [], "pair": ["a", "b"]},
        {"lines": [], "pair": ["a", 1]},
    ):
        assert validator.is_valid(value) is original.is_valid(value), value


def test_an_issuer_says_the_rest_by_itself(printed):
    document = printed(HTTP)
    assert document["components"]["securitySchemes"]["Token"] == {
        "type": "openIdConnect",
        "openIdConnectUrl": "https://issuer.example/.well-known/openid-configuration",
    }
    assert document["paths"]["/orders"]["post"]["security"] == [{"Token": ["orders/write"]}]


def test_a_further_api_and_one_that_is_not_there(project, tapgen):
    folder = project(
        'application = "shop"\n[functions.F]\nsource = "src"\nroutes = [{ route = "GET /a", api = "Site" }]\n[apis.Site]\n'
    )
    assert json.loads(tapgen("openapi", "--format", "json", cwd=folder).out)["info"]["title"] == "shop-dev-Site"
    ended = tapgen("openapi", "--api", "Sit", cwd=folder)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == 'Error: there is no API "Sit" with a route\nHint: did you mean "Site"?\n'
    folder = project('application = "shop"\n[functions.F]\nsource = "src"\n')
    assert tapgen("openapi", cwd=folder).err == "Error: dev has no API\nHint: Give a function a route.\n"


def test_one_api_has_no_name_to_ask_for(project, tapgen):
    folder = project(more='[functions.A]\nsource = "src"\nroutes = ["GET /a"]\n')
    ended = tapgen("openapi", "--api", "Site", cwd=folder)
    assert ended.code == 2
    assert ended.err == (
        'Error: there is no API "Site" with a route\nHint: There is the one of [api]: leave --api out.\n'
    )


def test_routes_without_a_function_are_described_and_preflights_and_messages_are_not(project, tapgen):
    queue = '[queues.Orders]\n[api.routes]\n"POST /orders" = { queue = "Orders", authorization = "AWS_IAM" }\n'
    described = tapgen("openapi", "--format", "json", cwd=project(f'application = "shop"\n{queue}'))
    [(path, item)] = json.loads(described.out)["paths"].items()
    assert (path, list(item)) == ("/orders", ["post"])
    assert item["post"]["responses"]["default"] == {"description": "The service's answer"}
    assert "tags" not in item["post"]
    chat = 'application = "shop"\n[functions.F]\nsource = "src"\nroutes = ["$connect"]\n[api]\n'
    for api, message in [
        ('kind = "websocket"', "Error: Api is a WebSocket API"),
        ('kind = "http"\nexisting = "a1b2c3"', "Error: Api was made elsewhere"),
    ]:
        routed = chat if "websocket" in api else chat.replace("$connect", "GET /x")
        ended = tapgen("openapi", cwd=project(routed + api))
        assert (ended.code, ended.err.splitlines()[0]) == (2, message)
