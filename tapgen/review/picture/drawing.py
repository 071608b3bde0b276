"""A template as a picture: an overview of what flows where, or every resource and reference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec.structs import replace

from tapgen.review.model import Review
from tapgen.review.picture.everything import everything
from tapgen.review.picture.model import Arrow, Node, Picture, Status
from tapgen.review.picture.overview import overview
from tapgen.template.document import Document
from tapgen.template.masking import mask_of
from tapgen.template.model import Template, understand

_STATUSES: Final[dict[str, Status]] = {"+": "added", "~": "changed", "±": "replaced", "-": "removed"}


def draw(
    document: Document,
    *,
    title: str = "",
    layers: Mapping[str, str] | None = None,
    full: bool = False,
    old: Document | None = None,
    review: Review | None = None,
    only_changed: bool = False,
) -> Picture:
    """The picture of a document; `layers` maps logical ids to a group's name, which else is the service.

    With a review (and the old document, for what is removed) the statuses say what the change does; `only_changed`
    leaves out what neither changes nor stands beside a change.
    """
    template = understand(document, defaults_decide=False)
    statuses: dict[str, Status] = {}
    if review is not None:
        statuses = {change.logical_id: _STATUSES[change.action.sign] for change in review.changes if not change.routine}
        gone = understand(old, defaults_decide=False).resources if old else {}
        removed = {name: gone[name] for name, status in statuses.items() if status == "removed" and name in gone}
        template = Template({**template.resources, **removed}, template.sections, template.outputs)
    picture = everything(template, statuses, layers or {}) if full else overview(template, statuses)
    mask = mask_of(document, old)
    arrows = tuple(replace(arrow, label=mask(arrow.label)) for arrow in picture.arrows)
    picture = replace(picture, title=title, arrows=arrows, coloured=review is not None)
    return _near_changes(picture) if only_changed else picture


def _near_changes(picture: Picture) -> Picture:
    changed = {node.id for node in picture.nodes if node.status}
    changed |= {end for arrow in picture.arrows if arrow.status for end in (arrow.source, arrow.target)}
    near = {end for arrow in picture.arrows for end in _ends(arrow) if changed & set(_ends(arrow))} | changed
    arrows = tuple(arrow for arrow in picture.arrows if changed & set(_ends(arrow)))
    return _with(picture, (node for node in picture.nodes if node.id in near), arrows)


def _ends(arrow: Arrow) -> tuple[str, str]:
    return arrow.source, arrow.target


def _with(picture: Picture, nodes: Iterable[Node], arrows: tuple[Arrow, ...]) -> Picture:
    left = tuple(nodes)
    members = {group: tuple(node for node in left if node.group == group) for group in picture.groups}
    groups = tuple(group for group, some in members.items() if some)
    return replace(picture, nodes=left, arrows=arrows, groups=groups, members=members)
