"""Abstract locations: the cells that hold sets of values, and the keys under which they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from tapgen.proof.interpret.frames import Frame
    from tapgen.proof.interpret.python.values import Values


class Slot:
    """A key that no name and no item of the source can be mistaken for."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"<{self.name}>"


REST = Slot("rest")
"""All items or attributes whose key is not known."""
KEYS = Slot("keys")
"""The keys of those, as far as they are known."""
RETURN = Slot("return")
YIELD = Slot("yield")
CALLEE = Slot("callee")
"""The function of a `functools.partial`."""


@dataclass(frozen=True, slots=True)
class Default:
    """The default of a parameter, in the space of its function."""

    parameter: str


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Whether a parameter gets a literal that is not written at the call: a field's, an item's, a function's."""

    parameter: str


@dataclass(frozen=True, slots=True)
class Accessor:
    """What `@name.setter` or `@name.deleter` decorates, in the frame of its class."""

    attribute: str
    kind: str


@dataclass(frozen=True, slots=True)
class LooseItem:
    """An item with that key of any object that is not analysed."""

    key: str | int


Key: TypeAlias = str | int | Slot | Default | Unsettled | Accessor | LooseItem


class Cell:
    """An abstract location: all values that one variable, attribute, item or return value can have.

    `readers` are the units to evaluate again when it grows, in the order in which they came; `wide` says that its
    constants were widened.
    """

    __slots__ = ("readers", "values", "wide")

    def __init__(self) -> None:
        self.values: Values = frozenset()
        self.readers: dict[Frame, None] = {}
        self.wide = False


class Space:
    """Named cells: the variables of a frame, the attributes of an instance, the items of a container."""

    __slots__ = ("cells",)

    def __init__(self) -> None:
        self.cells: dict[Key, Cell] = {}

    def cell(self, key: Key) -> Cell:
        """The cell of that name, made when it is not there yet."""
        found = self.cells.get(key)
        if found is None:
            found = self.cells[key] = Cell()
        return found

    def names(self) -> list[str | int]:
        """The keys that the source itself can write."""
        return [key for key in self.cells if isinstance(key, str | int)]

    def indexes(self) -> list[int]:
        """The positions that are told apart, in order."""
        return sorted(key for key in self.cells if isinstance(key, int))
