import json

import pytest

from tests.conftest import ONE_FUNCTION

NESTED = """
application = "shop"
[functions.Orders]
source = "src"
routes = [
    "GET /",
    "GET /orders",
    "POST /orders",
    "DELETE /orders/{orderId}",
    "GET /orders/{orderId}/lines/{lineId}",
]
[functions.Files]
source = "src"
routes = ["ANY /files/{proxy+}", "OPTIONS /files/{proxy+}", "HEAD /files"]
"""


def of_type(document, kind):
    kind = f"AWS::ApiGateway::{kind}"
    return {name: r["Properties"] for name, r in document["Resources"].items() if r["Type"] == kind}


def test_each_part_of_a_path_is_one_resource_below_its_parent(document):
    resources = of_type(document(NESTED), "Resource")
    assert {name: (r["ParentId"], r["PathPart"]) for name, r in resources.items()} == {
        "ApiOrdersResource": ({"Fn::GetAtt": ["Api", "RootResourceId"]}, "orders"),
        "ApiOrdersOrderIdVarResource": ({"Ref": "ApiOrdersResource"}, "{orderId}"),
        "ApiOrdersOrderIdVarLinesResource": ({"Ref": "ApiOrdersOrderIdVarResource"}, "lines"),
        "ApiOrdersOrderIdVarLinesLineIdVarResource": ({"Ref": "ApiOrdersOrderIdVarLinesResource"}, "{lineId}"),
        "ApiFilesResource": ({"Fn::GetAtt": ["Api", "RootResourceId"]}, "files"),
        "ApiFilesProxyVarResource": ({"Ref": "ApiFilesResource"}, "{proxy+}"),
    }


def test_each_route_calls_its_function(document):
    methods = {
        name: m for name, m in of_type(document(NESTED), "Method").items() if m["Integration"]["Type"] == "AWS_PROXY"
    }
    called = {
        (m["HttpMethod"], json.dumps(m["ResourceId"])): m["Integration"]["Uri"]["Fn::Sub"].split("${")[-1].split(".")[0]
        for m in methods.values()
    }
    root = json.dumps({"Fn::GetAtt": ["Api", "RootResourceId"]})
    assert called == {
        ("GET", root): "OrdersFunction",
        ("GET", '{"Ref": "ApiOrdersResource"}'): "OrdersFunction",
        ("POST", '{"Ref": "ApiOrdersResource"}'): "OrdersFunction",
        ("DELETE", '{"Ref": "ApiOrdersOrderIdVarResource"}'): "OrdersFunction",
        ("GET", '{"Ref": "ApiOrdersOrderIdVarLinesLineIdVarResource"}'): "OrdersFunction",
        ("ANY", '{"Ref": "ApiFilesProxyVarResource"}'): "FilesFunction",
        ("OPTIONS", '{"Ref": "ApiFilesProxyVarResource"}'): "FilesFunction",
        ("HEAD", '{"Ref": "ApiFilesResource"}'): "FilesFunction",
    }
    assert {m["Integration"]["IntegrationHttpMethod"] for m in methods.values()} == {"POST"}


def test_path_parameters_are_declared(document):
    methods = of_type(document(NESTED), "Method")
    assert methods["ApiOrdersOrderIdVarLinesLineIdVarGetMethod"]["RequestParameters"] == {
        "method.request.path.orderId": True,
        "method.request.path.lineId": True,
    }
    assert methods["ApiFilesProxyVarAnyMethod"]["RequestParameters"] == {"method.request.path.proxy": True}
    assert "RequestParameters" not in methods["ApiOrdersGetMethod"]


def test_preflight_everywhere_but_where_there_is_an_options_route(document):
    methods = of_type(document(NESTED), "Method")
    mocks = {name for name, m in methods.items() if m["Integration"]["Type"] == "MOCK"}
    assert mocks == {
        "ApiOptionsMethod",
        "ApiOrdersOptionsMethod",
        "ApiOrdersOrderIdVarOptionsMethod",
        "ApiOrdersOrderIdVarLinesOptionsMethod",
        "ApiOrdersOrderIdVarLinesLineIdVarOptionsMethod",
        "ApiFilesOptionsMethod",
    }


