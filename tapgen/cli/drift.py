"""tapgen drift."""

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
    """Compare what runs with the deployed template; exits with 3 where something has drifted.

    \b
    Example:
      tapgen drift --env prod
    """
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.commands.drift import detect, drift_fields, drift_lines, drifted, touched
    from tapgen.deploy.request import Options
    from tapgen.deploy.stack.target import existing
    from tapgen.errors import ExitCode
    from tapgen.template.document import parse

    chosen = load_environment(ctx.obj, environment)
    if chosen.is_stack_set:
        has = stack_set.drift(stack_set.Home(chosen, profile, region), as_json=as_json)
        ctx.exit(ExitCode.CHANGES if has else ExitCode.OK)
    client = aws_options.connect_one(chosen, profile, region)
    stack = existing(client, chosen.stack_name)
    found = detect(client, stack.arn, Clock())
    document = parse(client.template(stack.arn), stack.name)
    changing = touched(document, aws_options.subject(chosen, Options()).document or document)
    if as_json:
        aws_options.print_json(drift_fields(found, document, changing))
    else:
        for line in drift_lines(found, document, changing, chosen.reference):
            aws_options.print_line(line)
    ctx.exit(ExitCode.CHANGES if drifted(found) else ExitCode.OK)
