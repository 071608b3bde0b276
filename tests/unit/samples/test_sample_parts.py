"""Samples are made of the application's own parts: names, ARNs, keys, patterns, routes."""

import json

import pytest

from tapgen.errors import UsageError
from tapgen.samples.application import Application, Where
from tapgen.samples.bus import matching
from tapgen.samples.register import SAMPLES, make
from tapgen.samples.sample import Given
from tapgen.template.model import understand
from tests.table import rows

NOTHING = Given()


def record(application, kind, name=None, given=NOTHING):
    return make(application, kind, name, given)["Records"][0]


def test_an_object_passes_the_buckets_own_filter_and_its_key_is_encoded(application):
    stored = record(application, "s3-put")["s3"]
    assert stored["bucket"]["name"] == "shop-dev-uploads-123456789012-us-east-1"
    assert stored["bucket"]["arn"] == "arn:aws:s3:::shop-dev-uploads-123456789012-us-east-1"
    assert stored["object"]["key"] == "in+put/object.csv"
    assert stored["object"]["versionId"]
    given = Given(key="a b/ä.csv")
    assert record(application, "s3-delete", None, given)["s3"]["object"]["key"] == "a+b/%C3%A4.csv"
    assert "size" not in record(application, "s3-delete")["s3"]["object"]
    assert make(application, "s3-event-created", None, given)["detail"]["object"]["key"] == "a b/ä.csv"


def test_an_item_has_the_tables_keys_with_their_types(application):
    inserted = record(application, "dynamodb-insert")["dynamodb"]
    assert inserted["Keys"] == {"id": {"S": "text"}, "at": {"N": "1"}}
    assert inserted["NewImage"].items() > inserted["Keys"].items()
    assert "OldImage" not in inserted
    assert "NewImage" not in record(application, "dynamodb-remove")["dynamodb"]
    assert record(application, "dynamodb-expire")["userIdentity"]["principalId"] == "dynamodb.amazonaws.com"


def test_a_fifo_queue_has_groups_and_numbers(application):
    fifo = record(application, "sqs", "Ordered", Given(body="one"))
    assert fifo["body"] == "one"
    assert fifo["eventSourceARN"].endswith(".fifo")
    assert {"MessageGroupId", "SequenceNumber", "MessageDeduplicationId"} <= set(fifo["attributes"])
    assert "MessageGroupId" not in record(application, "sqs", "Orders")["attributes"]


def test_a_notification_is_the_body_of_a_queues_message(application):
    body = json.loads(record(application, "sqs-sns", None, Given(body="news"))["body"])
    assert body["Message"] == "news"
    assert body["TopicArn"] == record(application, "sns", "News")["Sns"]["TopicArn"]
    assert "SigningCertURL" in body


def test_a_rules_event_matches_its_pattern(application):
    event = make(application, "event", "Placed", NOTHING)
    assert (event["source"], event["detail-type"]) == ("shop", "Order Placed")
    assert event["detail"] == {"total": 11, "state": "NEW"}
    assert make(application, "event", "WorkPlaced", Given(body='{"total": 12}'))["detail"] == {"total": 12}
    with pytest.raises(UsageError, match="not JSON"):
        make(application, "event", "Placed", Given(body="total"))


@rows(
    ("pattern", "value"),
    [
        ({"a": ["x", "y"]}, {"a": "x"}),
        ({"a": [{"prefix": "p"}]}, {"a": "p"}),
        ({"a": [{"suffix": {"equals-ignore-case": ".PNG"}}]}, {"a": ".PNG"}),
        ({"a": [{"wildcard": "a/*.csv"}]}, {"a": "a/any.csv"}),
        ({"a": [{"cidr": "10.0.0.0/24"}]}, {"a": "10.0.0.0"}),
        ({"a": [{"numeric": ["<=", 1.5]}]}, {"a": 1.5}),
        ({"a": [{"numeric": ["<", 1]}]}, {"a": 0}),
        ({"a": [{"exists": True}], "b": [{"exists": False}]}, {"a": "value"}),
        ({"a": [{"anything-but": ["x"]}]}, {"a": "anything else"}),
        ({"$or": [{"a": [1]}, {"b": [2]}]}, {"a": 1}),
        ({"a": {"b": [None]}}, {"a": {"b": None}}),
    ],
)
def test_the_smallest_value_that_matches(pattern, value):
    assert matching(pattern) == value


