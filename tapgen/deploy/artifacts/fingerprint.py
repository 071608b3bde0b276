"""A fingerprint that is the same for two documents which CloudFormation takes for the same."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from tapgen.deploy.artifacts.document import scalar_text

if TYPE_CHECKING:
    from tapgen.template.document import Document


def fingerprint(document: Document) -> str:
    """32 hex digits that are the same for two documents that CloudFormation takes for the same."""
    return digest(normal(document))


def digest(value: object) -> str:
    """32 hex digits of a JSON value, whatever the order of its keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def normal(value: Any, key: str = "") -> Any:
    """A copy in which equal spellings are equal: 10 and "10", true and "true", GetAtt's two forms, DependsOn's order.

    A character beyond ASCII is "?", which is what GetTemplate may make of it. The input is not changed.
    """
    if isinstance(value, dict):
        return {name: normal(item, name) for name, item in value.items()}
    if isinstance(value, list):
        items = [normal(item) for item in value]
        return sorted(items) if key == "DependsOn" else items
    text = scalar_text(value).encode("ascii", "replace").decode()
    if key == "DependsOn":
        return [text]
    return text.split(".", 1) if key == "Fn::GetAtt" else text
