"""tapgen init."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.option("--name", help="The application's name: lower-case letters, digits and hyphens.  [default: the folder's]")
@click.option("--example", help="What it begins with: api, queue, schedule or orders.  [default: api]")
@click.option("--env", "environments", multiple=True, help="Environment; repeatable.  [default: dev and prod]")
def command(folder: Path, name: str | None, example: str | None, environments: tuple[str, ...]) -> None:
    """Begin a project: settings, a handler, a test, a review workflow.

    What is not given by an option is asked for on a terminal. A file that is there already is never overwritten.

    \b
    Examples:
      tapgen init shop
      tapgen init --name shop --example queue --env dev --env prod
    """
    import shlex

    from tapgen.starter.files import EXAMPLES
    from tapgen.starter.write import answers, write_project

    asked = answers(folder, name, example, environments, ask=_ask if _is_terminal() else None)
    written, kept = write_project(folder, asked)
    for path in written:
        click.echo(f"  + {path}")
    for path in kept:
        click.echo(f"  = {path} (was there: kept as it is)")
    inside = "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))}\n  "
    click.echo(f"\n{asked.application}: {EXAMPLES[asked.example]}. Next:\n")
    click.echo(f"  {inside}tapgen render --all\n  tapgen check --all\n  tapgen local -- python -m pytest")


def _ask(question: str, default: str) -> str:
    answer: str = click.prompt(question, default=default, err=True)
    return answer


def _is_terminal() -> bool:
    import sys

    return sys.stdin.isatty()
