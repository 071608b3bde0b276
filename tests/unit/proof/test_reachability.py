"""Paths from functions to services."""

from __future__ import annotations

from typing import Any

import pytest

from tests.table import rows
from tests.unit.proof.documents import (
    INTERFACES,
    LOGS,
    NOT_THE_CODE,
    PUT,
    PUT_ITEM,
    TRACES,
    allow,
    arn,
    document,
    findings,
    function,
    gateway_endpoint,
    https,
    in_vpc,
    network,
    policy,
    resource,
)

ROUTE = {"RouteTableId": {"Ref": "Routes"}, "DestinationCidrBlock": "0.0.0.0/0"}
ABOUT_PATHS = ("service-unreachable", "endpoint-closed", "endpoint-policy-missing", "network-unknown")


def paths(checked: dict[str, Any]) -> list[str]:
    return [finding.rule for finding in findings(checked) if finding.rule in ABOUT_PATHS]


def test_outside_a_vpc_everything_is_reached() -> None:
    assert paths(document()) == []


def test_no_way_out_names_the_service_the_line_and_the_setting() -> None:
    [finding] = [finding for finding in findings(in_vpc()) if finding.rule in ABOUT_PATHS]
    assert finding.message == "Function calls dynamodb, and from Subnet no path leads there."
    assert (finding.file, finding.line) == ("Function.Code.ZipFile/index.py", 5)
    assert finding.hint == 'Add "dynamodb" to network.endpoints, or set network.subnets = "nat".'


def test_an_internet_gateway_is_no_path() -> None:
    """A Lambda network interface has no public address, whatever the subnet gives out."""
    gateway = {"Internet": resource("AWS::EC2::InternetGateway")}
    route = resource("AWS::EC2::Route", **ROUTE, GatewayId={"Ref": "Internet"})
    assert paths(in_vpc(**gateway, Default=route)) == ["service-unreachable"]


def nat(**more: Any) -> dict[str, Any]:
    """A NAT gateway in a subnet of its own whose default route is `Out`'s; the function's leads to it."""
    return {
        "Public": resource("AWS::EC2::Subnet", VpcId={"Ref": "Vpc"}, CidrBlock="10.0.1.0/24"),
        "PublicRoutes": resource("AWS::EC2::RouteTable", VpcId={"Ref": "Vpc"}),
        "PublicAssociation": resource(
            "AWS::EC2::SubnetRouteTableAssociation",
            SubnetId={"Ref": "Public"},
            RouteTableId={"Ref": "PublicRoutes"},
        ),
        "Out": resource(
            "AWS::EC2::Route",
            RouteTableId={"Ref": "PublicRoutes"},
            DestinationCidrBlock="0.0.0.0/0",
            GatewayId={"Ref": "Internet"},
        ),
        "Internet": resource("AWS::EC2::InternetGateway"),
        "Nat": resource("AWS::EC2::NatGateway", SubnetId={"Ref": "Public"}),
        "Default": resource("AWS::EC2::Route", **ROUTE, NatGatewayId={"Ref": "Nat"}),
        **more,
    }


def test_a_nat_gateway_is_a_path() -> None:
    assert paths(in_vpc(**nat())) == []


def test_a_nat_gateway_that_reaches_no_internet_gateway_is_none() -> None:
    without_route = nat()
    del without_route["Out"]
    assert paths(in_vpc(**without_route)) == ["service-unreachable"]
    private = nat(Nat=resource("AWS::EC2::NatGateway", SubnetId={"Ref": "Public"}, ConnectivityType="private"))
    assert paths(in_vpc(**private)) == ["service-unreachable"]


def test_a_nat_gateway_of_another_stack_and_other_networks_are_taken_to_lead_out() -> None:
    imported = {"Fn::ImportValue": "nat"}
    assert paths(in_vpc(Default=resource("AWS::EC2::Route", **ROUTE, NatGatewayId=imported))) == []
    assert paths(in_vpc(Default=resource("AWS::EC2::Route", **ROUTE, TransitGatewayId="tgw-1"))) == []


def test_a_route_to_somewhere_is_not_a_default_route() -> None:
    somewhere = {**ROUTE, "DestinationCidrBlock": "10.1.0.0/16"}
    assert paths(in_vpc(Default=resource("AWS::EC2::Route", **somewhere, TransitGatewayId="tgw-1"))) == [
        "service-unreachable"
    ]


