"""What `tapgen diff` compares: two documents and their names, from files, git, environments or a live stack."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tapgen import document, revisions, store

if TYPE_CHECKING:
    from tapgen.document import Document
    from tapgen.review.model import Review
    from tapgen.settings.model import Environment


@dataclass(frozen=True)
class Comparison:
    """Two documents with the words for them; `environment` is '' for two files."""

    environment: str
    old_name: str
    new_name: str
    old: Document | None
    new: Document | None

    @property
    def title(self) -> str:
        """`prod: HEAD → rendered now`."""
        between = f"{self.old_name} → {self.new_name}"
        return f"{self.environment}: {between}" if self.environment else between

    @property
    def subject(self) -> dict[str, str]:
        """The same for the JSON report."""
        return {"environment": self.environment, "from": self.old_name, "to": self.new_name}

    def review(self) -> Review:
        """What the change does."""
        from tapgen.review.assess import assess

        return assess(self.old, self.new)


def of_files(old: Path, new: Path) -> Comparison:
    """Two template files."""
    return Comparison("", str(old), str(new), document.read(old), document.read(new))


def of_environments(one: Environment, other: Environment) -> Comparison:
    """Two environments as they render now; what follows from the name alone is a difference like any other."""
    return Comparison(other.name, one.name, other.name, document.render(one).document, document.render(other).document)


def base(root: Path, revision: str, *, merge_base: bool) -> str:
    """The commit to compare with."""
    return revisions.merge_base(root, revision) if merge_base else revisions.resolve(root, revision)


def of_revision(root: Path, environment: Environment, commit: str, revision: str) -> Comparison:
    """An environment as it renders now, against its template at a commit, in whichever format it was then."""
    name = f"{revision} ({commit[:7]})" if not commit.startswith(revision) else commit[:7]
    formats = dict.fromkeys((environment.format, *store.FORMATS))
    paths = [store.template_file(Path(store.FOLDER), environment.name, format_) for format_ in formats]
    found = ((path, revisions.at_revision(root, path, commit)) for path in paths)
    path, text = next(((path, text) for path, text in found if text is not None), (paths[0], None))
    old: dict[str, Any] | None = None
    if text is None:
        name = f"nothing at {name}"
    else:
        old = document.parse(text, f"{path} at {revision}")
    return Comparison(environment.name, name, "rendered now", old, document.render(environment).document)
