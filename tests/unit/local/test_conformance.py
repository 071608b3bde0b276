"""What functions get, and what callers are answered, by both kinds of API on the embedded AWS: as on AWS.

docs/local.md has a row for each, which names its test.
"""

import base64
import gzip
import io
import json
import re
import secrets
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tapgen.local import session
from tapgen.local.deployment import deploy
from tapgen.local.limits import MAX_BODY, MAX_HEADERS, MAX_PAYLOAD
from tapgen.local.tail import request_line
from tapgen.local.view import BriefView
from tapgen.settings.load import load
from tests.conftest import ROOT
from tests.integration.conftest import eventually

HANDLER = """
import base64
import json

PICTURE = base64.b64encode(bytes(range(256))).decode()


def handler(event, context):
    path = event.get("rawPath") or event["path"]
    if path.endswith("/picture"):
        return {"statusCode": 200, "headers": {"Content-Type": "image/png"}, "body": PICTURE, "isBase64Encoded": True}
    if path.endswith("/long"):
        return {"statusCode": 200, "body": "x" * 6_300_000}
    if path.endswith("/cookies") and "rawPath" in event:
        return {"statusCode": 200, "cookies": ["a=1; Secure", "b=2"], "body": ""}
    if path.endswith("/cookies"):
        return {"statusCode": 200, "multiValueHeaders": {"Set-Cookie": ["a=1; Secure", "b=2"]}, "body": ""}
    return {"statusCode": 200, "body": json.dumps(event | {"body": (event.get("body") or "")[:1000]})}
"""
AUTHORIZER = """
def handler(event, context):
    seen = {"seen": event["headers"].get("X-Signature") or event["headers"].get("x-signature"), "kind": event["type"]}
    seen["named"] = ",".join(sorted(name for name in event["headers"] if name.lower() == "x-signature"))
    if "routeArn" in event:
        return {"isAuthorized": True, "context": seen}
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": event["methodArn"]}
    return {"principalId": "me", "policyDocument": {"Statement": [statement]}, "context": seen}
"""
SETTINGS = """
application = "NAME"

[functions.Auth]
source = "auth"

[functions.Streamed]
source = "src"
url = { authorization = "NONE", stream = true }

[functions.Echo]
source = "src"
timeout = 20
url = { authorization = "NONE" }
routes = [
    "ANY /echo/{proxy+}",
    "GET /item/{id}",
    { route = "GET /signed", authorization = "AWS_IAM" },
    { route = "GET /limited", throttling = { rate = 1, burst = 1 } },
    { route = "GET /partner", api_key = true },
    { route = "GET /kept", cache = 300 },
    { route = "GET /asked", authorizer = "Signature" },
    { route = "GET /asked", api = "Site", authorizer = "Signature" },
    { route = "ANY /echo/{proxy+}", api = "Site" },
    { route = "GET /item/{id}", api = "Site" },
    { route = "GET /signed", api = "Site", authorization = "AWS_IAM" },
    { route = "GET /limited", api = "Site", throttling = { rate = 1, burst = 1 } },
    { route = "GET /item/{id}", api = "Named" },
]

[api]
authorizers.Signature = { function = "Auth", identity = ["header.X-Signature", "querystring.by"], ttl = 0 }
binary_media_types = ["image/png"]
compression = 100
cache.size = "0.5"
usage_plans.Partner = { keys = ["Acme"], quota = 2 }

[apis.Site]
kind = "http"
cors.origins = ["https://a.example"]
authorizers.Signature = { function = "Auth", identity = ["header.X-Signature", "querystring.by"], ttl = 0 }

[apis.Named]
kind = "http"
stage = "v1"
"""

BOTH = pytest.mark.parametrize("kind", ["rest", "http"])


