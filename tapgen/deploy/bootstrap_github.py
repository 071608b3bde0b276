"""`bootstrap --github`: the identity provider, and the roles by which a repository deploys an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapgen import naming
from tapgen.deploy.artifacts.github_roles import (
    AUDIENCE,
    ISSUER,
    Role,
    check_repository,
    provider_arn,
    roles_request,
    roles_stack,
    trusts_cloudformation,
    trusts_github,
)
from tapgen.deploy.aws.errors import UNCERTAIN, AwsError
from tapgen.deploy.aws.polling import SYSTEM_CLOCK
from tapgen.deploy.outcome import Outcome
from tapgen.deploy.plan.guard import RefusedError
from tapgen.deploy.run import deploy
from tapgen.deploy.stack.target import check_pins
from tapgen.errors import ExitCode
from tapgen.proof.deployer.roles import (
    CLOUDFORMATION,
    DEPLOY,
    PLAN,
    plan_grants,
    role_grants,
    role_policies,
)
from tapgen.proof.deployer.split import MAX_POLICIES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.views.view import View
    from tapgen.proof.deployer.split import Policy
    from tapgen.proof.subject import Subject
    from tapgen.settings.model import Environment


def bootstrap_github(
    environment: Environment,
    subject: Subject,
    client: Client,
    view: View,
    *,
    repository: str,
    branch: str,
    agree: Callable[[str], bool],
    clock: Clock = SYSTEM_CLOCK,
) -> Outcome:
    """The outcome of the roles' stack, or of a question before it that was answered with no.

    Every look comes before the first change; what there is already stays.

    Raises:
        TapgenError: wrong account or region, a role of that name is somebody else's, or the provider does not do.
    """
    check_repository(repository)
    account = check_pins(client, environment.account or "", environment.target_regions).account
    roles = _roles(environment, subject, repository, branch, account, client.region)
    lacks_provider = _lacks_provider(client, account)
    request = roles_request(environment, _free(roles, environment, client, view), account)
    if lacks_provider:
        view.step(f"Account {account} has no identity provider for GitHub Actions ({ISSUER})")
        if not agree(f"Create it in {account}?"):
            declined = Outcome(ExitCode.DECLINED, "declined, nothing was created", request.stack_name, client.region)
            view.outcome(declined)
            return declined
        _create_provider(client, account)
        view.step("Created the identity provider")
    return deploy(
        request,
        client,
        view,
        confirm=lambda plan: agree(f"Execute on {plan.stack_name} in {plan.account} {plan.region}?"),
        clock=clock,
    )


def _create_provider(client: Client, account: str) -> None:
    """Create the provider; where that gives no clear answer, look whether it is there.

    Raises:
        AwsError: it is not.
    """
    try:
        client.create_oidc_provider(f"https://{ISSUER}", AUDIENCE)
    except AwsError as error:
        made = error.code == "EntityAlreadyExists" or isinstance(error, UNCERTAIN)
        if not made or client.oidc_audiences(provider_arn(account, naming.partition(client.region))) is None:
            raise


def _roles(
    environment: Environment, subject: Subject, repository: str, branch: str, account: str, region: str
) -> list[Role]:
    stack = environment.stack_name
    of_cloudformation = environment.cloudformation_role or ""
    grants = role_grants(
        subject, stack, cloudformation_role=of_cloudformation, boundary=environment.permissions_boundary or ""
    )
    plans_apart = environment.protected and not environment.deploy_role
    if plans_apart:
        grants[PLAN] = plan_grants(subject, stack, cloudformation_role=of_cloudformation)
    found = role_policies(grants, stack, account=account, region=region)
    _refuse_many(found)
    job, planning = environment.name, naming.plan_environment(environment)
    jobs = (job, planning) if environment.protected and not plans_apart else (job,)
    trusts = {
        DEPLOY: trusts_github(repository, branch, jobs),
        PLAN: trusts_github(repository, branch, (planning,)),
        CLOUDFORMATION: trusts_cloudformation(),
    }
    named = {
        DEPLOY: ("DeployRole", environment.deploy_role or naming.deploy_role(environment), f"Deploys {stack}"),
        PLAN: ("PlanRole", naming.plan_role(environment), f"Plans deployments of {stack}"),
        CLOUDFORMATION: ("CloudFormationRole", of_cloudformation, f"Changes the resources of {stack}"),
    }
    return [_role(*named[word], trusts[word], policies) for word, policies in found.items()]


def _role(title: str, name: str, description: str, trust: dict[str, Any], policies: list[Policy]) -> Role:
    """The role of a name or an ARN, which may have a path."""
    path, _, name = name.rpartition(":role/")[2].rpartition("/")
    return Role(title, name, f"/{path}/" if path else "/", description, trust, tuple(policies))


def _refuse_many(found: dict[str, list[Policy]]) -> None:
    for role, policies in found.items():
        if len(policies) > MAX_POLICIES:
            raise RefusedError(
                f"{role} needs {len(policies)} managed policies, a role takes {MAX_POLICIES}",
                "Raise the account's quota and make the role by hand: `tapgen permissions --output FOLDER`.",
            )


def _lacks_provider(client: Client, account: str) -> bool:
    """Whether the account has no identity provider for GitHub.

    Raises:
        RefusedError: it has one that is not for AWS.
    """
    arn = provider_arn(account, naming.partition(client.region))
    audiences = client.oidc_audiences(arn)
    if audiences is not None and AUDIENCE not in audiences:
        raise RefusedError(
            f"{arn} does not take tokens for {AUDIENCE}",
            "Add it: aws iam add-client-id-to-open-id-connect-provider "
            f"--open-id-connect-provider-arn {arn} --client-id {AUDIENCE}",
        )
    return audiences is None


def _free(roles: list[Role], environment: Environment, client: Client, view: View) -> list[Role]:
    """The roles that are the stack's own or not there yet; CloudFormation's may be somebody else's.

    Raises:
        RefusedError: there is a role to deploy with already, which something else has made.
    """
    stack = client.stack(roles_stack(environment))
    own = {one.physical_id for one in client.resources(stack.arn)} if stack else set()
    free = []
    for role in roles:
        if role.name in own or not client.has_role(role.name):
            free.append(role)
        elif role.title == "CloudFormationRole":
            view.step(f"{role.name} is there already and stays as it is: `tapgen permissions` prints what it needs")
        else:
            raise RefusedError(
                f"there is a role {role.name} already, and {roles_stack(environment)} has not made it",
                "Delete it, or name another one as deploy_role.",
            )
    return free
