"""The document as CloudFormation takes it: the text to send, its resources, its scalars. All pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

from tapgen.errors import ExitCode, TapgenError
from tapgen.template.document import MAX_BYTES, MAX_INLINE_BYTES, MAX_RESOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tapgen.template.document import Document


def body(document: Document) -> str:
    """The text to send: JSON in ASCII, for GetTemplate may give "?" for other characters; indented where it fits.

    Raises:
        TapgenError: over 1 MB or 500 resources, which CloudFormation takes in no way.
    """
    count = len(document.get("Resources", {}))
    compact = json.dumps(document, separators=(",", ":"))
    if count > MAX_RESOURCES or len(compact) > MAX_BYTES:
        raise TapgenError(
            f"the template has {count} resources and {len(compact):,} bytes; "
            f"CloudFormation takes {MAX_RESOURCES} and {MAX_BYTES:,}",
            "Split the application into two, each with its own settings file.",
            ExitCode.USAGE,
        )
    readable = msgspec.json.format(compact, indent=1)
    return readable if len(readable) <= MAX_INLINE_BYTES else compact


def fits_inline(text: str) -> bool:
    """Whether CreateChangeSet takes the text itself: the limit counts bytes of UTF-8."""
    return len(text.encode()) <= MAX_INLINE_BYTES


def resources(document: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Logical id and resource; also those inside of an Fn::ForEach, under the loop's own key."""
    yield from _resources(document.get("Resources", {}))


def _resources(section: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for logical_id, resource in section.items():
        if isinstance(resource, dict):
            yield logical_id, resource
        elif isinstance(resource, list) and resource and isinstance(resource[-1], dict):
            yield from _resources(resource[-1])


def scalar_text(value: object) -> str:
    """A scalar as CloudFormation reads it: true, 10, or the text itself; nothing is ''."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
