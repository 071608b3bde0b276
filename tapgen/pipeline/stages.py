"""What a pipeline does, whoever runs it: its environments in their order, each in its regions."""

from __future__ import annotations

from msgspec import Struct

from tapgen import naming
from tapgen.settings.model import Environment, Project


class Stage(Struct, frozen=True):
    """One environment: protected ones come last, and wait for somebody's approval of their plan."""

    environment: str
    approved: bool
    regions: tuple[str, ...]
    """Empty: the one of the pipeline's own AWS configuration. Of a StackSet the one that keeps it: it does the rest."""
    after: tuple[str, ...]
    """The environments that must have been deployed before."""
    role: str
    """The role that deploys: its ARN, or its name where the account is not pinned."""
    plan_role: str
    """The role that plans, likewise."""


def stages(project: Project) -> tuple[Stage, ...]:
    """The unprotected environments side by side, then each protected one after all before it."""
    environments = project.environments.values()
    found = [_stage(one, ()) for one in environments if not one.protected]
    after = tuple(one.environment for one in found)
    for one in environments:
        if one.protected:
            found.append(_stage(one, after))
            after = (one.name,)
    return tuple(found)


def _stage(one: Environment, after: tuple[str, ...]) -> Stage:
    role = one.deploy_role or _arn(one, naming.deploy_role(one))
    plan_role = one.deploy_role or _arn(one, naming.plan_role(one))
    regions = (one.home_region,) if one.is_stack_set else one.target_regions
    return Stage(one.name, one.protected, regions, after, role, plan_role)


def _arn(one: Environment, name: str) -> str:
    """The ARN of a role in the pinned account; its name where there is none."""
    if one.account is None:
        return name
    partition = naming.partition(one.target_regions[0]) if one.target_regions else "aws"
    return f"arn:{partition}:iam::{one.account}:role/{name}"
