"""The body of an HTTP API in its parts."""

from __future__ import annotations

from typing import Any

from tapgen.template.api_bodies import ANY, INTEGRATION, caller, mapping, operations, schemes

Parts = dict[str, dict[str, Any]]


def http_parts(api: str, body: dict[str, Any]) -> tuple[dict[str, Any], Parts]:
    """What the API itself says of itself, and its parts by logical id."""
    made: Parts = {}

    def add(kind: str, properties: dict[str, Any]) -> str:
        title = f"{api}Body{kind}{len(made)}"
        own = {key: value for key, value in properties.items() if value is not None}
        made[title] = {"Type": f"AWS::ApiGatewayV2::{kind}", "Properties": {"ApiId": {"Ref": api}, **own}}
        return title

    authorizers = {
        name: add("Authorizer", _authorizer(name, mapping(scheme["x-amazon-apigateway-authorizer"])))
        for name, scheme in schemes(body).items()
        if scheme.get("x-amazon-apigateway-authorizer")
    }
    for path, key, operation in operations(body):
        integration = add("Integration", _integration(mapping(operation.get(INTEGRATION))))
        is_default = path == "/$default" or operation.get("isDefaultRoute") in (True, "true")
        method = "ANY" if key == ANY else key.upper()
        target = {"Fn::Join": ["/", ["integrations", {"Ref": integration}]]}
        asked = _security(body, operation, authorizers)
        add("Route", {"RouteKey": "$default" if is_default else f"{method} {path}", "Target": target, **asked})
    cors = {name[:1].upper() + name[1:]: value for name, value in mapping(body.get("x-amazon-apigateway-cors")).items()}
    title = mapping(body.get("info")).get("title", api)
    own = {"Name": title, "ProtocolType": "HTTP"} | ({"CorsConfiguration": cors} if cors else {})
    return own, made


def _authorizer(name: str, asked: Any) -> dict[str, Any]:
    source = asked.get("identitySource", "$request.header.Authorization")
    sources = [one.strip() for one in source.split(",")] if isinstance(source, str) else source
    if asked.get("type") == "jwt":
        token = mapping(asked.get("jwtConfiguration"))
        jwt = {"Issuer": token.get("issuer"), "Audience": token.get("audience", [])}
        return {"Name": name, "AuthorizerType": "JWT", "IdentitySource": sources, "JwtConfiguration": jwt}
    return {
        "Name": name,
        "AuthorizerType": "REQUEST",
        "IdentitySource": sources,
        "AuthorizerUri": asked.get("authorizerUri"),
        "AuthorizerPayloadFormatVersion": asked.get("authorizerPayloadFormatVersion", "1.0"),
        "EnableSimpleResponses": asked.get("enableSimpleResponses", False),
        "AuthorizerResultTtlInSeconds": asked.get("authorizerResultTtlInSeconds"),
    }


def _integration(asked: Any) -> dict[str, Any]:
    return {
        "IntegrationType": str(asked.get("type", "")).upper(),
        "IntegrationSubtype": asked.get("integrationSubtype"),
        "CredentialsArn": asked.get("credentials"),
        "IntegrationUri": asked.get("uri"),
        "IntegrationMethod": asked.get("httpMethod"),
        "PayloadFormatVersion": asked.get("payloadFormatVersion", "1.0"),
        "RequestParameters": asked.get("requestParameters"),
    }


def _security(body: dict[str, Any], operation: Any, authorizers: dict[str, str]) -> dict[str, Any]:
    asked = caller(body, operation)
    if asked is None:
        return {"AuthorizationType": "NONE"}
    own = {"Ref": authorizers[asked.authorizer]} if asked.authorizer in authorizers else None
    scopes = list(asked.scopes) or None
    return {"AuthorizationType": asked.kind, "AuthorizerId": own, "AuthorizationScopes": scopes}
