"""tapgen cancel."""

from __future__ import annotations

import click

from tapgen.cli import aws_options, stack_set
from tapgen.cli.options import as_json, environment, load_environment


@click.command()
@environment
@aws_options.aws
@click.option("--detach", is_flag=True, help="Do not wait for the end of the roll-back.")
@aws_options.timeout
@as_json
@click.pass_context
def command(
    ctx: click.Context,
    environment: str,
    profile: str | None,
    region: str | None,
    detach: bool,
    timeout: int,
    as_json: bool,
) -> None:
    """Cancel a running update: CloudFormation rolls it back.

    In a StackSet no further stack begins; those that have begun are finished.

    \b
    Example:
      tapgen cancel --env dev
    """
    from tapgen.deploy.commands.cancel import Cancel
    from tapgen.deploy.request import Options

    chosen = load_environment(ctx.obj, environment)
    home = stack_set.Home(chosen, profile, region) if chosen.is_stack_set else None
    client = home.client if home else aws_options.connect_one(chosen, profile, region)
    request = aws_options.subject(chosen, Options(detach=detach, timeout=timeout * 60.0))
    with aws_options.views(as_json=as_json) as view:
        seen = view("")
        outcome = stack_set.cancel(home, request, seen) if home else Cancel(request, client, seen).run()
    aws_options.finish(ctx, (outcome,))
