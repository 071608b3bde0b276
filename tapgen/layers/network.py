"""Network: the VPC, its subnets, the way out of them, and endpoints to AWS services."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from troposphere import GetAtt, GetAZs, Output, Ref, Select, Sub, Tags, ec2

from tapgen import naming, policies
from tapgen.layers.lookup import lookup_list, lookup_text
from tapgen.layers.refs import NetworkRefs
from tapgen.settings.network import GATEWAY_SERVICES, SMALLEST_SUBNET

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import IdentityRefs
    from tapgen.settings.model import Environment
    from tapgen.settings.network import Network
    from tapgen.settings.vpc_ids import Egress

HTTPS = 443
IAM_PREFIXES = {"monitoring": ("cloudwatch",), "ecr.api": ("ecr",), "ecr.dkr": ("ecr",), "email": ("ses",)}
"""Services whose IAM actions are not called like the endpoint: Service Authorization Reference, "service prefix"."""


BY_LAMBDA = ("FailedTo", "ListOn", "Poll", "SendOn")
"""What the Sids begin with of what Lambda itself does with a role, from outside of the VPC: polling, and records."""


def build(template: Template, environment: Environment) -> NetworkRefs | None:
    """Where the functions' network interfaces are: in a VPC of the stack's own, an existing one, or None for none."""
    settings = environment.vpc
    if settings is None:
        return None
    return _existing(template, settings) if settings.exists else _own(template, environment, settings)


def _own(template: Template, environment: Environment, settings: Network) -> NetworkRefs:
    vpc = template.add_resource(_vpc(settings.cidr, environment.stack_name))
    cidrs = subnet_cidrs(settings.cidr)

    def add_subnets(kind: str) -> list[tuple[ec2.Subnet, ec2.RouteTable]]:
        first = len(cidrs) // 2 if kind == "Private" else 0
        return [
            _add_subnet(template, vpc, f"{kind}Subnet{zone}", zone, cidrs[first + zone - 1], environment)
            for zone in range(1, settings.availability_zones + 1)
        ]

    public = add_subnets("Public") if settings.subnets != "isolated" else []
    if public:
        _add_internet_gateway(template, vpc, [table for _, table in public], environment)
    other = {"isolated": "Isolated", "nat": "Private"}.get(str(settings.subnets))
    subnets = add_subnets(other) if other else public
    if settings.subnets == "nat":
        _add_nat_gateway(template, public[0][0], [table for _, table in subnets], environment)
    tables = dict.fromkeys(table.title for _, table in [*public, *subnets])
    security_group = template.add_resource(_function_security_group(Ref(vpc), settings))
    functions = tuple(Ref(subnet) for subnet, _ in subnets)
    group = GetAtt(security_group, "GroupId")
    place = NetworkRefs(Ref(vpc), functions, (group,), {})
    endpoints = _add_endpoints(template, place, [Ref(table) for table in tables], settings.own_endpoints)
    template.add_output(Output("VpcIdOutput", Description="Id of the VPC", Value=Ref(vpc)))
    return msgspec.structs.replace(place, endpoints=endpoints)


def _existing(template: Template, settings: Network) -> NetworkRefs:
    """The settings' checks have seen to it that there are subnets, and a VPC where a security group is made."""
    assert not isinstance(settings.subnets, str)  # noqa: S101 - `exists` says so
    vpc = lookup_text(settings.vpc) if settings.vpc else None
    subnets = lookup_list(template, settings.subnets, "NetworkSubnets")
    if settings.security_groups:
        groups = lookup_list(template, settings.security_groups, "NetworkSecurityGroups")
    else:
        groups = (GetAtt(template.add_resource(_function_security_group(vpc, settings)), "GroupId"),)
    place = NetworkRefs(vpc, subnets, groups, {})
    return msgspec.structs.replace(place, endpoints=_add_endpoints(template, place, [], settings.own_endpoints))


def restrict(refs: NetworkRefs, identity: IdentityRefs) -> None:
    """Let through each endpoint just what the functions may do of its service; after every layer that adds to a role.

    An endpoint whose service no role uses keeps CloudFormation's default, and `tapgen check` says so.
    """
    granted = [
        ((sid, naming.logical(name, sid)) if sid else (), statement)
        for name, statements in identity.statements.items()
        for statement in statements
        for sid in [statement.properties.get("Sid", "")]
        if not sid.startswith(BY_LAMBDA)
    ]
    for service, endpoint in refs.endpoints.items():
        if allowed := policies.through_endpoint(granted, IAM_PREFIXES.get(service, (service,))):
            endpoint.PolicyDocument = policies.document(allowed)


def subnet_cidrs(cidr: str) -> list[str]:
    """The range in sixteen equal parts, fewer where they would be too small.

    Public and isolated subnets take those of the first half, private ones those of the second: another zone or a NAT
    gateway later moves no subnet.
    """
    block = ipaddress.IPv4Network(cidr)
    prefix = min(block.prefixlen + 4, SMALLEST_SUBNET)
    return [str(part) for part in block.subnets(new_prefix=prefix)]


def _vpc(cidr: str, name: str) -> ec2.VPC:
    return ec2.VPC(
        "Vpc",
        CidrBlock=cidr,
        EnableDnsHostnames=True,
        EnableDnsSupport=True,
        InstanceTenancy="default",
        Tags=Tags(Name=name),
    )


