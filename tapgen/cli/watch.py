"""tapgen watch."""

from __future__ import annotations

import click

from tapgen.cli import aws_options, stack_set
from tapgen.cli.options import as_json, environment, load_environment


@click.command()
@environment
@aws_options.aws
@aws_options.timeout
@as_json
@click.pass_context
def command(
    ctx: click.Context, environment: str, profile: str | None, region: str | None, timeout: int, as_json: bool
) -> None:
    """Follow the operation that is running on a stack.

    \b
    Example:
      tapgen watch --env prod
    """
    from tapgen.deploy.commands.watch import Watch
    from tapgen.deploy.request import Options

    chosen = load_environment(ctx.obj, environment)
    home = stack_set.Home(chosen, profile, region) if chosen.is_stack_set else None
    client = home.client if home else aws_options.connect_one(chosen, profile, region)
    request = aws_options.subject(chosen, Options(timeout=timeout * 60.0))
    with aws_options.views(as_json=as_json) as view:
        seen = view("")
        outcome = stack_set.watch(home, request, seen) if home else Watch(request, client, seen).run()
    aws_options.finish(ctx, (outcome,))
