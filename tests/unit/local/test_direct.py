"""Routes without a function on the embedded AWS: what arrives, and what the integration's role may not do."""

import io
import json
import secrets

import pytest

from tapgen.local import gateway
from tapgen.local.deployment import deploy
from tapgen.local.view import BriefView
from tapgen.settings.load import load

SETTINGS = """
application = "APPLICATION"

[queues.Orders]

[queues.Strict]
fifo = true

[topics.News]

[queues.Told]
subscriptions.News = { raw_message_delivery = true }
events.Placed = { bus = "Shop", pattern = { source = ["shop"] } }

[buses.Shop]

[tables.Items]
partition_key = { name = "shop" }
sort_key = { name = "number", type = "N" }

[streams.Clicks]

[state_machines.Checkout]
definition = "checkout.json"
type = "express"

[api]
cors.origins = ["https://a.example", "https://b.example"]

[api.routes]
"POST /orders" = { queue = "Orders" }
"POST /strict/{customer}" = { queue = "Strict", group = "path.customer", deduplication = "header.Idempotency-Key" }
"POST /own" = { queue = "Orders", template = "own.vtl" }
"POST /groupless" = { queue = "Strict", template = "own.vtl" }
"POST /purge" = { queue = "Orders", template = "purge.vtl" }
"POST /broken" = { queue = "Orders", template = "broken.vtl" }
"POST /news" = { topic = "News" }
"POST /events" = { bus = "Shop", source = "shop", detail_type = "OrderPlaced" }
"POST /clicks" = { stream = "Clicks" }
"GET /shops/{shop}/items/{number}" = { table = "Items" }
"DELETE /shops/{shop}/items/{number}" = { table = "Items" }
"PUT /shops/{shop}/items/{number}" = { table = "Items", action = "PutItem", template = "put.vtl" }
"POST /checkouts" = { state_machine = "Checkout" }
"POST /checkout" = { state_machine = "Checkout", sync = true }

[apis.Whole]
body = true
cors.origins = ["https://a.example", "https://b.example"]

[apis.Whole.routes]
"POST /orders" = { queue = "Orders" }
"GET /shops/{shop}/items/{number}" = { table = "Items" }

[apis.WholeSite]
kind = "http"
body = true

[apis.WholeSite.routes]
"POST /orders" = { queue = "Orders" }

[apis.Site]
kind = "http"

[apis.Site.routes]
"POST /orders" = { queue = "Orders" }
"POST /events" = { bus = "Shop", source = "shop", detail_type = "OrderPlaced" }
"POST /clicks" = { stream = "Clicks", group = "querystring.page" }
"POST /checkout" = { state_machine = "Checkout", sync = true }
"""
FILES = {
    "checkout.json": '{"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}}',
    "own.vtl": "Action=SendMessage&QueueUrl=${Target}&MessageBody=$util.urlEncode($input.path('$.note'))",
    "put.vtl": """
        #set($key = $input.params().path)
        {
          "TableName": "${Target}",
          "Item": {
            "shop": {"S": "$key.get('shop')"},
            "number": {"N": "$key.get('number')"},
            "lines": {"L": [#foreach($one in $input.path('$.items')){"N": "$one"}#if($foreach.hasNext), #end#end]}
          }
        }
    """,
    "purge.vtl": "Action=PurgeQueue",
    "broken.vtl": "#macro(x)#end",
}
BODY = '{"note": "it\'s \\"new\\" / käse", "items": [1, 2]}'


@pytest.fixture(scope="module")
def deployed(tmp_path_factory, embedded):
    root = tmp_path_factory.mktemp("direct")
    for name, text in {"tapgen.toml": SETTINGS.replace("APPLICATION", f"d{secrets.token_hex(4)}"), **FILES}.items():
        (root / name).write_text(text, encoding="utf-8")
    environment = load(root / "tapgen.toml").environment("dev")
    told = io.StringIO()
    _, found = deploy(environment, embedded, lambda _: BriefView(told))
    assert found, told.getvalue()
    return found


@pytest.fixture
def post(deployed):
    def send(path, api="", body=BODY, method="POST", **headers):
        written = [
            ("Content-Type", "application/json"),
            *((name.replace("_", "-"), one) for name, one in headers.items()),
        ]
        address = deployed.further[api] if api else deployed.address
        answer = gateway.send(address, gateway.Call(method, path, body.encode(), tuple(written)))
        return answer.status, {name.lower(): value for name, value in answer.headers}, answer.body.decode()

    return send


