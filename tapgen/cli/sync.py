"""tapgen sync."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from tapgen.cli import aws_options
from tapgen.cli.options import as_json, environment, load_environment, load_project, name_value_pairs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.outcome import Outcome
    from tapgen.deploy.views.view import View
    from tapgen.settings.model import Environment

_LOOK = 0.3
"""Seconds between two looks at the files of --watch."""


@click.command()
@environment
@aws_options.aws
@click.option("--parameter", metavar="NAME=VALUE", multiple=True, help="A template parameter; repeatable.")
@click.option("--watch", is_flag=True, help="Do it again whenever a file changes, until Ctrl-C.")
@as_json
@click.pass_context
def command(
    ctx: click.Context,
    environment: str,
    profile: str | None,
    region: str | None,
    parameter: tuple[str, ...],
    watch: bool,
    as_json: bool,
) -> None:
    """Give the functions their code and configuration directly, in seconds.

    Past CloudFormation, so only where nothing else has changed since the last deployment, and never where the
    environment is protected. The next `tapgen deploy` puts the stack right.

    \b
    Examples:
      tapgen sync --env dev
      tapgen sync --env dev --watch
    """
    where: Path | None = ctx.obj
    given = name_value_pairs(parameter)
    chosen = load_environment(where, environment)
    client = aws_options.connect_one(chosen, profile, region)
    with aws_options.views(as_json=as_json) as view:

        def once(chosen: Environment) -> Outcome:
            return _sync(chosen, client, view(""), given)

        outcome = _again(where, chosen, once) if watch else once(chosen)
    aws_options.finish(ctx, (outcome,))


def _sync(chosen: Environment, client: Client, view: View, parameters: dict[str, str]) -> Outcome:
    from tapgen import render
    from tapgen.deploy.artifacts.packages import packages
    from tapgen.deploy.commands.sync import Sync
    from tapgen.deploy.request import Options, deployment_of

    rendered = render.render(chosen)
    with ExitStack() as stack:
        found = packages(chosen, rendered.document, stack)
        request = deployment_of(chosen, rendered, options=Options(), packages=found, parameters=parameters)
        return Sync(request, client, view).run()


def _again(where: Path | None, chosen: Environment, once: Callable[[Environment], Outcome]) -> Outcome:
    """Sync at each change of the settings or a source; the outcome of the last time, when Ctrl-C ends it."""
    import time

    from tapgen.errors import TapgenError
    from tapgen.local.watching import changed, snapshot
    from tapgen.printable import printable

    settings = load_project(where).file
    outcome = once(chosen)
    click.echo("Watching; Ctrl-C ends it.", err=True)
    files = snapshot(settings, chosen)
    try:
        while True:
            time.sleep(_LOOK)
            now = snapshot(settings, chosen)
            if not changed(files, now):
                continue
            files = now
            try:
                chosen = load_environment(where, chosen.name)
                outcome = once(chosen)
            except TapgenError as error:  # a file in the middle of being written, or a mistake in it
                click.echo(printable(f"Error: {error.message}"), err=True)
    except KeyboardInterrupt:
        return outcome
