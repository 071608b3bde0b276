"""Wrong settings of APIs: one message each, with the path of what to change."""

import pytest

from tapgen.errors import SettingsError
from tapgen.settings.load import load
from tests.table import rows

BASE = """
application = "shop"
region = "eu-central-1"
[functions.Auth]
source = "src"
[functions.Item]
source = "src"
routes = [ROUTE]
"""
CERTIFICATE = "arn:aws:acm:{}:111111111111:certificate/11111111-2222-3333-4444-555555555555"
HERE = CERTIFICATE.format("eu-central-1")
FUNCTION = 'authorizers.A = { function = "Auth" }\n'
JWT = 'kind = "http"\nauthorizers.J = { issuer = "https://i.example", audience = ["me"] }\n'
ROUTES = "functions.Item.routes.0: "

ROUTE_PROBLEMS = [
    ("'GET /x/{a', 'GET /ok'", "", ROUTES + '"GET /x/{a": "{a" is neither plain text nor one {parameter}'),
    ("{ route = 'GET /x', api = 'Sit' }", "[apis.Site]\n", ROUTES + '"GET /x": there is no API "Sit"; did you mean "Site"?'),
    ("{ route = 'GET /x', authorizer = 'B' }", FUNCTION, ROUTES + '"GET /x": there is no authorizer "B"; known: A'),
    ("{ route = 'GET /x', authorizer = 'A', authorization = 'NONE' }", FUNCTION, ROUTES + '"GET /x": authorizer and authorization exclude each other; keep one of them'),
    ("{ route = 'GET /x', scopes = ['a'] }", "", ROUTES + '"GET /x": scopes are asked of tokens; name an authorizer with a user pool or an issuer'),
    ("{ route = 'GET /x', authorizer = 'A', scopes = ['a'] }", FUNCTION, ROUTES + '"GET /x": scopes are asked of tokens; "A" is a function, which decides by itself'),
    ("{ route = 'GET /x', api_key = true }", "", ROUTES + '"GET /x": it asks for a key, but no plan has one; write api.usage_plans.NAME = { keys = ["Partner"] }'),
    ("{ route = 'GET /x', api_key = true }", 'kind = "http"\n', ROUTES + '"GET /x": api_key is for REST APIs; an HTTP API has no such thing'),
    ("{ route = 'POST /x', request = 'Order' }", "", ROUTES + '"POST /x": there is no model "Order"; known: none'),
    ("{ route = 'GET /x', cache = 5 }", "", ROUTES + '"GET /x": cache needs a cache of the API: cache.size = "0.5"'),
    ("{ route = 'POST /x', cache = 5 }", 'cache.size = "0.5"\n', ROUTES + '"POST /x": only answers to GET are kept'),
    ("'$default'", "", ROUTES + '"$default" is a route of HTTP APIs; a REST API has "ANY /" and "ANY /{proxy+}"'),
    ("'GET /x', 'GET /x/'", "", ROUTES.replace("0", "1") + '"GET /x" is a route of Item already'),
]  # fmt: skip

