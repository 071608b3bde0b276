"""Every naming rule: logical ids, physical names where one is needed, tags."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tapgen.digest import digest

if TYPE_CHECKING:
    from tapgen.settings.model import Environment

MAX_FUNCTION_NAME = 64  # Lambda API reference, CreateFunction
MAX_BUCKET_NAME = 63 - len("-123456789012-ap-southeast-1")
"""Without account and region, at their longest: S3 user guide, "General purpose bucket naming rules"."""
DIGITS = 6
"""Hexadecimal digits of what tells a shortened name from others."""


RESERVED_VARIABLES = frozenset(
    [
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
    ]
)
"""Lambda developer guide, "Defined runtime environment variables", the reserved ones."""


def logical(*parts: str) -> str:
    """A logical id: each part with a capital first letter, joined; what is not a letter or digit only parts words."""
    words = "".join(character if character.isalnum() else " " for part in parts for character in f"{part} ").split()
    return "".join(word[0].upper() + word[1:] for word in words)


def table(name: str) -> str:
    """The logical id of a table."""
    return logical(name, "Table")


def function(name: str) -> str:
    """The logical id of a function; its role and log group begin with it."""
    return logical(name, "Function")


def code_key(name: str) -> str:
    """The parameter that takes a packaged function's object key."""
    return logical(name, "FunctionCodeKey")


def image_tag(name: str) -> str:
    """The parameter that takes the tag of a function's image, where it is built."""
    return logical(name, "FunctionImageTag")


def layer_key(name: str) -> str:
    """The parameter that takes a Lambda layer's object key."""
    return logical(name, "LayerCodeKey")


def layer(name: str) -> str:
    """The logical id of a Lambda layer."""
    return logical(name, "Layer")


def version(name: str) -> str:
    """The logical id of a function's published version."""
    return function(name) + "Version"


def alias(name: str) -> str:
    """The logical id of the alias by which a function is invoked."""
    return function(name) + "Alias"


def path(parts: Iterable[str]) -> str:
    """Part of a logical id: "orders/{orderId}" is OrdersOrderIdVar, so that it differs from "orders/orderId"."""
    return logical(*(f"{part} Var" if part.startswith("{") else part or "Slash" for part in parts))


def route(api_title: str, parts: Iterable[str], method: str) -> str:
    """What the logical ids of a route's method, route and permission begin with."""
    return f"{api_title}{path(parts)}{logical(method.lower() if method.isupper() else method)}"


def api(name: str) -> str:
    """The logical id of an API: `Api` is the one of `[api]`, whose name is empty."""
    return logical(name, "Api")


ARTIFACT_BUCKET = "ArtifactBucket"
"""The parameter that takes the bucket of packaged functions; also the bucket's logical id in its own stack."""

BOOTSTRAP_STACK = "tapgen-bootstrap"
"""The stack that holds the bucket."""


def change_set(stack_name: str) -> str:
    """What the name of a change set of the stack begins with; a UUID follows.

    It has 128 characters at most (CloudFormation API reference, CreateChangeSet).
    """
    return f"tapgen-{stack_name[:84]}-"


def output(subject: str, name: str, *, main: bool) -> str:
    """An output's name: plain for the main or only table or function, which is a contract, else prefixed."""
    return f"{subject}Output" if main else f"{logical(name)}{subject}Output"


def function_name(environment: Environment, name: str) -> str | None:
    """A function's physical name: its role must name it before it exists (see `policies.deny_own_network`).

    None where CloudFormation gives it one.
    """
    given = environment.functions[name].name if name in environment.functions else None
    if given is False:
        return None
    return given if isinstance(given, str) else f"{environment.stack_name}-{logical(name)}"


def bucket(environment: Environment, name: str) -> str:
    """How a bucket's physical name begins; account and region follow, since all the world's buckets share their names.

    It has one so that the function which it starts can be allowed to use it before it exists.
    """
    return shortened(f"{environment.stack_name}-{logical(name)}".lower(), MAX_BUCKET_NAME)


def shortened(name: str, most: int) -> str:
    """The name, or where it has more characters than that its beginning and what tells it from others of the same."""
    return name if len(name) <= most else f"{name[: most - DIGITS - 1].rstrip('-')}-{digest(name)[:DIGITS]}"


def partition(region: str) -> str:
    """The partition that a region is in: IAM user guide, "IAM ARNs"."""
    return next((f"aws-{name}" for name in ("cn", "us-gov") if region.startswith(f"{name}-")), "aws")


def deploy_role(environment: Environment) -> str:
    """The name of the role by which a pipeline deploys, where the settings name none."""
    return f"{environment.stack_name}-deploy"


def plan_role(environment: Environment) -> str:
    """The name of the role by which a pipeline only plans."""
    return f"{environment.stack_name}-plan"


def plan_environment(environment: Environment) -> str:
    """The pipeline's environment in which a protected one is planned, before anybody approves."""
    return f"{environment.name}-plan"


USER_TAG = "User"
"""The tag that tells whose own a personal environment is."""


def tags(environment: Environment) -> dict[str, str]:
    """The tags of every resource; Repository and Author are stack tags, given at deployment."""
    return {
        "Environment": environment.reference,
        "Application": environment.application,
        "ManagedBy": "tapgen",
        **environment.tags,
        **({USER_TAG: environment.user} if environment.user else {}),
    }
