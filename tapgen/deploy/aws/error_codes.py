"""botocore's exceptions as `faults`: which of them say something about the stack, and what to do about each."""

from __future__ import annotations

from tapgen.deploy.aws.errors import AwsError, CredentialsError, ThrottledError, UnreachableError
from tapgen.errors import ExitCode

ATTEMPTS = 10
"""Attempts of one call in botocore's `standard` retry mode, which waits up to 20 s between them."""
FIRST_ATTEMPTS = 3
"""Attempts of a call whose host has never answered."""

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
_NO_CREDENTIALS = frozenset(
    (
        "NoCredentialsError",
        "PartialCredentialsError",
        "CredentialRetrievalError",
        "TokenRetrievalError",
        "SSOTokenLoadError",
        "UnauthorizedSSOTokenError",
        "SSOError",
        "InvalidConfigError",
        "MetadataRetrievalError",
        "RefreshWithMFAUnsupportedError",
        "NoAuthTokenError",
        "LoginRefreshRequired",
        "LoginError",
        "LoginTokenLoadError",
        "LoginInsufficientPermissions",
    )
)
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
    name = "".join(word.capitalize() for word in operation.split("_"))
    answer = getattr(error, "response", None)
    if isinstance(answer, dict):
        said = answer.get("Error", {})
        return _of_code(said.get("Code") or "Unknown", said.get("Message") or str(error), name)
    kind = type(error).__name__
    if kind in _NO_CREDENTIALS:
        return CredentialsError(
            kind, str(error), name, "Log in (aws configure, aws sso login, aws login) or pass --profile."
        )
    if kind in _UNREACHABLE:
        return UnreachableError(
            kind, str(error), name, "Check the network, --region and AWS_ENDPOINT_URL; then run the command again."
        )
    return AwsError(kind, str(error), name, exit_code=ExitCode.USAGE if kind == "ParamValidationError" else None)


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
    hint = ""
    if code in _DENIED:
        hint = "The role that deploys lacks this permission: see docs/deployment.md."
    return AwsError(code, text, operation, hint)


def unknown_operation(error: AwsError) -> bool:
    """Whether an endpoint says that it does not have the operation at all (an emulator, an older service)."""
    return error.code in {"InvalidAction", "UnknownOperationException", "UnsupportedOperation", "NotImplemented", "501"}
