"""What a deployment itself calls, beside the resources' handlers: CloudFormation, and S3 where something is uploaded.

A test holds the table to the operations of `tapgen.deploy`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Literal, get_args

from tapgen import naming
from tapgen.proof.needs import actions
from tapgen.proof.subject import mapping
from tapgen.template.document import MAX_INLINE_BYTES

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject

Operation = Literal["create", "update", "delete"]
OPERATIONS: tuple[Operation, ...] = get_args(Operation)

_CHANGE_SET: Final = (
    *("CreateChangeSet", "DescribeChangeSet", "ExecuteChangeSet", "DeleteChangeSet", "ListChangeSets", "TagResource"),
    *("DescribeEvents", "DescribeStackEvents", "DescribeStacks", "GetTemplate", "ListStackResources"),
)
BY_DRIFT_DETECTION: Final = ("BatchDescribeTypeConfigurations",)
"""What DetectStackDrift asks for beside itself: CloudFormation user guide, "Considerations when detecting drift"."""
_BY_CHANGE_SET: Final = frozenset(
    {"DescribeChangeSet", "ExecuteChangeSet", "DeleteChangeSet", "GetTemplate", "DescribeEvents"}
)
"""Calls that name a change set by its ARN alone: AWS compares that ARN, not the stack's."""
_UUID: Final = "-".join("?" * count for count in (8, 4, 4, 4, 12))
_PROTECT: Final = ("GetStackPolicy", "SetStackPolicy", "UpdateTerminationProtection")

SYNC_LAYER: Final = tuple(f"lambda:{name}" for name in ("GetLayerVersion", "ListLayerVersions", "PublishLayerVersion"))
"""What it calls of a layer; a function that gets one takes GetLayerVersion too."""
SYNC_STATE_MACHINE: Final = tuple(
    f"states:{name}" for name in ("DescribeStateMachine", "TagResource", "UntagResource", "UpdateStateMachine")
)
"""What it calls of a state machine."""
SYNC: Final = tuple(
    f"lambda:{name}"
    for name in (
        *("GetFunctionConfiguration", "UpdateFunctionCode", "UpdateFunctionConfiguration"),
        *("TagResource", "UntagResource", "PublishVersion", "UpdateAlias"),
    )
)
"""What `tapgen sync`, and the deployment that puts right what it has changed, call of a function."""
SYNCED_FUNCTIONS: Final = "tag:GetResources"
"""How the functions are found that it has changed."""

IMAGES: Final = (
    *("DescribeImages", "CreateRepository", "BatchCheckLayerAvailability", "InitiateLayerUpload"),
    *("UploadLayerPart", "CompleteLayerUpload", "PutImage", "BatchGetImage"),
)
"""What a deployment calls, and docker where it pushes: ECR user guide, "IAM permissions for pushing an image"."""

STACK_SET: Final = (
    *("CreateStackSet", "DescribeStackSet", "UpdateStackSet", "DeleteStackSet", "TagResource"),
    *("CreateStackInstances", "DeleteStackInstances", "DescribeStackInstance", "ListStackInstances"),
    *("DescribeStackSetOperation", "ListStackSetOperations", "ListStackSetOperationResults"),
    *("StopStackSetOperation", "DetectStackSetDrift", "ListStackInstanceResourceDrifts"),
)
"""CloudFormation's calls where the environment is a StackSet."""

