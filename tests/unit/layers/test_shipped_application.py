"""Every part of the application, read from the committed templates."""

import json
import re

import pytest

from tapgen.errors import TapgenError
from tapgen.template import document as documents
from tests.conftest import ROOT

ENVIRONMENTS = ("dev", "staging", "prod")


@pytest.fixture(scope="module")
def templates():
    return {name: documents.read(ROOT / "templates_out" / f"{name}.yaml") for name in ENVIRONMENTS}


@pytest.fixture(scope="module")
def dev(templates):
    return templates["dev"]


@pytest.fixture(scope="module")
def prod(templates):
    return templates["prod"]


def properties(document, logical_id):
    return document["Resources"][logical_id]["Properties"]


def of_type(document, kind):
    return {name: resource for name, resource in document["Resources"].items() if resource["Type"] == kind}


def statements(document, role="ItemFunctionRole"):
    [policy] = properties(document, role)["Policies"]
    assert policy["PolicyDocument"]["Version"] == "2012-10-17"
    return {statement["Sid"]: statement for statement in policy["PolicyDocument"]["Statement"]}


# ------------------------------------------------------------------------------------------------------- network


def test_the_vpc(dev):
    assert list(of_type(dev, "AWS::EC2::VPC")) == ["Vpc"]
    vpc = properties(dev, "Vpc")
    assert vpc["CidrBlock"] == "10.0.0.0/16"
    assert vpc["EnableDnsSupport"] is True
    assert vpc["EnableDnsHostnames"] is True


def test_two_zones_with_one_public_subnet_each(dev):
    subnets = of_type(dev, "AWS::EC2::Subnet")
    assert list(subnets) == ["PublicSubnet1", "PublicSubnet2"]
    zones = [subnet["Properties"]["AvailabilityZone"] for subnet in subnets.values()]
    assert zones == [{"Fn::Select": [0, {"Fn::GetAZs": ""}]}, {"Fn::Select": [1, {"Fn::GetAZs": ""}]}]
    assert [subnet["Properties"]["CidrBlock"] for subnet in subnets.values()] == ["10.0.0.0/20", "10.0.16.0/20"]
    assert {subnet["Properties"]["VpcId"]["Ref"] for subnet in subnets.values()} == {"Vpc"}


@pytest.mark.parametrize("zone", [1, 2])
def test_each_subnet_has_a_route_table_an_association_and_a_default_route(dev, zone):
    subnet, table = f"PublicSubnet{zone}", f"PublicSubnet{zone}RouteTable"
    assert properties(dev, table)["VpcId"] == {"Ref": "Vpc"}
    assert properties(dev, f"{table}Association") == {"SubnetId": {"Ref": subnet}, "RouteTableId": {"Ref": table}}
    route = dev["Resources"][f"PublicSubnet{zone}DefaultRoute"]
    assert route["DependsOn"] == "VpcGatewayAttachment"
    assert route["Properties"] == {
        "RouteTableId": {"Ref": table},
        "DestinationCidrBlock": "0.0.0.0/0",
        "GatewayId": {"Ref": "InternetGateway"},
    }


def test_the_internet_gateway_is_attached(dev):
    assert list(of_type(dev, "AWS::EC2::InternetGateway")) == ["InternetGateway"]
    assert properties(dev, "VpcGatewayAttachment") == {
        "VpcId": {"Ref": "Vpc"},
        "InternetGatewayId": {"Ref": "InternetGateway"},
    }


def test_dynamodb_is_reached_by_a_gateway_endpoint_on_every_route_table(dev):
    endpoint = properties(dev, "DynamodbEndpoint")
    assert endpoint["VpcEndpointType"] == "Gateway"
    assert endpoint["ServiceName"] == {"Fn::Sub": "com.amazonaws.${AWS::Region}.dynamodb"}
    assert endpoint["VpcId"] == {"Ref": "Vpc"}
    tables = list(of_type(dev, "AWS::EC2::RouteTable"))
    assert [table["Ref"] for table in endpoint["RouteTableIds"]] == tables


def test_the_endpoint_lets_through_just_what_the_function_uses(dev):
    [statement] = properties(dev, "DynamodbEndpoint")["PolicyDocument"]["Statement"]
    assert statement == {
        "Sid": "UseItem",
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["dynamodb:PutItem"],
        "Resource": [{"Fn::GetAtt": ["ItemTable", "Arn"]}],
    }