def test_gateway_endpoint_on_the_route_table() -> None:
    assert paths(in_vpc(Endpoint=gateway_endpoint())) == []
    elsewhere = gateway_endpoint(RouteTableIds=[{"Ref": "OtherRoutes"}])
    other = resource("AWS::EC2::RouteTable", VpcId={"Ref": "Vpc"})
    assert paths(in_vpc(Endpoint=elsewhere, OtherRoutes=other)) == ["service-unreachable"]


def test_gateway_endpoint_of_another_service() -> None:
    assert paths(in_vpc(Endpoint=gateway_endpoint("s3"))) == ["service-unreachable"]


def test_a_subnet_without_association_has_the_main_route_table() -> None:
    without = network()
    del without["Association"]
    checked = in_vpc(Endpoint=gateway_endpoint())
    checked["Resources"].pop("Association")
    assert paths(checked) == ["service-unreachable"]


def test_every_subnet_must_have_a_path() -> None:
    second = {
        "Second": resource("AWS::EC2::Subnet", VpcId={"Ref": "Vpc"}, CidrBlock="10.0.2.0/24"),
        "Function": function(VpcConfig={"SubnetIds": [{"Ref": "Subnet"}, {"Ref": "Second"}], "SecurityGroupIds": []}),
    }
    [finding] = [f for f in findings(in_vpc(Endpoint=gateway_endpoint(), **second)) if f.rule in ABOUT_PATHS]
    assert "from Second no path leads there" in finding.message


def test_the_functions_group_must_let_https_out() -> None:
    closed = resource(
        "AWS::EC2::SecurityGroup", SecurityGroupEgress=[{**https("0.0.0.0/0"), "ToPort": 80, "FromPort": 80}]
    )
    assert paths(in_vpc(Endpoint=gateway_endpoint(), Group=closed)) == ["endpoint-closed"]
    separate = resource("AWS::EC2::SecurityGroupEgress", GroupId={"Ref": "Group"}, **https("0.0.0.0/0"))
    assert paths(in_vpc(Endpoint=gateway_endpoint(), Group=closed, Rule=separate)) == []
    everything = resource("AWS::EC2::SecurityGroup", SecurityGroupEgress=[{"IpProtocol": -1, "CidrIp": "0.0.0.0/0"}])
    assert paths(in_vpc(Endpoint=gateway_endpoint(), Group=everything)) == []
    prefixes = resource(
        "AWS::EC2::SecurityGroup",
        SecurityGroupEgress=[{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "DestinationPrefixListId": "pl-1"}],
    )
    assert paths(in_vpc(Endpoint=gateway_endpoint(), Group=prefixes)) == []


@pytest.mark.parametrize(
    "egress",
    [
        [{"IpProtocol": "tcp", "FromPort": {"Ref": "From"}, "ToPort": {"Ref": "To"}, "CidrIp": "0.0.0.0/0"}],
        [],
        [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "DestinationSecurityGroupId": {"Ref": "Elsewhere"}}],
    ],
)
def test_egress_that_the_deployment_or_the_default_decides(egress: list[Any]) -> None:
    group = resource("AWS::EC2::SecurityGroup", SecurityGroupEgress=egress)
    assert paths(in_vpc(Endpoint=gateway_endpoint(), Group=group)) == []


def test_the_vpcs_default_group_lets_everything_out() -> None:
    plain = function(VpcConfig={"SubnetIds": [{"Ref": "Subnet"}]})
    assert paths(in_vpc(Endpoint=gateway_endpoint(), Function=plain)) == []


def test_an_endpoint_with_a_group_of_another_stack_is_taken_to_let_in() -> None:
    assert paths(changed("Endpoint", SecurityGroupIds=[{"Fn::ImportValue": "group"}])) == []


def test_the_endpoints_policy_is_a_second_place_where_an_action_is_missing() -> None:
    get = gateway_endpoint("dynamodb", {**allow("dynamodb:GetItem", arn("Table")), "Principal": "*"})
    [finding] = [f for f in findings(in_vpc(Endpoint=get)) if f.rule in ABOUT_PATHS]
    assert finding.message == ("Function needs dynamodb:PutItem on Table; the policy of Endpoint does not allow it.")
    assert finding.path == ("Resources", "Endpoint", "Properties", "PolicyDocument")


