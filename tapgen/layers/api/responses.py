"""The answers that API Gateway gives by itself, with the headers that let a page of another origin read them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from troposphere import apigateway

from tapgen import naming
from tapgen.layers.api.cors import response_headers
from tapgen.settings.gateway_responses import GatewayResponse

if TYPE_CHECKING:
    from tapgen.settings.served import ServedApi

DEFAULT_TITLES = {"DEFAULT_4XX": "ClientErrorResponse", "DEFAULT_5XX": "ServerErrorResponse"}
"""Every API has these two: a page would otherwise see a network error in place of any other answer."""

_EXPRESSIONS = ("'", "method.request.", "context.", "stageVariables.")
"""What API Gateway takes for a header's value as it is; anything else is text."""


def of(served: ServedApi, api: Any) -> Iterator[apigateway.GatewayResponse]:
    """The gateway responses of an API: those for all errors, and what the settings say of any."""
    for kind, settings in every(served).items():
        title = DEFAULT_TITLES.get(kind) or f"{naming.logical(kind.lower())}Response"
        yield apigateway.GatewayResponse(
            f"{served.title}{title}",
            RestApiId=api,
            ResponseType=kind,
            **({"StatusCode": str(settings.status)} if settings.status else {}),
            ResponseParameters=parameters(served, settings),
            **({"ResponseTemplates": body} if (body := templates(settings)) else {}),
        )


def every(served: ServedApi) -> Mapping[str, GatewayResponse]:
    """Each kind of answer with its settings; the two for all errors come first."""
    defaults = DEFAULT_TITLES if served.settings.cors.enabled else ()
    return {kind: GatewayResponse() for kind in defaults} | served.settings.responses


def parameters(served: ServedApi, settings: GatewayResponse) -> dict[str, str]:
    """The headers of an answer, as API Gateway's mapping expressions."""
    own = {name: value if value.startswith(_EXPRESSIONS) else f"'{value}'" for name, value in settings.headers.items()}
    headers = (response_headers(served.settings.cors) if served.settings.cors.enabled else {}) | own
    return {f"gatewayresponse.header.{name}": value for name, value in headers.items()}


def templates(settings: GatewayResponse) -> dict[str, str]:
    """The body of an answer by its media type; empty where API Gateway's own is kept."""
    if settings.body is None:
        return {}
    return {"application/json": settings.body if isinstance(settings.body, str) else json.dumps(settings.body)}
