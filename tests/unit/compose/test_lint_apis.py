"""cfn-lint and the project's own check have nothing to say of APIs in any combination of kind, endpoint, authorizer."""

import pytest

from tapgen import render
from tapgen.proof.check import check
from tapgen.proof.lint import matches
from tapgen.settings.load import load

SETTINGS = """
application = "shop"
region = "eu-central-1"

[network]
subnets = "isolated"
endpoints = ["execute-api"]

[user_pools.Customers]
domain = "shop-customers"
scopes.orders = ["read", "write"]
clients.Web = { callback_urls = ["https://shop.example.com/"], scopes = ["openid", "orders/read", "orders/write"] }

[functions.Auth]
source = "src"

[functions.Item]
source = "src"
routes = [
ROUTES
]

APIS
"""
MODEL = (
    '{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": {"a": {"const": 1}}}'
)
REST_ROUTES = """
    { route = "GET /open", api = "X" },
    { route = "POST /iam", api = "X", authorization = "AWS_IAM" },
    { route = "PUT /token/{id}", api = "X", authorizer = "Token" },
    { route = "DELETE /request", api = "X", authorizer = "Request" },
    { route = "GET /key", api = "X", api_key = true },
    { route = "POST /model", api = "X", authorizer = "Token", request = "Order", parameters = ["querystring.a"] },
    { route = "GET /cached/{id}", api = "X", cache = 5, throttling = { rate = 1, burst = 1 } },
    { route = "ANY /rest/{proxy+}", api = "X", authorizer = "Token" },
    { route = "GET /pool", api = "X", authorizer = "Pool" },
    { route = "POST /pool", api = "X", authorizer = "Pool", scopes = ["orders/write"] },
"""
HTTP_ROUTES = """
    { route = "GET /open", api = "X" },
    { route = "POST /iam", api = "X", authorization = "AWS_IAM" },
    { route = "PUT /jwt/{id}", api = "X", authorizer = "Jwt", scopes = ["orders/write"] },
    { route = "DELETE /function/", api = "X", authorizer = "Function" },
    { route = "ANY /any", api = "X", authorizer = "Function", throttling = { rate = 1, burst = 1 } },
    { route = "$default", api = "X", authorizer = "Jwt" },
    { route = "GET /pool", api = "X", authorizer = "Pool" },
    { route = "POST /pool", api = "X", authorizer = "Pool", scopes = ["orders/write"] },
"""
REST = """
[apis.X]
endpoint = "ENDPOINT"
cache.size = "0.5"
authorizers.Token = { function = "Auth", validation = "Bearer .+" }
authorizers.Pool = { user_pool = "Customers" }
authorizers.Request = { function = "Auth", identity = ["header.A", "querystring.b", "context.accountId"], ttl = 0 }
usage_plans.Partner = { keys = ["Acme", "Globex"], quota = { limit = 9, period = "WEEK" }, rate = 1, burst = 2 }
models.Order = "order.json"
responses.UNAUTHORIZED = { status = 401, headers.WWW-Authenticate = "Bearer", body = { error = "unauthorized" } }
binary_media_types = ["image/png"]
compression = 1000
allow_cidrs = ["10.0.0.0/8"]
web_acl = "arn:aws:wafv2:eu-central-1:111111111111:regional/webacl/a/11111111-2222-3333-4444-555555555555"
"""
DOMAIN = """
domain = { name = "x.example.com", certificate = { ssm_parameter = "/cert" }, hosted_zone = "example.com" }
"""
HTTP = """
[apis.X]
kind = "http"
cors.origins = ["https://a.example", "https://b.example"]
authorizers.Jwt = { issuer = "https://issuer.example/", audience = ["shop"] }
authorizers.Function = { function = "Auth" }
authorizers.Pool = { user_pool = "Customers" }
"""


def _apis(body):
    """The settings of a REST API for each kind of endpoint and of an HTTP API, with their routes."""
    routes, apis = [], []
    for name, endpoint in (("Reg", "regional"), ("Edge", "edge"), ("Own", "private")):
        api = REST.replace("ENDPOINT", endpoint) + (DOMAIN if endpoint != "private" else "")
        routes.append(REST_ROUTES.replace('"X"', f'"{name}"'))
        apis.append(api.replace("apis.X", f"apis.{name}").replace("x.example", f"{name.lower()}.example"))
    routes.append(HTTP_ROUTES.replace('"X"', '"Http"'))
    apis.append((HTTP + DOMAIN).replace("apis.X", "apis.Http"))
    settings = SETTINGS.replace("ROUTES", "".join(routes)).replace("APIS", "".join(apis))
    return (
        settings.replace("]\ncache", "]\ncache")
        if not body
        else settings.replace("\ncors.o", "\nbody = true\ncors.o").replace("\ncache.", "\nbody = true\ncache.")
    )


@pytest.mark.parametrize("body", [False, True])
def test_nothing_to_mend(project, body):
    folder = project(_apis(body), **{"order.json": MODEL})
    environment = load(folder).environment("dev")
    rendered = render.render(environment).document
    apis = [r["Properties"] for r in rendered["Resources"].values() if r["Type"].endswith(("::RestApi", "V2::Api"))]
    assert len(apis) == 4
    assert all(("Body" in api) is body for api in apis)

    assert matches(rendered, environment.target_regions) == []
    told = [finding for finding in check(environment, rendered, lint=False) if finding.severity != "info"]
    assert [f"{finding.rule} {finding.logical_id}: {finding.message}" for finding in told] == []
