"""HTTP APIs, authorizers, names, keys, validation and bodies as they are rendered."""

import json

import pytest

from tests.unit.layers.test_api import of_type

PROJECT = """
application = "shop"
[functions.Auth]
source = "src"
[functions.Item]
source = "src"
routes = [ROUTES]
"""
CERTIFICATE = "arn:aws:acm:eu-central-1:111111111111:certificate/11111111-2222-3333-4444-555555555555"


@pytest.fixture
def resources(document):
    """The rendered resources of a project of these routes and settings of `[api]`, by type, then logical id."""

    def render(routes, api="", **files):
        rendered = document(PROJECT.replace("ROUTES", routes), more=f"[api]\n{api}\n", **files)
        found = {}
        for name, resource in rendered["Resources"].items():
            found.setdefault(resource["Type"], {})[name] = resource["Properties"]
        return found, rendered

    return render


def test_an_http_api_has_an_integration_for_each_function_and_a_route_for_each_route(resources):
    routes = "'GET /items', 'POST /items/', 'ANY /files/{proxy+}', '$default'"
    found, rendered = resources(routes, 'kind = "http"\ncors.origins = ["https://a.example", "https://b.example"]')
    [api] = found["AWS::ApiGatewayV2::Api"].values()
    assert api["CorsConfiguration"]["AllowOrigins"] == ["https://a.example", "https://b.example"]
    assert api["ProtocolType"] == "HTTP"
    assert list(found["AWS::ApiGatewayV2::Integration"]) == ["ApiItemIntegration"]
    assert found["AWS::ApiGatewayV2::Integration"]["ApiItemIntegration"]["PayloadFormatVersion"] == "2.0"
    assert {name: route["RouteKey"] for name, route in found["AWS::ApiGatewayV2::Route"].items()} == {
        "ApiItemsGetRoute": "GET /items",
        "ApiItemsSlashPostRoute": "POST /items/",
        "ApiFilesProxyVarAnyRoute": "ANY /files/{proxy+}",
        "ApiDefaultRoute": "$default",
    }
    sources = [one["SourceArn"]["Fn::Sub"].partition("${Api}")[2] for one in found["AWS::Lambda::Permission"].values()]
    assert sources == ["/$default/GET/items", "/$default/POST/items/", "/$default/*/files/*", "/$default/$default"]
    assert found["AWS::ApiGatewayV2::Stage"]["ApiStage"]["StageName"] == "$default"
    url = rendered["Outputs"]["ApiGatewayUrlOutput"]["Value"]["Fn::Sub"]
    assert url == "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/"
    alarm = rendered["Resources"]["ApiServerErrorsAlarm"]["Properties"]
    assert (alarm["MetricName"], alarm["Dimensions"][0]) == ("5xx", {"Name": "ApiId", "Value": {"Ref": "Api"}})
    assert "AWS::ApiGateway::Account" not in found


def test_a_preflight_stays_open_where_a_route_takes_every_method(resources):
    api = 'kind = "http"\nauthorizer = "A"\nauthorizers.A = { function = "Auth" }'
    found, _ = resources("'ANY /x', '$default', 'ANY /y', 'OPTIONS /y', 'GET /z'", api)
    routes = {r["RouteKey"]: r["AuthorizationType"] for r in found["AWS::ApiGatewayV2::Route"].values()}
    assert routes == {
        "ANY /x": "CUSTOM",
        "OPTIONS /x": "NONE",
        "$default": "CUSTOM",
        "OPTIONS /{proxy+}": "NONE",
        "ANY /y": "CUSTOM",
        "OPTIONS /y": "NONE",
        "GET /z": "CUSTOM",
    }
    sources = {one["SourceArn"]["Fn::Sub"].partition("${Api}")[2] for one in found["AWS::Lambda::Permission"].values()}
    assert {"/$default/OPTIONS/*", "/$default/$default", "/$default/*/x", "/$default/OPTIONS/y"} <= sources


