"""What API Gateway makes of a function's answer, and of a preflight, where the embedded AWS makes something else.

Sources: API Gateway developer guide, "Output format of a Lambda function for proxy integration" (REST), "Create AWS
Lambda proxy integrations for HTTP APIs in API Gateway" (payload format 2.0).
"""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING, Any

from tapgen.local.limits import too_long

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.local.limits import Answer
    from tapgen.local.sent import Sent
    from tapgen.local.server import Application, Message, Receive, Send

_NO_BODY = frozenset({204, 304})
_ECHO = re.compile(r'\$origin == "([^"]*)"')
_OVERRIDE = "$context.responseOverride.header.Access-Control-Allow-Origin = $origin"


def malformed_for_rest(answer: Any) -> str | None:
    """Why a REST API cannot make a response of what a function returned; None where it can."""
    if not isinstance(answer, dict):
        return "the function returned no object"
    return _malformed(answer) if "statusCode" in answer else "the function's answer has no statusCode"


def malformed_for_http(answer: Any) -> str | None:
    """Why an HTTP API cannot: what has no status code is the body of a 200."""
    return _malformed(answer) if isinstance(answer, dict) and "statusCode" in answer else None


def _malformed(answer: dict[str, Any]) -> str | None:
    if not re.fullmatch(r"[1-9]\d\d", str(answer["statusCode"])):
        return f"the function's statusCode is {answer['statusCode']!r}"
    if not isinstance(answer.get("body"), str | None):
        return "the function's body is no text"
    for name in ("headers", "multiValueHeaders"):
        if not isinstance(answer.get(name), dict | None):
            return f"the function's {name} are no object"
    return None


def failed(result: Mapping[str, Any], malformed: str | None) -> str | None:
    """Why nothing can be answered with what became of a function; None where something can."""
    if result.get("throttle"):
        return None
    if result.get("error"):
        return "the function failed: see its log"
    if long := too_long(result.get("body")):
        return f"the function's answer has {long}"
    return malformed


def preflight(answer: Answer, headers: Mapping[str, str]) -> Answer:
    """A mock's answer with the mapping template done that tapgen writes for several origins: no other is evaluated."""
    status, answered, body = answer
    template = body.decode()
    if _OVERRIDE in template:
        origin = next((value for name, value in headers.items() if name.lower() == "origin"), "")
        allowed = {"Access-Control-Allow-Origin": origin} if origin in _ECHO.findall(template) else {}
        answered, body = answered | allowed, b""
    return status, answered, b"" if status in _NO_BODY else body


def compressed(answer: Answer, sent: Sent, least: int | str | None) -> Answer:
    """A REST API's answer of `least` bytes and more, for a client that takes gzip; None: nothing is compressed."""
    status, headers, body = answer
    taken = {word.partition(";")[0].strip() for word in sent.header("accept-encoding").lower().split(",")}
    done = any(name.lower() == "content-encoding" for name in headers)
    if least is None or done or "gzip" not in taken or not body or len(body) < int(least):
        return answer
    kept = {name: value for name, value in headers.items() if name.lower() != "content-length"}
    return status, {**kept, "Content-Encoding": "gzip"}, gzip.compress(body, mtime=0)


def without_length(application: Application) -> Application:
    """The application, whose answers without a body have no length of one (RFC 9110, 8.6)."""

    async def answering(scope: Message, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in _NO_BODY:
                headers = [pair for pair in message["headers"] if pair[0].lower() != b"content-length"]
                message = {**message, "headers": headers}
            await send(message)

        await application(scope, receive, sent)

    return answering
