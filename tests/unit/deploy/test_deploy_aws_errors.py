"""botocore: its errors, its configuration."""

from datetime import UTC, datetime

import botocore.exceptions
import pytest

from tapgen.deploy.aws import error_codes as botofaults
from tapgen.deploy.aws.errors import AwsError, CredentialsError, ThrottledError, UnreachableError
from tapgen.deploy.aws.session import connect
from tapgen.errors import ExitCode, UsageError

ARN = "arn:aws:cloudformation:eu-west-1:123456789012:stack/tap-dev/1"


SET = "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/tapgen-dev-1/2"


WHEN = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (botocore.exceptions.NoCredentialsError(), CredentialsError, "aws sso login"),
        (botocore.exceptions.TokenRetrievalError(provider="sso", error_msg="expired"), CredentialsError, "Log in"),
        (botocore.exceptions.EndpointConnectionError(endpoint_url="u"), UnreachableError, "Check the network"),
        (botocore.exceptions.ReadTimeoutError(endpoint_url="u"), UnreachableError, "AWS_ENDPOINT_URL"),
        (botocore.exceptions.ConnectionClosedError(endpoint_url="u"), UnreachableError, "Check the network"),
        (botocore.exceptions.ParamValidationError(report="bad"), AwsError, ""),
    ],
)
def test_botocores_own_errors_say_what_to_do(error, kind, words):
    fault = botofaults.translate(error, "describe_stacks")
    assert type(fault) is kind
    assert words in fault.hint
    assert fault.message.startswith("DescribeStacks: ")


def test_a_wrong_argument_is_a_usage_error():
    fault = botofaults.translate(botocore.exceptions.ParamValidationError(report="bad"), "describe_stacks")
    assert fault.exit_code == ExitCode.USAGE


@pytest.mark.rule(22)
@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("Throttling", ThrottledError, "after 10 attempts"),
        ("RequestLimitExceeded", ThrottledError, "after 10 attempts"),
        ("ExpiredToken", CredentialsError, "expired"),
        ("InvalidClientTokenId", CredentialsError, "expired"),
        ("AccessDenied", AwsError, "expired"),
        ("LimitExceededException", AwsError, "expired"),
    ],
)
def test_error_codes_say_what_they_are_about(code, kind, words):
    error = botocore.exceptions.ClientError({"Error": {"Code": code, "Message": "expired"}}, "DescribeStacks")
    fault = botofaults.translate(error, "describe_stacks")
    assert type(fault) is kind
    assert words in fault.message


def test_the_names_of_botocores_errors_are_real():
    for name in (*botofaults._NO_CREDENTIALS, *botofaults._UNREACHABLE):
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
    with pytest.raises(UnreachableError, match="Could not connect"):
        client.identity()


def test_an_endpoint_that_is_no_url_is_an_error_with_a_message(home):
    client = connect(region="us-east-1", endpoint="nonsense", credentials=("a", "b"))
    with pytest.raises(AwsError, match="nonsense"):
        client.identity()


@pytest.mark.rule(22)
def test_calls_are_retried_ten_times_in_standard_mode(home):
    client = connect(region="us-east-1", credentials=("a", "b"))
    for name in ("cloudformation", "s3", "lambda"):
        config = client._call.service(name).meta.config
        assert config.retries["mode"] == "standard"
        assert config.retries["total_max_attempts"] >= 10
    assert client._call.service("lambda").meta.config.read_timeout > 900


def test_a_bucket_on_this_machine_is_a_path(home):
    client = connect(region="us-east-1", endpoint="http://127.0.0.1:9", credentials=("a", "b"))
    assert client._call.service("s3").meta.config.s3["addressing_style"] == "path"
    assert client.object_url("b", "k") == "http://127.0.0.1:9/b/k"