def test_limits_of_one_route(resources):
    found, rendered = resources("{ route = 'GET /x', throttling = { rate = 3, burst = 4 } }", 'kind = "http"')
    stage = found["AWS::ApiGatewayV2::Stage"]["ApiStage"]
    assert stage["RouteSettings"] == {"GET /x": {"ThrottlingRateLimit": 3, "ThrottlingBurstLimit": 4}}
    assert rendered["Resources"]["ApiStage"]["DependsOn"] == ["ApiXGetRoute"]
    found, _ = resources("{ route = 'GET /x/{id}', throttling = { rate = 3, burst = 4 } }")
    _, setting = found["AWS::ApiGateway::Stage"]["ApiStage"]["MethodSettings"]
    assert setting == {
        "HttpMethod": "GET",
        "ResourcePath": "/~1x~1{id}",
        "LoggingLevel": "ERROR",
        "ThrottlingRateLimit": 3,
        "ThrottlingBurstLimit": 4,
    }


def test_what_a_stage_keeps_is_encrypted_whatever_the_method(resources):
    found, _ = resources("{ route = 'GET /x', cache = 5 }", 'cache.size = "0.5"')
    everywhere, method = found["AWS::ApiGateway::Stage"]["ApiStage"]["MethodSettings"]
    assert (everywhere["ResourcePath"], everywhere["CacheDataEncrypted"]) == ("/*", True)
    assert (method["CachingEnabled"], method["CacheTtlInSeconds"], method["CacheDataEncrypted"]) == (True, 5, True)


@pytest.mark.parametrize(("kind", "name"), [("rest", "Variables"), ("http", "StageVariables")])
def test_the_variables_of_a_stage(resources, kind, name):
    _, rendered = resources("'GET /x'", f'kind = "{kind}"\nvariables.colour = "blue"')
    assert rendered["Resources"]["ApiStage"]["Properties"][name] == {"colour": "blue"}


def test_the_default_authorizer_and_its_exceptions(resources):
    api = """
    authorizer = "Token"
    authorizers.Token = { function = "Auth", validation = "Bearer .+", ttl = 0 }
    authorizers.Request = { function = "Auth", identity = ["header.A", "querystring.b", "stagevariable.c", "context.d"] }
    authorizers.Unused = { function = "Auth" }
    """
    routes = (
        "'GET /a', 'OPTIONS /a', { route = 'GET /b', authorization = 'NONE' }, "
        "{ route = 'GET /c', authorization = 'AWS_IAM' }, { route = 'GET /d', authorizer = 'Request' }"
    )
    found, _ = resources(routes, api)
    methods = {
        name: (method["AuthorizationType"], method.get("AuthorizerId", {}).get("Ref"))
        for name, method in found["AWS::ApiGateway::Method"].items()
        if method["Integration"]["Type"] == "AWS_PROXY"
    }
    assert methods == {
        "ApiAGetMethod": ("CUSTOM", "TokenAuthorizer"),
        "ApiAOptionsMethod": ("NONE", None),
        "ApiBGetMethod": ("NONE", None),
        "ApiCGetMethod": ("AWS_IAM", None),
        "ApiDGetMethod": ("CUSTOM", "RequestAuthorizer"),
    }
    token, request = found["AWS::ApiGateway::Authorizer"].values()
    assert (token["Type"], token["IdentitySource"]) == (
        "TOKEN",
        "method.request.header.A".replace("A", "Authorization"),
    )
    assert (token["AuthorizerResultTtlInSeconds"], token["IdentityValidationExpression"]) == (0, "Bearer .+")
    assert (request["Type"], request["AuthorizerResultTtlInSeconds"]) == ("REQUEST", 300)
    assert request["IdentitySource"] == (
        "method.request.header.A,method.request.querystring.b,stageVariables.c,context.d"
    )
    permission = found["AWS::Lambda::Permission"]["TokenAuthorizerPermission"]
    assert permission["FunctionName"] == {"Fn::GetAtt": ["AuthFunction", "Arn"]}
    assert permission["SourceArn"]["Fn::Sub"].endswith(":${Api}/authorizers/${TokenAuthorizer}")


