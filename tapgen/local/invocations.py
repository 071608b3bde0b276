"""API Gateway and function URLs ask before they call a function, and answer as on AWS where they may not.

Sources: API Gateway developer guide, "Troubleshooting issues with HTTP API Lambda integrations" and "Control access to
a REST API with IAM permissions"; Lambda developer guide, "Control access to Lambda function URLs".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tapgen.local.permits import EVERYBODY, INVOKE, Asked
from tapgen.local.server import remark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tapgen.local.limits import Answer
    from tapgen.local.permits import Permits

API_GATEWAY = "apigateway.amazonaws.com"
_INVALID = "Invalid permissions on Lambda function"  # API Gateway's own words in an API's execution log
_ERROR = json.dumps({"message": "Internal Server Error"}).encode()
_GUIDE = "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
_FORBIDDEN = f"Forbidden. For troubleshooting Function URL authorization issues, see: {_GUIDE}"
_JSON = {"Content-Type": "application/json"}


class _Gateway:
    """What an API asks for."""

    def __init__(self, permits: Permits, tell: Callable[[str], None] = remark) -> None:
        self._permits, self._tell = permits, tell

    def refused(self, function: str, sources: Iterable[str], credentials: str | None) -> bool:
        """Whether API Gateway may not call a function for an API's ARNs, which is told.

        With `credentials`, a role's ARN, it does so by the role.
        """
        sources = tuple(sources)
        _, _, _, region, account, _ = sources[0].split(":", 5)
        target = function if function.startswith("arn:") else f"arn:aws:lambda:{region}:{account}:function:{function}"
        why = (
            self._permits.lacking(credentials, API_GATEWAY, (INVOKE,), target, sources[0])
            if credentials and ":role/" in credentials
            else self._permits.missing(Asked(API_GATEWAY, target, sources, account))
        )
        if why:
            self._tell(f"{_INVALID}: {why}")
        return bool(why)

    def may_not_ask(self, function: str, authorizer: str, event: dict[str, Any], credentials: str | None) -> bool:
        """Whether it may not ask an authorizer's function who may call."""
        api = str(event.get("methodArn") or event["routeArn"]).partition("/")[0]
        return self.refused(function, (f"{api}/authorizers/{authorizer}",), credentials)


def _routes(region: str, account: str, api: str, stage: str, keys: Iterable[str]) -> tuple[str, ...]:
    """The ARNs of a route, such as GET/orders/{orderId}."""
    return tuple(f"arn:aws:execute-api:{region}:{account}:{api}/{stage}/{key}" for key in keys)


def ask_for_rest(rest: Any, permits: Permits) -> None:  # a module without types
    """Change what ministack, which is pinned to one version and has no other hook, calls for REST APIs."""
    gateway, authorize, function_of = (
        _Gateway(permits),
        rest._invoke_authorizer_lambda,  # noqa: SLF001 - as above
        rest._extract_lambda_ref_from_integration_uri,  # noqa: SLF001 - as above
    )

    def asking(invoke: Any) -> Any:
        async def invoked(
            integration: Any,
            api: str,
            stage: str,
            settings: Any,
            resource: Any,
            path: str,
            method: str,
            *more: Any,
            **named: Any,
        ) -> Any:
            keys = (f"{one}{resource['path']}" for one in (method, "ANY"))
            sources = _routes(named["owner_region"], named["owner_account_id"], api, stage, keys)
            if gateway.refused(function_of(integration.get("uri", "")), sources, integration.get("credentials")):
                return rest._gw_error("API_CONFIGURATION_ERROR", "Internal server error")  # noqa: SLF001 - as above
            return await invoke(integration, api, stage, settings, resource, path, method, *more, **named)

        return invoked

    async def authorized(authorizer: Any, event: dict[str, Any], *scope: str) -> Any:
        function, credentials = (
            function_of(authorizer.get("authorizerUri", "")),
            authorizer.get("authorizerCredentials"),
        )
        if gateway.may_not_ask(function, authorizer["id"], event, credentials):
            return None  # answered by 500
        return await authorize(authorizer, event, *scope)

    for name in ("_invoke_lambda_proxy_v1", "_invoke_lambda_custom_v1"):
        setattr(rest, name, asking(getattr(rest, name)))
    rest._invoke_authorizer_lambda = authorized  # noqa: SLF001 - as above