def test_the_security_group_takes_nothing_in_and_lets_https_out(dev):
    group = properties(dev, "FunctionSecurityGroup")
    assert "SecurityGroupIngress" not in group
    [out] = group["SecurityGroupEgress"]
    assert (out["IpProtocol"], out["FromPort"], out["ToPort"], out["CidrIp"]) == ("tcp", 443, 443, "0.0.0.0/0")


# ---------------------------------------------------------------------------------------------------------- data


def test_the_table(dev):
    table = dev["Resources"]["ItemTable"]
    assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Delete"
    table = {key: value for key, value in table["Properties"].items() if key != "Tags"}
    assert table == {
        "AttributeDefinitions": [{"AttributeName": "itemId", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "itemId", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }


def test_prod_keeps_its_table(prod):
    table = prod["Resources"]["ItemTable"]
    assert table["DeletionPolicy"] == "RetainExceptOnCreate"
    assert table["UpdateReplacePolicy"] == "Retain"
    assert table["Properties"]["DeletionProtectionEnabled"] is True
    assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["Properties"]["SSESpecification"]["SSEEnabled"] is True


@pytest.mark.parametrize(("environment", "days"), [("dev", 30), ("prod", 365)])
def test_log_groups_have_a_retention(templates, environment, days):
    groups = of_type(templates[environment], "AWS::Logs::LogGroup")
    assert set(groups) == {"ItemFunctionLogGroup", "ApiAccessLogGroup"}
    for group in groups.values():
        assert group["Properties"]["RetentionInDays"] == days
        assert group["DeletionPolicy"] == ("RetainExceptOnCreate" if environment == "prod" else "Delete")


# ------------------------------------------------------------------------------------------------------ identity


def test_lambda_and_nobody_else_assumes_the_execution_role(dev):
    role = properties(dev, "ItemFunctionRole")
    assert "ManagedPolicyArns" not in role
    assert role["AssumeRolePolicyDocument"]["Statement"] == [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": ["sts:AssumeRole"]}
    ]


def test_the_execution_role_allows_exactly_this(dev):
    interfaces = [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
    ]
    function_arn = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:tap-dev-Item"
    assert statements(dev) == {
        "WriteLogs": {
            "Sid": "WriteLogs",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": [{"Fn::GetAtt": ["ItemFunctionLogGroup", "Arn"]}],
        },
        "UseItem": {
            "Sid": "UseItem",
            "Effect": "Allow",
            "Action": ["dynamodb:PutItem"],
            "Resource": [{"Fn::GetAtt": ["ItemTable", "Arn"]}],
        },
        "SendTraces": {
            "Sid": "SendTraces",
            "Effect": "Allow",
            "Action": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
            "Resource": ["*"],
        },
        "ManageNetworkInterfaces": {
            "Sid": "ManageNetworkInterfaces",
            "Effect": "Allow",
            "Action": interfaces,
            "Resource": ["*"],
        },
        "DenyOwnNetworkInterfaces": {
            "Sid": "DenyOwnNetworkInterfaces",
            "Effect": "Deny",
            "Action": sorted([*interfaces, "ec2:DetachNetworkInterface"]),
            "Resource": ["*"],
            "Condition": {"ArnEquals": {"lambda:SourceFunctionArn": {"Fn::Sub": function_arn}}},
        },
    }


def test_the_deny_names_the_function_as_it_is_named(dev):
    arn = statements(dev)["DenyOwnNetworkInterfaces"]["Condition"]["ArnEquals"]["lambda:SourceFunctionArn"]["Fn::Sub"]
    assert arn.rpartition(":")[2] == properties(dev, "ItemFunction")["FunctionName"]


def test_the_api_logging_role_is_kept_and_set_for_the_account(dev):
    role = dev["Resources"]["ApiLoggingRole"]
    assert (role["DeletionPolicy"], role["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
    [trust] = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "apigateway.amazonaws.com"}
    assert role["Properties"]["ManagedPolicyArns"] == [
        {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"}
    ]
    account = dev["Resources"]["ApiAccount"]
    assert (account["DeletionPolicy"], account["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
    assert account["Properties"] == {"CloudWatchRoleArn": {"Fn::GetAtt": ["ApiLoggingRole", "Arn"]}}


def test_no_wildcard_action_and_no_wildcard_resource_but_where_there_is_none_narrower(dev):
    text = json.dumps(dev)
    assert not re.search(r'"[a-z0-9-]+:[A-Za-z]*\*"', text)
    everywhere = [sid for sid, statement in statements(dev).items() if statement["Resource"] == ["*"]]
    assert everywhere == ["SendTraces", "ManageNetworkInterfaces", "DenyOwnNetworkInterfaces"]


# ------------------------------------------------------------------------------------------------------- compute


def test_the_function(dev):
    function = {key: value for key, value in properties(dev, "ItemFunction").items() if key not in ("Tags", "Code")}
    assert function == {
        "FunctionName": "tap-dev-Item",
        "Description": "Stores one item per request",
        "Handler": "index.handler",
        "Runtime": "python3.13",
        "Architectures": ["arm64"],
        "MemorySize": 256,
        "Timeout": 10,
        "Role": {"Fn::GetAtt": ["ItemFunctionRole", "Arn"]},
        "Environment": {"Variables": {"TABLE_NAME": {"Ref": "ItemTable"}}},
        "LoggingConfig": {"LogFormat": "JSON", "LogGroup": {"Ref": "ItemFunctionLogGroup"}},
        "TracingConfig": {"Mode": "Active"},
        "VpcConfig": {
            "SecurityGroupIds": [{"Fn::GetAtt": ["FunctionSecurityGroup", "GroupId"]}],
            "SubnetIds": [{"Ref": "PublicSubnet1"}, {"Ref": "PublicSubnet2"}],
        },
    }


def test_the_template_is_complete_in_itself(dev):
    assert properties(dev, "ItemFunction")["Code"] == {"ZipFile": (ROOT / "handler" / "index.py").read_text()}
    assert "Parameters" not in dev


# ----------------------------------------------------------------------------------------------------------- api


def test_the_rest_api(dev):
    api = properties(dev, "Api")
    assert api["Name"] == "Item Service"
    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert properties(dev, "ApiItemResource") == {
        "RestApiId": {"Ref": "Api"},
        "ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
        "PathPart": "item",
    }


def test_get_item_calls_the_function(dev):
    uri = (
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        "${ItemFunction.Arn}/invocations"
    )
    assert properties(dev, "ApiItemGetMethod") == {
        "RestApiId": {"Ref": "Api"},
        "ResourceId": {"Ref": "ApiItemResource"},
        "HttpMethod": "GET",
        "AuthorizationType": "NONE",
        "Integration": {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": {"Fn::Sub": uri}},
    }


def test_only_get_item_of_the_stage_may_call_the_function(dev):
    assert list(of_type(dev, "AWS::Lambda::Permission")) == ["ApiItemGetPermission"]
    source = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/dev/GET/item"
    assert properties(dev, "ApiItemGetPermission") == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Fn::GetAtt": ["ItemFunction", "Arn"]},
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": {"Fn::Sub": source},
    }


def test_preflight_on_the_root_and_on_every_resource(dev):
    answered = {
        json.dumps(method["Properties"]["ResourceId"])
        for method in of_type(dev, "AWS::ApiGateway::Method").values()
        if method["Properties"]["HttpMethod"] == "OPTIONS"
    }
    places = [{"Fn::GetAtt": ["Api", "RootResourceId"]}]
    places += [{"Ref": name} for name in of_type(dev, "AWS::ApiGateway::Resource")]
    assert answered == {json.dumps(place) for place in places}


@pytest.mark.parametrize("method", ["ApiOptionsMethod", "ApiItemOptionsMethod"])
def test_what_preflight_answers(dev, method):
    method = properties(dev, method)
    assert method["AuthorizationType"] == "NONE"
    assert method["Integration"]["Type"] == "MOCK"
    [answer] = method["Integration"]["IntegrationResponses"]
    headers = {name.rpartition(".")[2]: value for name, value in answer["ResponseParameters"].items()}
    assert headers == {
        "Access-Control-Allow-Origin": "'*'",
        "Access-Control-Allow-Methods": "'GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS'",
        "Access-Control-Allow-Headers": "'Content-Type,Authorization,X-Amz-Date,X-Api-Key,X-Amz-Security-Token'",
        "Access-Control-Max-Age": "'600'",
    }
    [declared] = method["MethodResponses"]
    assert declared == {"StatusCode": "204", "ResponseParameters": dict.fromkeys(answer["ResponseParameters"], True)}


def test_errors_of_the_gateway_carry_cors_headers(dev):
    responses = of_type(dev, "AWS::ApiGateway::GatewayResponse").values()
    assert [response["Properties"]["ResponseType"] for response in responses] == ["DEFAULT_4XX", "DEFAULT_5XX"]
    for response in responses:
        parameters = response["Properties"]["ResponseParameters"]
        assert parameters["gatewayresponse.header.Access-Control-Allow-Origin"] == "'*'"
        assert "gatewayresponse.header.Access-Control-Allow-Headers" in parameters


def test_the_stage_throttles_logs_and_traces(dev):
    stage = dev["Resources"]["ApiStage"]
    assert stage["DependsOn"] == ["ApiAccount"]
    assert stage["Properties"]["StageName"] == "dev"
    assert stage["Properties"]["TracingEnabled"] is True
    [setting] = stage["Properties"]["MethodSettings"]
    assert setting == {
        "HttpMethod": "*",
        "ResourcePath": "/*",
        "ThrottlingRateLimit": 100,
        "ThrottlingBurstLimit": 200,
        "LoggingLevel": "ERROR",
    }
    log = stage["Properties"]["AccessLogSetting"]
    group = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${ApiAccessLogGroup}"
    assert log["DestinationArn"] == {"Fn::Sub": group}
    assert json.loads(log["Format"])["requestId"] == "$context.requestId"
    assert "status" in json.loads(log["Format"])


def test_the_deployment_waits_for_every_method_and_answer(dev):
    [(name, deployment)] = of_type(dev, "AWS::ApiGateway::Deployment").items()
    assert re.fullmatch(r"ApiDeployment[0-9a-f]{10}", name)
    assert properties(dev, "ApiStage")["DeploymentId"] == {"Ref": name}
    awaited = {*of_type(dev, "AWS::ApiGateway::Method"), *of_type(dev, "AWS::ApiGateway::GatewayResponse")}
    assert set(deployment["DependsOn"]) == awaited


# ---------------------------------------------------------------------------------------------------- monitoring

ALARMS = {
    "ItemFunctionErrorsAlarm": ("AWS/Lambda", "Errors", "Sum", 1),
    "ItemFunctionThrottlesAlarm": ("AWS/Lambda", "Throttles", "Sum", 1),
    "ItemFunctionDurationAlarm": ("AWS/Lambda", "Duration", "Maximum", 8000),
    "ApiServerErrorsAlarm": ("AWS/ApiGateway", "5XXError", "Sum", 1),
}


@pytest.mark.parametrize("name", ALARMS)
def test_alarms_on_one_metric(dev, name):
    alarm = properties(dev, name)
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"], alarm["Threshold"]) == ALARMS[name]
    assert alarm["Period"] == 300
    if name.startswith("ItemFunction"):
        assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": "ItemFunction"}}]
    else:
        assert alarm["Dimensions"] == [{"Name": "ApiName", "Value": "Item Service"}, {"Name": "Stage", "Value": "dev"}]


@pytest.mark.parametrize(
    ("name", "metrics"),
    [
        ("ItemTableThrottlesAlarm", ["ReadThrottleEvents", "WriteThrottleEvents"]),
        ("ItemTableSystemErrorsAlarm", ["SystemErrors"]),
    ],
)
def test_alarms_on_the_table(dev, name, metrics):
    total, *queries = properties(dev, name)["Metrics"]
    assert total["ReturnData"] is True
    assert total["Expression"] == "+".join(f"FILL({query['Id']},0)" for query in queries)
    assert [query["MetricStat"]["Metric"]["MetricName"] for query in queries] == metrics
    for query in queries:
        assert query["ReturnData"] is False
        assert (query["MetricStat"]["Period"], query["MetricStat"]["Stat"]) == (300, "Sum")
        metric = query["MetricStat"]["Metric"]
        assert metric["Namespace"] == "AWS/DynamoDB"
        assert metric["Dimensions"][0] == {"Name": "TableName", "Value": {"Ref": "ItemTable"}}


def test_every_alarm_looks_at_one_period_and_missing_data_is_not_breaching(dev):
    alarms = of_type(dev, "AWS::CloudWatch::Alarm")
    assert set(alarms) == {*ALARMS, "ItemTableThrottlesAlarm", "ItemTableSystemErrorsAlarm"}
    for alarm in alarms.values():
        assert alarm["Properties"]["EvaluationPeriods"] == 1
        assert alarm["Properties"]["TreatMissingData"] == "notBreaching"
        assert alarm["Properties"]["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"


# --------------------------------------------------------------------------------------------- the whole template

OUTPUTS = {
    "VpcIdOutput": {"Ref": "Vpc"},
    "DynamoTableNameOutput": {"Ref": "ItemTable"},
    "LambdaRoleNameOutput": {"Ref": "ItemFunctionRole"},
    "LambdaFunctionNameOutput": {"Ref": "ItemFunction"},
    "LambdaFunctionArnOutput": {"Fn::GetAtt": ["ItemFunction", "Arn"]},
    "AlarmNameOutput": {"Ref": "ItemFunctionErrorsAlarm"},
    "ApiGatewayIdOutput": {"Ref": "Api"},
    "ApiGatewayUrlOutput": {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${ApiStage}/"},
}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_exactly_these_outputs(templates, environment):
    outputs = templates[environment]["Outputs"]
    assert {name: output["Value"] for name, output in outputs.items()} == OUTPUTS
    assert all(output["Description"] for output in outputs.values())


@pytest.fixture(scope="module")
def taggable():
    """Whether a resource type takes tags, by the resource provider schemas that cfn-lint ships."""
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

    def known(kind):
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
        return schema.get("tagging", {}).get("taggable", "Tags" in schema["properties"])

    return known


@pytest.mark.parametrize(("environment", "shown"), [("dev", "dev"), ("staging", "staging"), ("prod", "Production")])
def test_tags_on_every_taggable_resource(templates, taggable, environment, shown):
    tagged = 0
    for name, resource in templates[environment]["Resources"].items():
        if not taggable(resource["Type"]):
            assert "Tags" not in resource["Properties"], name
            continue
        tags = {tag["Key"]: tag["Value"] for tag in resource["Properties"]["Tags"]}
        assert len(tags) == len(resource["Properties"]["Tags"]), name
        assert tags.pop("Name", f"tap-{environment}").startswith(f"tap-{environment}"), name
        assert tags == {"Application": "tap", "Environment": shown, "ManagedBy": "tapgen"}, name
        tagged += 1
    assert tagged >= 20


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_region_account_or_zone_is_written_down(environment):
    text = (ROOT / "templates_out" / f"{environment}.yaml").read_text()
    assert not re.search(r"\b(us|eu|ap|ca|sa|me|af|il|mx|cn)-(gov-)?(north|south|east|west|central)+[a-z]*-\d", text)
    assert not re.search(r"\b\d{12}\b", text)
    assert "arn:aws:" not in text
    assert ".amazonaws.com/" not in text


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_reference_leads_somewhere(templates, environment):
    document = templates[environment]
    known = {*document["Resources"], *document.get("Parameters", {})}
    found = set()

    def walk(value):
        match value:
            case {"Ref": str(name)}:
                found.add(name)
            case {"Fn::GetAtt": [str(name), *_]}:
                found.add(name)
            case {"Fn::Sub": str(text)}:
                found.update(name.partition(".")[0] for name in re.findall(r"\$\{([^!}]+)\}", text))
            case dict():
                for item in value.values():
                    walk(item)
            case list():
                for item in value:
                    walk(item)

    walk(document)
    assert {name for name in found if not name.startswith("AWS::")} <= known
    assert len(found) > 15


def test_environments_differ_in_address_range_and_name_alone(templates):
    ranges = {name: properties(document, "Vpc")["CidrBlock"] for name, document in templates.items()}
    assert ranges == {"dev": "10.0.0.0/16", "staging": "10.1.0.0/16", "prod": "10.2.0.0/16"}
    names = [
        {re.sub(r"(?<=ApiDeployment).*", "", name) for name in document["Resources"]} for document in templates.values()
    ]
    assert names[0] == names[1]
    assert names[2] - names[0] == {"AlarmTopic", "AlarmSubscription"} & names[2]


def test_what_is_no_template_is_not_read(tmp_path):
    with pytest.raises(TapgenError, match="No such file"):
        documents.read(tmp_path / "dev.yaml")