def test_jwt_and_function_authorizers_of_an_http_api(resources):
    api = """
    kind = "http"
    authorizers.Jwt = { issuer = "https://i.example/", audience = ["me"] }
    authorizers.Decider = { function = "Auth", simple_answers = false, identity = ["header.A", "querystring.b"] }
    """
    routes = (
        "{ route = 'GET /a', authorizer = 'Jwt', scopes = ['x/read'] }, { route = 'GET /b', authorizer = 'Decider' }"
    )
    found, _ = resources(routes, api)
    jwt, decider = found["AWS::ApiGatewayV2::Authorizer"].values()
    assert jwt["JwtConfiguration"] == {"Issuer": "https://i.example/", "Audience": ["me"]}
    assert (jwt["AuthorizerType"], jwt["IdentitySource"]) == ("JWT", ["$request.header.Authorization"])
    assert decider["IdentitySource"] == ["$request.header.A", "$request.querystring.b"]
    assert (decider["AuthorizerPayloadFormatVersion"], decider["EnableSimpleResponses"]) == ("2.0", False)
    assert found["AWS::ApiGatewayV2::Route"]["ApiAGetRoute"]["AuthorizationScopes"] == ["x/read"]


def test_a_key_a_plan_and_what_is_asked_of_a_request(resources):
    api = """
    usage_plans.Partner = { keys = ["Acme"], quota = 10000, rate = 10, burst = 20 }
    models.Order = "order.json"
    """
    routes = (
        "{ route = 'GET /a', api_key = true }, "
        "{ route = 'POST /a', request = 'Order', parameters = ['querystring.limit', 'header.X-Trace'] }"
    )
    found, _ = resources(routes, api, **{"order.json": '{"type": "object", "properties": {"a": {"const": 1}}}'})
    plan = found["AWS::ApiGateway::UsagePlan"]["PartnerUsagePlan"]
    assert plan["ApiStages"] == [{"ApiId": {"Ref": "Api"}, "Stage": {"Ref": "ApiStage"}}]
    assert plan["Quota"] == {"Limit": 10000, "Period": "DAY"}
    assert plan["Throttle"] == {"RateLimit": 10, "BurstLimit": 20}
    assert found["AWS::ApiGateway::UsagePlanKey"]["PartnerAcmeUsagePlanKey"]["KeyId"] == {"Ref": "AcmeApiKey"}
    methods = found["AWS::ApiGateway::Method"]
    assert methods["ApiAGetMethod"]["ApiKeyRequired"] is True
    assert methods["ApiAPostMethod"]["RequestModels"] == {"application/json": {"Ref": "OrderModel"}}
    assert methods["ApiAPostMethod"]["RequestParameters"] == {
        "method.request.querystring.limit": True,
        "method.request.header.X-Trace": True,
    }
    model = found["AWS::ApiGateway::Model"]["OrderModel"]
    assert json.loads(model["Schema"]) == {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "properties": {"a": {"enum": [1]}},
    }
    [validator] = found["AWS::ApiGateway::RequestValidator"].values()
    assert (validator["ValidateRequestBody"], validator["ValidateRequestParameters"]) == (True, True)


def test_an_answer_of_the_gateway_keeps_the_headers_of_cors(resources):
    body = 'responses.UNAUTHORIZED = { status = 403, headers.X-Why = "token", body = { error = "x" } }'
    found, _ = resources("'GET /a'", f'{body}\ncors.origins = ["https://a.example"]')
    answer = found["AWS::ApiGateway::GatewayResponse"]["ApiUnauthorizedResponse"]
    assert answer["StatusCode"] == "403"
    assert json.loads(answer["ResponseTemplates"]["application/json"]) == {"error": "x"}
    assert answer["ResponseParameters"]["gatewayresponse.header.X-Why"] == "'token'"
    origin = "gatewayresponse.header.Access-Control-Allow-Origin"
    assert answer["ResponseParameters"][origin] == "'https://a.example'"


def test_errors_may_be_read_by_every_page_where_there_are_several_origins(resources):
    found, _ = resources("'GET /a'", 'cors.origins = ["https://a.example", "https://b.example"]')
    origin = "gatewayresponse.header.Access-Control-Allow-Origin"
    answers = found["AWS::ApiGateway::GatewayResponse"].values()
    assert {answer["ResponseParameters"][origin] for answer in answers} == {"'*'"}


