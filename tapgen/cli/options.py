"""Options that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tapgen.cli import completion

if TYPE_CHECKING:
    from pathlib import Path

    from tapgen.settings.model import Environment, Project

environment = click.option(
    "--env",
    "environment",
    envvar="TAPGEN_ENV",
    default="dev",
    show_default=True,
    help="Environment.",
    shell_complete=completion.environments,
)
environments = click.option(
    "--env",
    "environments",
    envvar="TAPGEN_ENV",
    multiple=True,
    help="Environment; repeatable.  [default: dev]",
    shell_complete=completion.environments,
)
all_environments = click.option("--all", "all_environments", is_flag=True, help="Every environment.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def name_value_pairs(words: tuple[str, ...]) -> dict[str, str]:
    """The values that `--parameter NAME=VALUE` gives, by name."""
    for word in words:
        if "=" not in word:
            raise click.UsageError(f"--parameter {word}: write it as NAME=VALUE")
    return dict(word.split("=", 1) for word in words)


def load_project(where: Path | None, *, sources: bool = True) -> Project:
    """The project that `--project` names, or the one found from the current folder upward."""
    from tapgen.settings.load import load

    return load(where, sources=sources)


def select(project: Project, names: tuple[str, ...], *, everything: bool) -> list[Environment]:
    """The environments that `--env` and `--all` name; `dev` where neither is given."""
    if everything:
        return [filled(environment) for environment in project.environments.values()]
    return [filled(project.environment(name)) for name in dict.fromkeys(names or ("dev",))]


def load_environment(where: Path | None, name: str) -> Environment:
    """The environment that `--env` names."""
    return filled(load_project(where).environment(name))


def filled(environment: Environment) -> Environment:
    """The environment with what its functions' code needs in the place of `actions = "auto"`."""
    if not environment.has_automatic_actions:
        return environment
    from tapgen.proof.needs.auto import with_actions

    return with_actions(environment)