@pytest.mark.parametrize(
    ("principal", "found"),
    [
        ("*", []),
        ({"AWS": "*"}, []),
        ({"AWS": arn("Role")}, []),
        ({"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}, []),
        ({"AWS": "arn:aws:iam::123456789012:role/another"}, ["endpoint-policy-missing"]),
        ({"Service": "lambda.amazonaws.com"}, ["endpoint-policy-missing"]),
    ],
)
def test_principals_of_an_endpoints_policy(principal: Any, found: list[str]) -> None:
    assert paths(in_vpc(Endpoint=gateway_endpoint("dynamodb", {**PUT_ITEM, "Principal": principal}))) == found


def test_a_deny_of_an_endpoints_policy() -> None:
    everything = {"Effect": "Allow", "Principal": "*", "Action": "dynamodb:*", "Resource": "*"}
    deny = {**PUT_ITEM, "Effect": "Deny", "Principal": "*"}
    assert paths(in_vpc(Endpoint=gateway_endpoint("dynamodb", everything, deny))) == ["endpoint-policy-missing"]
    assert paths(in_vpc(Endpoint=gateway_endpoint("dynamodb", everything))) == []


def test_what_an_endpoint_lets_through_that_no_function_needs() -> None:
    more = {**allow(["dynamodb:PutItem", "dynamodb:Scan"], arn("Table")), "Principal": "*"}
    unused = [f.message for f in findings(in_vpc(Endpoint=gateway_endpoint("dynamodb", more)))]
    assert unused == ["Endpoint lets dynamodb:Scan on Table through; no function needs it."]


def test_an_endpoint_serves_the_needs_of_all_functions_behind_it() -> None:
    scan = PUT.replace("put_item(Item={})", "scan()")
    configuration = {"SubnetIds": [{"Ref": "Subnet"}], "SecurityGroupIds": [{"Ref": "Group"}]}
    more = {**allow(["dynamodb:PutItem", "dynamodb:Scan"], arn("Table")), "Principal": "*"}
    checked = in_vpc(
        Endpoint=gateway_endpoint("dynamodb", more),
        Other=function(scan, FunctionName="worker", VpcConfig=configuration),
    )
    assert [f.rule for f in findings(checked) if f.rule == "endpoint-policy-unused"] == []


SEND = """
import boto3, os
def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody="x")
"""


def queue(**more: Any) -> dict[str, Any]:
    """A function that calls SQS through an interface endpoint; `more` replaces parts of it."""
    send = allow("sqs:SendMessage", arn("Queue"))
    configuration = {"SubnetIds": [{"Ref": "Subnet"}], "SecurityGroupIds": [{"Ref": "Group"}]}
    properties = {
        "VpcId": {"Ref": "Vpc"},
        "ServiceName": {"Fn::Sub": "com.amazonaws.${AWS::Region}.sqs"},
        "VpcEndpointType": "Interface",
        "PrivateDnsEnabled": True,
        "SubnetIds": [{"Ref": "Subnet"}],
        "SecurityGroupIds": [{"Ref": "EndpointGroup"}],
        "PolicyDocument": policy({**send, "Principal": "*"}),
    }
    resources = {
        **network(),
        "Queue": resource("AWS::SQS::Queue"),
        "Endpoint": resource("AWS::EC2::VPCEndpoint", **properties),
        "EndpointGroup": ingress(SourceSecurityGroupId={"Fn::GetAtt": ["Group", "GroupId"]}),
        "Function": function(SEND, Environment={"Variables": {"QUEUE": {"Ref": "Queue"}}}, VpcConfig=configuration),
        **more,
    }
    return document(SEND, [LOGS, TRACES, send, INTERFACES, NOT_THE_CODE], **resources)


def ingress(**peer: Any) -> dict[str, Any]:
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **peer}
    return resource("AWS::EC2::SecurityGroup", SecurityGroupIngress=[rule], SecurityGroupEgress=[https("10.0.0.0/16")])


def changed(logical_id: str, **properties: Any) -> dict[str, Any]:
    checked = queue()
    checked["Resources"][logical_id]["Properties"].update(properties)
    return checked


def test_interface_endpoint() -> None:
    assert [finding.rule for finding in findings(queue())] == []


@pytest.mark.parametrize(
    "group",
    [
        ingress(CidrIp="10.0.0.0/16"),
        ingress(CidrIp={"Fn::GetAtt": ["Vpc", "CidrBlock"]}),
        ingress(CidrIp="0.0.0.0/0"),
        ingress(CidrIp={"Ref": "RangeParameter"}),
        ingress(SourceSecurityGroupId={"Ref": "GroupParameter"}),
    ],
)
def test_interface_endpoint_that_lets_the_function_in(group: dict[str, Any]) -> None:
    assert paths(queue(EndpointGroup=group)) == []


@rows(
    "group",
    [
        ingress(CidrIp="10.1.0.0/16"),
        ingress(CidrIp="10.0.0.128/25"),
        ingress(CidrIpv6="::/0"),
        ingress(SourceSecurityGroupId={"Ref": "EndpointGroup"}),
        resource("AWS::EC2::SecurityGroup", SecurityGroupEgress=[https("10.0.0.0/16")]),
        ingress(FromPort=80, ToPort=80, CidrIp="10.0.0.0/16"),
        ingress(IpProtocol="udp", CidrIp="10.0.0.0/16"),
    ],
)
def test_interface_endpoint_that_does_not(group: dict[str, Any]) -> None:
    assert paths(queue(EndpointGroup=group)) == ["endpoint-closed"]


def test_ingress_as_a_resource_of_its_own() -> None:
    closed = resource("AWS::EC2::SecurityGroup", SecurityGroupEgress=[https("10.0.0.0/16")])
    rule = resource("AWS::EC2::SecurityGroupIngress", GroupId={"Ref": "EndpointGroup"}, **https("10.0.0.0/16"))
    assert paths(queue(EndpointGroup=closed, Rule=rule)) == []


def test_the_default_group_lets_only_itself_in() -> None:
    assert paths(changed("Endpoint", SecurityGroupIds=[])) == ["endpoint-closed"]


@pytest.mark.parametrize(
    ("logical_id", "properties"),
    [
        ("Endpoint", {"PrivateDnsEnabled": False}),
        ("Vpc", {"EnableDnsHostnames": False}),
        ("Vpc", {"EnableDnsSupport": "false"}),
    ],
)
def test_private_dns_is_needed(logical_id: str, properties: dict[str, Any]) -> None:
    assert paths(changed(logical_id, **properties)) == ["endpoint-closed"]


def test_an_endpoint_in_another_vpc() -> None:
    other = resource("AWS::EC2::VPC", CidrBlock="10.9.0.0/16", EnableDnsHostnames=True)
    checked = changed("Endpoint", VpcId={"Ref": "Other"})
    checked["Resources"]["Other"] = other
    assert paths(checked) == ["service-unreachable"]


@pytest.mark.parametrize(
    ("service", "call", "name"),
    [
        ("cloudwatch", "put_metric_data(Namespace='n')", "monitoring"),
        ("stepfunctions", "start_execution(stateMachineArn='a')", "states"),
        ("kinesis", "put_record(StreamName='s', Data=b'', PartitionKey='k')", "kinesis-streams"),
        ("ssm", "get_parameter(Name='a')", "ssm"),
    ],
)
def test_endpoint_names_that_differ_from_the_clients(service: str, call: str, name: str) -> None:
    code = f"import boto3\ndef handler(event, context):\n    boto3.client('{service}').{call}\n"
    named = changed("Endpoint", ServiceName={"Fn::Sub": f"com.amazonaws.${{AWS::Region}}.{name}"})
    named["Resources"]["Function"]["Properties"]["Code"] = {"ZipFile": code}
    assert "service-unreachable" not in paths(named)
    named["Resources"]["Endpoint"]["Properties"]["ServiceName"] = "com.amazonaws.eu-west-1.other"
    assert "service-unreachable" in paths(named)


@pytest.mark.parametrize("region", ["${AWS::Region}", "cn-north-1", "us-gov-west-1"])
def test_regions_and_partitions(region: str) -> None:
    assert paths(changed("Endpoint", ServiceName={"Fn::Sub": f"com.amazonaws.{region}.sqs"})) == []


@pytest.mark.parametrize("name", ["com.amazonaws.sqs", "com.amazonaws.us_east_1.sqs", "com.amazonws.eu-west-1.sqs"])
def test_misspelt_service_names(name: str) -> None:
    found = {finding.rule for finding in findings(changed("Endpoint", ServiceName=name))}
    assert {"endpoint-service-name", "service-unreachable"} <= found


def test_subnets_of_another_stack_are_not_proven() -> None:
    checked = changed("Function", VpcConfig={"SubnetIds": [{"Ref": "A"}], "SecurityGroupIds": [{"Ref": "B"}]})
    assert paths(checked) == ["network-unknown"]


def test_a_function_that_calls_nothing_needs_no_path() -> None:
    assert paths(in_vpc("def handler(event, context): pass\n", [LOGS, TRACES])) == []
