"""A layered layout: boxes in columns from left to right, edges through slots of their own, so that none crosses a box.

The method of Sugiyama, Tagawa and Toda (1981), with a column for labels between each two of boxes. Our own, since what
pure Python offers is unkept, and a script would have to run wherever a picture is made; it is linear in the picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from tapgen.review.picture.columns import Columns, Key, order, settle
from tapgen.review.picture.ranks import columns_of, turned_edges

T = TypeVar("T")
# All in pixels.
_SLOT: Final = 10  # the height of a slot without a label
_CHANNEL: Final = 34  # from a column to the next, beside the labels between
_PORT: Final = 12  # between two edges at one side of a box


@dataclass(frozen=True)
class Wire:
    """An edge, with the size of its label."""

    source: str
    target: str
    width: float = 0
    height: float = 0


@dataclass(frozen=True)
class Box:
    """Where something stands: its left upper corner and its size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """The height of its middle."""
        return self.y + self.height / 2


@dataclass(frozen=True)
class Layout:
    """Where everything is. A way is the points that an edge passes, a label's place is None where it has no label."""

    boxes: Mapping[str, Box]
    ways: tuple[tuple[tuple[float, float], ...], ...]
    labels: tuple[Box | None, ...]
    width: float
    height: float


def layout(sizes: Mapping[str, tuple[float, float]], wires: Sequence[Wire], bands: Mapping[str, int]) -> Layout:
    """The layout of boxes by their sizes; those of a lower band stand above those of a higher one."""
    edges = [wire for wire in wires if wire.source != wire.target]
    turned = turned_edges(list(sizes), [(wire.source, wire.target) for wire in edges])
    ranks = columns_of(list(sizes), [(b, a) if (a, b) in turned else (a, b) for a, b in _pairs(edges)])
    grid = Columns(
        [[] for _ in range(2 * max(ranks.values(), default=0) + 1)],
        _keyed(sizes),
        _keyed(bands),
    )
    for name, rank in ranks.items():
        grid.columns[2 * rank].append(name)
    chains = [list(_chain(wire, ranks, grid, number, turned)) for number, wire in enumerate(edges)]
    order(grid)
    settle(grid)
    return _drawn(grid, edges, chains, turned)


def slots(wires: Sequence[Wire]) -> int:
    """How many slots a layout would need: what its time and size grow with. Circles and boxes without edges are few."""
    names = list(dict.fromkeys(name for pair in _pairs(wires) for name in pair))
    turned = turned_edges(names, list(_pairs(wires)))
    pairs = [(b, a) if (a, b) in turned else (a, b) for a, b in _pairs(wires) if a != b]
    ranks = columns_of(names, pairs)
    return sum(2 * (ranks[target] - ranks[source]) - 1 for source, target in pairs)


def _keyed(values: Mapping[str, T]) -> dict[Key, T]:
    return dict(values.items())  # a box's name is a key


def _pairs(wires: Sequence[Wire]) -> Iterator[tuple[str, str]]:
    return ((wire.source, wire.target) for wire in wires)


def _chain(
    wire: Wire, ranks: Mapping[str, int], grid: Columns, number: int, turned: frozenset[tuple[str, str]]
) -> Iterator[Key]:
    """The keys that an edge passes from left to right: its ends and a slot in each column between them."""
    ends = (wire.source, wire.target)
    first, last = reversed(ends) if ends in turned else ends
    columns = range(2 * ranks[first] + 1, 2 * ranks[last])
    labelled = columns[-1] if ends in turned else columns[0]
    band = max(grid.bands[first], grid.bands[last]) - 0.5 * (grid.bands[first] != grid.bands[last])
    before: Key = first
    yield first
    for column in columns:
        key = number * 1000 + column
        grid.sizes[key] = (wire.width, wire.height) if column == labelled and wire.height else (0, _SLOT)
        grid.bands[key] = band
        grid.columns[column].append(key)
        grid.link(before, key)
        before = key
        yield key
    grid.link(before, last)
    yield last


def _drawn(grid: Columns, edges: Sequence[Wire], chains: list[list[Key]], turned: frozenset[tuple[str, str]]) -> Layout:
    top = min((grid.middles[key] - grid.sizes[key][1] / 2 for key in grid.middles), default=0)
    x, boxes, spans = 0.0, dict[Key, Box](), dict[Key, tuple[float, float]]()
    for index, column in enumerate(grid.columns):
        width = max((grid.sizes[key][0] for key in column), default=0) + (_CHANNEL * 2 if index % 2 else 0)
        for key in column:
            own, height = grid.sizes[key]
            boxes[key] = Box(x + (width - own) / 2, grid.middles[key] - height / 2 - top, own, height)
            spans[key] = (x, x + width)
        x += width
    ports = _ports(chains, boxes)
    between = {key for column in grid.columns[1::2] for key in column}
    ways, labels = [], []
    for number, (wire, chain) in enumerate(zip(edges, chains, strict=True)):
        first, last = chain[0], chain[-1]
        left, right = ports[number, 0], ports[number, 1]
        points = [(boxes[first].x + boxes[first].width, left), (spans[first][1], left)]
        for key in chain[1:-1]:
            inset = _CHANNEL if key in between else 0
            points += [(spans[key][0] + inset, boxes[key].middle), (spans[key][1] - inset, boxes[key].middle)]
        points += [(spans[last][0], right), (boxes[last].x, right)]
        ways.append(tuple(points if (wire.source, wire.target) not in turned else reversed(points)))
        labels.append(next((boxes[key] for key in chain[1:-1] if grid.sizes[key][0]), None))
    height = max((box.y + box.height for box in boxes.values()), default=0)
    named = {key: box for key, box in boxes.items() if isinstance(key, str)}
    return Layout(named, tuple(ways), tuple(labels), x, height)


def _ports(chains: list[list[Key]], boxes: Mapping[Key, Box]) -> dict[tuple[int, int], float]:
    """(number of the edge, 0 at its left end or 1 at its right) -> its height at the box."""
    ports: dict[tuple[int, int], float] = {}
    for side in (0, 1):
        at: dict[Key, list[int]] = {}
        for number, chain in enumerate(chains):
            at.setdefault(chain[-side], []).append(number)
        for key, numbers in at.items():
            numbers.sort(key=lambda number, side=side: boxes[chains[number][-2 if side else 1]].middle)  # type: ignore[misc]
            step = min(_PORT, (boxes[key].height - _PORT) / max(len(numbers) - 1, 1))
            for index, number in enumerate(numbers):
                ports[number, side] = boxes[key].middle + (index - (len(numbers) - 1) / 2) * step
    return ports
