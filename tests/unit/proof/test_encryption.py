"""What callers need on the customer's keys of encrypted resources."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.proof.documents import (
    LOGS,
    PUT_ITEM,
    TRACES,
    allow,
    arn,
    document,
    findings,
    function,
    policy,
    resource,
    table,
)

KEY = resource("AWS::KMS::Key")
SSE = {"SSEEnabled": True, "SSEType": "KMS"}


def missing(checked: dict[str, Any]) -> list[str]:
    return [finding.message for finding in findings(checked) if finding.rule == "permission-missing"]


def encrypted(key: Any, *statements: Any, **resources: Any) -> dict[str, Any]:
    written = table(SSESpecification={**SSE, "KMSMasterKeyId": key})
    return document(statements=[LOGS, TRACES, PUT_ITEM, *statements], Table=written, **resources)


def test_a_table_with_a_key_of_its_own() -> None:
    assert missing(encrypted(arn("Key"), Key=KEY)) == [
        "Function needs kms:Decrypt on Key, as dynamodb encrypts Table with that key; Role does not allow it."
    ]
    granted = encrypted(arn("Key"), allow("kms:Decrypt", arn("Key")), Key=KEY)
    assert [finding.rule for finding in findings(granted)] == []


@pytest.mark.parametrize("key", [{"Ref": "Key"}, {"Fn::GetAtt": ["Key", "Arn"]}, {"Ref": "Alias"}])
def test_the_same_key_however_it_is_written(key: Any) -> None:
    alias = resource("AWS::KMS::Alias", AliasName="alias/ours", TargetKeyId={"Ref": "Key"})
    assert missing(encrypted(key, allow("kms:Decrypt", arn("Key")), Key=KEY, Alias=alias)) == []
    assert len(missing(encrypted(key, allow("kms:Decrypt", arn("Other")), Key=KEY, Alias=alias, Other=KEY))) == 1


def test_keys_that_aws_manages_need_nothing() -> None:
    assert missing(encrypted("alias/aws/dynamodb")) == []
    assert missing(document(Table=table(SSESpecification=SSE))) == []


def test_a_key_of_another_stack() -> None:
    written = "arn:aws:kms:eu-west-1:123456789012:key/1"
    assert len(missing(encrypted(written))) == 1
    assert missing(encrypted(written, allow("kms:Decrypt", written))) == []
    assert missing(encrypted({"Ref": "KeyParameter"}, allow("kms:Decrypt", {"Ref": "KeyParameter"}))) == []


def test_a_keys_own_policy_may_allow_it() -> None:
    own = resource("AWS::KMS::Key", KeyPolicy=policy(allow("kms:Decrypt", "*", Principal={"AWS": arn("Role")})))
    assert missing(encrypted(arn("Key"), Key=own)) == []
    assert len(missing(encrypted(arn("Key"), Key=KEY, Other=own))) == 1


OTHERS = [
    ("sqs", "send_message(QueueUrl=os.environ['R'], MessageBody='')", "AWS::SQS::Queue", {"KmsMasterKeyId": "KEY"}, 2),
    ("sqs", "receive_message(QueueUrl=os.environ['R'])", "AWS::SQS::Queue", {"KmsMasterKeyId": "KEY"}, 1),
    ("sns", "publish(TopicArn=os.environ['R'], Message='')", "AWS::SNS::Topic", {"KmsMasterKeyId": "KEY"}, 2),
    (
        "secretsmanager",
        "get_secret_value(SecretId=os.environ['R'])",
        "AWS::SecretsManager::Secret",
        {"KmsKeyId": "KEY"},
        1,
    ),
    (
        "s3",
        "put_object(Bucket=os.environ['R'], Key='k')",
        "AWS::S3::Bucket",
        {
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"KMSMasterKeyID": "KEY"}}]
            }
        },
        1,
    ),
    ("sqs", "get_queue_attributes(QueueUrl=os.environ['R'])", "AWS::SQS::Queue", {"KmsMasterKeyId": "KEY"}, 0),
]


def with_key(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: with_key(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [with_key(inner) for inner in value]
    return arn("Key") if value == "KEY" else value


@pytest.mark.parametrize(("service", "call", "type_", "properties", "count"), OTHERS)
def test_other_services(service: str, call: str, type_: str, properties: dict[str, Any], count: int) -> None:
    code = f"import boto3, os\ndef handler(event, context):\n    boto3.client('{service}').{call}\n"
    checked = document(
        Function=function(code, Environment={"Variables": {"R": {"Ref": "R"}}}),
        R=resource(type_, **with_key(properties)),
        Key=KEY,
    )
    assert len([message for message in missing(checked) if "kms:" in message]) == count


def test_what_aws_asks_callers_to_hold_on_a_table_s_key_is_no_surplus() -> None:
    asked = [
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:ReEncrypt*",
        "kms:GenerateDataKey*",
        "kms:CreateGrant",
    ]
    for more, surplus in ([], 0), (["kms:ScheduleKeyDeletion"], 1):
        held = encrypted(arn("Key"), allow([*asked, *more], arn("Key")), Key=KEY)
        rules = [finding.rule for finding in findings(held)]
        assert (rules.count("permission-unused"), "permission-missing" in rules) == (surplus, False)
