"""botocore: its errors, its configuration."""

import hashlib
import io
import shutil
import socket
import sys
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import botocore.exceptions
import botocore.tokens
import pytest

from tapgen.deploy.aws import error_codes
from tapgen.deploy.aws.errors import (
    AwsError,
    CredentialsError,
    DeniedError,
    LostAnswerError,
    MalformedAnswerError,
    ThrottledError,
)
from tapgen.deploy.aws.mfa import asks_for_mfa, has_terminal
from tapgen.deploy.aws.session import _give_up_early, connect
from tapgen.errors import ExitCode, UsageError
from tests.table import each

ARN = "arn:aws:cloudformation:eu-west-1:123456789012:stack/tap-dev/1"


SET = "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/tapgen-dev-1/2"


WHEN = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (botocore.exceptions.NoCredentialsError(), CredentialsError, "aws sso login"),
        (botocore.exceptions.TokenRetrievalError(provider="sso", error_msg="expired"), CredentialsError, "Log in"),
        (botocore.exceptions.EndpointConnectionError(endpoint_url="u"), LostAnswerError, "Check the network"),
        (botocore.exceptions.ReadTimeoutError(endpoint_url="u"), LostAnswerError, "AWS_ENDPOINT_URL"),
        (botocore.exceptions.ConnectionClosedError(endpoint_url="u"), LostAnswerError, "Check the network"),
        (botocore.exceptions.MissingDependencyException(msg="crt"), CredentialsError, "aws login"),
        (botocore.exceptions.ParamValidationError(report="bad"), AwsError, ""),
    ],
)
def test_botocores_own_errors_say_what_to_do(error, kind, words):
    fault = error_codes.translate(error, "describe_stacks")
    assert type(fault) is kind
    assert words in fault.hint
    assert fault.message.startswith("DescribeStacks: ")


def test_a_wrong_argument_is_a_usage_error():
    fault = error_codes.translate(botocore.exceptions.ParamValidationError(report="bad"), "describe_stacks")
    assert fault.exit_code == ExitCode.USAGE


@pytest.mark.rule(22)
@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("Throttling", ThrottledError, "after 10 attempts"),
        ("RequestLimitExceeded", ThrottledError, "after 10 attempts"),
        ("ExpiredToken", CredentialsError, "expired"),
        ("InvalidClientTokenId", CredentialsError, "expired"),
        ("AccessDenied", DeniedError, "expired"),
        ("LimitExceededException", AwsError, "expired"),
    ],
)
def test_error_codes_say_what_they_are_about(code, kind, words):
    error = botocore.exceptions.ClientError({"Error": {"Code": code, "Message": "expired"}}, "DescribeStacks")
    fault = error_codes.translate(error, "describe_stacks")
    assert type(fault) is kind
    assert words in fault.message


def test_the_names_of_botocores_errors_are_real():
    for name in (*error_codes._NO_CREDENTIALS, *error_codes._UNREACHABLE):
        assert issubclass(getattr(botocore.exceptions, name), Exception), name


