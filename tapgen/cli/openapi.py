"""tapgen openapi."""

from __future__ import annotations

from pathlib import Path

import click

from tapgen.cli.options import load_project


@click.command()
@click.option("--env", "environment", default="dev", show_default=True, help="Environment.")
@click.option("--api", "name", help="A further API, of [apis.NAME]; default: that of [api].")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["yaml", "json"]),
    default="yaml",
    show_default=True,
    help="How it is printed.",
)
@click.pass_obj
def command(project: Path | None, environment: str, name: str | None, format_: str) -> None:
    """Print an API as OpenAPI 3.1: routes, parameters, models, who may call.

    \b
    Examples:
      tapgen openapi --env prod > openapi.yaml
      tapgen openapi --api Admin --format json
    """
    from typing import Literal, cast

    from tapgen import render
    from tapgen.cli.options import filled
    from tapgen.errors import UsageError, suggestion
    from tapgen.openapi.describe import apis, describe
    from tapgen.settings.served import apis as served
    from tapgen.template.document import dump

    chosen = filled(load_project(project).environment(environment))
    own = served(chosen)
    if not own:
        raise UsageError(f"{environment} has no API", "Give a function a route.")
    wanted = name if name is not None else next(iter(own))
    if wanted not in own:
        named = [one for one in own if one]
        hint = suggestion(wanted, named) if named else "There is the one of [api]: leave --api out."
        raise UsageError(f'there is no API "{wanted}" with a route', hint)
    if own[wanted].settings.kind == "websocket":
        raise UsageError(f"{own[wanted].title} is a WebSocket API", "OpenAPI describes requests, and not messages.")
    if own[wanted].settings.exists:
        hint = "It has routes of others too: API Gateway exports it (`aws apigateway get-export`)."
        raise UsageError(f"{own[wanted].title} was made elsewhere", hint)
    document = render.render(chosen).document
    title = chosen.logical_id(own[wanted].title)
    if title not in apis(document):
        raise UsageError(f"{title} is no longer an API", "A layer of the project's own took it away.")
    described = describe(document, title, next(iter(chosen.target_regions), ""))
    click.echo(dump(described, cast("Literal['yaml', 'json']", format_)), nl=False)
