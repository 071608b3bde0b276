"""tapgen status."""

from __future__ import annotations

import click

from tapgen.cli import aws_options, stack_set
from tapgen.cli.options import as_json, environment, load_environment


@click.command()
@environment
@aws_options.aws
@as_json
@click.pass_context
def command(ctx: click.Context, environment: str, profile: str | None, region: str | None, as_json: bool) -> None:
    """Show the state of an environment's stack and what to do next.

    \b
    Example:
      tapgen status --env prod --json
    """
    from tapgen.deploy.commands.status import status

    chosen = load_environment(ctx.obj, environment)
    if chosen.is_stack_set:
        rows = [stack_set.status(stack_set.Home(chosen, profile, region))]
    else:
        clients = aws_options.connect_all(chosen, profile, region)
        rows = [status(client, chosen.stack_name, chosen.reference) for client in clients]
    if as_json:
        aws_options.print_json(rows)
        return
    for row in map(stack_set.status_rows, rows):
        for name, value in row.items():
            if value not in (None, ""):
                shown = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
                aws_options.print_line(f"{name.replace('_', ' '):<24}{shown}")
