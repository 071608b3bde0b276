"""A stack that another tool has made is adopted, and deployed without a replaced resource."""

import json

from tapgen.cli import run
from tests.integration.conftest import variables

TEMPLATE = {
    "Parameters": {"Stage": {"Type": "String", "Default": "dev"}},
    "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
    "Resources": {
        "Orders": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            },
        },
        "Queue": {
            "Type": "AWS::SQS::Queue",
            "Properties": {"VisibilityTimeout": {"Fn::If": ["IsProd", 60, 30]}},
        },
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "lambda.amazonaws.com"},
                            "Action": "sts:AssumeRole",
                        }
                    ],
                }
            },
        },
        "Worker": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Environment": {"Variables": {"TABLE": {"Ref": "Orders"}}},
                "Code": {"ZipFile": "def handler(event, context):\n    return 'fine'\n"},
            },
        },
    },
    "Outputs": {"Table": {"Value": {"Ref": "Orders"}}},
}


def test_a_deployed_stack_is_adopted_and_nothing_of_it_is_replaced(cloud, tmp_path, capsys):
    stacks = cloud.client("cloudformation")
    stacks.create_stack(
        StackName="old-shop",
        TemplateBody=json.dumps(TEMPLATE),
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": "Stage", "ParameterValue": "prod"}],
    )
    stacks.get_waiter("stack_create_complete").wait(StackName="old-shop", WaiterConfig={"Delay": 1})
    before = physical_ids(stacks)
    cloud.client("dynamodb").put_item(TableName=before["Orders"], Item={"id": {"S": "kept"}})

    def tapgen(*arguments):
        with variables(cloud.environ):
            code = run([*arguments])
        said = capsys.readouterr()
        assert code == 0, f"{arguments}: {code}\n{said.out}\n{said.err}"
        return said.out

    tapgen("adopt", "--stack", "old-shop", "--name", "shop", "--env", "prod", "--to", str(tmp_path))
    assert 'stack = "old-shop"' in (tmp_path / "tapgen.toml").read_text()
    tapgen("--project", str(tmp_path), "deploy", "--env", "prod", "--yes", "--no-check", "--parameter", "Stage=prod")
    assert physical_ids(stacks) == before
    assert cloud.client("dynamodb").scan(TableName=before["Orders"])["Count"] == 1
    attributes = cloud.client("sqs").get_queue_attributes(QueueUrl=before["Queue"], AttributeNames=["All"])
    assert attributes["Attributes"]["VisibilityTimeout"] == "60"


def physical_ids(stacks):
    """Logical id -> what it is called."""
    found = stacks.list_stack_resources(StackName="old-shop")["StackResourceSummaries"]
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}
