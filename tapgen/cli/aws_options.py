"""What the commands that talk to AWS share: the options, the clients, the view, and the way they end."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from tapgen.errors import TapgenError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tapgen.deploy.aws.operations import AwsClient
    from tapgen.deploy.outcome import Outcome
    from tapgen.deploy.request import Deployment, Options
    from tapgen.deploy.views.view import View
    from tapgen.settings.model import Environment

profile = click.option("--profile", help="Profile of the AWS configuration.")
region = click.option("--region", help="Region; default: the settings' or the AWS configuration's.")
timeout = click.option(
    "--timeout", type=click.IntRange(1), default=60, show_default=True, help="Minutes to wait for the end."
)


def aws(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--profile` and `--region`."""
    return profile(region(command))


def connect_all(environment: Environment, profile: str | None, region: str | None) -> list[AwsClient]:
    """One client for each region of the environment; `--region` names one of them.

    Raises:
        UsageError: the environment is a StackSet, which the command does not take.
    """
    from tapgen.cli.stack_set import refuse
    from tapgen.deploy.aws.session import connect

    refuse(environment)
    regions = (region,) if region else environment.target_regions or (None,)
    deploy_role, cloudformation_role = environment.deploy_role or "", environment.cloudformation_role or ""
    return [
        connect(profile, name, deploy_role=deploy_role, cloudformation_role=cloudformation_role) for name in regions
    ]


def connect_one(environment: Environment, profile: str | None, region: str | None) -> AwsClient:
    """The client of the environment's only region.

    Raises:
        UsageError: it has several and `--region` names none.
    """
    if not region and len(environment.target_regions) > 1 and not environment.is_stack_set:
        raise UsageError(
            f"{environment.reference} has several regions", f"Pass --region: {', '.join(environment.target_regions)}."
        )
    [client] = connect_all(environment, profile, region)
    return client


@contextmanager
def views(*, as_json: bool) -> Iterator[Callable[[str], View]]:
    """A maker of views by region ('' where there is one): JSON, a live terminal, or plain lines."""
    from tapgen.deploy.views.json_lines import JsonView
    from tapgen.deploy.views.plain import PlainView

    if as_json:
        yield lambda region: JsonView(sys.stdout, region)
    elif sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        from tapgen.deploy.aws.polling import Clock
        from tapgen.deploy.views.live import Board

        board = Board(sys.stdout, sys.stderr, Clock())
        try:
            yield board.view
        finally:
            board.stop()
    else:
        yield lambda region: PlainView(sys.stdout, sys.stderr, region)


def subject(environment: Environment, options: Options) -> Deployment:
    """An environment's stack as the commands on it need it: whose it is, and what made what where that can be said."""
    from tapgen import render
    from tapgen.deploy.request import deployment_of

    try:
        rendered = render.render(environment)
    except TapgenError as error:
        print_line(f"Warning: {error.message}; failures are shown without their source lines.", err=True)
        rendered = render.Rendered({}, {})
    return deployment_of(environment, rendered, options=options)


def needs_terminal(yes: bool, flag: str = "--yes") -> None:
    """Refuse before anything is done where nobody can answer.

    Raises:
        UsageError: there is a question to come and no terminal.
    """
    if not yes and not sys.stdin.isatty():
        raise UsageError("there is no terminal to confirm on; nothing was done", f"Pass {flag}.")


def finish(ctx: click.Context, outcomes: tuple[Outcome, ...]) -> None:
    """Leave with the exit code of the outcomes; --debug raises what ended them."""
    from tapgen.deploy.outcome import worst

    if ctx.meta.get("debug"):
        for outcome in outcomes:
            if outcome.error:
                raise outcome.error
    ctx.exit(worst(outcomes))


def ask(question: str) -> bool:
    """A yes or no at the terminal; the prompt is no result, so it goes to stderr."""
    try:
        return click.confirm(question, err=True)
    except click.Abort:  # Ctrl-C, or the end of the input
        raise KeyboardInterrupt from None


def type_in(question: str) -> str:
    """A word at the terminal."""
    try:
        return str(click.prompt(question, err=True))
    except click.Abort:
        raise KeyboardInterrupt from None


def print_line(text: str, *, err: bool = False, as_it_is: bool = False) -> None:
    """A line that holds what others have named or written; on a terminal it breaks between words.

    `as_it_is` never breaks it: a value to be copied, a line of a log.
    """
    from shutil import get_terminal_size

    from tapgen.deploy.views.wrapping import wrapped
    from tapgen.printable import printable

    line = printable(text)
    terminal = (sys.stderr if err else sys.stdout).isatty() and not as_it_is
    for one in wrapped(line, get_terminal_size().columns) if terminal else [line]:
        click.echo(one, err=err)


def print_json(value: object) -> None:
    """A result as JSON."""
    import json

    click.echo(json.dumps(value, indent=2))
