"""A layered layout: boxes in columns from left to right, edges through slots of their own, so that none crosses a box.

The method of Sugiyama, Tagawa and Toda (1981), with a column for labels between each two of boxes. Our own, since what
pure Python offers is unkept, and a script would have to run wherever a picture is made; it is linear in the picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

T = TypeVar("T")
Key = str | int
"""A box by its name; a slot in an edge's way by a number."""

# All in pixels.
_GAP: Final = 18  # between what stands in one column
_SLOT: Final = 10  # the height of a slot without a label
_CHANNEL: Final = 34  # from a column to the next, beside the labels between
_PORT: Final = 12  # between two edges at one side of a box
_TOP: Final = -1e9
_SWEEPS: Final = 12  # passes over the columns; more change nothing that one sees


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


@dataclass
class _Columns:
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


def layout(sizes: Mapping[str, tuple[float, float]], wires: Sequence[Wire], bands: Mapping[str, int]) -> Layout:
    """The layout of boxes by their sizes; those of a lower band stand above those of a higher one."""
    edges = [wire for wire in wires if wire.source != wire.target]
    turned = _turned(list(sizes), [(wire.source, wire.target) for wire in edges])
    ranks = _ranks(list(sizes), [(b, a) if (a, b) in turned else (a, b) for a, b in _pairs(edges)])
    grid = _Columns(
        [[] for _ in range(2 * max(ranks.values(), default=0) + 1)],
        _keyed(sizes),
        _keyed(bands),
    )
    for name, rank in ranks.items():
        grid.columns[2 * rank].append(name)
    chains = [list(_chain(wire, ranks, grid, number, turned)) for number, wire in enumerate(edges)]
    _order(grid)
    _settle(grid)
    return _drawn(grid, edges, chains, turned)


def slots(wires: Sequence[Wire]) -> int:
    """How many slots a layout would need: what its time and size grow with. Circles and boxes without edges are few."""
    names = list(dict.fromkeys(name for pair in _pairs(wires) for name in pair))
    turned = _turned(names, list(_pairs(wires)))
    pairs = [(b, a) if (a, b) in turned else (a, b) for a, b in _pairs(wires) if a != b]
    ranks = _ranks(names, pairs)
    return sum(2 * (ranks[target] - ranks[source]) - 1 for source, target in pairs)


def _keyed(values: Mapping[str, T]) -> dict[Key, T]:
    return dict(values.items())  # a box's name is a key


def _pairs(wires: Sequence[Wire]) -> Iterator[tuple[str, str]]:
    return ((wire.source, wire.target) for wire in wires)


def _turned(names: list[str], pairs: list[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """The edges that lead back to where one came from: turned round, no circle is left."""
    following: dict[str, list[str]] = {}
    for source, target in pairs:
        following.setdefault(source, []).append(target)
    state: dict[str, int] = {}  # 1: on the way, 2: done
    back = set()
    entered = {target for _, target in pairs}
    for start in sorted(names, key=lambda name: name in entered):
        stack = [(start, iter(following.get(start, ())))] if start not in state else []
        state.setdefault(start, 1)
        while stack:
            here, rest = stack[-1]
            target = next(rest, "")
            if not target:
                state[here] = 2
                stack.pop()
            elif state.get(target) == 1:
                back.add((here, target))
            elif target not in state:
                state[target] = 1
                stack.append((target, iter(following.get(target, ()))))
    return frozenset(back)


def _ranks(names: list[str], pairs: list[tuple[str, str]]) -> dict[str, int]:
    """The column of each: behind all that lead to it; what nothing leads to stands just before what it leads to."""
    following: dict[str, list[str]] = {}
    open_ones = dict.fromkeys(names, 0)
    for source, target in dict.fromkeys(pairs):
        following.setdefault(source, []).append(target)
        open_ones[target] += 1
    entered = {target for _, target in pairs}
    ranks = dict.fromkeys(names, 0)
    free = [name for name in names if not open_ones[name]]
    while free:
        name = free.pop()
        for target in following.get(name, ()):
            ranks[target] = max(ranks[target], ranks[name] + 1)
            open_ones[target] -= 1
            if not open_ones[target]:
                free.append(target)
    for name, targets in following.items():
        if name not in entered:
            ranks[name] = min(ranks[target] for target in targets) - 1
    lonely = [name for name in names if name not in entered and name not in following]
    for index, name in enumerate(lonely):
        ranks[name] = index % (max(ranks.values()) + 1 if len(names) > len(lonely) else 4)
    return ranks


def _chain(
    wire: Wire, ranks: Mapping[str, int], grid: _Columns, number: int, turned: frozenset[tuple[str, str]]
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


def _order(grid: _Columns) -> None:
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


def _settle(grid: _Columns) -> None:
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


def _reach(grid: _Columns) -> dict[float, tuple[int, int]]:
    """The first and the last column that has a box of each band."""
    reach: dict[float, tuple[int, int]] = {}
    for index, column in enumerate(grid.columns):
        for band in {grid.bands[key] for key in column if isinstance(key, str)}:
            reach[band] = reach.get(band, (index, index))[0], index
    return reach


def _press_down(column: list[Key], grid: _Columns, band: float, floor: float) -> None:
    """Keep a column's boxes of a band below a height, and its keys apart."""
    lowest = _TOP
    for key in column:
        half = grid.sizes[key][1] / 2
        bound = floor + half if isinstance(key, str) and grid.bands[key] == band else _TOP
        grid.middles[key] = max(grid.middles[key], lowest + half, bound)
        lowest = grid.middles[key] + half + _GAP


def _near_to_neighbours(column: list[Key], grid: _Columns) -> None:
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


def _drawn(
    grid: _Columns, edges: Sequence[Wire], chains: list[list[Key]], turned: frozenset[tuple[str, str]]
) -> Layout:
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
