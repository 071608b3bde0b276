"""A template of SAM's is checked as CloudFormation expands it, and its findings stand where it was written."""

import json
from pathlib import Path

import pytest

pytest.importorskip("samtranslator", reason="the extra sam is not installed")

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: python3.12, Handler: index.handler}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Policies:
        - DynamoDBReadPolicy: {TableName: !Ref Table}
        - Statement:
            - {Effect: Allow, Action: s3:ListBucket, Resource: arn:aws:s3:::shop}
            - {Effect: Allow, Action: s3:ListBucket, Resource: arn:aws:s3:::shop/*}
      Events:
        Placed: {Type: Api, Properties: {Path: /orders, Method: POST}}
  Table: {Type: AWS::Serverless::SimpleTable}
  Topic:
    Type: AWS::SNS::TopicPolicy
    Properties:
      Topics: [!Ref Table]
      PolicyDocument: {Statement: [{Effect: Allow, Principal: "*", Action: sns:Publish, Resource: "*"}]}
"""
PURGES = """\
import boto3
def handler(event, context):
    boto3.client("sqs").purge_queue(QueueUrl=event["queue"])
"""


def checked(tapgen, folder: Path, text: str) -> list[str]:
    (folder / "template.yaml").write_text(text)
    ended = tapgen("check", "--no-lint", "--template", "template.yaml", "--format", "json", cwd=folder)
    findings = [one for one in json.loads(ended.out)["findings"] if one["severity"] != "info"]
    return [f"{one['severity']} {one['rule']} {one['logical_id']} {one['file']}:{one['line']}" for one in findings]


def test_a_finding_stands_where_the_template_was_written(tapgen, tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src/index.py").write_text(PURGES)
    found = checked(tapgen, tmp_path, TEMPLATE)
    assert "error action-resource Orders template.yaml:13" in found
    assert "error policy-public Topic template.yaml:21" in found
    assert "error permission-missing Orders src/index.py:3" in found
    assert not any(one.split()[1] in ("not-checked", "invoke-wide") or "OrdersRole" in one for one in found)
    unused = [one for one in found if "permission-unused" in one]
    assert unused == ["warning permission-unused Orders template.yaml:12"]


PLAIN = """\
Resources:
  Purges:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.12, Handler: index.handler, Role: !GetAtt Role.Arn, Code: WHERE}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]}
"""


def test_code_is_read_where_the_template_names_a_folder_or_a_file(tapgen, tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src/index.py").write_text(PURGES)
    missing = "error permission-missing Purges src/index.py:3"
    for written in ("./src", "src/index.py"):
        assert missing in checked(tapgen, tmp_path, PLAIN.replace("WHERE", written))
        assert missing.replace("Purges", "Orders") in checked(tapgen, tmp_path, TEMPLATE.replace("src/", written))
    for folder, read in (("infra", True), ("repository", False)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / ("docs" if read else ".git")).mkdir()
        found = checked(tapgen, tmp_path / folder, PLAIN.replace("WHERE", "../src"))
        assert any("permission-missing Purges" in one and "src/index.py:3" in one for one in found) is read
    assert missing not in checked(tapgen, tmp_path, PLAIN.replace("WHERE", "elsewhere"))
    assert missing not in checked(tapgen, tmp_path, PLAIN.replace("WHERE", ".").replace("index.handler", "handler"))


LAYERED = """\
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Layers: [!Ref Common]}}
Resources:
  Common: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layer/}}
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      CodeUri: src/
      Policies: [{Statement: [{Effect: Allow, Action: [sqs:PurgeQueue, sqs:SendMessage], Resource: "*"}]}]
"""


def test_the_code_of_own_layers_is_read(tapgen, tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src/index.py").write_text("from shop.queues import handler")
    unread = checked(tapgen, tmp_path, LAYERED)
    assert not any("permission-unused" in one for one in unread)  # nobody knows what the layer's code does
    (tmp_path / "shared/src/shop").mkdir(parents=True)
    (tmp_path / "shared/src/shop/queues.py").write_text(PURGES)
    plain = LAYERED.replace("Globals: {Function: {Layers: [!Ref Common]}}", "")
    told = ["warning permission-unused Orders template.yaml:11"]
    for line, expected in (("-e ../shared", told), ("shop @ git+https://example.org/shop.git", []), ("../gone", [])):
        (tmp_path / "src/requirements.txt").write_text(f"requests>=2\n{line}\n")
        assert [one for one in checked(tapgen, tmp_path, plain) if "permission" in one] == expected
    (tmp_path / "src/requirements.txt").unlink()
    (tmp_path / "layer/python/shop").mkdir(parents=True)
    (tmp_path / "layer/python/shop/queues.py").write_text(PURGES)
    (tmp_path / "layer/python/boto3.py").write_text("raise RuntimeError")
    assert [one for one in checked(tapgen, tmp_path, LAYERED) if "permission" in one] == told


IMAGE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Metadata: {DockerContext: ./image, Dockerfile: Dockerfile}
    Properties:
      PackageType: Image
      Policies: [{Statement: [{Effect: Allow, Action: sqs:SendMessage, Resource: "*"}]}]
"""
DOCKERFILE = """\
FROM public.ecr.aws/lambda/python:3.12
COPY requirements.txt ./
RUN pip install -r requirements.txt
COPY app ${LAMBDA_TASK_ROOT}
CMD [ "orders.handler" ]
"""


def test_the_code_of_an_image_is_read_where_its_dockerfile_says(tapgen, tmp_path):
    (tmp_path / "image/app").mkdir(parents=True)
    (tmp_path / "image/app/orders.py").write_text(PURGES)
    (tmp_path / "image/Dockerfile").write_text(DOCKERFILE)
    found = [one for one in checked(tapgen, tmp_path, IMAGE) if "permission" in one]
    assert found == [
        "error permission-missing Orders image/app/orders.py:3",
        "warning permission-unused Orders template.yaml:8",
    ]
    (tmp_path / "image/Dockerfile").write_text(DOCKERFILE.replace("orders.handler", "python main.py"))
    assert [one for one in checked(tapgen, tmp_path, IMAGE) if "permission" in one] == []


def test_an_action_that_is_none_is_told_of_a_statement_and_not_of_a_policy_template(tapgen, tmp_path):
    text = TEMPLATE.replace("DynamoDBReadPolicy: {TableName: !Ref Table}", "SQSPollerPolicy: {QueueName: shop}")
    text = text.replace("s3:ListBucket", "s3:ListBuckets", 1)
    told = checked(tapgen, tmp_path, text)
    assert [one.split()[2:] for one in told if "action-unknown" in one] == [["Orders", "template.yaml:12"]]


OF_AWS_REPOSITORY = """
  Shared:
    Type: AWS::Serverless::Application
    Properties: {Location: {ApplicationId: arn:aws:serverlessrepo:us-east-1:1:applications/x, SemanticVersion: 1.0.0}}
"""
DEFINED_ELSEWHERE = """
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: nowhere.asl.json, Policies: [{LambdaInvokePolicy: {FunctionName: !Ref Orders}}]}
  Web:
    Type: AWS::Serverless::Api
    Properties: {StageName: a, DefinitionBody: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: web.yaml}}}}
"""
REFUSED = """
  Strange:
    Type: AWS::Serverless::Function
    Properties: {Handler: a.b, Runtime: python3.12, Events: {A: {Type: Api, Properties: {Method: get}}}}
"""


@pytest.mark.parametrize(
    ("more", "lines"),
    [(OF_AWS_REPOSITORY, {22}), (DEFINED_ELSEWHERE, {22, 25}), (REFUSED, {22})],
    ids=["application", "definition", "refused"],
)
def test_what_cannot_be_expanded_is_named_and_the_rest_is_checked(tapgen, tmp_path, monkeypatch, more, lines):
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    found = checked(tapgen, tmp_path, TEMPLATE + more.lstrip("\n"))
    assert {int(one.rpartition(":")[2]) for one in found if one.split()[1] == "not-checked"} == lines
    assert "error action-resource Orders template.yaml:13" in found
    (tmp_path / "nowhere.asl.json").write_text('{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}')
    (tmp_path / "web.yaml").write_text("openapi: 3.0.1\ninfo: {title: web, version: '1'}\npaths: {}\n")
    if "nowhere" in more:
        assert not [one for one in checked(tapgen, tmp_path, TEMPLATE + more) if one.split()[1] == "not-checked"]


@pytest.mark.parametrize(
    "odd",
    [
        "Globals: [a]\nResources:\n  F: {Type: AWS::Serverless::Function, Properties: {CodeUri: 1}}\n",
        "Resources:\n  F: {Type: AWS::Serverless::Function, Properties: [a], Metadata: b}\n",
        "Resources:\n  F: {Type: AWS::Serverless::Function}\n  G: {Type: {a: b}, Properties: 1}\n  H: text\n",
    ],
    ids=["globals", "properties", "types"],
)
def test_odd_templates_of_sam_are_no_traceback(tapgen, tmp_path, odd):
    (tmp_path / "template.yaml").write_text(f"Transform: AWS::Serverless-2016-10-31\n{odd}")
    assert tapgen("check", "--no-lint", "--template", "template.yaml", cwd=tmp_path).code in (0, 1, 2)
