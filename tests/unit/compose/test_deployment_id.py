"""The deployment's logical id: new with whatever a deployment is a snapshot of, and only then."""

import re

import pytest

from tests.conftest import ONE_FUNCTION
from tests.table import rows

ADD = """
from troposphere import Ref, apigateway, awslambda, ssm
def build(template, environment, stack):
    api = stack.api.api
    {body}
"""

EVERYTHING = """
    template.add_resource(apigateway.Model("M", RestApiId=api, ContentType="application/json", Schema={"type": "object"}, Description="d", Name="n"))
    template.add_resource(apigateway.RequestValidator("V", RestApiId=api, Name="v", ValidateRequestBody=True, ValidateRequestParameters=False))
    template.add_resource(apigateway.Authorizer("A", RestApiId=api, Name="a", Type="TOKEN", AuthorizerUri="arn:1", IdentitySource="method.request.header.A", AuthorizerResultTtlInSeconds=1, AuthorizerCredentials="arn:2", IdentityValidationExpression="x"))
    template.add_resource(apigateway.GatewayResponse("G", RestApiId=api, ResponseType="THROTTLED", StatusCode="429", ResponseParameters={"gatewayresponse.header.X": "'1'"}, ResponseTemplates={"application/json": "{}"}))
    template.add_resource(apigateway.Resource("R", RestApiId=api, ParentId="p", PathPart="x"))
    template.add_resource(apigateway.Method("Me", RestApiId=api, ResourceId=Ref("R"), HttpMethod="GET", AuthorizationType="NONE", ApiKeyRequired=False, OperationName="o", RequestValidatorId=Ref("V"), RequestModels={"application/json": Ref("M")}, RequestParameters={"method.request.header.X": True}, AuthorizerId=Ref("A"), AuthorizationScopes=["s"], Integration=apigateway.Integration(Type="HTTP", IntegrationHttpMethod="GET", Uri="https://a.example", TimeoutInMillis=1000, PassthroughBehavior="NEVER", RequestTemplates={"application/json": "{}"}, RequestParameters={"integration.request.header.X": "'1'"}, CacheNamespace="c", CacheKeyParameters=["k"], ContentHandling="CONVERT_TO_TEXT", ConnectionType="INTERNET", Credentials="arn:3", IntegrationResponses=[apigateway.IntegrationResponse(StatusCode="200", SelectionPattern="x")]), MethodResponses=[apigateway.MethodResponse(StatusCode="200", ResponseModels={"application/json": Ref("M")})]))
    rest = template.resources["Api"]
    rest.Description = "d"
    rest.BinaryMediaTypes = ["image/png"]
    rest.MinimumCompressionSize = 10
    rest.ApiKeySourceType = "HEADER"
    rest.DisableExecuteApiEndpoint = False
    rest.Policy = {"Version": "2012-10-17", "Statement": []}
    rest.FailOnWarnings = False
    rest.Parameters = {"p": "1"}
    rest.CloneFrom = "x"
"""


@pytest.fixture
def deployment(document):
    """The deployment's logical id in a project of these settings and, where given, this layer."""

    def identify(settings=ONE_FUNCTION, *, layer="", more="", **files):
        files = {"own.py": ADD.replace("{body}", layer or "pass"), **files}
        rendered = document(f"layers = ['own']\n{settings}", more=more, **files)
        [logical_id] = [name for name, r in rendered["Resources"].items() if r["Type"] == "AWS::ApiGateway::Deployment"]
        return logical_id

    return identify


@rows(
    "more",
    [
        'routes = ["GET /item", "POST /item"]',
        'routes = ["GET /items"]',
        'routes = ["POST /item"]',
        'routes = ["GET /item/{id}"]',
        '[api]\nname = "Other"',
        '[api]\nauthorization = "AWS_IAM"',
        '[api.cors]\norigins = ["https://a.example"]',
        '[api.cors]\nmethods = ["GET"]',
        '[api.cors]\nheaders = ["X-Mine"]',
    ],
)
def test_it_changes_with_the_api_of_the_settings(deployment, more):
    settings = ONE_FUNCTION.replace('routes = ["GET /item"]\n', "") if more.startswith("routes") else ONE_FUNCTION
    assert deployment(settings, more=f"{more}\n") != deployment()


