"""tapgen invoke."""

from __future__ import annotations

from typing import BinaryIO

import click

from tapgen.cli import aws_options, completion
from tapgen.cli.options import environment, load_environment


@click.command()
@click.argument("function", shell_complete=completion.functions)
@environment
@aws_options.aws
@click.option(
    "--event",
    "--payload",
    "payload",
    type=click.File("rb"),
    help="File with the event as JSON; - is stdin; default: {}.",
)
@click.pass_context
def command(
    ctx: click.Context,
    function: str,
    environment: str,
    profile: str | None,
    region: str | None,
    payload: BinaryIO | None,
) -> None:
    """Invoke a function, print its answer, and show the end of its log.

    FUNCTION is its name in the settings, or its logical id.

    \b
    Example:
      echo '{"httpMethod": "GET"}' | tapgen invoke Item --env dev --payload -
    """
    from tapgen.deploy.commands.invoke import invoke
    from tapgen.errors import ExitCode
    from tapgen.printable import printable
    from tapgen.template.secrets import clean

    chosen = load_environment(ctx.obj, environment)
    client = aws_options.connect_one(chosen, profile, region)
    answer = invoke(client, chosen, function, payload.read() if payload else b"{}")
    click.echo(printable(answer.payload.decode(errors="replace")))
    click.echo(printable(clean(answer.log.rstrip())), err=True)
    if answer.error:
        click.echo(printable(f"Error: {function} failed ({answer.error})"), err=True)
        ctx.exit(ExitCode.FAILED)
