"""A REST API as AWS answers: the event, the limits, and the gateway responses that a function's failure ends in.

Source: API Gateway developer guide, "Gateway response types for API Gateway".
"""

from __future__ import annotations

import asyncio
import json
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from tapgen.local.answers import compressed, failed, malformed_for_rest, preflight
from tapgen.local.events import as_rest
from tapgen.local.limits import REST_PATIENCE, refused_by_rest, too_long
from tapgen.local.sent import current
from tapgen.local.server import remark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.local.limits import Answer

_ERROR = "Internal server error"
_FAILED = "the function failed"  # what stands for an exception's text on its way through ministack
_NO_ANSWER = json.dumps({"message": _FAILED}).encode()
_headers: ContextVar[Mapping[str, str]] = ContextVar("_headers")


class _TooLongError(Exception):
    """Lambda does not take the event."""


def correct(rest: Any, patience: float = REST_PATIENCE) -> None:  # a module without types
    """Change what ministack, which is pinned to one version and has no other hook, answers for REST APIs."""
    _correct_events(rest)
    _correct_failures(rest, patience)
    limits_of = rest._method_throttle_settings  # noqa: SLF001 - as above
    rest._method_throttle_settings = lambda stage, *route: limits_of(with_plain_paths(stage, route[1]), *route)  # noqa: SLF001 - as above
    mock, execute = rest._invoke_mock_v1, rest.handle_execute  # noqa: SLF001 - as above
    inside = rest._handle_execute_in_scope  # noqa: SLF001 - as above

    def mocked(integration: dict[str, Any]) -> Answer:
        return preflight(mock(integration), _headers.get())

    async def executed(
        api_id: str, stage: str, method: str, path: str, headers: Mapping[str, str], body: bytes, query: Any
    ) -> Answer:
        sent = current.get()
        if refusal := refused_by_rest(sent, body):
            remark(refusal[1])
            return refusal[0]
        token = _headers.set(headers)
        try:
            answer: Answer = await execute(api_id, stage, method, sent.below(path), headers, body, query)
        finally:
            _headers.reset(token)
        return answer

    async def answered(api_id: str, *arguments: Any) -> Answer:
        answer: Answer = await inside(api_id, *arguments)
        least = (rest._rest_apis.get(api_id) or {}).get("minimumCompressionSize")  # noqa: SLF001 - as above
        return compressed(answer, current.get(), least)

    rest._invoke_mock_v1, rest.handle_execute = mocked, executed  # noqa: SLF001 - as above
    rest._handle_execute_in_scope = answered  # noqa: SLF001 - as above


def with_plain_paths(stage: dict[str, Any], method: str) -> dict[str, Any]:
    """The stage with the paths of its methods' settings as a request has them: CloudFormation writes "/~1a" for "/a".

    What is said of every method of a path is said of the one that is asked for.
    """
    settings: dict[str, Any] = {}
    for key, value in (stage.get("methodSettings") or {}).items():
        path, _, of = key.rpartition("/")
        plain = "/" + path.replace("~1", "/").lstrip("/")
        settings.setdefault(f"{plain}/{method}" if of == "*" and path != "*" else f"{plain}/{of}", value)
        if path in {"*", "/*"}:
            settings["*/*"] = value
    return stage | {"methodSettings": settings}


def _correct_failures(rest: Any, patience: float) -> None:
    shape, invoke, render = rest._lambda_proxy_response, rest._invoke_lambda_proxy_v1, rest._gateway_error_response  # noqa: SLF001 - as in `correct`

    def shaped(result: dict[str, Any]) -> tuple[Any, str | None]:
        if why := failed(result, malformed_for_rest(result.get("body"))):
            remark(why)
            return None, _FAILED
        answer: tuple[Any, str | None] = shape(result)
        return answer

    async def invoked(*arguments: Any, **named: Any) -> Any:
        try:
            async with asyncio.timeout(patience):
                answer = await invoke(*arguments, **named)
        except TimeoutError:
            remark(f"API Gateway waits {patience:g} seconds; the function goes on")
            return rest._gw_error("INTEGRATION_TIMEOUT", "Endpoint request timed out")  # noqa: SLF001 - as in `correct`
        except _TooLongError:
            return rest._gw_error("REQUEST_TOO_LARGE", "Request Too Long")  # noqa: SLF001 - as in `correct`
        if isinstance(answer, tuple) and answer[0] == 502 and answer[2] == _NO_ANSWER:
            error = rest._GatewayError("DEFAULT_5XX", _ERROR, "InternalServerErrorException")  # noqa: SLF001 - as in `correct`
            error.of_function = True
            return error
        return answer

    def rendered(error: Any, request: dict[str, Any]) -> Answer:
        status, headers, body = render(error, request)
        return (502 if getattr(error, "of_function", False) and status == 500 else status), headers, body

    rest._lambda_proxy_response, rest._invoke_lambda_proxy_v1 = shaped, invoked  # noqa: SLF001 - as in `correct`
    rest._gateway_error_response = rendered  # noqa: SLF001 - as in `correct`


def _correct_events(rest: Any) -> None:
    event, call, authorize = rest._build_lambda_event_v1, rest._call_lambda_raw, rest._invoke_authorizer_lambda  # noqa: SLF001 - as in `correct`
    matches = rest._media_type_matches  # noqa: SLF001 - as in `correct`

    def told(api_id: str, *arguments: Any, **named: Any) -> dict[str, Any]:
        return as_rest(event(api_id, *arguments, **named), current.get(), api_id)

    async def called(function: str, event: dict[str, Any], **named: Any) -> Any:
        if why := too_long(event):
            remark(f"the event has {why}")
            raise _TooLongError
        return await call(function, event, **named)

    async def authorized(authorizer: Any, event: dict[str, Any], *scope: str) -> Any:
        if event["type"] == "REQUEST":
            event = as_rest(event, current.get(), event["requestContext"]["apiId"])
        return await authorize(authorizer, event, *scope)

    def first_matches(media_type: str | None, configured: list[str]) -> bool:
        """Of what a client accepts, the first counts: "Content type conversions in API Gateway"."""
        return bool(matches((media_type or "").split(",")[0], configured))

    rest._build_lambda_event_v1, rest._call_lambda_raw = told, called  # noqa: SLF001 - as in `correct`
    rest._invoke_authorizer_lambda, rest._media_type_matches = authorized, first_matches  # noqa: SLF001 - as in `correct`
