"""Which pages of other origins may call: every place of a template that says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tapgen.template.api_bodies import INTEGRATION, mapping, operations
from tapgen.template.model import Resource, Template
from tapgen.template.routes import BODIES
from tapgen.template.text import text

_HEADER: Final = "access-control-allow-origin"
_QUOTES: Final = re.compile(r"^'(.*)'$", re.DOTALL)
_LITERAL_ORIGIN: Final = re.compile(r"""["'](\*|[a-z][a-z0-9+.-]*://[^\s"'/]+)["']""", re.IGNORECASE)
_GATEWAY_RESPONSES: Final = "x-amazon-apigateway-gateway-responses"


def all_origins(template: Template) -> dict[str, frozenset[str]]:
    """Logical id -> the origins that it allows."""
    found = {name: frozenset(origins(resource)) for name, resource in template.resources.items()}
    return {name: allowed for name, allowed in found.items() if allowed}


def origins(resource: Resource) -> Iterator[str]:
    """The origins whose pages may call a resource; of a body's own errors those that may read them are left out."""
    properties = resource.properties
    if resource.type == "AWS::Lambda::Url":
        yield from _listed(_get(properties, "Cors", "AllowOrigins"))
    elif resource.type == "AWS::S3::Bucket":
        for rule in _get(properties, "CorsConfiguration", "CorsRules") or ():
            yield from _listed(_get(rule, "AllowedOrigins"))
    elif resource.type == "AWS::ApiGateway::GatewayResponse":
        yield from _headers(properties.get("ResponseParameters"))
    elif resource.type == "AWS::ApiGateway::Method":
        answers = _get(properties, "Integration", "IntegrationResponses")
        for answer in answers if isinstance(answers, list) else ():
            yield from _answer(answer, "ResponseParameters", "ResponseTemplates")
    elif resource.type in BODIES:
        yield from _listed(_get(properties, "CorsConfiguration", "AllowOrigins"))
        yield from _sam(properties)
        yield from _body(mapping(properties.get(BODIES[resource.type][0])))


def origins_of_errors(api: Resource) -> Iterator[str]:
    """The origins whose pages may read the errors that a body answers with by itself."""
    body = mapping(api.properties.get(BODIES[api.type][0]))
    for answer in mapping(body.get(_GATEWAY_RESPONSES)).values():
        yield from _headers(_get(answer, "responseParameters"))


def _body(body: Mapping[str, Any]) -> Iterator[str]:
    yield from _listed(_get(body, "x-amazon-apigateway-cors", "allowOrigins"))
    for _, _, operation in operations(body):
        for answer in mapping(_get(operation, INTEGRATION, "responses")).values():
            yield from _answer(answer, "responseParameters", "responseTemplates")


def _sam(properties: Mapping[str, Any]) -> Iterator[str]:
    """SAM's `Cors: "'*'"` or `Cors: { AllowOrigin: "'https://a.example'" }`."""
    cors = properties.get("Cors")
    value = cors.get("AllowOrigin") if isinstance(cors, Mapping) else cors
    if isinstance(value, str):
        yield _QUOTES.sub(r"\1", value)


def _answer(answer: Any, parameters: str, templates: str) -> Iterator[str]:
    """The origin of a mapped header, and those that a mapping template may put in its place."""
    yield from _headers(_get(answer, parameters))
    for template in mapping(_get(answer, templates)).values():
        written = text(template)
        if _HEADER in written.lower():
            yield from _LITERAL_ORIGIN.findall(written)


def _headers(parameters: Any) -> Iterator[str]:
    """The origin in a mapped header: a constant stands in single quotes."""
    for key, value in mapping(parameters).items():
        if key.lower().rpartition(".header.")[2] == _HEADER:
            yield _QUOTES.sub(r"\1", text(value))


def _get(value: Any, *path: str) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _listed(value: Any) -> list[str]:
    return [text(item) for item in value] if isinstance(value, list) else []
