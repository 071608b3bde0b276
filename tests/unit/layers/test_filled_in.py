"""Text in which `${…}` stands for something of the stack, and what functions take besides."""

import pytest

from tapgen.errors import SettingsError
from tests.unit.layers.documents import granted, properties, refused

SETTINGS = """
application = "shop"
[parameters.Sender]
default = "shop@example.com"
[user_pools.Customers]
[tables.Own]
existing = "${Table}"
[topics.News]
emails = [{ parameter = "Sender" }, "team@example.com"]
[ssm_parameters.Url]
value = "https://${Api}.execute-api.${AWS::Region}.amazonaws.com/dev"
[functions.Item]
source = "src"
name = "their_item"
routes = ["GET /item"]
layers = ["arn:aws:lambda:${AWS::Region}:017000801446:layer:Powertools:3"]
managed_policies = ["AmazonAthenaFullAccess", "arn:aws:iam::${AWS::AccountId}:policy/ours", { import = "Policy" }]
depends_on = ["Table"]
environment = { POOL = "${CustomersUserPool}", FROM = "${Sender}", AT = "${AWS::Region}", AS_IT_IS = "${!NAME}", PLAIN = "x" }
tables.Own = { variable = "TABLE", actions = ["dynamodb:GetItem"] }
[resources.Table]
type = "AWS::DynamoDB::Table"
properties = { BillingMode = "PAY_PER_REQUEST", KeySchema = [{ AttributeName = "id", KeyType = "HASH" }], AttributeDefinitions = [{ AttributeName = "id", AttributeType = "S" }] }
"""


def test_variables_and_parameters_name_what_is_in_the_stack(document):
    rendered = document(SETTINGS)
    assert properties(rendered, "ItemFunction")["Environment"]["Variables"] == {
        "POOL": {"Fn::Sub": "${CustomersUserPool}"},
        "FROM": {"Fn::Sub": "${Sender}"},
        "AT": {"Fn::Sub": "${AWS::Region}"},
        "AS_IT_IS": {"Fn::Sub": "${!NAME}"},
        "PLAIN": "x",
        "TABLE": {"Fn::Sub": "${Table}"},
    }
    url = {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.amazonaws.com/dev"}
    assert properties(rendered, "UrlParameter")["Value"] == url


def test_a_part_may_be_one_of_the_resources(document):
    arn = {
        "Fn::Sub": [
            "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Name}",
            {"Name": {"Fn::Sub": "${Table}"}},
        ]
    }
    assert granted(document(SETTINGS), "ItemFunctionRole")["UseOwn"] == (["dynamodb:GetItem"], [arn])  # fmt: skip


def test_a_function_has_the_name_the_policies_and_the_layers_that_are_given(document):
    rendered = document(SETTINGS)
    function = properties(rendered, "ItemFunction")
    assert function["FunctionName"] == "their_item"
    assert function["Layers"] == [{"Fn::Sub": "arn:aws:lambda:${AWS::Region}:017000801446:layer:Powertools:3"}]
    assert rendered["Resources"]["ItemFunction"]["DependsOn"] == ["Table"]
    assert properties(rendered, "ItemFunctionRole")["ManagedPolicyArns"] == [
        {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AmazonAthenaFullAccess"},
        {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:policy/ours"},
        {"Fn::ImportValue": "Policy"},
    ]


def test_an_address_for_mails_may_be_a_parameter(document):
    rendered = document(SETTINGS)
    assert [properties(rendered, f"NewsTopicSubscription{number}")["Endpoint"] for number in (1, 2)] == [
        {"Ref": "Sender"},
        "team@example.com",
    ]


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ('"${Sender}"', '"${Sendr}"', "tapgen.toml:19:48", 'functions.Item.environment.FROM: there is no resource or parameter "Sendr"; did you mean "Sender"?'),
        ('"${Sender}"', '"${my_var}"', "tapgen.toml:19:48", 'functions.Item.environment.FROM: there is no resource or parameter "my_var"; known: '),
        ("https://${Api}", "https://${Apy}", "tapgen.toml:11:1", 'ssm_parameters.Url.value: there is no resource or parameter "Apy"; did you mean "Api"?'),
        ('["Table"]', '["Tabel"]', "tapgen.toml:18:1", 'functions.Item.depends_on: there is no resource or parameter "Tabel"; did you mean "Table"?'),
        ('"${Table}"', '"${Tabel}"', "tapgen.toml:7:1", 'tables.Own.existing: there is no resource or parameter "Tabel"; did you mean "Table"?'),
    ],
)  # fmt: skip
def test_what_is_not_there_is_refused_where_it_stands(document, old, new, place, message):
    with pytest.raises(SettingsError) as raised:
        document(SETTINGS.replace(old, new))
    [problem] = raised.value.problems
    assert problem.startswith(message)
    assert raised.value.places == (place,)


def test_in_an_environments_own_table_it_stands_there(document):
    own = '[environments.dev.functions.Item.environment]\nAT = "${Nowhere}"\n'
    with pytest.raises(SettingsError) as raised:
        document(SETTINGS + own)
    assert raised.value.places == (f"tapgen.toml:{(SETTINGS + own).count(chr(10))}:1",)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('name = "their_item"', 'name = "a b"', 'functions.Item.name: "a b" does not fit: 1 to 64 letters, digits, hyphens and underscores, such as shop-orders'),
        ('name = "their_item"', 'role = "arn:aws:iam::123456789012:role/x"', "functions.Item.managed_policies: an existing role has its own policies; attach them there"),
        (":layer:Powertools:3", ":layer:Powertools", 'functions.Item.layers.0: "arn:aws:lambda:${AWS::Region}:017000801446:layer:Powertools" is not the ARN of a layer\'s version, which ends in ":" and its number'),
        ('{ parameter = "Sender" }', '{ parameter = "Sendr" }', 'topics.News.emails.0.parameter: there is no such parameter; did you mean "Sender"?'),
    ],
)  # fmt: skip
def test_what_lambda_and_iam_refuse_is_refused(project, old, new, problem):
    assert problem in refused(project, SETTINGS.replace(old, new))


