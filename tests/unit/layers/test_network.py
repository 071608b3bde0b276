import ipaddress
import itertools
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapgen.layers.network import subnet_cidrs

STYLES = ("public", "isolated", "nat")


def of_type(document, kind):
    return {name: r["Properties"] for name, r in document["Resources"].items() if r["Type"] == f"AWS::EC2::{kind}"}


@pytest.fixture
def network(document):
    def built(**settings):
        lines = "".join(
            f"{key} = {value!r}\n".replace("True", "true").replace("False", "false") for key, value in settings.items()
        )
        return document(more=f"[network]\n{lines}")

    return built


def test_isolated_subnets_have_no_way_out(network):
    document = network(subnets="isolated", availability_zones=3)
    assert list(of_type(document, "Subnet")) == ["IsolatedSubnet1", "IsolatedSubnet2", "IsolatedSubnet3"]
    for kind in ("InternetGateway", "VPCGatewayAttachment", "NatGateway", "Route", "EIP"):
        assert of_type(document, kind) == {}
    assert len(of_type(document, "SubnetRouteTableAssociation")) == 3
    [endpoint] = of_type(document, "VPCEndpoint").values()
    assert [table["Ref"] for table in endpoint["RouteTableIds"]] == list(of_type(document, "RouteTable"))


def test_nat_puts_the_functions_behind_one_gateway_in_a_public_subnet(network):
    document = network(subnets="nat")
    assert list(of_type(document, "Subnet")) == ["PublicSubnet1", "PublicSubnet2", "PrivateSubnet1", "PrivateSubnet2"]
    [gateway] = of_type(document, "NatGateway").values()
    assert gateway["SubnetId"] == {"Ref": "PublicSubnet1"}
    assert gateway["AllocationId"] == {"Fn::GetAtt": ["NatGatewayAddress", "AllocationId"]}
    assert document["Resources"]["NatGatewayAddress"]["DependsOn"] == "VpcGatewayAttachment"
    routes = of_type(document, "Route")
    ways = {name: route.get("NatGatewayId") or route["GatewayId"] for name, route in routes.items()}
    assert ways == {
        "PublicSubnet1DefaultRoute": {"Ref": "InternetGateway"},
        "PublicSubnet2DefaultRoute": {"Ref": "InternetGateway"},
        "PrivateSubnet1DefaultRoute": {"Ref": "NatGateway"},
        "PrivateSubnet2DefaultRoute": {"Ref": "NatGateway"},
    }
    function = document["Resources"]["ItemFunction"]["Properties"]
    assert function["VpcConfig"]["SubnetIds"] == [{"Ref": "PrivateSubnet1"}, {"Ref": "PrivateSubnet2"}]


@pytest.mark.parametrize("style", STYLES)
def test_the_gateway_endpoint_is_on_every_route_table(network, style):
    document = network(subnets=style)
    [endpoint] = of_type(document, "VPCEndpoint").values()
    assert {table["Ref"] for table in endpoint["RouteTableIds"]} == set(of_type(document, "RouteTable"))


def test_without_a_network_there_is_nothing_of_it(network):
    document = network(enabled=False)
    assert [name for name, r in document["Resources"].items() if r["Type"].startswith("AWS::EC2::")] == []
    assert "VpcConfig" not in document["Resources"]["ItemFunction"]["Properties"]
    assert "VpcIdOutput" not in document["Outputs"]
    [policy] = document["Resources"]["ItemFunctionRole"]["Properties"]["Policies"]
    sids = [statement["Sid"] for statement in policy["PolicyDocument"]["Statement"]]
    assert sids == ["WriteLogs", "UseItem", "SendTraces"]


def test_without_the_table_the_functions_are_in_no_vpc(document):
    plain = document()
    assert [name for name, r in plain["Resources"].items() if r["Type"].startswith("AWS::EC2::")] == []
    assert plain == document(more="[network]\nenabled = false\n")


EXISTING = """
[network]
subnets = ["subnet-0a", "subnet-0b"]
security_groups = ["sg-01"]
"""


def test_an_existing_network_adds_nothing_but_the_functions_place(document):
    rendered = document(more=EXISTING)
    place = rendered["Resources"]["ItemFunction"]["Properties"]["VpcConfig"]
    assert place == {"SecurityGroupIds": ["sg-01"], "SubnetIds": ["subnet-0a", "subnet-0b"]}
    assert [name for name, r in rendered["Resources"].items() if r["Type"].startswith("AWS::EC2::")] == []
    assert "VpcIdOutput" not in rendered["Outputs"]
    [policy] = rendered["Resources"]["ItemFunctionRole"]["Properties"]["Policies"]
    sids = {statement["Sid"] for statement in policy["PolicyDocument"]["Statement"]}
    assert {"ManageNetworkInterfaces", "DenyOwnNetworkInterfaces"} <= sids


