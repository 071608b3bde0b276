"""botocore's exceptions as our own: which of them say something about the stack, and what to do about each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.request import getproxies

from tapgen.deploy.aws.errors import AwsError, CredentialsError, DeniedError, LostAnswerError, ThrottledError
from tapgen.errors import ExitCode
from tapgen.installing import with_extra

if TYPE_CHECKING:
    from collections.abc import Mapping

ATTEMPTS = 10
"""Attempts of one call in botocore's `standard` retry mode, which waits up to 20 s between them."""
FIRST_ATTEMPTS = 3
"""Attempts of a call whose host has never answered."""
FIRST_SILENT_ATTEMPTS = 2
"""Attempts of a call whose host has never answered and does not even refuse the connection."""

_THROTTLED = frozenset(
    (
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "BandwidthLimitExceeded",
        "ProvisionedThroughputExceededException",
        "PriorRequestNotComplete",
        "SlowDown",
        "EC2ThrottledException",
    )
)  # botocore/retries/standard.py, less what is a quota
_EXPIRED = frozenset(
    (
        "ExpiredToken",
        "ExpiredTokenException",
        "RequestExpired",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "AuthFailure",
        "SignatureDoesNotMatch",
        "InvalidToken",
        "TokenRefreshRequired",
        "InvalidAccessKeyId",
        "MissingAuthenticationToken",
        "IncompleteSignature",
    )
)
_DENIED = frozenset(("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"))
_UNKNOWN_OPERATION = frozenset(
    ("InvalidAction", "UnknownOperationException", "UnsupportedOperation", "NotImplemented", "501")
)
_NO_CREDENTIALS = frozenset(
    (
        "NoCredentialsError",
        "PartialCredentialsError",
        "CredentialRetrievalError",
        "TokenRetrievalError",
        "SSOTokenLoadError",
        "UnauthorizedSSOTokenError",
        "SSOError",
        "MetadataRetrievalError",
        "RefreshWithMFAUnsupportedError",
        "NoAuthTokenError",
        "LoginRefreshRequired",
        "LoginError",
        "LoginTokenLoadError",
        "LoginInsufficientPermissions",
    )
)
_MISCONFIGURED = frozenset(("InvalidConfigError", "InfiniteLoopConfigError"))
_LOG_IN = "Log in (aws configure, aws sso login, aws login) or pass --profile."
_UNREACHABLE = frozenset(
    (
        "EndpointConnectionError",
        "ConnectionClosedError",
        "ConnectTimeoutError",
        "ReadTimeoutError",
        "HTTPClientError",
        "ProxyConnectionError",
        "SSLError",
        "ConnectionError",
        "ResponseStreamingError",
        "IncompleteReadError",
    )
)


def translate(error: Exception, operation: str) -> AwsError:
    """The fault for a botocore exception; `operation` is the method's name, such as describe_stacks."""
    name = api_name(operation)
    answer = getattr(error, "response", None)
    if isinstance(answer, dict):
        return _of_answer(answer, error, getattr(error, "operation_name", "") or name)
    kind = type(error).__name__
    if kind in _NO_CREDENTIALS or kind in _MISCONFIGURED:
        mend = "Mend the profile in the AWS configuration, or pass another one with --profile."
        return CredentialsError(kind, " ".join(str(error).split()), name, mend if kind in _MISCONFIGURED else _LOG_IN)
    if kind in _UNREACHABLE:
        return LostAnswerError(kind, without_password(str(error)), name, _network_hint())
    if kind == "MissingDependencyException":
        hint = f"The profile logs in with `aws login`, which needs a library: {with_extra('login')}."
        return CredentialsError(kind, str(error).rstrip("."), name, hint)
    if kind == "ParamValidationError":
        hint = (
            "This botocore may be older than what is asked for: pip install --upgrade boto3."
            if ("Unknown parameter" in str(error))
            else ""
        )
        return AwsError(kind, str(error), name, hint, ExitCode.USAGE)
    return AwsError(kind, str(error), name, "Is AWS_ENDPOINT_URL a URL?" if isinstance(error, ValueError) else "")


def unloaded(error: Exception) -> CredentialsError:
    """The fault where botocore could not read what the AWS configuration gives credentials by."""
    if isinstance(error, OSError):
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    elif isinstance(error, KeyError):  # botocore's cache of logins, by a digest
        what = "a login that is kept in ~/.aws cannot be read"
    else:
        what = str(error) or type(error).__name__
    hint = "Look at what the AWS configuration names: credential_process, a token file, the cache of a login."
    return CredentialsError(type(error).__name__, what, "the credentials cannot be loaded", f"{hint} {_LOG_IN}")


def api_name(operation: str) -> str:
    """The API's name of a method of botocore: DescribeStacks for describe_stacks."""
    return "".join(word.capitalize() for word in operation.split("_"))


def _proxies() -> set[str]:
    """The proxies that the environment names."""
    return {url for name, url in getproxies().items() if name in {"http", "https"}}


def has_proxy() -> bool:
    """Whether the environment names one."""
    return bool(_proxies())


def _network_hint() -> str:
    """What to look at, with the proxies."""
    proxies = sorted(map(without_password, _proxies()))
    proxy = f"the proxy {' or '.join(proxies)} (HTTPS_PROXY, NO_PROXY), " if proxies else ""
    return f"Check the network, {proxy}--region and AWS_ENDPOINT_URL; then run the command again."


def without_password(text: str) -> str:
    """The text without the user and password of the URLs in it."""
    return re.sub(r"//[^/@\s]+@", "//", text)


def _of_answer(answer: Mapping[str, Any], error: Exception, operation: str) -> AwsError:
    said = answer.get("Error") or {}
    code, text = str(said.get("Code") or "Unknown"), str(said.get("Message") or error)
    status = (answer.get("ResponseMetadata") or {}).get("HTTPStatusCode") or 0
    if status >= 500 and code not in _THROTTLED and code not in _UNKNOWN_OPERATION:
        hint = "AWS itself has failed. Wait a minute, then run the command again."
        return LostAnswerError(code, text, operation, hint)
    return _of_code(code, text, operation)


def _of_code(code: str, text: str, operation: str) -> AwsError:
    if code in _THROTTLED:
        return ThrottledError(
            code,
            f"AWS still throttles after {ATTEMPTS} attempts: {text}",
            operation,
            "Wait a minute, then run it again.",
        )
    if code in _EXPIRED:
        return CredentialsError(code, text, operation, "Renew the credentials, then run the command again.")
    if code in _DENIED and operation == "AssumeRole":
        hint = "The trust policy of `deploy_role`, or of the profile's role, must name these credentials."
        return DeniedError(code, text, operation, hint)
    if code in _DENIED:
        return DeniedError(
            code, text, operation, "The role that deploys lacks this permission: see docs/deployment.md."
        )
    if code in _UNKNOWN_OPERATION:
        hint = "This endpoint does not have the operation: an emulator, or an older one."
        return AwsError(code, text, operation, hint)
    return AwsError(code, text, operation)


def unknown_operation(error: AwsError) -> bool:
    """Whether an endpoint says that it does not have the operation at all (an emulator, an older service)."""
    return error.code in _UNKNOWN_OPERATION