def test_a_request_has_its_parameters_query_and_caller(application):
    event = make(application, "api", "GET /orders/a%20b?x=1&x=2", NOTHING)
    assert event["resource"] == "/orders/{orderId}"
    assert event["pathParameters"] == {"orderId": "a b"}
    assert event["queryStringParameters"] == {"x": "2"}
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"]}
    assert event["requestContext"]["stage"] == "dev"
    assert make(application, "api", "GET /orders", NOTHING)["pathParameters"] is None
    claims = make(application, "api", "POST /orders", NOTHING)["requestContext"]["authorizer"]["claims"]
    assert claims["iss"].startswith("https://cognito-idp.us-east-1.amazonaws.com/us-east-1_")
    identity = make(application, "api", "PUT /orders/7", NOTHING)["requestContext"]["identity"]
    assert identity["userArn"] == "arn:aws:iam::123456789012:user/caller"
    assert make(application, "api", "GET /partner", NOTHING)["requestContext"]["identity"]["apiKey"]


def test_an_http_api_joins_a_query_and_says_the_claims(application):
    event = make(application, "http-api", "GET /site/home?x=1&x=2", NOTHING)
    assert event["queryStringParameters"] == {"x": "1,2"}
    assert event["pathParameters"] == {"page": "home"}
    assert event["routeKey"] == "GET /site/{page}"
    jwt = event["requestContext"]["authorizer"]["jwt"]
    assert jwt["scopes"] == ["read"]
    assert jwt["claims"]["scope"] == "read"
    assert (jwt["claims"]["iss"], jwt["claims"]["aud"]) == ("https://issuer.example.com/", "shop")
    assert "token_use" not in jwt["claims"], "that is Cognito's own"
    assert "body" not in event


def test_an_authorizer_is_not_shown_the_body(application):
    event = make(application, "authorizer-request", None, NOTHING)
    assert event["methodArn"].endswith("/dev/GET/asking")
    assert "body" not in event
    assert make(application, "authorizer-http", None, NOTHING)["routeArn"].endswith("/$default/GET/auth")
    assert make(application, "authorizer-token", None, NOTHING)["authorizationToken"] == "Bearer token"


def test_the_names_of_what_is_deployed_take_the_place_of_made_up_ones(application):
    physical = {
        "OrdersQueue": "https://sqs.eu-west-1.amazonaws.com/111111111111/real-orders",
        "NewsTopic": "arn:aws-cn:sns:cn-north-1:111111111111:real-news",
        "UploadsBucket": "real-uploads",
    }
    deployed = Application(application.template, Where("shop", "111111111111", "cn-north-1", "aws-cn", physical))
    assert record(deployed, "sqs", "Orders")["eventSourceARN"] == "arn:aws-cn:sqs:cn-north-1:111111111111:real-orders"
    assert record(deployed, "sns", "News")["Sns"]["TopicArn"] == physical["NewsTopic"]
    assert record(deployed, "s3-put")["s3"]["bucket"]["name"] == "real-uploads"
    assert make(deployed, "api", "GET /orders", NOTHING)["headers"]["Host"].endswith(".cn-north-1.amazonaws.com.cn")


@rows("kind", SAMPLES)
def test_where_the_part_is_missing_one_sentence_says_so(kind):
    empty = Application(understand({"Resources": {}}), Where("empty"))
    with pytest.raises(UsageError, match="this environment") as caught:
        make(empty, kind, None, NOTHING)
    assert caught.value.hint == "`tapgen event` lists what it has samples for."


def test_where_the_api_is_of_the_other_kind_its_sample_is_named(document):
    settings = 'application = "shop"\n[api]\nkind = "http"\n[functions.Item]\nsource = "src"\nroutes = ["GET /item"]\n'
    site = Application(understand(document(settings)), Where("shop-dev"))
    with pytest.raises(UsageError, match="no route in this environment that api is for") as caught:
        make(site, "api", None, NOTHING)
    assert caught.value.hint == "`tapgen event http-api` is for those that it has."


@pytest.mark.parametrize(
    ("kind", "name", "given", "said", "hint"),
    [
        ("s3-putt", None, NOTHING, 'there is no event "s3-putt"', 'did you mean "s3-put"?'),
        ("sqs", None, NOTHING, "there are several: OrdersDeadLetter, Orders, Ordered", "Name one with --queue."),
        ("sqs", "Order", NOTHING, 'there is no queue "Order"', "Orders"),
        ("api", "GET /nothing", NOTHING, 'no route takes "GET /nothing"', ""),
        ("s3-put", None, Given(body="x"), "s3-put takes no --body", "These take one: api"),
        ("sqs", "Orders", Given(key="x"), "sqs takes no --key", "These take one: s3-put"),
    ],
)
def test_what_is_asked_wrong_is_said(application, kind, name, given, said, hint):
    with pytest.raises(UsageError) as caught:
        make(application, kind, name, given)
    assert caught.value.message == said
    assert hint in caught.value.hint
