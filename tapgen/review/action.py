"""What happens to a resource, with the sign and the colour that it is shown with: in reviews, plans and pictures."""

from __future__ import annotations

from enum import Enum


class ResourceAction(Enum):
    """Its name in reports, its sign, its colour (rich's name, "" for none), and what is told; worst first."""

    REPLACE = ("replace", "±", "red", "replaced")
    DELETE = ("delete", "-", "red", "deleted")
    LEAVE_BEHIND = ("leave-behind", "-", "red", "left behind")
    MAY_REPLACE = ("may-replace", "±", "red", "may be replaced")
    MAY_DELETE = ("may-delete", "-", "red", "may be deleted")
    UPDATE = ("update", "~", "yellow", "updated in place")
    UPDATE_TAGS = ("update-tags", "~", "yellow", "updated in its tags")
    SYNC = ("sync", "~", "yellow", "brought back to the template")
    MAY_UPDATE = ("may-update", "~", "yellow", "may be updated")
    IMPORT = ("import", ">", "green", "imported")
    MAY_CREATE = ("may-create", "+", "green", "may be created")
    CREATE = ("create", "+", "green", "created")
    DECIDED_LATER = ("decided-later", "?", "", "decided later")
    UNKNOWN = ("change", "?", "", "changed in a way that is not known here")

    def __init__(self, id_: str, sign: str, colour: str, told: str) -> None:
        self.id = id_
        self.sign = sign
        self.colour = colour
        self.told = told

    @property
    def word(self) -> str:
        """What it does, in a word or two: `may replace`."""
        return self.id.replace("-", " ")
