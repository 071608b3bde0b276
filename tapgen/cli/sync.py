"""tapgen sync."""

from __future__ import annotations

import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

import click

from tapgen.cli import aws_options
from tapgen.cli.options import as_json, environment, installer, load_environment, load_project, name_value_pairs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.commands.logs import LogTail
    from tapgen.deploy.outcome import Outcome
    from tapgen.deploy.views.view import View
    from tapgen.settings.model import Environment

_LOOK = 0.5
"""Seconds between two looks at the files and logs of --watch."""


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

        def once(chosen: Environment) -> tuple[Outcome, tuple[str, ...]]:
            return _sync(chosen, client, view(""), given)

        outcome = _watch(where, chosen, client, once) if watch else once(chosen)[0]
    aws_options.finish(ctx, (outcome,))


def _sync(
    chosen: Environment, client: Client, view: View, parameters: dict[str, str]
) -> tuple[Outcome, tuple[str, ...]]:
    """How it ended, and which functions were brought up to date."""
    from tapgen import render
    from tapgen.deploy.artifacts.packages import packages
    from tapgen.deploy.commands.sync import Sync
    from tapgen.deploy.request import Options, deployment_of

    rendered = render.render(chosen)
    with ExitStack() as stack:
        found = packages(chosen, rendered.document, stack, installer())
        request = deployment_of(chosen, rendered, options=Options(), packages=found, parameters=parameters)
        sync = Sync(request, client, view)
        return sync.run(), sync.touched


def _watch(
    where: Path | None,
    chosen: Environment,
    client: Client,
    once: Callable[[Environment], tuple[Outcome, tuple[str, ...]]],
) -> Outcome:
    """Sync at each change of the settings or a source, with the logs of what was synced, until Ctrl-C."""
    from tapgen.errors import ExitCode, TapgenError
    from tapgen.local.watching import changed, snapshot

    settings = load_project(where).file
    tails: dict[str, LogTail] = {}
    files = snapshot(settings, chosen)  # before the first time: what changes meanwhile counts
    outcome, touched = once(chosen)
    if outcome.code != ExitCode.INTERRUPTED:
        click.echo("Watching; Ctrl-C ends it.", err=True)
    try:
        while outcome.code != ExitCode.INTERRUPTED:
            tails |= {name: tail for name in touched if name not in tails if (tail := _tail(client, chosen, name))}
            touched = ()
            _print_logs(tails)
            time.sleep(_LOOK)
            now = snapshot(settings, chosen)
            if changed(files, now):
                files = now
                try:
                    chosen = load_environment(where, chosen.reference)
                    outcome, touched = once(chosen)
                except TapgenError as error:  # a file in the middle of being written, or a mistake in it
                    aws_options.print_line(f"Error: {error.message}", err=True)
    except KeyboardInterrupt:
        pass
    return outcome


def _tail(client: Client, chosen: Environment, function: str) -> LogTail | None:
    """The end of a function's log from now on; None where the stack has none for it."""
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.commands.invoke import log_group
    from tapgen.deploy.commands.logs import LogTail
    from tapgen.errors import TapgenError

    try:
        return LogTail(client, log_group(client, chosen, function), int(time.time() * 1000), Clock())
    except TapgenError:
        return None


def _print_logs(tails: dict[str, LogTail]) -> None:
    from tapgen.deploy.aws.errors import AwsError
    from tapgen.deploy.commands.logs import log_line

    for name, tail in tails.items():
        with suppress(AwsError):  # a group without a stream yet, a hiccup: the next look shows it
            for event in tail.new():
                aws_options.print_line(f"{name}  {log_line(event)}")
