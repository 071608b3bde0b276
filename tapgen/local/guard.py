"""Who may ask the embedded AWS: tools of this machine that hold the run's keys, and never a page in a browser.

A page can reach a listener on loopback, under the name of its choice (DNS rebinding) and with any "simple" request. So
a request needs a loopback name as its Host and no Origin but the listener's own; what asks an AWS service is signed by
the run's keys or by a role's. The application's API is different: it is there for pages, and answers them by its own
CORS settings. So is what AWS serves every page without a signature: signing up and in at a user pool.
"""

from __future__ import annotations

import errno
import hmac
import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qs

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.local.server import Application, Message, Receive, Send

KEY_HEADER = "x-tapgen-key"
"""The header by which tapgen itself asks what has no signature, such as the emulator's health: the secret key."""

CODE = "AccessDeniedException"

_LOOPBACK = re.compile(r"(127\.0\.0\.1|([a-z0-9.-]+\.)?localhost)(:\d+)?", re.IGNORECASE)
_ALONE = re.compile(r"(127\.0\.0\.1|localhost)(:\d+)?", re.IGNORECASE)
_LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})
_API_PATH = re.compile(r"/(restapis/[^/]+/[^/]+/_user_request_|_aws/execute-api/[^/]+|_aws/lambda-url/[^/]+)(/|$)")
_API_HOST = re.compile(
    r"([a-f0-9]{8}\.execute-api|([a-z0-9]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\.lambda-url\.[a-z0-9-]+)\.localhost(:\d+)?"
)
"""The names by which the emulator knows an API and a function's URL, to the letter: another it takes for S3's."""
_MANAGEMENT = "/@connections/"  # of a WebSocket API: a signed AWS call at the API's own address
_CALLBACK = re.compile(r"/_ministack/cfn-(response|signal)/[^/]+")  # names a token that only the resource was told
_SIGN_IN = re.compile(
    r"/(oauth2/(authorize|token|login|userInfo|userinfo)|login|logout|[^/]+/\.well-known/(jwks\.json|openid-configuration))"
)
"""A user pool's own addresses, which AWS serves without a signature."""
_TOKENS = re.compile(r"/(oauth2/(token|revoke|userInfo|userinfo)|[^/]+/\.well-known/(jwks\.json|openid-configuration))")
"""Those of them that pages of every origin may call; the others are opened, not called."""


class Asked(Struct, frozen=True):
    """A request as far as it matters here; `headers` by lower-case name, `raw_path` percent-encoded as it came."""

    method: str
    path: str
    raw_path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]

    @property
    def of_application(self) -> bool:
        """Whether it is for the application's API or a function's URL, as AWS serves them to the world.

        By the path where the host is the listener's alone: below a bucket's name it is a part of a key.
        """
        mine = _API_HOST.fullmatch(self.headers.get("host", "")) or (self.alone and _API_PATH.match(self.path))
        return bool(mine) and _MANAGEMENT not in self.path

    @property
    def alone(self) -> bool:
        """Whether the Host is the listener and nothing more: below it the emulator knows names of buckets, say."""
        return bool(_ALONE.fullmatch(self.headers.get("host", "")))

    @property
    def signed(self) -> bool:
        """Whether it says that it is signed by some AWS key, whatever the key and the signature."""
        return self.headers.get("authorization", "").startswith("AWS") or self.presigned

    @property
    def presigned(self) -> bool:
        """Whether the signature is in the query."""
        return any(name.lower() in {"x-amz-credential", "x-amz-signature", "awsaccesskeyid"} for name in self.query)

    @property
    def preflight(self) -> bool:
        """Whether a browser asks what a page may send."""
        return self.method == "OPTIONS" and "access-control-request-method" in self.headers


class Keys(Protocol):
    """What is known of keys and signatures."""

    @property
    def secret(self) -> str:
        """The run's secret key."""
        ...

    def verified(self, asked: Asked, body: bytes) -> bool:
        """Whether the request is signed by the run's key or by another that the embedded AWS has given out."""
        ...

    def unsigned(self, target: str) -> bool:
        """Whether AWS serves an operation, such as "AWSCognitoIdentityProviderService.SignUp", without a signature."""
        ...


