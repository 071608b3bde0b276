"""APIs of others that are one body, as SAM writes them: the embedded AWS answers them as it does methods and routes."""

import io
import json
import secrets

import pytest

from tapgen.local import gateway, session
from tapgen.local.bodies import with_parts
from tapgen.local.deployment import deploy
from tapgen.local.view import BriefView
from tapgen.settings.load import load

URI = {
    "Fn::Sub": "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${ItemFunction.Arn}/invocations"
}
HANDLER = """
import json


def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event.get("routeKey") or [event["httpMethod"], event["resource"]])}
"""
SETTINGS = """
application = "NAME"
[functions.Item]
source = "src"
[resources.ShopInvoke]
type = "AWS::Lambda::Permission"
properties = { Action = "lambda:InvokeFunction", Principal = "apigateway.amazonaws.com", FunctionName = { Ref = "ItemFunction" } }
[resources.Shop]
type = "AWS::ApiGateway::RestApi"
properties.Body = REST
[resources.ShopDeployment]
type = "AWS::ApiGateway::Deployment"
properties.RestApiId = { Ref = "Shop" }
[resources.ShopStage]
type = "AWS::ApiGateway::Stage"
properties = { RestApiId = { Ref = "Shop" }, DeploymentId = { Ref = "ShopDeployment" }, StageName = "Prod" }
[resources.Site]
type = "AWS::ApiGatewayV2::Api"
properties.Body = HTTP
[resources.SiteStage]
type = "AWS::ApiGatewayV2::Stage"
properties = { ApiId = { Ref = "Site" }, StageName = "$default", AutoDeploy = true }
"""
PREFLIGHT = {
    "consumes": ["application/json"],
    "responses": {"200": {"description": "Default response for CORS method"}},
    "x-amazon-apigateway-integration": {
        "type": "mock",
        "requestTemplates": {"application/json": '{"statusCode": 200}'},
        "responses": {
            "default": {
                "statusCode": "200",
                "responseParameters": {"method.response.header.Access-Control-Allow-Origin": "'https://a.example'"},
                "responseTemplates": {"application/json": "{}"},
            }
        },
    },
}
CALLED = {"x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": URI}, "responses": {}}
REST = {
    "swagger": "2.0",
    "info": {"title": "shop", "version": "1.0"},
    "paths": {
        "/item/{id}": {"get": CALLED, "options": PREFLIGHT},
        "/all/{proxy+}": {"x-amazon-apigateway-any-method": CALLED},
        "/signed": {"get": {**CALLED, "security": [{"AWS_IAM": []}]}},
        "/keyed": {"get": {**CALLED, "security": [{"api_key": []}]}},
        "/order": {
            "post": {
                **CALLED,
                "x-amazon-apigateway-request-validator": "both",
                "parameters": [
                    {"in": "query", "name": "limit", "required": True, "type": "string"},
                    {"in": "body", "name": "Order", "schema": {"$ref": "#/definitions/Order"}},
                ],
            }
        },
    },
    "definitions": {
        "Order": {"type": "object", "required": ["line"], "properties": {"line": {"$ref": "#/definitions/Line"}}},
        "Line": {"type": "string"},
    },
    "securityDefinitions": {
        "AWS_IAM": {
            "type": "apiKey",
            "name": "Authorization",
            "in": "header",
            "x-amazon-apigateway-authtype": "awsSigv4",
        },
        "api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
    },
    "x-amazon-apigateway-request-validators": {
        "both": {"validateRequestBody": True, "validateRequestParameters": True}
    },
    "x-amazon-apigateway-gateway-responses": {
        "DEFAULT_4XX": {"responseParameters": {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"}}
    },
}
ROUTED = {
    "x-amazon-apigateway-integration": {**CALLED["x-amazon-apigateway-integration"], "payloadFormatVersion": "2.0"}
}
HTTP = {
    "openapi": "3.0.1",
    "info": {"title": "site", "version": "1.0"},
    "paths": {
        "/item/{id}": {"get": ROUTED},
        "/mine": {"get": {**ROUTED, "security": [{"Login": ["read"]}]}},
        "/$default": {"x-amazon-apigateway-any-method": {**ROUTED, "isDefaultRoute": True}},
    },
    "components": {
        "securitySchemes": {
            "Login": {
                "type": "oauth2",
                "x-amazon-apigateway-authorizer": {
                    "type": "jwt",
                    "identitySource": "$request.header.Authorization",
                    "jwtConfiguration": {"issuer": "https://login.example.invalid", "audience": ["site"]},
                },
            }
        }
    },
    "x-amazon-apigateway-cors": {"allowOrigins": ["https://a.example"], "allowMethods": ["GET"]},
}


def toml(value):
    """A value as inline TOML."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


@pytest.fixture(scope="module")
def ask(embedded, tmp_path_factory):
    """Asks one of the two APIs: (status, headers in lower case, body)."""
    folder = tmp_path_factory.mktemp("bodies")
    (folder / "src").mkdir()
    (folder / "src" / "index.py").write_text(HANDLER)
    settings = SETTINGS.replace("NAME", f"b{secrets.token_hex(4)}")
    (folder / "tapgen.toml").write_text(settings.replace("REST", toml(REST)).replace("HTTP", toml(HTTP)))
    told = io.StringIO()
    _, deployed = deploy(load(folder).environment("dev"), embedded, lambda _: BriefView(told))
    assert deployed, told.getvalue()
    addresses = {"rest": deployed.others["Shop"], "http": deployed.others["Site"]}

    def ask(kind, request, body=None, **headers):
        written = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        answer = gateway.send(addresses[kind], gateway.with_content(gateway.parse(request), body, written))
        return answer.status, {name.lower(): value for name, value in answer.headers}, answer.body

    return ask


def test_each_path_is_answered(ask):
    assert json.loads(ask("rest", "GET /item/7")[2]) == ["GET", "/item/{id}"]
    assert json.loads(ask("rest", "PATCH /all/a/b")[2]) == ["PATCH", "/all/{proxy+}"]
    assert json.loads(ask("http", "GET /item/7")[2]) == "GET /item/{id}"
    assert json.loads(ask("http", "PUT /else/where")[2]) == "$default"


def test_who_may_call_is_asked(ask):
    assert ask("rest", "GET /signed")[0] == 403
    assert ask("rest", "GET /keyed")[::2] == (403, b'{"message":"Forbidden"}')
    assert ask("http", "GET /mine")[0] == 401


def test_preflights_and_errors_are_for_pages(ask):
    asked = {"Origin": "https://a.example", "Access_Control_Request_Method": "GET"}
    for kind in ("rest", "http"):
        assert ask(kind, "OPTIONS /item/7", **asked)[1]["access-control-allow-origin"] == "https://a.example"
    assert ask("rest", "GET /keyed")[1]["access-control-allow-origin"] == "*"


def test_a_request_has_what_the_body_asks_for(ask):
    sent = {"Content_Type": "application/json"}
    assert ask("rest", "POST /order?limit=1", '{"line": "a"}', **sent)[0] == 200
    assert json.loads(ask("rest", "POST /order?limit=1", '{"line": 1}', **sent)[2]) == {
        "message": "Invalid request body"
    }
    assert b"Missing required request parameters: [limit]" in ask("rest", "POST /order", '{"line": "a"}', **sent)[2]


def test_a_document_without_bodies_stays_as_it_is():
    document = {"Resources": {"A": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "a"}}}}
    assert with_parts(document) is document


def test_a_conditional_api_has_conditional_parts():
    api = {"Type": "AWS::ApiGatewayV2::Api", "Condition": "IsProd", "Properties": {"Body": HTTP, "Name": "mine"}}
    made = with_parts({"Resources": {"Site": api}})["Resources"]
    assert {resource["Condition"] for resource in made.values()} == {"IsProd"}
    assert made["Site"]["Properties"]["Name"] == "mine"


def test_the_only_api_is_where_requests_go(project, embedded):
    only = SETTINGS.partition("[resources.Shop]")[0] + "[resources.Site]" + SETTINGS.partition("[resources.Site]")[2]
    settings = only.replace("NAME", f"b{secrets.token_hex(4)}").replace("HTTP", toml(HTTP))
    environment = load(project(settings, **{"src/index.py": HANDLER})).environment("dev")
    _, deployed = deploy(environment, embedded, lambda _: BriefView(io.StringIO()))
    assert deployed.address == deployed.others["Site"]
    assert session.ask(deployed, gateway.parse("GET /item/7")).status == 200
