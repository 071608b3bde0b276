"""The adopted settings as a file, and the proof that deploying them replaces and loses nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tapgen.errors import SettingsError, UsageError
from tapgen.starter.adopt.convert import Adopted
from tapgen.starter.adopt.toml_text import toml
from tapgen.starter.files import SETTINGS_FILE

if TYPE_CHECKING:
    from tapgen.review.model import Review
    from tapgen.template.document import Document

HEAD = "# Adopted from {source}: every resource keeps its logical id, so that nothing is replaced.\n"


def settings_text(adopted: Adopted, application: str, environment: str, stack: str, source: str) -> str:
    """The whole file: the application, its one environment on the stack that there is, and the template's parts."""
    tables = {"application": application, **adopted.settings}
    own = f'stack = "{stack}"\n' if stack != f"{application}-{environment}" else ""
    return f"{HEAD.format(source=source)}{toml(tables)}\n[environments.{environment}]\n{own}"


def proof(old: Document, text: str, environment: str, given: Mapping[str, str]) -> Review:
    """What deploying the settings would do to the stack that has the old template.

    Raises:
        UsageError: the template has something that CloudFormation would refuse, such as an unknown property.
    """
    from tapgen.render import render
    from tapgen.review.assess import assess
    from tapgen.settings.load import load

    declared = old.get("Parameters") or {}
    values = {name: str(one["Default"]) for name, one in declared.items() if "Default" in one} | dict(given)
    with tempfile.TemporaryDirectory() as temporary:
        file = Path(temporary, SETTINGS_FILE)
        file.write_text(text, encoding="utf-8")
        try:
            new = render(load(file, sources=False).environment(environment)).document
        except SettingsError as error:
            problems = "".join(f"\n  {problem}" for problem in error.problems)
            raise UsageError(f"the template has what the settings do not take:{problems}", "Mend it first.") from None
    return assess(old, new, old_parameters=values, new_parameters=values)


def write(folder: Path, text: str) -> Path:
    """Write the settings; never over a file that is there.

    Raises:
        UsageError: there are settings already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / SETTINGS_FILE
    try:
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{target} is there already", "Name another folder: --to DIR.") from None
    return target
