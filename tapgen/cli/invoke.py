"""tapgen invoke."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import click

from tapgen.cli import aws_options, completion
from tapgen.cli.options import environment, load_environment

if TYPE_CHECKING:
    from tapgen.deploy.aws.model import Answer
    from tapgen.settings.model import Environment


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
@click.option(
    "--local", "locally", is_flag=True, help="On the embedded AWS: that of a running `tapgen local`, else one for this."
)
@click.pass_context
def command(
    ctx: click.Context,
    function: str,
    environment: str,
    profile: str | None,
    region: str | None,
    payload: BinaryIO | None,
    locally: bool,
) -> None:
    """Invoke a function, print its answer, and show the end of its log.

    FUNCTION is its name in the settings, or its logical id.

    \b
    Examples:
      tapgen event api | tapgen invoke Item --env dev --event -
      tapgen event s3-put --local | tapgen invoke Uploads --local --event -
    """
    from tapgen.deploy.commands.invoke import invoke
    from tapgen.errors import ExitCode, TapgenError
    from tapgen.printable import printable
    from tapgen.reading import MAX_BYTES
    from tapgen.template.secrets import clean

    chosen = load_environment(ctx.obj, environment)
    event = payload.read(MAX_BYTES) if payload else b"{}"
    if locally:
        if profile or region:
            raise click.UsageError("--local has neither --profile nor --region")
        answer = _locally(chosen, function, event)
    else:
        answer = invoke(aws_options.connect_one(chosen, profile, region), chosen, function, event)
    try:
        click.echo(printable(answer.payload.decode(errors="replace")))
    except OSError as error:
        raise TapgenError(
            f"{function} has run, and its answer cannot be written: {error.strerror}",
            f"Its log: `tapgen logs {function} --env {chosen.reference}`.",
        ) from None
    click.echo(printable(clean(answer.log.rstrip())), err=True)
    if answer.error:
        click.echo(printable(f"Error: {function} failed ({answer.error})"), err=True)
        ctx.exit(ExitCode.FAILED)


def _locally(chosen: Environment, function: str, event: bytes) -> Answer:
    """The answer of the function on this machine; its log names the files that one edits."""
    import sys

    from msgspec.structs import replace

    from tapgen.deploy.commands.invoke import invoke
    from tapgen.local.attached import attached
    from tapgen.local.session import sources
    from tapgen.local.tail import in_the_project
    from tapgen.local.view import BriefView

    def tell(line: str) -> None:
        click.echo(line, err=True)

    with attached(chosen, tell, lambda region: BriefView(sys.stderr, region)) as deployed:
        answer = invoke(deployed.client, chosen, function, event)
        return replace(answer, log=in_the_project(answer.log, sources(deployed)))
