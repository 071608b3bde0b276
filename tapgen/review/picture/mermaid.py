"""A picture as a Mermaid flowchart, which GitHub draws, and as a DOT graph."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from tapgen.printable import one_line
from tapgen.review.picture.colours import FILLS, STATUS_FILLS
from tapgen.review.picture.model import Node, Picture, Status

_SHAPES: Final = {"entry": ('(["', '"])'), "store": ('[("', '")]'), "plain": ('["', '"]'), "function": ('[["', '"]]')}
_PLAIN_ID = re.compile(r"[A-Z][A-Za-z0-9]*")


def mermaid(picture: Picture) -> str:
    """The flowchart, without a fence around it."""
    return "\n".join(_mermaid(picture)) + "\n"


def _mermaid(picture: Picture) -> Iterator[str]:
    names = {node.id: _name(node.id, index) for index, node in enumerate(picture.nodes)}
    groups = frozenset(picture.groups)
    yield "flowchart LR"
    for index, group in enumerate(picture.groups):
        yield f'  subgraph g{index}["{_escaped(group)}"]'
        yield from (f"  {_box(node, names, coloured=picture.coloured)}" for node in picture.members[group])
        yield "  end"
    yield from (_box(node, names, coloured=picture.coloured) for node in picture.nodes if node.group not in groups)
    styled: dict[Status, list[int]] = {}
    for index, arrow in enumerate(picture.arrows):
        lines = "<br/>".join(_escaped(line) for line in arrow.label.split("\n"))
        label = f'|"{lines}"|' if arrow.label else ""
        yield f"  {names[arrow.source]} -->{label} {names[arrow.target]}"
        if picture.coloured and arrow.status:
            styled.setdefault(arrow.status, []).append(index)
    for kind, (fill, stroke) in FILLS.items():
        yield f"  classDef {kind} fill:{fill},stroke:{stroke},color:#1a202c"
    if picture.coloured:
        for status, (fill, stroke) in STATUS_FILLS.items():
            dashes = ",stroke-dasharray:4" if status == "removed" else ""
            yield f"  classDef {status} fill:{fill},stroke:{stroke},stroke-width:3px,color:#1a202c{dashes}"
    for status, indices in styled.items():
        yield f"  linkStyle {','.join(map(str, indices))} stroke:{STATUS_FILLS[status][1]},stroke-width:3px"


def _box(node: Node, names: Mapping[str, str], *, coloured: bool) -> str:
    before, after = _SHAPES[node.kind]
    label = f"{_escaped(node.id)}<br/><small>{_escaped(node.short_type)}</small>"
    return f"  {names[node.id]}{before}{label}{after}:::{_class(node, coloured=coloured)}"


def _class(node: Node, *, coloured: bool) -> str:
    return node.status if coloured and node.status else node.kind


def _name(logical_id: str, index: int) -> str:
    """Mermaid has reserved words, all of them in lower case: anything but a plain capitalised id gets a number."""
    return logical_id if _PLAIN_ID.fullmatch(logical_id) else f"n{index}"


def _escaped(text: str) -> str:
    """Mermaid's own entities (`#34;`), so that no label can end itself or carry HTML."""
    return re.sub(r"[\"<>&#`\\|\[\]{}();]", lambda match: f"#{ord(match[0])};", one_line(text))


def dot(picture: Picture) -> str:
    """The graph in Graphviz's language."""
    return "\n".join(_dot(picture)) + "\n"


def _dot(picture: Picture) -> Iterator[str]:
    shapes = {"entry": "oval", "store": "cylinder", "function": "component", "plain": "box"}
    yield "digraph template {"
    yield '  rankdir=LR; node [style=filled, fontname="sans-serif"]; edge [color="#718096", fontname="sans-serif"];'
    for index, group in enumerate(picture.groups):
        yield f"  subgraph cluster_{index} {{"
        yield f'    label="{_quoted(group)}";'
        yield from (f"  {_dot_node(node, shapes, coloured=picture.coloured)}" for node in picture.members[group])
        yield "  }"
    left = (node for node in picture.nodes if node.group not in frozenset(picture.groups))
    yield from (_dot_node(node, shapes, coloured=picture.coloured) for node in left)
    for arrow in picture.arrows:
        options = [f'label="{_quoted(arrow.label)}"'] if arrow.label else []
        if picture.coloured and arrow.status:
            options.append(f'color="{STATUS_FILLS[arrow.status][1]}", penwidth=2')
        suffix = f" [{', '.join(options)}]" if options else ""
        yield f'  "{_quoted(arrow.source)}" -> "{_quoted(arrow.target)}"{suffix};'
    yield "}"


def _dot_node(node: Node, shapes: Mapping[str, str], *, coloured: bool) -> str:
    fill, stroke = STATUS_FILLS[node.status] if coloured and node.status else FILLS[node.kind]
    label = f"{_quoted(node.id)}\\n{_quoted(node.short_type)}"
    return f'  "{_quoted(node.id)}" [label="{label}", shape={shapes[node.kind]}, fillcolor="{fill}", color="{stroke}"];'


def _quoted(text: str) -> str:
    lines = [one_line(line).replace("\\", "\\\\").replace('"', '\\"') for line in text.split("\n")]
    return "\\n".join(lines)
