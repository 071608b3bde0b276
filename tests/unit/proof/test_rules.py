"""Each rule has one template that triggers it and one near miss that does not."""

from __future__ import annotations

from typing import Any

import pytest

from tapgen.proof.rules import rulebook
from tapgen.proof.rules.deliveries import DELIVERY_RULES
from tapgen.proof.rules.handlers import HANDLER_RULES
from tapgen.proof.rules.permissions import CIRCLE, CIRCLE_OF_SEVERAL
from tapgen.proof.rules.roles import ROLE_RULES
from tapgen.proof.rules.routes import ROUTE_RULES
from tapgen.proof.rules.triggers import TRIGGER_RULES
from tests.table import rows
from tests.unit.proof.documents import (
    LOGS,
    PUT,
    PUT_ITEM,
    TRACES,
    allow,
    arn,
    document,
    function,
    gateway_endpoint,
    https,
    in_vpc,
    only,
    policy,
    resource,
    role,
    rules,
    table,
)

QUERY_INDEX = """
import boto3, os
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
def handler(event, context):
    table.query(IndexName="byDay")
"""
QUERY = QUERY_INDEX.replace('IndexName="byDay"', "")
DYNAMIC = PUT.replace("table.put_item(Item={})", "getattr(table, event['what'])(Item={})")
EVENT_TABLE = PUT.replace('os.environ["TABLE"])', '"x")').replace(
    "    table.put_item(", "    boto3.resource('dynamodb').Table(event['table']).put_item("
)
CALL_SQS = """
import boto3, os
queue = boto3.client("sqs")
def handler(event, context):
    queue.send_message(QueueUrl=os.environ["QUEUE"], MessageBody="x")
"""
INDEXED = table(GlobalSecondaryIndexes=[{"IndexName": "byDay", "KeySchema": []}])
QUERY_BOTH = allow(["dynamodb:Query"], [arn("Table"), {"Fn::Sub": "${Table.Arn}/index/byDay"}])
QUERY_THE_INDEX = allow(["dynamodb:Query"], [{"Fn::Sub": "${Table.Arn}/index/byDay"}])
UNKNOWN_POLICY = "arn:aws:iam::123456789012:policy/Ours"
SHARED = {"Other": function(FunctionName="other")}
QUEUE_RESOURCES = {"Queue": resource("AWS::SQS::Queue")}
SEND = allow(["sqs:SendMessage"], [arn("Queue")])


