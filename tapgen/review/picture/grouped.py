"""A picture by its groups: side by side, their resources below each other, curves between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from tapgen.review.picture.layout import Box
from tapgen.review.picture.model import Arrow, Node, Picture
from tapgen.review.picture.shapes import CHARACTER, HEIGHT, MARGIN, PADDING, TITLE, frame, label, label_lines, line

# All in pixels.
_GAP: Final = 14  # between resources
_CHANNEL: Final = 110  # between columns, where the curves run
_MOST_ROWS: Final = 12  # a longer group is broken into columns of its own
_SWEEPS: Final = 8  # passes of the ordering; more change nothing that one sees
_MOST_LINES: Final = 4  # of a label
_SWING: Final = 70  # how far the curves within a column reach out of it
_LEADING: Final = 14  # from one line of a label to the next


def grouped(picture: Picture) -> tuple[Mapping[str, Box], list[str], list[str], float, float]:
    """The boxes, what lies below and above them, and the size of it all."""
    boxes, frames, width, height = _place(_columns(picture), picture.arrows)
    below = [*frames, *(one for arrow in picture.arrows for one in _curve(arrow, boxes, coloured=picture.coloured))]
    return boxes, below, list(_labels(picture.arrows, boxes)), width, height


def _columns(picture: Picture) -> list[tuple[str, list[Node]]]:
    """Groups as columns; in each the order that brings resources near to what they are tied to."""
    columns = []
    for group in picture.groups:
        members = list(picture.members[group])
        count = -(-len(members) // _MOST_ROWS)
        rows = -(-len(members) // count)
        columns += [(group, members[start : start + rows]) for start in range(0, len(members), rows)]
    tied: dict[str, list[str]] = {}
    for arrow in picture.arrows:
        tied.setdefault(arrow.source, []).append(arrow.target)
        tied.setdefault(arrow.target, []).append(arrow.source)
    for _ in range(_SWEEPS):
        place = {node.id: index / len(nodes) for _, nodes in columns for index, node in enumerate(nodes)}
        for _, nodes in columns:
            nodes.sort(key=lambda node: _mean([place[name] for name in tied.get(node.id, ())], place[node.id]))
    return columns


def _mean(values: list[float], default: float) -> float:
    return sum(values) / len(values) if values else default


def _place(
    columns: list[tuple[str, list[Node]]], arrows: Sequence[Arrow]
) -> tuple[dict[str, Box], list[str], float, float]:
    tallest = max((len(nodes) for _, nodes in columns), default=0)
    total = tallest * (HEIGHT + _GAP) - _GAP
    boxes: dict[str, Box] = {}
    frames: list[str] = []
    x, channel = float(MARGIN), float(_CHANNEL)
    for group, nodes in columns:
        width = max(max(len(node.id), len(node.short_type) * 0.85) for node in nodes) * CHARACTER + 2 * PADDING
        own = len(nodes) * (HEIGHT + _GAP) - _GAP
        top = MARGIN + TITLE + PADDING + (total - own) / 2
        for index, node in enumerate(nodes):
            boxes[node.id] = Box(x + PADDING, top + index * (HEIGHT + _GAP), width, HEIGHT)
        frames += frame(group, Box(x, top - PADDING - TITLE, width + 2 * PADDING, own + 2 * PADDING + TITLE))
        members = {node.id for node in nodes}
        labels = [len(one) for arrow in arrows if arrow.source in members for one in label_lines(arrow, _MOST_LINES)]
        channel = max(_CHANNEL, max(labels, default=0) * CHARACTER * 0.85 + 30)
        x += width + 2 * PADDING + channel
    height = total + 2 * (MARGIN + PADDING) + TITLE + 30
    return boxes, frames, max(x - channel + MARGIN + _SWING, 480), height


def _ends(arrow: Arrow, boxes: Mapping[str, Box]) -> tuple[float, float, float, float, float]:
    """From, to, and how far the curve swings out; between columns left to right, in one column around its right."""
    one, other = boxes[arrow.source], boxes[arrow.target]
    if one.x + one.width < other.x:
        return one.x + one.width, one.middle, other.x, other.middle, (other.x - one.x - one.width) / 2
    if other.x + other.width < one.x:
        return one.x, one.middle, other.x + other.width, other.middle, (other.x + other.width - one.x) / 2
    return one.x + one.width, one.middle, other.x + other.width, other.middle, 30 + abs(one.y - other.y) / 8


def _curve(arrow: Arrow, boxes: Mapping[str, Box], *, coloured: bool) -> Iterator[str]:
    x, y, to_x, to_y, swing = _ends(arrow, boxes)
    same = (to_x > x) == (swing > 0) and abs(to_x - x) > 1
    back = to_x - swing if same else to_x + swing
    way = f"M{x:.1f} {y:.1f} C{x + swing:.1f} {y:.1f} {back:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}"
    yield line(arrow, way, coloured=coloured)


def _labels(arrows: Sequence[Arrow], boxes: Mapping[str, Box]) -> Iterator[str]:
    """The labels, beside where their arrows begin; those of one resource stand below each other."""
    taken: Counter[tuple[str, bool]] = Counter()
    for arrow in arrows:
        if arrow.label:
            x, y, _, to_y, swing = _ends(arrow, boxes)
            down = to_y >= y
            for text in label_lines(arrow, _MOST_LINES):
                shift = 13 + _LEADING * taken[arrow.source, down]
                side = 8 if swing > 0 else -8
                yield from label(text, x + side, y + (shift if down else 3 - shift), "start" if swing > 0 else "end")
                taken[arrow.source, down] += 1
