"""The rules about routes and authorizers: what triggers each, and what comes near and does not."""

from __future__ import annotations

from typing import Any

from tapgen.proof.rules.routes import ROUTE_RULES
from tapgen.proof.rules.rule import apply
from tapgen.proof.subject import Subject
from tests.table import rows
from tests.unit.proof.documents import resource

ARN = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"
FUNCTION = resource("AWS::Lambda::Function", FunctionName="worker")
URI = {"Fn::Sub": "arn:aws:apigateway:x:lambda:path/2015-03-31/functions/${F.Arn}/invocations"}
REST_API = {"Api": resource("AWS::ApiGateway::RestApi"), "F": FUNCTION}
HTTP_API = {
    "Api": resource("AWS::ApiGatewayV2::Api", ProtocolType="HTTP"),
    "F": FUNCTION,
    "I": resource("AWS::ApiGatewayV2::Integration", ApiId={"Ref": "Api"}, IntegrationUri={"Fn::GetAtt": ["F", "Arn"]}),
}


def permission(source: str | None, principal: str = "apigateway.amazonaws.com", **more: Any) -> dict[str, Any]:
    arn = {"Fn::Sub": ARN + source} if source else None
    return {
        "P": resource(
            "AWS::Lambda::Permission",
            **{
                "FunctionName": {"Ref": "F"},
                "Action": "lambda:InvokeFunction",
                "Principal": principal,
                "SourceArn": arn,
                **more,
            },
        )
    }


def method(verb: str = "GET", **more: Any) -> dict[str, Any]:
    return {
        "R": resource("AWS::ApiGateway::Resource", RestApiId={"Ref": "Api"}, ParentId="root", PathPart="orders"),
        "Id": resource("AWS::ApiGateway::Resource", RestApiId={"Ref": "Api"}, ParentId={"Ref": "R"}, PathPart="{id}"),
        "M": resource(
            "AWS::ApiGateway::Method",
            **{
                "RestApiId": {"Ref": "Api"},
                "ResourceId": {"Ref": "Id"},
                "HttpMethod": verb,
                "AuthorizationType": "NONE",
                "Integration": {"Type": "AWS_PROXY", "Uri": URI},
                **more,
            },
        ),
    }


def http_route(key: str, **more: Any) -> dict[str, Any]:
    target = {"Fn::Sub": "integrations/${I}"}
    return {"M": resource("AWS::ApiGatewayV2::Route", ApiId={"Ref": "Api"}, RouteKey=key, Target=target, **more)}


def authorizer(**more: Any) -> dict[str, Any]:
    given = {"RestApiId": {"Ref": "Api"}, "Name": "a", "Type": "TOKEN", "AuthorizerUri": URI}
    given |= {"IdentitySource": "method.request.header.Authorization", **more}
    return {"A": resource("AWS::ApiGateway::Authorizer", **given)}


def http_authorizer(**more: Any) -> dict[str, Any]:
    given = {"ApiId": {"Ref": "Api"}, "Name": "a", "AuthorizerType": "REQUEST", "AuthorizerUri": URI, **more}
    return {"A": resource("AWS::ApiGatewayV2::Authorizer", **given)}


def body(operation: dict[str, Any], **more: Any) -> dict[str, Any]:
    integration = {"type": "aws_proxy", "uri": URI}
    paths = {"/orders/{id}": {"get": {"x-amazon-apigateway-integration": integration, **operation}}}
    return {
        "Api": resource("AWS::ApiGateway::RestApi", Body={"openapi": "3.0.1", "paths": paths, **more}),
        "F": FUNCTION,
    }