def _add_subnet(
    template: Template, vpc: ec2.VPC, title: str, zone: int, cidr: str, environment: Environment
) -> tuple[ec2.Subnet, ec2.RouteTable]:
    name = Tags(Name=f"{environment.stack_name}-{title}")
    subnet = template.add_resource(
        ec2.Subnet(
            title,
            VpcId=Ref(vpc),
            AvailabilityZone=Select(zone - 1, GetAZs("")),
            CidrBlock=cidr,
            MapPublicIpOnLaunch=False,
            Tags=name,
        )
    )
    table = template.add_resource(ec2.RouteTable(f"{title}RouteTable", VpcId=Ref(vpc), Tags=name))
    template.add_resource(
        ec2.SubnetRouteTableAssociation(f"{title}RouteTableAssociation", SubnetId=Ref(subnet), RouteTableId=Ref(table))
    )
    return subnet, table


def _add_internet_gateway(
    template: Template, vpc: ec2.VPC, tables: Sequence[ec2.RouteTable], environment: Environment
) -> None:
    gateway = template.add_resource(ec2.InternetGateway("InternetGateway", Tags=Tags(Name=environment.stack_name)))
    attachment = template.add_resource(
        ec2.VPCGatewayAttachment("VpcGatewayAttachment", VpcId=Ref(vpc), InternetGatewayId=Ref(gateway))
    )
    for table in tables:
        template.add_resource(
            ec2.Route(
                table.title.replace("RouteTable", "DefaultRoute"),
                DependsOn=attachment.title,
                RouteTableId=Ref(table),
                DestinationCidrBlock="0.0.0.0/0",
                GatewayId=Ref(gateway),
            )
        )


def _add_nat_gateway(
    template: Template, subnet: ec2.Subnet, tables: Sequence[ec2.RouteTable], environment: Environment
) -> None:
    name = Tags(Name=environment.stack_name)
    address = template.add_resource(
        ec2.EIP("NatGatewayAddress", DependsOn="VpcGatewayAttachment", Domain="vpc", Tags=name)
    )
    gateway = template.add_resource(
        ec2.NatGateway("NatGateway", AllocationId=GetAtt(address, "AllocationId"), SubnetId=Ref(subnet), Tags=name)
    )
    for table in tables:
        template.add_resource(
            ec2.Route(
                table.title.replace("RouteTable", "DefaultRoute"),
                RouteTableId=Ref(table),
                DestinationCidrBlock="0.0.0.0/0",
                NatGatewayId=Ref(gateway),
            )
        )


def _function_security_group(vpc: Any, settings: Network) -> ec2.SecurityGroup:
    more = ", and what egress says" if settings.egress else ""
    return ec2.SecurityGroup(
        "FunctionSecurityGroup",
        VpcId=vpc,
        GroupDescription=f"Functions: HTTPS out{more}, nothing in",
        SecurityGroupEgress=[
            ec2.SecurityGroupRule(
                Description="AWS services are called by HTTPS",
                IpProtocol="tcp",
                FromPort=HTTPS,
                ToPort=HTTPS,
                CidrIp="0.0.0.0/0",
            ),
            *map(_egress, settings.egress),
        ],
    )


def _egress(rule: Egress) -> ec2.SecurityGroupRule:
    if rule.to[0].isdigit():
        target = {"CidrIp": rule.to}
    else:
        key = "DestinationPrefixListId" if rule.to.startswith("pl-") else "DestinationSecurityGroupId"
        target = {key: lookup_text(rule.to)}
    return ec2.SecurityGroupRule(
        IpProtocol=rule.protocol,
        FromPort=rule.port,
        ToPort=rule.port,
        **target,
        **({"Description": rule.reason} if rule.reason else {}),
    )


def _add_endpoints(
    template: Template, place: NetworkRefs, tables: list[Any], services: Sequence[str]
) -> dict[str, ec2.VPCEndpoint]:
    interfaces = [service for service in services if service not in GATEWAY_SERVICES]
    group = template.add_resource(_endpoint_security_group(place)) if interfaces else None
    return {
        service: template.add_resource(
            _interface_endpoint(service, place, GetAtt(group, "GroupId"))
            if service in interfaces
            else _gateway_endpoint(service, place.vpc, tables)
        )
        for service in services
    }


def _gateway_endpoint(service: str, vpc: Any, tables: list[Any]) -> ec2.VPCEndpoint:
    return ec2.VPCEndpoint(
        naming.logical(service, "Endpoint"),
        VpcId=vpc,
        ServiceName=_service_name(service),
        VpcEndpointType="Gateway",
        RouteTableIds=tables,
    )


def _endpoint_security_group(place: NetworkRefs) -> ec2.SecurityGroup:
    groups = place.security_groups if isinstance(place.security_groups, tuple) else (place.security_group,)
    return ec2.SecurityGroup(
        "EndpointSecurityGroup",
        VpcId=place.vpc,
        GroupDescription="Interface endpoints: HTTPS in from the functions",
        SecurityGroupIngress=[
            ec2.SecurityGroupRule(
                Description="The functions call AWS services",
                IpProtocol="tcp",
                FromPort=HTTPS,
                ToPort=HTTPS,
                SourceSecurityGroupId=functions,
            )
            for functions in groups
        ],
        SecurityGroupEgress=[
            ec2.SecurityGroupRule(
                Description="Nothing out: EC2 adds an open rule where there is none",
                IpProtocol="icmp",
                FromPort=252,
                ToPort=86,
                CidrIp="255.255.255.255/32",
            )
        ],
    )


def _interface_endpoint(service: str, place: NetworkRefs, security_group: Any) -> ec2.VPCEndpoint:
    return ec2.VPCEndpoint(
        naming.logical(service, "Endpoint"),
        VpcId=place.vpc,
        ServiceName=_service_name(service),
        VpcEndpointType="Interface",
        PrivateDnsEnabled=True,
        SubnetIds=list(place.subnets) if isinstance(place.subnets, tuple) else place.subnets,
        SecurityGroupIds=[security_group],
    )


def _service_name(service: str) -> Sub:
    return Sub(f"com.amazonaws.${{AWS::Region}}.{service}")
