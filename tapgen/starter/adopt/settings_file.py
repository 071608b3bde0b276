"""EDGE: the adopted settings as a file, and the proof that deploying them replaces and loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tapgen.errors import SettingsError, UsageError
from tapgen.starter.adopt.drafts import LAYER, Code
from tapgen.starter.adopt.toml_text import toml
from tapgen.starter.files import SETTINGS_FILE

if TYPE_CHECKING:
    from tapgen.review.model import ResourceChange, Review
    from tapgen.template.document import Document

HEAD = "# Adopted from {source}: every resource keeps its logical id, so that nothing is replaced.\n"


class Target:
    """The environment that the template becomes: its names, and how its settings are written and rendered."""

    def __init__(
        self, application: str, environment: str, stack: str, source: str, code: Mapping[str, Code], trials: Path
    ) -> None:
        self.application = application
        self.environment = environment
        self.stack = stack
        self.source = source
        self.code = code
        self.trials = trials

    def text(self, settings: Mapping[str, Any]) -> str:
        """The whole file: the application, its one environment on the stack that there is, and the template's parts."""
        tables = {"application": self.application, **settings}
        own = f'stack = "{self.stack}"\n' if self.stack != f"{self.application}-{self.environment}" else ""
        return f"{HEAD.format(source=self.source)}{toml(tables)}\n[environments.{self.environment}]\n{own}"

    def render(self, settings: Mapping[str, Any]) -> Document:
        """The document that tapgen renders of the settings, in a folder of its own.

        Raises:
            SettingsError: they are not what settings may be.
            DocumentError: they cannot be rendered.
        """
        from tapgen.render import render
        from tapgen.settings.load import load

        file = self.trials / SETTINGS_FILE
        file.write_text(self.text(self._with_folders(settings)), encoding="utf-8")
        return render(load(file, sources=False).environment(self.environment)).document

    def write_code(self) -> None:
        """Write the code that is inline where trials look for it."""
        for one in self.code.values():
            for path, text in one.files.items():
                (self.trials / path).parent.mkdir(parents=True, exist_ok=True)
                (self.trials / path).write_bytes(text.encode())

    def _with_folders(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The settings with the folders that exist by their whole paths."""
        whole = {one.source: str(one.folder.resolve()) for one in self.code.values() if one.folder is not None}
        tables = dict(settings)
        for word in ("functions", "lambda_layers"):
            if word in tables:
                tables[word] = {
                    name: {**one, "source": whole.get(one.get("source", ""), one.get("source", ""))}
                    for name, one in tables[word].items()
                }
        return tables


def proof(old: Document, new: Document, given: Mapping[str, str]) -> Review:
    """What deploying the new document would do to the stack that has the old template."""
    from tapgen.review.assess import assess

    declared = old.get("Parameters") or {}
    values = {name: str(one["Default"]) for name, one in declared.items() if "Default" in one} | dict(given)
    return assess(old, new, old_parameters=values, new_parameters=values)


def is_published(change: ResourceChange) -> bool:
    """Whether its replacement is what publishing means: a layer's version cannot be changed."""
    return change.type == LAYER


def lost(review: Review) -> dict[str, str]:
    """What a change replaces, deletes or is refused for, by logical id."""
    from tapgen.review.model import Effect

    found = {finding.logical_id: finding.message for finding in review.refusals}
    for change in review.changes:
        if is_published(change):
            continue
        if change.effect >= Effect.MAY_REPLACE or (change.deletes and not change.routine):
            found[change.logical_id] = "it would be replaced" if not change.deletes else "it would be deleted"
    return found


def refused(error: SettingsError) -> UsageError:
    """What the settings do not take of a template, in its own names."""
    problems = "".join(f"\n  {problem}" for problem in error.problems)
    return UsageError(f"the template has what the settings do not take:{problems}", "Mend it first.")


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
