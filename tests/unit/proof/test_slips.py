"""A name that is not in AWS's lists is a slip where something speaks for it, and may be newer otherwise."""

from __future__ import annotations

from tapgen.proof.rules import slips
from tests.table import rows

SLIPS = {
    "s3:GetObjects": "Did you mean s3:GetObject?",
    "ec2:DescribeVpc": "Did you mean ec2:DescribeVpcs?",
    "s3:ListObjectsV2": "The operation ListObjectsV2 is allowed by s3:ListBucket.",
    "lambda:Invoke": "The operation Invoke is allowed by lambda:InvokeFunction.",
    "sqs:DeleteMessageBatch": "The operation DeleteMessageBatch is allowed by sqs:DeleteMessage.",
    "stepfunctions:StartExecution": 'IAM\'s prefix of stepfunctions is "states".',
    "lamda:InvokeFunction": 'IAM knows no service prefix "lamda". Did you mean lambda:InvokeFunction?',
    "cloudwatch:PutLogEvents": "Did you mean logs:PutLogEvents?",
    "s3:ReadObject": "Of Object IAM knows DeleteObject, GetObject, PutObject, ReplicateObject, RestoreObject.",
    "GetObject": "An action begins with its service's prefix and a colon; IAM refuses the policy.",
}
MAYBE_NEWER = (
    *("dynamodb:RewindTable", "s3:PutObjectV2", "lambda:InvokeFunctionFaster", "brandnew:GetThing", "s3:Foo*"),
    *("lambda:UpdateFunction", "brandnew:*", "sqs:TagResource2", "budgets:*Budgets"),
)


@rows(("action", "meant"), SLIPS.items())
def test_what_was_meant_by_an_action(action: str, meant: str) -> None:
    assert slips.of_action(action) == meant


@rows("action", MAYBE_NEWER)
def test_an_action_that_may_be_newer(action: str) -> None:
    assert slips.of_action(action) == ""


def test_condition_keys() -> None:
    assert slips.of_condition_key("s3:prefixes", ["s3:prefix"]) == "Did you mean s3:prefix?"
    assert slips.of_condition_key("aws:SourceArns", ["aws:SourceArn"]) == "Did you mean aws:SourceArn?"
    assert slips.of_condition_key("s3:prefixV2", ["s3:prefix"]) == ""


def test_policies_of_aws() -> None:
    of_aws = "arn:aws:iam::aws:policy/"
    basic = "service-role/AWSLambdaBasicExecutionRole"
    assert slips.of_managed_policy(f"{of_aws}AWSLambdaBasicExecutionRole") == f"Its ARN ends in :policy/{basic}."
    assert slips.of_managed_policy(f"{of_aws}service-role/AWSLambdaBasicExecutonRole") == f"Did you mean {basic}?"
    for other in (f"{of_aws}AmazonBrandNewFullAccess", "arn:aws:iam::111122223333:policy/AWSLambdaBasicExecutionRole"):
        assert slips.of_managed_policy(other) == "", other