def ask_for_http(http: Any, permits: Permits, say: Callable[[str], None]) -> None:  # a module without types
    """The same for HTTP APIs, and for WebSockets, whose messages have no line of their own in the journal."""
    connections = _Gateway(permits, say)
    gateway, proxy, authorize, sent, function_of = (
        _Gateway(permits),
        http._invoke_lambda_proxy,  # noqa: SLF001 - as above
        http._invoke_request_authorizer_lambda,  # noqa: SLF001 - as above
        http._invoke_ws_lambda,  # noqa: SLF001 - as above
        http._extract_lambda_ref_from_integration_uri,  # noqa: SLF001 - as above
    )

    async def invoked(
        integration: Any, api: str, stage: str, path: str, method: str, *more: Any, **named: Any
    ) -> Answer:
        route = str(more[3] if len(more) > 3 else named.get("route_key", "$default"))  # after headers, body and query
        verb, _, below = route.partition(" ")
        keys = (f"{method}{below}", f"{verb}{below}") if below else (route,)
        sources = _routes(named["owner_region"], named["owner_account_id"], api, stage, keys)
        function = function_of(integration.get("integrationUri", ""))
        if gateway.refused(function, sources, integration.get("credentialsArn")):
            return 500, dict(_JSON), _ERROR
        answer: Answer = await proxy(integration, api, stage, path, method, *more, **named)
        return answer

    async def authorized(authorizer: Any, event: dict[str, Any], *scope: str) -> Any:
        function, role = function_of(authorizer.get("authorizerUri", "")), authorizer.get("authorizerCredentialsArn")
        if gateway.may_not_ask(function, authorizer["authorizerId"], event, role):
            return None  # answered by 500
        return await authorize(authorizer, event, *scope)

    async def told(api: str, account: str, region: str, route: Any, stage: str, *more: Any, **named: Any) -> Any:
        key = str(route.get("target", "")).rpartition("/")[2]
        integration = http._integrations.get(api, {}).get(key) or {}  # noqa: SLF001 - as above
        function = function_of(integration.get("integrationUri", ""))
        sources = _routes(region, account, api, stage, (route.get("routeKey", "$default"),))
        if function and connections.refused(function, sources, integration.get("credentialsArn")):
            return {"statusCode": 500, "body": _ERROR.decode()}
        return await sent(api, account, region, route, stage, *more, **named)

    http._invoke_lambda_proxy, http._invoke_request_authorizer_lambda = invoked, authorized  # noqa: SLF001 - as above
    http._invoke_ws_lambda = told  # noqa: SLF001 - as above


def ask_for_urls(functions: Any, permits: Permits) -> None:  # a module without types
    """The same for the open addresses of functions; what is signed is looked at by ministack itself."""
    handle = functions.handle_function_url_request

    async def handled(url: str, method: str, *more: Any, **named: Any) -> Any:
        resolved = named.get("resolved") or functions.resolve_function_url(url)
        account, region, function, alias, settings = resolved or ("", "", "", None, dict[str, Any]())
        preflight = method == "OPTIONS" and settings.get("Cors")
        if settings.get("AuthType") == "NONE" and not preflight:
            target = f"arn:aws:lambda:{region}:{account}:function:{function}" + (f":{alias}" if alias else "")
            for action, keys in (
                ("lambda:InvokeFunctionUrl", {"lambda:functionurlauthtype": "NONE"}),
                (INVOKE, {"lambda:invokedviafunctionurl": "true"}),
            ):
                if why := permits.missing(Asked(EVERYBODY, target, (), "", action, keys)):
                    remark(why)
                    error = {**_JSON, "x-amzn-ErrorType": "AccessDeniedException"}
                    return 403, error, json.dumps({"Message": _FORBIDDEN}).encode()
        return await handle(url, method, *more, **named)

    functions.handle_function_url_request = handled
