"""Every resource of a template in groups, and every reference between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from tapgen.review.picture.model import Arrow, Kind, Node, Picture, Status
from tapgen.template.model import Resource, Template
from tapgen.template.types import row


def everything(template: Template, statuses: Mapping[str, Status], layers: Mapping[str, str]) -> Picture:
    """The whole template; a resource under an open condition says so."""
    nodes = tuple(
        Node(
            name,
            resource.type,
            layers.get(name) or service_of(resource.type),
            kind_of(resource),
            statuses.get(name, ""),
            resource.condition,
        )
        for name, resource in template.resources.items()
    )
    return in_groups(nodes, tuple(dict.fromkeys(_references(template))))


def in_groups(nodes: tuple[Node, ...], arrows: tuple[Arrow, ...]) -> Picture:
    """A picture of resources that each have their group."""
    ordered = _order(nodes, arrows)
    members = {group: tuple(node for node in nodes if node.group == group) for group in ordered}
    return Picture("", nodes, arrows, ordered, members=members)


def service_of(kind: str) -> str:
    """The service of a type: `SQS`; `Custom` of a custom resource."""
    parts = kind.split("::")
    return parts[1] if len(parts) > 2 else parts[0]


def kind_of(resource: Resource) -> Kind:
    """How a resource is drawn."""
    if row(resource.type).entry:
        return "entry"
    if resource.type in ("AWS::Lambda::Function", "AWS::Serverless::Function"):
        return "function"
    return "store" if row(resource.type).holds and resource.type != "AWS::Logs::LogGroup" else "plain"


def _references(template: Template) -> Iterator[Arrow]:
    for name, resource in template.resources.items():
        for reference in resource.references:
            if reference.target in template.resources and reference.target != name:
                yield Arrow(name, reference.target)


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
