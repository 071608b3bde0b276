"""Cells and who reads them: what grows is evaluated again, within a budget of steps."""

from __future__ import annotations

from collections import deque

from tapgen.proof.interpret.python.values import EMPTY, KEYS, OPAQUE, Cell, Const, Container, Frame, Space, Values
from tapgen.proof.interpret.results import EnvironmentVariable

STEPS = 8_000
STEPS_PER_BYTE = 0.2
"""Calls that are evaluated at most, in all and for each byte of source; beyond that the analysis is made coarser."""

MOST_CONSTANTS = 24
MOST_CONTAINERS = 16
"""Values told apart in one cell; beyond that constants count as unknown and containers as one."""


class TooEntangledError(Exception):
    """The fixpoint is not reached in a number of steps that is in proportion to the size of the source."""


class Memory:
    """The sets of values, the frames that wait because one of them grew, and the steps that are left."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.queue: deque[Frame] = deque()
        self.pool = Container("dict")
        self.loose = Space()
        """Values stored in attributes and items of unknown objects, by name."""

    def read(self, frame: Frame, cell: Cell) -> Values:
        """The cell's values; the frame is evaluated again when they grow."""
        cell.readers.add(frame.unit)
        return cell.values

    def write(self, cell: Cell, values: Values) -> None:
        """Add the values to the cell."""
        if values <= cell.values:
            return
        grown = cell.values | values
        if cell.wide or len(grown) > MOST_CONSTANTS:
            grown = self._pooled(_widened(cell, grown))
            if grown == cell.values:
                return
        cell.values = grown
        if len(grown) > MOST_CONSTANTS:
            self.step(len(grown))
        for reader in cell.readers:
            self.enqueue(reader)

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
                    self.write(pool.space.cell(KEYS if key == KEYS else "*"), cell.values)
                    self.write(pool.space.cell(KEYS), frozenset({OPAQUE}))
                    for reader in cell.readers:
                        self.enqueue(reader)
        return values.difference(containers) | {pool}

    def contents(self, frame: Frame, space: Space) -> Values:
        """The values of all cells of a space."""
        self.read(frame, space.cell("*"))
        self.step(len(space.cells) // 4)
        return EMPTY.union(*(self.read(frame, cell) for key, cell in list(space.cells.items()) if key != KEYS))

    def put(self, space: Space, key: str | int, values: Values) -> None:
        """Add values to an item; readers of all items see a new key through the cell `*`."""
        if key not in space.cells:
            for reader in space.cell("*").readers:
                self.enqueue(reader)
        self.write(space.cell(key), values)

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
    constants = sum(isinstance(value, Const | EnvironmentVariable) for value in values)
    if cell.wide or constants > MOST_CONSTANTS:
        cell.wide = True
        values = frozenset(value for value in values if not isinstance(value, Const)) | {OPAQUE}
    return values
