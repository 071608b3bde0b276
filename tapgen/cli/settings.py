"""tapgen settings."""

from __future__ import annotations

from pathlib import Path

import click

from tapgen.cli.options import environment, load_environment


@click.command()
@environment
@click.option("--schema", is_flag=True, help="Print a JSON Schema of the settings, for editors.")
@click.pass_obj
def command(project: Path | None, environment: str, schema: bool) -> None:
    """Print an environment's merged settings.

    \b
    Examples:
      tapgen settings --env prod
      tapgen settings --schema > tapgen.schema.json
    """
    import msgspec

    if schema:
        from tapgen.settings.schema import json_schema

        result = json_schema()
    else:
        from tapgen.template.masking import masked

        result = msgspec.to_builtins(load_environment(project, environment), enc_hook=str)
        del result["root"], result["user"]
        result = {name: masked(value) for name, value in result.items()}
    click.echo(msgspec.json.format(msgspec.json.encode(result), indent=2).decode())