def test_ids_are_looked_up_at_deployment(document):
    more = """
    [network]
    vpc = { import = "net-vpc" }
    subnets = [{ ssm_parameter = "/net/a" }, { import = "net-b" }]
    """
    rendered = document(more=more)
    group = of_type(rendered, "SecurityGroup")["FunctionSecurityGroup"]
    assert group["VpcId"] == {"Fn::ImportValue": "net-vpc"}
    assert rendered["Resources"]["ItemFunction"]["Properties"]["VpcConfig"] == {
        "SecurityGroupIds": [{"Fn::GetAtt": ["FunctionSecurityGroup", "GroupId"]}],
        "SubnetIds": ["{{resolve:ssm:/net/a}}", {"Fn::ImportValue": "net-b"}],
    }


def test_whole_lists_are_looked_up(document):
    more = """
    [network]
    subnets = { ssm_parameter = "/net/subnets" }
    security_groups = { import = "net-groups" }
    """
    rendered = document(more=more)
    assert rendered["Resources"]["ItemFunction"]["Properties"]["VpcConfig"] == {
        "SecurityGroupIds": {"Fn::Split": [",", {"Fn::ImportValue": "net-groups"}]},
        "SubnetIds": {"Ref": "NetworkSubnets"},
    }
    parameter = rendered["Parameters"]["NetworkSubnets"]
    assert parameter["Type"] == "AWS::SSM::Parameter::Value<List<String>>"
    assert parameter["Default"] == "/net/subnets"


def test_an_interface_endpoint_in_an_existing_vpc(document):
    rendered = document(more=EXISTING + 'vpc = "vpc-1"\nendpoints = ["sqs"]\n')
    endpoint = of_type(rendered, "VPCEndpoint")["SqsEndpoint"]
    assert (endpoint["VpcId"], endpoint["SubnetIds"]) == ("vpc-1", ["subnet-0a", "subnet-0b"])
    [rule] = of_type(rendered, "SecurityGroup")["EndpointSecurityGroup"]["SecurityGroupIngress"]
    assert rule["SourceSecurityGroupId"] == "sg-01"


def test_an_environment_may_find_the_network_that_another_makes(document):
    more = """
    [network]
    cidr = "10.9.0.0/16"
    [environments.dev]
    [environments.prod.network]
    subnets = ["subnet-0a"]
    security_groups = ["sg-01"]
    """
    [vpc] = of_type(document(more=more), "VPC").values()
    assert vpc["CidrBlock"] == "10.9.0.0/16"
    assert of_type(document(more=more, env="prod"), "VPC") == {}


def test_changing_zones_or_style_moves_no_subnet(network):
    """A subnet's address range cannot be changed: a moved one would be replaced, and its functions with it."""
    seen = {}
    for style, zones in itertools.product(STYLES, range(2, 7)):
        for name, subnet in of_type(network(subnets=style, availability_zones=zones), "Subnet").items():
            assert seen.setdefault(name, subnet["CidrBlock"]) == subnet["CidrBlock"]
    assert len(seen) == 18
    private_and_public = [cidr for name, cidr in seen.items() if not name.startswith("Isolated")]
    assert len(set(private_and_public)) == 12