def test_attributes_and_groups_of_users(document):
    rendered = document(
        'application = "shop"\n[user_pools.Customers]\nrequired = ["name"]\ngroups = ["admins"]\n'
        'attributes = { plan = {}, years = { type = "Number", mutable = false } }\n'
    )
    assert properties(rendered, "CustomersUserPool")["Schema"] == [
        {"Name": "name", "Required": True, "Mutable": True},
        {"Name": "plan", "AttributeDataType": "String", "Mutable": True},
        {"Name": "years", "AttributeDataType": "Number", "Mutable": False},
    ]
    group = properties(rendered, "CustomersUserPoolAdminsGroup")
    assert group == {"GroupName": "admins", "UserPoolId": {"Ref": "CustomersUserPool"}}


def test_an_attribute_that_is_no_standard_one_is_refused(project):
    settings = 'application = "shop"\n[user_pools.Customers]\nrequired = ["nam"]\n'
    assert refused(project, settings) == [
        'user_pools.Customers.required: "nam" is no standard attribute; did you mean "name"?'
    ]


NETWORK = """
application = "shop"
[network]
vpc = "${Vpc}"
subnets = ["${SubnetA}", "subnet-0a1b"]
egress = [{ port = 5432, to = "${DatabaseGroup}", reason = "PostgreSQL" }, { port = 53, to = "10.0.0.0/16", protocol = "udp" }, { port = 80, to = "pl-0a1b" }]
[functions.Item]
source = "src"
file_systems = [{ access_point = "${Files.Arn}", path = "/mnt/files" }]
"""
VPC = """
[resources]
Vpc = { type = "AWS::EC2::VPC", properties = { CidrBlock = "10.0.0.0/16" } }
SubnetA = { type = "AWS::EC2::Subnet", properties = { VpcId = { Ref = "Vpc" }, CidrBlock = "10.0.0.0/24" } }
DatabaseGroup = { type = "AWS::EC2::SecurityGroup", properties = { GroupDescription = "db", VpcId = { Ref = "Vpc" } } }
Storage = { type = "AWS::EFS::FileSystem" }
Files = { type = "AWS::EFS::AccessPoint", properties = { FileSystemId = { Ref = "Storage" } } }
"""


def test_a_network_of_resources_and_the_ports_of_its_databases(document):
    rendered = document(NETWORK + VPC)
    group = properties(rendered, "FunctionSecurityGroup")
    assert group["VpcId"] == {"Fn::Sub": "${Vpc}"}
    https, *more = group["SecurityGroupEgress"]
    assert https["FromPort"] == 443
    assert more == [
        {
            "IpProtocol": "tcp",
            "FromPort": 5432,
            "ToPort": 5432,
            "DestinationSecurityGroupId": {"Fn::Sub": "${DatabaseGroup}"},
            "Description": "PostgreSQL",
        },
        {"IpProtocol": "udp", "FromPort": 53, "ToPort": 53, "CidrIp": "10.0.0.0/16"},
        {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "DestinationPrefixListId": "pl-0a1b"},
    ]
    function = properties(rendered, "ItemFunction")
    assert function["VpcConfig"]["SubnetIds"] == [{"Fn::Sub": "${SubnetA}"}, "subnet-0a1b"]
    assert function["FileSystemConfigs"] == [{"Arn": {"Fn::Sub": "${Files.Arn}"}, "LocalMountPath": "/mnt/files"}]


def test_groups_that_exist_say_themselves_what_they_let_out(project):
    settings = NETWORK.replace("egress", 'security_groups = ["sg-0a1b"]\negress') + VPC
    assert refused(project, settings) == [
        "network.egress: security_groups names existing groups; change what those let out"
    ]


def test_a_network_that_is_not_there_is_refused(document):
    with pytest.raises(SettingsError, match=r'network\.vpc: there is no resource or parameter "Vpc"'):
        document(NETWORK + VPC.replace("Vpc = {", "Other = {").replace('{ Ref = "Vpc" }', '{ Ref = "Other" }'))
