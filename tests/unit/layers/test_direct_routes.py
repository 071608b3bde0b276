"""Routes that lead to a part or an address without a function: what is rendered, granted, checked, drawn and refused."""

import json

import pytest

from tapgen.proof.rules.roles import ROLE_RULES
from tapgen.proof.rules.rule import apply
from tapgen.proof.subject import Subject
from tapgen.review.picture.overview import overview
from tapgen.template.integrations import calls
from tapgen.template.model import understand
from tapgen.template.text import text
from tests.unit.layers.documents import granted, properties, refused

PARTS = """
application = "shop"

[keys.Data]

[queues.Orders]
encryption = "Data"

[queues.Strict]
fifo = true

[queues.Theirs]
existing = "arn:aws:sqs:eu-west-1:111111111111:theirs"

[topics.News]

[buses.Shop]

[tables.Items]
partition_key = { name = "shop" }
sort_key = { name = "number", type = "N" }
indexes.byState = { partition_key = { name = "state" } }

[tables.Theirs]
existing = "theirs"

[streams.Clicks]

[state_machines.Checkout]
definition = "checkout.json"
type = "express"
"""
FILES = {"checkout.json": '{"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}}'}
REST = """
[api.routes]
"POST /orders" = { queue = "Orders", authorization = "AWS_IAM" }
"POST /strict/{who}" = { queue = "Strict", group = "path.who", deduplication = "header.Key" }
"POST /theirs" = { queue = "Theirs" }
"POST /news" = { topic = "News" }
"POST /events" = { bus = "Shop", source = "shop", detail_type = "Placed" }
"POST /clicks" = { stream = "Clicks" }
"POST /checkout" = { state_machine = "Checkout" }
"GET /checkout" = { state_machine = "Checkout", sync = true }
"ANY /legacy/{proxy+}" = { url = "https://legacy.example.com/{proxy}" }
"""
HTTP = """
[api]
kind = "http"

[api.routes]
"POST /orders" = { queue = "Orders" }
"POST /theirs" = { queue = "Theirs" }
"POST /events" = { bus = "Shop", source = "shop", detail_type = "Placed" }
"POST /clicks" = { stream = "Clicks", group = "querystring.page" }
"POST /checkout" = { state_machine = "Checkout", sync = true }
"GET /legacy/{proxy+}" = { url = "https://legacy.example.com/{proxy}" }
"$default" = { url = "https://www.example.com" }
"""


@pytest.fixture
def rest(document):
    return document(PARTS, more=REST, **FILES)


@pytest.fixture
def http(document):
    return document(PARTS, more=HTTP, **FILES)


def integration(rendered, title):
    return properties(rendered, title)["Integration"]


def template(rendered, title):
    written = integration(rendered, title)["RequestTemplates"]["application/json"]
    return written["Fn::Sub"] if isinstance(written, dict) else written


def test_a_rest_api_sends_the_body_by_a_template_that_one_can_read(rest):
    sent = {name: template(rest, f"Api{name}PostMethod") for name in ("Orders", "News", "Events", "Clicks", "Checkout")}
    escaped = "$util.escapeJavaScript($input.json('$')).replaceAll(\"\\\\'\", \"'\")"
    assert sent == {
        "Orders": "Action=SendMessage&MessageBody=$util.urlEncode($input.body)",
        "News": "Action=Publish&TopicArn=$util.urlEncode('${NewsTopic}')&Message=$util.urlEncode($input.body)",
        "Events": '{"Entries": [{"Source": "shop", "DetailType": "Placed", "EventBusName": "${ShopBus.Arn}", '
        f'"Detail": "{escaped}"}}]}}',
        "Clicks": '{"StreamName": "${ClicksStream}", "Data": "$util.base64Encode($input.body)", '
        '"PartitionKey": "$context.requestId"}',
        "Checkout": f'{{"stateMachineArn": "${{CheckoutStateMachine}}", "input": "{escaped}"}}',
    }
    assert template(rest, "ApiStrictWhoVarPostMethod").splitlines() == [
        "#set($messageDeduplicationId = $input.params().header.get('Key'))",
        "#if(!$messageDeduplicationId)",
        "#set($messageDeduplicationId = $input.params().header.get('key'))",
        "#end",
        "#set($messageGroupId = $input.params().path.get('who'))",
        (
            "Action=SendMessage&MessageBody=$util.urlEncode($input.body)&MessageGroupId=$util.urlEncode($messageGroupId)"
            "&MessageDeduplicationId=$util.urlEncode($messageDeduplicationId)"
        ),
    ]