def anyone(action: str, **more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*", **more}


def open_group(first: int, last: int) -> dict[str, object]:
    rule = {"IpProtocol": "tcp", "FromPort": first, "ToPort": last, "CidrIp": "0.0.0.0/0"}
    return resource("AWS::EC2::SecurityGroup", SecurityGroupIngress=[rule])


def lambda_with(variables: dict[str, object], **more: object) -> dict[str, object]:
    return document(Function=function(Environment={"Variables": {"TABLE": {"Ref": "Table"}, **variables}}, **more))


def stage(**more: object) -> dict[str, object]:
    throttled = {"HttpMethod": "*", "ResourcePath": "/*", "ThrottlingRateLimit": 10, "ThrottlingBurstLimit": 20}
    base = {
        "RestApiId": {"Ref": "Api"},
        "StageName": "dev",
        "TracingEnabled": True,
        "AccessLogSetting": {"DestinationArn": arn("Logs")},
        "MethodSettings": [throttled],
    }
    return only(Api=resource("AWS::ApiGateway::RestApi"), Stage=resource("AWS::ApiGateway::Stage", **{**base, **more}))


def throttled(**more: object) -> list[dict[str, object]]:
    base = {"HttpMethod": "*", "ResourcePath": "/*", "ThrottlingRateLimit": 10, "ThrottlingBurstLimit": 20}
    return [{**base, **more}]


def method(verb: str, **more: object) -> dict[str, object]:
    return only(Method=resource("AWS::ApiGateway::Method", HttpMethod=verb, **{"AuthorizationType": "NONE", **more}))


def behind_api(timeout: int) -> dict[str, object]:
    uri = {"Fn::Sub": "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${Function.Arn}/invocations"}
    checked = method("GET", Integration={"Type": "AWS_PROXY", "Uri": uri}, AuthorizationType="AWS_IAM")
    checked["Resources"]["Function"] = function(Timeout=timeout)  # type: ignore[index]
    return checked


def permission(**more: object) -> dict[str, object]:
    base = {"Action": "lambda:InvokeFunction", "FunctionName": "worker", "Principal": "apigateway.amazonaws.com"}
    return only(
        Api=resource("AWS::ApiGateway::RestApi"), Permission=resource("AWS::Lambda::Permission", **{**base, **more})
    )


def source_arn(end: str) -> dict[str, str]:
    return {"Fn::Sub": f"arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{Api}}{end}"}


def interface(**more: object) -> dict[str, object]:
    base = {
        "VpcEndpointType": "Interface",
        "PrivateDnsEnabled": True,
        "SecurityGroupIds": [{"Ref": "EndpointGroup"}],
        "PolicyDocument": policy({**SEND, "Principal": "*"}),
    }
    group = resource(
        "AWS::EC2::SecurityGroup",
        SecurityGroupIngress=[https("10.0.0.0/16")],
        SecurityGroupEgress=[https("10.0.0.0/16")],
    )
    queue = function(
        CALL_SQS,
        Environment={"Variables": {"QUEUE": {"Ref": "Queue"}}},
        VpcConfig={"SubnetIds": [{"Ref": "Subnet"}], "SecurityGroupIds": [{"Ref": "Group"}]},
    )
    return in_vpc(
        CALL_SQS,
        [LOGS, TRACES, SEND],
        Function=queue,
        Endpoint=gateway_endpoint("sqs", **{**base, **more}),
        EndpointGroup=group,
        **QUEUE_RESOURCES,
    )


def bucket_policy(principal: object, **more: object) -> dict[str, object]:
    statement = allow("s3:GetObject", "arn:aws:s3:::b/*", Principal=principal, **more)
    return only(Policy=resource("AWS::S3::BucketPolicy", Bucket="b", PolicyDocument=policy(statement)))


def blocking(*, blocks: bool | None) -> dict[str, Any]:
    """A bucket that says whether it blocks public policies, and such a policy."""
    said = {"BlockPublicPolicy": blocks, "RestrictPublicBuckets": blocks}
    bucket = resource("AWS::S3::Bucket", PublicAccessBlockConfiguration=said if blocks is not None else None)
    statement = allow("s3:GetObject", {"Fn::Sub": "${Bucket.Arn}/*"}, Principal="*")
    held = resource("AWS::S3::BucketPolicy", Bucket={"Ref": "Bucket"}, PolicyDocument=policy(statement))
    return only(Bucket=bucket, Policy=held)


def integrated(uri: str, **more: str) -> dict[str, object]:
    """A method that is a proxy of something."""
    where = {"Fn::Sub": f"arn:aws:apigateway:${{AWS::Region}}:{uri}"}
    integration = {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": where, **more}
    return only(Get=resource("AWS::ApiGateway::Method", HttpMethod="GET", Integration=integration))


def notified(**attributes: object) -> dict[str, object]:
    """A bucket that notifies a queue, which lets S3 in."""
    sending = {"QueueConfigurations": [{"Event": "s3:ObjectCreated:*", "Queue": arn("Queue")}]}
    lets = allow("sqs:SendMessage", arn("Queue"), Principal={"Service": "s3.amazonaws.com"})
    return only(
        Queue=resource("AWS::SQS::Queue"),
        Policy=resource("AWS::SQS::QueuePolicy", Queues=[{"Ref": "Queue"}], PolicyDocument=policy(lets)),
        Bucket={**resource("AWS::S3::Bucket", NotificationConfiguration=sending), **attributes},
    )


def trust(principal: object, **more: object) -> dict[str, object]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}
    return only(Role=resource("AWS::IAM::Role", AssumeRolePolicyDocument=policy(statement)))


def alarm(**more: object) -> dict[str, object]:
    return only(Alarm=resource("AWS::CloudWatch::Alarm", **more), Topic=resource("AWS::SNS::Topic"))


def topic(key: str) -> dict[str, object]:
    return only(
        Alarm=resource("AWS::CloudWatch::Alarm", AlarmActions=[{"Ref": "Topic"}]),
        Topic=resource("AWS::SNS::Topic", KmsMasterKeyId=key),
    )


def key(*statements: dict[str, object]) -> dict[str, object]:
    return resource("AWS::KMS::Key", KeyPolicy={"Version": "2012-10-17", "Statement": list(statements)})


ROOT_OF_KEY = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "kms:*"}


def machine(*actions: str) -> dict[str, object]:
    """A state machine that writes a log and sends traces, and what its role allows for it."""
    states = {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}
    allowed = [allow(one, "*") for one in ("logs:CreateLogDelivery", *actions)]
    return only(
        Machine=resource(
            "AWS::StepFunctions::StateMachine",
            RoleArn=arn("MachineRole"),
            Definition={"StartAt": "End", "States": {"End": {"Type": "Succeed"}}},
            LoggingConfiguration={"Level": "ERROR", "Destinations": [{"CloudWatchLogsLogGroup": {}}]},
            TracingConfiguration={"Enabled": True},
        ),
        MachineRole=resource(
            "AWS::IAM::Role",
            AssumeRolePolicyDocument={"Statement": [states]},
            Policies=[{"PolicyName": "p", "PolicyDocument": {"Statement": allowed}}],
        ),
    )