CREDENTIALS = 'cors = { origins = ["https://a.example", "https://b.example"], credentials = true, expose = ["X-A"] }'


def test_credentials_of_pages_on_a_rest_api(resources):
    found, _ = resources("'GET /a'", CREDENTIALS)
    [answer] = found["AWS::ApiGateway::Method"]["ApiAOptionsMethod"]["Integration"]["IntegrationResponses"]
    assert answer["ResponseParameters"]["method.response.header.Access-Control-Allow-Credentials"] == "'true'"
    error = found["AWS::ApiGateway::GatewayResponse"]["ApiClientErrorResponse"]["ResponseParameters"]
    assert error == {
        "gatewayresponse.header.Access-Control-Allow-Origin": "'https://a.example'",
        "gatewayresponse.header.Access-Control-Allow-Headers": (
            "'Content-Type,Authorization,X-Amz-Date,X-Api-Key,X-Amz-Security-Token'"
        ),
        "gatewayresponse.header.Access-Control-Allow-Credentials": "'true'",
        "gatewayresponse.header.Access-Control-Expose-Headers": "'X-A'",
    }


@pytest.mark.parametrize("body", [False, True])
def test_credentials_of_pages_on_an_http_api(resources, body):
    found, _ = resources("'GET /a'", f'kind = "http"\nbody = {str(body).lower()}\n{CREDENTIALS}')
    api = found["AWS::ApiGatewayV2::Api"]["Api"]
    cors = api["Body"]["x-amazon-apigateway-cors"] if body else api["CorsConfiguration"]
    said = {name[0].lower() + name[1:]: value for name, value in cors.items()}
    assert (said["allowCredentials"], said["exposeHeaders"]) == (True, ["X-A"])


def test_a_name_of_ones_own(resources):
    domain = (
        f'domain = {{ name = "a.example", certificate = "{CERTIFICATE}", base_path = "v1", hosted_zone = "example" }}'
    )
    found, rendered = resources("'GET /a'", domain)
    name = found["AWS::ApiGateway::DomainName"]["ApiDomainName"]
    assert (name["RegionalCertificateArn"], name["SecurityPolicy"]) == (CERTIFICATE, "TLS_1_2")
    assert found["AWS::ApiGateway::BasePathMapping"]["ApiDomainMapping"] == {
        "DomainName": {"Ref": "ApiDomainName"},
        "RestApiId": {"Ref": "Api"},
        "Stage": {"Ref": "ApiStage"},
        "BasePath": "v1",
    }
    record = found["AWS::Route53::RecordSet"]["ApiDomainRecord"]
    assert (record["HostedZoneName"], record["Name"], record["Type"]) == ("example.", "a.example", "A")
    assert record["AliasTarget"]["DNSName"] == {"Fn::GetAtt": ["ApiDomainName", "RegionalDomainName"]}
    assert "Region" not in record
    assert rendered["Outputs"]["ApiDomainUrlOutput"]["Value"] == "https://a.example/v1/"


def test_an_edge_apis_certificate_and_an_http_apis_domain(resources):
    domain = (
        'domain = { name = "a.example", certificate = { ssm_parameter = "/cert" }, hosted_zone = "Z0123456789ABCDEF" }'
    )
    found, _ = resources("'GET /a'", f'endpoint = "edge"\n{domain}')
    name = found["AWS::ApiGateway::DomainName"]["ApiDomainName"]
    assert name["CertificateArn"] == "{{resolve:ssm:/cert}}"
    record = found["AWS::Route53::RecordSet"]["ApiDomainRecord"]
    assert record["AliasTarget"]["DNSName"] == {"Fn::GetAtt": ["ApiDomainName", "DistributionDomainName"]}
    assert record["HostedZoneId"] == "Z0123456789ABCDEF"
    found, _ = resources("'GET /a'", f'kind = "http"\n{domain}')
    [configuration] = found["AWS::ApiGatewayV2::DomainName"]["ApiDomainName"]["DomainNameConfigurations"]
    assert configuration["EndpointType"] == "REGIONAL"
    assert "ApiDomainMapping" in found["AWS::ApiGatewayV2::ApiMapping"]


