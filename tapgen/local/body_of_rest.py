"""The body of a REST API in its parts."""

from __future__ import annotations

import json
from typing import Any

from tapgen.template.api_bodies import ANY, INTEGRATION, caller, mapping, operations, schemes

Parts = dict[str, dict[str, Any]]

_VALIDATOR = "x-amazon-apigateway-request-validator"
_PLACES = {"path": "path", "query": "querystring", "header": "header"}


def rest_parts(api: str, body: dict[str, Any]) -> tuple[dict[str, Any], Parts]:
    """What the API itself says of itself, and its parts by logical id."""
    parts = _Parts(api)
    authorizers = {name: parts.add("Authorizer", _authorizer(name, one)) for name, one in _authorizers(body).items()}
    validators = {
        name: parts.add("RequestValidator", {"Name": name, **_capitalized(asked)})
        for name, asked in mapping(body.get(f"{_VALIDATOR}s")).items()
    }
    models = {name: parts.add("Model", _model(name, body)) for name in _schemas(body)}
    places: dict[tuple[str, ...], Any] = {(): {"Fn::GetAtt": [api, "RootResourceId"]}}
    for path, key, operation in operations(body):
        steps = tuple(step for step in path.split("/") if step)
        for length in range(1, len(steps) + 1):
            if steps[:length] not in places:
                made = {"ParentId": places[steps[: length - 1]], "PathPart": steps[length - 1]}
                places[steps[:length]] = {"Ref": parts.add("Resource", made)}
        method = {"ResourceId": places[steps], "HttpMethod": "ANY" if key == ANY else key.upper()}
        asked = _security(body, operation, authorizers)
        shared = mapping(body["paths"][path]).get("parameters", [])
        checked = _validation(body, operation, shared, validators, models)
        parts.add("Method", {**method, **asked, **checked, **_integration(operation)})
    for kind, answer in mapping(body.get("x-amazon-apigateway-gateway-responses")).items():
        parts.add("GatewayResponse", {"ResponseType": kind, **_capitalized(answer)})
    title = mapping(body.get("info")).get("title")
    return ({"Name": title} if title else {}), parts.made


class _Parts:
    """Resources of an API, each under a logical id that no other has."""

    def __init__(self, api: str) -> None:
        self._api = api
        self.made: Parts = {}

    def add(self, kind: str, properties: dict[str, Any]) -> str:
        title = f"{self._api}Body{kind}{len(self.made)}"
        own = {"RestApiId": {"Ref": self._api}, **properties}
        self.made[title] = {"Type": f"AWS::ApiGateway::{kind}", "Properties": own}
        return title


def _authorizers(body: dict[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in schemes(body).items() if one.get("x-amazon-apigateway-authorizer")}


def _authorizer(name: str, scheme: Any) -> dict[str, Any]:
    asked = scheme["x-amazon-apigateway-authorizer"]
    place = "querystring" if scheme.get("in") == "query" else "header"
    source = asked.get("identitySource") or f"method.request.{place}.{scheme.get('name', 'Authorization')}"
    properties = {
        "Name": name,
        "Type": str(asked["type"]).upper(),
        "IdentitySource": source,
        "AuthorizerUri": asked.get("authorizerUri"),
        "ProviderARNs": asked.get("providerARNs"),
        "AuthorizerResultTtlInSeconds": asked.get("authorizerResultTtlInSeconds"),
        "IdentityValidationExpression": asked.get("identityValidationExpression"),
    }
    return {key: value for key, value in properties.items() if value is not None}


def _security(body: dict[str, Any], operation: Any, authorizers: dict[str, str]) -> dict[str, Any]:
    asked = caller(body, operation)
    if asked is None:
        return {"AuthorizationType": "NONE"}
    properties: dict[str, Any] = {"AuthorizationType": asked.kind}
    if asked.authorizer in authorizers:
        properties["AuthorizerId"] = {"Ref": authorizers[asked.authorizer]}
    if asked.scopes:
        properties["AuthorizationScopes"] = list(asked.scopes)
    return properties | ({"ApiKeyRequired": True} if asked.api_key else {})


def _validation(
    body: dict[str, Any], operation: Any, shared: Any, validators: dict[str, str], models: dict[str, str]
) -> dict[str, Any]:
    """Required parameters, the model of a JSON body, and the validator that looks at them."""
    properties: dict[str, Any] = {}
    listed = [*(shared if isinstance(shared, list) else []), *operation.get("parameters", [])]
    required = {
        f"method.request.{_PLACES[one['in']]}.{one['name']}": bool(one.get("required"))
        for one in listed
        if isinstance(one, dict) and one.get("in") in _PLACES
    }
    if required:
        properties["RequestParameters"] = required
    named = operation.get(_VALIDATOR, body.get(_VALIDATOR))
    if named in validators:
        properties["RequestValidatorId"] = {"Ref": validators[named]}
    content = mapping(mapping(operation.get("requestBody")).get("content"))
    schema = mapping(mapping(content.get("application/json")).get("schema"))
    inside: Any = next((one["schema"] for one in listed if isinstance(one, dict) and one.get("in") == "body"), {})
    model = str((schema or mapping(inside)).get("$ref", "")).rpartition("/")[2]
    if model in models:
        properties["RequestModels"] = {"application/json": {"Ref": models[model]}}
    return properties


def _schemas(body: dict[str, Any]) -> dict[str, Any]:
    return dict(mapping(mapping(body.get("components")).get("schemas")) or mapping(body.get("definitions")))


def _model(name: str, body: dict[str, Any]) -> dict[str, Any]:
    """A schema with all others beside it, so that what it refers to is there."""
    every = json.dumps(_schemas(body)).replace('"#/components/schemas/', '"#/definitions/')
    others = json.loads(every)
    schema = {**others[name], "definitions": others}
    return {
        "Name": "".join(letter for letter in name if letter.isalnum()),
        "ContentType": "application/json",
        "Schema": schema,
    }


def _integration(operation: Any) -> dict[str, Any]:
    asked = mapping(operation.get(INTEGRATION))
    if not asked:
        return {}
    properties = {
        "Type": str(asked.get("type", "")).upper(),
        "IntegrationHttpMethod": asked.get("httpMethod"),
        "Uri": asked.get("uri"),
        "Credentials": asked.get("credentials"),
        "RequestParameters": asked.get("requestParameters"),
        "RequestTemplates": asked.get("requestTemplates"),
        "PassthroughBehavior": str(asked["passthroughBehavior"]).upper() if "passthroughBehavior" in asked else None,
        "IntegrationResponses": [
            {
                "StatusCode": str(answer.get("statusCode", "200")),
                **({} if pattern == "default" else {"SelectionPattern": pattern}),
                **({"ResponseParameters": answer["responseParameters"]} if "responseParameters" in answer else {}),
                **({"ResponseTemplates": answer["responseTemplates"]} if "responseTemplates" in answer else {}),
            }
            for pattern, answer in mapping(asked.get("responses")).items()
        ],
    }
    statuses = [{"StatusCode": str(status)} for status in mapping(operation.get("responses")) if str(status).isdigit()]
    made = {key: value for key, value in properties.items() if value not in (None, [])}
    return {"Integration": made} | ({"MethodResponses": statuses} if statuses else {})


def _capitalized(values: Any) -> dict[str, Any]:
    """OpenAPI's `statusCode` as CloudFormation's `StatusCode`."""
    return {key[:1].upper() + key[1:]: value for key, value in mapping(values).items()}
