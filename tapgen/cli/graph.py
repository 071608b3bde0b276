"""tapgen graph."""

from __future__ import annotations

from pathlib import Path

import click

from tapgen.cli.options import environment, filled, load_project


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@environment
@click.option(
    "--format",
    "format_",
    type=click.Choice(["mermaid", "dot", "svg"]),
    default="mermaid",
    show_default=True,
    help="What is printed.",
)
@click.option("--full", is_flag=True, help="Draw every resource and reference; else mere connections are arrows.")
@click.option("--diff", "with_diff", is_flag=True, help="Colour what changes since --rev.")
@click.option("--rev", default="HEAD", show_default=True, help="Git revision for --diff.")
@click.pass_obj
def command(
    project: Path | None,
    file: Path | None,
    environment: str,
    format_: str,
    full: bool,
    with_diff: bool,
    rev: str,
) -> None:
    """Draw a template: resources, references, entries, stores.

    FILE is any template; without it, the environment as it renders now, grouped by layer.

    \b
    Examples:
      tapgen graph --env prod > prod.mmd
      tapgen graph --env prod --format svg --diff --rev origin/main > change.svg
      tapgen graph template.yaml --format dot
    """
    if file and with_diff:
        raise click.UsageError("--diff compares an environment with git; it does not go with FILE")
    from tapgen import render
    from tapgen.review.picture import mermaid, svg
    from tapgen.review.picture.drawing import draw
    from tapgen.template import document

    if file:
        picture = draw(document.read(file), title=str(file), full=full)
    else:
        loaded = load_project(project)
        chosen = filled(loaded.environment(environment))
        rendered = render.render(chosen)
        layers = {logical_id: origin.layer for logical_id, origin in rendered.origins.items()}
        old, review = None, None
        if with_diff:
            from tapgen.cli import comparison

            compared = comparison.of_revision(
                loaded.root, chosen, comparison.base(loaded.root, rev, merge_base=False), rev
            )
            old, review = compared.old, compared.review()
        picture = draw(rendered.document, title=chosen.stack_name, layers=layers, full=full, old=old, review=review)
    writers = {"mermaid": mermaid.mermaid, "dot": mermaid.dot, "svg": svg.svg}
    click.echo(writers[format_](picture), nl=False)
