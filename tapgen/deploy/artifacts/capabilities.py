"""The capabilities that CreateChangeSet wants to hear of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.deploy.artifacts.document import resources
from tapgen.template.types import row

if TYPE_CHECKING:
    from tapgen.template.document import Document


def capabilities(document: Document) -> tuple[str, ...]:
    """The least set of capabilities that the template needs. Change sets need no CAPABILITY_AUTO_EXPAND, ever."""
    needed = ""
    for _, resource in resources(document):
        known = row(str(resource.get("Type", "")))
        if not known.iam:
            continue
        if known.name and known.name in resource.get("Properties", {}):
            return ("CAPABILITY_NAMED_IAM",)
        needed = "CAPABILITY_IAM"
    return (needed,) if needed else ()
