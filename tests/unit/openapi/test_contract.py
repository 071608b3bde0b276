"""An OpenAPI file held against the routes, and its schemas as models."""

import json

import pytest

from tapgen import render
from tapgen.errors import SettingsError
from tapgen.proof.check import check
from tapgen.settings.load import load
from tests.table import rows

SETTINGS = """
application = "shop"
[functions.Auth]
source = "src"
[functions.Orders]
source = "src"
routes = [
  "GET /orders/{orderId}",
  "ANY /files/{proxy+}",
  { route = "POST /orders", authorizer = "Token", request = "Order", parameters = ["querystring.limit"] },
]
[api]
openapi = "api.yaml"
authorizers.Token = { function = "Auth" }
"""
CONTRACT = """\
openapi: 3.0.3
info: {title: Orders, version: "1"}
security: [{token: []}]
paths:
  /orders:
    post:
      parameters:
        - $ref: "#/components/parameters/limit"
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}
      responses: {"200": {description: ok}}
  /orders/{orderId}:
    get:
      security: []
      parameters: [{name: orderId, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: ok}}
  /files/{proxy}:
    get:
      security: [{}]
      responses: {"200": {description: ok}}
components:
  parameters:
    limit: {name: limit, in: query, required: true, schema: {type: integer}}
  securitySchemes:
    token: {type: http, scheme: bearer}
  schemas:
    Order:
      type: object
      required: [lines]
      properties:
        lines: {type: array, items: {$ref: "#/components/schemas/Line"}}
        note: {type: string, nullable: true, example: hello}
    Line: {type: object, properties: {sku: {type: string}}}
"""


@pytest.fixture
def told(project):
    """What the check says of a contract and settings."""

    def call(contract=CONTRACT, settings=SETTINGS, form=""):
        folder = project(settings + form, **{"api.yaml": contract})
        environment = load(folder).environment("dev")
        findings = check(environment, render.render(environment).document, lint=False)
        return [(one.line, one.message) for one in findings if one.rule == "api-contract" and one.file == "api.yaml"]

    return call


@pytest.mark.parametrize("form", ["", "body = true\n"])
def test_a_contract_that_is_kept_says_nothing(told, form):
    assert told(form=form) == []


DISAGREEMENTS = [
    ("a new operation", ("  /files/{proxy}:\n", "  /new:\n    put: {}\n  /files/{proxy}:\n"), (), (19, "PUT /new has no route.")),
    ("a new route", (), ('  "GET /orders/{orderId}",', '  "GET /orders/{orderId}", "GET /new",'), (4, "GET /new stands in no operation of the contract.")),
    ("another name of a parameter", ("/orders/{orderId}:", "/orders/{id}:"), (), (14, "GET /orders/{id}: its path parameters are {id}, but the route's {orderId}.")),
    ("a parameter more", ("      security: []\n      parameters: [", "      security: []\n      parameters: [{name: X-Trace, in: header, required: true}, "), (), (14, 'GET /orders/{orderId}: "X-Trace" is required, but the route does not ask for it: parameters = ["header.X-Trace"].')),
    ("a parameter less", ("required: true, schema: {type: integer}", "schema: {type: integer}"), (), (6, 'POST /orders: the route asks for "limit" in the query, which the contract does not require.')),
    ("no body", ("        required: true\n", ""), (), (6, "POST /orders: the route asks for a body that fits a model, the contract for none.")),
    ("an open route", (), ('authorizer = "Token", ', ""), (6, "POST /orders: the contract asks for token, but anyone may call the route.")),
    ("an open operation", ("    post:\n", "    post:\n      security: []\n"), (), (6, "POST /orders: the route asks for CUSTOM (${TokenAuthorizer}), but the contract says that anyone may call.")),
]  # fmt: skip


@rows(
    ("contract", "settings", "expected"), [case[1:] for case in DISAGREEMENTS], ids=[case[0] for case in DISAGREEMENTS]
)
def test_a_disagreement_has_its_line(told, contract, settings, expected):
    assert not contract or CONTRACT.count(contract[0]) == 1
    found = told(
        CONTRACT.replace(*contract) if contract else CONTRACT, SETTINGS.replace(*settings) if settings else SETTINGS
    )
    assert found == [expected]


def test_headers_that_openapi_ignores_are_no_parameters(told):
    ignored = "      security: []\n      parameters: [{name: Accept, in: header, required: true}, "
    assert told(CONTRACT.replace("      security: []\n      parameters: [", ignored)) == []


def test_scopes_must_be_the_same(told):
    settings = """
application = "shop"
[functions.F]
source = "src"
routes = [{ route = "GET /a", authorizer = "J", scopes = ["read"] }]
[api]
kind = "http"
openapi = "api.yaml"
authorizers.J = { issuer = "https://i.example", audience = ["a"] }
"""
    contract = "openapi: 3.1.0\npaths:\n  /a:\n    get:\n      security: [{j: [SCOPE]}]\n"
    assert told(contract.replace("SCOPE", "read"), settings) == []
    assert told(contract.replace("SCOPE", "write"), settings) == [
        (4, "GET /a: the route's scopes are read, the contract's write.")
    ]


@pytest.mark.parametrize("form", ["", "body = true\n"])
def test_its_schemas_are_models(document, form):
    rendered = document(SETTINGS + form, **{"api.yaml": CONTRACT})["Resources"]
    if form:
        schemas = rendered["Api"]["Properties"]["Body"]["components"]["schemas"]
        assert schemas["Order"]["properties"]["lines"]["items"] == {"$ref": "#/components/schemas/OrderLine"}
        return
    schema = json.loads(rendered["OrderModel"]["Properties"]["Schema"])
    assert schema["properties"] == {
        "lines": {"type": "array", "items": {"$ref": "#/definitions/Line"}},
        "note": {"type": ["string", "null"]},
    }
    assert schema["definitions"] == {"Line": {"type": "object", "properties": {"sku": {"type": "string"}}}}


@pytest.mark.parametrize(
    ("contract", "problem"),
    [
        ("a: 1\n", "api.openapi: api.yaml: not an OpenAPI document: it says no version (openapi: 3.1.0)"),
        ("openapi: 3.1.0\npaths: []\n", "api.openapi: api.yaml: not an OpenAPI document: paths is no mapping"),
        ("openapi: [\n", "api.openapi: api.yaml:2"),
        ('{"openapi": ', "api.openapi: api.yaml:1:13: not JSON"),
        ("openapi: 3.1.0\n", 'functions.Orders.routes.2: "POST /orders": api.yaml: components.schemas has no Order'),
    ],
)
def test_a_file_that_is_no_contract(project, contract, problem):
    with pytest.raises(SettingsError) as caught:
        load(project(SETTINGS, **{"api.yaml": contract}))
    [found] = caught.value.problems
    assert found.startswith(problem)
