"""The parts of a picture as SVG: boxes, frames, lines, labels."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from tapgen.printable import one_line
from tapgen.review.picture.colours import FILLS, STATUS_FILLS
from tapgen.review.picture.layout import Box
from tapgen.review.picture.model import LOCK, Arrow, Node

# All in pixels.
CHARACTER: Final = 7.4  # the width of an average character at 13 px, rounded up
HEIGHT: Final = 44  # of a resource
PADDING: Final = 14
TITLE: Final = 26  # above each group
MARGIN: Final = 20
PALE: Final = "#a0aec0"


def written(text: str) -> str:
    """A text inside SVG."""
    return escape(one_line(text))


def frame(group: str, box: Box) -> list[str]:
    """A frame with its title."""
    size = f'x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"'
    place = f'x="{box.x + PADDING:.1f}" y="{box.y + 20:.1f}"'
    return [
        f'<rect {size} rx="8" fill="#fbfbfd" stroke="#e2e8f0"/>',
        f'<text {place} font-size="13" font-weight="600" fill="#4a5568">{written(group)}</text>',
    ]


def shape(node: Node, box: Box, *, coloured: bool) -> Iterator[str]:
    """A resource: entries are round, stores are cylinders, what an open condition decides has a broken line."""
    fill, stroke = FILLS[node.kind]
    dashes, thickness = "", 1.2
    if coloured and node.status:
        fill, stroke = STATUS_FILLS[node.status]
        thickness = 2.2
        dashes = ' stroke-dasharray="5 3"' if node.status == "removed" else ""
    if node.condition:
        dashes = ' stroke-dasharray="2 3"'
    radius = HEIGHT / 2 if node.kind == "entry" else 5
    style = f'fill="{fill}" stroke="{stroke}" stroke-width="{thickness}"{dashes}'
    if node.kind == "store":
        left, right, upper, lower = box.x, box.x + box.width, box.y + 5, box.y + box.height - 5
        half = box.width / 2
        yield (
            f'<path d="M{left:.1f} {upper:.1f} A{half:.1f} 6 0 0 1 {right:.1f} {upper:.1f} V{lower:.1f} '
            f'A{half:.1f} 6 0 0 1 {left:.1f} {lower:.1f} Z" {style}/>'
        )
        yield (
            f'<path d="M{left:.1f} {upper:.1f} A{half:.1f} 6 0 0 0 {right:.1f} {upper:.1f}" fill="none" '
            f'stroke="{stroke}" stroke-width="{thickness}"/>'
        )
    else:
        yield (
            f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" '
            f'rx="{radius:.0f}" {style}/>'
        )
    centre = box.x + box.width / 2
    top = box.y + (box.height - HEIGHT) / 2
    shift = 4 if node.kind == "store" else 0
    anchor = f'x="{centre:.1f}" text-anchor="middle"'
    yield f'<text {anchor} y="{top + 19 + shift:.1f}" font-size="13" fill="#1a202c">{written(node.id)}</text>'
    yield f'<text {anchor} y="{top + 34 + shift:.1f}" font-size="11" fill="#4a5568">{written(node.short_type)}</text>'


def line(arrow: Arrow, way: str, *, coloured: bool) -> str:
    """An arrow along a way, which is a path's data."""
    status = arrow.status if coloured else ""
    colour = STATUS_FILLS[status][1] if status else PALE
    width = 2.2 if status else 1.1
    return (
        f'<path d="{way}" fill="none" stroke="{colour}" stroke-width="{width}" marker-end="url(#{status or "plain"})"/>'
    )


def label_lines(arrow: Arrow, most: int) -> list[str]:
    """The lines of an arrow's label; more than `most` are counted in the last one."""
    lines = arrow.label.split("\n") if arrow.label else []
    return lines if len(lines) <= most else [*lines[: most - 1], f"{len(lines) - most + 1} more"]


def label(text: str, x: float, y: float, anchor: str) -> Iterator[str]:
    """A line of a label, on white; a lock at its beginning is drawn, since few fonts have one."""
    locked = text.startswith(LOCK)
    shown = text.removeprefix(LOCK).strip()
    yield (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="11" text-anchor="{anchor}" fill="#2d3748" stroke="#ffffff" '
        f'stroke-width="3" paint-order="stroke">{written(shown)}</text>'
    )
    if locked:
        left, top = x - len(shown) * 3.1 - 10, y - 5
        yield (
            f'<path d="M{left:.1f} {top:.1f} h7 v5.5 h-7 Z '
            f'M{left + 1.3:.1f} {top:.1f} v-1.5 a2.2 2.2 0 0 1 4.4 0 v1.5" '
            'fill="#b7791f" fill-rule="evenodd" stroke="#b7791f" stroke-width="1"/>'
        )