def scheme(**more: Any) -> dict[str, Any]:
    written = {"type": "token", "authorizerUri": URI, **more}
    given = {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authorizer": written}
    return {"components": {"securitySchemes": {"A": given}}}


def pool(*scopes: str) -> dict[str, Any]:
    return {
        "Pool": resource("AWS::Cognito::UserPool"),
        "Server": resource(
            "AWS::Cognito::UserPoolResourceServer",
            UserPoolId={"Ref": "Pool"},
            Identifier="orders",
            Scopes=[{"ScopeName": scope} for scope in scopes],
        ),
    }


COGNITO = {"Type": "COGNITO_USER_POOLS", "AuthorizerUri": None, "ProviderARNs": [{"Fn::GetAtt": ["Pool", "Arn"]}]}
SCOPED = {"AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": {"Ref": "A"}}
ISSUER = {"Issuer": {"Fn::Sub": "https://cognito-idp.${AWS::Region}.amazonaws.com/${Pool}"}}

TRIGGERS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("route-colon", {**HTTP_API, **http_route("GET /orders/:id/items/:item_id")}, ["GET /orders/:id/items/:item_id: :id, :item_id are taken to the letter."]),
    ("route-colon", {**REST_API, **method(ResourceId={"Ref": "R2"}), "R2": resource("AWS::ApiGateway::Resource", RestApiId={"Ref": "Api"}, ParentId={"Ref": "R"}, PathPart=":id")}, ["GET /orders/:id: :id is taken to the letter."]),
    ("route-permission", {**REST_API, **method(), **permission("${Api}/*/POST/orders/*")}, ["API Gateway may not invoke F for GET /orders/{id}."]),
    ("route-permission", {**REST_API, **method(), **permission("${Api}/*/GET/order")}, ["API Gateway may not invoke F for GET /orders/{id}."]),
    ("route-permission", {**HTTP_API, **http_route("GET /x"), **permission("${Api}/*/GET/y")}, ["API Gateway may not invoke F for GET /x."]),
    ("route-permission", {**REST_API, **method()}, ["API Gateway may not invoke F for GET /orders/{id}."]),
    ("route-permission", {**REST_API, **method(), **permission("${Other}/*")}, ["API Gateway may not invoke F for GET /orders/{id}."]),
    ("route-permission", {**REST_API, **method(), **permission("${Api}/*", "events.amazonaws.com")}, ["API Gateway may not invoke F for GET /orders/{id}."]),
    ("authorizer-permission", {**REST_API, **authorizer()}, ["API Gateway may not invoke F, which A asks who may call."]),
    ("route-permission", body({}), ["API Gateway may not invoke F for GET /orders/{id}."]),
    ("authorizer-permission", {**REST_API, **authorizer(), **permission("${Api}/dev/GET/x")}, ["API Gateway may not invoke F, which A asks who may call."]),
    ("authorizer-permission", {**HTTP_API, **http_authorizer(), **permission("${Api}/*/GET/x")}, ["API Gateway may not invoke F, which A asks who may call."]),
    ("authorizer-permission", body({}, **scheme()), ["API Gateway may not invoke F, which A asks who may call."]),
    ("authorizer-identity", {**REST_API, **authorizer(Type="REQUEST", IdentitySource=None)}, ["A looks at nothing of a request."]),
    ("authorizer-identity", {**HTTP_API, **http_authorizer(AuthorizerResultTtlInSeconds=5)}, ["A looks at nothing of a request."]),
    ("authorizer-identity", {**HTTP_API, **http_authorizer(AuthorizerType="JWT", AuthorizerUri=None)}, ["A looks at nothing of a request."]),
    ("authorizer-identity", {**REST_API, **authorizer(Type="REQUEST", IdentitySource="stageVariables.key")}, ["A looks at the stage variable key, which no stage of the API has."]),
    ("authorizer-ttl", {**REST_API, **authorizer()}, ["What A answers is kept for 300 s: a token that was revoked lets in so long."]),
    ("authorizer-ttl", {**HTTP_API, **http_authorizer(AuthorizerResultTtlInSeconds=9)}, ["What A answers is kept for 9 s: a token that was revoked lets in so long."]),
    ("authorizer-scopes", {**REST_API, **pool("read"), **authorizer(**COGNITO), **method(**SCOPED, AuthorizationScopes=["orders/write"])}, ["GET /orders/{id} asks for orders/write, which Pool has not: no token has it."]),
    ("authorizer-scopes", {**HTTP_API, **pool(), **http_authorizer(AuthorizerType="JWT", AuthorizerUri=None, JwtConfiguration=ISSUER), **http_route("GET /x", AuthorizationType="JWT", AuthorizerId={"Ref": "A"}, AuthorizationScopes=["orders/read"])}, ["GET /x asks for orders/read, which Pool has not: no token has it."]),
]  # fmt: skip

