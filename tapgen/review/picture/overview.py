"""A template at a glance: entries, functions and stores, and arrows that say what flows; the rest is folded away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec.structs import replace

from tapgen.review.picture.everything import in_groups, kind_of, service_of
from tapgen.review.picture.flows import FUNCTIONS, flows, type_of
from tapgen.review.picture.layout import Wire, slots
from tapgen.review.picture.model import Arrow, Node, Picture, Status
from tapgen.template.apis import routes
from tapgen.template.arns import Arns
from tapgen.template.model import Resource, Template

_MOST_SLOTS: Final = 10_000  # two seconds; a denser tangle is drawn by its services, which nobody could follow anyway
# Services that serve the others: who may what, what is logged, where it runs.
_FOLDED_SERVICES: Final = frozenset(
    [
        *("ApiGateway", "ApiGatewayV2", "ApplicationAutoScaling", "Budgets", "CertificateManager", "CloudWatch", "EC2"),
        *("IAM", "KMS", "Lambda", "Logs", "Route53", "WAFv2", "XRay"),
    ]
)
_SHOWN: Final = frozenset(
    [
        *("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api", "AWS::EC2::Instance", "AWS::EC2::Volume"),
        *("AWS::Lambda::Function", "AWS::Lambda::Url"),
    ]
)
_FOLDED_ENDINGS: Final = re.compile(
    r"(Policy|Permission|Subscription|Attachment|Association|RotationSchedule|(Parameter|Subnet|Option)Group|"
    r"UserPool(Client|Domain|Group)|Record|RecordSet|TaskDefinition|TargetGroup|Listener|ListenerRule|LogGroup)$"
)
OUTSIDE: Final = {
    "rest": "AWS::ApiGateway::RestApi",
    "http": "AWS::ApiGatewayV2::Api",
    "websocket": "AWS::ApiGatewayV2::Api",
}
"""The type of an API that is not of the template, and is drawn because it has routes of it."""

_ARROWS: Final = frozenset(
    [
        *("AWS::ApiGateway::Deployment", "AWS::ApiGateway::Method", "AWS::ApiGateway::Resource"),
        *("AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Route", "AWS::Lambda::EventSourceMapping"),
        *("AWS::Lambda::Permission", "AWS::SNS::Subscription"),
    ]
)
"""What is drawn as an arrow, with the status of its change."""


def overview(template: Template, statuses: Mapping[str, Status]) -> Picture:
    """The picture; a folded resource that changes is drawn all the same."""
    arns = Arns(template)
    shown = {
        name: resource
        for name, resource in template.resources.items()
        if not _folded(resource) or (statuses.get(name) and resource.type not in _ARROWS)
    }
    shown |= {
        route.owner: Resource(route.owner, OUTSIDE[route.kind], {}, {})
        for route in routes(template).values()
        if route.owner not in template.resources
    }
    frames = {name: _network(resource, template) for name, resource in shown.items()}
    nodes = tuple(
        Node(name, one.type, frames[name], kind_of(one), statuses.get(name, ""), one.condition)
        for name, one in shown.items()
    )
    arrows = tuple(_joined(flows(template, arns, shown, statuses), shown))
    silent = _only_told(template, {end for arrow in arrows for end in (arrow.source, arrow.target)})
    nodes = tuple(node for node in nodes if node.id not in silent or node.status)
    if slots([Wire(arrow.source, arrow.target) for arrow in arrows]) > _MOST_SLOTS:
        return in_groups(tuple(replace(node, group=service_of(node.type)) for node in nodes), arrows)
    groups = tuple(dict.fromkeys(frame for frame in frames.values() if frame))
    members = {group: tuple(node for node in nodes if node.group == group) for group in groups}
    return Picture("", nodes, arrows, groups, members=members, overview=True)


def _only_told(template: Template, tied: set[str]) -> frozenset[str]:
    """Topics that alarms tell and nothing else speaks of."""
    alarms = template.of_type("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
    return frozenset(one.target for alarm in alarms for one in alarm.references) - tied


def _folded(resource: Resource) -> bool:
    if resource.type in _SHOWN:
        return False
    parts = resource.type.split("::")
    service = parts[1] if len(parts) > 2 and parts[0] == "AWS" else ""
    return service in _FOLDED_SERVICES or _FOLDED_ENDINGS.search(resource.type) is not None


def _network(resource: Resource, template: Template) -> str:
    """The VPC that a resource runs in, by its subnets and security groups; "VPC" where that is none of the template's.

    A function without a VpcConfig runs in none.
    """
    if resource.type in FUNCTIONS and not resource.properties.get("VpcConfig"):
        return ""
    inside = {
        "VpcConfig",
        "SubnetIds",
        "SubnetId",
        "Subnets",
        "VPCSecurityGroups",
        "VpcSecurityGroupIds",
        "SecurityGroups",
    }
    inside |= {"DBSubnetGroupName", "CacheSubnetGroupName", "NetworkConfiguration", "SecurityGroupIds"}
    waiting = [one.target for one in resource.references if one.path and one.path[0] in inside]
    for _ in range(3):
        found = [name for name in waiting if type_of(template, name) == "AWS::EC2::VPC"]
        if found:
            return found[0]
        waiting = [
            one.target for name in waiting if name in template.resources for one in template.resources[name].references
        ]
    return "VPC" if resource.type in FUNCTIONS else ""


def _joined(arrows: Iterator[Arrow], shown: Mapping[str, Any]) -> Iterator[Arrow]:
    """One arrow for each pair and status, with all that it says; a plain one only where nothing else is said."""
    pairs: dict[tuple[str, str], dict[Status, dict[str, None]]] = {}
    for arrow in arrows:
        if arrow.source in shown and arrow.target in shown and arrow.source != arrow.target:
            pairs.setdefault((arrow.source, arrow.target), {}).setdefault(arrow.status, {})[arrow.label] = None
    said = {frozenset(pair) for pair, by_status in pairs.items() if any(map(any, by_status.values()))}
    for (source, target), by_status in pairs.items():
        labelled = {status: [one for one in labels if one] for status, labels in by_status.items()}
        if not any(labelled.values()) and frozenset((source, target)) in said:
            continue
        for status, labels in labelled.items():
            if labels or not any(labelled.values()):
                yield Arrow(source, target, "\n".join(_folded_words(labels)), status)


def _folded_words(labels: list[str]) -> list[str]:
    """`reads` and `writes` on one line."""
    words = [one for one in ("reads", "writes") if any(one in label.split(", ") for label in labels)]
    rest = [label for label in labels if label not in ("reads", "writes", "reads, writes")]
    return [*rest, *([", ".join(words)] if words else [])]
