"""tapgen add."""

from __future__ import annotations

from pathlib import Path

import click

from tapgen.cli import completion


@click.command()
@click.argument("what", shell_complete=completion.kinds)
@click.argument("name")
@click.option(
    "--function", default="", shell_complete=completion.functions, help="The function that it starts, or that uses it."
)
@click.option("--use", is_flag=True, help="The function uses it, though it could be started by it.")
@click.option("--expression", default="rate(1 day)", show_default=True, help="When a schedule starts the function.")
@click.pass_obj
def command(project: Path | None, what: str, name: str, function: str, use: bool, expression: str) -> None:
    """Add a part, a function, a route or an environment to the settings.

    The lines go where they belong; comments and the order of the file stay. WHAT is a kind of part such as table,
    queue, topic or bucket, or function, route, schedule, environment.

    \b
    Examples:
      tapgen add queue Orders --function Worker
      tapgen add table Order --function Worker
      tapgen add route "GET /orders/{id}" --function Orders
      tapgen add schedule Nightly --function Report --expression "cron(0 3 * * ? *)"
    """
    from tapgen.cli.options import load_project
    from tapgen.starter.add import Addition, add

    file = load_project(project, sources=False).file
    for path in add(file, Addition(what, name, function, use, expression)):
        click.echo(f"  ~ {path}")