@given(prefix=st.integers(16, 28), zones=st.integers(2, 6), nat=st.booleans())
def test_subnets_never_overlap_where_the_range_is_large_enough(prefix, zones, nat):
    needed = zones * (2 if nat else 1)
    cidrs = subnet_cidrs(f"10.0.0.0/{prefix}")
    if 2 ** (28 - prefix) < needed:
        return
    public = cidrs[:zones]
    private = [cidrs[len(cidrs) // 2 + zone] for zone in range(zones)] if nat else []
    taken = [ipaddress.ip_network(cidr) for cidr in [*public, *private]]
    assert all(not one.overlaps(other) for one, other in itertools.combinations(taken, 2))
    assert all(one.subnet_of(ipaddress.ip_network(f"10.0.0.0/{prefix}")) and one.prefixlen <= 28 for one in taken)


def test_interface_endpoints_take_https_from_the_functions_alone(network):
    document = network(subnets="isolated", endpoints=["dynamodb", "s3", "sqs", "ecr.api", "sqs"])
    endpoints = of_type(document, "VPCEndpoint")
    assert {name: endpoint["VpcEndpointType"] for name, endpoint in endpoints.items()} == {
        "DynamodbEndpoint": "Gateway",
        "S3Endpoint": "Gateway",
        "SqsEndpoint": "Interface",
        "EcrApiEndpoint": "Interface",
    }
    sqs = endpoints["SqsEndpoint"]
    assert sqs["ServiceName"] == {"Fn::Sub": "com.amazonaws.${AWS::Region}.sqs"}
    assert sqs["PrivateDnsEnabled"] is True
    assert sqs["SubnetIds"] == [{"Ref": "IsolatedSubnet1"}, {"Ref": "IsolatedSubnet2"}]
    assert sqs["SecurityGroupIds"] == [{"Fn::GetAtt": ["EndpointSecurityGroup", "GroupId"]}]
    group = of_type(document, "SecurityGroup")["EndpointSecurityGroup"]
    [rule] = group["SecurityGroupIngress"]
    assert (rule["FromPort"], rule["ToPort"], rule["IpProtocol"]) == (443, 443, "tcp")
    assert rule["SourceSecurityGroupId"] == {"Fn::GetAtt": ["FunctionSecurityGroup", "GroupId"]}
    assert [rule["CidrIp"] for rule in group["SecurityGroupEgress"]] == ["255.255.255.255/32"]


def test_gateways_alone_need_no_security_group(network):
    assert list(of_type(network(endpoints=["s3"]), "SecurityGroup")) == ["FunctionSecurityGroup"]
    assert of_type(network(endpoints=[]), "VPCEndpoint") == {}


def test_the_endpoint_policy_is_the_sum_of_what_the_roles_may_do(document):
    more = """
    [network]
    [tables.Order]
    partition_key = { name = "id" }
    indexes.byDay = { partition_key = { name = "day" } }
    [functions.Report]
    source = "src"
    tables.Order = { actions = ["dynamodb:GetItem"], indexes.byDay = ["dynamodb:Query"] }
    tables.Item = { actions = ["dynamodb:Scan"] }
    """
    policy = document(more=more)["Resources"]["DynamodbEndpoint"]["Properties"]["PolicyDocument"]
    allowed = {
        (action, str(resource)) for s in policy["Statement"] for action in s["Action"] for resource in s["Resource"]
    }
    assert allowed == {
        ("dynamodb:PutItem", "{'Fn::GetAtt': ['ItemTable', 'Arn']}"),
        ("dynamodb:Scan", "{'Fn::GetAtt': ['ItemTable', 'Arn']}"),
        ("dynamodb:GetItem", "{'Fn::GetAtt': ['OrderTable', 'Arn']}"),
        ("dynamodb:Query", "{'Fn::Sub': '${OrderTable.Arn}/index/byDay'}"),
    }
    assert {s["Principal"] for s in policy["Statement"]} == {"*"}
    assert [s["Sid"] for s in policy["Statement"]] == ["UseItem", "UseOrder", "UseOrderIndexByDay"]


def test_the_statements_of_an_endpoint_have_sids_of_their_own(document):
    more = '[network]\nendpoints = ["logs"]\n[functions.Report]\nsource = "src"\n'
    policy = document(more=more)["Resources"]["LogsEndpoint"]["Properties"]["PolicyDocument"]
    assert [s["Sid"] for s in policy["Statement"]] == ["WriteLogs", "ReportWriteLogs"]


def test_sixty_functions_on_shared_tables_fit_into_the_policy_of_an_endpoint(document):
    settings = 'application = "shop"\nnetwork = {}\n' + "".join(
        f'tables.Table{n}.partition_key.name = "id"\n' for n in range(20)
    )
    for n in range(60):
        settings += f'[functions.Function{n}]\nsource = "src"\n' + "".join(
            f'tables.Table{(n + m) % 20}.actions = ["dynamodb:GetItem", "dynamodb:{action}"]\n'
            for m, action in enumerate(("PutItem", "Query", "UpdateItem"))
        )
    alarms = "[alarms]\nthrottles = 0\nduration_percent = 0\ntable_errors = 0\n"
    policy = document(settings + alarms)["Resources"]["DynamodbEndpoint"]["Properties"]["PolicyDocument"]
    arn = "arn:aws:dynamodb:us-east-1:123456789012:table/shop-dev-Table19Table-ABCDEFGHIJKLM"
    text = re.sub(r'\{"Fn::GetAtt": \["\w+", "Arn"\]\}', f'"{arn}"', json.dumps(policy))
    assert len(policy["Statement"]) == 20
    assert len(text) < 20_480


def test_an_endpoint_lets_through_what_a_function_with_an_existing_role_uses(document):
    more = 'role = "arn:aws:iam::123456789012:role/worker"\n[network]\n'
    policy = document(more=more)["Resources"]["DynamodbEndpoint"]["Properties"]["PolicyDocument"]
    assert [(s["Action"], s["Resource"]) for s in policy["Statement"]] == [
        (["dynamodb:PutItem"], [{"Fn::GetAtt": ["ItemTable", "Arn"]}])
    ]


def test_what_lambda_does_by_itself_takes_no_endpoint(document):
    rendered = document(
        'application = "shop"\n[network]\nendpoints = ["sqs"]\n[queues.In]\n[queues.Out]\n[functions.Item]\nsource = "src"\n'
        'on_failure = "Out"\nqueues.Out = { actions = ["sqs:GetQueueUrl"] }\ntriggers.queues.In = {}\n'
    )
    policy = rendered["Resources"]["SqsEndpoint"]["Properties"]["PolicyDocument"]
    assert [one["Action"] for one in policy["Statement"]] == [["sqs:GetQueueUrl"]]
