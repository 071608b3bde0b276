"""tapgen adopt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tapgen.cli import aws_options
from tapgen.cli.options import name_value_pairs

if TYPE_CHECKING:
    from tapgen.template.document import Document


@click.command()
@click.argument("template", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--stack", help="A deployed stack, expanded; TEMPLATE says where its code is.")
@aws_options.aws
@click.option("--name", help="The application's name.  [default: the stack's, or the file's]")
@click.option("--env", "environment", default="prod", show_default=True, help="The environment that the stack becomes.")
@click.option("--parameter", metavar="NAME=VALUE", multiple=True, help="A parameter's value; repeatable.")
@click.option("--source", "sources", metavar="FUNCTION=FOLDER", multiple=True, help="Where code is; repeatable.")
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), default=".", help="Where to write.")
def command(
    template: Path | None,
    stack: str | None,
    profile: str | None,
    region: str | None,
    name: str | None,
    environment: str,
    parameter: tuple[str, ...],
    sources: tuple[str, ...],
    folder: Path,
) -> int:
    """Take a template or a stack of somewhere else into settings.

    Every resource keeps its logical id; then it is proven, by the difference of the two templates, that a deployment
    replaces and loses nothing, or said what stands in the way. With a template and --stack the stack is adopted, and
    the template says where the code is.

    \b
    Examples:
      tapgen adopt template.yaml --name shop --to shop
      tapgen adopt cdk.out/Shop.template.json --name shop --to shop
      tapgen adopt --stack shop-production --region eu-central-1
      tapgen adopt template.yaml --stack shop-production --to shop
    """
    from tapgen.errors import ExitCode
    from tapgen.review.report import terminal
    from tapgen.starter.adopt.adopt import Template, adopt
    from tapgen.starter.adopt.settings_file import lost
    from tapgen.starter.adopt.told import told
    from tapgen.starter.write import application_name

    if template is None and stack is None:
        raise click.UsageError("name a template file, or a stack by --stack")
    given = name_value_pairs(parameter)
    written = None
    if template:
        from tapgen.template.document import read

        written = read(template)
    if stack:
        document, values, region = _of_stack(stack, profile, region)
        given = {**values, **given}
    elif written is not None:
        document, written = written, None
    application = application_name(name or stack or (template or Path()).stem, asked=name is not None)
    source = f"the stack {stack}" if stack else (template or Path()).name
    folders = {logical_id: Path(path) for logical_id, path in name_value_pairs(sources).items()}
    old = Template(document, source, template.parent if template else None, given, region, folders, written)
    adopted = adopt(old, application, environment, stack or f"{application}-{environment}", folder)
    for path in adopted.written:
        _tell(f"  + {path}")
    _tell(f"\n{adopted.summary}")
    for obstacle in adopted.obstacles:
        _tell(f"  ! {obstacle}")
    _tell(f"\nWhat a deployment of it would do to {source}:\n")
    shown = told(adopted.review)
    for sentence in shown.sentences:
        _tell(sentence)
    if shown.review or shown.review.impacts:
        _tell("\n" + "\n".join(map(str, terminal.lines(shown.review))))
    else:
        click.echo("Nothing else changes: nothing is replaced, and nothing is lost.")
    if adopted.missing:
        click.echo("It cannot be deployed yet: code is missing, as the lines with `!` say.")
    click.echo("\nNext:\n\n" + "\n".join(f"  {one}" for one in _next(folder, environment, deploys=not adopted.missing)))
    return ExitCode.REFUSED if adopted.missing or lost(adopted.review) else ExitCode.OK


def _tell(text: str) -> None:
    from tapgen.printable import printable

    click.echo(printable(text))


def _next(folder: Path, environment: str, *, deploys: bool) -> list[str]:
    """The commands that go on from here; the environment is named, for it is seldom the one that they choose."""
    import shlex

    inside = [] if folder.resolve() == Path.cwd() else [f"cd {shlex.quote(str(folder))}"]
    commands = ["check", "local", *(["deploy --plan-only"] if deploys else [])]
    return [*inside, *(f"tapgen {one} --env {shlex.quote(environment)}" for one in commands)]


def _of_stack(stack: str, profile: str | None, region: str | None) -> tuple[Document, dict[str, str], str]:
    """The stack's template, the values of its parameters, and its region."""
    from tapgen.deploy.aws.session import connect
    from tapgen.deploy.stack.target import existing
    from tapgen.template.document import parse

    client = connect(profile, region)
    found = existing(client, stack)
    return parse(client.expanded_template(found.arn), stack), dict(found.parameters), client.region