# CloudFormation API reference; AWS Service Authorization Reference, CloudFormation.
CALLS: Final[dict[Operation, tuple[str, ...]]] = {
    "create": (*_CHANGE_SET, "DeleteStack"),  # what a failed first creation leaves is deleted before the next one
    "update": (
        *(*_CHANGE_SET, "ListImports"),
        *("CancelUpdateStack", "ContinueUpdateRollback", "RollbackStack"),  # `tapgen cancel` and `tapgen recover`
        "DetectStackResourceDrift",  # what a deployment overwrites
        *("DetectStackDrift", "DescribeStackDriftDetectionStatus", "DescribeStackResourceDrifts"),  # `tapgen drift`
        *BY_DRIFT_DETECTION,
        *("CreateStackRefactor", "DescribeStackRefactor", "ExecuteStackRefactor", "ListStackRefactors"),
        "GetTemplateSummary",  # `tapgen rename`, as the four before
    ),
    "delete": (
        "DeleteStack",
        "DescribeStackEvents",
        "DescribeStacks",
        "GetTemplate",
        "ListImports",
        "ListStackResources",
    ),
}
PROTECTED_CALLS: Final[dict[Operation, tuple[str, ...]]] = {
    "create": _PROTECT,
    "update": _PROTECT,
    "delete": ("UpdateTerminationProtection",),
}


def own_calls(operation: Operation, subject: Subject, stack: str) -> Iterator[tuple[str, str]]:
    """(action, resource) of each: the stack, or everything where the action knows no resource."""
    for name in (*CALLS[operation], *(PROTECTED_CALLS[operation] if subject.protected else ())):
        action = f"cloudformation:{name}"
        known = actions.action(action)
        yield action, _stack(stack) if known is None or known.resource_types else "*"
        if name in _BY_CHANGE_SET:
            yield action, f"arn:*:cloudformation:*:*:changeSet/{naming.change_set(stack)}{_UUID}/*"
    if operation != "delete":
        yield from uploads(subject)


def stack_set_calls(stack_set: str, subject: Subject) -> Iterator[tuple[str, str]]:
    """(action, resource) of each where the environment is a StackSet."""
    for name in STACK_SET:
        action = f"cloudformation:{name}"
        known = actions.action(action)
        narrow = known is None or known.resource_types
        yield action, f"arn:*:cloudformation:*:*:stackset/{stack_set}:*" if narrow else "*"
    yield from uploads(subject)


def uploads(subject: Subject) -> Iterator[tuple[str, str]]:
    """(action, resource) of what goes by the artifact bucket."""
    if _uploads(subject):
        # CloudFormation names the bucket: user guide, "Name type". HeadObject needs GetObject, and ListBucket to tell
        # "not there" from "forbidden": S3 API reference, HeadObject.
        bucket = f"arn:*:s3:::{naming.BOOTSTRAP_STACK}-{naming.ARTIFACT_BUCKET}-*".lower()
        yield "cloudformation:DescribeStacks", _stack(naming.BOOTSTRAP_STACK)
        yield "s3:ListBucket", bucket
        yield "s3:GetObject", f"{bucket}/*"
        yield "s3:PutObject", f"{bucket}/*"
    names = {name for name, built in _built(subject) if built in mapping(subject.document.get("Parameters"))}
    if names:
        yield "ecr:GetAuthorizationToken", "*"
    for name in sorted(names):
        yield from ((f"ecr:{action}", f"arn:*:ecr:*:*:repository/{name}") for action in IMAGES)


def _built(subject: Subject) -> Iterator[tuple[str, str]]:
    """(repository, parameter of the tag) of each function's image that the template names so."""
    for logical_id, resource in mapping(subject.document.get("Resources")).items():
        code = mapping(mapping(mapping(resource).get("Properties")).get("Code"))
        text = mapping(code.get("ImageUri")).get("Fn::Sub")
        name, colon, tag = text.partition("/")[2].partition(":${") if isinstance(text, str) else ("", "", "")
        if colon and tag == f"{logical_id}ImageTag}}":
            yield name, tag.removesuffix("}")


def _stack(name: str) -> str:
    return f"arn:*:cloudformation:*:*:stack/{name}/*"


def _uploads(subject: Subject) -> bool:
    """Whether a package or the template itself goes by the artifact bucket."""
    packaged = naming.ARTIFACT_BUCKET in mapping(subject.document.get("Parameters"))
    return packaged or len(json.dumps(subject.document, separators=(",", ":"))) > MAX_INLINE_BYTES
