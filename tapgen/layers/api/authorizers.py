"""Authorizers of both kinds of API: user pools, issuers of JSON Web Tokens, and functions, which the API may ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, Ref, Sub, apigateway

from tapgen import naming
from tapgen.layers.api.permissions import invoke_permission
from tapgen.layers.lookup import lookup_text
from tapgen.layers.refs import embedded

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import ComputeRefs, PartRefs
    from tapgen.settings.authorizers import Authorizer
    from tapgen.settings.served import ServedApi, ServedRoute

REST_SOURCES = {
    "header": "method.request.header.{}",
    "querystring": "method.request.querystring.{}",
    "stagevariable": "stageVariables.{}",
    "context": "context.{}",
}
"""How AWS::ApiGateway::Authorizer writes an identity source."""

HTTP_SOURCES = {
    "header": "$request.header.{}",
    "querystring": "$request.querystring.{}",
    "stagevariable": "$stageVariables.{}",
    "context": "$context.{}",
}
"""How AWS::ApiGatewayV2::Authorizer writes one."""


WEBSOCKET_SOURCES = {
    "header": "route.request.header.{}",
    "querystring": "route.request.querystring.{}",
    "stagevariable": "stageVariables.{}",
    "context": "context.{}",
}
"""How the authorizer of a WebSocket API writes one."""


def add_rest(
    template: Template, served: ServedApi, api: Any, compute: ComputeRefs, pools: Mapping[str, PartRefs]
) -> dict[str, Any]:
    """Add the authorizers that a REST API's routes use; each one's id, by its name in the settings."""

    def resource(title: str, name: str, settings: Authorizer) -> apigateway.Authorizer:
        return apigateway.Authorizer(title, RestApiId=api, Name=name, **_rest(settings, compute, pools))

    return _add(template, served, api, compute, resource)


def add_http(
    template: Template, served: ServedApi, api: Any, compute: ComputeRefs, pools: Mapping[str, PartRefs]
) -> dict[str, Any]:
    """Add the authorizers that an HTTP API's routes use; each one's id, by its name in the settings."""
    from troposphere import apigatewayv2

    def resource(title: str, name: str, settings: Authorizer) -> apigatewayv2.Authorizer:
        return apigatewayv2.Authorizer(title, ApiId=api, Name=name, **_http(settings, compute, pools))

    return _add(template, served, api, compute, resource)


def add_websocket(template: Template, served: ServedApi, api: Any, compute: ComputeRefs) -> dict[str, Any]:
    """Add the authorizers of whoever connects to a WebSocket API; each one's id, by its name in the settings."""
    from troposphere import apigatewayv2

    def resource(title: str, name: str, settings: Authorizer) -> apigatewayv2.Authorizer:
        source = sources(settings.identity, WEBSOCKET_SOURCES)
        return apigatewayv2.Authorizer(
            title,
            ApiId=api,
            Name=name,
            AuthorizerType="REQUEST",
            AuthorizerUri=function_uri(settings, compute),
            **({"IdentitySource": source} if source else {}),
        )

    return _add(template, served, api, compute, resource)


def _add(
    template: Template,
    served: ServedApi,
    api: Any,
    compute: ComputeRefs,
    resource: Callable[[str, str, Authorizer], Any],
) -> dict[str, Any]:
    """Add each authorizer and the permission to ask its function."""
    added = {}
    for name, settings in served.authorizers.items():
        if settings.existing is not None:
            added[name] = lookup_text(settings.existing)
            continue
        title = _title(served, name)
        added[name] = Ref(template.add_resource(resource(title, name, settings)))
        _permit(template, settings, title, api, compute)
    return added


