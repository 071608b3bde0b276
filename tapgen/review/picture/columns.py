"""The columns of a layered layout: the order within each, and the height of what stands there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

Key = str | int
"""A box by its name; a slot in an edge's way by a number."""

_GAP: Final = 18  # pixels between what stands in one column
_TOP: Final = -1e9
_SWEEPS: Final = 12  # passes over the columns; more change nothing that one sees


@dataclass
class Columns:
    """Columns of keys, each key with its size and its neighbours to both sides."""

    columns: list[list[Key]]
    sizes: dict[Key, tuple[float, float]]
    bands: dict[Key, float]
    left: dict[Key, list[Key]] = field(default_factory=dict)
    right: dict[Key, list[Key]] = field(default_factory=dict)
    middles: dict[Key, float] = field(default_factory=dict)

    def link(self, one: Key, other: Key) -> None:
        """Make two keys of columns side by side neighbours."""
        self.right.setdefault(one, []).append(other)
        self.left.setdefault(other, []).append(one)


def order(grid: Columns) -> None:
    """Sort each column by where the neighbours stand, to and fro."""
    place = {key: index for column in grid.columns for index, key in enumerate(column)}
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        for column in grid.columns if forward else reversed(grid.columns):
            near = grid.left if forward else grid.right
            means = {key: _mean([place[one] for one in near.get(key, ())], place[key]) for key in column}
            column.sort(key=lambda key, means=means: (grid.bands[key], means[key]))  # type: ignore[misc]
            place |= {key: index for index, key in enumerate(column)}


def _mean(values: Sequence[float], default: float) -> float:
    return sum(values) / len(values) if values else default


def settle(grid: Columns) -> None:
    """Give each key its height: as near to its neighbours as the order and the gaps let it."""
    for column in grid.columns:
        top = 0.0
        for key in column:
            height = grid.sizes[key][1]
            grid.middles[key] = top + height / 2
            top += height + _GAP
    for sweep in range(_SWEEPS):
        for column in grid.columns if sweep % 2 == 0 else reversed(grid.columns):
            _near_to_neighbours(column, grid)
    reach = _reach(grid)
    bottoms: dict[float, float] = {}
    for band in sorted(reach):
        for index, column in enumerate(grid.columns):
            above = [bottoms[one] for one in bottoms if reach[one][0] <= index <= reach[one][1]]
            _press_down(column, grid, band, max(above, default=_TOP) + 2.5 * _GAP)
        boxes = [key for column in grid.columns for key in column if isinstance(key, str) and grid.bands[key] == band]
        bottoms[band] = max(grid.middles[key] + grid.sizes[key][1] / 2 for key in boxes)


def _reach(grid: Columns) -> dict[float, tuple[int, int]]:
    """The first and the last column that has a box of each band."""
    reach: dict[float, tuple[int, int]] = {}
    for index, column in enumerate(grid.columns):
        for band in {grid.bands[key] for key in column if isinstance(key, str)}:
            reach[band] = reach.get(band, (index, index))[0], index
    return reach


def _press_down(column: list[Key], grid: Columns, band: float, floor: float) -> None:
    """Keep a column's boxes of a band below a height, and its keys apart."""
    lowest = _TOP
    for key in column:
        half = grid.sizes[key][1] / 2
        bound = floor + half if isinstance(key, str) and grid.bands[key] == band else _TOP
        grid.middles[key] = max(grid.middles[key], lowest + half, bound)
        lowest = grid.middles[key] + half + _GAP


def _near_to_neighbours(column: list[Key], grid: Columns) -> None:
    """Least squares under an order: keys that would overlap are pooled, and move as one block.

    Measured from where each would stand if the column were packed, heights must only not fall: isotonic regression, by
    pooling adjacent violators.
    """
    packed: list[float] = []
    blocks: list[tuple[float, int]] = []  # the sum of what its keys want, their number
    for index, key in enumerate(column):
        half = grid.sizes[key][1] / 2
        packed.append(packed[-1] + grid.sizes[column[index - 1]][1] / 2 + half + _GAP if index else 0.0)
        near = (*grid.left.get(key, ()), *grid.right.get(key, ()))
        total, count = _mean([grid.middles[one] for one in near], grid.middles[key]) - packed[-1], 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / count:
            before, number = blocks.pop()
            total, count = total + before, count + number
        blocks.append((total, count))
    heights = (total / count for total, count in blocks for _ in range(count))
    for key, own, height in zip(column, packed, heights, strict=True):
        grid.middles[key] = height + own
