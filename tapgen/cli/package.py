"""tapgen package."""

from __future__ import annotations

from pathlib import Path

import click

from tapgen.cli.options import as_json, environment, installer, load_environment


@click.command()
@environment
@as_json
@click.pass_obj
def command(project: Path | None, environment: str, as_json: bool) -> None:
    """List what each function's package carries, by size.

    Requirements are installed as a deployment installs them. What is near Lambda's limit is said.

    \b
    Example:
      tapgen package --env prod
    """
    from tapgen.deploy.artifacts.contents import contents, lines

    found = contents(load_environment(project, environment), installer())
    if as_json:
        import json

        import msgspec

        click.echo(json.dumps(msgspec.to_builtins(found), indent=2))
        return
    for one in found:
        click.echo("\n".join(lines(one)))
