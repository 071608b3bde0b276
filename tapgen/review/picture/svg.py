"""A picture as SVG, drawn here: groups side by side, their resources below each other, curves between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from tapgen.review.picture.drawing import Arrow, Node, Picture
from tapgen.review.picture.mermaid import FILLS, STATUS_FILLS
from tapgen.review.report.phrases import printable

# All in pixels.
_CHARACTER: Final = 7.4  # the width of an average character at 13 px, rounded up
_HEIGHT: Final = 44  # of a resource
_GAP: Final = 14  # between resources
_CHANNEL: Final = 110  # between columns, where the curves run
_PADDING: Final = 14
_TITLE: Final = 26  # above each group
_MARGIN: Final = 20
_MOST_ROWS: Final = 12  # a longer group is broken into columns of its own
_SWEEPS: Final = 8  # passes of the ordering; more change nothing that one sees
_MOST_LINES: Final = 4  # of a label
_SWING: Final = 70  # how far the curves within a column reach out of it
_LEADING: Final = 14  # from one line of a label to the next
_FONTS: Final = "system-ui, Helvetica, Arial, sans-serif"
_PALE: Final = "#a0aec0"


@dataclass(frozen=True)
class _Box:
    x: float
    y: float
    width: float

    @property
    def middle(self) -> float:
        return self.y + _HEIGHT / 2


def svg(picture: Picture) -> str:
    """The whole file."""
    columns = _columns(picture)
    boxes, frames, width, height = _place(columns, picture.arrows)
    size = f"{width:.0f} {height:.0f}"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" font-family="{_FONTS}">',
        f"<title>{_text(picture.title)}</title>",
        *_markers(picture),
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
        *(line for frame in frames for line in frame),
        *(line for arrow in picture.arrows for line in _curve(arrow, boxes, coloured=picture.coloured)),
        *(line for node in picture.nodes for line in _node(node, boxes[node.id], coloured=picture.coloured)),
        *_labels(picture.arrows, boxes),
        *_legend(picture, height),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    return escape(printable(text))


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
) -> tuple[dict[str, _Box], list[list[str]], float, float]:
    tallest = max((len(nodes) for _, nodes in columns), default=0)
    total = tallest * (_HEIGHT + _GAP) - _GAP
    boxes: dict[str, _Box] = {}
    frames = []
    x, channel = float(_MARGIN), float(_CHANNEL)
    for group, nodes in columns:
        width = max(max(len(node.id), len(node.short_type) * 0.85) for node in nodes) * _CHARACTER + 2 * _PADDING
        own = len(nodes) * (_HEIGHT + _GAP) - _GAP
        top = _MARGIN + _TITLE + _PADDING + (total - own) / 2
        for index, node in enumerate(nodes):
            boxes[node.id] = _Box(x + _PADDING, top + index * (_HEIGHT + _GAP), width)
        frames.append(_frame(group, x, top - _PADDING - _TITLE, width + 2 * _PADDING, own + 2 * _PADDING + _TITLE))
        members = {node.id for node in nodes}
        labels = [len(line) for arrow in arrows if arrow.source in members for line in _lines(arrow)]
        channel = max(_CHANNEL, max(labels, default=0) * _CHARACTER * 0.85 + 30)
        x += width + 2 * _PADDING + channel
    height = total + 2 * (_MARGIN + _PADDING) + _TITLE + 30
    return boxes, frames, max(x - channel + _MARGIN + _SWING, 480), height


def _frame(group: str, x: float, y: float, width: float, height: float) -> list[str]:
    size = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    place = f'x="{x + _PADDING:.1f}" y="{y + 20:.1f}"'
    return [
        f'<rect {size} rx="8" fill="#fbfbfd" stroke="#e2e8f0"/>',
        f'<text {place} font-size="13" font-weight="600" fill="#4a5568">{_text(group)}</text>',
    ]


def _node(node: Node, box: _Box, *, coloured: bool) -> Iterator[str]:
    fill, stroke = FILLS[node.kind]
    dashes, thickness = "", 1.2
    if coloured and node.status:
        fill, stroke = STATUS_FILLS[node.status]
        thickness = 2.2
        dashes = ' stroke-dasharray="5 3"' if node.status == "removed" else ""
    radius = _HEIGHT / 2 if node.kind == "entry" else 5
    style = f'fill="{fill}" stroke="{stroke}" stroke-width="{thickness}"{dashes}'
    if node.kind == "store":
        left, right, top, bottom = box.x, box.x + box.width, box.y + 5, box.y + _HEIGHT - 5
        half = box.width / 2
        yield (
            f'<path d="M{left:.1f} {top:.1f} A{half:.1f} 6 0 0 1 {right:.1f} {top:.1f} V{bottom:.1f} '
            f'A{half:.1f} 6 0 0 1 {left:.1f} {bottom:.1f} Z" {style}/>'
        )
        yield (
            f'<path d="M{left:.1f} {top:.1f} A{half:.1f} 6 0 0 0 {right:.1f} {top:.1f}" fill="none" '
            f'stroke="{stroke}" stroke-width="{thickness}"/>'
        )
    else:
        yield (
            f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{_HEIGHT}" '
            f'rx="{radius:.0f}" {style}/>'
        )
    centre = box.x + box.width / 2
    shift = 4 if node.kind == "store" else 0
    anchor = f'x="{centre:.1f}" text-anchor="middle"'
    yield f'<text {anchor} y="{box.y + 19 + shift:.1f}" font-size="13" fill="#1a202c">{_text(node.id)}</text>'
    yield f'<text {anchor} y="{box.y + 34 + shift:.1f}" font-size="11" fill="#4a5568">{_text(node.short_type)}</text>'


def _ends(arrow: Arrow, boxes: Mapping[str, _Box]) -> tuple[float, float, float, float, float]:
    """From, to, and how far the curve swings out; between columns left to right, in one column around its right."""
    one, other = boxes[arrow.source], boxes[arrow.target]
    if one.x + one.width < other.x:
        return one.x + one.width, one.middle, other.x, other.middle, (other.x - one.x - one.width) / 2
    if other.x + other.width < one.x:
        return one.x, one.middle, other.x + other.width, other.middle, (other.x + other.width - one.x) / 2
    return one.x + one.width, one.middle, other.x + other.width, other.middle, 30 + abs(one.y - other.y) / 8


def _curve(arrow: Arrow, boxes: Mapping[str, _Box], *, coloured: bool) -> Iterator[str]:
    x, y, to_x, to_y, swing = _ends(arrow, boxes)
    same = (to_x > x) == (swing > 0) and abs(to_x - x) > 1
    back = to_x - swing if same else to_x + swing
    status = arrow.status if coloured else ""
    colour = STATUS_FILLS[status][1] if status else _PALE
    width = 2.2 if status else 1.1
    yield (
        f'<path d="M{x:.1f} {y:.1f} C{x + swing:.1f} {y:.1f} {back:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}" fill="none" '
        f'stroke="{colour}" stroke-width="{width}" marker-end="url(#{status or "plain"})"/>'
    )


def _labels(arrows: Sequence[Arrow], boxes: Mapping[str, _Box]) -> Iterator[str]:
    """The labels, beside where their arrows begin; those of one resource stand below each other."""
    taken: Counter[tuple[str, bool]] = Counter()
    for arrow in arrows:
        if arrow.label:
            x, y, _, to_y, swing = _ends(arrow, boxes)
            down = to_y >= y
            for line in _lines(arrow):
                shift = 13 + _LEADING * taken[arrow.source, down]
                place = f'x="{x + (8 if swing > 0 else -8):.1f}" y="{y + (shift if down else 3 - shift):.1f}"'
                anchor = "start" if swing > 0 else "end"
                yield (
                    f'<text {place} font-size="11" text-anchor="{anchor}" fill="#2d3748" stroke="#ffffff" '
                    f'stroke-width="3" paint-order="stroke">{_text(line)}</text>'
                )
                taken[arrow.source, down] += 1


def _lines(arrow: Arrow) -> list[str]:
    """The lines of a label; many are counted."""
    lines = arrow.label.split("\n") if arrow.label else []
    return lines if len(lines) <= _MOST_LINES else [*lines[: _MOST_LINES - 1], f"{len(lines) - _MOST_LINES + 1} more"]


def _markers(picture: Picture) -> Iterator[str]:
    colours = {"plain": _PALE}
    if picture.coloured:
        colours |= {str(name): pair[1] for name, pair in STATUS_FILLS.items()}
    yield "<defs>"
    for name, colour in colours.items():
        yield (
            f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
            'orient="auto" markerUnits="userSpaceOnUse">'
            f'<path d="M0 0 L8 4 L0 8 Z" fill="{colour}"/></marker>'
        )
    yield "</defs>"


def _legend(picture: Picture, height: float) -> Iterator[str]:
    """Under the picture, in a row."""
    entries: list[tuple[str, tuple[str, str]]] = [("public entry", FILLS["entry"]), ("data store", FILLS["store"])]
    if picture.coloured:
        entries += [(str(status), pair) for status, pair in STATUS_FILLS.items()]
    x = float(_MARGIN)
    for label, (fill, stroke) in entries:
        yield f'<rect x="{x:.1f}" y="{height - 26:.1f}" width="14" height="14" rx="3" fill="{fill}" stroke="{stroke}"/>'
        yield f'<text x="{x + 20:.1f}" y="{height - 14:.1f}" font-size="12" fill="#4a5568">{label}</text>'
        x += 36 + len(label) * _CHARACTER
