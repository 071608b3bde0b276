"""Actions that a request needs because of what it passes: an ACL, tags, a lock, an instance profile.

Sources: S3 user guide, "Required permissions for Amazon S3 API operations"; EC2 user guide, "Grant permission to tag
Amazon EC2 resources during creation"; each service's guide on tagging, for tags that are set at creation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    from tapgen.proof.interpret.results import Call


class Passing(Struct, frozen=True):
    """What one member of a request asks for; an action with `?` may not be needed, depending on the value.

    One with `!` is needed where the call is certain to pass the member, and may be needed where it may pass it.
    """

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
        Passing(("GetObject", "HeadObject"), ("VersionId",), ("s3:GetObjectVersion!",)),
        Passing(("DeleteObject",), ("VersionId",), ("s3:DeleteObjectVersion!",)),
        Passing(("DeleteObject", "DeleteObjects"), ("BypassGovernanceRetention",), ("s3:BypassGovernanceRetention",)),
        Passing(("GetObjectTagging",), ("VersionId",), ("s3:GetObjectVersionTagging!",)),
        Passing(("PutObjectTagging",), ("VersionId",), ("s3:PutObjectVersionTagging!",)),
        Passing(("GetObjectAcl",), ("VersionId",), ("s3:GetObjectVersionAcl!",)),
        Passing(("PutObjectAcl",), ("VersionId",), ("s3:PutObjectVersionAcl!",)),
        Passing(("CopyObject", "UploadPartCopy"), ("CopySource.VersionId",), ("s3:GetObjectVersion?",)),
    ),
    "ec2": (
        Passing((), ("TagSpecifications",), ("ec2:CreateTags",)),
        Passing(("RunInstances",), ("LaunchTemplate",), ("iam:PassRole?", "ec2:CreateTags?")),
        Passing(
            ("RunInstances", "RequestSpotInstances", "RequestSpotFleet", "CreateFleet"),
            ("IamInstanceProfile", "LaunchSpecification.IamInstanceProfile"),
            ("iam:PassRole",),
        ),
        Passing(  # EC2 user guide, "Attach an IAM role to an instance"
            ("AssociateIamInstanceProfile", "ReplaceIamInstanceProfileAssociation"),
            ("IamInstanceProfile",),
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
        Passing(("QueryVectors", "ListVectors"), ("returnMetadata", "returnData"), ("s3vectors:GetVectors!",)),
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


def actions_of(call: Call) -> Iterator[str]:
    """The actions, each with `?` where its absence is no fault."""
    names, certain = set(call.passed), set(call.certain)
    for one in PASSING.get(call.service, ()):
        if (not one.operations or call.operation in one.operations) and names & {*one.members, "*"}:
            for action in one.actions:
                sure = bool((certain if action.endswith("!") else names) & set(one.members))
                plain = action.rstrip("!?")
                yield plain if sure and not action.endswith("?") else f"{plain}?"


def replaced(call: Call, action: str) -> bool:
    """Whether what a request passes makes it need another action in place of its own.

    S3 API reference, "GetObject": with a version id, s3:GetObject is not required.
    """
    reads = call.service == "s3" and call.operation in {"GetObject", "HeadObject"}
    return reads and action == "s3:GetObject" and "VersionId" in call.certain


def names_no_resource(call: Call) -> bool:
    """Whether a request goes to what is no resource of AWS, so that only `*` allows it.

    SNS developer guide, "Sending mobile text messages": a message to a telephone number.
    """
    return (call.service, call.operation) == ("sns", "Publish") and (
        "PhoneNumber" in call.certain and not {"TopicArn", "TargetArn", "*"} & set(call.passed)
    )


def on_default_bus(call: Call) -> bool:
    """Whether events are put whose entries can be read, and name no bus (EventBridge API reference, "PutEvents")."""
    if (call.service, call.operation) != ("events", "PutEvents") or "Entries.Source" not in call.passed:
        return False
    return not {"Entries.EventBusName", "Entries.*", "*"} & set(call.passed)


ON_WHAT_IS_MADE: Final = frozenset({"ec2:CreateTags"})
"""Actions that no member of the request names the resource of: that of RunInstances are new instances, no image."""
_TAGS: Final = frozenset({"tags", "taglist", "tagging", "tagset", "tagspecifications"})
_MAKES: Final = re.compile(r"(Create|Run|Register|Request|Allocate|Import|Start)[A-Z]")


def tags(operation: str, passed: tuple[str, ...]) -> bool:
    """Whether a request sets tags, or may: in services that are not listed it may need an action for it."""
    return any(name.lower() in _TAGS for name in passed) or ("*" in passed and _MAKES.match(operation) is not None)
