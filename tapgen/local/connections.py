"""WebSocket APIs on this machine: how messages start functions, and the addresses by which those send."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from inspect import getclosurevars
from typing import Any, Final

from tapgen.local.server import remark

_ADDRESS: Final = re.compile(
    r"https://(?P<api>[a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?(?P<rest>/.*)?"
)


def correct(http: Any, lambda_svc: Any, endpoint: str) -> None:  # modules without types
    """Change what ministack, which is pinned to one version and has no other hook, does for WebSocket APIs."""
    _correct_variables(http, lambda_svc, endpoint)
    _correct_starts(http, lambda_svc)
    _correct_replies(http)


def _correct_variables(http: Any, lambda_svc: Any, endpoint: str) -> None:
    """A variable that holds the address of an API holds the local one while its function runs."""
    execute = lambda_svc._execute_function  # noqa: SLF001 - as in `correct`

    def of_messages(api: str) -> bool:
        return bool(http._api_protocol(api) == "WEBSOCKET")  # noqa: SLF001 - as in `correct`

    def executed(function: dict[str, Any], *asked: Any, **named: Any) -> Any:
        config = function["config"]
        variables = (config.get("Environment") or {}).get("Variables") or {}
        if local := addressed(variables, endpoint, of_messages):
            config = {**config, "Environment": {**config["Environment"], "Variables": {**variables, **local}}}
        return execute({**function, "config": config}, *asked, **named)

    lambda_svc._execute_function = executed  # noqa: SLF001 - as in `correct`


def _correct_starts(http: Any, lambda_svc: Any) -> None:
    """A message starts a function as a request does: with its log, its limits and its permissions."""
    run = http.run_reentrant

    async def ran(function: Any, record: Any, invoke: Any = None, **named: Any) -> Any:
        if not callable(invoke):
            return await run(function, record, invoke, **named)
        known = getclosurevars(invoke).nonlocals
        event, started = known["event"], {"config": known["func_config"], "code_zip": known["code_zip"]}
        result = await run(lambda_svc._execute_function_with_config_scope, started, event, **named)  # noqa: SLF001 - as in `correct`
        if result.get("error") or result.get("throttle"):
            remark("the function failed: see its log")
            asked = event["requestContext"]
            told = {name: asked[name] for name in ("connectionId", "requestId")}
            return {"status": "error", "error": json.dumps({"message": "Internal server error", **told})}
        return {"status": "ok", "result": result.get("body") or {}}

    http.run_reentrant = ran


def _correct_replies(http: Any) -> None:
    """What a function returns goes back by a route response alone; what is wrong always does."""
    invoke = http._invoke_ws_lambda  # noqa: SLF001 - as in `correct`

    async def invoked(api: str, account: str, region: str, route: dict[str, Any], *asked: Any, **named: Any) -> Any:
        answer = await invoke(api, account, region, route, *asked, **named)
        replies = route.get("routeResponseSelectionExpression") or not isinstance(answer, dict)
        if replies or answer.get("statusCode") == HTTPStatus.INTERNAL_SERVER_ERROR:
            return answer
        return {**answer, "body": ""}

    http._invoke_ws_lambda = invoked  # noqa: SLF001 - as in `correct`


def addressed(variables: Mapping[str, str], endpoint: str, of_messages: Callable[[str], bool]) -> dict[str, str]:
    """The variables that hold the address of a WebSocket API, with the local one."""
    found = {name: _ADDRESS.fullmatch(value) for name, value in variables.items()}
    return {
        name: f"{endpoint}/_aws/execute-api/{match['api']}{match['rest'] or ''}"
        for name, match in found.items()
        if match and of_messages(match["api"])
    }
