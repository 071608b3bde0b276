"""What a change set does to a resource, with the sign and the colour that it is shown with."""

from __future__ import annotations

from enum import Enum


class ResourceAction(Enum):
    """A row's word, its sign, and its colour (rich's name, '' for none)."""

    CREATE = ("create", "+", "green")
    IMPORT = ("import", ">", "green")
    UPDATE = ("update", "~", "yellow")
    UPDATE_TAGS = ("update tags", "~", "yellow")
    REPLACE = ("replace", "±", "red")
    MAY_REPLACE = ("may replace", "±", "red")
    DELETE = ("delete", "-", "red")
    LEAVE_BEHIND = ("leave behind", "-", "red")
    SYNC = ("sync", "~", "yellow")
    DECIDED_LATER = ("decided later", "?", "")
    UNKNOWN = ("change", "?", "")

    def __init__(self, word: str, sign: str, colour: str) -> None:
        self.word = word
        self.sign = sign
        self.colour = colour
