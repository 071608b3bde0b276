"""Templates as people write them, in which nothing is wrong: what a rule must not say of them, and what it must."""

from __future__ import annotations

from typing import Any

import pytest

from tests.table import rows
from tests.unit.proof.documents import (
    LOGS,
    PUT,
    PUT_ITEM,
    TRACES,
    allow,
    arn,
    document,
    findings,
    function,
    only,
    policy,
    resource,
    role,
    rules,
    table,
)

TRUST_LAMBDA = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}

SECRET = "arn:aws:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret"


def granted(*statements: Any, parameters: dict[str, Any] | None = None, **resources: Any) -> dict[str, Any]:
    return {**document(statements=[LOGS, TRACES, PUT_ITEM, *statements], **resources), "Parameters": parameters or {}}


def key_policy(condition: dict[str, Any]) -> dict[str, Any]:
    statement = allow(["kms:Decrypt"], "*", Principal={"Service": "logs.amazonaws.com"}, Condition=condition)
    return only(Key=resource("AWS::KMS::Key", KeyPolicy=policy(statement)))


def bucket(*statements: Any) -> dict[str, Any]:
    return only(
        Bucket=resource("AWS::S3::Bucket"),
        Policy=resource("AWS::S3::BucketPolicy", Bucket={"Ref": "Bucket"}, PolicyDocument=policy(*statements)),
    )


def endpoint(service: Any) -> dict[str, Any]:
    return only(Endpoint=resource("AWS::EC2::VPCEndpoint", ServiceName=service, VpcEndpointType="Interface"))


GROUP = {"Fn::Sub": "arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/codebuild/${Function}"}
OPEN_DOMAIN = policy(allow("es:*", "*", Principal={"AWS": "*"}))
INDEX = {"IndexName": "b", "KeySchema": [{"AttributeName": "b", "KeyType": "HASH"}]}
PERMISSION = resource(
    "AWS::Lambda::Permission",
    Action="lambda:InvokeFunction",
    FunctionName={"Fn::ImportValue": "function"},
    Principal="events.amazonaws.com",
)


def indexed(index: Any, *keys: Any) -> dict[str, Any]:
    """A table with a second attribute, which an index or a key may use."""
    names = [{"AttributeName": name, "AttributeType": "S"} for name in "ab"]
    schema = [{"AttributeName": "a", "KeyType": "HASH"}, *keys]
    made = table(AttributeDefinitions=names, KeySchema=schema, GlobalSecondaryIndexes=[index] if index else None)
    return {**only(Table=made), "Conditions": {"C": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}}}


def on_bus(rule: str) -> dict[str, Any]:
    """A rule on a bus of its own sends to a queue, whose policy names the rule's ARN."""
    source = {"Fn::Sub": f"arn:aws:events:${{AWS::Region}}:${{AWS::AccountId}}:{rule}"}
    sends = allow("sqs:SendMessage", arn("Queue"), Principal={"Service": "events.amazonaws.com"})
    held = policy({**sends, "Condition": {"ArnEquals": {"aws:SourceArn": source}}})
    return only(
        Bus=resource("AWS::Events::EventBus", Name="orders"),
        Queue=resource("AWS::SQS::Queue"),
        Rule=resource(
            "AWS::Events::Rule", Name="r", EventBusName=arn("Bus"), Targets=[{"Id": "a", "Arn": arn("Queue")}]
        ),
        Policy=resource("AWS::SQS::QueuePolicy", Queues=[{"Ref": "Queue"}], PolicyDocument=held),
    )


