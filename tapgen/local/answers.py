"""What API Gateway answers and the embedded AWS does not: malformed answers and exceptions of a function, preflights.

Sources: API Gateway developer guide, "Output format of a Lambda function for proxy integration" (REST), "Create AWS
Lambda proxy integrations for HTTP APIs in API Gateway" (payload format 2.0), "Gateway response types".
"""

from __future__ import annotations

import asyncio
import json
import re
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.local.server import Application, Message, Receive, Send

Answer = tuple[int, dict[str, Any], bytes]

PATIENCE = 29.0
"""Seconds that a REST API waits for a function (API Gateway quotas, "Integration timeout")."""

_REST_ERROR = "Internal server error"
_HTTP_ERROR = json.dumps({"message": "Internal Server Error"})
_FAILED = "the function failed"  # what stands for an exception's text on its way through ministack
_NO_BODY = frozenset({204, 304})
_ECHO = re.compile(r'\$origin == "([^"]*)"')
_OVERRIDE = "$context.responseOverride.header.Access-Control-Allow-Origin = $origin"

_request_headers: ContextVar[Mapping[str, str]] = ContextVar("_request_headers")


def correct(rest: Any, http: Any, functions: Any) -> None:  # modules without types
    """Change what ministack, which is pinned to one version and has no other hook, answers for REST and HTTP APIs."""
    _correct_rest(rest)
    _correct_cors(http)
    shape = functions.lambda_execute_result_to_api_proxy_response

    def shaped(result: dict[str, Any]) -> tuple[Any, str | None]:
        if not result.get("throttle") and (result.get("error") or malformed_for_http(result.get("body"))):
            return {"statusCode": 500, "headers": {"Content-Type": "application/json"}, "body": _HTTP_ERROR}, None
        answer: tuple[Any, str | None] = shape(result)
        return answer

    functions.lambda_execute_result_to_api_proxy_response = shaped


def _correct_rest(rest: Any) -> None:
    shape, invoke, render = rest._lambda_proxy_response, rest._invoke_lambda_proxy_v1, rest._gateway_error_response  # noqa: SLF001 - as in `correct`
    mock, execute, event = rest._invoke_mock_v1, rest.handle_execute, rest._build_lambda_event_v1  # noqa: SLF001 - as in `correct`

    def shaped(result: dict[str, Any]) -> tuple[Any, str | None]:
        if not result.get("throttle") and (result.get("error") or malformed_for_rest(result.get("body"))):
            return None, _FAILED
        answer: tuple[Any, str | None] = shape(result)
        return answer

    async def invoked(*arguments: Any, **named: Any) -> Any:
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await invoke(*arguments, **named)
        except TimeoutError:
            return rest._gw_error("INTEGRATION_TIMEOUT", "Endpoint request timed out")  # noqa: SLF001 - as above
        if isinstance(answer, tuple) and answer[0] == 502 and answer[2] == json.dumps({"message": _FAILED}).encode():
            error = rest._GatewayError("DEFAULT_5XX", _REST_ERROR, "InternalServerErrorException")  # noqa: SLF001 - as above
            error.of_function = True
            return error
        return answer

    def rendered(error: Any, request: dict[str, Any]) -> Answer:
        status, headers, body = render(error, request)
        return (502 if getattr(error, "of_function", False) and status == 500 else status), headers, body

    def told(api_id: str, *arguments: Any, **named: Any) -> dict[str, Any]:
        return as_forwarded(event(api_id, *arguments, **named), api_id)

    def mocked(integration: dict[str, Any]) -> Answer:
        return preflight(mock(integration), _request_headers.get())

    async def executed(
        api_id: str, stage: str, method: str, path: str, headers: Mapping[str, str], *rest_of_it: Any
    ) -> Answer:
        token = _request_headers.set(headers)
        try:
            answer: Answer = await execute(api_id, stage, method, path, headers, *rest_of_it)
        finally:
            _request_headers.reset(token)
        return answer

    rest._lambda_proxy_response, rest._invoke_lambda_proxy_v1 = shaped, invoked  # noqa: SLF001 - as above
    rest._gateway_error_response, rest._invoke_mock_v1 = rendered, mocked  # noqa: SLF001 - as above
    rest.handle_execute, rest._build_lambda_event_v1 = executed, told  # noqa: SLF001 - as above


