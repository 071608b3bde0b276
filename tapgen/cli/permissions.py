"""tapgen permissions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tapgen.cli.options import environment, load_environment

if TYPE_CHECKING:
    from tapgen.proof.deployer.split import Policy
    from tapgen.settings.model import Environment


@click.command()
@environment
@click.option(
    "--operation",
    type=click.Choice(["create", "update", "delete"]),
    help="What this operation alone takes.",
)
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), help="Folder to write each policy to, as ROLE-N.json."
)
@click.pass_obj
def command(project: Path | None, environment: str, operation: str | None, output: Path | None) -> None:
    """Print the smallest policies that a deployer needs, each as IAM takes it.

    Those of `deploy_role`, which tapgen acts as, and those of `cloudformation_role` where the environment has one.
    A managed policy takes 6,144 characters, so that a role may have several.

    An upper bound: what CloudFormation's resource handlers may call, whatever the properties.

    \b
    Examples:
      tapgen permissions --env prod
      tapgen permissions --env prod --output policies
      tapgen permissions --env dev --operation create | jq .deploy_role[0]
    """
    import json

    from tapgen import render
    from tapgen.proof.deployer.calls import OPERATIONS, Operation
    from tapgen.proof.deployer.policy import unknown_types
    from tapgen.proof.deployer.roles import role_grants, role_policies, stack_set_grants
    from tapgen.proof.subject import Subject

    loaded = load_environment(project, environment)
    subject = Subject(render.render(loaded).document, loaded.protected)
    unknown = unknown_types(subject)
    if unknown:
        click.echo(f"Warning: no permissions are published for {', '.join(unknown)}", err=True)
    click.echo("An upper bound: what the resource handlers may call, whatever the properties.", err=True)
    operations: tuple[Operation, ...] = tuple(one for one in OPERATIONS if operation in (None, one))
    if loaded.is_stack_set:
        _refuse_operation(operation)
        grants = stack_set_grants(subject, loaded.stack_name, _administration_role(loaded))
    else:
        grants = role_grants(
            subject,
            loaded.stack_name,
            cloudformation_role=loaded.cloudformation_role or "",
            boundary=loaded.permissions_boundary or "",
            operations=operations,
        )
    region = next(iter(loaded.target_regions), "")
    found = role_policies(grants, loaded.stack_name, account=loaded.account or "", region=region)
    _warn_of_many(found)
    if output is None:
        click.echo(json.dumps(found, indent=2))
        return
    from tapgen import store

    for role, policies in found.items():
        for number, policy in enumerate(policies, 1):
            path = output / f"{role}-{number}.json"
            changed = store.write(path, json.dumps(policy, indent=2) + "\n")
            click.echo(f"{path}: {'written' if changed else 'unchanged'}", err=True)


def _refuse_operation(operation: str | None) -> None:
    if operation:
        raise click.UsageError("--operation does not go with a StackSet: its operations are one")


def _administration_role(environment: Environment) -> str:
    """The role that CloudFormation acts as in the account that keeps the StackSet; '' where the organization's do."""
    if environment.service_managed:
        return ""
    own = environment.stack_set.administration_role if environment.stack_set else None
    return own or "arn:*:iam::*:role/AWSCloudFormationStackSetAdministrationRole"


def _warn_of_many(found: dict[str, list[Policy]]) -> None:
    from tapgen.proof.deployer.split import MAX_POLICIES

    for role, policies in found.items():
        if len(policies) > MAX_POLICIES:
            click.echo(
                f"Warning: {role} needs {len(policies)} policies; a role takes {MAX_POLICIES} unless the account's "
                "quota is raised, to 20 at most.",
                err=True,
            )