def by_token(claim: str, value: str) -> dict[str, Any]:
    """A role that is assumed by a token of GitHub's whose claim has a value."""
    provider = "token.actions.githubusercontent.com"
    condition = {"StringLike": {f"{provider}:{claim}": {"Fn::Sub": value}}}
    who = {"Federated": {"Fn::Sub": f"arn:aws:iam::${{AWS::AccountId}}:oidc-provider/{provider}"}}
    trust = {"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition}
    role = resource("AWS::IAM::Role", AssumeRolePolicyDocument=policy(trust))
    return {**only(Role=role), "Parameters": {"Org": {"Type": "String"}}}


def started(permission: Any, **more: Any) -> dict[str, Any]:
    """A function that a rule starts, and a permission or none."""
    made = {
        "F": resource("AWS::Lambda::Function", Runtime="nodejs22.x", Handler="a.b"),
        "Rule": resource("AWS::Events::Rule", Targets=[{"Id": "a", "Arn": arn("F")}]),
        **({"Permission": permission} if permission else {}),
    }
    return only(**made, **more)


SOMEBODY = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
OBJECTS = {"Fn::Sub": "${Bucket.Arn}/*"}

HARMLESS = {
    "a key's encryption context": (
        "condition-key",
        key_policy({"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:*:*:*"}}),
    ),
    "a condition that is chosen": (
        "condition-key",
        {
            **key_policy({"ArnLike": {"Fn::If": ["C", {"aws:PrincipalArn": "a"}, {"aws:PrincipalArn": "b"}]}}),
            "Conditions": {"C": {"Fn::Equals": [{"Ref": "AWS::Partition"}, "aws"]}},
        },
    ),
    "the key of a topic's default policy": (
        "condition-key",
        only(
            Policy=resource(
                "AWS::SNS::TopicPolicy",
                Topics=[],
                PolicyDocument=policy(
                    allow(
                        ["sns:Publish"],
                        "*",
                        Principal={"AWS": "*"},
                        Condition={"StringEquals": {"AWS:SourceOwner": "123456789012"}},
                    )
                ),
            )
        ),
    ),
    "a claim of an identity provider": (
        "condition-key",
        granted(
            allow(
                "s3:GetObject",
                "arn:aws:s3:::b/*",
                Condition={"StringEquals": {"cognito-identity.amazonaws.com:sub": "x"}},
            )
        ),
    ),
    "a parameter's path": (
        "action-resource",
        granted(
            allow("ssm:GetParameter", {"Fn::Sub": "arn:aws:ssm:*:*:parameter${Path}/*"}),
            parameters={"Path": {"Type": "String"}},
        ),
    ),
    "a dynamic reference with colons": (
        "action-resource",
        granted(allow("s3:GetObject", "{{resolve:ssm:/shop/bucket:1}}/*")),
    ),
    "a dynamic reference inside an ARN": (
        "action-resource",
        granted(allow("s3:GetObject", "arn:aws:s3:::{{resolve:ssm:/shop/bucket:1}}/*")),
    ),
    "a parameter whose name is a path": (
        "action-resource",
        granted(
            allow("ssm:GetParameter", {"Fn::Sub": "arn:aws:ssm:*:*:parameter${Limit}"}),
            Limit=resource("AWS::SSM::Parameter", Name={"Fn::Sub": "/${AWS::StackName}/limit"}),
        ),
    ),
    "a macro": (
        "action-resource",
        granted(
            allow(
                "cloudformation:CreateChangeSet",
                {"Fn::Sub": "arn:aws:cloudformation:${AWS::Region}:aws:transform/Serverless-2016-10-31"},
            )
        ),
    ),
    "a deployment's hook, as SAM's guide has it": (
        "action-resource-unlisted",
        granted(
            allow("codedeploy:PutLifecycleEventHookExecutionStatus", "arn:aws:codedeploy:*:*:deploymentgroup:app/*"),
            allow(["dynamodb:ListStreams"], "arn:aws:dynamodb:*:*:table/GameScores/stream/*"),
            allow(["logs:PutResourcePolicy", "logs:DescribeResourcePolicies"], "arn:aws:logs:eu-west-1:1:log-group:*"),
            allow("cognito-identity:SetIdentityPoolRoles", "arn:aws:cognito-identity:*:*:identitypool/one"),
        ),
    ),
    "an action that two pages of the reference have": (
        "action-resource",
        granted(allow("elasticloadbalancing:AddTags", "arn:aws:elasticloadbalancing:*:*:targetgroup/orders/*")),
    ),
    "a stage of a REST API, which has one row with that of an HTTP API": (
        "action-resource",
        granted(allow("apigateway:PATCH", "arn:aws:apigateway:eu-west-1::/restapis/a1b2/authorizers/c3")),
    ),
    "actions without types on an ARN of their service": (
        "action-resource",
        granted(allow(["lambda:ListFunctions", "secretsmanager:ListSecrets"], ["arn:aws:lambda:*:*:function:a", "arn:aws:secretsmanager:*:*:secret:a-*"])),
    ),
    "what a topic's default policy names": (
        "action-unknown",
        only(Policy=resource("AWS::SNS::TopicPolicy", Topics=[], PolicyDocument=policy(allow("SNS:Receive", "*", Principal=SOMEBODY)))),
    ),
    "an action of a service that AWS closes, which its own policies name": (
        "action-unknown",
        granted(allow(["evidently:GetFeature", "IoTEvents:describeInput", "firehose:Get*"], "*")),
    ),
    "logs as the policies of Glue name them": (
        "action-resource",
        granted(allow(["logs:CreateLogStream", "logs:PutLogEvents"], "arn:aws:logs:*:*:/aws-glue/*")),
    ),
    "a group beside its streams, as CodeBuild's guide has it": (
        "log-group-arn",
        granted(allow(["logs:CreateLogGroup", *LOGS["Action"]], [GROUP, {"Fn::Sub": f"{GROUP['Fn::Sub']}:*"}])),
    ),
    "a group whose streams another policy allows": (
        "log-group-arn",
        document(
            Role=role(
                *(allow(LOGS["Action"], GROUP), PUT_ITEM),
                ManagedPolicyArns=["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"],
            )
        ),
    ),
    "a boundary": (
        "policy-administrator",
        document(
            Role=role(LOGS, TRACES, PUT_ITEM, PermissionsBoundary={"Ref": "Most"}),
            Most=resource("AWS::IAM::ManagedPolicy", PolicyDocument=policy(allow("*", "*"))),
        ),
    ),
    "everything under a condition": (
        "policy-administrator",
        granted(allow("*", "*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})),
    ),
    "a name by a dynamic reference": (
        "name-form",
        only(Bucket=resource("AWS::S3::Bucket", BucketName="{{resolve:ssm:/shop/Bucket_Name}}")),
    ),
    "a name that a parameter's default has": (
        "name-form",
        {**only(Bucket=resource("AWS::S3::Bucket", BucketName={"Ref": "Name"})), "Parameters": {"Name": {"Type": "String", "Default": "YOUR_BUCKET"}}},
    ),
    "a resource that a parameter's default has": (
        "resource-no-arn",
        granted(allow("sns:Publish", {"Ref": "Where"}), parameters={"Where": {"Type": "String", "Default": "CHANGE_ME"}}),
    ),
    "an account that a parameter's default leaves out": (
        "principal-malformed",
        {**bucket(allow("s3:GetObject", OBJECTS, Principal={"AWS": {"Ref": "Other"}})), "Parameters": {"Other": {"Type": "String", "Default": ""}}},
    ),
    "a service by a dynamic reference": (
        "principal-malformed",
        bucket(allow("s3:GetObject", OBJECTS, Principal={"Service": "{{resolve:ssm:/shop/service}}"})),
    ),
    "a role for one repository": ("trust-public", by_token("sub", "repo:${Org}/shop:*")),
    "a role for one owner": ("trust-public", by_token("repository_owner", "shop")),
    "a domain in a VPC": (
        "policy-public",
        only(D=resource("AWS::OpenSearchService::Domain", VPCOptions={"SubnetIds": ["s"]}, AccessPolicies=OPEN_DOMAIN)),
    ),
    "a domain that asks who comes": (
        "policy-public",
        only(D=resource("AWS::OpenSearchService::Domain", AdvancedSecurityOptions={"Enabled": True}, AccessPolicies=OPEN_DOMAIN)),
    ),
    "variables that a condition chooses": (
        "variable-missing",
        {
            **document(Function=function(Environment={"Fn::If": ["C", {"Variables": {"TABLE": "a"}}, {"Variables": {"TABLE": "b"}}]})),
            "Conditions": {"C": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}},
        },
    ),
    "a connection by its newer ARN": (
        "action-resource",
        granted(allow("codestar-connections:UseConnection", "arn:aws:codeconnections:eu-west-1:111122223333:connection/a")),
    ),
    "an index that a condition decides": ("table-attributes", indexed({"Fn::If": ["C", INDEX, {"Ref": "AWS::NoValue"}]})),
    "a key that a condition decides": (
        "table-attributes",
        indexed(None, {"Fn::If": ["C", {"AttributeName": "b", "KeyType": "RANGE"}, {"Ref": "AWS::NoValue"}]}),
    ),
    "an endpoint for directory buckets": (
        "endpoint-service-name",
        only(Endpoint=resource("AWS::EC2::VPCEndpoint", ServiceName="com.amazonaws.eu-west-1.s3express")),
    ),
    "an endpoint by a dynamic reference": ("endpoint-service-name", endpoint("{{resolve:ssm:/shop/service}}")),
    "a rule on a bus of its own, which its ARN names": ("delivery-policy", on_bus("rule/${Bus}/r")),
    "a permission of a function that only the deployment knows": ("trigger-permission", started(PERMISSION)),
    "a permission that Fn::ForEach makes": (
        "trigger-permission",
        started(None, **{"Fn::ForEach::Permissions": ["X", ["F"], {"P${X}": PERMISSION}]}),
    ),
    "what a macro may make": ("trigger-permission", {**started(None), "Transform": ["Own"]}),
    "what a file that is included may have": ("trigger-permission", started(None, **{"Fn::Transform": {"Name": "AWS::Include"}})),
    "a permission that a nested stack may make": (
        "trigger-permission",
        started(None, Nested=resource("AWS::CloudFormation::Stack", Parameters={"F": arn("F")})),
    ),
    "every object of one bucket": ("resource-wildcard", granted(allow("s3:GetObject", "arn:aws:s3:::pictures/*"))),
    "actions whose resources are optional": (
        "resource-wildcard",
        granted(allow(["cloudwatch:PutMetricData", "polly:SynthesizeSpeech", "translate:TranslateText"], "*")),
    ),
    "what names a part of a secret": (
        "secret-parameter",
        {
            **only(Q=resource("AWS::SQS::Queue")),
            "Parameters": {
                "StripeSecretJsonKey": {"Type": "String", "Default": "secret"},
                "SecretStage": {"Type": "String", "Default": "AWSCURRENT"},
                "TokenSymbol": {"Type": "String", "Default": "USD"},
            },
        },
    ),
    "a bucket's policy that names nobody": ("policy-public", bucket(allow("s3:GetObject", OBJECTS))),
    "the policy of a function of SAM's": (
        "policy-public",
        only(F=resource("AWS::Serverless::Function", Policies=[{"Statement": [allow("s3:GetObject", OBJECTS)]}])),
    ),
    "all buckets": ("action-resource", granted(allow("s3:ListAllMyBuckets", "arn:aws:s3:::*"))),
    "a task's token": (
        "action-resource",
        granted(allow("states:SendTaskSuccess", "arn:aws:states:*:*:stateMachine:orders")),
    ),
    "a bucket and its objects": (
        "action-resource",
        granted(
            allow(["s3:GetObject", "s3:ListBucket"], [arn("Bucket"), OBJECTS]), Bucket=resource("AWS::S3::Bucket")
        ),
    ),
    "a bucket whose parameter may hold a path": (
        "action-resource",
        granted(allow("s3:GetObject", {"Fn::Sub": "arn:aws:s3:::${Where}"}), parameters={"Where": {"Type": "String"}}),
    ),
    "a bucket by the beginning of its name": (
        "action-resource",
        granted(allow("s3:GetObject", "arn:aws:s3:::logs-*")),
    ),
    "a topic, whose Ref is its ARN": (
        "resource-no-arn",
        granted(allow("sns:Publish", {"Ref": "Topic"}), Topic=resource("AWS::SNS::Topic")),
    ),
    "an imported ARN": ("resource-no-arn", granted(allow("sns:Publish", {"Fn::ImportValue": "topic"}))),
    "the policy of an API": (
        "resource-no-arn",
        only(
            Api=resource(
                "AWS::ApiGateway::RestApi",
                Policy=policy(allow("execute-api:Invoke", "execute-api:/*", Principal="*")),
            )
        ),
    ),
    "an account by its number": ("principal-malformed", bucket(allow("s3:GetObject", OBJECTS, Principal={"AWS": "123456789012"}))),
    "an account by its root": ("principal-malformed", bucket(allow("s3:GetObject", OBJECTS, Principal=SOMEBODY))),
    "a unique id": ("principal-malformed", bucket(allow("s3:GetObject", OBJECTS, Principal={"AWS": "AROAEXAMPLEID12345"}))),
    "an origin access identity": (
        "principal-malformed",
        bucket(
            allow(
                "s3:GetObject",
                OBJECTS,
                Principal={"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"},
            )
        ),
    ),
    "a service in a region": (
        "region-literal",
        bucket(allow("s3:PutObject", OBJECTS, Principal={"Service": "logs.eu-west-1.amazonaws.com"})),
    ),
    "a region that a parameter names by default": (
        "region-literal",
        {
            **only(Function=function(Environment={"Variables": {"WHERE": {"Ref": "Where"}}})),
            "Parameters": {"Where": {"Type": "String", "Default": "eu-west-1"}},
        },
    ),
    "the region that a policy limits requests to": (
        "region-literal",
        granted({**PUT_ITEM, "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}}),
    ),
    "an endpoint in a region that a parameter names": (
        "endpoint-service-name",
        endpoint({"Fn::Sub": "com.amazonaws.${Region}.execute-api"}),
    ),
    "an endpoint in China": ("endpoint-service-name", endpoint("cn.com.amazonaws.cn-north-1.execute-api")),
    "an endpoint in the sovereign cloud": ("endpoint-service-name", endpoint("com.amazonaws.eusc-de-east-1.sqs")),
    "an endpoint service of somebody": ("endpoint-service-name", endpoint("com.amazonaws.vpce.eu-west-1.vpce-svc-1")),
    "a function at the edge": (
        "trust-others",
        document(
            Role={
                **role(LOGS, TRACES, PUT_ITEM),
                "Properties": {
                    **role(LOGS, TRACES, PUT_ITEM)["Properties"],
                    "AssumeRolePolicyDocument": policy(
                        {**TRUST_LAMBDA, "Principal": {"Service": ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]}}
                    ),
                },
            }
        ),
    ),
    "a port that a parameter names": (
        "ingress-open",
        only(
            Group=resource(
                "AWS::EC2::SecurityGroup",
                SecurityGroupIngress=[
                    {"IpProtocol": "tcp", "FromPort": {"Ref": "P"}, "ToPort": {"Ref": "P"}, "CidrIp": "0.0.0.0/0"}
                ],
            )
        ),
    ),
    "an address of a database without its password": (
        "secret-output",
        {
            **only(Db=resource("AWS::RDS::DBInstance")),
            "Outputs": {"JDBCConnectionString": {"Value": {"Fn::Sub": "jdbc:mysql://${Db.Endpoint.Address}:3306/orders"}}},
        },
    ),
    "a token that is part of names": (
        "secret-parameter",
        {
            **only(Bucket=resource("AWS::S3::Bucket", Tags=[{"Key": "Name", "Value": {"Fn::Sub": "blast-${RandomToken}"}}])),
            "Parameters": {"RandomToken": {"Type": "String", "Default": "x7h2"}},
        },
    ),
    "a secret's name that is part of its ARN": (
        "secret-parameter",
        {
            **granted(allow("secretsmanager:GetSecretValue", {"Fn::Sub": f"{SECRET}:${{DbPassword}}-??????"})),
            "Parameters": {"DbPassword": {"Type": "String", "Default": "orders/db"}},
        },
    ),
    "a parameter that names what a variable is for": (
        "secret-parameter",
        {
            **only(Function=function(Environment={"Variables": {"DB_SECRET": {"Ref": "SecretName"}, "TOKEN": {"Ref": "Hidden"}, "API_KEY": {"Ref": "Told"}}})),
            "Parameters": {
                "SecretName": {"Type": "String"},
                "Hidden": {"Type": "String", "NoEcho": True},
                "Told": {"Type": "String", "Description": "ARN of the secret"},
            },
        },
    ),
    "a policy of references": (
        "limit-policy",
        only(
            Policy=resource(
                "AWS::IAM::ManagedPolicy",
                PolicyDocument=policy(
                    *(
                        allow("sqs:SendMessage", {"Fn::Sub": f"arn:${{AWS::Partition}}:sqs:*:${{AWS::AccountId}}:q{n}"})
                        for n in range(60)
                    )
                ),
            )
        ),
    ),
}  # fmt: skip


@rows("what", HARMLESS)
def test_nothing_is_wrong_with(what: str) -> None:
    rule, checked = HARMLESS[what]
    assert [finding.message for finding in findings(checked) if finding.rule == rule] == []


TRUE = {
    "a bucket's action on its objects": ("action-resource", bucket(allow("s3:ListBucket", OBJECTS, Principal=SOMEBODY))),
    "the objects of every bucket": ("resource-wildcard", granted(allow("s3:GetObject", "arn:aws:s3:::*/*"))),
    "a policy without a principal": ("principal-malformed", bucket(allow("s3:GetObject", OBJECTS))),
    "an object's action on its bucket": (
        "action-resource",
        granted(allow("s3:GetObject", arn("Bucket")), Bucket=resource("AWS::S3::Bucket")),
    ),
    "a colon after a bucket": (
        "action-resource",
        granted(allow("s3:GetObject", {"Fn::Sub": "${Bucket.Arn}:*"}), Bucket=resource("AWS::S3::Bucket")),
    ),
    "a queue, whose Ref is its address": (
        "resource-no-arn",
        granted(allow("sqs:SendMessage", {"Ref": "Queue"}), Queue=resource("AWS::SQS::Queue")),
    ),
    "a bare name": ("resource-no-arn", granted(allow("dynamodb:GetItem", "items"))),
    "a role, whose Ref is its name": (
        "principal-malformed",
        {**(b := bucket(allow("s3:GetObject", OBJECTS, Principal={"AWS": {"Ref": "Role"}}))), "Resources": {**b["Resources"], "Role": role()}},
    ),
    "a wildcard in a principal": (
        "principal-malformed",
        bucket(allow("s3:GetObject", OBJECTS, Principal={"AWS": "arn:aws:iam::123456789012:role/app-*"})),
    ),
    "a role in a region": (
        "principal-malformed",
        bucket(allow("s3:GetObject", OBJECTS, Principal={"AWS": "arn:aws:iam:eu-west-1:123456789012:role/app"})),
    ),
    "a service that stands alone": (
        "principal-malformed",
        bucket(allow("s3:GetObject", OBJECTS, Principal="lambda.amazonaws.com")),
    ),
    "a service without its domain": (
        "principal-malformed",
        bucket(allow("s3:GetObject", OBJECTS, Principal={"Service": "lambda"})),
    ),
    "an endpoint that no service has": ("endpoint-service-name", endpoint("com.amazonaws.sqs")),
    "a connection string with its password": (
        "secret-output",
        {**only(), "Outputs": {"ConnectionString": {"Value": "Server=db;User Id=app;Password=Hunter2Hunter"}}},
    ),
    "a parameter that is shown again": (
        "secret-output",
        {
            **only(),
            "Parameters": {"DbPassword": {"Type": "String", "NoEcho": True}},
            "Outputs": {"Url": {"Value": {"Fn::Sub": "postgres://db/orders?p=${DbPassword}"}}},
        },
    ),
    "a password that is in no ARN": (
        "secret-parameter",
        {
            **granted(allow("secretsmanager:GetSecretValue", {"Fn::Sub": f"{SECRET}:${{Db}}-??????"})),
            "Parameters": {"DbPassword": {"Type": "String", "Default": "orders/db"}},
        },
    ),
    "a parameter that a variable has for a key": (
        "secret-parameter",
        {
            **only(Function=function(Environment={"Variables": {"OPEN_API_KEY": {"Ref": "Access"}}})),
            "Parameters": {"Access": {"Type": "String"}},
        },
    ),
    "a token in no name": (
        "secret-parameter",
        {
            **only(Bucket=resource("AWS::S3::Bucket", Tags=[{"Key": "Name", "Value": "blast"}])),
            "Parameters": {"RandomToken": {"Type": "String", "Default": "x7h2"}},
        },
    ),
    "a rule on a bus of its own by the ARN of one on the default bus": ("delivery-policy", on_bus("rule/r")),
    "a role for every repository": ("trust-public", by_token("sub", "repo:*:ref:refs/heads/main")),
    "a role for whoever has a token": ("trust-public", by_token("aud", "sts.amazonaws.com")),
    "a function that nothing lets anybody start": ("trigger-permission", started(None)),
    "an attribute that nothing uses": ("table-attributes", indexed(None)),
    "a domain for everybody": ("policy-public", only(D=resource("AWS::OpenSearchService::Domain", AccessPolicies=OPEN_DOMAIN))),
    "a region": ("region-literal", only(Function=function(Environment={"Variables": {"WHERE": "eu-west-1"}}))),
    "a context key of another service": ("condition-key", key_policy({"StringEquals": {"s3:prefix": "x"}})),
    "a policy that is too long": (
        "limit-policy",
        only(
            Policy=resource(
                "AWS::IAM::ManagedPolicy",
                PolicyDocument=policy(*(allow("sqs:SendMessage", f"arn:aws:sqs:*:*:{'q' * 80}{n}") for n in range(60))),
            )
        ),
    ),
}  # fmt: skip


@rows("what", TRUE)
def test_something_is_wrong_with(what: str) -> None:
    rule, checked = TRUE[what]
    assert rule in {finding.rule for finding in findings(checked)}


# ------------------------------------------------------------------------------------------- what a grant covers

GET_OBJECT = """
import boto3, os
def handler(event, context):
    boto3.client("s3").get_object(Bucket=os.environ["BUCKET"], Key="k")
"""


def reading(statement: Any, bucket_properties: dict[str, Any], variable: Any, **more: Any) -> set[str]:
    reader = function(GET_OBJECT, Environment={"Variables": {"BUCKET": variable}})
    parts = {"Function": reader, "Bucket": resource("AWS::S3::Bucket", **bucket_properties)}
    checked = {**document(GET_OBJECT, [LOGS, TRACES, statement], **parts), **more}
    return {rule for rule in rules(checked) if rule.startswith("permission-")}


NAME = {"Type": "String", "Default": "app-files"}


@rows(
    ("pattern", "properties", "variable", "expected"),
    [
        ("arn:aws:s3:::app-*/*", {"BucketName": "app-files"}, {"Ref": "Bucket"}, set()),
        ("arn:aws:s3:::app-*", {"BucketName": "app-files"}, {"Ref": "Bucket"}, set()),
        ("arn:aws:s3:::web-*/*", {"BucketName": "app-files"}, {"Ref": "Bucket"}, {"permission-missing", "permission-unused"}),
        ("arn:aws:s3:::app-*/*", {"BucketName": {"Ref": "Name"}}, {"Ref": "Bucket"}, set()),
        (OBJECTS, {"BucketName": {"Ref": "Name"}}, "app-files", set()),
        (OBJECTS, {"BucketName": "app-files"}, {"Ref": "Name"}, set()),
        ({"Fn::Sub": "arn:aws:s3:::${AWS::StackName}-*/*"}, {}, {"Ref": "Bucket"}, {"permission-unproven"}),
        ("arn:aws:s3:::app-*/*", {}, {"Ref": "Bucket"}, {"permission-unproven"}),
        ("arn:aws:sqs:*:*:other", {}, {"Ref": "Bucket"}, {"permission-missing"}),
    ],
)  # fmt: skip
def test_a_pattern_meets_the_name_that_a_bucket_has(
    pattern: Any, properties: dict[str, Any], variable: Any, expected: set[str]
) -> None:
    assert reading(allow("s3:GetObject", pattern), properties, variable, Parameters={"Name": NAME}) == expected


@rows(
    ("call", "kind", "properties", "variable", "action", "pattern"),
    [
        ("sqs.send_message(QueueUrl=X, MessageBody='')", "AWS::SQS::Queue", {}, {"Ref": "Part"}, "sqs:SendMessage", "arn:aws:sqs:*:*:${Part.QueueName}"),
        ("sns.publish(TopicArn=X, Message='')", "AWS::SNS::Topic", {}, {"Ref": "Part"}, "sns:Publish", "arn:aws:sns:*:*:${Part.TopicName}"),
        ("secretsmanager.get_secret_value(SecretId=X)", "AWS::SecretsManager::Secret", {"Name": "shop/db"}, "shop/db", "secretsmanager:GetSecretValue", "${Part}"),
        ("secretsmanager.get_secret_value(SecretId=X)", "AWS::SecretsManager::Secret", {"Name": "shop/db"}, {"Ref": "Part"}, "secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:shop/db-??????"),
        ("ssm.get_parameter(Name=X)", "AWS::SSM::Parameter", {"Name": "/shop/limit"}, {"Ref": "Part"}, "ssm:GetParameter", "arn:aws:ssm:*:*:parameter${Part}"),
        ("ssm.get_parameter(Name=X)", "AWS::SSM::Parameter", {"Name": "/shop/limit"}, "/shop/limit", "ssm:GetParameter", "arn:aws:ssm:*:*:parameter/shop/*"),
        ("ssm.get_parameter(Name=X)", "AWS::SSM::Parameter", {"Name": "limit"}, {"Ref": "Part"}, "ssm:GetParameter", "arn:aws:ssm:*:*:parameter/${Part}"),
        ("logs.put_log_events(logGroupName=X, logStreamName='s', logEvents=[])", "AWS::Logs::LogGroup", {"LogGroupName": "/aws/lambda/x"}, {"Ref": "Part"}, "logs:PutLogEvents", "arn:aws:logs:*:*:log-group:/aws/lambda/*:*"),
    ],
)  # fmt: skip
def test_every_way_to_name_a_resource(
    call: str, kind: str, properties: dict[str, Any], variable: Any, action: str, pattern: str
) -> None:
    service, _, rest = call.partition(".")
    code = (
        f"import boto3, os\nX = os.environ['X']\ndef handler(event, context):\n    boto3.client('{service}').{rest}\n"
    )
    user = function(code, Environment={"Variables": {"X": variable}})
    statement = allow(action, {"Fn::Sub": pattern})
    checked = document(code, [LOGS, TRACES, statement], Function=user, Part=resource(kind, **properties))
    assert {rule for rule in rules(checked) if rule.startswith("permission-")} == set()


@pytest.mark.parametrize(
    ("identity", "missing"),
    [("shop@mail.example.com", False), ("mail.example.com", False), ("example.com", False), ("other.com", True)],
)
def test_an_address_is_allowed_by_its_domain(identity: str, missing: bool) -> None:
    send = "boto3.client('ses').send_email(Source='shop@mail.example.com', Destination={}, Message={})"
    code = f"import boto3\ndef handler(event, context):\n    {send}\n"
    statement = allow("ses:SendEmail", f"arn:aws:ses:eu-west-1:123456789012:identity/{identity}")
    found = rules(document(code, [LOGS, TRACES, statement], Function=function(code)))
    assert ("permission-missing" in found) == missing
    assert "permission-unused" not in found  # SES may ask for its other Send actions too


def test_the_wrong_arn_of_a_parameter_with_a_path() -> None:
    code = "import boto3\ndef handler(event, context):\n    boto3.client('ssm').get_parameter(Name='/shop/limit')\n"
    limit = resource("AWS::SSM::Parameter", Name="/shop/limit")
    statement = allow("ssm:GetParameter", {"Fn::Sub": "arn:aws:ssm:*:*:parameter/${Limit}"})
    checked = document(code, [LOGS, TRACES, statement], Function=function(code), Limit=limit)
    assert "permission-missing" in rules(checked)


# ------------------------------------------------------------------------------------------- conditions, mappings


def conditional(default: str, **parts: Any) -> dict[str, Any]:
    return {
        **document(**parts),
        "Parameters": {"Stage": {"Type": "String", "Default": default}},
        "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
    }


@pytest.mark.parametrize(("default", "expected"), [("dev", False), ("prod", True)])
def test_a_resource_that_a_condition_leaves_out_is_not_checked(default: str, expected: bool) -> None:
    url = {**resource("AWS::Lambda::Url", AuthType="NONE"), "Condition": "IsProd"}
    assert ("function-url-public" in rules(conditional(default, Url=url))) == expected


def test_a_table_that_a_mapping_names() -> None:
    name = {"Fn::FindInMap": ["Names", "dev", "table"]}
    user = function(PUT, Environment={"Variables": {"TABLE": name}})
    checked = {
        **document(Function=user, Table=table(TableName=name)),
        "Mappings": {"Names": {"dev": {"table": "items"}}},
    }
    assert {rule for rule in rules(checked) if rule.startswith("permission-")} == set()


def test_a_finding_points_to_the_statement_as_it_is_written() -> None:
    dropped = {"Fn::If": ["IsProd", allow("dynamodb:Scan", arn("Table")), {"Ref": "AWS::NoValue"}]}
    checked = conditional("dev", Role=role(dropped, LOGS, TRACES, PUT_ITEM, allow("dynamodb:GetItem", arn("Table"))))
    [unused] = [finding for finding in findings(checked) if finding.rule == "permission-unused"]
    assert unused.path[-2:] == ("Statement", 4)


def test_a_deny_that_an_open_condition_decides_is_not_counted() -> None:
    deny = {"Fn::If": ["Strict", {**PUT_ITEM, "Effect": "Deny"}, {"Ref": "AWS::NoValue"}]}
    checked = {
        **document(Role=role(LOGS, TRACES, PUT_ITEM, deny)),
        "Conditions": {"Strict": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}},
    }
    assert "permission-denied" not in rules(checked)


def test_what_an_endpoint_lets_through_grants_nothing() -> None:
    through = policy({**PUT_ITEM, "Principal": "*"})
    gateway = resource("AWS::EC2::VPCEndpoint", ServiceName="com.amazonaws.eu-west-1.dynamodb", PolicyDocument=through)
    assert "permission-missing" in rules(document(statements=[LOGS, TRACES], Endpoint=gateway))
