"""tapgen rename."""

from __future__ import annotations

import click

from tapgen.cli import aws_options, completion
from tapgen.cli.options import as_json, environment, load_environment


@click.command()
@click.argument("old", shell_complete=completion.logical_ids)
@click.argument("new")
@environment
@aws_options.aws
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@click.option("--plan-only", is_flag=True, help="Show what would be done.")
@aws_options.timeout
@as_json
@click.pass_context
def command(
    ctx: click.Context,
    old: str,
    new: str,
    environment: str,
    profile: str | None,
    region: str | None,
    yes: bool,
    plan_only: bool,
    timeout: int,
    as_json: bool,
) -> None:
    """Give a part of a stack another name, and keep its data.

    OLD and NEW are logical ids, or names of a part. Rename it in the settings first: this makes the stack follow. The
    resource stays what it is, its physical name too. By a stack refactor where CloudFormation makes one, else by four
    updates, between which it lives on outside of the stack; the same command goes on where one was cut short, with the
    names the other way round it goes back.

    \b
    Examples:
      tapgen rename Thing Item --env prod
      tapgen rename ThingTable ItemTable --env prod --plan-only
    """
    if not plan_only:
        aws_options.needs_terminal(yes)
    chosen = load_environment(ctx.obj, environment)
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.commands.rename import Rename
    from tapgen.deploy.request import Options

    client = aws_options.connect_one(chosen, profile, region)
    request = aws_options.subject(chosen, Options(timeout=timeout * 60.0))
    with aws_options.views(as_json=as_json) as view:
        outcome = Rename(request, client, view(""), Clock()).run(
            old, new, lambda question: yes or aws_options.ask(question), plan_only=plan_only
        )
    aws_options.finish(ctx, (outcome,))
