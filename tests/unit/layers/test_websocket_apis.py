"""WebSocket APIs as they are rendered, granted, checked, reviewed and refused."""

import json

import pytest

from tapgen.proof.check import check
from tapgen.proof.needs.auto import with_actions
from tapgen.proof.subject import Subject
from tapgen.render import render
from tapgen.review.assess import assess
from tapgen.settings.load import load
from tapgen.template.apis import routes
from tapgen.template.model import understand
from tests.unit.layers.documents import granted, properties, refused

HANDLER = """
import os

import boto3

connections = boto3.client("apigatewaymanagementapi", endpoint_url=ENDPOINT)


def handler(event, context):
    connections.post_to_connection(ConnectionId=event["requestContext"]["connectionId"], Data=b"x")
    return {"statusCode": 200}
"""
BY_VARIABLE = HANDLER.replace("ENDPOINT", 'os.environ["CHAT_ENDPOINT"]')
BY_EVENT = """
import boto3


def handler(event, context):
    asked = event["requestContext"]
    client = boto3.client("apigatewaymanagementapi", endpoint_url=f"https://{asked['domainName']}/{asked['stage']}")
    client.delete_connection(ConnectionId=asked["connectionId"])
    return {"statusCode": 200}
"""
CHAT = """
application = "shop"

[functions.Auth]
source = "src"

[functions.Chat]
source = "chat"
routes = [ROUTES]
apis.Chat = { variable = "CHAT_ENDPOINT" }

[apis.Chat]
kind = "websocket"
authorizer = "Ticket"
authorizers.Ticket = { function = "Auth", identity = ["querystring.ticket", "header.X-Device"] }
"""
ROUTES = """
    { route = "$connect", api = "Chat" },
    { route = "sendMessage", api = "Chat", throttling = { rate = 3, burst = 4 } },
    { route = "whoAmI", api = "Chat", reply = true },
"""
ARN = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"


@pytest.fixture
def chat(project):
    """The rendered document of the chat, its environment, and what the check says of them."""

    def made(routes=ROUTES, source=BY_VARIABLE, settings=CHAT, change=None):
        files = {"chat/index.py": source, "src/index.py": "def handler(event, context):\n    return {}\n"}
        environment = load(project(settings.replace("ROUTES", routes), **files)).environment("dev")
        environment = with_actions(environment)
        document = render(environment).document
        if change:
            change(document["Resources"])
        return document, environment

    return made


def test_an_api_has_an_integration_for_each_function_and_a_route_for_each_key(chat):
    document, _ = chat()
    api = properties(document, "ChatApi")
    assert (api["ProtocolType"], api["RouteSelectionExpression"]) == ("WEBSOCKET", "$request.body.action")
    uri = properties(document, "ChatApiChatIntegration")["IntegrationUri"]["Fn::Sub"]
    assert uri.endswith(":lambda:path/2015-03-31/functions/${ChatFunction.Arn}/invocations")
    found = {
        name: one["Properties"] for name, one in document["Resources"].items() if one["Type"].endswith("V2::Route")
    }
    assert {name: (one["RouteKey"], one["AuthorizationType"]) for name, one in found.items()} == {
        "ChatApiConnectRoute": ("$connect", "CUSTOM"),
        "ChatApiSendMessageRoute": ("sendMessage", "NONE"),
        "ChatApiWhoAmIRoute": ("whoAmI", "NONE"),
    }
    assert found["ChatApiWhoAmIRoute"]["RouteResponseSelectionExpression"] == "$default"
    assert properties(document, "ChatApiWhoAmIRouteResponse")["RouteId"] == {"Ref": "ChatApiWhoAmIRoute"}
    sources = [
        one["Properties"]["SourceArn"]["Fn::Sub"].removeprefix(ARN + "${ChatApi}/")
        for one in document["Resources"].values()
        if one["Type"] == "AWS::Lambda::Permission"
    ]
    assert sources == ["authorizers/${ChatTicketAuthorizer}", "dev/$connect", "dev/sendMessage", "dev/whoAmI"]
    asked = properties(document, "ChatTicketAuthorizer")
    assert asked["IdentitySource"] == ["route.request.querystring.ticket", "route.request.header.X-Device"]
    assert asked["AuthorizerType"] == "REQUEST"