TABLES = """
application = "shop"
[functions.Auth]
source = "src"
[functions.Item]
source = "src"
routes = [{ route = "POST /item", authorizer = "A", request = "M", parameters = ["header.X"], api_key = true }]
[api]
cache.size = "0.5"
binary_media_types = ["image/png"]
compression = 10
allow_cidrs = ["10.0.0.0/8"]
authorizers.A = { function = "Auth", identity = ["header.A"], ttl = 60, validation = "x" }
authorizers.B = { function = "Auth" }
models.M = "m.json"
models.N = "n.json"
usage_plans.P = { keys = ["K"], quota = 5 }
responses.UNAUTHORIZED = { status = 401, headers.X = "1", body = { a = 1 } }
BODY
"""
MODELS = {"m.json": '{"type": "object"}', "n.json": '{"type": "array"}'}
PUBLISHED = [
    ('authorizer = "A"', 'authorizer = "B"'),
    ('authorizer = "A"', 'authorization = "NONE"'),
    ('request = "M"', 'request = "N"'),
    ("header.X", "header.Y"),
    (", api_key = true", ""),
    ("image/png", "image/gif"),
    ("compression = 10", "compression = 20"),
    ("10.0.0.0/8", "10.0.0.0/9"),
    ('"header.A"', '"header.B"'),
    ("ttl = 60", "ttl = 61"),
    ('validation = "x"', 'validation = "y"'),
    ('"m.json"', '"n.json"'),
    ("status = 401", "status = 403"),
    ('headers.X = "1"', 'headers.X = "2"'),
    ("a = 1", "a = 2"),
]


@rows("body", ["", "body = true"])
@rows(("old", "new"), PUBLISHED, ids=[new for _, new in PUBLISHED])
def test_everything_that_a_route_table_and_its_api_publish_counts(deployment, old, new, body):
    settings = TABLES.replace("BODY", body)
    assert settings.count(old) == 1
    assert deployment(settings.replace(old, new), **MODELS) != deployment(settings, **MODELS)


@rows("body", ["", "body = true"])
@rows(
    ("old", "new"),
    [
        ("quota = 5", "quota = 6"),
        ('size = "0.5"', 'size = "1.6"'),
        ("api_key = true", "api_key = true, throttling = { rate = 1, burst = 1 }"),
        ("compression = 10", 'compression = 10\nweb_acl = "arn:aws:wafv2:x:1:regional/webacl/a/b"'),
    ],
)
def test_what_belongs_to_the_stage_alone_does_not(deployment, old, new, body):
    settings = TABLES.replace("BODY", body)
    assert settings.count(old) == 1
    assert deployment(settings.replace(old, new), **MODELS) == deployment(settings, **MODELS)


def test_it_changes_with_the_function_behind_a_route(deployment):
    other = '[functions.Other]\nsource = "src"\n'
    moved = ONE_FUNCTION.replace('routes = ["GET /item"]\n', "") + other + 'routes = ["GET /item"]\n'
    assert deployment(moved) != deployment(more=other)


@rows(
    "more",
    [
        "memory = 512\ntimeout = 5\nenvironment.LEVEL = 'x'",
        "[tags]\nTeam = 'a'",
        "[alarms]\nerrors = 7",
        "[logs]\nretention_days = 90",
        "[network]\nsubnets = 'nat'",
        "[api]\nthrottling.rate = 5",
        "[api]\naccess_log = false",
        "[api]\ncloudwatch_role = false",
        "[api]\nstage = 'v1'",
        "[functions.Other]\nsource = 'src'",
        "[tables.Other]\npartition_key = { name = 'id' }",
        "[environments.dev]\nprotected = true",
    ],
)
def test_it_stays_when_nothing_published_changes(deployment, more):
    assert deployment(more=f"{more}\n") == deployment()


def test_it_stays_when_a_layer_adds_something_else_or_tags_the_api(deployment):
    other = 'template.add_resource(ssm.Parameter("P", Type="String", Value="1"))'
    assert deployment(layer=other) == deployment()
    assert (
        deployment(layer='from troposphere import Tags; template.resources["Api"].Tags = Tags(A="b")') == deployment()
    )


def test_it_does_not_depend_on_the_order_of_a_resources_properties(deployment):
    one = 'template.add_resource(apigateway.Model("M", RestApiId=api, ContentType="a/b", Name="n"))'
    other = 'template.add_resource(apigateway.Model("M", Name="n", ContentType="a/b", RestApiId=api))'
    assert deployment(layer=one) == deployment(layer=other)


