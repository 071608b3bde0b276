"""A template's VPC endpoints, and how the traffic of a subnet is routed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tapgen.template.alternatives import alternatives, listed
from tapgen.template.intrinsics import function

if TYPE_CHECKING:
    from tapgen.template.arns import Arns
    from tapgen.template.model import Template

# Endpoint names that differ from botocore's name of the service: AWS PrivateLink guide, "AWS services that integrate
# with AWS PrivateLink".
ENDPOINT_NAMES = {
    "cloudwatch": "monitoring",
    "dynamodbstreams": "dynamodb-streams",
    "ecr": "ecr.api",
    "efs": "elasticfilesystem",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "firehose": "kinesis-firehose",
    "kinesis": "kinesis-streams",
    "ses": "email",
    "sesv2": "email",
    "stepfunctions": "states",
}
GATEWAY_SERVICES = ("dynamodb", "s3", "s3express")
"""AWS PrivateLink guide, "Gateway endpoints"; S3 user guide, "Networking for directory buckets"."""

# `com.amazonaws.REGION.SERVICE`; in China some interface endpoints begin with `cn.`, and the European Sovereign Cloud
# has a suffix of its own (AWS PrivateLink guide; partitions of botocore's endpoints). The region may be a parameter.
SERVICE_NAME = re.compile(
    r"(?:cn\.com\.amazonaws|com\.amazonaws|eu\.amazonaws)\.(?P<region>\$\{[^}]+\}|[a-z]{2,4}(?:-[a-z]+)+-\d)\."
    r"(?P<service>[a-z0-9._-]+)"
)


def endpoint_name(service: str) -> str:
    """The last part of the endpoint service name of botocore's service."""
    return ENDPOINT_NAMES.get(service, service)


class Endpoint(Struct, frozen=True):
    """A VPC endpoint: `tables` are the route tables of a gateway, `groups` the security groups of an interface."""

    logical_id: str
    service: str
    gateway: bool
    vpc: str | None
    tables: frozenset[str]
    groups: tuple[str | None, ...]
    private_dns: bool


def endpoints(template: Template, arns: Arns) -> Iterator[Endpoint]:
    """The endpoints to AWS services; those whose service name cannot be read are left out."""
    for endpoint in template.of_type("AWS::EC2::VPCEndpoint"):
        properties = endpoint.properties
        for text in alternatives(properties.get("ServiceName")):
            match = SERVICE_NAME.fullmatch(text)
            if match:
                tables = (arns.owner(value) for value in listed(properties.get("RouteTableIds")))
                yield Endpoint(
                    endpoint.logical_id,
                    match["service"],
                    gateway=properties.get("VpcEndpointType", "Gateway") == "Gateway",
                    vpc=arns.owner(properties.get("VpcId")),
                    tables=frozenset(filter(None, tables)),
                    groups=tuple(arns.owner(value) for value in listed(properties.get("SecurityGroupIds"))),
                    private_dns=properties.get("PrivateDnsEnabled") == "true",
                )


def route_tables(template: Template, arns: Arns) -> Mapping[str, str | None]:
    """Subnet -> its route table; a subnet that is not there has the VPC's main one, with the local route alone."""
    return {
        subnet: arns.owner(one.properties.get("RouteTableId"))
        for one in reversed(list(template.of_type("AWS::EC2::SubnetRouteTableAssociation")))
        if (subnet := arns.owner(one.properties.get("SubnetId"))) is not None
    }


def _default_routes(template: Template, arns: Arns) -> Mapping[str, list[Mapping[str, Any]]]:
    """Route table -> its routes to the whole IPv4 internet."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for route in template.of_type("AWS::EC2::Route"):
        table = arns.owner(route.properties.get("RouteTableId"))
        where = route.properties.get("DestinationCidrBlock")
        if table is not None and (where == "0.0.0.0/0" or function(where) is not None):
            found.setdefault(table, []).append(route.properties)
    return found


_OTHER_WAYS = (
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "NetworkInterfaceId",
    "InstanceId",
    "VpcEndpointId",
    "CoreNetworkArn",
)


def leading_out(template: Template, arns: Arns) -> frozenset[str]:
    """The route tables that lead out through a NAT gateway which itself reaches an internet gateway.

    A route to an appliance or another network is taken to lead out: the template does not say where it ends.
    """
    routes, tables = _default_routes(template, arns), route_tables(template, arns)

    def leads(route: Mapping[str, Any]) -> bool:
        through = arns.owner(route.get("GatewayId"))
        if any(route.get(key) for key in _OTHER_WAYS) or arns.type_of(through or "") == "AWS::EC2::VPNGateway":
            return True
        if route.get("NatGatewayId") is None:
            return False
        gateway = arns.owner(route["NatGatewayId"])
        if gateway is None:
            return True  # a gateway of another stack
        properties = template.resources[gateway].properties
        if properties.get("ConnectivityType") == "private":
            return False
        subnet = arns.owner(properties.get("SubnetId"))
        table = tables.get(subnet or "")
        return subnet is None or any(one.get("GatewayId") for one in routes.get(table or "", ()))

    return frozenset(table for table, some in routes.items() if any(map(leads, some)))
