"""tapgen logs."""

from __future__ import annotations

import click

from tapgen.cli import aws_options, completion
from tapgen.cli.options import as_json, environment, load_environment


@click.command()
@click.argument("function", shell_complete=completion.functions)
@environment
@aws_options.aws
@click.option("--follow", "-f", is_flag=True, help="Go on until Ctrl-C.")
@click.option("--since", default="10m", show_default=True, metavar="AGE", help="How far back: 30s, 10m, 2h, 1d.")
@as_json
@click.pass_context
def command(
    ctx: click.Context,
    function: str,
    environment: str,
    profile: str | None,
    region: str | None,
    follow: bool,
    since: str,
    as_json: bool,
) -> None:
    """Print a function's log.

    FUNCTION is its name in the settings, or its logical id.

    \b
    Example:
      tapgen logs Item --env dev --follow
    """
    import json
    import time

    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.commands.invoke import log_group
    from tapgen.deploy.commands.logs import age, log_line, read
    from tapgen.template.secrets import clean

    start = int(max(0.0, time.time() - age(since)) * 1000)
    chosen = load_environment(ctx.obj, environment)
    client = aws_options.connect_one(chosen, profile, region)
    for event in read(client, log_group(client, chosen, function), start, Clock(), follow=follow):
        if as_json:
            click.echo(json.dumps({"time": event.time, "message": clean(event.message)}))
        else:
            aws_options.print_line(log_line(event))
