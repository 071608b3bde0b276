"""tapgen event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tapgen.cli import aws_options, completion
from tapgen.cli.options import environment, load_environment
from tapgen.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from tapgen.deploy.aws.operations import AwsClient
    from tapgen.samples.application import Where
    from tapgen.settings.model import Environment
    from tapgen.template.model import Template

TARGETS = (
    *("route", "function", "target-group", "queue", "topic", "stream", "delivery-stream", "bucket", "table", "rule"),
    *("schedule", "state-machine", "user-pool", "subscription", "alarm", "resource", "secret", "deployment-group"),
    "receipt-rule",
)
"""The options that name what an event comes from, each the word of a sample's target (a test compares them)."""


def _targets(command: Any) -> Any:
    for word in reversed(TARGETS):
        what = f"The {word.replace('-', ' ')} that it comes from."
        command = click.option(f"--{word}", metavar="NAME", hidden=True, help=what)(command)
    return command


@click.command(options_metavar="[--TARGET NAME] [OPTIONS]")
@click.argument("kind", required=False, shell_complete=completion.events)
@environment
@_targets
@click.option("--body", metavar="TEXT", help="Body of the request, message or record; @FILE: the file's content.")
@click.option("--key", metavar="KEY", help="Key of the object.")
@click.option("--deployed", is_flag=True, help="With the names of the deployed stack, which is asked for them.")
@click.option("--local", "locally", is_flag=True, help="With the names of a running `tapgen local`.")
@aws_options.aws
@click.pass_obj
def command(
    project: Path | None,
    /,
    kind: str | None,
    environment: str,
    body: str | None,
    key: str | None,
    deployed: bool,
    locally: bool,
    profile: str | None,
    region: str | None,
    **targets: str | None,
) -> None:
    """Print a sample of the event that starts a function, made of the application's own parts.

    Without KIND it lists the events that the environment has parts for. --TARGET names the part, where there are
    several: --bucket, --queue, --route and so on, as the list says.

    \b
    Examples:
      tapgen event
      tapgen event s3-put --bucket Uploads --key in/a.csv
      tapgen event api --route "POST /orders" --body @order.json
      tapgen event sqs --queue Orders --body hello | tapgen invoke Worker --event -
    """
    import json

    from tapgen import render
    from tapgen.samples.application import Application
    from tapgen.samples.register import find, make, word
    from tapgen.samples.sample import Given
    from tapgen.template.model import understand

    named = {name.replace("_", "-"): value for name, value in targets.items() if value is not None}
    if kind:
        taken = word(find(kind))
        if wrong := next((name for name in named if name != taken), None):
            raise UsageError(
                f"{kind} takes no --{wrong}", f"It comes from a {taken.replace('-', ' ')}: --{taken} NAME."
            )
    elif named or body or key:
        raise click.UsageError("name the KIND of event first; `tapgen event` lists them")
    chosen = load_environment(project, environment)
    document = render.render(chosen).document
    template = understand(document)
    if not kind:
        _list(template, chosen)
        return
    application = Application(template, _where(chosen, profile, region, deployed=deployed, locally=locally), document)
    given = Given(body=_content(body), key=key)
    event = make(application, kind, next(iter(named.values()), None), given, chosen.logical_id)
    click.echo(json.dumps(event, indent=2, ensure_ascii=False))


def _content(body: str | None) -> str | None:
    """The text, or that of the file that `@FILE` names.

    Raises:
        UsageError: it cannot be read.
    """
    from pathlib import Path

    from tapgen import reading

    if body is None or not body.startswith("@"):
        return body
    try:
        return reading.text(Path(body[1:]))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{body}: {getattr(error, 'strerror', '') or 'no text in UTF-8'}") from None


def _where(chosen: Environment, profile: str | None, region: str | None, *, deployed: bool, locally: bool) -> Where:
    """Where the stack is, or would be: an account and region of AWS's own examples unless the settings say it."""
    from tapgen.samples.application import ACCOUNT, REGION, Where

    if deployed and not locally:
        return _deployed(aws_options.connect_one(chosen, profile, region), chosen)
    if profile or deployed:
        raise click.UsageError("--profile belongs to --deployed" if profile else "--deployed or --local, not both")
    if locally:
        from tapgen.deploy.aws.session import connect
        from tapgen.local.registry import running

        address = running(chosen)
        if address is None:
            raise UsageError(f"no tapgen local runs {chosen.reference}", "Start it in another terminal.")
        there = region or next(iter(chosen.target_regions), address.region)
        return _deployed(connect(region=there, endpoint=address.endpoint, credentials=address.credentials), chosen)
    return Where(chosen.stack_name, chosen.account or ACCOUNT, region or next(iter(chosen.target_regions), REGION))


def _deployed(client: AwsClient, chosen: Environment) -> Where:
    """Where the stack is, with the names of its resources."""
    from tapgen.deploy.stack.target import existing
    from tapgen.samples.application import Where

    stack = existing(client, chosen.stack_name)
    _, partition, _, region, account, _ = stack.arn.split(":", 5)
    physical = {one.logical_id: one.physical_id for one in client.resources(stack.arn)}
    return Where(chosen.stack_name, account, region, partition, physical)


def _list(template: Template, chosen: Environment) -> None:
    from tapgen.samples.register import available, word

    lines = [
        (sample.kind, sample.title, f"--{word(sample)} {', '.join(names)}") for sample, names in available(template)
    ]
    if not lines:
        click.echo(f"{chosen.reference} has nothing that samples are made of: no route, queue, bucket …", err=True)
    width = max((len(kind) for kind, _, _ in lines), default=0)
    for kind, title, target in lines:
        click.echo(f"{kind.ljust(width)}  {title}")
        aws_options.print_line(f"{' ' * width}  {target}")
