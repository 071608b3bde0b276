"""APIs that are one OpenAPI body, as a resource for each part: the embedded AWS makes those, and hardly any bodies.

Source: API Gateway developer guide, "OpenAPI extensions for API Gateway".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapgen.local.body_of_http import http_parts
from tapgen.local.body_of_rest import rest_parts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.template.document import Document

Parts = dict[str, dict[str, Any]]

_PARTS = {"AWS::ApiGateway::RestApi": rest_parts, "AWS::ApiGatewayV2::Api": http_parts}


def with_parts(document: Document) -> Document:
    """The document with each body in its parts; the one given stays as it is."""
    resources: Parts = {}
    waits: dict[str, list[str]] = {}
    for name, resource in document["Resources"].items():
        properties = resource.get("Properties") or {}
        body, parts_of = properties.get("Body"), _PARTS.get(resource["Type"])
        if parts_of is None or not isinstance(body, dict):
            resources[name] = resource
            continue
        own, parts = parts_of(name, body)
        kept = {key: value for key, value in properties.items() if key not in {"Body", "FailOnWarnings", "Mode"}}
        resources[name] = resource | {"Properties": own | kept}
        conditional = {"Condition": resource["Condition"]} if "Condition" in resource else {}
        resources |= {part: made | conditional for part, made in parts.items()}
        waits[name] = [part for part, made in parts.items() if made["Type"] in _PUBLISHED]
    if not waits:
        return document
    published = {name: _waiting(resource, waits) for name, resource in resources.items()}
    return document | {"Resources": published}


_PUBLISHED = frozenset({"AWS::ApiGateway::Method", "AWS::ApiGateway::GatewayResponse"})
"""What a deployment of a REST API publishes."""


def _waiting(resource: Mapping[str, Any], waits: Mapping[str, list[str]]) -> dict[str, Any]:
    """A deployment takes in what is there: it comes after the parts."""
    of = (resource.get("Properties") or {}).get("RestApiId")
    parts = waits.get(of["Ref"], []) if isinstance(of, dict) and isinstance(of.get("Ref"), str) else []
    if resource["Type"] != "AWS::ApiGateway::Deployment" or not parts:
        return dict(resource)
    before = resource.get("DependsOn", [])
    return {**resource, "DependsOn": [*([before] if isinstance(before, str) else before), *parts]}
