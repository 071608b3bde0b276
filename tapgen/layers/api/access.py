"""Who reaches a REST API at all: its resource policy, and the VPC endpoints of a private one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import Ref, Sub

from tapgen import policies
from tapgen.layers.lookup import lookup

if TYPE_CHECKING:
    from tapgen.layers.refs import NetworkRefs
    from tapgen.settings.api_access import ApiStatement
    from tapgen.settings.apis import Api

ENDPOINT_SERVICE = "execute-api"
EVERYTHING = "execute-api:/*"
"""The API itself, in its own policy: API Gateway developer guide, "API Gateway resource policy examples"."""


def endpoints(settings: Api, network: NetworkRefs | None) -> list[Any]:
    """The VPC endpoints of a private API: those that the settings name, else the stack's own."""
    if settings.endpoint != "private":
        return []
    if settings.vpc_endpoints or network is None:
        return [lookup(one) for one in settings.vpc_endpoints]
    return [Ref(network.endpoints[ENDPOINT_SERVICE])]


def open_endpoint(settings: Api, network: NetworkRefs | None) -> None:
    """Let the stack's own endpoint through to private APIs, whatever else its policy says.

    It names no API: the API names the endpoint, and CloudFormation makes one of them first.
    """
    if settings.endpoint != "private" or settings.vpc_endpoints or network is None:
        return
    endpoint = network.endpoints[ENDPOINT_SERVICE]
    statement = policies.call_apis(
        Sub(f"arn:${{AWS::Partition}}:{ENDPOINT_SERVICE}:${{AWS::Region}}:${{AWS::AccountId}}:*")
    )
    if "PolicyDocument" not in endpoint.properties:
        endpoint.PolicyDocument = policies.document([])
    statements = endpoint.PolicyDocument.Statement
    if not any(one.properties.get("Sid") == statement.properties["Sid"] for one in statements):
        statements.append(statement)


def policy(settings: Api, vpc_endpoints: list[Any]) -> dict[str, Any]:
    """The resource policy; empty where everybody may come as far as the routes' own authorization.

    A range of addresses or an endpoint is one statement that allows and one that refuses the others: to a caller of the
    same account, who signs the request, an IAM policy of his own would be enough without the second (API Gateway
    developer guide, "How API Gateway resource policies affect authorization workflow").
    """
    if isinstance(settings.policy, dict) and "Statement" in settings.policy:
        return settings.policy
    written = settings.policy if isinstance(settings.policy, tuple) else ()
    statements = [_statement(statement) for statement in written]
    allowed: dict[str, Any] = {}
    if vpc_endpoints:
        allowed["StringEquals"] = {"aws:SourceVpce": vpc_endpoints}
        statements.append(_everybody("Deny", {"StringNotEquals": allowed["StringEquals"]}))
    if settings.allowed_ranges:
        # Behind an endpoint, aws:SourceIp is not there: IAM user guide, "AWS global condition context keys".
        key = "aws:VpcSourceIp" if vpc_endpoints else "aws:SourceIp"
        allowed["IpAddress"] = {key: list(settings.allowed_ranges)}
        statements.append(_everybody("Deny", {"NotIpAddress": allowed["IpAddress"]}))
    if allowed and not any(one["Effect"] == "Allow" for one in statements):
        statements.insert(0, _everybody("Allow", allowed))
    return {"Version": "2012-10-17", "Statement": statements} if statements else {}


def _statement(settings: ApiStatement) -> dict[str, Any]:
    everybody = "*" in settings.principals
    return {
        "Effect": settings.effect,
        "Principal": "*" if everybody else {"AWS": list(settings.principals)},
        "Action": list(settings.actions),
        "Resource": [f"execute-api:/{path.lstrip('/')}" for path in settings.resources] or EVERYTHING,
        **({"Condition": settings.conditions} if settings.conditions else {}),
    }


def _everybody(effect: str, condition: dict[str, Any]) -> dict[str, Any]:
    return {
        "Effect": effect,
        "Principal": "*",
        "Action": "execute-api:Invoke",
        "Resource": EVERYTHING,
        "Condition": condition,
    }