NEAR_MISSES: list[tuple[str, dict[str, Any]]] = [
    ("route-colon", {**HTTP_API, **http_route("POST /orders:cancel")}),
    ("route-colon", {**HTTP_API, **http_route("GET /orders/{id}/12:30")}),
    ("route-colon", {**HTTP_API, **http_route("OPTIONS /orders/:id")}),
    ("route-permission", {**REST_API, **method(), **permission("${Api}/*/GET/orders/*")}),
    ("route-permission", {**REST_API, **method(), **permission("${Api.RestApiId}/*/GET/orders/*")}),
    ("route-permission", body({}) | permission("${Api.RestApiId}/*/GET/orders/*")),
    ("route-permission", {**REST_API, **method(), **permission("${Api}/*/GET/orders/{id}")}),
    ("route-permission", {**REST_API, **method(), **permission("${Api}/*")}),
    ("route-permission", {**REST_API, **method("ANY"), **permission("${Api}/*/POST/orders/*")}),
    ("route-permission", {**REST_API, **method(), **permission(None)}),
    ("route-permission", {**REST_API, **method(), **permission("${Api}/*", FunctionName="worker")}),
    ("route-permission", {**REST_API, **method(), **permission("${Api}/*", FunctionName={"Fn::ImportValue": "x"})}),
    ("route-permission", {**REST_API, **method(Integration={"Type": "AWS_PROXY", "Uri": URI, "Credentials": "arn:aws:iam::1:role/r"})}),
    ("route-permission", {**REST_API, **method(Integration={"Type": "MOCK"})}),
    ("route-permission", {**HTTP_API, **http_route("$default"), **permission("${Api}/*/$default")}),
    ("authorizer-permission", {**REST_API, **authorizer(), **permission("${Api}/authorizers/${A}")}),
    ("authorizer-permission", {**REST_API, **authorizer(AuthorizerCredentials="arn:aws:iam::1:role/r")}),
    ("authorizer-permission", body({}, **scheme()) | permission("${Api}/authorizers/*")),
    ("authorizer-identity", {**REST_API, **authorizer(Type="REQUEST", IdentitySource=None, AuthorizerResultTtlInSeconds=0)}),
    ("authorizer-identity", {**HTTP_API, **http_authorizer()}),
    ("authorizer-identity", body({}, **scheme())),
    ("authorizer-identity", {**REST_API, **authorizer(Type="REQUEST", IdentitySource="stageVariables.key"), "S": resource("AWS::ApiGateway::Stage", RestApiId={"Ref": "Api"}, Variables={"key": "x"})}),
    ("authorizer-ttl", {**REST_API, **authorizer(AuthorizerResultTtlInSeconds=0)}),
    ("authorizer-ttl", {**HTTP_API, **http_authorizer()}),
    ("authorizer-ttl", {**REST_API, **pool(), **authorizer(**COGNITO)}),
    ("authorizer-scopes", {**REST_API, **pool("write"), **authorizer(**COGNITO), **method(**SCOPED, AuthorizationScopes=["orders/write", "openid"])}),
    ("authorizer-scopes", {**REST_API, **authorizer(**{**COGNITO, "ProviderARNs": ["arn:aws:cognito-idp:x:1:userpool/x"]}), **method(**SCOPED, AuthorizationScopes=["orders/write"])}),
]  # fmt: skip


def told(resources: dict[str, Any], rule: str) -> list[str]:
    chosen = tuple(one for one in ROUTE_RULES if one.id == rule and one.look)
    assert len(chosen) == 1
    return [finding.message for finding in apply(chosen, Subject({"Resources": resources}))]


@rows(("rule", "resources", "messages"), TRIGGERS)
def test_what_triggers_a_rule(rule: str, resources: dict[str, Any], messages: list[str]) -> None:
    assert told(resources, rule) == messages


@rows(("rule", "resources"), NEAR_MISSES)
def test_what_comes_near_a_rule(rule: str, resources: dict[str, Any]) -> None:
    assert told(resources, rule) == []


def test_every_rule_of_routes_has_both() -> None:
    looking = {rule.id for rule in ROUTE_RULES if rule.look}
    assert {rule for rule, _, messages in TRIGGERS if messages} == looking
    assert {rule for rule, _ in NEAR_MISSES} == looking
