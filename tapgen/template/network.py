"""What a template's network lets through: security-group rules, the ranges they make together, subnets' ways out.

A value under a condition that is still open counts with each of its alternatives: what may be open is open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from typing import Any, Final, Literal

from msgspec import Struct

from tapgen.template.intrinsics import branches, function, references
from tapgen.template.model import Resource, Template
from tapgen.template.paths import Path
from tapgen.template.text import inline, text

Direction = Literal["in", "out"]

GROUP: Final = "AWS::EC2::SecurityGroup"
ANYWHERE: Final = ("0.0.0.0/0", "::/0")
ALL_PORTS: Final = (0, 65535)
_PEERS: Final = (
    "CidrIp",
    "CidrIpv6",
    "SourceSecurityGroupId",
    "SourceSecurityGroupName",
    "DestinationSecurityGroupId",
    "SourcePrefixListId",
    "DestinationPrefixListId",
)
_PROTOCOLS: Final = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": "-1"}  # IANA protocol numbers


class GroupRule(Struct, frozen=True):
    """One opening of a security group; `peer` is a range, a group or a prefix list, as text."""

    direction: Direction
    protocol: str
    first: int
    last: int
    peer: str
    sure: bool = True
    """Whether the ports are known; those that only the deployment knows may be any."""

    def __str__(self) -> str:
        """`tcp 443 from 10.0.0.0/8`."""
        ports = "all ports" if (self.first, self.last) == ALL_PORTS else f"{self.first}"
        if self.first != self.last and ports != "all ports":
            ports = f"{self.first}-{self.last}"
        protocol = "all traffic" if self.protocol == "-1" else f"{self.protocol} {ports}"
        return f"{protocol} {'from' if self.direction == 'in' else 'to'} {self.peer}"

    def covers(self, narrow: GroupRule) -> bool:
        """Whether everything that the other lets through, this one does too."""
        if self.direction != narrow.direction or self.protocol not in ("-1", narrow.protocol):
            return False
        ports = self.protocol == "-1" or (self.first <= narrow.first and narrow.last <= self.last)
        return ports and (self.peer == narrow.peer or _contains(self.peer, narrow.peer))


class SecurityGroup(Struct, frozen=True, dict=True):
    """A group of the template, or one outside that the template adds rules to: each rule with where it stands."""

    name: str
    rules: Mapping[GroupRule, Path]
    opaque: tuple[str, ...] = ()
    """The rules that a function makes, as text."""

    @cached_property
    def world(self) -> tuple[GroupRule, ...]:
        """What the whole internet may reach: the peer of each is 0.0.0.0/0 or ::/0, made up of its parts or not."""
        return tuple(_world([rule for rule in self.rules if rule.direction == "in"]))

    def path(self, rule: GroupRule) -> Path:
        """Where the template lets a rule of `world` in: the first of the rules that are part of it."""
        return next(path for one, path in self.rules.items() if one.direction == "in" and rule.covers(one))


def security_groups(template: Template) -> Mapping[str, SecurityGroup]:
    """Every group by its logical id, or by what names it where it is not in the template."""
    rules: dict[str, dict[GroupRule, Path]] = {group.logical_id: {} for group in template.of_type(GROUP)}
    opaque: dict[str, list[str]] = {}
    outgoing: set[str] = set()
    for owner, direction, entry, path in _entries(template):
        found = rules.setdefault(owner, {})
        if direction == "out":
            outgoing.add(owner)
        if function(entry):
            opaque.setdefault(owner, []).append(inline(entry))
        for rule in _rules(entry, direction):
            found.setdefault(rule, path)
    for group in template.of_type(GROUP):
        # Amazon VPC user guide, "Security group rules": a group without outbound rules of its own allows all.
        if group.logical_id not in outgoing and not group.properties.get("SecurityGroupEgress"):
            default = GroupRule("out", "-1", *ALL_PORTS, ANYWHERE[0])
            rules[group.logical_id].setdefault(default, ("Resources", group.logical_id, "Properties"))
    return {name: SecurityGroup(name, found, tuple(opaque.get(name, ()))) for name, found in rules.items()}


_FIELDS: Final[Mapping[str, Direction]] = {"SecurityGroupIngress": "in", "SecurityGroupEgress": "out"}


def _entries(template: Template) -> Iterator[tuple[str, Direction, Any, Path]]:
    """(group, direction, rule as written, path) of every rule: in a group's lists, and as a resource of its own."""
    for group in template.of_type(GROUP):
        for field, direction in _FIELDS.items():
            base = ("Resources", group.logical_id, "Properties", field)
            value = group.properties.get(field)
            listed = enumerate(value) if isinstance(value, list) else [(None, value)] if value is not None else []
            for index, item in listed:
                path: Path = base if index is None else (*base, index)
                yield from ((group.logical_id, direction, entry, path) for entry in branches(item))
    for field, direction in _FIELDS.items():
        for entry in template.of_type(f"AWS::EC2::{field}"):
            yield _owner(entry, template), direction, entry.properties, ("Resources", entry.logical_id, "Properties")


