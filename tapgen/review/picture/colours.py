"""The colours of a picture: what fills and outlines each kind of resource, and each status of a change."""

from __future__ import annotations

from typing import Final

from tapgen.review.picture.model import Kind, Status

FILLS: Final[dict[Kind, tuple[str, str]]] = {
    "function": ("#efe6ff", "#6b46c1"),
    "entry": ("#fff4d6", "#b7791f"),
    "store": ("#e0edff", "#2b6cb0"),
    "plain": ("#f7f7f7", "#718096"),
}
STATUS_FILLS: Final[dict[Status, tuple[str, str]]] = {
    "added": ("#d8f5dd", "#2f855a"),
    "changed": ("#fff3b0", "#b7791f"),
    "replaced": ("#ffd9c2", "#c05621"),
    "removed": ("#ffd6d6", "#c53030"),
}
