"""tapgen recover."""

from __future__ import annotations

import click

from tapgen.cli import aws_options, completion
from tapgen.cli.options import as_json, environment, load_environment


@click.command()
@environment
@aws_options.aws
@click.option(
    "--skip",
    metavar="LOGICAL_ID",
    multiple=True,
    shell_complete=completion.logical_ids,
    help="A stuck resource to leave as it is; repeatable.",
)
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@aws_options.timeout
@as_json
@click.pass_context
def command(
    ctx: click.Context,
    environment: str,
    profile: str | None,
    region: str | None,
    skip: tuple[str, ...],
    yes: bool,
    timeout: int,
    as_json: bool,
) -> None:
    """Bring a stuck stack back: continue a failed roll-back, or clear a failed first creation.

    \b
    Examples:
      tapgen recover --env dev
      tapgen recover --env dev --skip ItemTable
    """
    chosen = load_environment(ctx.obj, environment)
    from tapgen.deploy.commands.recover import Recover
    from tapgen.deploy.request import Options

    def confirm(question: str) -> bool:
        aws_options.needs_terminal(yes)  # not before there is something to ask
        return yes or aws_options.ask(question)

    client = aws_options.connect_one(chosen, profile, region)
    request = aws_options.subject(chosen, Options(timeout=timeout * 60.0))
    with aws_options.views(as_json=as_json) as view:
        outcome = Recover(request, client, view("")).run(skip, confirm)
    aws_options.finish(ctx, (outcome,))
