"""A picture as SVG, drawn here: no library that draws is needed to look at one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tapgen.review.picture.colours import FILLS, STATUS_FILLS
from tapgen.review.picture.grouped import grouped
from tapgen.review.picture.layered import layered
from tapgen.review.picture.model import Picture
from tapgen.review.picture.shapes import CHARACTER, MARGIN, PALE, shape, written

_FONTS: Final = "system-ui, Helvetica, Arial, sans-serif"


def svg(picture: Picture) -> str:
    """The whole file."""
    boxes, below, above, width, height = layered(picture) if picture.overview else grouped(picture)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" font-family="{_FONTS}">',
        f"<title>{written(picture.title)}</title>",
        *_markers(picture),
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
        *below,
        *(
            one
            for node in picture.nodes
            for one in (
                f'<g data-id="{written(node.id)}">',
                *shape(node, boxes[node.id], coloured=picture.coloured),
                "</g>",
            )
        ),
        *above,
        *_legend(picture, height),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _markers(picture: Picture) -> Iterator[str]:
    colours = {"plain": PALE}
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
    if any(node.kind == "function" for node in picture.nodes):
        entries.append(("function", FILLS["function"]))
    if picture.coloured:
        entries += [(str(status), pair) for status, pair in STATUS_FILLS.items()]
    x = float(MARGIN)
    for label, (fill, stroke) in entries:
        yield f'<rect x="{x:.1f}" y="{height - 26:.1f}" width="14" height="14" rx="3" fill="{fill}" stroke="{stroke}"/>'
        yield f'<text x="{x + 20:.1f}" y="{height - 14:.1f}" font-size="12" fill="#4a5568">{label}</text>'
        x += 36 + len(label) * CHARACTER