@pytest.fixture
def arrived(deployed, embedded):
    """The bodies of the messages of a queue, and the values that one of their attributes has."""

    def read(name, attribute=""):
        asked = {
            "QueueUrl": deployed.of_type("AWS::SQS::Queue")[name],
            "MaxNumberOfMessages": 10,
            "VisibilityTimeout": 0,
            "AttributeNames": ["All"],
        }
        found = embedded.call("sqs", deployed.client.region, "AmazonSQS.ReceiveMessage", asked).get("Messages", [])
        return [one["Attributes"][attribute] if attribute else one["Body"] for one in found]

    return read


def test_the_body_is_a_message_and_a_page_reads_its_id(post, arrived):
    status, headers, body = post("/orders", Origin="https://b.example")
    assert (status, list(json.loads(body))) == (202, ["messageId"])
    assert headers["access-control-allow-origin"] == "https://b.example"
    assert BODY in arrived("OrdersQueue")


def test_a_fifo_queue_gets_group_and_deduplication_of_the_request(post, arrived):
    sent = [post("/strict/me", Idempotency_Key=key)[0] for key in ("one", "one", "two")]
    assert sent == [202, 202, 202]
    assert arrived("StrictQueue", "MessageGroupId") == ["me", "me"]
    assert arrived("StrictQueue", "MessageDeduplicationId") == ["one", "two"]


def test_a_template_of_ones_own_is_evaluated(post, arrived):
    assert post("/own")[0] == 202
    assert json.loads(BODY)["note"] in arrived("OrdersQueue")


def test_what_the_role_may_not_do_and_what_is_not_evaluated_is_an_error_of_the_api(post):
    assert post("/purge")[::2] == (502, '{"message": "Internal server error"}')
    assert post("/broken")[::2] == (500, '{"message": "Internal server error"}')


def test_topics_and_buses_tell_whom_they_tell(post, arrived):
    assert post("/news")[0] == 202
    status, _, body = post("/events")
    assert (status, list(json.loads(body))) == (202, ["eventId"])
    told = arrived("ToldQueue")
    assert BODY in told
    [event] = [json.loads(one) for one in told if one != BODY]
    assert (event["detail-type"], event["detail"]) == ("OrderPlaced", json.loads(BODY))


@pytest.mark.parametrize(("api", "status"), [("Whole", 202), ("WholeSite", 200)])
def test_an_api_that_is_one_body_sends_alike(post, arrived, api, status):
    body = json.dumps({"of": api})
    answered, headers, _ = post("/orders", api, body, Origin="https://b.example")
    assert (answered, body in arrived("OrdersQueue")) == (status, True)
    if api == "Whole":
        assert headers["access-control-allow-origin"] == "https://b.example"
        assert post("/shops/a/items/9", api, method="GET")[0] == 404


def test_an_item_is_put_read_and_deleted(post):
    path = "/shops/a/items/7"
    assert post(path, method="GET")[::2] == (404, '{"message": "Not Found"}\n')
    assert post(path, method="PUT")[0] == 200
    status, _, body = post(path, method="GET")
    lines = {"L": [{"N": "1"}, {"N": "2"}]}
    assert (status, json.loads(body)) == (200, {"shop": {"S": "a"}, "number": {"N": "7"}, "lines": lines})
    assert post(path, method="DELETE")[::2] == (200, "{}")
    assert post(path, method="GET")[0] == 404


def test_an_execution_is_started_or_waited_for(post):
    status, _, body = post("/checkouts")
    assert (status, list(json.loads(body))) == (202, ["executionArn"])
    status, _, body = post("/checkout")
    assert (status, json.loads(body)) == (200, json.loads(BODY))


def test_what_the_service_does_not_take_is_the_callers_mistake(post):
    assert post("/groupless")[::2] == (400, '{"message": "Bad Request"}')


def test_an_http_api_answers_as_the_service_does(post, arrived):
    status, _, body = post("/orders", "Site", '{"of": "http"}')
    assert (status, "<MessageId>" in body) == (200, True)
    assert '{"of": "http"}' in arrived("OrdersQueue")
    status, _, body = post("/events", "Site")
    assert (status, json.loads(body)["FailedEntryCount"]) == (200, 0)
    status, _, body = post("/checkout", "Site")
    assert (status, json.loads(json.loads(body)["output"])) == (200, json.loads(BODY))
    status, _, body = post("/clicks?page=1", "Site")
    assert (status, "SequenceNumber" in json.loads(body)) == (200, True)
