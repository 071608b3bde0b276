"""tapgen local."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tapgen.cli import completion
from tapgen.cli.aws_options import print_line
from tapgen.cli.options import environment, filled, load_environment, load_project
from tapgen.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tapgen.deploy.views.view import View
    from tapgen.errors import TapgenError
    from tapgen.local.emulator import Emulator
    from tapgen.local.gateway import Call
    from tapgen.local.page.application import Application
    from tapgen.local.redeploying import Redeployment
    from tapgen.local.said import Said
    from tapgen.local.session import Deployed, Redeploy
    from tapgen.local.tokens import Tokens
    from tapgen.settings.model import Environment


@click.command()
@environment
@click.option(
    "--request", "requests", metavar="REQUEST", multiple=True, help='Send it, such as "GET /item"; repeatable.'
)
@click.option("--data", metavar="TEXT", help="Body of the requests; @FILE: the file's content.")
@click.option("--header", "headers", metavar="NAME:VALUE", multiple=True, help="Header of the requests; repeatable.")
@click.option(
    "--token",
    metavar="NAME",
    shell_complete=completion.user_pools,
    help="Token of a test user of a user pool or an authorizer's issuer; requests carry it.",
)
@click.option("--claims", metavar="JSON", help="What the token says besides; @FILE: the file's content.")
@click.option(
    "--fire",
    "schedules",
    metavar="NAME",
    multiple=True,
    shell_complete=completion.schedules,
    help="Then fire a schedule; repeatable.",
)
@click.option(
    "--items",
    "tables",
    metavar="TABLE",
    multiple=True,
    shell_complete=completion.tables,
    help="Then print the items of a table; repeatable.",
)
@click.option("--watch", is_flag=True, help="Deploy again when a source or the settings change.")
@click.option(
    "--keep",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Keep tables, objects and stacks in a folder, and go on with them the next time.",
)
@click.option(
    "--debug",
    metavar="FUNCTION[:PORT]",
    shell_complete=completion.functions,
    help="The function waits for a debugger (debugpy), without a time-out; port 5678 unless one is named.",
)
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the embedded AWS; default: a free one.")
@click.argument("program", metavar="[-- COMMAND...]", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def command(
    project: Path | None,
    environment: str,
    requests: tuple[str, ...],
    data: str | None,
    headers: tuple[str, ...],
    token: str | None,
    claims: str | None,
    schedules: tuple[str, ...],
    tables: tuple[str, ...],
    watch: bool,
    keep: Path | None,
    debug: str | None,
    port: int | None,
    program: tuple[str, ...],
) -> int:
    """Run an environment on an embedded AWS.

    Without --request, --fire, --items or a COMMAND it shows requests and logs until Ctrl-C. A COMMAND is run with the
    variables that lead every AWS tool to the embedded AWS, and TAPGEN_API_URL.

    \b
    Examples:
      tapgen local --env dev
      tapgen local --env dev --request "GET /item" --items Item
      tapgen local --env dev --fire Nightly
      tapgen local --env dev -- pytest tests/end_to_end
    """
    from tapgen.local import debugging, gateway, tokens
    from tapgen.local.callers import as_asked
    from tapgen.local.starting import started

    if claims and not token:
        raise click.UsageError("--claims belongs to --token")
    said = tokens.claims_of(claims)
    body = gateway.content(data)
    calls = [gateway.with_content(gateway.parse(text), body, headers) for text in requests]
    once = bool(calls or schedules or tables or program)
    if watch and once:
        raise click.UsageError(
            "--watch goes on until Ctrl-C; it does not go with --request, --fire, --items or a COMMAND"
        )
    if not calls and (data is not None or headers):
        raise click.UsageError("--data and --header belong to a --request")
    loaded = load_project(project)
    chosen = filled(loaded.environment(environment))
    _refuse_unknown(chosen, token, schedules, tables, program)
    debugged = debugging.parse(debug, chosen) if debug else None
    with started(chosen, _tell, _view, port=port or 0, keep=keep, debugged=debugged) as start:
        running, deployed = start.emulator, start.deployed
        if deployed is None:
            return start.code
        if debugged:
            _tell(f"{debugged.function} waits for a debugger on 127.0.0.1:{debugged.port} whenever its process starts.")
        signed_in = tokens.tokens_of(deployed, running, token, said) if token else None
        if once:
            calls = [as_asked(deployed, running, call, user=signed_in) for call in calls]
            return _once(deployed, running, calls, schedules, tables, program, signed_in)
        if signed_in:
            click.echo(f"Token  {signed_in.id}")
        redeploy = _redeploy(loaded.file, environment, start.redeployment) if watch else None
        return _stay(deployed, running, redeploy)


def _tell(line: str) -> None:
    click.echo(line, err=True)


def _refuse_unknown(
    chosen: Environment,
    token: str | None,
    schedules: tuple[str, ...],
    tables: tuple[str, ...],
    program: tuple[str, ...],
) -> None:
    """Raise for what the environment does not have, before anything is started."""
    from tapgen.local import fire, session, tokens
    from tapgen.local import program as programs

    for table in tables:
        session.refuse_unknown(chosen, table)
    if token:
        tokens.refuse_unknown(chosen, token)
    if schedules:
        from tapgen import render

        document = render.render(chosen).document
        for name in schedules:
            fire.refuse_unknown(chosen, name, document)
    if program:
        programs.refuse_unknown(program[0], os.environ)


def _view(region: str) -> View:
    from tapgen.local.view import BriefView

    return BriefView(sys.stderr, region)


def _once(
    deployed: Deployed,
    running: Emulator,
    calls: list[Call],
    schedules: tuple[str, ...],
    tables: tuple[str, ...],
    program: tuple[str, ...],
    signed_in: Tokens | None,
) -> int:
    from tapgen.local import session

    code = ExitCode.OK
    with session.following(deployed, running, _Show(err=True), requests=False):
        for call in calls:
            answer = session.ask(deployed, call)
            print_line(f"{call}: {answer.title}, {answer.seconds * 1000:.0f} ms", err=True)
            _print(answer.body)
            code = code if answer.ok else ExitCode.FAILED
        for name in schedules:
            code = code if _fire(deployed, running, name) else ExitCode.FAILED
    for table in tables:
        _print_items(deployed, running, table)
    return _run(deployed, running, program, signed_in) if program and code == ExitCode.OK else code


def _fire(deployed: Deployed, running: Emulator, name: str) -> bool:
    """Whether everything that the schedule started ended without an error."""
    from tapgen.local.fire import fire

    fired = fire(deployed, running, name)
    for one in fired:
        print_line(f"{name}: {one.started} {'ended' if one.ok else 'failed'}", err=True)
        _print(one.answer.payload)
    return all(one.ok for one in fired)


def _print_items(deployed: Deployed, running: Emulator, table: str) -> None:
    import json

    from tapgen.local import session

    items = session.items(deployed, running, table)
    click.echo(f"Table {table}: {len(items)} item{'' if len(items) == 1 else 's'}", err=True)
    click.echo(json.dumps(items, indent=2))


def _run(deployed: Deployed, running: Emulator, program: tuple[str, ...], signed_in: Tokens | None) -> int:
    import shlex

    from tapgen.local import session
    from tapgen.local.program import run

    click.echo(f"$ {shlex.join(program)}", err=True)
    with session.following(deployed, running, _Show(err=True), requests=True):
        keys = {f"TAPGEN_{name.upper()}": value for name, value in session.api_keys(deployed, running).items()}
        return run(program, running, deployed, more=keys | (signed_in.variables if signed_in else {}))


def _print(body: bytes) -> None:
    """To a terminal and into the log of a CI without control characters, to a file or a pipe as it is."""
    from tapgen.printable import printable

    read = sys.stdout.isatty() or os.environ.get("CI")
    click.echo(printable(body.decode(errors="replace")) if read else body)


def _redeploy(settings: Path, name: str, redeployment: Redeployment) -> Redeploy:
    from tapgen.local.session import Redeploy

    return Redeploy(settings, lambda: load_environment(settings, name), redeployment.deploy)


def _stay(deployed: Deployed, running: Emulator, redeploy: Redeploy | None) -> int:
    from tapgen.local import session
    from tapgen.local.isolation import isolate
    from tapgen.local.said import Both
    from tapgen.local.view import address_lines

    for line in address_lines(deployed):
        click.echo(line)
    for name, value in session.api_keys(deployed, running).items():
        click.echo(f"Key  {name} {value}")
    variables = isolate({}, running)
    shown = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION")
    click.echo(f"AWS  export {' '.join(f'{name}={variables[name]}' for name in shown)}")
    with _page(deployed, running) as application:
        try:
            click.echo("Requests are shown as they come. Ctrl-C stops it.", err=True)
            session.run(deployed, running, Both(_Show(), application.feed), redeploy, application.now)
        except KeyboardInterrupt:
            click.echo("\nStopping.", err=True)
    return ExitCode.OK


@contextmanager
def _page(deployed: Deployed, running: Emulator) -> Iterator[Application]:
    """The page of the application, whose address is printed."""
    from tapgen.local.page.application import Application
    from tapgen.local.page.feed import Feed
    from tapgen.local.page.listener import serving

    application = Application(deployed, running, Feed())
    with serving(application) as listener:
        click.echo(f"Page {listener.address}")
        yield application


class _Show:
    """What the session says, with the time in front; to stderr where stdout is an answer's or a command's."""

    def __init__(self, *, err: bool = False) -> None:
        self._err = err

    def line(self, said: Said) -> None:
        from datetime import datetime

        from tapgen.local.tail import indented

        text = indented(said) if said.kind == "log" else said.text
        print_line(f"{datetime.now().astimezone():%H:%M:%S}  {text}", err=self._err)

    def problem(self, error: TapgenError) -> None:
        print_line(f"Error: {error.message}", err=True)
        if error.hint:
            print_line(f"Hint: {error.hint}", err=True)
