"""A template as a picture: resources in groups, arrows for references, entry points and data stores marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from tapgen.review.model import Review
from tapgen.template.apis import routes
from tapgen.template.document import Document
from tapgen.template.masking import mask_of
from tapgen.template.model import Resource, Template, understand
from tapgen.template.text import text
from tapgen.template.types import row

Kind = Literal["entry", "store", "plain"]
Status = Literal["", "added", "changed", "replaced", "removed"]

_STATUSES: Final[dict[str, Status]] = {"+": "added", "~": "changed", "±": "replaced", "-": "removed"}


@dataclass(frozen=True)
class Node:
    """A resource."""

    id: str
    type: str
    group: str
    kind: Kind
    status: Status = ""

    @property
    def short_type(self) -> str:
        """`DynamoDB Table`."""
        return self.type.removeprefix("AWS::").replace("::", " ")


@dataclass(frozen=True)
class Arrow:
    """`source` uses `target`, or leads to it."""

    source: str
    target: str
    label: str = ""
    """What leads there, one on each line."""
    status: Status = ""


@dataclass(frozen=True)
class Picture:
    """What is drawn."""

    title: str
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    groups: tuple[str, ...]
    coloured: bool = False
    """Whether the statuses mean something: a change is drawn."""

    members: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)


def draw(
    document: Document,
    *,
    title: str = "",
    layers: Mapping[str, str] | None = None,
    full: bool = False,
    old: Document | None = None,
    review: Review | None = None,
) -> Picture:
    """The picture of a document; `layers` maps logical ids to the group's name, which else is the service.

    With a review (and the old document, for what is removed) the statuses say what the change does.
    """
    template = understand(document)
    statuses: dict[str, Status] = {}
    if review is not None:
        statuses = {change.logical_id: _STATUSES[change.action.sign] for change in review.changes if not change.routine}
        gone = understand(old).resources if old else {}
        removed = {name: gone[name] for name, status in statuses.items() if status == "removed" and name in gone}
        template = Template({**template.resources, **removed}, template.sections, template.outputs)
    known = {
        name: resource for name, resource in template.resources.items() if full or row(resource.type).connects is None
    }
    nodes = tuple(
        Node(name, resource.type, _group(resource, layers or {}), _kind(resource), statuses.get(name, ""))
        for name, resource in known.items()
    )
    mask = mask_of(document, old)
    found = (*_references(known), *(() if full else _connections(template, known, statuses)))
    arrows = dict.fromkeys(replace(arrow, label=mask(arrow.label)) for arrow in found)
    ordered = _order(nodes, tuple(arrows))
    members = {group: tuple(node for node in nodes if node.group == group) for group in ordered}
    return Picture(title, nodes, tuple(_merged(arrows)), ordered, review is not None, members)


def _group(resource: Resource, layers: Mapping[str, str]) -> str:
    parts = resource.type.split("::")
    service = parts[1] if len(parts) > 2 else parts[0]
    return layers.get(resource.logical_id) or service


def _kind(resource: Resource) -> Kind:
    if row(resource.type).entry:
        return "entry"
    return "store" if row(resource.type).holds and resource.type != "AWS::Logs::LogGroup" else "plain"


def _references(known: Mapping[str, Resource]) -> Iterator[Arrow]:
    for name, resource in known.items():
        for reference in resource.references:
            if reference.target in known and reference.target != name:
                yield Arrow(name, reference.target)


def _connections(template: Template, known: Mapping[str, Resource], statuses: Mapping[str, Status]) -> Iterator[Arrow]:
    every = routes(template).values()
    for route in every:
        for function in route.functions if route.in_body or route.kind == "http" else ():
            if {route.api_id, function} <= known.keys():
                yield Arrow(route.api_id, function, route.name, statuses.get(route.logical_id, ""))
    names = {route.logical_id: route.name for route in every}
    for name, resource in template.resources.items():
        ends = row(resource.type).connects or ()
        sources = _targets(resource, ends[:1], known)
        targets = _targets(resource, ends[1:], known)
        label = names.get(name, "") or _destination(resource)
        for source in sources:
            for target in targets:
                if source != target:
                    yield Arrow(source, target, label, statuses.get(name, ""))


def _targets(resource: Resource, properties: tuple[str, ...], known: Mapping[str, Resource]) -> list[str]:
    found = [one.target for one in resource.references if one.path and one.path[0] in properties]
    return [name for name in dict.fromkeys(found) if name in known]


def _destination(resource: Resource) -> str:
    value: Any = resource.properties.get("DestinationCidrBlock")
    return text(value) if value and resource.type == "AWS::EC2::Route" else ""


def _merged(arrows: Mapping[Arrow, None]) -> Iterator[Arrow]:
    """A labelled or coloured arrow makes the plain one between the same two needless; labels of one pair are joined."""
    pairs: dict[tuple[str, str], list[Arrow]] = {}
    for arrow in arrows:
        pairs.setdefault((arrow.source, arrow.target), []).append(arrow)
    for (source, target), same in pairs.items():
        labels = [arrow.label for arrow in same if arrow.label]
        by_status: dict[Status, list[str]] = {}
        for arrow in same:
            if arrow.label or not labels:
                by_status.setdefault(arrow.status, []).append(arrow.label)
        for status, texts in by_status.items():
            yield Arrow(source, target, "\n".join(dict.fromkeys(one for one in texts if one)), status)


def _order(nodes: tuple[Node, ...], arrows: tuple[Arrow, ...]) -> tuple[str, ...]:
    """The groups from the public entries inward; what no entry reaches comes last.

    The next group is the one that is reached and that the fewest arrows of groups still to come lead to; the smaller
    of two.
    """
    group = {node.id: node.group for node in nodes}
    names = list(dict.fromkeys(node.group for node in nodes))
    sizes = Counter(group.values())
    between = Counter((group[arrow.source], group[arrow.target]) for arrow in arrows)
    entries = (node.group for node in nodes if node.kind == "entry" and node.type != "AWS::EC2::InternetGateway")
    ordered = list(dict.fromkeys(entries))
    inside = _reached(ordered, list(between))
    while left := [name for name in names if name in inside and name not in ordered]:
        cost = {name: sum(between[other, name] for other in left if other != name) for name in left}
        ordered.append(min(left, key=lambda name: (cost[name], sizes[name])))
    return (*ordered, *(name for name in names if name not in ordered))


def _reached(start: list[str], pairs: list[tuple[str, str]]) -> set[str]:
    reached = set(start)
    waiting = list(start)
    while waiting:
        here = waiting.pop()
        following = {target for source, target in pairs if source == here} - reached
        reached |= following
        waiting += following
    return reached
