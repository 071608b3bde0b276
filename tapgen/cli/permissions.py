"""tapgen permissions."""

from __future__ import annotations

from pathlib import Path

import click

from tapgen.cli.options import environment, load_environment


@click.command()
@environment
@click.option(
    "--operation",
    type=click.Choice(["create", "update", "delete"]),
    help="Print the policy of this operation alone.",
)
@click.pass_obj
def command(project: Path | None, environment: str, operation: str | None) -> None:
    """Print the smallest policy that a deployer needs.

    An upper bound: what CloudFormation's resource handlers may call, whatever the properties.

    \b
    Examples:
      tapgen permissions --env prod
      tapgen permissions --env prod --operation create > deployer.json
    """
    import json

    from tapgen import render
    from tapgen.proof.deployer.policy import deployer
    from tapgen.proof.subject import Subject

    loaded = load_environment(project, environment)
    found = deployer(Subject(render.render(loaded).document, loaded.protected), loaded.stack_name)
    if found.unknown:
        click.echo(f"Warning: no permissions are published for {', '.join(found.unknown)}", err=True)
    click.echo("An upper bound: what the resource handlers may call, whatever the properties.", err=True)
    chosen = found.policies[operation] if operation else found.policies
    click.echo(json.dumps(chosen, indent=2))
