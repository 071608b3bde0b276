"""tapgen destroy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tapgen.cli import aws_options, completion
from tapgen.cli.options import as_json, environment, load_environment

if TYPE_CHECKING:
    from tapgen.deploy.commands.destroy import Question


@click.command()
@environment
@aws_options.aws
@click.option("--yes", "-y", is_flag=True, help="Do not ask; a protected environment needs --confirm too.")
@click.option("--confirm", "typed", metavar="STACK_NAME", help="The stack's name, typed: for a protected environment.")
@click.option(
    "--retain",
    metavar="LOGICAL_ID",
    multiple=True,
    shell_complete=completion.logical_ids,
    help="After DELETE_FAILED: leave it behind; repeatable.",
)
@click.option("--disable-protection", is_flag=True, help="Switch termination protection off first.")
@click.option("--express", is_flag=True, help="Do not wait until resources are gone; not for protected environments.")
@click.option("--detach", is_flag=True, help="Do not wait for the end.")
@aws_options.timeout
@as_json
@click.pass_context
def command(
    ctx: click.Context,
    environment: str,
    profile: str | None,
    region: str | None,
    yes: bool,
    typed: str | None,
    retain: tuple[str, ...],
    disable_protection: bool,
    express: bool,
    detach: bool,
    timeout: int,
    as_json: bool,
) -> None:
    """Delete an environment's stack.

    \b
    Examples:
      tapgen destroy --env dev
      tapgen destroy --env prod --disable-protection --confirm tap-prod --yes
    """
    chosen = load_environment(ctx.obj, environment)
    if express and chosen.protected:
        raise click.UsageError(f"{chosen.name} is protected: leave --express away")
    aws_options.needs_terminal(yes or typed is not None)
    from tapgen.deploy.commands.destroy import Destroy
    from tapgen.deploy.request import Options

    client = aws_options.connect_one(chosen, profile, region)
    request = aws_options.subject(
        chosen, Options(detach=detach, express=express or chosen.express, timeout=timeout * 60.0)
    )
    with aws_options.views(as_json=as_json) as view:
        outcome = Destroy(request, client, view("")).run(
            lambda question: _agreed(question, yes=yes, typed=typed),
            retain=retain,
            disable_protection=disable_protection,
        )
    aws_options.finish(ctx, (outcome,))


def _agreed(question: Question, *, yes: bool, typed: str | None) -> bool:
    if typed is not None:
        return typed == question.stack_name
    if not question.typed:
        return yes or aws_options.ask(question.text)
    if yes:
        from tapgen.errors import UsageError

        raise UsageError(
            f"{question.stack_name} is protected: --yes is not enough", f"Add --confirm {question.stack_name}."
        )
    return aws_options.type_in(f"{question.text} Type its name to go on") == question.stack_name