@pytest.fixture(scope="module")
def deployed(embedded, tmp_path_factory):
    folder = tmp_path_factory.mktemp("conformance")
    (folder / "src").mkdir()
    (folder / "src" / "index.py").write_text(HANDLER)
    (folder / "auth").mkdir()
    (folder / "auth" / "index.py").write_text(AUTHORIZER)
    (folder / "tapgen.toml").write_text(SETTINGS.replace("NAME", f"c{secrets.token_hex(4)}"))
    told = io.StringIO()
    _, made = deploy(load(folder).environment("dev"), embedded, lambda _: BriefView(told))
    assert made, told.getvalue()
    return made


@pytest.fixture
def ask(deployed):
    """Asks an API of a kind: (status, [(header, value)], body). Headers are pairs, sent as they are written."""

    def ask(kind, method, path, headers=(), body=b""):
        urls = {"url": deployed.urls["Echo"], "stream": deployed.urls["Streamed"]}
        addresses = {"rest": deployed.address, "http": deployed.further["Site"], **deployed.further, **urls}
        where = urlsplit(addresses[kind])
        connection = HTTPConnection(where.hostname, where.port, timeout=60)
        connection.putrequest(method, where.path + path, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        if body:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        answer = connection.getresponse()
        read = answer.status, answer.getheaders(), answer.read()
        connection.close()
        return read

    return ask


@pytest.fixture
def event(ask):
    """The event that a function gets of a request."""

    def event(kind, path, headers=(), body=b"", method="GET"):
        status, _, said = ask(kind, method, path, headers, body)
        assert status == 200, said
        return json.loads(said)

    return event


# ------------------------------------------------------------------------------------------------ what a function gets


def test_a_rest_api_keeps_the_case_of_names_and_every_value(event):
    sent = [("X-Trace-Id", "1"), ("x-lower", "a"), ("X-Many", "1"), ("X-Many", "2")]
    told = event("rest", "/echo/x", sent)
    assert told["headers"]["X-Trace-Id"] == "1"
    assert told["headers"]["x-lower"] == "a"
    assert told["headers"]["X-Many"] == "2"
    assert told["multiValueHeaders"]["X-Many"] == ["1", "2"]
    assert "x-trace-id" not in told["headers"]


def test_an_http_api_lowers_names_joins_values_and_has_cookies_apart(event):
    sent = [("X-Many", "1"), ("x-many", "2"), ("Cookie", "a=1; b=2"), ("Cookie", "c=3")]
    told = event("http", "/echo/x", sent)
    assert told["headers"]["x-many"] == "1,2"
    assert told["cookies"] == ["a=1", "b=2", "c=3"]
    assert "cookie" not in told["headers"]
    assert "multiValueHeaders" not in told
    assert "cookies" not in event("http", "/echo/x")


def test_a_parameter_that_comes_twice(event):
    told = event("rest", "/echo/x?a=1&a=2&b=%20&c")
    assert told["queryStringParameters"] == {"a": "2", "b": " ", "c": ""}
    assert told["multiValueQueryStringParameters"] == {"a": ["1", "2"], "b": [" "], "c": [""]}
    told = event("http", "/echo/x?a=1&a=2&b=%20")
    assert told["queryStringParameters"] == {"a": "1,2", "b": " "}
    assert told["rawQueryString"] == "a=1&a=2&b=%20"
    assert event("rest", "/echo/x")["queryStringParameters"] is None
    assert "queryStringParameters" not in event("http", "/echo/x")


def test_an_encoded_slash_is_no_separator_for_a_rest_api(event):
    told = event("rest", "/item/a%2Fb%20c")
    assert told["pathParameters"] == {"id": "a%2Fb%20c"}
    assert told["path"] == "/item/a%2Fb%20c"
    assert told["resource"] == "/item/{id}"
    assert told["requestContext"]["path"] == "/dev/item/a%2Fb%20c"


def test_an_http_api_decodes_the_path(event):
    told = event("http", "/echo/a%2Fb%20c")
    assert told["rawPath"] == "/echo/a/b c"
    assert told["pathParameters"] == {"proxy": "a/b c"}


def test_a_stage_with_a_name_is_in_the_path_of_an_http_api(event):
    told = event("Named", "/item/7")
    assert (told["rawPath"], told["requestContext"]["http"]["path"]) == ("/v1/item/7", "/v1/item/7")
    assert event("http", "/item/7")["rawPath"] == "/item/7"


@BOTH
def test_where_a_request_came_from(event, deployed, embedded, kind):
    told = event(kind, "/echo/x", [("User-Agent", "tests/1")])
    api = deployed.outputs[{"rest": "ApiGatewayIdOutput", "http": "SiteApiGatewayIdOutput"}[kind]]
    context, headers = told["requestContext"], {name.lower(): value for name, value in told["headers"].items()}
    assert (context["domainName"], context["domainPrefix"]) == (f"{api}.execute-api.localhost", api)
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert (headers["x-forwarded-proto"], headers["x-forwarded-port"]) == ("http", str(embedded.port))
    who = context["identity"] if kind == "rest" else context["http"]
    assert (who["sourceIp"], who["userAgent"]) == ("127.0.0.1", "tests/1")


def test_each_kind_has_its_payload(event):
    rest, http = event("rest", "/echo/x"), event("http", "/echo/x")
    assert "version" not in rest
    assert (rest["httpMethod"], rest["requestContext"]["resourcePath"]) == ("GET", "/echo/{proxy+}")
    assert rest["requestContext"]["identity"]["userArn"] is None
    assert (http["version"], http["routeKey"]) == ("2.0", "ANY /echo/{proxy+}")
    assert http["requestContext"]["http"]["method"] == "GET"


PICTURE = bytes(range(256))


@pytest.mark.parametrize(
    ("kind", "media_type", "encoded"),
    [("rest", "image/png", True), ("rest", "text/plain", False), ("http", "image/png", True), ("http", "text/plain", False)],
)  # fmt: skip
def test_a_binary_body_comes_in_base64(event, kind, media_type, encoded):
    body = PICTURE if encoded else b"words"
    told = event(kind, "/echo/x", [("Content-Type", media_type)], body, "POST")
    assert told["isBase64Encoded"] is encoded
    assert (base64.b64decode(told["body"]) if encoded else told["body"].encode()) == body


@pytest.mark.parametrize(
    ("kind", "accepted", "body"),
    [
        ("rest", "image/png,*/*", PICTURE),
        ("rest", "text/html,image/png", base64.b64encode(PICTURE)),
        ("rest", None, base64.b64encode(PICTURE)),
        ("http", None, PICTURE),
    ],
)
def test_a_binary_answer_goes_out_as_bytes(ask, kind, accepted, body):
    """Of a REST API where the first type that the client accepts is one of the API's binary ones."""
    assert ask(kind, "GET", "/echo/picture", [("Accept", accepted)] if accepted else ())[2] == body


@BOTH
def test_each_cookie_of_an_answer_is_a_header(ask, kind):
    headers = ask(kind, "GET", "/echo/cookies")[1]
    assert [value for name, value in headers if name.lower() == "set-cookie"] == ["a=1; Secure", "b=2"]


# -------------------------------------------------------------------------------------------------------------- limits


def refused(ask, embedded, kind, *request):
    """(status, body, what the log says) of a request."""
    position = embedded.requests()[1]
    status, _, body = ask(kind, *request)

    def noted():
        """After the answer, and after what was noted late of a request before."""
        return [one for one in embedded.requests(position)[0] if one.status == status]

    assert eventually(noted)
    [served] = noted()
    assert request_line(served).endswith(f"  {served.why}")
    return status, body.decode(), served.why


def test_a_body_over_10_mb_is_refused(ask, embedded):
    body = b"x" * (MAX_BODY + 1)
    why = "the body has 10,485,761 bytes, and API Gateway takes 10,485,760"
    answer = 413, "HTTP content length exceeded 10485760 bytes.", why
    assert refused(ask, embedded, "rest", "POST", "/echo/x", (), body) == answer
    answer = 413, '{"message":"Request Entity Too Large"}', why
    assert refused(ask, embedded, "http", "POST", "/echo/x", (), body) == answer


@pytest.mark.parametrize(("kind", "said"), [("rest", "Request Too Long"), ("http", "Request Entity Too Large")])
def test_an_event_over_6_mb_is_refused(ask, embedded, kind, said):
    text = [("Content-Type", "text/plain")]
    status, body, why = refused(ask, embedded, kind, "POST", "/echo/x", text, b"x" * MAX_PAYLOAD)
    assert (status, json.loads(body)) == (413, {"message": said})
    assert why.startswith("the event has 6,29")
    assert ask(kind, "POST", "/echo/x", text, b"x" * (MAX_PAYLOAD - 5000))[0] == 200


@pytest.mark.parametrize(("kind", "status", "said"), [("rest", 502, "Internal server error"), ("http", 500, "Internal Server Error")])  # fmt: skip
def test_an_answer_over_6_mb_is_none(ask, embedded, kind, status, said):
    answered, body, why = refused(ask, embedded, kind, "GET", "/echo/long")
    assert (answered, json.loads(body)) == (status, {"message": said})
    assert why == "the function's answer has 6,300,031 bytes, and Lambda takes 6,291,556"


@pytest.mark.parametrize(
    ("kind", "said"),
    [("rest", "HTTP header is larger than 10240 bytes."), ("http", '{"message":"Request Header Fields Too Large"}')],
)
def test_headers_over_10240_bytes_are_refused(ask, embedded, kind, said):
    status, body, why = refused(ask, embedded, kind, "GET", "/echo/x", [("X-Long", "x" * MAX_HEADERS)])
    assert (status, body) == (431, said)
    assert why.startswith("request line and headers have 10,")
    assert ask(kind, "GET", "/echo/x", [("X-Long", "x" * (MAX_HEADERS - 500))])[0] == 200


# --------------------------------------------------------------------------------------------------------- who may call


@BOTH
def test_an_authorizers_function_gets_the_request_as_it_was_sent(ask, kind):
    status, _, body = ask(kind, "GET", "/asked?by=me", [("X-Signature", "s1")])
    assert status == 200, body
    told = json.loads(body)["requestContext"]["authorizer"]
    named = {"rest": "X-Signature", "http": "x-signature"}[kind]
    assert (told if kind == "rest" else told["lambda"]).items() >= {
        "seen": "s1",
        "kind": "REQUEST",
        "named": named,
    }.items()


@BOTH
def test_throttling_answers_429(ask, kind):
    statuses = [ask(kind, "GET", "/limited")[::2] for _ in range(4)]
    assert statuses[0][0] == 200
    refusals = [(status, json.loads(body)) for status, body in statuses if status != 200]
    assert refusals
    assert all(refusal == (429, {"message": "Too Many Requests"}) for refusal in refusals)


def test_a_plans_key_and_quota(ask, deployed, embedded):
    assert ask("rest", "GET", "/partner")[::2] == (403, b'{"message":"Forbidden"}')
    assert ask("rest", "GET", "/partner", [("X-Api-Key", "wrong")])[::2] == (403, b'{"message":"Forbidden"}')
    [key] = session.api_keys(deployed, embedded).values()
    first = ask("rest", "GET", "/partner", [("X-Api-Key", key)])
    assert json.loads(first[2])["requestContext"]["identity"]["apiKey"] == key
    assert ask("rest", "GET", "/partner", [("X-Api-Key", key)])[0] == 200
    status, _, body = ask("rest", "GET", "/partner", [("X-Api-Key", key)])
    assert (status, json.loads(body)) == (429, {"message": "Limit Exceeded"})


@pytest.mark.parametrize(("kind", "said"), [("rest", "Missing Authentication Token"), ("http", "Forbidden")])
def test_a_route_of_iam_wants_a_signature(ask, deployed, embedded, kind, said):
    status, _, body = ask(kind, "GET", "/signed")
    assert (status, json.loads(body)) == (403, {"message": said})
    address = deployed.address if kind == "rest" else deployed.further["Site"]
    request = AWSRequest("GET", f"{address}/signed")
    SigV4Auth(Credentials(*embedded.credentials), "execute-api", embedded.region).add_auth(request)
    status, _, body = ask(kind, "GET", "/signed", request.headers.items())
    assert status == 200, body
    context = json.loads(body)["requestContext"]
    caller = context["identity"]["accountId"] if kind == "rest" else context["authorizer"]["iam"]["accountId"]
    assert caller == embedded.account


def test_what_is_no_route(ask):
    assert ask("rest", "GET", "/nowhere")[::2] == (403, b'{"message":"Missing Authentication Token"}')
    assert ask("http", "GET", "/nowhere")[::2] == (404, b'{"message":"Not Found"}')


# ------------------------------------------------------------------------------------------------------ what differs


def test_answers_are_compressed_for_those_who_take_it(ask):
    """Of a REST API with `compression`; its smallest size is 100 bytes here."""
    _, headers, body = ask("rest", "GET", "/kept", [("Accept-Encoding", "br, gzip;q=0.8")])
    assert {name.lower(): value for name, value in headers}["content-encoding"] == "gzip"
    assert json.loads(gzip.decompress(body))["resource"] == "/kept"
    for request in [("GET", "/kept"), ("GET", "/nowhere", [("Accept-Encoding", "gzip")])]:
        assert "content-encoding" not in {name.lower() for name, _ in ask("rest", *request)[1]}


def test_no_answer_is_kept(ask):
    """Each request is the function's, whatever the cache of its route."""
    answers = [ask("rest", "GET", "/kept")[2] for _ in range(2)]
    assert len({json.loads(body)["requestContext"]["requestId"] for body in answers}) == 2


def test_a_functions_url_has_its_payload(event):
    told = event("url", "/a%2Fb?x=1&x=2", [("X-Many", "1"), ("x-many", "2"), ("Cookie", "a=1; b=2")])
    assert (told["version"], told["rawPath"], told["queryStringParameters"]) == ("2.0", "/a%2Fb", {"x": "1,2"})
    assert (told["headers"]["x-many"], told["cookies"]) == ("1,2", ["a=1", "b=2"])
    assert told["requestContext"]["domainName"].endswith(".lambda-url.us-east-1.on.aws")


def test_a_streamed_answer_comes_at_once(ask):
    status, headers, body = ask("stream", "GET", "/x")
    assert (status, dict(headers)["Content-Length"]) == (200, str(len(body)))


def test_other_mapping_templates_than_tapgens_are_left():
    from tapgen.local.answers import preflight

    assert preflight((200, {}, b"#set($a = 1)"), {"Origin": "https://a.example"}) == (200, {}, b"#set($a = 1)")


# --------------------------------------------------------------------------------------------------------- the table


def rows():
    """The rows of docs/local.md, "How it answers": what, here, and how that is beside AWS, its test."""
    text = (ROOT / "docs" / "local.md").read_text()
    section = text.partition("## How it answers")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ") and "---" not in line]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if "| test |" not in line]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][:40])
def test_each_row_says_how_it_is_beside_aws_and_names_a_test(row):
    assert len(row) == 4, row
    _, _, beside, test = row
    assert re.match(r"same|differs", beside)
    file, name = re.fullmatch(r"`(test_\w+)\.(test_\w+)`", test).groups()
    [found] = [*(ROOT / "tests").rglob(f"{file}.py")]
    assert f"def {name}(" in found.read_text()
