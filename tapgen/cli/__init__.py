"""The command line: the group, its sections of --help, and the one funnel that every error goes through.

A command is a module of this package that holds a `command`; nothing of it is imported before it is called,
so that `tapgen --help` costs about as much as importing click.
"""

from __future__ import annotations

import errno
import gc
import os
import sys
from importlib import import_module
from io import TextIOWrapper
from itertools import takewhile
from pathlib import Path
from typing import NoReturn

import click

from tapgen import __version__
from tapgen.cli.signals import end_in_order
from tapgen.errors import ExitCode, TapgenError

# The sections of --help: command -> its summary, the first line of its docstring (a test compares them).
SECTIONS: dict[str, dict[str, str]] = {
    "Start": {
        "init": "Begin a project: settings, a handler, a test, a review workflow.",
        "adopt": "Take a template or a stack of somewhere else into settings.",
        "add": "Add a part, a function, a route or an environment to the settings.",
    },
    "Templates": {
        "render": "Write an environment's template.",
        "envs": "List the environments.",
        "settings": "Print an environment's merged settings.",
        "openapi": "Print an API as OpenAPI 3.1: routes, parameters, models, who may call.",
    },
    "Review": {
        "diff": "Show what a change does, breaks and opens.",
        "graph": "Draw a template: entries, functions, stores, and what flows between them.",
    },
    "Proof": {
        "check": "Prove that a template works and opens nothing more.",
        "explain": "Explain a rule of tapgen check.",
        "permissions": "Print the smallest policies that a deployer needs, each as IAM takes it.",
    },
    "Deployment": {
        "pipeline": "Write the project's pipeline: review, plan, approval, execution of that plan.",
        "package": "List what each function's package carries, by size.",
        "cache": "List what was installed for packages and is kept.",
        "deploy": "Deploy an environment: change set, guard, events, outputs.",
        "sync": "Give the functions their code and configuration directly, in seconds.",
        "watch": "Follow the operation that is running on a stack.",
        "cancel": "Cancel a running update: CloudFormation rolls it back.",
        "rename": "Give a part of a stack another name, and keep its data.",
        "recover": "Bring a stuck stack back: continue a failed roll-back, or clear a failed first creation.",
        "destroy": "Delete an environment's stack.",
        "status": "Show the state of an environment's stack and what to do next.",
        "events": "List the events of a stack's last operation.",
        "outputs": "Print the outputs of a stack.",
        "drift": "Compare what runs with the deployed template; exits with 3 where something has drifted.",
        "invoke": "Invoke a function, print its answer, and show the end of its log.",
        "logs": "Print a function's log.",
        "bootstrap": "Create the artifact bucket of an account and region, or the roles of a pipeline.",
    },
    "Local": {
        "event": "Print a sample of the event that starts a function, made of the application's own parts.",
        "local": "Run an environment on an embedded AWS.",
    },
}


_COMMANDS = frozenset(name for section in SECTIONS.values() for name in section)


class Commands(click.Group):
    """A group that imports a command's module when the command is called, and not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Every command, in the order of the sections."""
        return [name for section in SECTIONS.values() for name in section]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"tapgen.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a suggestion for a misspelt command."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from tapgen.errors import suggestion

            known = suggestion(args[0], self.list_commands(ctx))
            raise click.UsageError(f"{error.message.rstrip('.')}; {known}", ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """One block for each section, from the table alone."""
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(list(commands.items()))


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tapgen")
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    envvar="TAPGEN_PROJECT",
    help="Folder of the settings file, or the file; default: found from here upward.",
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def cli(ctx: click.Context, project: Path | None, debug: bool) -> None:
    """Plain CloudFormation for small serverless APIs, rendered from pyproject.toml."""
    ctx.obj = project
    ctx.meta["debug"] = debug


def main() -> NoReturn:
    """The entry point: run the command line and turn each way it can end into an exit code."""
    end_in_order()
    _open_streams()
    code = run(sys.argv[1:])
    gc.freeze()  # modules and templates live to the end: the collector need not look at them once more
    sys.exit(_flushed(code))


def _open_streams() -> None:
    """Write what the terminal's encoding does not have as an escape; a stream that is closed is an empty one."""
    sys.stdin = sys.stdin or os.fdopen(os.open(os.devnull, os.O_RDONLY))
    sys.stdout, sys.stderr = (
        stream or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w") for stream in (sys.stdout, sys.stderr)
    )
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _flushed(code: int) -> int:
    """The exit code once everything is written; Python would end with a code of its own where that fails."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            code = code or ExitCode.FAILED
    return code


def run(arguments: list[str]) -> int:
    """The exit code of a command line; errors are printed to stderr as `Error:` and `Hint:`."""
    debug = "--debug" in takewhile(lambda word: word not in _COMMANDS, arguments)  # a command may have one of its own
    try:
        _refuse_empty(arguments)
        result = cli.main(arguments, prog_name="tapgen", standalone_mode=False)
    except TapgenError as error:
        if debug:
            raise
        from tapgen.printable import printable
        from tapgen.template.secrets import clean

        click.echo(printable(f"Error: {clean(error.message)}"), err=True)
        if error.hint:
            click.echo(printable(f"Hint: {clean(error.hint)}"), err=True)
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        error.show(sys.stdout)
        return ExitCode.USAGE
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        return ExitCode.INTERRUPTED
    except OSError as error:
        if error.filename is not None or error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
            raise
        click.echo(f"Error: the output cannot be written: {error.strerror}", err=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is buffered would fail again at the exit
        return ExitCode.FAILED
    return result if isinstance(result, int) else ExitCode.OK


def _refuse_empty(arguments: list[str]) -> None:
    """Refuse an option or argument that is empty: a script's variable that is not set must not mean the default.

    Raises:
        UsageError: one is; what follows `--` belongs to another program.
    """
    ours = arguments[: arguments.index("--")] if "--" in arguments else arguments
    for before, argument in zip(("", *ours), ours, strict=False):
        if argument.startswith("--") and argument.endswith("=") and argument.count("=") == 1:
            name = argument.removesuffix("=")
        elif not argument:
            name = before if before.startswith("-") else "an argument"
        else:
            continue
        raise click.UsageError(f"{name} is empty; leave it out, or check the variable that it comes from")