def test_its_stage_has_a_deployment_that_changes_with_the_routes(chat):
    def deployment(document):
        [name] = [name for name, one in document["Resources"].items() if one["Type"].endswith("V2::Deployment")]
        assert properties(document, "ChatApiStage")["DeploymentId"] == {"Ref": name}
        assert set(document["Resources"][name]["DependsOn"]) >= {"ChatApiConnectRoute", "ChatApiChatIntegration"}
        return name

    document, _ = chat()
    assert deployment(document) == deployment(chat()[0])
    assert deployment(document) != deployment(chat(ROUTES.replace("whoAmI", "whoIsIt"))[0])
    stage = properties(document, "ChatApiStage")
    assert stage["RouteSettings"] == {"sendMessage": {"ThrottlingRateLimit": 3, "ThrottlingBurstLimit": 4}}
    assert "connectionId" in stage["AccessLogSettings"]["Format"]
    assert document["Resources"]["ChatApiStage"]["DependsOn"] == ["ApiAccount"]
    url = document["Outputs"]["ChatApiGatewayUrlOutput"]["Value"]["Fn::Sub"]
    assert url == "wss://${ChatApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${ChatApiStage}"
    assert properties(document, "ChatApiServerErrorsAlarm")["MetricName"] == "ExecutionError"


def test_a_function_that_sends_gets_the_address_and_may_do_just_that(chat):
    document, _ = chat()
    connections = {"Fn::Sub": ARN + "${ChatApi}/dev/*/@connections/*"}
    assert granted(document, "ChatFunctionRole")["UseChatApi"] == (["execute-api:ManageConnections"], [connections])
    variables = properties(document, "ChatFunction")["Environment"]["Variables"]
    address = "https://${ChatApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/dev"
    assert variables == {"CHAT_ENDPOINT": {"Fn::Sub": address}}


@pytest.mark.parametrize(("source", "method"), [(BY_VARIABLE, "POST"), (BY_EVENT, "DELETE")], ids=["variable", "event"])
def test_the_check_holds_what_is_sent_against_the_apis_connections(chat, source, method):
    def other_stage(resources):
        text = json.dumps(resources["ChatFunctionRole"]).replace("/dev/*/@", "/prod/*/@")
        resources["ChatFunctionRole"] = json.loads(text)

    def said(change=None):
        document, environment = chat(source=source, change=change)
        return [one.message for one in check(environment, document, lint=False) if one.rule.startswith("permission-")]

    assert said() == []
    missing, unused = said(other_stage)
    assert missing.startswith(
        f"ChatFunction needs execute-api:ManageConnections on ChatApi/dev/{method}/@connections/*"
    )
    assert unused.startswith("ChatFunctionRole allows execute-api:ManageConnections on ChatApi/prod/*/@connections/*")


def test_a_permission_of_a_route_that_is_taken_away_is_missed(chat):
    document, environment = chat(change=lambda resources: resources.pop("ChatApiSendMessagePermission"))
    found = [one.message for one in check(environment, document, lint=False) if one.rule == "route-permission"]
    assert found == ["API Gateway may not invoke ChatFunction for sendMessage."]


def test_who_may_connect_is_told_and_messages_follow(chat):
    open_ = CHAT.replace('authorizer = "Ticket"\n', "")
    document, environment = chat(settings=open_)
    told = [one.message for one in check(environment, document, lint=False) if one.rule.startswith("api-public")]
    assert told == ["Anyone in the world may call $connect."]
    impacts = [one.message for one in assess({"Resources": {}}, document).impacts if one.rule == "S011"]
    assert impacts == ["$connect is new and asks for no authorization"]
    assert {one.kind for one in routes(understand(document)).values()} == {"websocket"}
    assert Subject(document).exposures


