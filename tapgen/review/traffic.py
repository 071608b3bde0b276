"""What the network lets through: security groups, routes and gateways; rules S007 to S010."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from tapgen.review.model import Finding, Severity
from tapgen.template.intrinsics import references, undecided
from tapgen.template.model import Resource, Template
from tapgen.template.text import inline, text

_ANYWHERE: Final = ("0.0.0.0/0", "::/0")
_GROUP: Final = "AWS::EC2::SecurityGroup"
_PEERS: Final = (
    "CidrIp",
    "CidrIpv6",
    "SourceSecurityGroupId",
    "SourceSecurityGroupName",
    "DestinationSecurityGroupId",
    "SourcePrefixListId",
    "DestinationPrefixListId",
)
_PROTOCOLS: Final = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}  # IANA protocol numbers


@dataclass(frozen=True)
class Rule:
    """One opening of a security group."""

    direction: Literal["in", "out"]
    protocol: str
    first: int
    last: int
    peer: str

    def __str__(self) -> str:
        ports = "all ports" if (self.first, self.last) == (0, 65535) else f"{self.first}"
        if self.first != self.last and ports != "all ports":
            ports = f"{self.first}-{self.last}"
        protocol = "all traffic" if self.protocol == "-1" else f"{self.protocol} {ports}"
        return f"{protocol} {'from' if self.direction == 'in' else 'to'} {self.peer}"


def traffic_findings(old: Template, new: Template) -> Iterator[Finding | str]:
    """Findings, and by name what was not understood."""
    before, after = _groups(old), _groups(new)
    for name in dict.fromkeys((*after, *before)):
        was, now = before.get(name, frozenset()), after.get(name, frozenset())
        kind = _GROUP if name in new.resources or name in old.resources else "security group"
        if name in old.resources and name not in new.resources:
            continue  # deleted with everything that used it
        yield from _group(name, kind, was, now, is_new=name not in before)
        if _opaque(new, name) != _opaque(old, name):
            yield from (f"{name}: its rule {rule}" for rule in _opaque(new, name))
    yield from _subnets(old, new)


def _group(name: str, kind: str, was: frozenset[Rule], now: frozenset[Rule], *, is_new: bool) -> Iterator[Finding]:
    for direction, rule, label in (("in", "S007", "in"), ("out", "S008", "out")):
        came = [one for one in now if one.direction == direction and not any(_covers(other, one) for other in was)]
        went = [one for one in was if one.direction == direction and not any(_covers(other, one) for other in now)]
        if came:
            loud = direction == "in" and any(one.peer in _ANYWHERE for one in came)
            severity = Severity.HIGH if loud else Severity.MEDIUM if direction == "in" else Severity.LOW
            message = f"{name}{' (new)' if is_new else ''} lets more {label}"
            yield Finding(rule, name, kind, message, severity, direction="broadened", details=_lines(came))
        if went:
            message = f"{name} lets less {label}"
            yield Finding(rule, name, kind, message, Severity.INFO, direction="narrowed", details=_lines(went))


def _lines(rules: list[Rule]) -> tuple[str, ...]:
    return tuple(sorted(map(str, rules)))


def _covers(wide: Rule, narrow: Rule) -> bool:
    if wide.direction != narrow.direction or wide.protocol not in ("-1", narrow.protocol):
        return False
    ports = wide.protocol == "-1" or (wide.first <= narrow.first and narrow.last <= wide.last)
    return ports and (wide.peer == narrow.peer or _contains(wide.peer, narrow.peer))


def _contains(wide: str, narrow: str) -> bool:
    import ipaddress

    try:
        outer, inner = ipaddress.ip_network(wide, strict=False), ipaddress.ip_network(narrow, strict=False)
    except ValueError:
        return False
    return outer.version == inner.version and inner.subnet_of(outer)  # type: ignore[arg-type]  # same version


def _groups(template: Template) -> dict[str, frozenset[Rule]]:
    rules: dict[str, set[Rule]] = {}
    outgoing: set[str] = set()
    for group in template.of_type(_GROUP):
        found = rules.setdefault(group.logical_id, set())
        for field, direction in (("SecurityGroupIngress", "in"), ("SecurityGroupEgress", "out")):
            entries = group.properties.get(field)
            for entry in entries if isinstance(entries, list) else [entries]:
                found |= set(_rule(entry, "in" if direction == "in" else "out"))
        if "SecurityGroupEgress" in group.properties:
            outgoing.add(group.logical_id)
    for kind, direction in (("Ingress", "in"), ("Egress", "out")):
        for entry in template.of_type(f"AWS::EC2::SecurityGroup{kind}"):
            owner = _owner(entry, template)
            rules.setdefault(owner, set()).update(_rule(entry.properties, "in" if direction == "in" else "out"))
            if direction == "out":
                outgoing.add(owner)
    for group in template.of_type(_GROUP):
        # Amazon VPC user guide, "Security group rules": a group without outbound rules of its own allows all.
        if group.logical_id not in outgoing:
            rules[group.logical_id].add(Rule("out", "-1", 0, 65535, "0.0.0.0/0"))
    return {name: frozenset(found) for name, found in rules.items()}


def _opaque(template: Template, name: str) -> list[str]:
    """The rules of a group that a function makes."""
    group = template.resources.get(name)
    fields = ("SecurityGroupIngress", "SecurityGroupEgress")
    values = [group.properties.get(field) for field in fields] if group is not None else []
    entries = [entry for value in values for entry in (value if isinstance(value, list) else [value])]
    return [inline(entry) for entry in entries if undecided(entry)]


def _owner(entry: Resource, template: Template) -> str:
    value = entry.properties.get("GroupId", entry.properties.get("GroupName", entry.logical_id))
    target = template.target(value)
    return target.logical_id if target is not None else text(value)


def _rule(entry: Any, direction: Literal["in", "out"]) -> Iterator[Rule]:
    if not isinstance(entry, dict):
        return
    protocol = text(entry.get("IpProtocol", "-1")).lower()
    protocol = _PROTOCOLS.get(protocol, protocol)
    first, last = (_port(entry.get(name)) for name in ("FromPort", "ToPort"))
    if protocol == "-1" or first is None or last is None or first < 0:
        first, last = 0, 65535
    for peer in _PEERS:
        if peer in entry:
            yield Rule(direction, protocol, first, last, text(entry[peer]))


def _port(value: Any) -> int | None:
    try:
        return int(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _subnets(old: Template, new: Template) -> Iterator[Finding]:
    was, now = _ways(old), _ways(new)
    for subnet in new.of_type("AWS::EC2::Subnet"):
        name = subnet.logical_id
        before, after = was.get(name, frozenset()), now.get(name, frozenset())
        is_new = name not in old.resources
        if "internet" in after and "internet" not in before:
            message = f"{name}{' (new)' if is_new else ''} is internet-facing: it has a route to an internet gateway"
            severity = Severity.LOW if is_new else Severity.HIGH
            yield Finding("S009", name, subnet.type, message, severity, direction="broadened")
        if "internet" in before and "internet" not in after:
            message = f"{name} is no longer internet-facing"
            yield Finding("S009", name, subnet.type, message, Severity.INFO, direction="narrowed")
        for way in sorted(after - before - {"internet"}):
            message = f"{name}{' (new)' if is_new else ''} has a way out through {way}"
            yield Finding("S010", name, subnet.type, message, Severity.LOW, direction="broadened")
        for way in sorted(before - after - {"internet"}):
            message = f"{name} has no way out through {way} any more"
            yield Finding("S010", name, subnet.type, message, Severity.INFO, direction="narrowed")


def _ways(template: Template) -> dict[str, frozenset[str]]:
    """Subnet -> where its route tables lead beyond the VPC."""
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


def _way(route: Resource, template: Template) -> Iterator[str]:
    properties = route.properties
    gateway = properties.get("GatewayId")
    if gateway is not None:
        target = next((template.resources.get(one.target) for one in references(gateway)), None)
        internet = target.type == "AWS::EC2::InternetGateway" if target else text(gateway).startswith("igw-")
        yield "internet" if internet else f"the gateway {text(gateway)}"
    for field, what in (
        ("NatGatewayId", "the NAT gateway"),
        ("TransitGatewayId", "the transit gateway"),
        ("VpcPeeringConnectionId", "the peering connection"),
        ("EgressOnlyInternetGatewayId", "the egress-only gateway"),
        ("InstanceId", "the instance"),
        ("NetworkInterfaceId", "the network interface"),
    ):
        if field in properties:
            target = template.target(properties[field])
            yield f"{what} {target.logical_id if target else text(properties[field])}"