def test_a_certificate_for_each_region_and_a_record_that_answers_in_the_nearest(document):
    settings = PROJECT.replace("ROUTES", "'GET /'")
    arns = {region: CERTIFICATE.replace("eu-central-1", region) for region in ("eu-central-1", "us-east-1")}
    listed = ", ".join(f'{region} = "{arn}"' for region, arn in arns.items())
    domain = f'[api]\ndomain = {{ name = "a.example", hosted_zone = "a.example", certificate = {{ regions = {{ {listed} }} }} }}\n'
    rendered = document(f'regions = ["eu-central-1", "us-east-1"]\n{settings}', more=domain)
    assert rendered["Mappings"]["ApiCertificates"] == {region: {"Arn": arn} for region, arn in arns.items()}
    name = rendered["Resources"]["ApiDomainName"]["Properties"]
    assert name["RegionalCertificateArn"] == {"Fn::FindInMap": ["ApiCertificates", {"Ref": "AWS::Region"}, "Arn"]}
    assert rendered["Resources"]["ApiDomainRecord"]["Properties"]["Region"] == {"Ref": "AWS::Region"}


def test_who_reaches_an_api_at_all(document, resources):
    found, _ = resources("'GET /a'", 'allow_cidrs = ["10.0.0.0/8"]')
    allow, deny = found["AWS::ApiGateway::RestApi"]["Api"]["Policy"]["Statement"]
    assert (allow["Effect"], deny["Effect"]) == ("Allow", "Deny")
    assert deny["Condition"] == {"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}}
    written, _ = resources("'GET /a'", 'policy = { allow_cidrs = ["10.0.0.0/8"] }')
    assert written["AWS::ApiGateway::RestApi"] == found["AWS::ApiGateway::RestApi"]
    found, _ = resources("'GET /a'", 'policy = [{ principals = ["111111111111"], resources = ["*/GET/a"] }]')
    [only] = found["AWS::ApiGateway::RestApi"]["Api"]["Policy"]["Statement"]
    assert (only["Principal"], only["Resource"]) == ({"AWS": ["111111111111"]}, ["execute-api:/*/GET/a"])
    private = '[network]\nsubnets = "isolated"\nendpoints = ["execute-api"]\n[api]\nendpoint = "private"\n'
    rendered = document(PROJECT.replace("ROUTES", "'GET /a'"), more=private)["Resources"]
    assert rendered["Api"]["Properties"]["EndpointConfiguration"] == {
        "Types": ["PRIVATE"],
        "VpcEndpointIds": [{"Ref": "ExecuteApiEndpoint"}],
    }
    _, deny = rendered["Api"]["Properties"]["Policy"]["Statement"]
    assert deny["Condition"] == {"StringNotEquals": {"aws:SourceVpce": [{"Ref": "ExecuteApiEndpoint"}]}}
    [through] = rendered["ExecuteApiEndpoint"]["Properties"]["PolicyDocument"]["Statement"]
    assert through["Action"] == ["execute-api:Invoke"]


def test_several_apis_are_parted_by_their_logical_ids_and_deployments(document):
    def render(site):
        routes = f"'GET /a', {{ route = '{site}', api = 'Site' }}"
        return document(PROJECT.replace("ROUTES", routes), more='[apis.Site]\ncors.origins = ["https://s.example"]\n')

    rendered = render("GET /b")
    resources = rendered["Resources"]
    assert {"Api", "ApiStage", "SiteApi", "SiteApiStage", "SiteApiBGetMethod", "SiteApiAccessLogGroup"} <= set(
        resources
    )
    assert resources["SiteApi"]["Properties"]["Name"] == "shop-dev-Site"
    assert {"ApiGatewayUrlOutput", "SiteApiGatewayUrlOutput", "SiteApiGatewayIdOutput"} <= set(rendered["Outputs"])
    assert resources["ItemFunction"]["Properties"].get("Environment") is None  # [api] allows every origin
    other = {name for name in render("GET /c")["Resources"] if "Deployment" in name}
    first = {name for name in resources if "Deployment" in name}
    assert [name.partition("Deployment")[0] for name in sorted(first & other)] == ["Api"]
    assert [name.partition("Deployment")[0] for name in sorted(first - other)] == ["SiteApi"]


def test_ninety_functions_on_ninety_paths_are_one_stack_with_a_body(document):
    functions = "".join(
        f'[functions.F{n}]\nsource = "src"\nroutes = ["GET /path{n}"]\ntracing = false\n' for n in range(90)
    )
    settings = 'application = "shop"\n[alarms]\nthrottles = 0\nduration_percent = 0\n'
    rendered = document(settings + functions, more="[api]\nbody = true\n")
    kinds = [resource["Type"] for resource in rendered["Resources"].values()]
    assert len(kinds) <= 500
    assert kinds.count("AWS::Lambda::Permission") == 90
    assert "AWS::ApiGateway::Method" not in kinds
    assert len(of_type(rendered, "RestApi")["Api"]["Body"]["paths"]) == 91  # the root answers a preflight


def test_an_empty_body_changes_nothing_but_the_api(document):
    """On the way back from a body to methods the API keeps its logical id, and so its address."""
    settings = 'application = "shop"\n[functions.Item]\nsource = "src"\nroutes = ["GET /a", "POST /a/{id}"]\n'
    methods, emptied, body = (
        document(settings, more=f"[api]\nbody = {value}\n")["Resources"] for value in ("false", '"empty"', "true")
    )
    api = emptied["Api"]["Properties"]
    assert (api["Mode"], api["Body"]["paths"]) == ("overwrite", {})
    kept = {name: value for name, value in api.items() if name not in {"Body", "Mode"}}
    published = {"ApiStage", *(name for name in {**methods, **emptied} if name.startswith("ApiDeployment"))}
    same = emptied | {"Api": {**emptied["Api"], "Properties": kept}}
    assert {name: one for name, one in same.items() if name not in published} == {
        name: one for name, one in methods.items() if name not in published
    }
    assert emptied.keys() - methods.keys() <= published  # what was emptied is published anew
    assert body["Api"]["Type"] == methods["Api"]["Type"] == "AWS::ApiGateway::RestApi"


def test_a_body_says_what_methods_say(resources):
    api = """
    body = true
    authorizer = "Token"
    authorizers.Token = { function = "Auth" }
    usage_plans.Partner.keys = ["Acme"]
    models.Order = "order.json"
    """
    routes = (
        "{ route = 'GET /a/{id}', api_key = true }, { route = 'POST /a', request = 'Order' }, "
        "{ route = 'ANY /c', authorization = 'AWS_IAM' }"
    )
    schema = '{"type": "object", "properties": {"l": {"$ref": "#/$defs/l"}}, "$defs": {"l": {"type": "string"}}}'
    found, _ = resources(routes, api, **{"order.json": schema})
    assert set(found) & {"AWS::ApiGateway::Method", "AWS::ApiGateway::Model", "AWS::ApiGateway::Authorizer"} == set()
    body = found["AWS::ApiGateway::RestApi"]["Api"]["Body"]
    assert body["paths"]["/a/{id}"]["get"]["security"] == [{"Token": [], "api_key": []}]
    assert body["paths"]["/c"]["x-amazon-apigateway-any-method"]["security"] == [{"sigv4": []}]
    assert set(body["paths"]) == {"/a/{id}", "/a", "/c", "/"}
    assert all("security" not in item["options"] for item in body["paths"].values())
    schemas = body["components"]["schemas"]
    assert schemas["Order"]["properties"] == {"l": {"$ref": "#/components/schemas/OrderL"}}
    assert schemas["OrderL"] == {"type": "string"}
    assert body["paths"]["/a"]["post"]["x-amazon-apigateway-request-validator"] == "body"
    [source] = [
        one["SourceArn"]["Fn::Sub"].partition("${Api}")[2]
        for name, one in found["AWS::Lambda::Permission"].items()
        if name == "TokenAuthorizerPermission"
    ]
    assert source == "/authorizers/*"


POOL = """
authorizer = "Customers"
authorizers.Customers = { user_pool = "Customers" }
[user_pools.Customers]
scopes.orders = ["read", "write"]
clients.Web = {}
clients.App = {}
"""
ROUTES = "'GET /a', { route = 'POST /a', scopes = ['orders/write'] }, { route = 'GET /b', authorization = 'NONE' }"


@pytest.mark.parametrize("body", ["", "body = true\n"])
def test_a_user_pool_lets_in_on_a_rest_api(resources, body):
    found, _ = resources(ROUTES, body + POOL)
    arn = {"Fn::GetAtt": ["CustomersUserPool", "Arn"]}
    if body:
        document = found["AWS::ApiGateway::RestApi"]["Api"]["Body"]
        scheme = document["components"]["securitySchemes"]["Customers"]
        assert scheme["x-amazon-apigateway-authtype"] == "cognito_user_pools"
        assert scheme["x-amazon-apigateway-authorizer"] == {"type": "cognito_user_pools", "providerARNs": [arn]}
        assert document["paths"]["/a"]["post"]["security"] == [{"Customers": ["orders/write"]}]
        assert "security" not in document["paths"]["/b"]["get"]
        return
    authorizer = found["AWS::ApiGateway::Authorizer"]["CustomersAuthorizer"]
    assert (authorizer["Type"], authorizer["ProviderARNs"]) == ("COGNITO_USER_POOLS", [arn])
    methods = found["AWS::ApiGateway::Method"]
    assert methods["ApiAPostMethod"]["AuthorizationScopes"] == ["orders/write"]
    assert methods["ApiAGetMethod"]["AuthorizationType"] == "COGNITO_USER_POOLS"
    assert methods["ApiBGetMethod"]["AuthorizationType"] == "NONE"
    assert methods["ApiAOptionsMethod"]["AuthorizationType"] == "NONE"
    server = found["AWS::Cognito::UserPoolResourceServer"]["CustomersUserPoolOrdersScopes"]
    assert [scope["ScopeName"] for scope in server["Scopes"]] == ["read", "write"]


def test_a_user_pools_clients_are_who_an_http_apis_tokens_are_for(resources):
    found, _ = resources(ROUTES, 'kind = "http"\n' + POOL)
    jwt = found["AWS::ApiGatewayV2::Authorizer"]["CustomersAuthorizer"]["JwtConfiguration"]
    assert jwt["Audience"] == [{"Ref": "CustomersWebUserPoolClient"}, {"Ref": "CustomersAppUserPoolClient"}]
    pattern, values = jwt["Issuer"]["Fn::Sub"]
    assert pattern == "https://cognito-idp.${AWS::Region}.amazonaws.com/${Pool}"
    assert values == {"Pool": {"Ref": "CustomersUserPool"}}


def test_a_user_pool_that_exists_is_named_by_its_arn(resources):
    pool = '[user_pools.Customers]\nexisting = "eu-central-1_AbCdEfGhI"\n'
    settings = 'authorizer = "Customers"\nauthorizers.Customers = { user_pool = "Customers"AUDIENCE }\n' + pool
    found, _ = resources("'GET /a'", settings.replace("AUDIENCE", ""))
    [arn] = found["AWS::ApiGateway::Authorizer"]["CustomersAuthorizer"]["ProviderARNs"]
    assert "userpool/eu-central-1_AbCdEfGhI" in json.dumps(arn)
    found, _ = resources("'GET /a'", 'kind = "http"\n' + settings.replace("AUDIENCE", ', audience = ["abc"]'))
    jwt = found["AWS::ApiGatewayV2::Authorizer"]["CustomersAuthorizer"]["JwtConfiguration"]
    assert jwt["Audience"] == ["abc"]
    assert "eu-central-1_AbCdEfGhI" in json.dumps(jwt["Issuer"])


@pytest.mark.parametrize("kind", ["rest", "http"])
def test_a_function_that_was_made_elsewhere_decides(resources, kind):
    arn = "arn:aws:lambda:eu-central-1:111111111111:function:sessions"
    more = f'authorizers.A = {{ function = "Sessions" }}\n[functions.Sessions]\nexisting = "{arn}"\n'
    found, _ = resources("{ route = 'GET /a', authorizer = 'A' }", f'kind = "{kind}"\n{more}')
    [authorizer] = (found.get("AWS::ApiGateway::Authorizer") or found["AWS::ApiGatewayV2::Authorizer"]).values()
    pattern, values = authorizer["AuthorizerUri"]["Fn::Sub"]
    assert pattern.endswith("/functions/${Function}/invocations")
    assert values == {"Function": arn}
    assert found["AWS::Lambda::Permission"]["AAuthorizerPermission"]["FunctionName"] == arn


def test_ranges_behind_an_endpoint_are_of_the_vpc(document):
    private = '[network]\nsubnets = "isolated"\nendpoints = ["execute-api"]\n[api]\nendpoint = "private"\n'
    rendered = document(PROJECT.replace("ROUTES", "'GET /a'"), more=f'{private}allow_cidrs = ["10.0.0.0/8"]\n')
    allow, *denials = rendered["Resources"]["Api"]["Properties"]["Policy"]["Statement"]
    assert allow["Condition"]["IpAddress"] == {"aws:VpcSourceIp": ["10.0.0.0/8"]}
    assert {"NotIpAddress": {"aws:VpcSourceIp": ["10.0.0.0/8"]}} in [one["Condition"] for one in denials]


def test_ranges_beside_statements_allow_nobody_more(resources):
    policy = 'policy = [{ principals = ["111111111111"] }]\nallow_cidrs = ["10.0.0.0/8"]'
    found, _ = resources("'GET /a'", policy)
    statements = found["AWS::ApiGateway::RestApi"]["Api"]["Policy"]["Statement"]
    assert [(one["Effect"], one["Principal"]) for one in statements] == [
        ("Allow", {"AWS": ["111111111111"]}),
        ("Deny", "*"),
    ]


@pytest.mark.parametrize(
    ("routes", "sources"),
    [
        ("'GET /a/b'", ["/dev/GET/a/b"]),
        ("'GET /a/b', 'GET /a/{id}'", ["/dev/GET/a*"]),
        ("'GET /a', 'POST /a'", ["/dev/*/a"]),
        ("'GET /a', 'GET /b'", ["/dev/GET/*"]),
        ("'GET /a', 'POST /b'", ["/dev/GET/a", "/dev/POST/b"]),
    ],
)
def test_the_permission_of_a_body_is_what_a_functions_routes_share(resources, routes, sources):
    found, _ = resources(routes, "body = true")
    permissions = found["AWS::Lambda::Permission"].values()
    assert [one["SourceArn"]["Fn::Sub"].partition("${Api}")[2] for one in permissions] == sources


def test_a_rest_and_an_http_api_share_a_name(document):
    domain = f'name = "a.example", certificate = "{CERTIFICATE}"'
    more = f'[api]\ndomain = {{ {domain} }}\n[apis.Site]\nkind = "http"\ndomain = {{ {domain}, base_path = "site" }}\n'
    rendered = document(PROJECT.replace("ROUTES", "'GET /a', { route = 'GET /b', api = 'Site' }"), more=more)
    resources = rendered["Resources"]
    assert resources["ApiDomainName"]["Type"] == "AWS::ApiGatewayV2::DomainName"
    assert "SiteApiDomainName" not in resources
    mappings = {name: r["Properties"] for name, r in resources.items() if r["Type"] == "AWS::ApiGatewayV2::ApiMapping"}
    assert mappings["ApiDomainMapping"]["ApiId"] == {"Ref": "Api"}
    assert mappings["SiteApiDomainMapping"]["ApiMappingKey"] == "site"


def test_a_key_of_two_plans_is_one_key(resources):
    plans = 'usage_plans.Free = { keys = ["Acme"] }\nusage_plans.Paid = { keys = ["Acme"] }'
    found, _ = resources("{ route = 'GET /a', api_key = true }", plans)
    assert list(found["AWS::ApiGateway::ApiKey"]) == ["AcmeApiKey"]
    keys = found["AWS::ApiGateway::UsagePlanKey"]
    assert {name: key["KeyId"] for name, key in keys.items()} == {
        "FreeAcmeUsagePlanKey": {"Ref": "AcmeApiKey"},
        "PaidAcmeUsagePlanKey": {"Ref": "AcmeApiKey"},
    }
