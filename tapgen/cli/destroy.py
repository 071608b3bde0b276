"""tapgen destroy."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from tapgen.cli import aws_options, completion, stack_set
from tapgen.cli.options import as_json, environment, load_environment, load_project

if TYPE_CHECKING:
    from pathlib import Path

    from tapgen.deploy.commands.destroy import Question
    from tapgen.deploy.outcome import Outcome
    from tapgen.deploy.request import Deployment, Options
    from tapgen.settings.model import Environment


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
@click.option(
    "--expired", is_flag=True, help="Delete the personal environments that are too old, of all or of --env; asks each."
)
@click.option(
    "--account", "accounts", metavar="ID", multiple=True, help="Of a StackSet: only this account's stacks; repeatable."
)
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
    expired: bool,
    accounts: tuple[str, ...],
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
      tapgen destroy --expired
    """
    from tapgen.deploy.request import Options

    options = Options(detach=detach, express=express, timeout=timeout * 60.0)
    if expired:
        if typed is not None or retain or disable_protection or accounts:
            raise click.UsageError("--expired goes with --env, --yes, --express, --detach and --timeout alone")
        aws_options.needs_terminal(yes)
        given = ctx.get_parameter_source("environment") is click.core.ParameterSource.COMMANDLINE
        outcomes = _expired(ctx.obj, environment if given else "", profile, region, options, yes=yes, as_json=as_json)
        aws_options.finish(ctx, outcomes)
    chosen = load_environment(ctx.obj, environment)
    if express and chosen.protected:
        raise click.UsageError(f"{chosen.reference} is protected: leave --express away")
    aws_options.needs_terminal(yes or typed is not None)
    from msgspec.structs import replace

    from tapgen.deploy.commands.destroy import Destroy

    if chosen.is_stack_set:
        if retain or disable_protection or express:
            raise click.UsageError(
                f"{chosen.reference} is a StackSet: leave --retain, --disable-protection, --express away"
            )
        home = stack_set.Home(chosen, profile, region)
        agreed = partial(_agreed, yes=yes, typed=typed)
        with aws_options.views(as_json=as_json) as view:
            outcome = stack_set.destroy(home, aws_options.subject(chosen, options), view(""), agreed, accounts)
        aws_options.finish(ctx, (outcome,))
    if accounts:
        raise click.UsageError(f"--account goes with a StackSet; {chosen.reference} is one stack")
    client = aws_options.connect_one(chosen, profile, region)
    request = aws_options.subject(chosen, replace(options, express=express or chosen.express))
    with aws_options.views(as_json=as_json) as view:
        outcome = Destroy(request, client, view("")).run(
            partial(_agreed, yes=yes, typed=typed),
            retain=retain,
            disable_protection=disable_protection,
        )
    aws_options.finish(ctx, (outcome,))


def _expired(
    where: Path | None,
    name: str,
    profile: str | None,
    region: str | None,
    options: Options,
    *,
    yes: bool,
    as_json: bool,
) -> tuple[Outcome, ...]:
    """Delete what is too old, one after the other; no outcome where nothing is.

    Raises:
        UsageError: none ever gets too old.
        TapgenError: an environment cannot be asked for.
    """
    from datetime import UTC, datetime

    from msgspec.structs import replace

    from tapgen.cli.environment_stacks import of_project
    from tapgen.cli.options import filled
    from tapgen.deploy.commands.destroy_expired import destroy_expired
    from tapgen.errors import UsageError

    project = load_project(where)
    named = [project.environment(name)] if name else list(project.environments.values())
    chosen = [one for one in named if one.personal and one.expires]
    if not chosen:
        hint = 'Say personal = true and expires = "7d" in its table.'
        raise UsageError(f"{name or 'no environment'} {'never expires' if name else 'expires'}", hint)

    def request_of(one: Environment) -> Deployment:
        return aws_options.subject(filled(one), replace(options, express=options.express or one.express))

    with aws_options.views(as_json=as_json) as view:
        rows = of_project(project, chosen, profile, region)
        return destroy_expired(rows, request_of, view(""), partial(_agreed, yes=yes, typed=None), datetime.now(UTC))


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