def test_it_says_which_service_and_where(rest):
    start = "arn:${AWS::Partition}:apigateway:${AWS::Region}:"
    where = {
        "Orders": start + "sqs:path/${AWS::AccountId}/${OrdersQueue.QueueName}",
        "Theirs": "arn:${AWS::Partition}:apigateway:eu-west-1:sqs:path/111111111111/theirs",
        "News": start + "sns:action/Publish",
        "Events": start + "events:action/PutEvents",
        "Clicks": start + "kinesis:action/PutRecord",
        "Checkout": start + "states:action/StartExecution",
    }
    assert {name: integration(rest, f"Api{name}PostMethod")["Uri"]["Fn::Sub"] for name in where} == where
    legacy = integration(rest, "ApiLegacyProxyVarAnyMethod")
    assert legacy == {
        "Type": "HTTP_PROXY",
        "IntegrationHttpMethod": "ANY",
        "Uri": "https://legacy.example.com/{proxy}",
        "RequestParameters": {"integration.request.path.proxy": "method.request.path.proxy"},
    }


def test_what_the_service_answers_is_no_secret_and_no_success_of_a_failure(rest):
    answers = integration(rest, "ApiCheckoutGetMethod")["IntegrationResponses"]
    assert [(one["StatusCode"], one.get("SelectionPattern")) for one in answers] == [
        ("200", None),
        ("400", "400"),
        ("502", r"4(?:0[1-9]|[1-9]\d)|5\d{2}"),
    ]
    assert "responseOverride.status = 502" in answers[0]["ResponseTemplates"]["application/json"]
    assert properties(rest, "ApiOrdersPostMethod")["MethodResponses"][0] == {
        "StatusCode": "202",
        "ResponseParameters": {"method.response.header.Access-Control-Allow-Origin": True},
    }


def test_a_role_for_each_part_may_do_just_that(rest):
    arn = {"Fn::GetAtt": ["OrdersQueue", "Arn"]}
    assert granted(rest, "ApiOrdersQueueRole") == {
        "Send": (["sqs:SendMessage"], [arn]),
        "UseKey": (["kms:Decrypt", "kms:GenerateDataKey"], [{"Fn::GetAtt": ["DataKey", "Arn"]}]),
    }
    assert granted(rest, "ApiTheirsQueueRole")["Send"][1] == ["arn:aws:sqs:eu-west-1:111111111111:theirs"]
    done = {
        "ApiNewsTopicRole": ["sns:Publish"],
        "ApiShopBusRole": ["events:PutEvents"],
        "ApiClicksStreamRole": ["kinesis:PutRecord"],
        "ApiCheckoutStateMachineRole": ["states:StartExecution", "states:StartSyncExecution"],
    }
    assert {role: granted(rest, role)["Send"][0] for role in done} == done
    assert integration(rest, "ApiOrdersPostMethod")["Credentials"] == {"Fn::GetAtt": ["ApiOrdersQueueRole", "Arn"]}
    assert properties(rest, "ApiOrdersPostMethod")["AuthorizationType"] == "AWS_IAM"


