"""Actions that a request needs because of what it passes: an ACL, tags, a lock, an instance profile.

Sources: S3 user guide, "Required permissions for Amazon S3 API operations"; EC2 user guide, "Grant permission to tag
Amazon EC2 resources during creation"; each service's guide on tagging, for tags that are set at creation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct


class Passing(Struct, frozen=True):
    """What one member of a request asks for; an action with `?` may not be needed, depending on the value."""

    operations: tuple[str, ...]
    members: tuple[str, ...]
    actions: tuple[str, ...]


_NEW_OBJECT: Final = ("PutObject", "CopyObject", "CreateMultipartUpload")
_GRANTS: Final = ("ACL", "GrantFullControl", "GrantRead", "GrantReadACP", "GrantWriteACP")

PASSING: Final[Mapping[str, tuple[Passing, ...]]] = {
    "s3": (
        Passing(_NEW_OBJECT, _GRANTS, ("s3:PutObjectAcl",)),
        Passing(_NEW_OBJECT, ("Tagging",), ("s3:PutObjectTagging",)),
        Passing(_NEW_OBJECT, ("ObjectLockMode", "ObjectLockRetainUntilDate"), ("s3:PutObjectRetention",)),
        Passing(_NEW_OBJECT, ("ObjectLockLegalHoldStatus",), ("s3:PutObjectLegalHold",)),
        Passing(("CreateBucket",), (*_GRANTS, "GrantWrite"), ("s3:PutBucketAcl?",)),  # a private one needs nothing
        Passing(("CreateBucket",), ("ObjectOwnership",), ("s3:PutBucketOwnershipControls",)),
        Passing(
            ("CreateBucket",),
            ("ObjectLockEnabledForBucket",),
            ("s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"),
        ),
        Passing(("GetObject", "HeadObject"), ("VersionId",), ("s3:GetObjectVersion?",)),
        Passing(("DeleteObject",), ("VersionId",), ("s3:DeleteObjectVersion?",)),
        Passing(("DeleteObject", "DeleteObjects"), ("BypassGovernanceRetention",), ("s3:BypassGovernanceRetention",)),
        Passing(("GetObjectTagging",), ("VersionId",), ("s3:GetObjectVersionTagging?",)),
        Passing(("PutObjectTagging",), ("VersionId",), ("s3:PutObjectVersionTagging?",)),
        Passing(("GetObjectAcl",), ("VersionId",), ("s3:GetObjectVersionAcl?",)),
        Passing(("PutObjectAcl",), ("VersionId",), ("s3:PutObjectVersionAcl?",)),
        Passing(("CopyObject", "UploadPartCopy"), ("CopySource.VersionId",), ("s3:GetObjectVersion?",)),
    ),
    "ec2": (
        Passing((), ("TagSpecifications",), ("ec2:CreateTags",)),
        Passing(("RunInstances",), ("LaunchTemplate",), ("iam:PassRole?", "ec2:CreateTags?")),
        Passing(
            ("RunInstances", "AssociateIamInstanceProfile", "RequestSpotInstances", "RequestSpotFleet", "CreateFleet"),
            ("IamInstanceProfile", "LaunchSpecification.IamInstanceProfile"),
            ("iam:PassRole",),
        ),
    ),
    "dynamodb": (
        Passing(("CreateTable",), ("Tags",), ("dynamodb:TagResource",)),
        Passing(("CreateTable", "UpdateTable"), ("SSESpecification",), ("kms:DescribeKey?", "kms:CreateGrant?")),
        Passing(("CreateTable",), ("ResourcePolicy",), ("dynamodb:PutResourcePolicy",)),
    ),
    "sqs": (Passing(("CreateQueue",), ("tags",), ("sqs:TagQueue",)),),
    "sns": (Passing(("CreateTopic",), ("Tags",), ("sns:TagResource",)),),
    "lambda": (
        Passing(("CreateFunction", "CreateEventSourceMapping"), ("Tags",), ("lambda:TagResource",)),
        Passing(("CreateFunction", "UpdateFunctionConfiguration"), ("Layers",), ("lambda:GetLayerVersion?",)),
    ),
    "logs": (Passing(("CreateLogGroup",), ("tags",), ("logs:TagResource",)),),
    "kms": (Passing(("CreateKey",), ("Tags",), ("kms:TagResource",)),),
    "secretsmanager": (
        Passing(("CreateSecret",), ("Tags",), ("secretsmanager:TagResource",)),
        Passing(("CreateSecret",), ("AddReplicaRegions",), ("secretsmanager:ReplicateSecretToRegions",)),
        Passing(("RotateSecret",), ("RotationLambdaARN",), ("lambda:InvokeFunction?",)),
    ),
    "ssm": (
        Passing(("PutParameter", "CreateDocument"), ("Tags",), ("ssm:AddTagsToResource",)),
        Passing(
            ("GetParameter", "GetParameters", "GetParametersByPath", "GetParameterHistory"),
            ("WithDecryption",),
            ("kms:Decrypt?",),
        ),
    ),
    "stepfunctions": (Passing(("CreateStateMachine", "CreateActivity"), ("tags",), ("states:TagResource",)),),
    "events": (Passing(("PutRule", "CreateEventBus"), ("Tags",), ("events:TagResource",)),),
    "s3vectors": (  # S3 user guide, "Querying vectors" and "Listing vectors"
        Passing(("QueryVectors",), ("filter",), ("s3vectors:GetVectors",)),
        Passing(("QueryVectors", "ListVectors"), ("returnMetadata", "returnData"), ("s3vectors:GetVectors?",)),
    ),
    "bedrock-agentcore": (
        Passing(("InvokeAgentRuntime",), ("runtimeUserId",), ("bedrock-agentcore:InvokeAgentRuntimeForUser",)),
    ),
    "iam": (
        Passing(("CreateRole",), ("Tags",), ("iam:TagRole",)),
        Passing(("CreateUser",), ("Tags",), ("iam:TagUser",)),
        Passing(("CreatePolicy",), ("Tags",), ("iam:TagPolicy",)),
    ),
}


def actions_of(service: str, operation: str, passed: tuple[str, ...]) -> Iterator[str]:
    """The actions, each with `?` where its absence is no fault."""
    names = set(passed)
    for one in PASSING.get(service, ()):
        if (not one.operations or operation in one.operations) and names & {*one.members, "*"}:
            yield from (
                action if names & set(one.members) else f"{action.removesuffix('?')}?" for action in one.actions
            )


ON_WHAT_IS_MADE: Final = frozenset({"ec2:CreateTags"})
"""Actions that no member of the request names the resource of: that of RunInstances are new instances, no image."""
_TAGS: Final = frozenset({"tags", "taglist", "tagging", "tagset", "tagspecifications"})
_MAKES: Final = re.compile(r"(Create|Run|Register|Request|Allocate|Import|Start)[A-Z]")


def tags(operation: str, passed: tuple[str, ...]) -> bool:
    """Whether a request sets tags, or may: in services that are not listed it may need an action for it."""
    return any(name.lower() in _TAGS for name in passed) or ("*" in passed and _MAKES.match(operation) is not None)