MUTATIONS = [
    # Model
    ('ContentType="application/json", Schema', 'ContentType="text/json", Schema'),
    ('Schema={"type": "object"}', 'Schema={"type": "array"}'),
    ('Description="d", Name="n"', 'Description="e", Name="n"'),
    ('Name="n"', 'Name="m"'),
    # RequestValidator
    ('Name="v"', 'Name="w"'),
    ("ValidateRequestBody=True", "ValidateRequestBody=False"),
    ("ValidateRequestParameters=False", "ValidateRequestParameters=True"),
    # Authorizer
    ('Name="a"', 'Name="b"'),
    ('Type="TOKEN"', 'Type="REQUEST"'),
    ('AuthorizerUri="arn:1"', 'AuthorizerUri="arn:4"'),
    ('IdentitySource="method.request.header.A"', 'IdentitySource="method.request.header.B"'),
    ("AuthorizerResultTtlInSeconds=1", "AuthorizerResultTtlInSeconds=2"),
    ('AuthorizerCredentials="arn:2"', 'AuthorizerCredentials="arn:4"'),
    ('IdentityValidationExpression="x"', 'IdentityValidationExpression="y"'),
    # GatewayResponse
    ('ResponseType="THROTTLED"', 'ResponseType="UNAUTHORIZED"'),
    ('StatusCode="429"', 'StatusCode="430"'),
    ('header.X": "\'1\'"}, ResponseTemplates', 'header.X": "\'2\'"}, ResponseTemplates'),
    ('ResponseTemplates={"application/json": "{}"}', 'ResponseTemplates={"application/json": "[]"}'),
    # Resource
    ('ParentId="p"', 'ParentId="q"'),
    ('PathPart="x"', 'PathPart="y"'),
    # Method
    ('ResourceId=Ref("R")', 'ResourceId="r"'),
    ('HttpMethod="GET", AuthorizationType', 'HttpMethod="PUT", AuthorizationType'),
    ('AuthorizationType="NONE"', 'AuthorizationType="CUSTOM"'),
    ("ApiKeyRequired=False", "ApiKeyRequired=True"),
    ('OperationName="o"', 'OperationName="p"'),
    ('RequestValidatorId=Ref("V")', 'RequestValidatorId="v"'),
    ('RequestModels={"application/json": Ref("M")}', 'RequestModels={"text/json": Ref("M")}'),
    ('{"method.request.header.X": True}', '{"method.request.header.X": False}'),
    ('AuthorizerId=Ref("A")', 'AuthorizerId="a"'),
    ('AuthorizationScopes=["s"]', 'AuthorizationScopes=["t"]'),
    ('Integration(Type="HTTP"', 'Integration(Type="HTTP_PROXY"'),
    ('IntegrationHttpMethod="GET"', 'IntegrationHttpMethod="POST"'),
    ('Uri="https://a.example"', 'Uri="https://b.example"'),
    ("TimeoutInMillis=1000", "TimeoutInMillis=2000"),
    ('PassthroughBehavior="NEVER"', 'PassthroughBehavior="WHEN_NO_MATCH"'),
    ('RequestTemplates={"application/json": "{}"}', 'RequestTemplates={"application/json": "[]"}'),
    ('{"integration.request.header.X": "\'1\'"}', '{"integration.request.header.X": "\'2\'"}'),
    ('CacheNamespace="c"', 'CacheNamespace="d"'),
    ('CacheKeyParameters=["k"]', 'CacheKeyParameters=["l"]'),
    ('ContentHandling="CONVERT_TO_TEXT"', 'ContentHandling="CONVERT_TO_BINARY"'),
    ('ConnectionType="INTERNET"', 'ConnectionType="VPC_LINK", ConnectionId="c"'),
    ('Credentials="arn:3"', 'Credentials="arn:4"'),
    ('SelectionPattern="x"', 'SelectionPattern="y"'),
    ('StatusCode="200", SelectionPattern', 'StatusCode="201", SelectionPattern'),
    ('StatusCode="200", ResponseModels', 'StatusCode="201", ResponseModels'),
    ('ResponseModels={"application/json": Ref("M")}', 'ResponseModels={"text/json": Ref("M")}'),
    # RestApi
    ('rest.Description = "d"', 'rest.Description = "e"'),
    ('["image/png"]', '["image/gif"]'),
    ("rest.MinimumCompressionSize = 10", "rest.MinimumCompressionSize = 20"),
    ('rest.ApiKeySourceType = "HEADER"', 'rest.ApiKeySourceType = "AUTHORIZER"'),
    ("rest.DisableExecuteApiEndpoint = False", "rest.DisableExecuteApiEndpoint = True"),
    ('"Statement": []', '"Statement": [{}]'),
    ("rest.FailOnWarnings = False", "rest.FailOnWarnings = True"),
    ('rest.Parameters = {"p": "1"}', 'rest.Parameters = {"p": "2"}'),
    ('rest.CloneFrom = "x"', 'rest.CloneFrom = "y"'),
]


@rows(("old", "new"), MUTATIONS, ids=[new for _, new in MUTATIONS])
def test_every_property_of_what_a_layer_adds_counts(deployment, old, new):
    assert EVERYTHING.count(old) == 1
    assert deployment(layer=EVERYTHING.lstrip().replace(old, new)) != deployment(layer=EVERYTHING.lstrip())


@rows("line", [line for line in EVERYTHING.splitlines() if line.strip()])
def test_every_resource_that_a_layer_adds_counts(deployment, line):
    without = EVERYTHING.replace(line, "pass" if not line.startswith("    ") else "    pass").lstrip()
    if "rest = " in line:
        without = re.sub(r"(?m)^ +rest\.?.*$", "    pass", EVERYTHING).lstrip()
    assert deployment(layer=without) != deployment(layer=EVERYTHING.lstrip())


def test_the_deployment_waits_for_what_a_layer_adds(document):
    files = {"own.py": ADD.replace("{body}", EVERYTHING.lstrip())}
    rendered = document(f"layers = ['own']\n{ONE_FUNCTION}", **files)
    [deployment] = [r for r in rendered["Resources"].values() if r["Type"] == "AWS::ApiGateway::Deployment"]
    assert {"M", "V", "A", "G", "Me"} <= set(deployment["DependsOn"])
    assert len(set(deployment["DependsOn"])) == len(deployment["DependsOn"])
