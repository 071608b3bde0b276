"""Cells and who reads them: what grows is evaluated again, within a budget of steps."""

from __future__ import annotations

from collections import deque
from enum import IntEnum

from tapgen.proof.interpret.cells import KEYS, REST, Cell, Key, Space
from tapgen.proof.interpret.frames import Frame
from tapgen.proof.interpret.python.containers import Container
from tapgen.proof.interpret.python.plain import Const
from tapgen.proof.interpret.python.values import EMPTY, OPAQUE, UNKNOWN, Value, Values

STEPS = 8_000
STEPS_PER_BYTE = 0.2
"""Calls that are evaluated at most, in all and for each byte of source; beyond that the analysis is made coarser."""

MOST_CONSTANTS = 24
MOST_CONTAINERS = 16
"""Values told apart in one cell; beyond that constants are widened to "anything", and containers to a single one."""


MOST_VALUES = 8
"""Values told apart in one cell of the coarsest analysis; beyond that those that are no boto3 objects are let go:
whatever they can do counts, wherever it may be that they are called."""


class Detail(IntEnum):
    """How much is told apart: less of it for sources of which the analysis would take too long."""

    FINE = 1
    COARSE = 4
    """Functions have one context, containers are all one, and so are the objects of a class."""
    COARSEST = 16
    """Cells with many values are widened, whatever these are."""


class TooEntangledError(Exception):
    """The fixpoint is not reached in a number of steps that is in proportion to the size of the source."""


class Memory:
    """The sets of values, the frames that wait because one of them grew, and the steps that are left."""

    def __init__(self, detail: Detail) -> None:
        self.detail = detail
        self.steps = STEPS * detail
        self.queue: deque[Frame] = deque()
        self.free: dict[Value, None] = {}
        """Values that were let go."""
        self.freeing: Value | None = None
        """The one of them that is being called."""
        self.pool = Container(0, "dict")
        self.loose = Space()
        """Values stored in attributes and items of unknown objects, by name."""

    def write(self, cell: Cell, values: Values) -> None:
        """Add the values to the cell."""
        if values <= cell.values:
            return
        grown = cell.values | values
        if cell.wide or len(grown) > (MOST_CONSTANTS if self.detail < Detail.COARSEST else MOST_VALUES):
            grown = self._pooled(_widened(cell, grown))
            if self.detail == Detail.COARSEST:
                cell.wide = True
                grown = self._let_go(grown)
            if grown == cell.values:
                return
        cell.values = grown
        if len(grown) > MOST_CONSTANTS:
            self.step(len(grown))
        self._wake(cell)

    def let_go(self, value: Value) -> bool:
        """In the coarsest analysis it is enough to call once what escapes, wherever it does."""
        if self.detail < Detail.COARSEST or value is self.freeing:
            return False
        self.free[value] = None
        return True

    def _let_go(self, values: Values) -> Values:
        """Everything but boto3's objects and containers is taken out of its cell and may be called by anybody."""
        free = [value for value in values if not value.kept]
        self.free |= dict.fromkeys(free)
        return values.difference(free) | UNKNOWN

    def _pooled(self, values: Values) -> Values:
        """Many containers in one place are taken for a single one, which holds what any of them holds."""
        containers = [value for value in values if isinstance(value, Container)]
        if len(containers) <= MOST_CONTAINERS:
            return values
        pool = self.pool
        for one in containers:
            old = one.space
            if old is not pool.space:
                one.space = pool.space
                for key, cell in list(old.cells.items()):
                    self.write(pool.space.cell(KEYS if key is KEYS else REST), cell.values)
                    self.write(pool.space.cell(KEYS), UNKNOWN)
                    self._wake(cell)
        return values.difference(containers) | {pool}

    def contents(self, frame: Frame, space: Space) -> Values:
        """The values of all cells of a space."""
        space.cell(REST)
        self.step(len(space.cells) // 4)
        found = []
        for key, cell in space.cells.items():
            if key is not KEYS:
                cell.readers[frame.unit] = None
                found.append(cell.values)
        return EMPTY.union(*found)

    def is_read(self, key: Key) -> bool:
        """Whether the code reads what stands under that key in objects that are not analysed."""
        return bool(key in self.loose.cells and self.loose.cells[key].readers)

    def put(self, space: Space, key: Key, values: Values) -> None:
        """Add values to an item; readers of all items see a new key through the cell of the rest."""
        if space is self.pool.space and self.detail == Detail.COARSEST and key is not REST:
            self.write(space.cell(KEYS), UNKNOWN)
            key = REST
        if key not in space.cells:
            self._wake(space.cell(REST))
        self.write(space.cell(key), values)

    def _wake(self, cell: Cell) -> None:
        for reader in cell.readers:
            self.enqueue(reader)

    def enqueue(self, frame: Frame) -> None:
        """Have the frame evaluated again."""
        if not frame.queued:
            frame.queued = True
            self.queue.append(frame)

    def step(self, values: int = 1) -> None:
        """Count work in proportion to the values that it goes through."""
        self.steps -= 1 + values // 4
        if self.steps < 0:
            raise TooEntangledError


def _widened(cell: Cell, values: Values) -> Values:
    if cell.wide or sum(value.constant for value in values) > MOST_CONSTANTS:
        cell.wide = True
        values = frozenset(value for value in values if not isinstance(value, Const)) | {OPAQUE}
    return values
