"""What each role of a deployment must be allowed: the one that deploys, CloudFormation's, and one that only plans."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from tapgen import naming
from tapgen.proof.deployer.calls import OPERATIONS, Operation, own_calls, stack_set_calls
from tapgen.proof.deployer.policy import Grants, read_grants, resource_grants, statements, sync_grants
from tapgen.proof.deployer.split import MAX_POLICIES, Policy, policies

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tapgen.proof.subject import Subject

DEPLOY: Final = "deploy_role"
CLOUDFORMATION: Final = "cloudformation_role"
PLAN: Final = "plan_role"

_EXECUTES: Final = frozenset(
    f"cloudformation:{name}"
    for name in (
        "ExecuteChangeSet",
        "ExecuteStackRefactor",
        "DeleteStack",
        "CancelUpdateStack",
        "ContinueUpdateRollback",
        "RollbackStack",
        "SetStackPolicy",
        "UpdateTerminationProtection",
    )
)
"""What changes a stack, which a plan does not."""


def role_grants(
    subject: Subject,
    stack: str,
    *,
    cloudformation_role: str = "",
    boundary: str = "",
    operations: Iterable[Operation] = OPERATIONS,
) -> dict[str, Grants]:
    """What each role needs; CloudFormation's only where there is one.

    Without it the deploying role needs what the resources need: CloudFormation acts in its name. `boundary` is the
    permissions boundary, an ARN or a name, that every role must have which it makes.
    """
    chosen = tuple(operations)
    own = Grants(frozenset(call for operation in chosen for call in own_calls(operation, subject, stack)))
    if "update" in chosen:
        own |= sync_grants(subject, stack)
    bound = f"arn:*:iam::*:policy/{boundary}" if boundary and not boundary.startswith("arn:") else boundary
    resources = resource_grants(chosen, subject, stack) | Grants(boundary=bound)
    if not cloudformation_role:
        return {DEPLOY: own | resources}
    if "update" in chosen:
        own |= read_grants(subject, stack)
    passed = Grants(passed=frozenset({cloudformation_role}), services=frozenset({"cloudformation.amazonaws.com"}))
    return {DEPLOY: own | passed, CLOUDFORMATION: resources}


def stack_set_grants(subject: Subject, stack_set: str, administration_role: str = "") -> dict[str, Grants]:
    """What the role that deploys a StackSet needs in the account that keeps it.

    `administration_role` is the one that CloudFormation acts as here; '' where the organization's own roles deploy.
    What the stacks' resources take, each account's own role needs.
    """
    own = Grants(frozenset(stack_set_calls(stack_set, subject)))
    if administration_role:
        own |= Grants(passed=frozenset({administration_role}), services=frozenset({"cloudformation.amazonaws.com"}))
    return {DEPLOY: own}


def plan_grants(subject: Subject, stack: str, *, cloudformation_role: str = "") -> Grants:
    """What a plan takes that somebody else executes: everything of a deployment but what changes the stack."""
    calls = {call for operation in ("create", "update") for call in own_calls(operation, subject, stack)}
    passed = Grants()
    if cloudformation_role:
        passed = Grants(passed=frozenset({cloudformation_role}), services=frozenset({"cloudformation.amazonaws.com"}))
    asked = Grants(frozenset(call for call in calls if call[0] not in _EXECUTES))
    return asked | read_grants(subject, stack) | passed  # a plan tells what has drifted


def role_policies(
    grants: Mapping[str, Grants], stack: str, *, account: str = "", region: str = ""
) -> dict[str, list[Policy]]:
    """The managed policies of each role, in the account and the partition where they are known.

    Where they would be more than a role may have, names that begin with the stack's are put together.
    """
    found = {}
    for role, one in grants.items():
        placed = _placed(one, account, region)
        made = policies(statements(placed))
        found[role] = made if len(made) <= MAX_POLICIES else policies(statements(_gathered(placed, stack)))
    return found


def _placed(grants: Grants, account: str, region: str) -> Grants:
    """The grants in one account and its partition, as far as they are known.

    In any region: the replica of a table, for one, is in another.
    """

    def place(arn: str) -> str:
        if not arn.startswith("arn:*:"):
            return arn
        parts = arn.split(":", 5)
        if account and parts[4] == "*":
            parts[4] = account
        if region:
            parts[1] = naming.partition(region)
        return ":".join(parts)

    return replace(
        grants,
        calls=frozenset((action, place(arn)) for action, arn in grants.calls),
        passed=frozenset(map(place, grants.passed)),
        boundary=place(grants.boundary),
    )


def _gathered(grants: Grants, stack: str) -> Grants:
    """The grants with one pattern, STACK-*, in the place of every name that begins with the stack's."""
    begins = re.compile(rf"(?<=[:/]){re.escape(stack)}-[^/:]*", re.IGNORECASE)

    def gather(arn: str) -> str:
        return begins.sub(lambda found: f"{found[0][: len(stack)]}-*", arn, count=1)

    return replace(
        grants,
        calls=frozenset((action, gather(arn)) for action, arn in grants.calls),
        passed=frozenset(map(gather, grants.passed)),
    )