API_PROBLEMS = [
    ('authorizer = "A"', 'api.authorizer: there is no authorizer "A"; known: none'),
    (FUNCTION + 'authorizer = "A"\nauthorization = "AWS_IAM"', "api.authorizer: authorizer and authorization exclude each other; keep one of them"),
    ("authorizers.A = {}", "api.authorizers.A: it asks nobody; name one of user_pool, issuer and function"),
    ('authorizers.A = { function = "Auth", user_pool = "P" }', "api.authorizers.A: user_pool and function exclude each other; name one of user_pool, issuer and function"),
    ('authorizers.A = { function = "Aut" }', 'api.authorizers.A.function: there is no function "Aut"; did you mean "Auth"?'),
    ('authorizers.A = { user_pool = "P" }', 'api.authorizers.A.user_pool: there is no user pool "P"; known: none'),
    ('kind = "http"\nauthorizers.A = { issuer = "https://i.example" }', "api.authorizers.A.audience: a token of an issuer is for somebody: name who, as its `aud` or `client_id` says"),
    ('authorizers.A = { issuer = "https://i.example", audience = ["a"] }', 'api.authorizers.A.issuer: a REST API does not read tokens of an issuer; say kind = "http", or name a user pool or a function'),
    ('kind = "http"\nauthorizers.A = { function = "Auth", type = "token" }', 'api.authorizers.A.type: an HTTP API hands over the whole request: type = "request"'),
    ('authorizers.A = { function = "Auth", identity = [] }', "api.authorizers.A.ttl: answers are kept by identity; name what they depend on, or say ttl = 0"),
    ('authorizers.A = { function = "Auth", type = "token", identity = ["querystring.a"] }', 'api.authorizers.A.identity: a token is in one header; say type = "request" where the function needs more'),
    ('authorizers.A = { function = "Auth", identity = ["cookie.a"] }', r'api.authorizers.A.identity.0: "cookie.a" does not fit'),
    ('cors.origins = ["*", "https://a.example"]', 'api.cors.origins: "*" allows every origin; let it stand alone'),
    ("cors.credentials = true", "api.cors.credentials: browsers send credentials to no API that allows every origin"),
    ('stage = "$default"', 'api.stage: "$default" is a stage of HTTP APIs'),
    ('endpoint = "private"', "api.endpoint: a private API is reached through VPC endpoints"),
    ('vpc_endpoints = ["vpce-0123456789abcdef0"]', "api.vpc_endpoints: they lead to a private API alone"),
    ('allow_cidrs = ["10.0.0.1/8"]', 'api.allow_cidrs: "10.0.0.1/8" is not an address range: 10.0.0.1/8 has host bits set'),
    ('allow_cidrs = ["10.0.0.0/8"]\npolicy = { Statement = [] }', "api.allow_cidrs: the policy is written out already; put the ranges into it"),
    ("policy = {}", "api.policy: an IAM document has a list of statements: Statement = [{ Effect = … }]"),
    ("policy = { Statement = 5 }", "api.policy: an IAM document has a list of statements"),
    ('policy = { allow_cidrs = "here" }', "api.policy.allow_cidrs: \"here\" is not an address range: 'here' does not appear to be an IPv4"),
    ('models.Order = "order.json"', "api.models.Order: order.json: No such file or directory"),
    ('openapi = "api.yaml"', "api.openapi: api.yaml: No such file or directory"),
    ("responses.UNAUTHORISED = {}", 'api.responses.UNAUTHORISED: API Gateway has no such response; did you mean "UNAUTHORIZED"?'),
    ('web_acl = "arn:aws:waf::111111111111:webacl/x"', "api.web_acl: it is no ARN of a regional web ACL"),
    (f'domain = {{ name = "a.example", certificate = "{CERTIFICATE.format("us-east-1")}" }}', "api.domain.certificate: it is in us-east-1, but the environment is deployed to eu-central-1"),
    (f'endpoint = "edge"\ndomain = {{ name = "a.example", certificate = "{HERE}" }}', "api.domain.certificate: an edge API's certificate is in us-east-1, not in eu-central-1"),
    ('domain = { name = "a.example", certificate = {} }', "api.domain.certificate: say one of ssm_parameter, import, parameter and value"),
    (f'domain = {{ name = "a.example", certificate = {{ regions = {{ us-east-1 = "{CERTIFICATE.format("us-east-1")}" }} }} }}', "api.domain.certificate.regions: eu-central-1, where the environment is deployed to, has none"),
    (f'domain = {{ name = "a.example", certificate = "{HERE}" }}\n[apis.Site]\ndomain = {{ name = "a.example", certificate = "{HERE}" }}', 'apis.Site.domain: "a.example" leads to api already under "/"; give one of them a base_path'),
    (f'domain = {{ name = "a.example", certificate = "{HERE}" }}\n[apis.Site]\ndomain = {{ name = "a.example", base_path = "b", certificate = {{ ssm_parameter = "/c" }} }}', 'apis.Site.domain.certificate: "a.example" has another one in api.domain; one name is one domain'),
]  # fmt: skip

