"""The quotas of API Gateway and Lambda that a request meets, and how each kind of API says no.

Sources: API Gateway developer guide, "Quotas for configuring and running a REST API in API Gateway", "Quotas for
configuring and running an HTTP API in API Gateway"; Lambda developer guide, "Lambda quotas".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tapgen.local.sent import Sent

Answer = tuple[int, dict[str, Any], bytes]

MAX_BODY = 10_485_760
"""Bytes of a request's body."""
MAX_HEADERS = 10_240
"""Bytes of the request line and the values of the headers."""
MAX_PAYLOAD = 6_291_556
"""Bytes of a function's event, and of what it returns: 6 MB and 100 bytes, as Lambda's own messages say."""
REST_PATIENCE = 29.0
"""Seconds that a REST API waits for a function."""
HTTP_PATIENCE = 30.0
"""Seconds that an HTTP API does."""

_TEXT = {"Content-Type": "text; charset=utf-8"}
_JSON = {"Content-Type": "application/json"}


def refused_by_rest(sent: Sent, body: bytes) -> tuple[Answer, str] | None:
    """How a REST API refuses a request before it looks at its route, and why; None where it takes it.

    No gateway response applies here, so that the answer has no headers of CORS, on AWS either.
    """
    if sent.size > MAX_HEADERS:
        return (431, dict(_TEXT), f"HTTP header is larger than {MAX_HEADERS} bytes.".encode()), _headers_said(sent)
    if len(body) > MAX_BODY:
        return (413, dict(_TEXT), f"HTTP content length exceeded {MAX_BODY} bytes.".encode()), _body_said(body)
    return None


def refused_by_http(sent: Sent, body: bytes) -> tuple[Answer, str] | None:
    """How an HTTP API does."""
    if sent.size > MAX_HEADERS:
        return (431, dict(_JSON), b'{"message":"Request Header Fields Too Large"}'), _headers_said(sent)
    if len(body) > MAX_BODY:
        return (413, dict(_JSON), b'{"message":"Request Entity Too Large"}'), _body_said(body)
    return None


def too_long(payload: Any) -> str | None:
    """Why Lambda does not take an event or an answer; None where it does."""
    size = len(json.dumps(payload, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    return f"{size:,} bytes, and Lambda takes {MAX_PAYLOAD:,}" if size > MAX_PAYLOAD else None


def _headers_said(sent: Sent) -> str:
    return f"request line and headers have {sent.size:,} bytes, and API Gateway takes {MAX_HEADERS:,}"


def _body_said(body: bytes) -> str:
    return f"the body has {len(body):,} bytes, and API Gateway takes {MAX_BODY:,}"