def _owner(entry: Resource, template: Template) -> str:
    value = entry.properties.get("GroupId", entry.properties.get("GroupName", entry.logical_id))
    target = template.target(value)
    return target.logical_id if target is not None else text(value)


def _rules(entry: Any, direction: Direction) -> Iterator[GroupRule]:
    if not isinstance(entry, Mapping) or function(entry):
        return
    for written in branches(entry.get("IpProtocol", "-1")):
        protocol = text(written).lower()
        protocol = _PROTOCOLS.get(protocol, protocol)
        first, last = (_port(entry.get(name)) for name in ("FromPort", "ToPort"))
        sure = all(isinstance(entry.get(name, ""), str) for name in ("FromPort", "ToPort")) and "${" not in protocol
        if protocol == "-1" or first is None or last is None or first < 0:
            first, last = ALL_PORTS
        for peer in _PEERS:
            if peer in entry:
                for choice in branches(entry[peer]):
                    yield GroupRule(direction, protocol, first, last, text(choice), sure)


def _port(value: Any) -> int | None:
    try:
        return int(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _contains(wide: str, narrow: str) -> bool:
    import ipaddress

    try:
        outer, inner = ipaddress.ip_network(wide, strict=False), ipaddress.ip_network(narrow, strict=False)
    except ValueError:
        return False
    return outer.version == inner.version and inner.subnet_of(outer)  # type: ignore[arg-type]  # same version


def _world(rules: list[GroupRule]) -> Iterator[GroupRule]:
    """The widest openings to everybody: single rules first, then what several ranges make together, port by port."""
    whole = [rule for rule in rules if rule.peer in ANYWHERE]
    yield from whole
    parts = [rule for rule in rules if "/" in rule.peer and rule.peer not in ANYWHERE]
    for protocol in dict.fromkeys(rule.protocol for rule in parts):
        same = [rule for rule in parts if rule.protocol in (protocol, "-1")]
        for peer in _together(same):
            for first, last in _segments(same):
                covering = [rule for rule in same if rule.first <= first and last <= rule.last]
                opening = GroupRule("in", protocol, first, last, peer)
                if peer in _together(covering) and not any(rule.covers(opening) for rule in whole):
                    yield opening


def _together(rules: Iterable[GroupRule]) -> tuple[str, ...]:
    """Which of 0.0.0.0/0 and ::/0 the ranges of some rules make together."""
    import ipaddress

    networks: dict[int, list[Any]] = {}
    for rule in rules:
        try:
            network = ipaddress.ip_network(rule.peer, strict=False)
        except ValueError:
            continue
        networks.setdefault(network.version, []).append(network)
    return tuple(
        str(one) for some in networks.values() for one in ipaddress.collapse_addresses(some) if not one.prefixlen
    )


def _segments(rules: list[GroupRule]) -> list[tuple[int, int]]:
    """The port ranges within which the same rules apply throughout."""
    starts = sorted({rule.first for rule in rules} | {rule.last + 1 for rule in rules})
    return [(first, following - 1) for first, following in pairwise(starts)]


def ways_out(template: Template) -> Mapping[str, frozenset[str]]:
    """Subnet -> where its route table leads beyond the VPC: "internet", or a gateway in words."""
    tables: dict[str, set[str]] = {}
    for route in template.of_type("AWS::EC2::Route"):
        table = template.target(route.properties.get("RouteTableId"))
        if table is not None:
            tables.setdefault(table.logical_id, set()).update(_way(route, template))
    found: dict[str, set[str]] = {}
    for association in template.of_type("AWS::EC2::SubnetRouteTableAssociation"):
        subnet = template.target(association.properties.get("SubnetId"))
        table = template.target(association.properties.get("RouteTableId"))
        if subnet is not None and table is not None:
            found.setdefault(subnet.logical_id, set()).update(tables.get(table.logical_id, ()))
    return {name: frozenset(ways) for name, ways in found.items()}


_GATEWAYS: Final = {
    "NatGatewayId": "the NAT gateway",
    "TransitGatewayId": "the transit gateway",
    "VpcPeeringConnectionId": "the peering connection",
    "EgressOnlyInternetGatewayId": "the egress-only gateway",
    "InstanceId": "the instance",
    "NetworkInterfaceId": "the network interface",
}


def _way(route: Resource, template: Template) -> Iterator[str]:
    gateway = route.properties.get("GatewayId")
    if gateway is not None:
        target = next((template.resources.get(one.target) for one in references(gateway)), None)
        internet = target.type == "AWS::EC2::InternetGateway" if target else text(gateway).startswith("igw-")
        yield "internet" if internet else f"the gateway {text(gateway)}"
    for field, what in _GATEWAYS.items():
        if field in route.properties:
            target = template.target(route.properties[field])
            yield f"{what} {target.logical_id if target else text(route.properties[field])}"