def as_forwarded(event: dict[str, Any], api_id: str) -> dict[str, Any]:
    """A REST API's event with what its proxy adds: the API's own name, and where the request came from."""
    address, port = event["requestContext"]["identity"]["sourceIp"], event["headers"].get("host", "").partition(":")[2]
    for name, value in (("X-Forwarded-For", address), ("X-Forwarded-Port", port), ("X-Forwarded-Proto", "http")):
        if name.lower() not in event["headers"]:
            event["headers"][name], event["multiValueHeaders"][name] = value, [value]
    event["requestContext"] |= {"domainName": f"{api_id}.execute-api.localhost", "domainPrefix": api_id}
    return event


def _correct_cors(http: Any) -> None:
    headers, preflighted = http._cors_response_headers, http._cors_preflight_response  # noqa: SLF001 - as in `correct`

    def answered(settings: dict[str, Any], origin: str) -> dict[str, str]:
        made: dict[str, str] = headers(_as_the_api_has_them(settings), origin)
        return made

    def preflight_of(settings: dict[str, Any], origin: str) -> Answer:
        status, made, body = preflighted(_as_the_api_has_them(settings), origin)
        return (204, {}, b"") if settings and status == 403 else (status, made, body)  # no header says no

    execute = http._handle_execute_in_scope  # noqa: SLF001 - as above

    async def executed(
        api_id: str, stage: str, path: str, method: str, sent: Mapping[str, str], *rest_of_it: Any
    ) -> Answer:
        """Errors of the service itself carry the headers too: a page would see a network error in place of a 401."""
        status, made, body = await execute(api_id, stage, path, method, sent, *rest_of_it)
        if not any(name.lower() == "access-control-allow-origin" for name in made):
            settings = (http._apis.get(api_id) or {}).get("corsConfiguration") or {}  # noqa: SLF001 - as above
            made = {**made, **answered(settings, sent.get("origin") or sent.get("Origin", ""))}
        return status, made, body

    http._cors_response_headers, http._cors_preflight_response = answered, preflight_of  # noqa: SLF001 - as above
    http._handle_execute_in_scope = executed  # noqa: SLF001 - as above


def _as_the_api_has_them(settings: dict[str, Any]) -> dict[str, Any]:
    """CloudFormation's `AllowOrigins` as the API's own `allowOrigins`: ministack stores the one and reads the other."""
    return {name[:1].lower() + name[1:]: value for name, value in settings.items()}


def malformed_for_rest(answer: Any) -> bool:
    """Whether a REST API cannot make a response of what a function returned."""
    return not isinstance(answer, dict) or "statusCode" not in answer or _malformed(answer)


def malformed_for_http(answer: Any) -> bool:
    """Whether an HTTP API cannot: what has no status code is the body of a 200."""
    return isinstance(answer, dict) and "statusCode" in answer and _malformed(answer)


def _malformed(answer: dict[str, Any]) -> bool:
    return not (
        re.fullmatch(r"[1-9]\d\d", str(answer["statusCode"]))
        and isinstance(answer.get("body"), str | None)
        and isinstance(answer.get("headers"), dict | None)
        and isinstance(answer.get("multiValueHeaders"), dict | None)
    )


def preflight(answer: Answer, headers: Mapping[str, str]) -> Answer:
    """A mock's answer with the mapping template done that tapgen writes for several origins: no other is evaluated."""
    status, answered, body = answer
    template = body.decode()
    if _OVERRIDE in template:
        origin = next((value for name, value in headers.items() if name.lower() == "origin"), "")
        allowed = {"Access-Control-Allow-Origin": origin} if origin in _ECHO.findall(template) else {}
        answered, body = answered | allowed, b""
    return status, answered, b"" if status in _NO_BODY else body


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