def test_an_http_api_has_the_services_subtypes(http):
    def of(title):
        found = properties(http, title)
        return found.get("IntegrationSubtype", found["IntegrationType"]), found.get("RequestParameters")

    queue = {"QueueUrl": {"Ref": "OrdersQueue"}, "MessageBody": "$request.body"}
    assert of("ApiOrdersPostIntegration") == ("SQS-SendMessage", queue)
    theirs = {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/111111111111/theirs", "MessageBody": "$request.body"}
    assert of("ApiTheirsPostIntegration") == ("SQS-SendMessage", {**theirs, "Region": "eu-west-1"})
    event = {"EventBusName": {"Fn::GetAtt": ["ShopBus", "Arn"]}, "Source": "shop", "DetailType": "Placed"}
    assert of("ApiEventsPostIntegration") == ("EventBridge-PutEvents", {**event, "Detail": "$request.body"})
    record = {
        "StreamName": {"Ref": "ClicksStream"},
        "Data": "$request.body",
        "PartitionKey": "$request.querystring.page",
    }
    assert of("ApiClicksPostIntegration") == ("Kinesis-PutRecord", record)
    started = {"StateMachineArn": {"Ref": "CheckoutStateMachine"}, "Input": "$request.body"}
    assert of("ApiCheckoutPostIntegration") == ("StepFunctions-StartSyncExecution", started)
    assert of("ApiDefaultIntegration") == ("HTTP_PROXY", None)
    assert granted(http, "ApiCheckoutStateMachineRole")["Send"][0] == ["states:StartSyncExecution"]
    assert properties(http, "ApiOrdersPostRoute")["Target"] == {"Fn::Sub": "integrations/${ApiOrdersPostIntegration}"}


def test_a_preflight_of_an_address_that_asks_who_calls_stays_open(document):
    asked = 'authorizers.A = { function = "Auth" }\nauthorizer = "A"\n[api.routes]\n"ANY /x" = { url = "https://a.example" }'
    rendered = document(f'{PARTS}[functions.Auth]\nsource = "src"\n', more=f'[api]\nkind = "http"\n{asked}', **FILES)
    assert properties(rendered, "ApiXAnyRoute")["AuthorizationType"] == "CUSTOM"
    assert properties(rendered, "ApiXOptionsRoute")["AuthorizationType"] == "NONE"
    assert properties(rendered, "ApiXOptionsIntegration")["IntegrationUri"] == "https://a.example"


@pytest.mark.parametrize("settings", [REST.replace("[api.routes]", "[api]\nbody = true\n[api.routes]"), HTTP + "\n"])
def test_an_api_that_is_one_body_says_the_same(document, settings):
    body = settings if "body" in settings else settings.replace("[api]\n", "[api]\nbody = true\n")
    whole, parts = (understand(document(PARTS, more=one, **FILES)) for one in (body, body.replace("body = true", "")))
    said = [
        {
            (call.route.name, call.route.authorization, call.action, call.target, text(call.role))
            for call in calls(template)
        }
        for template in (whole, parts)
    ]
    assert said[0] == said[1]
    assert len(said[0]) >= 4
    [rule] = [one for one in ROLE_RULES if one.id == "trigger-role"]
    rendered = document(PARTS, more=body, **FILES)
    del rendered["Resources"]["ApiShopBusRole"]["Properties"]["Policies"][0]
    assert len(list(apply([rule], Subject(rendered)))) == 1


def test_a_template_of_ones_own_names_the_part(document):
    route = '[api.routes]\n"POST /x" = { queue = "Orders", template = "own.vtl" }'
    own = {"own.vtl": "#set($x = ${Target})Action=SendMessage&X=${x}"}
    rendered = document(PARTS, more=route, **FILES, **own)
    assert integration(rendered, "ApiXPostMethod")["RequestTemplates"]["application/json"] == {
        "Fn::Join": ["", ["#set($x = ", {"Ref": "OrdersQueue"}, ")Action=SendMessage&X=${x}"]]
    }


def test_what_a_route_may_not_do_is_an_error_of_the_check(rest, http):
    [rule] = [one for one in ROLE_RULES if one.id == "trigger-role"]

    def found(rendered):
        return [hit.message for hit in apply([rule], Subject(rendered))]

    for rendered in (rest, http):
        assert found(rendered) == []
        changed = json.loads(json.dumps(rendered))
        statement = changed["Resources"]["ApiShopBusRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][
            0
        ]
        statement["Resource"] = ["arn:aws:events:eu-west-1:111111111111:event-bus/other"]
        trust = changed["Resources"]["ApiClicksStreamRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]
        trust["Principal"] = {"Service": "lambda.amazonaws.com"}
        del changed["Resources"]["ApiOrdersQueueRole"]["Properties"]["Policies"][0]
        queue = "POST /orders calls OrdersQueue by ApiOrdersQueueRole, which does not allow"
        assert sorted(found(changed)) == [
            "POST /clicks calls ClicksStream by ApiClicksStreamRole, which does not trust apigateway.amazonaws.com.",
            "POST /events calls ShopBus by ApiShopBusRole, which does not allow events:PutEvents on it.",
            f"{queue} kms:Decrypt on the key of it.",
            f"{queue} kms:GenerateDataKey on the key of it.",
            f"{queue} sqs:SendMessage on it.",
        ]


def test_the_picture_has_an_arrow_to_each_part(rest):
    arrows = {(one.source, one.target): one.label for one in overview(understand(rest), {}).arrows}
    assert arrows["Api", "OrdersQueue"] == "🔒 POST /orders"
    assert arrows["Api", "CheckoutStateMachine"] == "POST /checkout\nGET /checkout"


def test_an_item_is_found_by_the_parameters_that_are_called_like_its_key(document):
    routes = """
[api.routes]
"GET /shops/{shop}/items/{number}" = { table = "Items" }
"DELETE /shops/{shop}/items/{number}" = { table = "Items", answer = "gone.vtl" }
"GET /open" = { table = "Items", action = "Query", index = "byState", template = "open.vtl" }
"""
    files = {"open.vtl": '{"TableName": "${Target}", "IndexName": "byState"}', "gone.vtl": '{"gone": true}'}
    rendered = document(PARTS, more=routes, **FILES, **files)
    path = "$util.escapeJavaScript($input.params().path.get('{}')).replaceAll(\"\\\\'\", \"'\")"
    key = f'"shop": {{"S": "{path.format("shop")}"}}, "number": {{"N": "{path.format("number")}"}}'
    get = "ApiShopsShopVarItemsNumberVarGetMethod"
    assert template(rendered, get) == f'{{"TableName": "${{ItemsTable}}", "Key": {{{key}}}}}'
    assert integration(rendered, get)["Uri"]["Fn::Sub"].endswith(":dynamodb:action/GetItem")
    gone = integration(rendered, "ApiShopsShopVarItemsNumberVarDeleteMethod")["IntegrationResponses"][0]
    assert (gone["StatusCode"], gone["ResponseTemplates"]["application/json"]) == ("200", '{"gone": true}')
    table = {"Fn::GetAtt": ["ItemsTable", "Arn"]}
    index = {"Fn::Sub": "${ItemsTable.Arn}/index/byState"}
    assert granted(rendered, "ApiItemsTableRole") == {
        "Send": (["dynamodb:DeleteItem", "dynamodb:GetItem"], [table]),
        "SendByState": (["dynamodb:Query"], [index]),
    }
    [rule] = [one for one in ROLE_RULES if one.id == "trigger-role"]
    assert list(apply([rule], Subject(rendered))) == []


WRONG = [
    ("{ table = 'Items' }", "say what POST does with Items: action, with a template of it"),
    ("{ table = 'Items', action = 'PutItem' }", '.action: PutItem needs a template of what is asked: template = "putitem.vtl"'),
    ("{ table = 'Items', action = 'GetItem', index = 'byState' }", ".index: only a Query or a Scan reads an index"),
    ("{ table = 'Items', action = 'Query', index = 'byStat', template = 'checkout.json' }", '.index: the table has no such index; did you mean "byState"?'),
    ("{ table = 'Theirs', action = 'GetItem' }", "the key of Theirs is not known here, since it was made elsewhere; give a template"),
    ("{ queue = 'Orders', action = 'GetItem' }", ".action: it goes with table, not with queue"),
    ("{}", "it leads nowhere; name one of queue, topic, bus, stream, state_machine, table and url"),
    ("{ queue = 'Orders', topic = 'News' }", "queue and topic exclude each other; name one of queue, topic, bus, stream, state_machine, table and url"),
    ("{ queue = 'Order' }", '.queue: there is no queue "Order"; did you mean "Orders"?'),
    ("{ queue = 'Orders', source = 'shop' }", ".source: it goes with bus, not with queue"),
    ("{ queue = 'Orders', group = 'a' }", ".group: Orders is no FIFO queue, and has no group"),
    ("{ queue = 'Strict', deduplication = 'a' }", 'a FIFO message is of a group: group = "orders", "path.NAME", "header.NAME" or "querystring.NAME"'),
    ("{ queue = 'Strict', group = 'a' }", "say deduplication, or queues.Strict.content_based_deduplication = true"),
    ("{ queue = 'Strict', group = 'path.who', deduplication = 'a' }", '.group: the path has no parameter "who"; known: none'),
    ("{ bus = 'Shop', source = 'shop' }", 'an event has a source and a type: detail_type = "…"'),
    ("{ bus = 'Shop', source = 'aws.s3', detail_type = 'x' }", ".source: sources that begin with aws. are those of AWS's own events"),
    ("{ state_machine = 'Slow', sync = true }", '.sync: only an express execution has an answer: state_machines.Slow.type = "express"'),
    ("{ queue = 'Orders', template = 'none.vtl' }", '.template: there is no file "none.vtl"'),
    ("{ url = 'https://a.example/{id}' }", '.url: the path has no parameter "id"; known: none'),
    ("{ url = 'a.example' }", '.url: "a.example" does not fit: an address without a query, such as https://example.com/orders/{orderId}'),
]  # fmt: skip


def test_what_a_route_cannot_lead_to_is_one_message(project):
    slow = '[state_machines.Slow]\ndefinition = "checkout.json"\n'
    for asks, message in WRONG:
        [problem] = refused(lambda text: project(text, **FILES), f'{PARTS}{slow}[api.routes]\n"POST /x" = {asks}\n')
        assert problem.endswith(message), problem
        assert problem.startswith("api.routes.POST /x")


OTHERS = [
    ('"GET /{shop}/x" = { table = "Items" }', 'the path has no parameter "number", which is of the key of Items'),
    ('"POST /x" = { queue = "Orders" }\n[apis.Site]\nkind = "http"\nroutes."GET /{shop}/{number}" = { table = "Items" }', 'an HTTP API cannot read or write items; say kind = "rest"'),
    ('"GET /x" = { queue = "Orders" }', "GET has no body to send to Orders; say POST, or give a template"),
    ('"ANY /x" = { queue = "Orders" }', "say which method sends to Orders, such as POST: ANY takes what has no body too"),
    ('"POST /x" = { queue = "Orders", authorizer = "A" }', 'api.routes.POST /x: "POST /x": there is no authorizer "A"; known: none'),
    ('"POST x" = { queue = "Orders" }', '"POST x": the path does not begin with "/"'),
    ('"POST /x" = { queue = "Orders" }\n"POST /x/" = { queue = "Orders" }', '"POST /x" is a route of Orders already'),
    ('"POST /x" = { queue = "Orders" }\n[apis.Site]\nkind = "http"\nroutes."POST /x" = { topic = "News" }', 'an HTTP API cannot publish; say kind = "rest", or send it to a bus or a queue'),
]  # fmt: skip


def test_what_a_route_and_its_api_do_not_have_is_one_message(project):
    for routes, message in OTHERS:
        [problem] = refused(lambda text: project(text, **FILES), f"{PARTS}[api.routes]\n{routes}\n")
        assert message in problem
