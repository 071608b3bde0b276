"""tapgen outputs."""

from __future__ import annotations

import click

from tapgen.cli import aws_options, stack_set
from tapgen.cli.options import as_json, environment, load_environment


@click.command()
@environment
@aws_options.aws
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "env", "dotenv"]),
    default="text",
    help="env: NAME='value' lines for a shell; dotenv: for a .env file.",
)
@click.option("--as", "names", metavar="NAME=OUTPUT", multiple=True, help="Only these, under these names; repeatable.")
@as_json
@click.pass_context
def command(
    ctx: click.Context,
    environment: str,
    profile: str | None,
    region: str | None,
    format_: str,
    names: tuple[str, ...],
    as_json: bool,
) -> None:
    """Print the outputs of a stack.

    \b
    Examples:
      tapgen outputs --env dev --json
      eval "$(tapgen outputs --env dev --format env)"
      tapgen outputs --env dev --format dotenv --as API=ApiGatewayUrlOutput > .env
    """
    from tapgen.deploy.commands.outputs import as_dotenv, as_environment, outputs, renamed
    from tapgen.deploy.views.lines import output_lines

    chosen = load_environment(ctx.obj, environment)
    if chosen.is_stack_set:
        if names or format_ != "text":
            raise click.UsageError(f"{chosen.reference} is a StackSet, with outputs for each stack: use --json")
        stack_set.outputs(stack_set.Home(chosen, profile, region), as_json=as_json)
        return
    found = renamed(outputs(aws_options.connect_one(chosen, profile, region), chosen.stack_name), names)
    if as_json:
        aws_options.print_json({one.key: one.value for one in found})
        return
    if format_ != "text":
        lines = as_environment(found) if format_ == "env" else as_dotenv(found)
        click.echo("".join(f"{line}\n" for line in lines), nl=False)
        return
    for line in output_lines(found):
        aws_options.print_line(line)