def encrypted_queue(service: str) -> dict[str, object]:
    """A queue with a key, into which a topic sends, and whom the key lets in besides the account."""
    lets_in = {"Effect": "Allow", "Principal": {"Service": service}, "Action": ["kms:GenerateDataKey*", "kms:Decrypt"]}
    sends = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    return only(
        Key=key(ROOT_OF_KEY, lets_in),
        Queue=resource("AWS::SQS::Queue", KmsMasterKeyId={"Ref": "Key"}),
        Topic=resource("AWS::SNS::Topic"),
        Sent=resource("AWS::SNS::Subscription", Protocol="sqs", TopicArn={"Ref": "Topic"}, Endpoint=arn("Queue")),
        Policy=resource("AWS::SQS::QueuePolicy", Queues=[{"Ref": "Queue"}], PolicyDocument={"Statement": [sends]}),
    )


def distribution(service: str) -> dict[str, object]:
    """A bucket behind CloudFront, and whom it lets read."""
    origin = {
        "Id": "files",
        "DomainName": {"Fn::GetAtt": ["Bucket", "RegionalDomainName"]},
        "OriginAccessControlId": "E1",
        "S3OriginConfig": {},
    }
    reads = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "s3:GetObject", "Resource": "*"}
    return only(
        Bucket=resource("AWS::S3::Bucket"),
        Site=resource("AWS::CloudFront::Distribution", DistributionConfig={"Origins": [origin]}),
        Policy=resource("AWS::S3::BucketPolicy", Bucket={"Ref": "Bucket"}, PolicyDocument={"Statement": [reads]}),
    )


def group(**more: object) -> dict[str, object]:
    return only(Group=resource("AWS::EC2::SecurityGroup", **{"SecurityGroupEgress": [https("0.0.0.0/0")], **more}))


def cors(credentials: str, origin: str) -> dict[str, object]:
    headers = {
        "method.response.header.Access-Control-Allow-Origin": f"'{origin}'",
        "method.response.header.Access-Control-Allow-Credentials": f"'{credentials}'",
    }
    return method("OPTIONS", Integration={"IntegrationResponses": [{"ResponseParameters": headers}]})


def endpoint(service: str, type_: str = "Gateway") -> dict[str, object]:
    return only(Endpoint=gateway_endpoint(service, ServiceName=service, VpcEndpointType=type_))


def many(type_: str, count: int, **properties: object) -> dict[str, object]:
    return {f"R{number}": resource(type_, **properties) for number in range(count)}


