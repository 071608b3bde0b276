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
    rows = [
        {
            "name": environment.name,
            "stack": environment.stack_name,
            "account": environment.account,
            "regions": list(environment.target_regions),
            "protected": environment.protected,
        }
        for environment in load_project(project).environments.values()
    ]
    if as_json:
        import json

        click.echo(json.dumps(rows, indent=2))
        return
    table = [("ENVIRONMENT", "STACK", "ACCOUNT", "REGIONS", "PROTECTED")]
    for row in rows:
        regions = ", ".join(row["regions"]) or "any"
        table.append((row["name"], row["stack"], row["account"] or "any", regions, "yes" if row["protected"] else "no"))
    widths = [max(len(cells[column]) for cells in table) for column in range(5)]
    for cells in table:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip())
