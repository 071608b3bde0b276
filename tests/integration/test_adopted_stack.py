"""A stack that another tool has made is adopted, and deployed without a replaced resource."""

import io
import json
import tomllib
import urllib.request
import zipfile

import pytest

from tapgen.cli import run
from tapgen.template.document import read
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


@pytest.fixture
def tapgen(cloud, capsys):
    """A command line that succeeds on the cloud: what it printed."""

    def succeeded(*arguments):
        with variables(cloud.environ):
            code = run([*arguments])
        said = capsys.readouterr()
        assert code == 0, f"{arguments}: {code}\n{said.out}\n{said.err}"
        return said.out

    return succeeded


def test_a_deployed_stack_is_adopted_and_nothing_of_it_is_replaced(cloud, tapgen, tmp_path):
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

    tapgen("adopt", "--stack", "old-shop", "--name", "shop", "--env", "prod", "--to", str(tmp_path))
    assert 'stack = "old-shop"' in (tmp_path / "tapgen.toml").read_text()
    tapgen("--project", str(tmp_path), "deploy", "--env", "prod", "--yes", "--no-check", "--parameter", "Stage=prod")
    assert physical_ids(stacks) == before
    assert cloud.client("dynamodb").scan(TableName=before["Orders"])["Count"] == 1
    attributes = cloud.client("sqs").get_queue_attributes(QueueUrl=before["Queue"], AttributeNames=["All"])
    assert attributes["Attributes"]["VisibilityTimeout"] == "60"


def physical_ids(stacks, stack="old-shop"):
    """Logical id -> what it is called."""
    found = stacks.list_stack_resources(StackName=stack)["StackResourceSummaries"]
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}


HANDLER = """def handler(event, context):
    return {{"statusCode": 200, "body": "{said}"}}
"""
SAM = """
Transform: AWS::Serverless-2016-10-31
Globals: { Function: { Runtime: python3.13, CodeUri: code, Handler: app.handler, Timeout: 5 } }
Resources:
  TakeFunction:
    Type: AWS::Serverless::Function
    Properties:
      Environment: { Variables: { QUEUE_URL: !Ref Jobs, TABLE: !Ref Orders } }
      Policies: [SQSSendMessagePolicy: { QueueName: !GetAtt Jobs.QueueName }]
      Events: { Post: { Type: Api, Properties: { Path: /orders, Method: post } } }
  StoreFunction:
    Type: AWS::Serverless::Function
    Properties:
      Environment: { Variables: { TABLE: !Ref Orders } }
      Policies: [DynamoDBCrudPolicy: { TableName: !Ref Orders }]
      Events: { Jobs: { Type: SQS, Properties: { Queue: !GetAtt Jobs.Arn, BatchSize: 5 } } }
  Jobs: { Type: "AWS::SQS::Queue", Properties: { VisibilityTimeout: 60 } }
  Orders: { Type: "AWS::Serverless::SimpleTable", Properties: { PrimaryKey: { Name: orderId, Type: String } } }
  News: { Type: "AWS::SNS::Topic" }
Outputs: { Table: { Value: !Ref Orders } }
"""


def test_a_stack_of_sam_is_adopted_with_its_code_and_nothing_is_replaced(cloud, tapgen, tmp_path):
    sam = pytest.importorskip("tapgen.starter.adopt.sam")
    pytest.importorskip("samtranslator", reason="the extra sam is not installed")
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text(HANDLER.format(said="as it was"))
    (tmp_path / "template.yaml").write_text(SAM)
    document = sam.expand(read(tmp_path / "template.yaml"), tmp_path, "us-east-1", {}).document
    upload(cloud, tmp_path / "code" / "app.py")
    for one in document["Resources"].values():
        if one["Type"] == "AWS::Lambda::Function":
            one["Properties"]["Code"] = {"S3Bucket": "sam-code", "S3Key": "code.zip"}
    stacks = cloud.client("cloudformation")
    stacks.create_stack(
        StackName="old-sam", TemplateBody=json.dumps(document), Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"]
    )
    stacks.get_waiter("stack_create_complete").wait(StackName="old-sam", WaiterConfig={"Delay": 1})
    before = physical_ids(stacks, "old-sam")

    project = tmp_path / "shop"
    template = str(tmp_path / "template.yaml")
    said = tapgen("adopt", template, "--stack", "old-sam", "--name", "shop", "--env", "prod", "--to", str(project))
    assert "2 functions" in said
    assert "1 trigger" in said
    assert "1 API, 1 route" in said
    settings = tomllib.loads((project / "tapgen.toml").read_text())
    assert settings["functions"]["Store"]["source"] == "../code"
    assert settings["functions"]["Store"]["triggers"]["queues"]["Jobs"]["batch_size"] == 5
    (tmp_path / "code" / "app.py").write_text(HANDLER.format(said="deployed by tapgen"))
    tapgen("--project", str(project), "deploy", "--env", "prod", "--yes", "--no-check")
    after = physical_ids(stacks, "old-sam")
    kept = {name: physical for name, physical in before.items() if not is_of_the_body(name)}
    assert {name: after.get(name) for name in kept} == kept
    assert len(before) - len(kept) == 3
    [stack] = stacks.describe_stacks(StackName="old-sam")["Stacks"]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    assert outputs["Table"] == before["Orders"]
    request = urllib.request.Request(f"{cloud.address(outputs)}/orders", method="POST", data=b"{}")
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
        assert answer.read() == b"deployed by tapgen"


def is_of_the_body(name):
    """What another body of the API makes anew.

    A deployment is made with each change of an API. The embedded AWS also imports a changed body as another API, to
    whose id the permission belongs, where AWS overwrites it: CloudFormation user guide, AWS::ApiGateway::RestApi, Body.
    """
    return name in ("ServerlessRestApi", "TakeFunctionPostPermissionProd") or "ApiDeployment" in name


def upload(cloud, file):
    """The code as `sam package` leaves it."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.write(file, file.name)
    cloud.client("s3").create_bucket(Bucket="sam-code")
    cloud.client("s3").put_object(Bucket="sam-code", Key="code.zip", Body=body.getvalue())
