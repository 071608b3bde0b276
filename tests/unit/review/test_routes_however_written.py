"""Routes, callers and origins are read alike out of methods, OpenAPI bodies and SAM's events."""

import copy

import pytest

from tapgen.openapi.describe import apis, describe
from tapgen.review.assess import assess
from tapgen.review.rules.authorization import authorization_impacts
from tapgen.template.apis import routes, unread_definition
from tapgen.template.authorizers import authorizers
from tapgen.template.cors import all_origins
from tapgen.template.exposure import exposures
from tapgen.template.model import understand

PROJECT = """
application = "shop"
[functions.Auth]
source = "src"
[functions.Item]
source = "src"
routes = [
  "GET /open", { route = "POST /token/{id}", authorizer = "Auth" }, { route = "PUT /iam", authorization = "AWS_IAM" },
  "ANY /files/{proxy+}",
]
[functions.Other]
source = "src"
routes = [ROUTES]
[api]
cors.origins = ["https://a.example", "https://b.example"]
authorizers.Auth = { function = "Auth" }
"""
KINDS = {
    "rest": '{ route = "GET /key", api_key = true }',
    "http": '"$default"',
}


@pytest.fixture
def both(document):
    """An API of a kind, understood: as methods or routes, and as one body."""

    def render(kind, more="", routes=""):
        settings = PROJECT.replace("ROUTES", routes or KINDS[kind]) + f'kind = "{kind}"\n{more}'
        if kind == "rest":
            settings += 'usage_plans.P.keys = ["K"]\n'
        return understand(document(settings)), understand(document(settings, more="body = true\n"))

    return render


def seen(template):
    """What is behind each route and what it asks for, apart from how its authorizer is called."""
    return {
        key: (route.caller.kind, route.caller.scopes, route.caller.api_key, route.functions)
        for key, route in routes(template).items()
        if route.method != "OPTIONS"
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_body_says_what_methods_and_routes_say(both, kind):
    methods, body = both(kind)
    assert seen(body) == seen(methods)
    assert seen(body)["${Api}", "POST", "/token/{id}"] == ("CUSTOM", (), False, ("ItemFunction",))
    assert seen(body)["${Api}", "PUT", "/iam"] == ("AWS_IAM", (), False, ("ItemFunction",))
    if kind == "rest":
        assert seen(body)["${Api}", "GET", "/key"] == ("NONE", (), True, ("OtherFunction",))
    assert not unread_definition(body.resources["Api"])


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_is_open_in_a_body(both, kind):
    methods, body = both(kind)
    opened = [{one.message for one in exposures(template) if "route" in one.kind} for template in (methods, body)]
    assert opened[0] == opened[1]
    assert "Anyone in the world may call ANY /files/{proxy+}." in opened[1]
    [place] = [one.path for one in exposures(body) if one.message.endswith("GET /open.")]
    assert place == ("Resources", "Api", "Properties", "Body", "paths", "/open", "get")


@pytest.mark.parametrize("kind", KINDS)
def test_turning_methods_into_a_body_and_back_opens_nothing(both, kind):
    methods, body = both(kind)
    assert [str(impact) for impact in authorization_impacts(methods, body)] == []
    back = [impact for impact in authorization_impacts(body, methods) if not isinstance(impact, str)]
    assert {impact.rule for impact in back} <= {"S013"}


@pytest.mark.parametrize(("kind", "rules"), [("rest", set()), ("http", {"L101"})])
def test_a_rest_api_keeps_its_address_as_a_body_and_an_http_api_does_not(document, kind, rules):
    settings = PROJECT.replace("ROUTES", KINDS[kind]) + f'kind = "{kind}"\n'
    settings += 'usage_plans.P.keys = ["K"]\n' if kind == "rest" else ""
    review = assess(document(settings), document(settings, more="body = true\n"))
    assert {loss.rule for loss in review.losses if loss.logical_id == "Api"} == rules


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", [0, 1])
def test_a_route_that_asks_for_less_is_told(both, kind, form):
    before = both(kind)[form]
    after = both(kind, routes='{ route = "POST /new", authorizer = "Auth" }, ' + KINDS[kind])[form]
    [impact] = [one for one in authorization_impacts(before, after) if one.rule == "S011"]
    assert impact.message.startswith("POST /new is new and asks for CUSTOM")
    opened = both(kind, routes='"POST /new", ' + KINDS[kind])[form]
    [impact] = authorization_impacts(after, opened)
    assert impact.message.startswith("POST /new asks for no authorization instead of CUSTOM")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", [0, 1])
def test_a_third_origin_opens_something(document, both, kind, form):
    before = both(kind)[form]
    more = "body = true\n" if form else ""
    settings = PROJECT.replace("ROUTES", KINDS[kind]) + f'kind = "{kind}"\n{more}'
    settings += 'usage_plans.P.keys = ["K"]\n' if kind == "rest" else ""
    after = understand(document(settings.replace('"https://b.example"', '"https://b.example", "https://evil.example"')))
    found = [one for one in authorization_impacts(before, after) if one.rule == "S013"]
    [only] = found
    assert only.details == ("https://evil.example",)
    assert only.message.endswith(": pages of https://evil.example may call")


def test_what_a_swagger_document_of_others_asks_for():
    template = understand(
        {
            "Resources": {
                "Api": {
                    "Type": "AWS::ApiGateway::RestApi",
                    "Properties": {
                        "Body": {
                            "swagger": "2.0",
                            "securityDefinitions": {
                                "pool": {
                                    "type": "apiKey",
                                    "name": "Authorization",
                                    "in": "header",
                                    "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools"},
                                },
                                "nothing": {"type": "basic"},
                                "key": {"type": "apiKey", "name": "X-API-Key", "in": "header"},
                            },
                            "security": [{"pool": ["b", "a"]}],
                            "paths": {
                                "/a": {"get": {}, "post": {"security": []}, "put": {"security": [{"key": []}]}},
                                "/b": {"x-amazon-apigateway-any-method": {"security": [{"nothing": []}]}},
                                "/c": {"get": {"x-amazon-apigateway-auth": {"type": "AWS_IAM"}}, "parameters": []},
                            },
                        }
                    },
                }
            }
        }
    )
    assert {route.name: (route.authorization, route.api_key) for route in routes(template).values()} == {
        "GET /a": ("COGNITO_USER_POOLS (pool; scopes a, b)", False),
        "POST /a": ("NONE", False),
        "PUT /a": ("NONE", True),
        "ANY /b": ("NONE", False),
        "GET /c": ("AWS_IAM", False),
    }