@pytest.fixture
def home(monkeypatch, tmp_path):
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    config = tmp_path / "config"
    config.write_text("[profile work]\nregion = eu-north-1\n[profile bare]\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_profiles_and_regions_come_from_the_standard_places(home):
    assert connect("work").region == "eu-north-1"
    assert connect("work", "us-east-1").region == "us-east-1"
    home.setenv("AWS_REGION", "ap-south-1")
    assert connect("work").region == "ap-south-1"
    with pytest.raises(UsageError, match="absent") as caught:
        connect("absent")
    assert caught.value.hint == "Known profiles: bare, work."
    home.delenv("AWS_REGION")
    with pytest.raises(UsageError, match="no AWS region"):
        connect("bare")


def test_no_credentials_is_said_without_a_traceback(home):
    with pytest.raises(CredentialsError, match="GetCallerIdentity: Unable to locate credentials"):
        connect("work").identity()


def test_a_silent_endpoint_is_given_up_soon_and_a_loopback_one_is_an_emulator(home):
    client = connect(region="us-east-1", endpoint="http://127.0.0.1:9", credentials=("a", "b"))
    assert client.emulated is True
    assert connect(region="us-east-1", endpoint="http://x.localhost:9", credentials=("a", "b")).emulated is True
    with pytest.raises(LostAnswerError, match="Could not connect"):
        client.identity()


REFUSED = botocore.exceptions.EndpointConnectionError(endpoint_url="u")
SILENT = botocore.exceptions.ConnectTimeoutError(endpoint_url="u")
NO_PROXY = botocore.exceptions.ProxyConnectionError(proxy_url="p", error="refused")


CLOSED = botocore.exceptions.ConnectionClosedError(endpoint_url="u")
NO_TLS = botocore.exceptions.SSLError(endpoint_url="u", error="EOF")
NO_ANSWER = botocore.exceptions.ReadTimeoutError(endpoint_url="u")


@pytest.mark.parametrize(
    ("error", "last", "behind_a_proxy"),
    [
        (REFUSED, error_codes.FIRST_ATTEMPTS, error_codes.FIRST_ATTEMPTS),
        (NO_PROXY, error_codes.FIRST_ATTEMPTS, error_codes.FIRST_ATTEMPTS),
        (SILENT, error_codes.FIRST_SILENT_ATTEMPTS, error_codes.FIRST_SILENT_ATTEMPTS),
        (NO_ANSWER, None, error_codes.FIRST_SILENT_ATTEMPTS),
        (CLOSED, None, error_codes.FIRST_ATTEMPTS),
        (NO_TLS, None, error_codes.FIRST_ATTEMPTS),
    ],
)
def test_who_has_never_answered_is_asked_a_few_times_and_who_has_as_often_as_ever(error, last, behind_a_proxy):
    def given_up(hook):
        for attempt in range(1, error_codes.ATTEMPTS + 1):
            try:
                hook(response=None, attempts=attempt, caught_exception=error)
            except type(error):
                return attempt
        return None

    assert given_up(_give_up_early(lambda: False)) == last
    assert given_up(_give_up_early(lambda: True)) == behind_a_proxy
    answered = _give_up_early(lambda: True)
    answered(response=(200, {}), attempts=1)
    assert given_up(answered) is None


def test_a_dead_proxy_is_named(home):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    home.setenv("HTTPS_PROXY", f"http://ada:secret@127.0.0.1:{port}")
    home.delenv("NO_PROXY", raising=False)
    home.delenv("no_proxy", raising=False)
    with pytest.raises(LostAnswerError) as caught:
        connect(region="us-east-1", credentials=("a", "b")).identity()
    assert f"the proxy http://127.0.0.1:{port}" in caught.value.hint
    assert "secret" not in caught.value.message + caught.value.hint


def test_an_endpoint_that_is_no_url_is_an_error_with_a_message(home):
    for endpoint, said in (("nonsense", "nonsense"), ("http://[::1", "Invalid IPv6 URL")):
        client = connect(region="us-east-1", endpoint=endpoint, credentials=("a", "b"))
        with pytest.raises(AwsError, match=said) as raised:
            client.identity()
        assert "AWS_ENDPOINT_URL" in raised.value.hint


@pytest.mark.rule(22)
def test_calls_are_retried_ten_times_in_standard_mode(home):
    client = connect(region="us-east-1", credentials=("a", "b"))
    for name in ("cloudformation", "s3", "sts", "logs"):
        config = client._call.service(name).meta.config
        assert config.retries["mode"] == "standard"
        assert config.retries["total_max_attempts"] >= 10


def test_an_invocation_is_sent_once(home):
    """It has effects: botocore would send it again where the answer is lost."""
    config = connect(region="us-east-1", credentials=("a", "b"))._call.service("lambda").meta.config
    assert (config.retries["total_max_attempts"], config.read_timeout > 900) == (1, True)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_an_error_of_aws_itself_says_nothing_about_what_was_done(status):
    answer = {"Error": {"Code": "InternalFailure"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    fault = error_codes.translate(botocore.exceptions.ClientError(answer, "ExecuteChangeSet"), "execute_change_set")
    assert (type(fault), "AWS itself" in fault.hint) == (LostAnswerError, True)


def test_a_role_that_may_not_be_assumed_is_named_as_such():
    answer = {"Error": {"Code": "AccessDenied", "Message": "not authorized to perform: sts:AssumeRole"}}
    fault = error_codes.translate(botocore.exceptions.ClientError(answer, "AssumeRole"), "describe_stacks")
    assert fault.message.startswith("AssumeRole: not authorized")
    assert "trust policy" in fault.hint


def test_an_operation_that_the_endpoint_does_not_have_is_named():
    answer = {"Error": {"Code": "InvalidAction", "Message": "no such"}, "ResponseMetadata": {"HTTPStatusCode": 501}}
    fault = error_codes.translate(botocore.exceptions.ClientError(answer, "GetStackPolicy"), "get_stack_policy")
    assert (fault.message, fault.hint.partition(":")[0]) == (
        "GetStackPolicy: no such (InvalidAction)",
        "This endpoint does not have the operation",
    )


def test_a_proxy_is_named_without_its_password(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://ada:secret@proxy.example:8080")
    error = botocore.exceptions.ProxyConnectionError(proxy_url="http://ada:secret@proxy.example:8080", error="refused")
    fault = error_codes.translate(error, "describe_stacks")
    assert "proxy.example:8080" in fault.hint
    assert "secret" not in fault.message + fault.hint


def test_a_web_page_is_no_answer(home):
    """A proxy's page with the status 200 has not executed, deleted or stored anything."""

    class Page(BaseHTTPRequestHandler):
        def do_POST(self):
            page = b"<html><body>Sign in to the network</body></html>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(page)

        def log_message(self, *_):
            pass

    for method in ("PUT", "HEAD"):
        setattr(Page, f"do_{method}", Page.do_POST)
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        client = connect(endpoint=f"http://127.0.0.1:{server.server_port}", credentials=("a", "b"), region="eu-west-1")
        for call in (
            client.identity,
            lambda: client.execute(SET, "token"),
            lambda: client.delete_stack(ARN, "token"),
            lambda: client.set_stack_policy(ARN, "{}"),
            lambda: client.delete_stack_set("tap-dev"),
            lambda: client.stored("bucket", "key", "123456789012"),
            lambda: client.store("bucket", "key", b"zip", "123456789012"),
            lambda: client.tag_function("arn:aws:lambda:eu-west-1:123456789012:function:f", "tag"),
        ):
            with pytest.raises(MalformedAnswerError, match="the answer cannot be read"):
                call()
        server.shutdown()


def test_a_broken_configuration_is_an_error_with_the_file(home, tmp_path):
    (tmp_path / "config").write_text("[profile x\nregion")
    with pytest.raises(UsageError, match=r"Unable to parse config file: .*config: .*\[profile x"):
        connect(region="us-east-1")


PROCESS = "[profile x]\nregion = us-east-1\ncredential_process = {folder}/program\n"
TOKEN = "[profile x]\nregion = us-east-1\nrole_arn = arn:aws:iam::1:role/r\nweb_identity_token_file = {folder}/token\n"
LOGIN = """\
[profile x]
region = us-east-1
sso_session = my
sso_account_id = 123456789012
sso_role_name = r
[sso-session my]
sso_region = us-east-1
sso_start_url = https://x.awsapps.com/start
"""
LOGIN_FILE = f"logins/{hashlib.sha1(b'my', usedforsecurity=False).hexdigest()}.json"
UNLOADED = [
    (PROCESS, {}, "program: No such file or directory"),
    (PROCESS, {"program": "#!/bin/sh\necho hello"}, "Expecting value"),
    (PROCESS, {"program": "#!/bin/sh\necho []"}, "has no attribute 'get'"),
    (TOKEN, {}, "token: No such file or directory"),
    (LOGIN, {LOGIN_FILE: "{"}, "a login that is kept in ~/.aws cannot be read"),
    (LOGIN, {LOGIN_FILE: '{"accessToken": "a", "expiresAt": "x"}'}, "Unknown string format"),
]


def test_credentials_that_cannot_be_loaded_are_no_traceback_and_no_answer_of_aws(home, tmp_path):
    home.setattr(botocore.tokens.SSOTokenProvider, "_SSO_TOKEN_CACHE_DIR", str(tmp_path / "logins"))

    def check(config, files, said):
        shutil.rmtree(tmp_path, ignore_errors=True)
        for name, text in {"config": config.format(folder=tmp_path), **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            path.chmod(0o700)
        with pytest.raises(CredentialsError) as raised:
            connect("x", endpoint="http://127.0.0.1:9").identity()
        assert raised.value.message.startswith("the credentials cannot be loaded: ")
        assert said in raised.value.message

    each(UNLOADED, check)


MFA = """\
[profile mfa]
role_arn = arn:aws:iam::123456789012:role/deployer
source_profile = base
mfa_serial = arn:aws:iam::123456789012:mfa/me
region = us-east-1
[profile behind]
role_arn = arn:aws:iam::123456789012:role/other
source_profile = mfa
region = us-east-1
[profile base]
aws_access_key_id = test
aws_secret_access_key = test
region = us-east-1
[profile circle]
role_arn = arn:aws:iam::123456789012:role/circle
source_profile = circle
region = us-east-1
"""


@pytest.mark.parametrize("profile", ["mfa", "behind"])
def test_a_code_is_not_asked_for_where_nobody_can_type_it(home, tmp_path, profile):
    (tmp_path / "config").write_text(MFA)
    with pytest.raises(UsageError, match=f"the profile {profile} asks for an MFA code and there is no terminal"):
        connect(profile, terminal=lambda: False)
    assert connect(profile, terminal=lambda: True).region == "us-east-1"
    assert connect("base", terminal=lambda: False).region == "us-east-1"
    assert connect("circle", terminal=lambda: False).region == "us-east-1"


def test_keys_in_the_environment_win_over_a_profile_that_only_the_environment_names():
    profiles = {"mfa": {"role_arn": "r", "mfa_serial": "m"}}
    assert asks_for_mfa(profiles, None, {"AWS_PROFILE": "mfa"})
    assert not asks_for_mfa(profiles, None, {"AWS_PROFILE": "mfa", "AWS_ACCESS_KEY_ID": "a"})
    assert asks_for_mfa(profiles, "mfa", {"AWS_ACCESS_KEY_ID": "a"})


def test_a_terminal_of_the_process_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert not has_terminal(tmp_path / "none")
    (tmp_path / "tty").touch()
    assert has_terminal(tmp_path / "tty")


def test_a_bucket_on_this_machine_is_a_path(home):
    client = connect(region="us-east-1", endpoint="http://127.0.0.1:9", credentials=("a", "b"))
    assert client._call.service("s3").meta.config.s3["addressing_style"] == "path"
    assert client.object_url("b", "k") == "http://127.0.0.1:9/b/k"
