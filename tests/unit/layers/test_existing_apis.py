"""Routes of APIs that were made elsewhere, as they are rendered, reviewed and checked."""

import pytest

from tapgen.proof.rules.routes import ROUTE_RULES
from tapgen.proof.rules.rule import apply
from tapgen.proof.subject import Subject
from tapgen.review.picture.overview import overview
from tapgen.template.apis import routes
from tapgen.template.model import understand
from tests.unit.layers.documents import properties, refused

FUNCTION = 'application = "shop"\n[functions.Orders]\nsource = "src"\nroutes = [ROUTES]\n'
SHARED = """
[api]
existing = { import = "SharedApiId" }
root = { ssm_parameter = "/shared/api/root" }
stage = "prod"
authorizers.Login = { existing = "abc123", kind = "function" }

[api.paths]
"/admin/v1" = "x1y2z3"
"""
ASKED = "'GET /orders', { route = 'POST /admin/v1/orders', authorizer = 'Login' }, 'GET /admin/v1'"
IMPORTED = {"Fn::ImportValue": "SharedApiId"}


@pytest.fixture
def shared(document):
    return document(FUNCTION.replace("ROUTES", ASKED), more=SHARED)


def of_type(document, kind):
    found = {name: one for name, one in document["Resources"].items() if one["Type"] == kind}
    return {name: one["Properties"] for name, one in found.items()}


def test_a_rest_api_gets_paths_methods_and_preflights_below_what_it_has(shared):
    paths = of_type(shared, "AWS::ApiGateway::Resource")
    assert {name: (one["ParentId"], one["PathPart"]) for name, one in paths.items()} == {
        "ApiOrdersResource": ("{{resolve:ssm:/shared/api/root}}", "orders"),
        "ApiAdminV1OrdersResource": ("x1y2z3", "orders"),
    }
    methods = of_type(shared, "AWS::ApiGateway::Method")
    assert list(methods) == [
        "ApiOrdersGetMethod",
        "ApiAdminV1OrdersPostMethod",
        "ApiAdminV1GetMethod",
        "ApiOrdersOptionsMethod",
        "ApiAdminV1OrdersOptionsMethod",
    ]
    assert all(one["RestApiId"] == IMPORTED for one in [*paths.values(), *methods.values()])
    assert methods["ApiAdminV1GetMethod"]["ResourceId"] == "x1y2z3"
    post = methods["ApiAdminV1OrdersPostMethod"]
    assert (post["AuthorizationType"], post["AuthorizerId"]) == ("CUSTOM", "abc123")


def test_its_function_may_be_invoked_by_these_routes_alone(shared):
    sources = [one["SourceArn"]["Fn::Sub"] for one in of_type(shared, "AWS::Lambda::Permission").values()]
    start = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/prod/"
    assert [text.removeprefix(start) for text, _ in sources] == [
        "GET/orders",
        "POST/admin/v1/orders",
        "GET/admin/v1",
    ]
    assert all(values == {"Api": IMPORTED} for _, values in sources)


def test_its_stage_publishes_each_change_and_nothing_else_is_the_stacks(shared, document):
    def deployment(rendered):
        [(name, one)] = of_type(rendered, "AWS::ApiGateway::Deployment").items()
        assert one == {"RestApiId": IMPORTED, "StageName": "prod"}
        resource = rendered["Resources"][name]
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Delete")
        assert set(resource["DependsOn"]) == set(of_type(rendered, "AWS::ApiGateway::Method"))
        return name

    changed = document(FUNCTION.replace("ROUTES", ASKED.replace("GET /orders", "PUT /orders")), more=SHARED)
    assert deployment(shared) != deployment(changed)
    types = {one["Type"] for one in shared["Resources"].values()}
    assert not types & {
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGateway::Stage",
        "AWS::ApiGateway::Account",
        "AWS::ApiGateway::GatewayResponse",
        "AWS::ApiGateway::Authorizer",
    }
    assert "ApiServerErrorsAlarm" not in shared["Resources"]
    assert "ApiAccessLogGroup" not in shared["Resources"]
    assert not [name for name in shared["Outputs"] if "ApiGateway" in name]  # it is an output of the other stack's


def test_a_second_api_publishes_nothing_of_it(document):
    routes_ = "'GET /orders', { route = 'GET /own', api = 'Own' }"

    def published(path):
        rendered = document(FUNCTION.replace("ROUTES", routes_.replace("/orders", path)), more=SHARED + "[apis.Own]\n")
        return sorted(of_type(rendered, "AWS::ApiGateway::Deployment"))

    (shared, own), (other, own_again) = published("/orders"), published("/elsewhere")
    assert own == own_again
    assert shared != other