def refusal(asked: Asked, keys: Keys, body: bytes) -> str | None:
    """Why a request is not served; None where it is."""
    host = asked.headers.get("host", "")
    if not _LOOPBACK.fullmatch(host):
        return "Host is not a loopback name"
    if hmac.compare_digest(asked.headers.get(KEY_HEADER, "").encode(), keys.secret.encode()):
        return None
    for_pages = asked.of_application or asked.presigned or is_sign_in(asked, keys)  # presigned by the application
    if not for_pages and not _own(asked.headers.get("origin"), host):
        return "Origin is another page's"
    if asked.preflight and (asked.presigned or is_sign_in(asked, keys)):
        return None
    if asked.signed:
        return None if keys.verified(asked, body) else "the signature is not by a key of this run"
    return None if asked.of_application or _open_to_all(asked, keys) else "there is no signature"


def is_sign_in(asked: Asked, keys: Keys) -> bool:
    """Whether it is for a user pool's tokens and keys, or an operation of it that needs no signature.

    A preflight does not say which operation; the request that follows does.
    """
    if not asked.alone:
        return False
    if _TOKENS.fullmatch(asked.path):
        return True
    if asked.preflight:
        wanted = asked.headers.get("access-control-request-headers", "").lower().replace(" ", "").split(",")
        return asked.path == "/" and "x-amz-target" in wanted
    return asked.method == "POST" and asked.path == "/" and keys.unsigned(asked.headers.get("x-amz-target", ""))


def _own(origin: str | None, host: str) -> bool:
    return origin is None or origin.lower() == f"http://{host.lower()}"


def _open_to_all(asked: Asked, keys: Keys) -> bool:
    """What AWS too serves without a signature."""
    if not asked.alone:
        return False
    if asked.method == "PUT" and _CALLBACK.fullmatch(asked.path):
        return True
    if _SIGN_IN.fullmatch(asked.path):
        return True
    return keys.unsigned(asked.headers.get("x-amz-target", ""))


def loopback_alone(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook (`sys.addaudithook`): no further listener, such as a database's, is reached from elsewhere.

    Raises:
        PermissionError: a socket is about to be bound to another address.
    """
    if event == "socket.bind" and isinstance(arguments[1], tuple) and arguments[1][0] not in _LOCAL:
        raise PermissionError(errno.EACCES, "not an address of loopback", str(arguments[1][0]))


def guarded(application: Application, keys: Keys) -> Application:
    """The application behind the guard."""

    async def guarding(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await application(scope, receive, send)
            return
        asked = asked_of(scope)
        body, again = await _body(receive) if scope["type"] == "http" else (b"", receive)
        why = refusal(asked, keys, body)
        if why is None:
            await application(scope, again, send)
        else:
            await (_refuse(asked, why, send) if scope["type"] == "http" else _close(again, send))

    return guarding


def asked_of(scope: Message) -> Asked:
    """What an ASGI scope asks."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    path: str = scope["path"]
    raw_path = (scope.get("raw_path") or path.encode()).decode("latin-1")
    query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return Asked(scope.get("method", "GET"), path, raw_path, query, headers)


async def _body(receive: Receive) -> tuple[bytes, Receive]:
    """The whole body, which a signature covers, and a `receive` that gives it once more."""
    parts = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    body = b"".join(parts)
    first = [message if message["type"] != "http.request" else {"type": "http.request", "body": body}]

    async def again() -> Message:
        return first.pop() if first else await receive()

    return body, again


async def _close(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 1008})  # RFC 6455, 7.4.1: policy violation


async def _refuse(asked: Asked, why: str, send: Send) -> None:
    kind, body = _said(asked, f"the embedded AWS of tapgen refuses this request: {why}; `tapgen local` shows its keys")
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": HTTPStatus.FORBIDDEN, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _said(asked: Asked, why: str) -> tuple[bytes, bytes]:
    """Content type and body of a refusal, such as clients of the service can read."""
    error = f"<Error><Code>{CODE}</Code><Message>{why}</Message></Error>"
    if "/s3/aws4_request" in asked.headers.get("authorization", "") or asked.presigned:
        return b"application/xml", error.encode()
    if "x-www-form-urlencoded" in asked.headers.get("content-type", ""):
        return b"text/xml", f"<ErrorResponse>{error}</ErrorResponse>".encode()
    return b"application/json", json.dumps({"__type": CODE, "message": why}).encode()
