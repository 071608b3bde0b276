"""Who may ask the embedded AWS: the tools that hold its keys, and no page."""

import asyncio
import json
import socket
import subprocess
import sys
from http.client import HTTPConnection
from urllib.parse import quote

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.client import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.session import Session

from tapgen.local.address import HOST
from tapgen.local.guard import KEY_HEADER, Asked, guarded, refusal

TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
ROLE = f"Action=CreateRole&Version=2010-05-08&RoleName=evil&AssumeRolePolicyDocument={quote(json.dumps(TRUST))}"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
API = "/restapis/abc/dev/_user_request_/item"


def ask(running, method="GET", path="/", headers=None, body=None):
    """(status, headers, body); a Host of None is the listener's own."""
    connection = HTTPConnection(HOST, running.port, timeout=30)
    connection.putrequest(method, path, skip_host=True)
    data = (body or "").encode()
    for name, value in {"Host": f"{HOST}:{running.port}", "Content-Length": str(len(data)), **(headers or {})}.items():
        connection.putheader(name, value)
    connection.endheaders(data)
    answer = connection.getresponse()
    read = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    connection.close()
    return read


def signed(running, credentials, host=None, **more):
    """The headers of a GetCallerIdentity that is signed by some keys."""
    body = "Action=GetCallerIdentity&Version=2011-06-15"
    request = AWSRequest("POST", f"http://{host or HOST}:{running.port}/", data=body, headers={**FORM, **more})
    SigV4Auth(Credentials(*credentials), "sts", "us-east-1").add_auth(request)
    return {**dict(request.headers), "Host": f"{host or HOST}:{running.port}"}, body


REFUSED = [
    ("Host is not", "POST", "/", {"Host": "rebound.example:4566", **FORM}, ROLE),
    ("Host is not", "GET", API, {"Host": "rebound.example"}, None),
    ("Host is not", "GET", API, {"Host": "localhost.rebound.example"}, None),
    ("Host is not", "GET", API, {"Host": "abc.execute-api.us-east-1.amazonaws.com"}, None),
    ("Host is not", "GET", API, {"Host": "127.0.0.1.rebound.example"}, None),
    ("Origin is", "POST", "/", {"Origin": "https://page.example", **FORM}, ROLE),
    ("Origin is", "POST", "/", {"Origin": "null", **FORM}, ROLE),
    ("Origin is", "POST", "/", {"Origin": "http://localhost:1", **FORM}, ROLE),
    ("Origin is", "OPTIONS", "/", {"Origin": "https://page.example", "Access-Control-Request-Method": "POST"}, None),
    ("Origin is", "POST", "/oauth2/login", {"Origin": "https://page.example"}, None),
    ("Origin is", "GET", "/oauth2/authorize", {"Origin": "https://page.example"}, None),
    ("Origin is", "POST", "/", {"Origin": "https://page.example", "X-Amz-Target": "AWSCognitoIdentityProviderService.ListUsers"}, "{}"),
    ("no signature", "POST", "/", FORM, ROLE),
    ("no signature", "GET", f"/?{ROLE}", {}, None),
    ("no signature", "GET", "/bucket/key", {}, None),
    *(
        ("no signature", method, path, {"Host": f"{name}.localhost"}, None)
        for method, path in (("GET", "/?list-type=2"), ("PUT", "/bucket"))
        for name in ("x.execute-api", "x.lambda-url.eu-west-1", "ABCDEF01.execute-api", "a.abcdef01.execute-api", "abcdef01.execute-api.s3")
    ),
    ("no signature", "GET", API, {"Host": "bucket.s3.localhost"}, None),
    ("no signature", "GET", "/oauth2/token", {"Host": "bucket.s3.localhost"}, None),
    ("no signature", "PUT", "/_ministack/cfn-response/x", {"Host": "bucket.localhost"}, None),
    ("no signature", "POST", "/", {"Host": "bucket.s3.localhost", "X-Amz-Target": "AWSCognitoIdentityProviderService.SignUp"}, "x"),
    ("Origin is", "POST", "/", {"Host": "bucket.s3.localhost", "Origin": "https://page.example", "X-Amz-Target": "AWSCognitoIdentityProviderService.SignUp"}, "x"),
    ("no signature", "PUT", API, {"Host": "bucket.localhost"}, None),
    ("no signature", "GET", "/_ministack/health", {}, None),
    ("no signature", "POST", "/_ministack/reset", {}, None),
    ("no signature", "POST", "/_ministack/config", {}, "{}"),
    ("no signature", "POST", "/", {"X-Amz-Target": "DynamoDB_20120810.ListTables"}, "{}"),
    ("no signature", "POST", "/", {"X-Amz-Target": "AWSCognitoIdentityProviderService.CreateUserPool"}, "{}"),
    ("no signature", "POST", "/restapis/abc/dev/_user_request_/@connections/c", {}, "x"),
    ("signature is not", "GET", "/b/k?X-Amz-Credential=test/20260101/us-east-1/s3/aws4_request&X-Amz-Signature=0", {}, None),
    ("signature is not", "GET", "/b/k?AWSAccessKeyId=test&Signature=0&Expires=9999999999", {}, None),
    ("signature is not", "GET", "/b/k?AWSAccessKeyId=123456789012&Signature=0&Expires=9999999999", {}, None),
    ("signature is not", "GET", API, {"Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=0"}, None),
    ("signature is not", "GET", "/", {"Authorization": "AWS4-HMAC-SHA256 nonsense"}, None),
    ("signature is not", "GET", "/", {"Authorization": "AWS test:0"}, None),
    ("no signature", "GET", "/", {KEY_HEADER: "guessed"}, None),
]  # fmt: skip


