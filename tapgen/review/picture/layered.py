"""A picture by its arrows: from the entries on the left to what they lead to, networks framed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from tapgen.review.picture.layout import Box, Layout, Wire, layout
from tapgen.review.picture.model import Arrow, Node, Picture
from tapgen.review.picture.shapes import CHARACTER, HEIGHT, MARGIN, PADDING, TITLE, frame, label, label_lines, line

# All in pixels.
_LEADING: Final = 14  # from one line of a label to the next
_SMALL: Final = 6.4  # the width of an average character of a label
_PORT: Final = 11  # of a box's height for each arrow at one side
_MOST_LINES: Final = 6  # of a label


def layered(picture: Picture) -> tuple[Mapping[str, Box], list[str], list[str], float, float]:
    """The boxes, what lies below and above them, and the size of it all."""
    arrows = list(picture.arrows)
    bands = {name: index for index, name in enumerate((*picture.groups, ""))}
    wires = [Wire(one.source, one.target, *_size(one)) for one in arrows]
    placed = layout(
        {node.id: _box(node, arrows) for node in picture.nodes},
        wires,
        {one.id: bands[one.group] for one in picture.nodes},
    )
    boxes = {name: _moved(box) for name, box in placed.boxes.items()}
    frames = [one for group in picture.groups for one in _frame(group, picture, boxes)]
    lines = [line(arrow, _way(way), coloured=picture.coloured) for arrow, way in zip(arrows, placed.ways, strict=True)]
    height = placed.height + 2 * MARGIN + TITLE + 2 * PADDING + 30
    return (
        boxes,
        [*frames, *lines],
        list(_labels(arrows, placed)),
        max(placed.width + 2 * MARGIN + 2 * PADDING, 480),
        height,
    )


def _moved(box: Box) -> Box:
    return Box(box.x + MARGIN + PADDING, box.y + MARGIN + TITLE + PADDING, box.width, box.height)


def _size(arrow: Arrow) -> tuple[float, float]:
    lines = label_lines(arrow, _MOST_LINES)
    return max(map(len, lines), default=0) * _SMALL, len(lines) * _LEADING


def _box(node: Node, arrows: list[Arrow]) -> tuple[float, float]:
    """A box is as wide as its texts, and as high as the arrows at one side of it need."""
    width = max(len(node.id), len(node.short_type) * 0.85) * CHARACTER + 2 * PADDING
    ends = max(sum(one.source == node.id for one in arrows), sum(one.target == node.id for one in arrows))
    return width, max(HEIGHT, _PORT * (ends + 1))


def _frame(group: str, picture: Picture, boxes: Mapping[str, Box]) -> Iterator[str]:
    members = [boxes[node.id] for node in picture.members[group]]
    left, top = min(box.x for box in members) - PADDING, min(box.y for box in members) - PADDING - TITLE
    right = max(box.x + box.width for box in members) + PADDING
    bottom = max(box.y + box.height for box in members) + PADDING
    yield from frame(group, Box(left, top, right - left, bottom - top))


def _way(points: tuple[tuple[float, float], ...]) -> str:
    """A path's data: level through each slot, a curve from one to the next."""
    moved = [(x + MARGIN + PADDING, y + MARGIN + TITLE + PADDING) for x, y in points]
    (x, y), *others = moved
    data = f"M{x:.1f} {y:.1f}"
    for to_x, to_y in others:
        if abs(to_y - y) < 0.05:
            data += f" H{to_x:.1f}"
        elif abs(to_x - x) > 0.05:
            middle = (x + to_x) / 2
            data += f" C{middle:.1f} {y:.1f} {middle:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}"
        else:
            data += f" V{to_y:.1f}"
        x, y = to_x, to_y
    return data


def _labels(arrows: list[Arrow], placed: Layout) -> Iterator[str]:
    for arrow, place in zip(arrows, placed.labels, strict=True):
        if place is not None:
            box = _moved(place)
            yield (
                f'<rect x="{box.x - 4:.1f}" y="{box.y:.1f}" width="{box.width + 8:.1f}" height="{box.height:.1f}" '
                'rx="3" fill="#ffffff" fill-opacity="0.9"/>'
            )
            for index, text in enumerate(label_lines(arrow, _MOST_LINES)):
                yield from label(text, box.x + box.width / 2, box.y + 11 + index * _LEADING, "middle")
