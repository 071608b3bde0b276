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

PRELUDE: Final = """
import sys as _sys

class _Connections:
    # A client of connections speaks to this machine, whatever address of API Gateway the code has made of an event.
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name != "botocore.client":
            return None
        _sys.meta_path.remove(_Connections)
        import importlib.util

        spec = importlib.util.find_spec(name)
        load = spec.loader.exec_module

        def loaded(module):
            load(module)
            create = module.ClientCreator.create_client

            def created(self, service_name, region_name, is_secure=True, endpoint_url=None, *more, **named):
                import os
                import re

                found = re.fullmatch("https://([a-z0-9]+)[.]execute-api[.][^/]+(/.*)?", endpoint_url or "")
                if found and service_name == "apigatewaymanagementapi":
                    here = os.environ["AWS_ENDPOINT_URL"]
                    endpoint_url = f"{here}/_aws/execute-api/{found[1]}{found[2] or ''}"
                return create(self, service_name, region_name, is_secure, endpoint_url, *more, **named)

            module.ClientCreator.create_client = created

        spec.loader.exec_module = loaded
        return spec

_sys.meta_path.insert(0, _Connections)
"""


def correct(http: Any, lambda_runtime: Any, lambda_svc: Any, endpoint: str) -> None:  # modules without types
    """Change what ministack, which is pinned to one version and has no other hook, does for WebSocket APIs."""
    detect = lambda_runtime._detect_runtime_binary  # noqa: SLF001 - as above

    def detected(runtime: str) -> tuple[str, str]:
        binary, script = detect(runtime)
        return binary, PRELUDE + script if runtime.startswith("python") else script

    lambda_runtime._detect_runtime_binary = detected  # noqa: SLF001 - as above
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