@pytest.mark.parametrize("row", REFUSED, ids=range(len(REFUSED)))
def test_what_a_page_could_send_is_refused(embedded, row):
    why, method, path, headers, body = row
    status, answered, said = ask(embedded, method, path, headers, body)
    assert status == 403
    assert b"AccessDeniedException" in said
    assert why in said.decode()
    assert not {name for name in answered if name.startswith("access-control-")}


def test_nothing_came_of_it(embedded):
    for _, method, path, headers, body in REFUSED:
        ask(embedded, method, path, headers, body)
    iam = client(embedded, "iam")
    assert "evil" not in {role["RoleName"] for role in iam.list_roles()["Roles"]}


def client(running, service, credentials=None, **config):
    session = Session()
    session.set_credentials(*(credentials or running.credentials))
    options = {"endpoint_url": running.endpoint, "config": Config(**config), "region_name": "us-east-1"}
    return session.create_client(service, **options)


@pytest.mark.parametrize("host", [HOST, "localhost"])
def test_the_runs_keys_open_it_under_each_name_of_loopback(embedded, host):
    headers, body = signed(embedded, embedded.credentials, host)
    status, _, said = ask(embedded, "POST", "/", headers, body)
    assert status == 200
    assert b":root" in said


@pytest.mark.parametrize(
    "keys",
    [
        ("test", "test"),
        ("123456789012", "test"),
        ("AKIAIOSFODNN7EXAMPLE", "secret"),
        lambda own: (own[0], "guessed"),
        lambda own: ("test", own[1]),
    ],
)
def test_other_keys_do_not(embedded, keys):
    headers, body = signed(embedded, keys(embedded.credentials) if callable(keys) else keys)
    assert ask(embedded, "POST", "/", headers, body)[0] == 403


def test_a_changed_request_does_not(embedded):
    headers, body = signed(embedded, embedded.credentials)
    assert ask(embedded, "POST", "/", headers, body.replace("GetCallerIdentity", "GetSessionToken"))[0] == 403
    assert ask(embedded, "POST", "/?x=1", headers, body)[0] == 403


def test_the_keys_are_each_runs_own(embedded):
    from tapgen.local import emulator

    with emulator.running() as other:
        assert other.credentials != embedded.credentials
        headers, body = signed(other, embedded.credentials)
        assert ask(other, "POST", "/", headers, body)[0] == 403


