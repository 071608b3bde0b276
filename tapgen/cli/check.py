"""tapgen check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from tapgen.cli.options import all_environments, environments, load_project, refuse_own_code, trust

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.proof.check import Target
    from tapgen.proof.findings import Finding
    from tapgen.proof.needs.functions import Analyse
    from tapgen.settings.model import Environment
    from tapgen.template.document import Document


@click.command()
@environments
@all_environments
@click.option(
    "--template", "templates", type=click.Path(path_type=Path), multiple=True, help="Template that tapgen did not make."
)
@click.option(
    "--source", "sources", metavar="LOGICAL_ID=DIR", multiple=True, help="With --template: where a function's code is."
)
@trust
@click.option("--no-lint", is_flag=True, help="Leave cfn-lint out.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info"]),
    default="error",
    show_default=True,
    help="Exit with 1 where there is a finding as bad as this.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    show_default=True,
    help="How findings are printed.",
)
@click.pass_obj
def command(
    project: Path | None,
    environments: tuple[str, ...],
    all_environments: bool,
    templates: tuple[Path, ...],
    sources: tuple[str, ...],
    trust: bool,
    no_lint: bool,
    fail_on: str,
    format_: str,
) -> int:
    """Prove that a template works and opens nothing more.

    \b
    Examples:
      tapgen check --env prod
      tapgen check --all --fail-on warning
      tapgen check --template other.yaml --source Worker=src/worker
      tapgen check --all --format sarif > tapgen.sarif
    """
    typed = click.get_current_context().get_parameter_source("environments") is ParameterSource.COMMANDLINE
    if templates and (typed or all_environments):
        raise click.UsageError("--template does not go with --env or --all")
    if sources and not templates:
        raise click.UsageError("--source goes with --template; the settings name the sources of an environment")
    from tapgen.proof.check import check_all
    from tapgen.proof.findings import failing
    from tapgen.proof.needs.functions import analyse_once
    from tapgen.proof.report.places import below

    analyse = analyse_once()
    if templates:
        root, targets = Path.cwd(), _templates(templates, sources)
    else:
        loaded = load_project(project, sources=False)  # what is wrong with a source is a finding, not the end
        names = tuple(loaded.environments) if all_environments else environments or ("dev",)
        chosen = [loaded.environment(name) for name in dict.fromkeys(names)]
        refuse_own_code(chosen, "check", trusted=trust)
        root, targets = loaded.root, _environments(chosen, analyse)
    found_by_name = zip(targets, check_all(list(targets.values()), with_lint=not no_lint, analyse=analyse), strict=True)
    checked = {name: tuple(below(root, Path.cwd(), found)) for name, found in found_by_name}
    click.echo(_print(format_, checked, Path.cwd() if root.is_relative_to(Path.cwd()) else root), nl=False)
    found = [finding for findings in checked.values() for finding in findings]
    return 1 if failing(found, fail_on) else 0  # type: ignore[arg-type]  # click checked the choice


def _environments(chosen: list[Environment], analyse: Analyse) -> dict[str, Target]:
    from tempfile import TemporaryDirectory

    from tapgen import render
    from tapgen.proof.check import of_environment
    from tapgen.proof.needs.auto import with_actions

    filled = [with_actions(environment, analyse, strict=False) for environment in chosen]
    with TemporaryDirectory() as empty:
        rendered = {one.reference: render.render(_renderable(one, Path(empty))) for one in filled}
    made = [(one, rendered[one.reference]) for one in filled]
    return {one.reference: of_environment(one, found.document, found.origins) for one, found in made}


def _renderable(environment: Environment, empty: Path) -> Environment:
    """The environment with nothing in the place of sources that cannot be read: the rest of it is checked all the same.

    What is wrong with them is found when their code is read.
    """
    import msgspec

    from tapgen.errors import TapgenError

    functions = dict(environment.functions)
    for name, function in functions.items():
        if not function.source:
            continue
        try:
            function.read_source(environment.root)
        except TapgenError:
            functions[name] = msgspec.structs.replace(function, source=str(empty), include=())
    return msgspec.structs.replace(environment, functions=functions)


def _templates(files: tuple[Path, ...], sources: tuple[str, ...]) -> dict[str, Target]:
    from tapgen.errors import UsageError, suggestion
    from tapgen.template import document

    folders: dict[str, Path] = {}
    for source in sources:
        logical_id, equals, folder = source.partition("=")
        if not equals or not logical_id or not folder:
            raise UsageError(f"--source {source}: not LOGICAL_ID=DIR", "Such as --source Worker=src/worker.")
        if not Path(folder).is_dir():
            raise UsageError(f"--source {source}: there is no folder {folder}")
        folders[logical_id] = Path(folder)
    targets = {}
    known: set[str] = set()
    for file in files:
        text = document.read_text(file)
        read = document.parse(text, str(file))
        known |= set(read["Resources"])
        targets[str(file)] = _template(file, text, read, folders)
    for logical_id in folders:
        if logical_id not in known:
            raise UsageError(f'--source: no template has a resource "{logical_id}"', suggestion(logical_id, known))
    return targets


def _template(file: Path, text: str, read: Document, folders: Mapping[str, Path]) -> Target:
    """A template; one of SAM's is expanded first, where the translator is there and takes it, with the code below it.

    Without, what SAM makes of it is named as not checked.
    """
    from tapgen.errors import TapgenError
    from tapgen.proof.check import of_template
    from tapgen.proof.template_code import sources_of
    from tapgen.starter.adopt import sam

    if sam.is_sam(read):
        try:
            made = sam.expand_what_can_be(read, file.parent, sam.DEFAULT_REGION)
        except sam.RefusedError as error:
            return of_template(file, text, read, folders, unread=error.causes)
        except TapgenError:
            return of_template(file, text, read, folders)
        found = sources_of(read, made.document, made.folders, file)
        return of_template(file, text, made.document, {**found, **folders}, read, made.unread)
    return of_template(file, text, read, {**sources_of(read, read, {}, file), **folders})


def _print(format_: str, checked: dict[str, tuple[Finding, ...]], root: Path) -> str:
    from tapgen.proof.report import formats as report

    if format_ == "json":
        return report.as_json(checked)
    if format_ == "github":
        return report.github(checked)
    if format_ == "sarif":
        from tapgen.proof.report.sarif import sarif

        return sarif(checked)
    from tapgen.printable import printable

    return printable(report.text(checked, root))