def test_an_existing_one_gets_routes_and_a_deployment(chat):
    existing = CHAT.replace('kind = "websocket"', 'kind = "websocket"\nexisting = "a1b2c3"\nstage = "live"')
    document, _ = chat("{ route = '$connect', api = 'Chat' }", settings=existing)
    [deployment] = [one for one in document["Resources"].values() if one["Type"].endswith("V2::Deployment")]
    assert deployment["Properties"] == {"ApiId": "a1b2c3", "StageName": "live"}
    assert deployment["DeletionPolicy"] == "Retain"
    connections = {"Fn::Sub": ARN + "a1b2c3/live/*/@connections/*"}
    assert granted(document, "ChatFunctionRole")["UseChatApi"][1] == [connections]


WRONG = [
    ("'GET /x'", "", '"GET /x" has a method; the routes of a WebSocket API are $connect, $disconnect, $default, or what a message says, such as sendMessage'),
    ("'$conect'", "", '"$conect" is no route of a WebSocket API: $connect, $disconnect, $default, or what a message says, such as sendMessage'),
    ("'send', 'Send'", "", '"Send" and "send" give the same logical id; rename one of them'),
    ("{ route = 'send', authorizer = 'A' }", "authorizers.A = { function = 'Auth' }", '"send": who may call is asked of $connect alone: what comes over a connection was let in'),
    ("{ route = '$connect', reply = true }", "", '"$connect": reply is for the messages of a WebSocket API; elsewhere an answer is one anyway'),
    ("{ route = 'send', api_key = true }", "", '"send": api_key is for REST APIs; a WebSocket API has no such thing'),
    ("'$connect'", "authorizers.A = { issuer = 'https://a.example', audience = ['a'] }", "api.authorizers.A.issuer: a WebSocket API asks functions alone; let one look at the token"),
    ("'$connect'", "authorizers.A = { function = 'Auth', type = 'token' }", 'api.authorizers.A.type: a WebSocket API hands over the whole request: type = "request"'),
    ("'$connect'", "cors.origins = ['https://a.example']", "api.cors: a WebSocket API has no such thing; take it away"),
    ("'$connect'", "body = true", "api.body: a WebSocket API has no such thing; take it away"),
    ("'$connect'", "endpoint = 'edge'", "api.endpoint: a WebSocket API is always regional"),
    ("'$connect'", "stage = '$default'", 'api.stage: "$default" is a stage of HTTP APIs'),
    ("'$connect'", "routes.send = { url = 'https://a.example' }", "api.routes: the routes of a WebSocket API lead to functions; name them there"),
    ("'$connect'", "selection = 'action'", 'api.selection: "action" does not fit: a selection expression, such as $request.body.action'),
]  # fmt: skip


def test_what_a_websocket_api_does_not_have_is_one_message(project):
    start = (
        'application = "shop"\n[functions.Auth]\nsource = "src"\n[functions.Chat]\nsource = "src"\nroutes = [ROUTES]\n'
    )
    for asked, more, message in WRONG:
        settings = f'{start.replace("ROUTES", asked)}[api]\nkind = "websocket"\n{more}\n'
        [problem] = refused(project, settings)
        assert problem.endswith(message), problem


def test_only_a_websocket_api_has_connections_and_a_selection(project):
    start = 'application = "shop"\n[functions.Chat]\nsource = "src"\nroutes = ["$connect"]\napis.Site = {}\n'
    unused = start.replace("$connect", "GET /x").replace("Site", "Chat")
    assert refused(project, f'{unused}[apis.Chat]\nkind = "websocket"\n') == [
        'functions.Chat.apis.Chat: no function has a route of it: { route = "$connect", api = "Chat" }'
    ]
    problems = refused(project, f'{start}[api]\nselection = "$request.body.x"\n[apis.Site]\n')
    assert problems == [
        "functions.Chat.apis.Site: there is no such WebSocket API; known: none",
        'api.selection: a message chooses its route on WebSocket APIs alone: kind = "websocket"',
        'functions.Chat.routes.0: "$connect" is a route of WebSocket APIs: kind = "websocket"',
    ]
