"""Which resource types hold data, or an address that others know."""

from __future__ import annotations

from tapgen.review.stateful import HOLDS

_ADDRESS = frozenset(("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api", "AWS::ApiGateway::DomainName"))


def stateful(resource_type: str) -> bool:
    """Whether replacing or deleting a resource of this type loses data."""
    return resource_type in HOLDS


def addressed(resource_type: str) -> bool:
    """Whether replacing or deleting it changes a public address."""
    return resource_type in _ADDRESS