SAFE_TABLE = table(
    SSESpecification={"SSEEnabled": True},
    PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    DeletionProtectionEnabled=True,
)
KEPT_TABLE = {**SAFE_TABLE, "DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}


def protected_table(**changes: object) -> dict[str, object]:
    return only(Table={**KEPT_TABLE, "Properties": {**KEPT_TABLE["Properties"], **changes}})


NEWEST = "try:\n    pass\nexcept errors['a'], ValueError:\n    pass\n"
"""Right since Python 3.14, which tapgen need not run on."""

GOOD = document()
IN_VPC = in_vpc(Endpoint=gateway_endpoint())
GET_TOO = allow(["dynamodb:PutItem", "dynamodb:GetItem"], [arn("Table")])

# rule -> (what triggers it, the near miss)
VERSION = resource("AWS::Lambda::Version", FunctionName={"Ref": "Worker"})
CASES = {
    "permission-missing": (document(statements=[LOGS, TRACES]), GOOD),
    "permission-index": (
        document(QUERY_INDEX, [LOGS, TRACES, allow(["dynamodb:Query"], arn("Table"))], Table=INDEXED),
        document(QUERY_INDEX, [LOGS, TRACES, QUERY_THE_INDEX], Table=INDEXED),
    ),
    "permission-denied": (
        document(statements=[LOGS, TRACES, PUT_ITEM, {**PUT_ITEM, "Effect": "Deny"}]),
        document(statements=[LOGS, TRACES, PUT_ITEM, {**PUT_ITEM, "Effect": "Deny", "Action": "dynamodb:GetItem"}]),
    ),
    "log-denied": (document(statements=[LOGS, TRACES, PUT_ITEM, {**LOGS, "Effect": "Deny"}]), GOOD),
    "permission-unused": (document(statements=[LOGS, TRACES, GET_TOO]), GOOD),
    "permission-unproven": (
        document(EVENT_TABLE),
        document(EVENT_TABLE, [LOGS, TRACES, allow(["dynamodb:PutItem"], "*")]),
    ),
    "policy-unknown": (
        document(Role=role(LOGS, TRACES, PUT_ITEM, ManagedPolicyArns=[UNKNOWN_POLICY])),
        document(
            Role=role(
                TRACES,
                PUT_ITEM,
                ManagedPolicyArns=["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"],
            )
        ),
    ),
    "policy-absent": (
        document(
            Role=role(LOGS, TRACES, PUT_ITEM, ManagedPolicyArns=["arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole"])
        ),
        document(Role=role(LOGS, TRACES, PUT_ITEM, ManagedPolicyArns=["arn:aws:iam::aws:policy/NewerThanTheList"])),
    ),
    "role-unknown": (document(Function=function(Role="arn:aws:iam::123456789012:role/elsewhere")), GOOD),
    "call-unmapped": (
        document(
            PUT.replace("table.put_item(Item={})", "boto3.client('applicationcostprofiler').list_report_definitions()")
        ),
        document(PUT.replace("table.put_item(Item={})", "boto3.client('sts').get_caller_identity()")),
    ),
    "call-unresolved": (document(DYNAMIC), GOOD),
    "bucket-refused": (
        document(PUT.replace("table.put_item(Item={})", "boto3.client('s3').get_object(Bucket='s3://b', Key='k')")),
        document(
            PUT.replace("table.put_item(Item={})", "boto3.client('s3').get_object(Bucket='My_bucket.1', Key='k')")
        ),
    ),
    "source-problem": (document(PUT + "def ("), GOOD),
    "source-note": (
        document(PUT + "def unused():\n    table.delete_item(Key={})\n"),
        document(PUT + "def unused():\n    return 1\n"),
    ),
    "source-unknown": (document(Function=function(Code={"S3Bucket": "b", "S3Key": "k"})), GOOD),
    "variable-missing": (
        document(Function=function(Environment={"Variables": {"TABEL": {"Ref": "Table"}}})),
        GOOD,
    ),
    "import-missing": (document("import requests\n" + PUT), document("import json, urllib3\n" + PUT)),
    "handler-arguments": (document(PUT.replace("event, context", "event")), GOOD),
    "source-newer": (
        document(Function=function(PUT + NEWEST, Runtime="python3.14")),
        document(Function=function(PUT + NEWEST.replace("errors['a'], ", ""), Runtime="python3.14")),
    ),
    "service-unreachable": (in_vpc(), IN_VPC),
    "network-unknown": (
        document(Function=function(VpcConfig={"SubnetIds": [{"Ref": "SubnetParameter"}]})),
        IN_VPC,
    ),
    "endpoint-closed": (interface(PrivateDnsEnabled=False), interface()),
    "endpoint-policy-missing": (
        in_vpc(Endpoint=gateway_endpoint("dynamodb", {**PUT_ITEM, "Principal": "*", "Action": "dynamodb:GetItem"})),
        IN_VPC,
    ),
    "endpoint-policy-unused": (in_vpc(Endpoint=gateway_endpoint("dynamodb", {**GET_TOO, "Principal": "*"})), IN_VPC),
    "action-unknown": (
        document(statements=[LOGS, TRACES, PUT_ITEM, allow("dynamodb:PutItems", arn("Table"))]),
        document(statements=[LOGS, TRACES, allow("DynamoDB:putitem", arn("Table"))]),
    ),
    "action-unlisted": (
        document(statements=[LOGS, TRACES, PUT_ITEM, allow("dynamodb:RewindTable", arn("Table"))]),
        document(statements=[LOGS, TRACES, PUT_ITEM, allow("dynamodb:PutItems", arn("Table"))]),
    ),
    "action-resource": (
        document(statements=[LOGS, TRACES, PUT_ITEM, allow("s3:GetObject", arn("Table"))]),
        document(statements=[LOGS, TRACES, PUT_ITEM, allow("s3:GetObject", "arn:aws:s3:::bucket/*")]),
    ),
    "action-resource-unlisted": (
        document(statements=[LOGS, TRACES, PUT_ITEM, allow("dynamodb:ListTables", arn("Table"))]),
        document(statements=[LOGS, TRACES, PUT_ITEM, allow("dynamodb:ListTables", "*")]),
    ),
    "action-wildcard": (document(statements=[LOGS, TRACES, allow("dynamodb:Put*", arn("Table"))]), GOOD),
    "resource-wildcard": (
        document(statements=[LOGS, TRACES, allow("dynamodb:PutItem", "*")]),
        document(statements=[LOGS, TRACES, PUT_ITEM, allow("dynamodb:ListTables", "*")]),
    ),
    "policy-administrator": (
        document(statements=[allow("*", "*")]),
        document(statements=[LOGS, TRACES, PUT_ITEM, {"Effect": "Deny", "Action": "*", "Resource": "*"}]),
    ),
    "log-group-arn": (
        document(
            statements=[
                TRACES,
                PUT_ITEM,
                allow(LOGS["Action"], {"Fn::Sub": "arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Logs}"}),
            ]
        ),
        document(
            statements=[
                TRACES,
                PUT_ITEM,
                allow(LOGS["Action"], {"Fn::Sub": "arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Logs}:*"}),
            ]
        ),
    ),
    "condition-key": (
        document(statements=[LOGS, TRACES, {**PUT_ITEM, "Condition": {"StringEquals": {"s3:prefix": "x"}}}]),
        document(statements=[LOGS, TRACES, {**PUT_ITEM, "Condition": {"StringEquals": {"dynamodb:LeadingKeys": "x"}}}]),
    ),
    "condition-key-unlisted": (
        document(statements=[LOGS, TRACES, {**PUT_ITEM, "Condition": {"StringEquals": {"dynamodb:Newer": "x"}}}]),
        document(statements=[LOGS, TRACES, {**PUT_ITEM, "Condition": {"StringEquals": {"s3:prefix": "x"}}}]),
    ),
    "network-interface-code": (
        in_vpc(
            Endpoint=gateway_endpoint(), Role=role(LOGS, TRACES, PUT_ITEM, allow("ec2:CreateNetworkInterface", "*"))
        ),
        IN_VPC,
    ),
    "resource-no-arn": (
        document(statements=[LOGS, TRACES, PUT_ITEM, allow("dynamodb:GetItem", {"Ref": "Table"})]),
        document(statements=[LOGS, TRACES, PUT_ITEM, allow("dynamodb:GetItem", {"Ref": "TableParameter"})]),
    ),
    "principal-malformed": (
        bucket_policy({"AWS": "arn:aws:iam::123456789012/role/publisher"}),
        bucket_policy({"AWS": "arn:aws:iam::123456789012:role/publisher"}),
    ),
    "trust-public": (trust("*"), trust("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})),
    "trust-others": (
        document(
            Role={
                **role(LOGS, TRACES, PUT_ITEM),
                "Properties": {
                    **role(LOGS, TRACES, PUT_ITEM)["Properties"],
                    **trust({"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]})["Resources"]["Role"][
                        "Properties"
                    ],
                },
            }
        ),
        GOOD,
    ),
    "role-shared": (document(**SHARED), document(Other=function(FunctionName="other", Role=arn("OtherRole")))),
    "policy-public": (bucket_policy("*"), bucket_policy({"Service": "cloudfront.amazonaws.com"})),
    "endpoint-open": (in_vpc(Endpoint=gateway_endpoint(PolicyDocument=None)), IN_VPC),
    "invoke-public": (permission(), permission(SourceArn=source_arn("/dev/GET/item"))),
    "invoke-wide": (permission(SourceArn=source_arn("/*/*/*")), permission(SourceArn=source_arn("/dev/*/items/*"))),
    "secret-variable": (
        lambda_with({"DB_PASSWORD": "hunter2"}),
        lambda_with({"DB_PASSWORD": "{{resolve:secretsmanager:db}}", "TOKEN_TTL": "300", "SECRET_NAME": "db"}),
    ),
    "secret-output": (
        {**GOOD, "Outputs": {"ApiToken": {"Value": "abcdef"}}},
        {**GOOD, "Outputs": {"ApiTokenArn": {"Value": arn("Table")}}},
    ),
    "secret-parameter": (
        {**GOOD, "Parameters": {"DbPassword": {"Type": "String"}}},
        {**GOOD, "Parameters": {"DbPassword": {"Type": "String", "NoEcho": True}}},
    ),
    "reserved-variable": (lambda_with({"AWS_REGION": "x"}), lambda_with({"AWS_REGION_NAME": "x"})),
    "reserved-tag": (
        only(Table=table(Tags=[{"Key": "aws:team", "Value": "x"}])),
        only(Table=table(Tags=[{"Key": "team:aws:", "Value": "x"}])),
    ),
    "function-log-group": (document(Function=function(LoggingConfig={"LogFormat": "JSON"})), GOOD),
    "function-tracing": (document(Function=function(TracingConfig={"Mode": "PassThrough"})), GOOD),
    "function-url-public": (
        only(Url=resource("AWS::Lambda::Url", AuthType="NONE")),
        only(Url=resource("AWS::Lambda::Url", AuthType="AWS_IAM")),
    ),
    "alarm-silent": (alarm(), alarm(AlarmActions=[{"Ref": "Topic"}])),
    "alarm-topic-key": (topic("alias/aws/sns"), topic("alias/ours")),
    "machine-watched": (machine(), machine("logs:*", "xray:Put*")),
    "delivery-key": (encrypted_queue("s3.amazonaws.com"), encrypted_queue("sns.amazonaws.com")),
    "key-lockout": (only(Key=key({**ROOT_OF_KEY, "Action": "kms:Decrypt"})), only(Key=key(ROOT_OF_KEY))),
    "origin-policy": (distribution("s3.amazonaws.com"), distribution("cloudfront.amazonaws.com")),
    "table-encryption": (protected_table(SSESpecification={"SSEEnabled": False}), protected_table()),
    "table-backups": (
        protected_table(PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}),
        protected_table(),
    ),
    "table-deletion-protection": (protected_table(DeletionProtectionEnabled=False), protected_table()),
    "table-retained": (only(Table={**KEPT_TABLE, "UpdateReplacePolicy": "Delete"}), protected_table()),
    "data-retained": (
        only(Bucket=resource("AWS::S3::Bucket")),
        only(
            Bucket={**resource("AWS::S3::Bucket"), "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"},
            Queue=resource("AWS::SQS::Queue"),
        ),
    ),
    "table-attributes": (
        only(
            Table=table(
                AttributeDefinitions=[
                    {"AttributeName": "id", "AttributeType": "S"},
                    {"AttributeName": "spare", "AttributeType": "S"},
                ]
            )
        ),
        only(Table=table()),
    ),
    "log-retention": (
        only(Logs=resource("AWS::Logs::LogGroup")),
        only(Logs=resource("AWS::Logs::LogGroup", RetentionInDays={"Ref": "Days"})),
    ),
    "bucket-public": (
        only(Bucket=resource("AWS::S3::Bucket", AccessControl="PublicReadWrite")),
        only(Bucket=resource("AWS::S3::Bucket", AccessControl="Private")),
    ),
    "api-access-log": (stage(AccessLogSetting={}), stage()),
    "api-tracing": (stage(TracingEnabled=False), stage(TracingEnabled="true")),
    "api-throttling": (stage(MethodSettings=throttled(ResourcePath="/one")), stage()),
    "api-data-trace": (stage(MethodSettings=throttled(DataTraceEnabled=True)), stage()),
    "api-public-write": (method("POST"), method("POST", AuthorizationType="AWS_IAM")),
    "api-timeout": (behind_api(30), behind_api(29)),
    "api-cors-credentials": (cors("true", "*"), cors("true", "https://shop.example.com")),
    "ingress-open": (
        group(SecurityGroupIngress=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"}]),
        group(SecurityGroupIngress=[https("0.0.0.0/0")]),
    ),
    "egress-wide": (group(SecurityGroupEgress=[{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}]), group()),
    "subnet-public-address": (
        only(Subnet=resource("AWS::EC2::Subnet", MapPublicIpOnLaunch=True)),
        only(Subnet=resource("AWS::EC2::Subnet", MapPublicIpOnLaunch=False)),
    ),
    "endpoint-service-name": (
        endpoint("com.amazonaws.eu-west-1.sqs"),
        endpoint("com.amazonaws.eu-west-1.sqs", "Interface"),
    ),
    "partition-literal": (
        only(Topic=resource("AWS::SNS::Subscription", TopicArn="arn:aws:sns:eu-west-1:123456789012:t")),
        only(Topic=resource("AWS::SNS::Subscription", TopicArn={"Fn::Sub": "arn:${AWS::Partition}:sns:::t"})),
    ),
    "not-checked": (
        only(Nested=resource("AWS::CloudFormation::Stack", TemplateURL="https://example.com/t")),
        only(Handle=resource("AWS::CloudFormation::WaitConditionHandle")),
    ),
    "region-literal": (
        only(Subnet=resource("AWS::EC2::Subnet", AvailabilityZone="us-east-1a")),
        only(Subnet=resource("AWS::EC2::Subnet", AvailabilityZone={"Fn::Select": [0, {"Fn::GetAZs": ""}]})),
    ),
    "limit-template": (only(**many("AWS::SNS::Topic", 501)), only(**many("AWS::SNS::Topic", 500))),
    "limit-policy": (
        only(Role=role(*[allow(f"s3:GetObject{'x' * 100}", "arn:aws:s3:::b/*")] * 70)),
        only(Role=role(*[allow(f"s3:GetObject{'x' * 100}", "arn:aws:s3:::b/*")] * 55)),
    ),
    "limit-function": (lambda_with({"BIG": "word " * 820}), lambda_with({"BIG": "word " * 810})),
    "policy-blocked": (blocking(blocks=True), blocking(blocks=False)),
    "network-interface-role": (
        in_vpc(Endpoint=gateway_endpoint(), Role=role(LOGS, TRACES, PUT_ITEM, allow("ec2:*NetworkInterface*", "*"))),
        IN_VPC,
    ),
    "api-policy-public": (
        only(Api=resource("AWS::ApiGateway::RestApi", Policy=policy(anyone("execute-api:Invoke")))),
        only(
            Api=resource(
                "AWS::ApiGateway::RestApi",
                Policy=policy(anyone("execute-api:Invoke", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})),
            )
        ),
    ),
    "ingress-unproven": (
        only(Group=open_group({"Ref": "Port"}, {"Ref": "Port"})),
        {
            **only(Group=open_group({"Ref": "Port"}, {"Ref": "Port"})),
            "Parameters": {"Port": {"Type": "Number", "Default": 443}},
        },
    ),
    "version-parameter": (
        {
            **only(Worker=function(Environment={"Variables": {"LIMIT": {"Ref": "Limit"}}}), Live=VERSION),
            "Parameters": {"Limit": {"Type": "String"}},
        },
        {
            **only(
                Worker=function(Environment={"Variables": {"LIMIT": {"Ref": "Limit"}}}),
                Live=resource(
                    "AWS::Lambda::Version", FunctionName={"Ref": "Worker"}, Description={"Fn::Sub": "${Limit}"}
                ),
            ),
            "Parameters": {"Limit": {"Type": "String"}},
        },
    ),
    "ingress-web": (
        only(Group=open_group(443, 443)),
        only(Group=open_group(443, 444)),
    ),
    "setting-open": (
        only(Database=resource("AWS::RDS::DBInstance", PubliclyAccessible=True)),
        only(Database=resource("AWS::RDS::DBInstance", PubliclyAccessible=False)),
    ),
    "api-public-read": (
        only(Get=resource("AWS::ApiGatewayV2::Route", RouteKey="GET /items", ApiId="x")),
        only(Get=resource("AWS::ApiGatewayV2::Route", RouteKey="GET /items", ApiId="x", AuthorizationType="JWT")),
    ),
    "limit-count": (
        only(Topic=resource("AWS::SNS::Topic", Tags=[{"Key": str(number), "Value": "x"} for number in range(51)])),
        only(Topic=resource("AWS::SNS::Topic", Tags=[{"Key": str(number), "Value": "x"} for number in range(50)])),
    ),
    "integration-proxy": (integrated("s3:path/b"), integrated("s3:path/b", Type="AWS")),
    "integration-method": (
        integrated("lambda:path/2015-03-31/functions/x/invocations", IntegrationHttpMethod="GET"),
        integrated("lambda:path/2015-03-31/functions/x/invocations"),
    ),
    "role-no-arn": (
        document(Function=function(Role={"Ref": "Role"})),
        document(
            Function=function(Environment={"Variables": {"TABLE": {"Ref": "Table"}, "Role": {"Ref": "Role"}}}),
            Task=resource("AWS::ECS::TaskDefinition", TaskRoleArn={"Ref": "Role"}),
        ),
    ),
    "tag-quoted": (
        document(Function=function(Environment={"Variables": {"TABLE": "!Ref Table"}})),
        document(Function=function(Environment={"Variables": {"TABLE": "!Ref Other", "HELP": "write !Ref Table"}})),
    ),
    "layer-public": (
        only(Shared=resource("AWS::Lambda::LayerVersionPermission", Principal="*", Action="lambda:GetLayerVersion")),
        only(
            Shared=resource(
                "AWS::Lambda::LayerVersionPermission",
                Principal="*",
                OrganizationId="o-1",
                Action="lambda:GetLayerVersion",
            )
        ),
    ),
    "notification-order": (notified(), notified(DependsOn="Policy")),
    "database-storage": (
        only(Db=resource("AWS::RDS::DBInstance", Engine="MySQL", AllocatedStorage="5")),
        only(
            Db=resource("AWS::RDS::DBInstance", Engine="postgres", AllocatedStorage=20),
            Magnetic=resource("AWS::RDS::DBInstance", Engine="mysql", AllocatedStorage="5", StorageType="standard"),
            Copy=resource("AWS::RDS::DBInstance", Engine="mysql", AllocatedStorage="5", DBSnapshotIdentifier="s"),
            Open=resource("AWS::RDS::DBInstance", Engine="mysql", AllocatedStorage={"Ref": "Size"}, StorageType="io1"),
            Server=resource("AWS::RDS::DBInstance", Engine="sqlserver-ex", AllocatedStorage="5"),
        ),
    ),
    "secret-stored": (
        only(
            Db=resource(
                "AWS::SecretsManager::Secret", SecretString='{"username": "admin1", "password": "Tr0ub4dor9xQ"}'
            )
        ),
        only(
            Db=resource(
                "AWS::SecretsManager::Secret", SecretString='{"username": "admin1", "password": "${Password}"}'
            ),
            Later=resource("AWS::SecretsManager::Secret", SecretString="CHANGE_ME_1"),
        ),
    ),
    "secret-mapping": (
        {"Resources": {}, "Mappings": {"Stage": {"dev": {"DbPassword": "hunter2hunter"}}}},
        {"Resources": {}, "Mappings": {"Stage": {"dev": {"DbPasswordName": "shop/db", "DbPassword": "<password>"}}}},
    ),
    "limit-default": (
        only(
            Api=resource("AWS::ApiGateway::RestApi"), **many("AWS::ApiGateway::Resource", 300, RestApiId={"Ref": "Api"})
        ),
        only(
            Api=resource("AWS::ApiGateway::RestApi"), **many("AWS::ApiGateway::Resource", 299, RestApiId={"Ref": "Api"})
        ),
    ),
    "name-form": (
        only(Queue=resource("AWS::SQS::Queue", QueueName="no spaces")),
        only(Queue=resource("AWS::SQS::Queue", QueueName="orders.fifo")),
    ),
}

# What cannot be shown by one self-contained template; the named test shows it.
ELSEWHERE = {
    **dict.fromkeys(
        (rule.id for rule in (*TRIGGER_RULES, *ROLE_RULES, *DELIVERY_RULES, CIRCLE, CIRCLE_OF_SEVERAL)), "test_triggers"
    ),
    **dict.fromkeys((rule.id for rule in ROUTE_RULES if rule.look), "test_route_rules"),
    **dict.fromkeys((rule.id for rule in HANDLER_RULES), "test_handler_rules"),
    "api-contract": "openapi/test_contract: a disagreement has its line",
    "source-cycle": "test_permissions: two modules that import each other",
    "suppression-unused": "test_check: suppressions",
    "null-value": "test_check: what is empty",
    "lint-missing": "test_check: cfn-lint that does not run",
    "region-unknown": "test_check: a region",
}
PROTECTED = {
    "alarm-silent",
    "table-encryption",
    "table-backups",
    "table-deletion-protection",
    "table-retained",
    "data-retained",
}


def test_every_rule_has_a_case() -> None:
    assert set(CASES) | set(ELSEWHERE) == set(rulebook.BY_ID)
    assert not set(CASES) & set(ELSEWHERE)


@rows("rule", CASES)
def test_rule_triggers(rule: str) -> None:
    assert rule in rules(CASES[rule][0], protected=rule in PROTECTED)


@rows("rule", CASES)
def test_near_miss_does_not_trigger(rule: str) -> None:
    assert rule not in rules(CASES[rule][1], protected=rule in PROTECTED)


@pytest.mark.parametrize("rule", sorted(PROTECTED))
def test_unprotected_environments_are_left_alone(rule: str) -> None:
    assert rule not in rules(CASES[rule][0])


def test_the_beginning_of_all_cases_is_clean() -> None:
    assert rules(GOOD) == set()
    assert rules(IN_VPC) == set()


def test_a_bucket_blocks_public_policies_unless_it_says_otherwise() -> None:
    told = {"policy-public", "policy-blocked"}
    assert [rules(blocking(blocks=blocks)) & told for blocks in (True, False, None)] == [
        {"policy-blocked"},
        {"policy-public"},
        {"policy-blocked"},
    ]
    restricted = blocking(blocks=True)
    restricted["Resources"]["Bucket"]["Properties"]["PublicAccessBlockConfiguration"]["BlockPublicPolicy"] = False
    assert not rules(restricted) & told  # nobody but the account comes in


def test_ids_are_unique_and_explained() -> None:
    ids = [rule.id for rule in rulebook.ALL]
    assert len(ids) == len(set(ids))
    for rule in rulebook.ALL:
        assert rule.title[0].isupper(), rule.id
        assert not rule.title.endswith("."), rule.id
        assert rule.why.endswith("."), rule.id
        assert rule.fix.endswith("."), rule.id
        assert rule.source, rule.id


@pytest.mark.parametrize("said", [{"FunctionUrlAuthType": "NONE"}, {"InvokedViaFunctionUrl": True}])
def test_a_permission_of_a_functions_url_is_the_urls_own_affair(said: dict[str, object]) -> None:
    function = {"FunctionName": {"Ref": "Worker"}, "Principal": "*"}
    url = {"Url": resource("AWS::Lambda::Url", AuthType="NONE", TargetFunctionArn={"Fn::GetAtt": ["Worker", "Arn"]})}
    worker = {"Worker": resource("AWS::Lambda::Function")}
    allowed = resource("AWS::Lambda::Permission", Action="lambda:InvokeFunctionUrl", **function, **said)
    assert "invoke-public" in rules(permission(Principal="*"))
    assert "invoke-public" in rules(only(**worker, Permission=allowed))  # the URL is in no rule's sight
    assert "invoke-public" not in rules(only(**worker, **url, Permission=allowed))
