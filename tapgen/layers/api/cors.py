"""Cross-origin requests: what API Gateway answers to a browser's preflight, and the headers of its errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import apigateway

from tapgen.settings.routes import METHODS

if TYPE_CHECKING:
    from tapgen.settings.apis import Cors


def preflight_headers(cors: Cors) -> dict[str, str]:
    """The headers of a preflight's answer."""
    return {
        "Access-Control-Allow-Origin": cors.origins[0],
        "Access-Control-Allow-Methods": ",".join(methods(cors)),
        "Access-Control-Allow-Headers": ",".join(cors.headers),
        "Access-Control-Max-Age": str(cors.max_age),
        **_credentials(cors),
        **({"Vary": "Origin"} if cors.origins != ("*",) else {}),
    }


def preflight_templates(cors: Cors) -> dict[str, str]:
    """The mapping template of a preflight's answer; empty where one origin, or every one, is allowed."""
    return {"application/json": _echo(cors)} if len(cors.origins) > 1 else {}


def preflight(api: Any, parent: Any, title: str, cors: Cors) -> apigateway.Method:
    """The OPTIONS method of a resource: a mock that answers 204 with the allowed origin, methods and headers."""
    parameters = {f"method.response.header.{name}": value for name, value in preflight_headers(cors).items()}
    templates = preflight_templates(cors)
    response = apigateway.IntegrationResponse(
        StatusCode="204",
        ResponseParameters={name: f"'{value}'" for name, value in parameters.items()},
        **({"ResponseTemplates": templates} if templates else {}),
    )
    return apigateway.Method(
        f"{title}OptionsMethod",
        RestApiId=api,
        ResourceId=parent,
        HttpMethod="OPTIONS",
        AuthorizationType="NONE",
        Integration=apigateway.Integration(
            Type="MOCK",
            RequestTemplates={"application/json": '{"statusCode": 204}'},
            PassthroughBehavior="NEVER",
            IntegrationResponses=[response],
        ),
        MethodResponses=[
            apigateway.MethodResponse(StatusCode="204", ResponseParameters=dict.fromkeys(parameters, True))
        ],
    )


def response_headers(cors: Cors) -> dict[str, str]:
    """The headers of API Gateway's own errors, as its mapping expressions.

    They are static values: with several origins every page may read these errors, which hold nothing but API Gateway's
    message, since otherwise those of the second origin could not tell a 401 from a broken network. A browser takes no
    "*" for a request with credentials, so that then they are the first origin's alone.
    """
    origin = cors.origins[0] if len(cors.origins) == 1 or cors.credentials else "*"
    headers = {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Headers": ",".join(cors.headers),
        **_credentials(cors),
        **({"Access-Control-Expose-Headers": ",".join(cors.expose)} if cors.expose else {}),
    }
    return {name: f"'{value}'" for name, value in headers.items()}


def answer_headers(cors: Cors) -> dict[str, str]:
    """The headers of an answer that no handler makes, of several origins the first: `preflight_templates` mends it."""
    if not cors.enabled:
        return {}
    return {
        "Access-Control-Allow-Origin": cors.origins[0],
        **_credentials(cors),
        **({"Access-Control-Expose-Headers": ",".join(cors.expose)} if cors.expose else {}),
        **({"Vary": "Origin"} if cors.origins != ("*",) else {}),
    }


def _credentials(cors: Cors) -> dict[str, str]:
    return {"Access-Control-Allow-Credentials": "true"} if cors.credentials else {}


def methods(cors: Cors) -> list[str]:
    """The allowed methods; ANY is spelled out, since browsers take "*" for requests without credentials only."""
    if "ANY" in cors.methods:
        return [method for method in METHODS if method != "ANY"]
    return list(cors.methods)


def _echo(cors: Cors) -> str:
    """A mapping template that answers the caller's origin where it is one of the allowed ones.

    Source: API Gateway developer guide, "Use a mapping template to override an API's request and response parameters".
    """
    allowed = " || ".join(f'$origin == "{origin}"' for origin in cors.origins)
    return (
        '#set($origin = $input.params().header.get("Origin"))\n'
        '#if(!$origin || $origin == "")#set($origin = $input.params().header.get("origin"))#end\n'
        f"#if({allowed})\n"
        "#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)\n"
        "#end\n"
    )
