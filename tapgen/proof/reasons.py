"""Reasons that the settings give for a statement: what it allows too much is accepted with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

if TYPE_CHECKING:
    from tapgen.proof.findings import Finding
    from tapgen.template.document import Document

SURPLUS = frozenset({"permission-unused", "permission-unproven", "action-wildcard", "resource-wildcard"})
"""The rules that speak of what a statement allows and need not."""


def accept(finding: Finding, document: Document) -> Finding:
    """The finding, accepted where it is of such a rule and its statement has a reason in the role's metadata."""
    if finding.rule not in SURPLUS or finding.suppressed_reason is not None or "Statement" not in finding.path:
        return finding
    place = finding.path.index("Statement")
    reasons = _at(document, (*finding.path[:2], "Metadata", "Reasons"))
    statement = _at(document, finding.path[: place + 2])
    if isinstance(reasons, dict) and isinstance(statement, dict):
        return replace(finding, suppressed_reason=reasons.get(statement.get("Sid")))
    return finding


def _at(document: Document, path: tuple[str | int, ...]) -> Any:
    value: Any = document
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value
