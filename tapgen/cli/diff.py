"""tapgen diff."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tapgen.cli import aws_options, completion
from tapgen.cli.options import all_environments, filled, load_project, name_value_pairs, refuse_own_code, select, trust

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tapgen.cli.comparison import Comparison, LiveComparison
    from tapgen.review.model import Review
    from tapgen.settings.model import Environment


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[OLD NEW]")
@click.option(
    "--env",
    "environments",
    multiple=True,
    envvar="TAPGEN_ENV",
    shell_complete=completion.environments,
    help="Environment; repeatable.  [default: dev]",
)
@all_environments
@click.option("--rev", default="HEAD", show_default=True, help="Git revision to compare with, such as origin/main.")
@click.option("--merge-base", is_flag=True, help="Compare with the commit where this branch left --rev.")
@click.option("--deployed", is_flag=True, help="Compare with the live stack (needs credentials).")
@click.option("--drift", is_flag=True, help="With --deployed: detect drift, and show it three ways.")
@aws_options.aws
@click.option(
    "--with-env",
    "other",
    shell_complete=completion.environments,
    help="Compare with another environment, as both render now.",
)
@click.option(
    "--parameter", metavar="NAME=VALUE", multiple=True, help="With OLD NEW, a parameter's value in both; repeatable."
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="What is printed.",
)
@trust
@click.option(
    "--exit-code", "exit_code", is_flag=True, help="0: no changes, 3: changes, 4: data loss or a refused change."
)
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[Path, ...],
    environments: tuple[str, ...],
    all_environments: bool,
    rev: str,
    merge_base: bool,
    deployed: bool,
    drift: bool,
    profile: str | None,
    region: str | None,
    other: str | None,
    parameter: tuple[str, ...],
    format_: str,
    trust: bool,
    exit_code: bool,
) -> int:
    """Show what a change does, breaks and opens.

    Without files: what the settings render to now, against the template committed at HEAD.

    \b
    Examples:
      tapgen diff --all --rev origin/main --merge-base --format markdown
      tapgen diff --env prod --deployed --drift
      tapgen diff --env dev --with-env prod
      tapgen diff old.yaml new.json --parameter Stage=prod --exit-code
    """
    if len(files) not in (0, 2):
        raise click.UsageError("name two files, OLD and NEW, or none")
    by_revision = _given(ctx, "rev") or merge_base
    if files and (_given(ctx, "environments") or all_environments or deployed or other or by_revision):
        raise click.UsageError("OLD NEW compares two files; it goes with --parameter, --format and --exit-code only")
    if parameter and not files:
        raise click.UsageError("--parameter goes with OLD NEW; an environment's values are in its settings")
    if drift and not deployed:
        raise click.UsageError("--drift goes with --deployed")
    if sum((by_revision, deployed, bool(other))) > 1:
        raise click.UsageError("choose one of --rev, --deployed and --with-env")
    from tapgen.cli import comparison

    found: Sequence[Comparison | LiveComparison]
    if files:
        found = [comparison.of_files(files[0], files[1], name_value_pairs(parameter))]
    else:
        project = load_project(ctx.obj)
        chosen = select(project, environments, everything=all_environments, own=deployed)
        with_other = [filled(project.environment(other))] if other else []
        refuse_own_code([*chosen, *with_other], "diff", trusted=trust)
        if deployed:
            found = [live for one in chosen for live in _deployed(one, profile, region, drift=drift)]
        elif other:
            found = [comparison.of_environments(with_other[0], one) for one in chosen]
        else:
            commit = comparison.base(project.root, rev, merge_base=merge_base)
            found = [comparison.of_revision(project.root, one, commit, rev) for one in chosen]
    reviews = [(one, one.review()) for one in found]
    _print(reviews, format_)
    return _worst([review for _, review in reviews]) if exit_code else 0


def _deployed(
    environment: Environment, profile: str | None, region: str | None, *, drift: bool
) -> list[LiveComparison]:
    """The environment's stacks, or its StackSet, against what a deployment would leave."""
    from tapgen.cli import comparison, stack_set

    if environment.is_stack_set and drift:
        raise click.UsageError(f"{environment.reference} is a StackSet: `tapgen drift` compares its stacks")
    if environment.is_stack_set:
        return [comparison.of_stack_set(environment, stack_set.Home(environment, profile, region).client)]
    clients = aws_options.connect_all(environment, profile, region)
    return [comparison.of_stack(environment, client, drift=drift) for client in clients]


def _given(ctx: click.Context, name: str) -> bool:
    """Whether an option stands on the command line; an environment variable does not forbid to compare files."""
    return ctx.get_parameter_source(name) == click.core.ParameterSource.COMMANDLINE


def _print(found: list[tuple[Comparison | LiveComparison, Review]], format_: str) -> None:
    if format_ == "json":
        import json

        from tapgen.review.report import json_report

        report = json_report.document([(comparison.subject, review) for comparison, review in found])
        click.echo(json.dumps(report, indent=2))
    elif format_ == "markdown":
        from tapgen.review.report import markdown

        reviews = [(comparison.title, review) for comparison, review in found]
        pictures = [_picture(comparison, review) for comparison, review in found]
        click.echo(markdown.render(reviews, pictures=pictures), nl=False)
    else:
        from tapgen.review.report import terminal

        for index, (comparison, review) in enumerate(found):
            lines = [*([terminal.Line(0)] if index else []), *terminal.lines(review, comparison.title)]
            if sys.stdout.isatty():
                terminal.print_rich(lines)
            else:
                click.echo("\n".join(map(str, lines)))


def _picture(comparison: Comparison | LiveComparison, review: Review) -> str:
    from tapgen.review.picture.drawing import draw
    from tapgen.review.picture.mermaid import mermaid

    if comparison.new is None:
        return ""
    return mermaid(draw(comparison.new, old=comparison.old, review=review, only_changed=True))


def _worst(reviews: list[Review]) -> int:
    from tapgen.errors import ExitCode

    if any(review.refusals for review in reviews):
        return ExitCode.REFUSED
    drifted = any(note.kind == "drift" for review in reviews for note in review.notes)
    return ExitCode.CHANGES if drifted or any(reviews) else ExitCode.OK