HTTP_REFUSES = {
    'endpoint = "edge"': "endpoint: an HTTP API is always regional",
    'binary_media_types = ["a/b"]': "binary_media_types: an HTTP API passes every body on",
    "compression = 0": "compression: an HTTP API does not compress",
    'allow_cidrs = ["10.0.0.0/8"]': "allow_cidrs: an HTTP API has no resource policy",
    'policy = [{ principals = ["*"] }]': "policy: an HTTP API has no resource policy",
    "usage_plans.P = {}": "usage_plans: an HTTP API has no keys and plans",
    "responses.UNAUTHORIZED = {}": "responses: an HTTP API has no answers of its own to change",
    'cache.size = "0.5"': "cache: an HTTP API has no cache",
    'body = "empty"': "body: an HTTP API is replaced when it becomes a body",
}


def problems(folder):
    with pytest.raises(SettingsError) as caught:
        load(folder)
    return list(caught.value.problems)


@rows(("routes", "api", "problem"), ROUTE_PROBLEMS, ids=[problem for _, _, problem in ROUTE_PROBLEMS])
def test_one_message_for_a_wrong_route(project, routes, api, problem):
    settings = BASE.replace("ROUTE", routes) + (api if api.startswith("[") else f"[api]\n{api}")
    assert problems(project(settings)) == [problem]


@rows(("api", "problem"), API_PROBLEMS, ids=[problem for _, problem in API_PROBLEMS])
def test_one_message_for_a_wrong_api(project, api, problem):
    [found] = problems(project(BASE.replace("ROUTE", "'GET /x'") + f"[api]\n{api}\n"))
    assert found.startswith(problem)


@rows("line", HTTP_REFUSES)
def test_an_http_api_says_what_it_does_not_have(project, line):
    [found] = problems(project(BASE.replace("ROUTE", "'GET /x'") + f'[api]\nkind = "http"\n{line}\n'))
    assert found.startswith(f"api.{HTTP_REFUSES[line]}")


WHERE = f"""
application = "shop"
region = "eu-central-1"
[user_pools.Customers]
[functions.Item]
source = "src"
routes = [
    {{ route = "GET /a", authorizer = "Nobody" }},
    {{ route = "GET /b", authorizer = "Pool", scopes = ["orders/read"] }},
    {{ route = "GET /c", scopes = ["orders/read"] }},
    {{ route = "GET /d", api_key = true }},
    {{ route = "POST /e", request = "Missing" }},
]
[api]
authorizers.Pool = {{ user_pool = "Customers" }}
models.Missing = "missing.json"
models.Broken = "broken.json"
models.Other = "other.json"
domain = {{ name = "a.example", certificate = "{HERE}" }}
[apis.Site]
kind = "http"
authorizers.Login = {{ issuer = "https://i.example" }}
domain = {{ name = "a.example", certificate = "{HERE}" }}
"""
"""Every mistake that people make with routes and authorizers, in one file."""


def test_every_problem_stands_at_its_line_and_column(project):
    files = {"broken.json": '{"type": "object",}', "other.json": '{"type": "objekt"}'}
    with pytest.raises(SettingsError) as caught:
        load(project(WHERE, **files))
    places = [place.rpartition("tapgen.toml:")[2] for place in caught.value.places]
    found = [f"{place} {problem}" for place, problem in zip(places, caught.value.problems, strict=True)]
    expected = [
        "16:1 api.models.Missing: missing.json: No such file",
        "17:1 api.models.Broken: broken.json:1:19: not JSON",
        '18:1 api.models.Other: other.json: /type: "objekt" is not one of',
        "22:1 apis.Site.authorizers.Login.audience: a token of an issuer is for somebody",
        '23:1 apis.Site.domain: "a.example" leads to api already under "/"',
        '8:5 functions.Item.routes.0: "GET /a": there is no authorizer "Nobody"; known: Pool',
        '10:5 functions.Item.routes.2: "GET /c": scopes are asked of tokens; name an authorizer',
        '11:5 functions.Item.routes.3: "GET /d": it asks for a key, but no plan has one',
    ]
    assert [problem[: len(said)] for problem, said in zip(found, expected, strict=True)] == expected


def test_two_apis_share_a_name_by_their_base_paths(project):
    domain = f'name = "a.example", certificate = "{HERE}"'
    shared = (
        f'[api]\ndomain = {{ {domain} }}\n[apis.Site]\nkind = "http"\ndomain = {{ {domain}, base_path = "site" }}\n'
    )
    assert load(project(BASE.replace("ROUTE", "'GET /x'") + shared)).environments
