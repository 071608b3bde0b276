"""EDGE: a new project's answers and files; nothing that is there already is overwritten."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from tapgen.errors import TapgenError, UsageError, suggestion
from tapgen.starter.files import EXAMPLES, SETTINGS_FILE, project_files

Ask = Callable[[str, str], str]
_APPLICATION = re.compile(r"[a-z][a-z0-9-]{0,63}")
_ENVIRONMENT = re.compile(r"[a-z][a-z0-9-]{0,31}")
_DEFAULT_ENVIRONMENTS = ("dev", "prod")


class Answers(Struct, frozen=True):
    """What a project begins with."""

    application: str
    example: str
    environments: tuple[str, ...]


def answers(
    folder: Path, name: str | None, example: str | None, environments: Sequence[str], ask: Ask | None
) -> Answers:
    """What was given by options, asked for where it was not, else the defaults; `ask` is None without a terminal.

    Raises:
        UsageError: a name that no stack can have, or an example that does not exist.
    """
    default = _as_name(folder.resolve().name)
    name = name or (ask("Name of the application", default) if ask else default)
    name = application_name(name, asked=True)
    listed = "".join(f"\n  {key:<8}  {what}" for key, what in EXAMPLES.items())
    example = example or (ask(f"Begin with:{listed}\nExample", "api") if ask else "api")
    if example not in EXAMPLES:
        raise UsageError(f'there is no example "{example}"', suggestion(example, EXAMPLES))
    if not environments:
        text = ask("Environments, those after the first protected", " ".join(_DEFAULT_ENVIRONMENTS)) if ask else ""
        environments = tuple(re.split(r"[\s,]+", text.strip())) if text.strip() else _DEFAULT_ENVIRONMENTS
    for environment in environments:
        if not _ENVIRONMENT.fullmatch(environment):
            raise UsageError(
                f'"{environment}" is no name for an environment',
                "Use at most 32 lower-case letters, digits and hyphens, a letter first, such as dev.",
            )
    return Answers(name, example, tuple(dict.fromkeys(environments)))


def application_name(given: str, *, asked: bool) -> str:
    """The name as it was asked for, or what can be made of a stack's or a file's.

    Raises:
        UsageError: no application can have the name that was asked for.
    """
    if asked and not _APPLICATION.fullmatch(given):
        raise UsageError(
            f'"{given}" is no name for an application',
            "Use lower-case letters, digits and hyphens, a letter first, such as order-service.",
        )
    return given if asked else _as_name(given)


def _as_name(folder: str) -> str:
    """A folder's name as an application's; `app` where nothing of it can stand in one."""
    return re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-0123456789")[:64] or "app"


def write_project(folder: Path, chosen: Answers) -> tuple[list[str], list[str]]:
    """Write the project's files; the paths that were written, and those that were there and stay as they are.

    Raises:
        UsageError: the folder is a project already.
        TapgenError: the folder or the disk takes no file; what was written before stays.
    """
    _refuse_a_project(folder)
    written, kept = [], []
    for path, text in project_files(chosen.application, chosen.example, chosen.environments).items():
        target = folder / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except FileExistsError:
            kept.append(path)
        except OSError as error:
            raise TapgenError(f"{target}: {error.strerror}", "Name a folder that can be written to.") from None
        else:
            written.append(path)
    return written, kept


def _refuse_a_project(folder: Path) -> None:
    from tapgen.errors import SettingsError
    from tapgen.settings.load import load

    if (folder / SETTINGS_FILE).exists():
        raise UsageError(f"{folder / SETTINGS_FILE} is there already", "Begin in an empty folder: tapgen init NAME.")
    if (folder / "pyproject.toml").is_file():
        try:
            load(folder / "pyproject.toml", sources=False)
        except SettingsError as error:
            if "there is no [tool.tapgen]" in error.message:
                return
        raise UsageError(f"{folder / 'pyproject.toml'} has [tool.tapgen] already", "Begin in a folder of its own.")
