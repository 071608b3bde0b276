"""tapgen graph."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tapgen.cli.options import environment, filled, load_project, refuse_own_code, trust

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tapgen.proof.findings import Finding
    from tapgen.review.picture.model import Picture
    from tapgen.settings.model import Environment
    from tapgen.template.document import Document


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@environment
@click.option(
    "--format",
    "format_",
    type=click.Choice(["mermaid", "dot", "svg", "html"]),
    default="mermaid",
    show_default=True,
    help="What is printed.",
)
@click.option("--full", is_flag=True, help="Draw every resource and reference, in groups.")
@click.option("--diff", "with_diff", is_flag=True, help="Colour what changes since --rev.")
@click.option("--only-changed", is_flag=True, help="With --diff: draw what changes, and what stands beside it.")
@click.option("--rev", default="HEAD", show_default=True, help="Git revision for --diff.")
@trust
@click.pass_obj
def command(
    project: Path | None,
    file: Path | None,
    environment: str,
    format_: str,
    full: bool,
    with_diff: bool,
    only_changed: bool,
    rev: str,
    trust: bool,
) -> None:
    """Draw a template: entries, functions, stores, and what flows between them.

    FILE is any template; without it, the environment as it renders now. Roles, logs, alarms and subnets are folded
    away. --format html is one file to open: pan, zoom, click a part for its settings, permissions and findings.

    \b
    Examples:
      tapgen graph --env prod > prod.mmd
      tapgen graph --env prod --format html > picture.html
      tapgen graph --env prod --format svg --diff --only-changed > change.svg
      tapgen graph template.yaml --full --format dot
    """
    if file and with_diff:
        raise click.UsageError("--diff compares an environment with git; it does not go with FILE")
    if only_changed and not with_diff:
        raise click.UsageError("--only-changed goes with --diff")
    from tapgen import render
    from tapgen.review.picture.drawing import draw
    from tapgen.template import document

    if file:
        text = document.read_text(file)
        drawn = document.parse(text, str(file))
        picture = draw(drawn, title=str(file), full=full)
        findings = _of_template(file, text, drawn) if format_ == "html" else {}
    else:
        loaded = load_project(project)
        chosen = filled(loaded.environment(environment))
        refuse_own_code([chosen], "graph", trusted=trust)
        rendered = render.render(chosen)
        drawn = rendered.document
        layers = {logical_id: origin.layer for logical_id, origin in rendered.origins.items()}
        old, review = None, None
        if with_diff:
            from tapgen.cli import comparison

            compared = comparison.of_revision(
                loaded.root, chosen, comparison.base(loaded.root, rev, merge_base=False), rev
            )
            old, review = compared.old, compared.review()
        picture = draw(
            drawn, title=chosen.stack_name, layers=layers, full=full, old=old, review=review, only_changed=only_changed
        )
        findings = _of_environment(chosen, drawn) if format_ == "html" else {}
    click.echo(_written(picture, format_, drawn, findings), nl=False)


def _written(picture: Picture, format_: str, drawn: Document, findings: dict[str, list[str]]) -> str:
    if format_ == "html":
        from tapgen.review.picture.details import details
        from tapgen.review.picture.page import page

        return page(picture, details(drawn, findings))
    from tapgen.review.picture import mermaid, svg

    writers = {"mermaid": mermaid.mermaid, "dot": mermaid.dot, "svg": svg.svg}
    return writers[format_](picture)


def _of_environment(environment: Environment, drawn: Document) -> dict[str, list[str]]:
    from tapgen.proof.check import check

    return _by_resource(check(environment, drawn, lint=False))


def _of_template(file: Path, text: str, drawn: Document) -> dict[str, list[str]]:
    from tapgen.proof.check import check_all, of_template

    [found] = check_all([of_template(file, text, drawn, {})], with_lint=False)
    return _by_resource(found)


def _by_resource(found: Iterable[Finding]) -> dict[str, list[str]]:
    by_resource: dict[str, list[str]] = {}
    for one in found:
        if one.suppressed_reason is None:
            by_resource.setdefault(one.logical_id or "", []).append(f"{one.severity} {one.rule}: {one.message}")
    return by_resource