def of_rest_route(served: ServedApi, route: ServedRoute, authorizers: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of a method that say who may call it."""
    if not route.authorizer:
        return {"AuthorizationType": route.authorization}
    is_function = served.settings.authorizers[route.authorizer].asks_function
    return {
        "AuthorizationType": "CUSTOM" if is_function else "COGNITO_USER_POOLS",
        "AuthorizerId": authorizers[route.authorizer],
        **_scopes(route),
    }


def of_http_route(served: ServedApi, route: ServedRoute, authorizers: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of an HTTP API's route that say who may call it."""
    if not route.authorizer:
        return {"AuthorizationType": route.authorization}
    is_function = served.settings.authorizers[route.authorizer].asks_function
    return {
        "AuthorizationType": "CUSTOM" if is_function else "JWT",
        "AuthorizerId": authorizers[route.authorizer],
        **_scopes(route),
    }


def invocation_uri(function_arn: Any) -> Sub:
    """The address by which API Gateway invokes a function."""
    address = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
    if isinstance(function_arn, Ref | GetAtt):
        return Sub(f"{address}{embedded(function_arn)}/invocations")
    return Sub(f"{address}${{Function}}/invocations", Function=function_arn)


def function_uri(settings: Authorizer, compute: ComputeRefs) -> Sub:
    """The address of an authorizer's function; the settings' checks see to it that there is one."""
    return invocation_uri(compute.functions[settings.function or ""].arn)


def sources(identity: Sequence[str], forms: Mapping[str, str]) -> list[str]:
    """Identity sources as a kind of API writes them."""
    return [forms[place].format(name) for place, _, name in (one.partition(".") for one in identity)]


def issuer(settings: Authorizer, pools: Mapping[str, PartRefs]) -> Any:
    """The address that issues the tokens."""
    if not settings.user_pool:
        return settings.issuer
    return Sub("https://cognito-idp.${AWS::Region}.amazonaws.com/${Pool}", Pool=pools[settings.user_pool].name)


def audience(settings: Authorizer, pools: Mapping[str, PartRefs]) -> list[Any]:
    """Who the tokens are for: of a user pool of the stack its clients, unless the settings name others."""
    if settings.audience or not settings.user_pool:
        return list(settings.audience)
    return list(pools[settings.user_pool].more.get("clients", ()))


def is_token(settings: Authorizer) -> bool:
    """Whether a REST API hands the function one header alone."""
    if settings.type:
        return settings.type == "token"
    return len(settings.identity) == 1 and settings.identity[0].startswith("header.")


def _rest(settings: Authorizer, compute: ComputeRefs, pools: Mapping[str, PartRefs]) -> dict[str, Any]:
    source = {"IdentitySource": ",".join(sources(settings.identity, REST_SOURCES))} if settings.identity else {}
    if settings.user_pool:
        return {"Type": "COGNITO_USER_POOLS", **source, "ProviderARNs": [pools[settings.user_pool].arn]}
    return {
        "Type": "TOKEN" if is_token(settings) else "REQUEST",
        "AuthorizerUri": function_uri(settings, compute),
        "AuthorizerResultTtlInSeconds": settings.ttl,
        **source,
        **({"IdentityValidationExpression": settings.validation} if settings.validation else {}),
    }


def _http(settings: Authorizer, compute: ComputeRefs, pools: Mapping[str, PartRefs]) -> dict[str, Any]:
    source = sources(settings.identity, HTTP_SOURCES)
    if not settings.function:
        from troposphere import apigatewayv2

        token = apigatewayv2.JWTConfiguration(Issuer=issuer(settings, pools), Audience=audience(settings, pools))
        return {"AuthorizerType": "JWT", "IdentitySource": source, "JwtConfiguration": token}
    return {
        "AuthorizerType": "REQUEST",
        "AuthorizerUri": function_uri(settings, compute),
        "AuthorizerPayloadFormatVersion": "2.0",
        "EnableSimpleResponses": settings.simple_answers,
        "AuthorizerResultTtlInSeconds": settings.ttl,
        **({"IdentitySource": source} if source else {}),
    }


def permit_all(template: Template, served: ServedApi, name: str, api: Any, compute: ComputeRefs) -> None:
    """Let an API that is one body ask the function of an authorizer, whose id only API Gateway knows."""
    settings = served.authorizers[name]
    if settings.function:
        arn = compute.functions[settings.function].arn
        permission = invoke_permission(api, f"{_title(served, name)}Permission", arn, "authorizers/*")
        template.add_resource(permission)


def _permit(template: Template, settings: Authorizer, title: str, api: Any, compute: ComputeRefs) -> None:
    if settings.function:
        source = f"authorizers/{embedded(Ref(title))}"
        arn = compute.functions[settings.function].arn
        template.add_resource(invoke_permission(api, f"{title}Permission", arn, source))


def _title(served: ServedApi, name: str) -> str:
    return f"{served.prefix}{naming.logical(name)}Authorizer"


def _scopes(route: ServedRoute) -> dict[str, list[str]]:
    return {"AuthorizationScopes": list(route.asks.scopes)} if route.asks.scopes else {}
