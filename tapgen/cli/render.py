"""tapgen render."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tapgen.cli.options import all_environments, environments, load_project, refuse_own_code, select, trust

if TYPE_CHECKING:
    from tapgen.template.document import Format


@click.command()
@environments
@all_environments
@click.option(
    "--format", "format_", type=click.Choice(["yaml", "json"]), help="Default: the environment's `format`, YAML."
)
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), help="Folder; default: templates_out.")
@click.option("--stdout", "to_stdout", is_flag=True, help="Print instead of writing files.")
@click.option("--check", is_flag=True, help="Write nothing; show what is stale and exit with 3.")
@trust
@click.pass_obj
def command(
    project: Path | None,
    environments: tuple[str, ...],
    all_environments: bool,
    format_: Format | None,
    output: Path | None,
    to_stdout: bool,
    check: bool,
    trust: bool,
) -> None:
    """Write an environment's template.

    \b
    Examples:
      tapgen render --env prod
      tapgen render --all --check
      tapgen render --env dev --stdout --format json
    """
    if check and to_stdout:
        raise click.UsageError("--check compares files; it does not go with --stdout")
    if output and to_stdout:
        raise click.UsageError("--output names a folder; it does not go with --stdout")
    from tapgen import render
    from tapgen.template import document

    loaded = load_project(project)
    chosen = select(loaded, environments, everything=all_environments)
    if check:
        refuse_own_code(chosen, "render --check", trusted=trust)
    texts = [
        (environment, document.dump(render.render(environment).document, format_ or environment.format))
        for environment in chosen
    ]
    if to_stdout:
        parts = [
            text if position == 0 or (format_ or environment.format) == "json" else f"---\n{text}"
            for position, (environment, text) in enumerate(texts)
        ]
        click.echo("".join(parts).encode(), nl=False)  # UTF-8, whatever the terminal's encoding
        return
    from tapgen import store

    folder = output or loaded.root / store.FOLDER
    files = [(store.template_file(folder, env.name, format_ or env.format), text) for env, text in texts]
    known = [store.template_file(folder, env.name, format_ or env.format) for env in loaded.environments.values()]
    personal = [one.name for one in loaded.environments.values() if one.personal]
    orphans = store.orphans(folder, known, personal) if all_environments else []
    if check:
        _check(files, orphans)
        return
    for path, text in files:
        click.echo(f"{path}: {'written' if store.write(path, text) else 'unchanged'}", err=True)
    for path in orphans:
        click.echo(f"Warning: {path}: no environment renders to it; delete it", err=True)


def _check(files: list[tuple[Path, str]], orphans: list[Path]) -> None:
    from tapgen import store
    from tapgen.errors import StaleError
    from tapgen.printable import printable

    stale = []
    for path, text in files:
        difference = store.changes(path, text)
        if difference:
            click.echo(printable(difference), nl=False)
            stale.append(path)
    if stale or orphans:
        problems = [f"{path} is stale" for path in stale]
        problems += [f"{path}: no environment renders to it" for path in orphans]
        raise StaleError("; ".join(problems), "Run tapgen render --all, delete what is left over, and commit.")
    click.echo(f"{len(files)} up to date", err=True)
