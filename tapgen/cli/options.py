"""Options that several commands share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from tapgen.cli import completion

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tapgen.deploy.artifacts.installations import Installer
    from tapgen.settings.model import Environment, Project

USER_VARIABLE = "TAPGEN_USER"
"""Whose own personal environment is meant, where `--env` names no user."""

TRUST_VARIABLE = "TAPGEN_TRUST"
"""What a CI setting sets to 1 where it allows a checkout's own layers to run."""

trust = click.option(
    "--trust", is_flag=True, envvar=TRUST_VARIABLE, help=f"Run the project's own layers; or {TRUST_VARIABLE}=1."
)
environment = click.option(
    "--env",
    "environment",
    envvar="TAPGEN_ENV",
    default="dev",
    show_default=True,
    help="Environment, or a user's own of it: dev/alice.",
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


def installer() -> Installer:
    """How deployments install requirements: what is kept is taken, and stderr has a line for what is not."""
    from tapgen.deploy.artifacts.installations import standard

    return standard(lambda line: click.echo(line, err=True))


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


def refuse_own_code(environments: Iterable[Environment], command: str, *, trusted: bool) -> None:
    """Refuse to run the layers of a project that is only to be read, a stranger's pull request say.

    Raises:
        UsageError: there are some, and nobody said that they may run.
    """
    layers = sorted({layer for environment in environments for layer in environment.layers})
    if layers and not trusted:
        from tapgen.errors import UsageError

        raise UsageError(
            f"layers: {', '.join(layers)} is the project's own code, which tapgen {command} runs only where you say so",
            f"Read it, then pass --trust, or set {TRUST_VARIABLE}=1 where every checkout is your own.",
        )


def select(project: Project, names: tuple[str, ...], *, everything: bool, own: bool = False) -> list[Environment]:
    """The environments that `--env` and `--all` name; `dev` where neither is given.

    With `own` those of TAPGEN_USER where there are such: for stacks, not for files that are committed.
    """
    if everything:
        return [filled(environment) for environment in project.environments.values()]
    named = [project.environment(name) for name in dict.fromkeys(names or ("dev",))]
    return [filled(_own(project, one) if own else one) for one in named]


def load_environment(where: Path | None, name: str) -> Environment:
    """The environment that `--env` names, or the one of TAPGEN_USER's own where it has personal ones."""
    project = load_project(where)
    return filled(_own(project, project.environment(name)))


def _own(project: Project, environment: Environment) -> Environment:
    user = os.environ.get(USER_VARIABLE, "")
    if not user:
        return environment
    from tapgen.settings.personal import chosen

    return chosen(environment, user, project.environments)


def filled(environment: Environment) -> Environment:
    """The environment with what its functions' code needs in the place of `actions = "auto"`."""
    if not environment.has_automatic_actions:
        return environment
    from tapgen.proof.needs.auto import with_actions

    return with_actions(environment)
