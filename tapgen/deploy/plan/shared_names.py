"""Names that a personal environment would share with the others: the second who takes one fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tapgen.deploy.plan.guard import RefusedError
from tapgen.review.update.replacement import fixed_name
from tapgen.template.intrinsics import canonical, references
from tapgen.template.model import understand
from tapgen.template.text import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tapgen.template.document import Document

_OF_THE_STACK: Final = frozenset({"AWS::StackName", "AWS::StackId"})


def refuse_shared_names(own: Document, base: Document, title: str, table: str) -> None:
    """Refuse a user's own environment (`title`) that would take the names of the one that all share (`table`).

    Raises:
        RefusedError: with every such name.
    """
    found = list(_shared(own, base))
    if found:
        lines = "".join(f"\n  {name}: {value}" for name, value in found)
        raise RefusedError(
            f"{title} would have the same names as {table} and every other user's, and each is there once:{lines}",
            f"Leave them out in [environments.{table}], so that each stack has its own; an export may begin with "
            "${AWS::StackName}.",
        )


def _shared(own: Document, base: Document) -> Iterator[tuple[str, str]]:
    mine, theirs = understand(own), understand(base)
    for logical_id, resource in mine.resources.items():
        other = theirs.resources.get(logical_id)
        names = fixed_name(resource) if other is not None and other.type == resource.type else {}
        if names and other is not None and names == fixed_name(other) and _everywhere(names):
            yield logical_id, ", ".join(map(text, names.values()))
    for title in own.get("Outputs", {}):
        export = _export(own, title)
        if export and export == _export(base, title) and _everywhere(canonical(export)):
            yield f"the export of {title}", text(canonical(export))


def _export(document: Document, title: str) -> Any:
    return document.get("Outputs", {}).get(title, {}).get("Export", {}).get("Name")


def _everywhere(value: Any) -> bool:
    """Whether a value says the same in every stack of an account and region."""
    named = {reference.target for reference in references(value)}
    return not named & _OF_THE_STACK and all(name.startswith("AWS::") for name in named)
