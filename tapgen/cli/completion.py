"""What the shell completes: names out of the project's settings and templates. Nothing here ever fails or prints."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click

    from tapgen.settings.model import Environment, Project

Complete = Callable[["click.Context", "click.Parameter", str], list[str]]


def _beginning(names: Iterable[str], typed: str) -> list[str]:
    return [name for name in names if name.startswith(typed)]


def _project(context: click.Context) -> Project | None:
    from tapgen.errors import TapgenError
    from tapgen.settings.load import load

    where = context.find_root().params.get("project")
    try:
        return load(Path(where) if where else None, sources=False)
    except (TapgenError, OSError):
        return None


def _environment(context: click.Context) -> Environment | None:
    from tapgen.errors import TapgenError

    project = _project(context)
    chosen = context.params.get("environment") or "dev"
    try:
        return project.environment(str(chosen)) if project else None
    except TapgenError:
        return None


def environments(context: click.Context, _: click.Parameter, typed: str) -> list[str]:
    """The project's environments."""
    project = _project(context)
    return _beginning(project.environments if project else (), typed)


def functions(context: click.Context, _: click.Parameter, typed: str) -> list[str]:
    """The functions of the environment."""
    environment = _environment(context)
    return _beginning(environment.functions if environment else (), typed)


def tables(context: click.Context, _: click.Parameter, typed: str) -> list[str]:
    """The tables of the environment."""
    environment = _environment(context)
    return _beginning(environment.tables if environment else (), typed)


def schedules(context: click.Context, _: click.Parameter, typed: str) -> list[str]:
    """The schedules of the environment's functions."""
    environment = _environment(context)
    found = environment.functions.values() if environment else ()
    return _beginning(dict.fromkeys(name for one in found for name in one.triggers.schedules), typed)


def user_pools(context: click.Context, _: click.Parameter, typed: str) -> list[str]:
    """The user pools of the environment."""
    environment = _environment(context)
    return _beginning(environment.user_pools if environment else (), typed)


def rules(_: click.Context, __: click.Parameter, typed: str) -> list[str]:
    """The rules of the check."""
    from tapgen.proof.rules.rulebook import BY_ID

    return _beginning(BY_ID, typed)


def logical_ids(context: click.Context, _: click.Parameter, typed: str) -> list[str]:
    """The logical ids of the environment's committed template."""
    from tapgen import store
    from tapgen.errors import TapgenError
    from tapgen.template import document

    project, environment = _project(context), _environment(context)
    if project is None or environment is None:
        return []
    file = store.template_file(project.root / store.FOLDER, environment.name, environment.format)
    try:
        return _beginning(document.read(file)["Resources"], typed)
    except TapgenError:
        return []


def events(_: click.Context, __: click.Parameter, typed: str) -> list[str]:
    """The kinds of sample events."""
    from tapgen.samples.register import SAMPLES

    return _beginning(SAMPLES, typed)


def kinds(_: click.Context, __: click.Parameter, typed: str) -> list[str]:
    """What can be added to the settings."""
    from tapgen.starter.add import OTHERS, SINGULAR

    return _beginning((*SINGULAR, *OTHERS), typed)
