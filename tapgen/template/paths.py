"""Where something stands in a canonical document, and what stands where one of two documents has nothing."""

from __future__ import annotations

from enum import Enum
from typing import Final, Self

Path = tuple[str | int, ...]


class Index(int):
    """The index of a list item, with what identifies the item where something does, such as a tag's key."""

    name: str

    def __new__(cls, index: int, name: str = "") -> Self:
        """The index, which is equal to the plain number."""
        made = super().__new__(cls, index)
        made.name = name
        return made


class _Absent(Enum):
    ABSENT = "absent"

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent.ABSENT
"""Stands for a value that one of the two sides does not have; None is a value (YAML's null)."""
