"""An HTTP API as AWS answers: the event, the limits, throttling, CORS of its own answers.

Sources: API Gateway developer guide, "Create AWS Lambda proxy integrations for HTTP APIs in API Gateway",
"Configure CORS for HTTP APIs in API Gateway", "Throttle requests to your HTTP APIs for better throughput in API
Gateway".
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tapgen.local.answers import failed, malformed_for_http
from tapgen.local.events import as_http, as_url
from tapgen.local.limits import HTTP_PATIENCE, refused_by_http, too_long
from tapgen.local.sent import current
from tapgen.local.server import remark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.local.limits import Answer

_ERROR = json.dumps({"message": "Internal Server Error"})
_JSON = {"Content-Type": "application/json"}

Take = Callable[[tuple[str, ...], dict[str, Any]], bool]


class _TooLongError(Exception):
    """Lambda does not take the event."""


def correct(http: Any, functions: Any, take: Take, patience: float = HTTP_PATIENCE) -> None:  # modules without types
    """Change what ministack, which is pinned to one version and has no other hook, answers for HTTP APIs.

    `take` takes a token of a bucket, by a name and limits, and says whether there was one.
    """
    _correct_events(http)
    _correct_answers(http, functions, patience)
    _correct_cors(http)
    event = functions._build_function_url_event  # noqa: SLF001 - as above
    functions._build_function_url_event = lambda *told, **named: as_url(event(*told, **named), current.get())  # noqa: SLF001 - as above
    execute = http._handle_execute_in_scope  # noqa: SLF001 - as above

    async def executed(
        api_id: str, stage: str, path: str, method: str, sent: Mapping[str, str], body: bytes, *rest_of_it: Any
    ) -> Answer:
        """Errors of the service itself carry the headers too: a page would see a network error in place of a 401."""
        answer = refused_by_http(current.get(), body)
        if answer:
            remark(answer[1])
            status, made, said = answer[0]
        elif throttled(http, take, api_id, stage, method, path):
            remark("more requests than the route's or the stage's throttling lets through")
            status, made, said = 429, dict(_JSON), b'{"message":"Too Many Requests"}'
        else:
            status, made, said = await execute(api_id, stage, path, method, sent, body, *rest_of_it)
        if not any(name.lower() == "access-control-allow-origin" for name in made):
            settings = (http._apis.get(api_id) or {}).get("corsConfiguration") or {}  # noqa: SLF001 - as above
            made = {**made, **http._cors_response_headers(settings, sent.get("origin") or sent.get("Origin", ""))}  # noqa: SLF001 - as above
        return status, made, said

    http._handle_execute_in_scope = executed  # noqa: SLF001 - as above


def _correct_answers(http: Any, functions: Any, patience: float) -> None:
    shape, invoke = functions.lambda_execute_result_to_api_proxy_response, http._invoke_lambda_proxy  # noqa: SLF001 - as in `correct`

    def shaped(result: dict[str, Any]) -> tuple[Any, str | None]:
        if why := failed(result, malformed_for_http(result.get("body"))):
            remark(why)
            return {"statusCode": 500, "headers": dict(_JSON), "body": _ERROR}, None
        answer: tuple[Any, str | None] = shape(result)
        return answer

    async def invoked(*arguments: Any, **named: Any) -> Answer:
        try:
            async with asyncio.timeout(patience):
                answer: Answer = await invoke(*arguments, **named)
        except TimeoutError:
            remark(f"API Gateway waits {patience:g} seconds; the function goes on")
            return 503, dict(_JSON), b'{"message":"Service Unavailable"}'
        except _TooLongError:
            return 413, dict(_JSON), b'{"message":"Request Entity Too Large"}'
        return answer

    functions.lambda_execute_result_to_api_proxy_response, http._invoke_lambda_proxy = shaped, invoked  # noqa: SLF001 - as in `correct`


def _correct_cors(http: Any) -> None:
    headers, preflighted = http._cors_response_headers, http._cors_preflight_response  # noqa: SLF001 - as in `correct`

    def answered(settings: dict[str, Any], origin: str) -> dict[str, str]:
        made: dict[str, str] = headers(_lower(settings), origin)
        return made

    def preflight_of(settings: dict[str, Any], origin: str) -> Answer:
        status, made, body = preflighted(_lower(settings), origin)
        return (204, {}, b"") if settings and status == 403 else (status, made, body)  # no header says no

    http._cors_response_headers, http._cors_preflight_response = answered, preflight_of  # noqa: SLF001 - as in `correct`


def throttled(http: Any, take: Take, api_id: str, stage: str, method: str, path: str) -> bool:
    """Whether a request is one too many for its route, or else for the stage; preflights are not counted."""
    settings = http._stages.get(api_id, {}).get(stage) or {}  # noqa: SLF001 - as in `correct`
    route = None if method == "OPTIONS" else http._match_route(api_id, method, "/" + path.lstrip("/"))  # noqa: SLF001 - as in `correct`
    if not settings or not route:
        return False
    key = route["routeKey"]
    limits = _lower((settings.get("routeSettings") or {}).get(key) or {}) or _lower(settings["defaultRouteSettings"])
    asked = {"rateLimit": limits.get("throttlingRateLimit"), "burstLimit": limits.get("throttlingBurstLimit")}
    return not take(("http", api_id, stage, key), asked)


def _lower(settings: Mapping[str, Any]) -> dict[str, Any]:
    """CloudFormation's names as the API's own: ministack stores the one where the other is expected."""
    return {name[:1].lower() + name[1:]: value for name, value in settings.items()}


def _correct_events(http: Any) -> None:
    """Every function is started by one call, whose second argument is its event."""
    run = http.run_reentrant

    async def ran(function: Any, record: Any, event: dict[str, Any], **named: Any) -> Any:
        if "rawPath" in event:
            event = as_http(event, current.get(), event["requestContext"]["apiId"])
        if why := too_long(event):
            remark(f"the event has {why}")
            raise _TooLongError
        return await run(function, record, event, **named)

    http.run_reentrant = ran