def test_an_http_api_gets_integrations_routes_and_permissions(document):
    rendered = document(
        FUNCTION.replace("ROUTES", "'GET /orders'"), more='[api]\nkind = "http"\nexisting = "a1b2c3d4e5"\n'
    )
    assert properties(rendered, "ApiOrdersIntegration")["ApiId"] == "a1b2c3d4e5"
    assert properties(rendered, "ApiOrdersGetRoute")["ApiId"] == "a1b2c3d4e5"
    source = properties(rendered, "ApiOrdersGetPermission")["SourceArn"]["Fn::Sub"]
    assert source.endswith(":a1b2c3d4e5/$default/GET/orders")
    assert not of_type(rendered, "AWS::ApiGatewayV2::Api") | of_type(rendered, "AWS::ApiGatewayV2::Stage")
    url = rendered["Outputs"]["ApiGatewayUrlOutput"]["Value"]["Fn::Sub"]
    assert url == "https://a1b2c3d4e5.execute-api.${AWS::Region}.${AWS::URLSuffix}/"


def test_its_routes_are_read_with_their_whole_path_and_drawn(shared):
    template = understand(shared)
    found = {route.name for route in routes(template).values() if route.method != "OPTIONS"}
    assert found == {"GET /orders", "POST /admin/v1/orders", "GET /admin/v1"}
    picture = overview(template, {})
    assert [(one.source, one.target) for one in picture.arrows] == [("API SharedApiId", "OrdersFunction")]


def test_a_permission_that_is_taken_away_is_missed(shared):
    def missed(rendered):
        rules = {rule.id: rule for rule in ROUTE_RULES}
        return [one.message for one in apply([rules["route-permission"]], Subject(rendered))]

    assert missed(shared) == []
    del shared["Resources"]["ApiAdminV1GetPermission"]
    assert missed(shared) == ["API Gateway may not invoke OrdersFunction for GET /admin/v1."]


KEYS = 'root = "r1"\nstage = "prod"\n'
WRONG = [
    ("existing = 'arn:aws:apigateway:x::/restapis/a'\n" + KEYS, 'api.existing: "arn:aws:apigateway:x::/restapis/a" is no id of API Gateway, such as a1b2c3d4e5'),
    ("existing = 'abc'\nroot = 'r1'", 'api: say which of its stages publishes the routes, such as stage = "prod"'),
    ("existing = 'abc'\nstage = 'prod'", 'api: "GET /x" needs the id of the root resource: root = "…" or { import = "…" }'),
    ("existing = 'abc'\nstage = 'prod'\npaths = { '/y' = 'a1' }", 'api: "GET /x" needs the id of the root resource: root = "…" or { import = "…" }'),
    ("existing = { import = 'A', parameter = 'B' }\n" + KEYS, "api.existing: say one of ssm_parameter, import, parameter and value"),
    ("existing = 'abc'\nbody = true\n" + KEYS, "api.body: the API is not the stack's: say it where the API is made"),
    ("existing = 'abc'\naccess_log = false\n" + KEYS, "api.access_log: the API is not the stack's: say it where the API is made"),
    ("root = 'r1'", "api.root: it is a part of an existing API: say which one by existing"),
    ("paths = { '/y' = 'a1' }", "api.paths: it is a part of an existing API: say which one by existing"),
    ("existing = 'abc'\nkind = 'http'\nroot = 'r1'", "api.root: an HTTP API has routes without resources and models; take it away"),
    ("authorizers.A = { existing = 'a', kind = 'function' }", "api.authorizers.A.existing: an authorizer belongs to one API: only an existing API has existing ones"),
    ("existing = 'abc'\nauthorizers.A = { existing = 'a' }\n" + KEYS, 'api.authorizers.A.kind: say whom it asks: kind = "user_pool", "issuer" or "function"'),
    ("existing = 'abc'\nauthorizers.A = { existing = 'a', kind = 'issuer' }\n" + KEYS, 'api.authorizers.A.kind: a REST API has no such authorizer; say kind = "user_pool" or "function"'),
    ("existing = 'abc'\nauthorizers.A = { existing = 'a', kind = 'function', ttl = 5 }\n" + KEYS, "api.authorizers.A.ttl: the authorizer is not the stack's: existing stands in place of this key"),
    ("authorizers.A = { function = 'Orders', kind = 'function' }", "api.authorizers.A.kind: it says whom an existing authorizer asks; name its id by existing, or take it away"),
]  # fmt: skip


def test_what_an_existing_api_cannot_be_is_one_message(project):
    for api, message in WRONG:
        assert refused(project, FUNCTION.replace("ROUTES", "'GET /x'") + f"[api]\n{api}\n") == [message]


def test_limits_of_a_route_are_its_stages(project):
    settings = FUNCTION.replace("ROUTES", "{ route = 'GET /x', throttling = { rate = 5 } }")
    [problem] = refused(project, f"{settings}[api]\nexisting = 'abc'\n{KEYS}")
    assert "throttling is its stage's, which is not this stack's; say it where the API is made" in problem
