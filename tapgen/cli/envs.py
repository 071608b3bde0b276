"""tapgen envs."""

from __future__ import annotations

from pathlib import Path

import click

from tapgen.cli.options import as_json, load_project


@click.command()
@as_json
@click.pass_obj
def command(project: Path | None, as_json: bool) -> None:
    """List the environments.

    \b
    Example:
      tapgen envs --json
    """
    environments = load_project(project).environments.values()
    if as_json:
        import json

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
        click.echo(json.dumps(rows, indent=2))
        return
    table = [("ENVIRONMENT", "STACK", "ACCOUNT", "REGIONS", "PROTECTED")]
    table += [
        (
            environment.name,
            environment.stack_name,
            environment.account or "any",
            ", ".join(environment.target_regions) or "any",
            "yes" if environment.protected else "no",
        )
        for environment in environments
    ]
    widths = [max(len(cells[column]) for cells in table) for column in range(5)]
    for cells in table:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip())
