"""tapgen pipeline."""

from __future__ import annotations

from pathlib import Path

import click

from tapgen.cli.options import load_project
from tapgen.installing import REMARK, REQUIREMENT


@click.command()
@click.argument("service", type=click.Choice(["github", "gitlab"]))
@click.option("--branch", default="main", show_default=True, help="The branch that is deployed.")
@click.option("--install", default=REQUIREMENT, show_default=True, help="What pip installs, such as a URL.")
@click.option("--check", is_flag=True, help="Write nothing; exit with 3 where a file is not what the settings say.")
@click.pass_obj
def command(project: Path | None, service: str, branch: str, install: str, check: bool) -> int:
    """Write the project's pipeline: review, plan, approval, execution of that plan.

    One job for each unprotected environment; for each protected one a plan, and a deployment that executes the very
    plan which was approved. A file that tapgen did not write is never overwritten.

    \b
    Examples:
      tapgen pipeline github
      tapgen pipeline github --check
    """
    from tapgen.errors import ExitCode
    from tapgen.pipeline.write import stale, write

    loaded = load_project(project, sources=False)
    if check:
        found = stale(loaded, service, branch, install)
        for path in found:
            click.echo(f"{path}: not what the settings say; run `tapgen pipeline {service}`")
        return ExitCode.CHANGES if found else ExitCode.OK
    for path, changed in write(loaded, service, branch, install):
        click.echo(f"{path}: {'written' if changed else 'up to date'}")
    if install == REQUIREMENT:
        click.echo(f"They install '{install}'; --install names what is there. {REMARK}", err=True)
    return ExitCode.OK
