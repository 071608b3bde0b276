"""tapgen envs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tapgen.cli import aws_options
from tapgen.cli.options import as_json, load_project

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tapgen.settings.model import Project


@click.command()
@click.option("--stacks", is_flag=True, help="Ask AWS for their stacks, users' own ones too, and what is too old.")
@aws_options.aws
@as_json
@click.pass_context
def command(ctx: click.Context, stacks: bool, profile: str | None, region: str | None, as_json: bool) -> None:
    """List the environments.

    \b
    Examples:
      tapgen envs --json
      tapgen envs --stacks
    """
    if (profile or region) and not stacks:
        raise click.UsageError("--profile and --region go with --stacks")
    project = load_project(ctx.obj)
    if stacks:
        ctx.exit(_stacks(project, profile, region, as_json=as_json))
    environments = project.environments.values()
    if as_json:
        rows = [
            {
                "name": environment.name,
                "stack": environment.stack_name,
                "account": environment.account,
                "regions": list(environment.target_regions),
                "protected": environment.protected,
            }
            for environment in environments
        ]
        aws_options.print_json(rows)
        return
    table = [("ENVIRONMENT", "STACK", "ACCOUNT", "REGIONS", "PROTECTED")]
    table += [
        (
            f"{environment.name}, {environment.name}/<user>" if environment.personal else environment.name,
            environment.stack_name,
            environment.account or "any",
            ", ".join(environment.target_regions) or "any",
            "yes" if environment.protected else "no",
        )
        for environment in environments
    ]
    _print(table)


def _stacks(project: Project, profile: str | None, region: str | None, *, as_json: bool) -> int:
    """Print the stacks; the exit code is that of a failure where not every environment could be asked for."""
    from datetime import UTC, datetime

    from tapgen.cli.environment_stacks import of_project
    from tapgen.deploy.commands.environment_stacks import EnvironmentStack, fields, table
    from tapgen.errors import ExitCode

    now = datetime.now(UTC)
    every = project.environments.values()
    rows = [row for row, _ in of_project(project, [one for one in every if not one.is_stack_set], profile, region)]
    rows += [EnvironmentStack(one, ", ".join(one.target_regions)) for one in every if one.is_stack_set]
    if as_json:
        aws_options.print_json([fields(row, now) for row in rows])
    else:
        _print(list(table(rows, now)))
        if any(row.expired(now) for row in rows):
            click.echo("`tapgen destroy --expired` deletes what is too old, and asks for each.", err=True)
    return ExitCode.FAILED if any(row.problem for row in rows) else ExitCode.OK


def _print(table: Sequence[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for cells in table:
        line = "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        aws_options.print_line(line.rstrip())
