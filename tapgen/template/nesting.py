"""How deep a document may be nested: a limit of our own, so that no parser's version or stack decides it."""

from __future__ import annotations

from typing import Any

from tapgen.errors import DocumentError

DEEPEST = 100
"""Levels of mappings and lists. A large template has about 30; a reader that calls itself for each level may take ten
of Python's 1,000 frames for one."""


def too_deep(name: str) -> DocumentError:
    """The error for a document that is nested deeper than that."""
    return DocumentError(
        f"{name}: nested too deeply to be a template",
        f"A template may have {DEEPEST} levels; give the parts of a deep condition names under Conditions.",
    )


def refuse_depth(document: Any, name: str) -> None:
    """Raise where a document has too many levels; each node is visited once, and the stack does not grow.

    Raises:
        DocumentError: it is nested too deeply.
    """
    level = [document]
    for _ in range(DEEPEST):
        level = [child for node in level for child in _children(node)]
        if not level:
            return
    raise too_deep(name)


def _children(node: Any) -> list[Any]:
    """The mappings and lists in a mapping or list; none in a scalar."""
    if not isinstance(node, dict | list):
        return []
    return [child for child in (node.values() if isinstance(node, dict) else node) if isinstance(child, dict | list)]
