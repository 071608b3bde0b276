"""Routes without a function in an OpenAPI body, as API Gateway's extension for integrations writes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from troposphere import apigatewayv2

_OF_HTTP = {
    "IntegrationType": "type",
    "IntegrationSubtype": "integrationSubtype",
    "IntegrationMethod": "httpMethod",
    "IntegrationUri": "uri",
    "CredentialsArn": "credentials",
    "RequestParameters": "requestParameters",
    "PayloadFormatVersion": "payloadFormatVersion",
}
_LOWER = ("type", "passthroughBehavior")
"""Their values are written in lower case."""


def of_rest(behind: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The integration and the responses of an operation; `behind` are the properties of a method."""
    properties = behind["Integration"].to_dict()
    renamed = {"IntegrationHttpMethod": "HttpMethod"}
    integration = {
        _first_lower(renamed.get(name, name)): value
        for name, value in properties.items()
        if name != "IntegrationResponses"
    }
    answers = {
        one.get("SelectionPattern", "default"): {
            _first_lower(name): value for name, value in one.items() if name != "SelectionPattern"
        }
        for one in properties.get("IntegrationResponses", [])
    }
    responses = {one.StatusCode: _described(one.to_dict()) for one in behind.get("MethodResponses", [])}
    made = _in_lower_case(integration) | ({"responses": answers} if answers else {})
    return made, responses or {"default": {"description": "The answer of the address"}}


def of_http(integration: apigatewayv2.Integration) -> dict[str, Any]:
    """The integration of an operation."""
    properties = integration.to_dict()["Properties"]
    return _in_lower_case({_OF_HTTP[name]: value for name, value in properties.items() if name in _OF_HTTP})


def _described(response: Mapping[str, Any]) -> dict[str, Any]:
    names = [name.removeprefix("method.response.header.") for name in response.get("ResponseParameters", {})]
    headers = {name: {"schema": {"type": "string"}} for name in names}
    return {"description": "The service's answer", **({"headers": headers} if headers else {})}


def _in_lower_case(integration: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.lower() if name in _LOWER else value for name, value in integration.items()}


def _first_lower(name: str) -> str:
    return name[:1].lower() + name[1:]