def test_permissions_go_down_to_stage_method_and_path(document):
    document = document(NESTED + '[api]\nstage = "v1"\n')
    permissions = [r["Properties"] for r in document["Resources"].values() if r["Type"] == "AWS::Lambda::Permission"]
    paths = {p["SourceArn"]["Fn::Sub"].partition("${Api}")[2]: p["FunctionName"]["Fn::GetAtt"][0] for p in permissions}
    assert paths == {
        "/v1/GET/": "OrdersFunction",
        "/v1/GET/orders": "OrdersFunction",
        "/v1/POST/orders": "OrdersFunction",
        "/v1/DELETE/orders/*": "OrdersFunction",
        "/v1/GET/orders/*/lines/*": "OrdersFunction",
        "/v1/*/files/*": "FilesFunction",
        "/v1/OPTIONS/files/*": "FilesFunction",
        "/v1/HEAD/files": "FilesFunction",
    }


@pytest.mark.parametrize(("count", "permissions"), [(40, 40), (41, 3)])
def test_a_function_of_many_routes_has_a_permission_for_each_method(document, count, permissions):
    routes = [f"{('GET', 'POST', 'ANY')[n % 3]} /r{n // 3}" for n in range(count)]
    settings = f'application = "shop"\n[functions.Item]\nsource = "src"\nroutes = {routes}\n'
    resources = document(settings)["Resources"]
    found = {name: r["Properties"] for name, r in resources.items() if r["Type"] == "AWS::Lambda::Permission"}
    assert len(found) == permissions
    if count > 40:
        assert {name: p["SourceArn"]["Fn::Sub"].partition("${Api}")[2] for name, p in found.items()} == {
            "ItemFunctionApiAnyPermission": "/dev/*/*",
            "ItemFunctionApiGetPermission": "/dev/GET/*",
            "ItemFunctionApiPostPermission": "/dev/POST/*",
        }


def test_iam_authorization_of_routes_but_not_of_preflight(document):
    methods = of_type(document(more='[api]\nauthorization = "AWS_IAM"\n'), "Method")
    assert {name: m["AuthorizationType"] for name, m in methods.items()} == {
        "ApiItemGetMethod": "AWS_IAM",
        "ApiOptionsMethod": "NONE",
        "ApiItemOptionsMethod": "NONE",
    }


def preflight(document):
    method = of_type(document, "Method")["ApiItemOptionsMethod"]
    [answer] = method["Integration"]["IntegrationResponses"]
    return {name.rpartition(".")[2]: value for name, value in answer["ResponseParameters"].items()}, answer


def test_one_origin_is_named_and_varies(document):
    cors = '[api.cors]\norigins = ["https://a.example"]\nmethods = ["GET", "POST"]\nheaders = ["X-Mine"]\n'
    rendered = document(more=cors)
    headers, answer = preflight(rendered)
    assert headers["Access-Control-Allow-Origin"] == "'https://a.example'"
    assert headers["Access-Control-Allow-Methods"] == "'GET,POST'"
    assert headers["Access-Control-Allow-Headers"] == "'X-Mine'"
    assert headers["Vary"] == "'Origin'"
    assert "ResponseTemplates" not in answer
    for response in of_type(rendered, "GatewayResponse").values():
        value = response["ResponseParameters"]["gatewayresponse.header.Access-Control-Allow-Origin"]
        assert value == "'https://a.example'"


def test_several_origins_are_echoed_where_they_are_allowed(document):
    headers, answer = preflight(document(more='[api.cors]\norigins = ["https://a.example", "https://b.example"]\n'))
    template = answer["ResponseTemplates"]["application/json"]
    assert '$origin == "https://a.example" || $origin == "https://b.example"' in template
    assert "#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)" in template
    assert template.count("#if") == template.count("#end")
    assert headers["Access-Control-Allow-Origin"] == "'https://a.example'"


def test_all_methods_are_spelled_out(document):
    headers, _ = preflight(document())
    assert headers["Access-Control-Allow-Methods"] == "'GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS'"


def test_an_api_without_log_role_and_tracing(document):
    more = "[api]\naccess_log = false\ncloudwatch_role = false\ntracing = false\nthrottling = { rate = 5, burst = 6 }\n"
    rendered = document(more=more)
    stage = rendered["Resources"]["ApiStage"]
    assert "DependsOn" not in stage
    assert "AccessLogSetting" not in stage["Properties"]
    assert stage["Properties"]["TracingEnabled"] is False
    assert stage["Properties"]["MethodSettings"] == [
        {"HttpMethod": "*", "ResourcePath": "/*", "ThrottlingRateLimit": 5, "ThrottlingBurstLimit": 6}
    ]
    assert not {"ApiAccount", "ApiLoggingRole", "ApiAccessLogGroup"} & set(rendered["Resources"])


@pytest.mark.parametrize(("more", "name"), [("", "shop-dev"), ('[api]\nname = "Items"\n', "Items")])
def test_the_apis_name(document, more, name):
    assert of_type(document(ONE_FUNCTION + more), "RestApi")["Api"]["Name"] == name
