"""The stack by which GitHub Actions may deploy: an environment's roles.

They trust one repository, one branch and one GitHub environment. Sources: GitHub, "OpenID Connect reference"
(the subject of a job with an environment; immutable subjects name the ids of owner and repository); AWS STS's
condition keys of GitHub's claims.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from tapgen import naming
from tapgen.deploy.request import Deployment, Options, stack_tags
from tapgen.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tapgen.settings.model import Environment
    from tapgen.template.document import Document

ISSUER: Final = "token.actions.githubusercontent.com"
AUDIENCE: Final = "sts.amazonaws.com"
"""What aws-actions/configure-aws-credentials asks a token for."""
MAX_ROLE_NAME: Final = 64
"""IAM API reference, CreateRole, RoleName."""

_REPOSITORY = re.compile(
    r"(?P<owner>[A-Za-z0-9](-?[A-Za-z0-9]){0,38})(@[0-9]+)?/(?P<name>[A-Za-z0-9._-]{1,100})(@[0-9]+)?"
)


class Role(Struct, frozen=True):
    """A role to be: `trust` is its trust policy, `policies` are the managed policies that only it has."""

    title: str
    name: str
    path: str
    description: str
    trust: Mapping[str, Any]
    policies: tuple[Mapping[str, Any], ...]


def check_repository(text: str) -> str:
    """The repository as its jobs' subjects name it: OWNER/REPO, or OWNER@1/REPO@2 with both ids.

    Raises:
        UsageError: it is neither.
    """
    found = _REPOSITORY.fullmatch(text)
    if not found or text.count("@") == 1:
        raise UsageError(
            f"--github {text}: no repository",
            "Such as --github acme/shop; a repository made since 15 July 2026 has its ids too: --github acme@1/shop@2.",
        )
    return text


def provider_arn(account: str, partition: str) -> str:
    """The ARN of the account's identity provider: there is one for each issuer."""
    return f"arn:{partition}:iam::{account}:oidc-provider/{ISSUER}"


def roles_stack(environment: Environment) -> str:
    """The stack of an environment's roles."""
    return f"{environment.stack_name}-github"


def trusts_github(repository: str, branch: str, environments: Iterable[str]) -> dict[str, Any]:
    """The trust policy for the jobs of a branch of a repository, in one of some GitHub environments."""
    subjects = [f"repo:{repository}:environment:{name}" for name in environments]
    conditions = {
        f"{ISSUER}:aud": AUDIENCE,
        f"{ISSUER}:sub": subjects if len(subjects) > 1 else subjects[0],
        f"{ISSUER}:ref": f"refs/heads/{branch}",
    }
    provider = {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:oidc-provider/{ISSUER}"}
    return _trust({"Federated": provider}, "sts:AssumeRoleWithWebIdentity", {"StringEquals": conditions})


def trusts_cloudformation() -> dict[str, Any]:
    """The trust policy for CloudFormation in the same account."""
    condition = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    return _trust({"Service": "cloudformation.amazonaws.com"}, "sts:AssumeRole", condition)


def _trust(principal: dict[str, Any], action: str, condition: dict[str, Any]) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Condition": condition}
    return {"Version": "2012-10-17", "Statement": [statement]}


def roles_request(environment: Environment, roles: Iterable[Role], account: str) -> Deployment:
    """The deployment of an environment's roles.

    Raises:
        UsageError: a role's name is too long.
    """
    tags = stack_tags(environment, {})
    return Deployment(
        environment=environment.reference,
        stack_name=roles_stack(environment),
        document=_document(environment, tuple(roles)),
        tags=tags,
        ours={**naming.tags(environment)},
        account=account,
        regions=environment.target_regions,
        options=Options(wait=True),
    )


def _document(environment: Environment, roles: tuple[Role, ...]) -> Document:
    resources: dict[str, Any] = {}
    outputs: dict[str, Any] = {}
    for role in roles:
        if len(role.name) > MAX_ROLE_NAME:
            raise UsageError(
                f"the role's name {role.name} is longer than {MAX_ROLE_NAME} characters",
                f"Give the environment a deploy_role: bootstrap makes the role of that name ({environment.reference}).",
            )
        titles = [f"{role.title}Policy{number}" for number in range(1, len(role.policies) + 1)]
        for title, policy in zip(titles, role.policies, strict=True):
            properties: dict[str, Any] = {"Description": role.description, "PolicyDocument": dict(policy)}
            resources[title] = {"Type": "AWS::IAM::ManagedPolicy", "Properties": properties}
        resources[role.title] = {"Type": "AWS::IAM::Role", "Properties": _properties(environment, role, titles)}
        outputs[f"{role.title}Arn"] = {
            "Description": role.description,
            "Value": {"Fn::GetAtt": [role.title, "Arn"]},
        }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"tapgen: the roles that deploy {environment.stack_name}",
        "Resources": resources,
        "Outputs": outputs,
    }


def _properties(environment: Environment, role: Role, titles: list[str]) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "RoleName": role.name,
        "Path": role.path,
        "Description": role.description,
        "AssumeRolePolicyDocument": dict(role.trust),
        "ManagedPolicyArns": [{"Ref": title} for title in titles],
        "Tags": [{"Key": key, "Value": value} for key, value in naming.tags(environment).items()],
    }
    boundary = environment.permissions_boundary
    if boundary is not None:
        named = not boundary.startswith("arn:")
        text = f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:policy/{boundary}"
        properties["PermissionsBoundary"] = {"Fn::Sub": text} if named else boundary
    return properties
