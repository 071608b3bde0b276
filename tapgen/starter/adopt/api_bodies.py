"""What an OpenAPI body says of authorizers and preflights, as Swagger 2 or OpenAPI 3 writes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tapgen.starter.adopt.drafts import number

_SOURCES: Final = {
    "$request.header.": "header.",
    "$request.querystring.": "querystring.",
    "$context.": "context.",
    "$stageVariables.": "stagevariable.",
    "method.request.header.": "header.",
    "method.request.querystring.": "querystring.",
    "context.": "context.",
    "stageVariables.": "stagevariable.",
}
"""How API Gateway names what identifies a caller, and how the settings do: its developer guide, "identitySource"."""
DEFAULT_TTL: Final = 300


def authorizers(resources: Mapping[str, Any], logical_id: str) -> dict[str, dict[str, Any]]:
    """The authorizers of an API's body by name, each in one spelling."""
    body = (resources[logical_id].get("Properties") or {}).get("Body")
    if not isinstance(body, Mapping):
        return {}
    schemes = body.get("securityDefinitions") or (body.get("components") or {}).get("securitySchemes") or {}
    return {
        name: _one(scheme, scheme["x-amazon-apigateway-authorizer"])
        for name, scheme in schemes.items()
        if isinstance(scheme, Mapping) and "x-amazon-apigateway-authorizer" in scheme
    }


def _one(scheme: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    kind = str(asked.get("type", "")).lower()
    if kind == "jwt":
        token = asked.get("jwtConfiguration") or {}
        return {"kind": "jwt", "issuer": token.get("issuer"), "audience": token.get("audience")}
    if kind == "cognito_user_pools":
        pools = asked.get("providerARNs") or []
        return {"kind": "user_pool", "pool": pools[0] if len(pools) == 1 else None}
    source = asked.get("identitySource")
    identity = _identity(source) if isinstance(source, str) else [f"header.{scheme.get('name', 'Authorization')}"]
    ttl = number(asked.get("authorizerResultTtlInSeconds"))
    return {
        "kind": "function",
        "uri": asked.get("authorizerUri"),
        "identity": identity,
        "ttl": DEFAULT_TTL if ttl is None else ttl,
        "type": kind if kind in ("token", "request") else None,
    }


def _identity(source: str) -> list[str]:
    found = []
    for one in source.split(","):
        start = next((start for start in _SOURCES if one.strip().startswith(start)), "")
        found.append(f"{_SOURCES.get(start, '')}{one.strip().removeprefix(start)}")
    return found


def preflights(body: Mapping[str, Any]) -> dict[str, Any]:
    """The CORS that the mock answers to OPTIONS give, in the settings' words: one for all paths, else `unread`."""
    answers = []
    for item in (body.get("paths") or {}).values():
        integration = ((item or {}).get("options") or {}).get("x-amazon-apigateway-integration") or {}
        if str(integration.get("type", "")).lower() == "mock":
            answers += [_answer(one) for one in (integration.get("responses") or {}).values()]
    if not answers:
        return {}
    return answers[0] if all(one == answers[0] for one in answers) else {"unread": True}


def _answer(response: Mapping[str, Any]) -> dict[str, Any]:
    prefix = "method.response.header.Access-Control-Allow-"
    said = {
        name.removeprefix(prefix): str(value).strip("'")
        for name, value in (response.get("responseParameters") or {}).items()
        if name.startswith(prefix)
    }
    methods = [one.strip() for one in said.get("Methods", "").split(",") if one.strip() not in ("", "OPTIONS")]
    found: dict[str, Any] = {
        "origins": [said["Origin"]] if "Origin" in said else [],
        "methods": ["ANY"] if "*" in methods or len(methods) > _MOST else methods,
        "headers": [one.strip() for one in said.get("Headers", "").split(",") if one.strip()],
        "credentials": said.get("Credentials") == "true",
    }
    return {key: value for key, value in found.items() if value}


_MOST: Final = 5
"""Methods from which they are all that there are: GET, POST, PUT, PATCH, DELETE, HEAD."""
