"""tapgen events."""

from __future__ import annotations

import click

from tapgen.cli import aws_options, stack_set
from tapgen.cli.options import as_json, environment, load_environment


@click.command()
@environment
@aws_options.aws
@click.option("--all", "everything", is_flag=True, help="Every operation that CloudFormation remembers.")
@as_json
@click.pass_context
def command(
    ctx: click.Context, environment: str, profile: str | None, region: str | None, everything: bool, as_json: bool
) -> None:
    """List the events of a stack's last operation.

    \b
    Example:
      tapgen events --env dev --json
    """
    from tapgen.deploy.commands.events import events
    from tapgen.deploy.views.json_lines import event_fields

    chosen = load_environment(ctx.obj, environment)
    if chosen.is_stack_set:
        stack_set.events(stack_set.Home(chosen, profile, region), everything=everything, as_json=as_json)
        return
    client = aws_options.connect_one(chosen, profile, region)
    found = events(client, chosen.stack_name, everything=everything)
    if as_json:
        aws_options.print_json([event_fields(event) for event in found])
        return
    for event in found:
        when = f"{event.time:%Y-%m-%d %H:%M:%S}" if event.time else ""
        reason = f"  {event.reason}" if event.reason else ""
        aws_options.print_line(f"{when:<19}  {event.status:<20}  {event.logical_id}  {event.type}{reason}")
