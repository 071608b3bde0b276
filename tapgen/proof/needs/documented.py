"""Resources that AWS documents for an action although the Service Authorization Reference does not list them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from tapgen.template.alternatives import UNKNOWN
from tapgen.template.arns import fields
from tapgen.template.patterns import action_matches, matches

_MACHINES: Final = ("arn:*:states:*:*:stateMachine:*", "arn:*:states:*:*:activity:*", "arn:*:states:*:*:execution:*")

# Action -> patterns of ARNs. Developer Tools console user guide, "Connections rename"; CloudFormation user guide,
# "Control CloudFormation access with IAM" (macros are authorized as aws:transform); S3 user guide, "Identity-based
# policy examples"; Step Functions developer guide, "IAM policies for services": task tokens are authorized on the
# state machine; CloudWatch Logs user guide, "Logs sent to CloudWatch Logs"; DynamoDB developer guide, "IAM policy to
# grant read access for a DynamoDB stream only"; SAM developer guide, "Deploying serverless applications gradually",
# and its policy template KinesisStreamReadPolicy; the policies AmazonESCognitoAccess and
# AmazonCloudWatchRUMFullAccess, which AWS manages.
_CONNECTIONS: Final = ("arn:*:codeconnections:*:*:connection/*", "arn:*:codestar-connections:*:*:connection/*")
_ALSO: Final[Mapping[str, tuple[str, ...]]] = {
    "cloudformation:CreateChangeSet": ("arn:*:cloudformation:*:*:transform/*",),
    "cloudformation:CreateStack": ("arn:*:cloudformation:*:*:transform/*",),
    "cloudformation:UpdateStack": ("arn:*:cloudformation:*:*:transform/*",),
    "s3:ListAllMyBuckets": ("arn:*:s3:::*",),
    "s3:GetAccountPublicAccessBlock": ("arn:*:s3:::*",),
    "s3:HeadBucket": ("arn:*:s3:::*",),
    "states:SendTaskSuccess": _MACHINES,
    "states:SendTaskFailure": _MACHINES,
    "states:SendTaskHeartbeat": _MACHINES,
    **dict.fromkeys(
        [
            f"{prefix}:{verb}Connection"
            for prefix in ("codestar-connections", "codeconnections")
            for verb in ("Use", "Get", "Pass")
        ],
        _CONNECTIONS,
    ),
    "logs:DescribeLogGroups": ("arn:*:logs:*:*:*",),
    "logs:DescribeResourcePolicies": ("arn:*:logs:*:*:*",),
    "logs:PutResourcePolicy": ("arn:*:logs:*:*:*",),
    "dynamodb:ListStreams": ("arn:*:dynamodb:*:*:table/*",),
    "kinesis:ListStreams": ("arn:*:kinesis:*:*:stream/*",),
    "codedeploy:PutLifecycleEventHookExecutionStatus": ("arn:*:codedeploy:*:*:deploymentgroup:*",),
    "connect:StartOutboundVoiceContact": ("arn:*:connect:*:*:instance/*",),
    "rekognition:CreateCollection": ("arn:*:rekognition:*:*:collection/*",),
    "cognito-identity:SetIdentityPoolRoles": ("arn:*:cognito-identity:*:*:identitypool/*",),
    "cognito-idp:ListUserPools": ("arn:*:cognito-idp:*:*:userpool/*",),
}


_PROFILE: Final = re.compile(r"(arn:.*:foundation-model/)((?:us|us-gov|eu|apac|jp|au|ca|sa|global)\.)([a-z0-9-]+\..+)")
"""A model by the name of an inference profile, which begins with where it may be asked."""


_LISTED: Final[Mapping[str, str]] = {
    "dynamodb:ListTables": "table/*",
    "events:ListRules": "rule/*",
    "firehose:ListDeliveryStreams": "deliverystream/*",
    "sns:ListSubscriptions": "*",
    "sns:ListTopics": "*",
    "sqs:ListQueues": "*",
    "ssm:DescribeInstanceInformation": "*",
    "ssm:DescribeParameters": "*",
    "states:ListActivities": "activity:*",
    "states:ListStateMachines": "stateMachine:*",
}
"""Actions that list everything -> the last field of the ARN that the service asks IAM about, as its refusals say:
`is not authorized to perform: dynamodb:ListTables on resource: arn:aws:dynamodb:…:table/*`."""


def documented(action: str, resource: str) -> bool:
    """Whether AWS says that the action is allowed by that resource, an ARN or a pattern of ARNs."""
    if len(fields(resource)) != 6:
        return False
    listed = _LISTED.get(action)
    if listed is not None and fields(resource)[2] in {action.partition(":")[0], "*"}:
        return matches(fields(resource)[5], listed)
    return any(
        action_matches(action, known) and matches(pattern, resource)
        for known, patterns in _ALSO.items()
        for pattern in patterns
    )


def stand_ins(arn: str) -> tuple[str, ...]:
    """The ARN, and those by any of which a service allows the same.

    SES takes an address as verified, and authorized, by its own identity or by that of its domain or a domain above it:
    SES developer guide, "Creating and verifying identities in Amazon SES". A log group is `…:log-group:NAME:*` in
    policies, which is what DescribeLogGroups gives: CloudWatch Logs user guide, "CloudWatch Logs resources".
    """
    if ":log-group:" in arn and ":log-stream:" not in arn:
        return (arn, f"{arn.removesuffix(':*')}:*")
    profile = _PROFILE.fullmatch(arn)
    if profile is not None:
        # Bedrock user guide, "Prerequisites for inference profiles": both the profile and the models behind it.
        of_account = "arn:${AWS::Partition}:bedrock:${AWS::Region}:${AWS::AccountId}"
        return (arn, f"{of_account}:inference-profile/{profile[2]}{profile[3]}", f"{profile[1]}{profile[3]}")
    if ":ssm:" in arn and ":document/" in arn:
        # Systems Manager user guide, "Setting up Automation": `automation-definition/NAME:VERSION`.
        return (arn, f"{arn.replace(':document/', ':automation-definition/')}:{UNKNOWN}")
    before, kind, address = arn.partition(":identity/")
    user, at, domain = address.partition("@")
    if not (kind and at and user):
        return (arn,)
    labels = domain.split(".")
    above = [".".join(labels[start:]) for start in range(len(labels) - 1)] or [domain]
    return (arn, *(f"{before}{kind}{one}" for one in above))