SAM = {
    "Transform": "AWS::Serverless-2016-10-31",
    "Globals": {"Api": {"Auth": {"DefaultAuthorizer": "AWS_IAM"}}},
    "Resources": {
        "Shop": {
            "Type": "AWS::Serverless::HttpApi",
            "Properties": {
                "CorsConfiguration": {"AllowOrigins": ["https://a.example"]},
                "Auth": {"DefaultAuthorizer": "Jwt", "Authorizers": {"Jwt": {"JwtConfiguration": {"issuer": "i"}}}},
            },
        },
        "F": {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Events": {
                    "A": {"Type": "Api", "Properties": {"Path": "/a", "Method": "get"}},
                    "B": {"Type": "Api", "Properties": {"Path": "/b", "Method": "any", "Auth": {"Authorizer": "NONE"}}},
                    "C": {
                        "Type": "HttpApi",
                        "Properties": {
                            "Path": "/c",
                            "Method": "post",
                            "ApiId": {"Ref": "Shop"},
                            "Auth": {"AuthorizationScopes": ["x"]},
                        },
                    },
                    "D": {"Type": "HttpApi"},
                    "Q": {"Type": "SQS", "Properties": {"Queue": "q"}},
                }
            },
        },
    },
}


def test_the_routes_of_sams_events():
    template = understand(SAM)
    assert {(route.api, route.name): route.authorization for route in routes(template).values()} == {
        ("${ServerlessRestApi}", "GET /a"): "AWS_IAM",
        ("${ServerlessRestApi}", "ANY /b"): "NONE",
        ("${Shop}", "POST /c"): "JWT (Jwt; scopes x)",
        ("${ServerlessHttpApi}", "$default"): "NONE",
    }
    assert all_origins(template) == {"Shop": frozenset({"https://a.example"})}
    messages = {one.message for one in exposures(template) if one.kind == "write-route"}
    assert messages == {"Anyone in the world may call ANY /b.", "Anyone in the world may call $default."}


@pytest.mark.parametrize(
    "properties",
    [{"BodyS3Location": {"Bucket": "b"}}, {"Body": {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {}}}}],
)
def test_a_document_that_is_elsewhere_is_said_to_be_unread(properties):
    template = understand({"Resources": {"A": {"Type": "AWS::ApiGateway::RestApi", "Properties": properties}}})
    assert unread_definition(template.resources["A"])
    other = understand({"Resources": {"A": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "a"}}}})
    assert list(authorization_impacts(other, template)) == [
        "A: its routes come from an OpenAPI document that is not in the template"
    ]


ODD = (None, 5, "x", [], {}, [None], [[]], {"a": None}, {"Ref": "Nope"}, {"Fn::If": ["C", "a", "b"]})


def _places(value, path=()):
    """The path of everything in a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from _places(item, (*path, key))


@pytest.mark.parametrize("kind", [*KINDS, "sam"])
def test_odd_values_anywhere_are_read_past(document, kind):
    if kind == "sam":
        whole = SAM
    else:
        settings = PROJECT.replace("ROUTES", KINDS[kind]) + f'kind = "{kind}"\nbody = true\n'
        whole = document(settings + ('usage_plans.P.keys = ["K"]\n' if kind == "rest" else ""))
        whole = {"Resources": {name: whole["Resources"][name] for name in ("Api", "ItemFunction")}}
    for number, path in enumerate(place for place in _places(whole) if len(place) > 3):
        changed = copy.deepcopy(whole)
        parent = changed
        for step in path[:-1]:
            parent = parent[step]
        parent[path[-1]] = ODD[number % len(ODD)]
        template = understand(changed)
        assert isinstance(routes(template), dict)
        assert isinstance(all_origins(template), dict)
        assert isinstance(list(authorizers(template)), list)
        for api in apis(changed):
            assert describe(changed, api)["openapi"] == "3.1.0"
