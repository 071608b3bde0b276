"""The network of a document as far as a Lambda function sees it: subnets, routes, endpoints, security groups."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tapgen.proof.subject import items, mapping, truthy
from tapgen.template.alternatives import alternatives

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject

ANYWHERE = ("0.0.0.0/0", "::/0")
HTTPS = 443

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
GATEWAY_SERVICES = ("dynamodb", "s3")
"""AWS PrivateLink guide, "Gateway endpoints": these two and no other."""

# `com.amazonaws.REGION.SERVICE`; in China some interface endpoints begin with `cn.`, and the European Sovereign Cloud
# has a suffix of its own (AWS PrivateLink guide; partitions of botocore's endpoints). The region may be a parameter.
SERVICE_NAME = re.compile(
    r"(?:cn\.com\.amazonaws|com\.amazonaws|eu\.amazonaws)\.(?P<region>\$\{[^}]+\}|[a-z]{2,4}(?:-[a-z]+)+-\d)\."
    r"(?P<service>[a-z0-9._-]+)"
)


def endpoint_name(service: str) -> str:
    """The last part of the endpoint service name of botocore's service."""
    return ENDPOINT_NAMES.get(service, service)


@dataclass(frozen=True)
class Endpoint:
    """A VPC endpoint: `tables` are the route tables of a gateway, `groups` the security groups of an interface."""

    logical_id: str
    service: str
    gateway: bool
    vpc: str | None
    tables: frozenset[str]
    groups: tuple[str | None, ...]
    private_dns: bool


def endpoints(subject: Subject) -> tuple[Endpoint, ...]:
    """The endpoints to AWS services; those whose service name cannot be read are left out."""
    return tuple(_endpoints(subject))


def _endpoints(subject: Subject) -> Iterator[Endpoint]:
    for owner, properties in subject.of_type("AWS::EC2::VPCEndpoint"):
        for text in alternatives(properties.get("ServiceName")):
            match = SERVICE_NAME.fullmatch(text)
            if match:
                yield Endpoint(
                    owner,
                    match["service"],
                    gateway=properties.get("VpcEndpointType", "Gateway") == "Gateway",
                    vpc=subject.arns.owner(properties.get("VpcId")),
                    tables=frozenset(
                        filter(None, (subject.arns.owner(v) for v in items(properties.get("RouteTableIds"))))
                    ),
                    groups=tuple(subject.arns.owner(v) for v in items(properties.get("SecurityGroupIds"))),
                    private_dns=truthy(properties.get("PrivateDnsEnabled")),
                )


def route_table(subnet: str, subject: Subject) -> str | None:
    """The route table of a subnet; None for the VPC's main one, which has no routes but the local one."""
    for _, properties in subject.of_type("AWS::EC2::SubnetRouteTableAssociation"):
        if subject.arns.owner(properties.get("SubnetId")) == subnet:
            return subject.arns.owner(properties.get("RouteTableId"))
    return None


def default_routes(table: str | None, subject: Subject) -> Iterator[Mapping[str, Any]]:
    """The routes of a table to the whole IPv4 internet."""
    for _, properties in subject.of_type("AWS::EC2::Route"):
        of_table = table and subject.arns.owner(properties.get("RouteTableId")) == table
        if of_table and properties.get("DestinationCidrBlock") == "0.0.0.0/0":
            yield properties


_OTHER_WAYS = (
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "NetworkInterfaceId",
    "InstanceId",
    "VpcEndpointId",
    "CoreNetworkArn",
)


def way_out(table: str | None, subject: Subject) -> bool:
    """Whether a route table leads out through a NAT gateway that itself reaches an internet gateway.

    A route to an appliance or another network is taken to lead out: the template does not say where it ends.
    """
    for route in default_routes(table, subject):
        if any(route.get(key) for key in _OTHER_WAYS):
            return True
        if route.get("NatGatewayId") is None:
            continue
        gateway = subject.arns.owner(route["NatGatewayId"])
        if gateway is None:
            return True  # a gateway of another stack
        properties = subject.properties(gateway)
        if properties.get("ConnectivityType") == "private":
            continue
        subnet = subject.arns.owner(properties.get("SubnetId"))
        if subnet is None or any(r.get("GatewayId") for r in default_routes(route_table(subnet, subject), subject)):
            return True
    return False


def opens(rule: Mapping[str, Any]) -> bool:
    """Whether a security group rule speaks of TCP port 443."""
    if str(rule.get("IpProtocol")) in ("-1", "all"):
        return True
    if str(rule.get("IpProtocol")) not in ("tcp", "6"):
        return False
    ports = [alternatives(rule.get(key))[0] for key in ("FromPort", "ToPort")]
    if not all(re.fullmatch(r"-?\d+", port) for port in ports):
        return True  # the deployment decides
    return int(ports[0]) <= HTTPS <= int(ports[1]) or ports[0] == "-1"


def rules_of(group: str, direction: str, subject: Subject) -> list[Mapping[str, Any]]:
    """A security group's rules, "Ingress" or "Egress", its own and those that are resources."""
    found = [mapping(rule) for rule in items(subject.properties(group).get(f"SecurityGroup{direction}"))]
    for _, properties in subject.of_type(f"AWS::EC2::SecurityGroup{direction}"):
        if subject.arns.owner(properties.get("GroupId")) == group:
            found.append(properties)
    return found


def lets_out(groups: tuple[str | None, ...], peers: tuple[str | None, ...], subject: Subject) -> bool:
    """Whether the function's groups let HTTPS out to an endpoint's groups, an address range or a prefix list."""
    if not groups or None in groups:
        return True  # the VPC's default group, or one of another stack
    for group in groups:
        rules = rules_of(group or "", "Egress", subject)
        if not rules:
            return True  # EC2 adds a rule that lets everything out
        for rule in rules:
            peer = rule.get("DestinationSecurityGroupId")
            if opens(rule) and (peer is None or subject.arns.owner(peer) in (None, *peers)):
                return True
    return False


def lets_in(
    groups: tuple[str | None, ...], sources: tuple[str | None, ...], subnets: list[str], subject: Subject
) -> bool:
    """Whether an endpoint's groups let HTTPS in from a function's groups, or from its subnets' addresses."""
    if None in groups:
        return True
    if not groups:
        return not sources or None in sources  # the VPC's default group lets only itself in
    ranges = [text for subnet in subnets for text in alternatives(subject.properties(subnet).get("CidrBlock"))]
    for group in groups:
        for rule in rules_of(group or "", "Ingress", subject):
            if not opens(rule):
                continue
            peer = rule.get("SourceSecurityGroupId")
            if peer is not None and subject.arns.owner(peer) in (None, *sources):
                return True
            wide = rule.get("CidrIp")
            if wide is not None and all(_within(text, wide, subject) for text in ranges):
                return True
    return False


def _within(inner: str, outer: Any, subject: Subject) -> bool:
    for text in alternatives(outer):
        owner = subject.arns.owner(outer)
        literal = subject.properties(owner).get("CidrBlock") if owner else text
        try:
            if not ipaddress.ip_network(inner).subnet_of(ipaddress.ip_network(str(literal))):  # type: ignore[arg-type]  # of two IP versions raises TypeError
                return False
        except (ValueError, TypeError):
            continue  # the deployment decides
    return True