def test_a_roles_session_and_a_users_key_open_it(embedded):
    iam = client(embedded, "iam")
    arn = iam.create_role(RoleName="guard", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    made = client(embedded, "sts").assume_role(RoleArn=arn, RoleSessionName="guard")["Credentials"]
    session = (made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
    assert ":assumed-role/guard/" in client(embedded, "sts", session).get_caller_identity()["Arn"]
    for service, call in [("sts", "get_caller_identity"), ("s3", "list_buckets"), ("lambda", "list_functions")]:
        guessed = client(embedded, service, (session[0], "guessed", session[2]))
        with pytest.raises(ClientError, match=r"AccessDeniedException.*the signature is not by a key of this run"):
            getattr(guessed, call)()
    iam.create_user(UserName="guard")
    key = iam.create_access_key(UserName="guard")["AccessKey"]
    user = client(embedded, "sts", (key["AccessKeyId"], key["SecretAccessKey"])).get_caller_identity()
    assert user["Arn"].endswith(":user/guard")


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_a_presigned_address_opens_its_object_alone_for_pages_too(embedded, version):
    s3 = client(embedded, "s3")
    s3.create_bucket(Bucket="guard")
    s3.put_object(Bucket="guard", Key="a b/ü.txt", Body=b"stored")
    signer = client(embedded, "s3", signature_version=version)
    url = signer.generate_presigned_url("get_object", Params={"Bucket": "guard", "Key": "a b/ü.txt"})
    path = url.removeprefix(embedded.endpoint)
    page = {"Origin": "https://page.example"}
    assert ask(embedded, "GET", path, page)[::2] == (200, b"stored")
    assert ask(embedded, "GET", path.replace("a%20b", "c"), page)[0] == 403
    assert ask(embedded, "OPTIONS", path, {**page, "Access-Control-Request-Method": "PUT"})[2] != b"stored"


def test_large_and_streamed_bodies_arrive_whole(embedded):
    s3 = client(embedded, "s3")
    s3.create_bucket(Bucket="large")
    body = bytes(range(256)) * 20_000
    s3.put_object(Bucket="large", Key="k", Body=body)
    assert s3.get_object(Bucket="large", Key="k")["Body"].read() == body


def test_what_aws_serves_without_a_signature(embedded):
    target = {"X-Amz-Target": "AWSCognitoIdentityProviderService.SignUp", "Content-Type": "application/x-amz-json-1.1"}
    status, _, said = ask(embedded, "POST", "/", target, json.dumps({"ClientId": "none", "Username": "a"}))
    assert status != 403
    assert b"refuses" not in said
    assert b"refuses" not in ask(embedded, "GET", "/us-east-1_none/.well-known/jwks.json")[2]
    assert ask(embedded, "PUT", "/_ministack/cfn-response/token", {}, "{}")[0] == 200


def test_every_page_may_sign_in(embedded):
    page = {"Origin": "https://page.example"}
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type, x-amz-target"}
    status, headers, _ = ask(embedded, "OPTIONS", "/", {**page, **asks})
    assert (status, headers["access-control-allow-origin"]) == (200, "*")
    assert headers["access-control-allow-headers"] == "content-type, x-amz-target"
    target = {"X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth"}
    body = json.dumps({"ClientId": "none", "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": {}})
    for method, path, sent, data in [
        ("POST", "/", target, body),
        ("POST", "/oauth2/token", FORM, "grant_type=authorization_code&code=none"),
        ("GET", "/us-east-1_none/.well-known/jwks.json", {}, None),
    ]:
        status, headers, said = ask(embedded, method, path, {**page, **sent}, data)
        assert (headers["access-control-allow-origin"], b"refuses" in said) == ("*", False)


def test_an_api_is_there_for_every_page(embedded):
    status, _, said = ask(embedded, "GET", API, {"Origin": "https://page.example"})
    assert (status, b"refuses" in said) == (404, False)


def handshake(running, path, **headers):
    """The first line that a WebSocket's opening handshake is answered with."""
    lines = {
        "Host": f"{HOST}:{running.port}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
        **headers,
    }
    text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    with socket.create_connection((HOST, running.port), timeout=30) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\n{text}\r\n".encode())
        return connection.recv(200).split(b"\r\n")[0]


def test_a_websocket_of_a_page_is_refused(embedded):
    for path, headers in [("/", {"Origin": "https://page.example"}), ("/", {}), (API, {"Host": "rebound.example"})]:
        assert b" 403" in handshake(embedded, path, **headers)


# ------------------------------------------------------------------------------------------------ without a process


class NoKeys:
    secret = "s"

    def verified(self, asked, body):
        return False

    def unsigned(self, target):
        return False


def test_a_body_in_pieces_is_given_on_whole():
    seen = []

    async def application(scope, receive, send):
        seen.append((await receive(), await receive()))

    messages = [
        {"type": "http.request", "body": b"a", "more_body": True},
        {"type": "http.request", "body": b"b"},
        {"type": "http.disconnect"},
    ]

    async def receive():
        return messages.pop(0)

    scope = {
        "type": "http",
        "method": "POST",
        "path": API,
        "query_string": b"",
        "headers": [(b"Host", b"localhost"), (b"X-A", b"1"), (b"x-a", b"2")],
    }
    asyncio.run(guarded(application, NoKeys())(scope, receive, None))
    assert seen == [({"type": "http.request", "body": b"ab"}, {"type": "http.disconnect"})]


def test_what_is_no_request_passes():
    seen = []

    async def application(scope, receive, send):
        seen.append(scope["type"])

    asyncio.run(guarded(application, NoKeys())({"type": "lifespan"}, None, None))
    assert seen == ["lifespan"]


def test_the_listeners_own_page_is_no_other(embedded):
    def why(origin, host):
        return refusal(Asked("GET", "/", "/", {}, {"host": host, "origin": origin}), NoKeys(), b"")

    assert why("http://localhost:1", "localhost:1") == "there is no signature"
    assert why("http://localhost:2", "localhost:1") == "Origin is another page's"
    assert why("https://localhost:1", "localhost:1") == "Origin is another page's"
    assert why("http://127.0.0.1:1", "localhost:1") == "Origin is another page's"


def test_nothing_else_is_bound_to_another_address():
    program = (
        "import socket, sys; from tapgen.local.guard import loopback_alone; sys.addaudithook(loopback_alone)\n"
        "socket.create_server(('127.0.0.1', 0)).close()\n"
        "socket.create_server(('', 0))\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.count("line 3, in <module>") == 1
    assert "PermissionError" in ended.stderr
