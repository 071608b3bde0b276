"""What security groups let through between a function and an endpoint: HTTPS, out of the one and into the other."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tapgen.template.alternatives import REFERENCE, alternatives

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject
    from tapgen.template.network import Direction, GroupRule

HTTPS = 443


def lets_out(groups: tuple[str | None, ...], peers: tuple[str | None, ...], subject: Subject) -> bool:
    """Whether the function's groups let HTTPS out to an endpoint's groups, an address range or a prefix list."""
    if not groups or None in groups:
        return True  # the VPC's default group, or one of another stack
    return any(
        _group(rule, subject) in (None, *peers) for group in groups for rule in _rules(group or "", "out", subject)
    ) or _opaque(groups, subject)


def lets_in(
    groups: tuple[str | None, ...], sources: tuple[str | None, ...], subnets: list[str], subject: Subject
) -> bool:
    """Whether an endpoint's groups let HTTPS in from a function's groups, or from its subnets' addresses."""
    if None in groups:
        return True
    if not groups:
        return not sources or None in sources  # the VPC's default group lets only itself in
    ranges = [text for subnet in subnets for text in alternatives(subject.properties(subnet).get("CidrBlock"))]
    for group in groups:
        for rule in _rules(group or "", "in", subject):
            owner = _group(rule, subject)
            if owner is not None and owner in sources:
                return True
            if owner is None and all(_within(text, rule.peer, subject) for text in ranges):
                return True
    return _opaque(groups, subject)


def _rules(group: str, direction: Direction, subject: Subject) -> Iterator[GroupRule]:
    """The rules of a group that speak of TCP port 443."""
    found = subject.groups.get(group)
    for rule in found.rules if found else ():
        if rule.direction == direction and rule.protocol in ("-1", "tcp") and rule.first <= HTTPS <= rule.last:
            yield rule


def _opaque(groups: tuple[str | None, ...], subject: Subject) -> bool:
    """Whether a function makes some of the rules, so that nobody knows."""
    return any(found.opaque for group in groups if (found := subject.groups.get(group or "")) is not None)


def _group(rule: GroupRule, subject: Subject) -> str | None:
    """The group of the template that a rule's peer is; None for a range, or what only the deployment knows."""
    match = REFERENCE.fullmatch(rule.peer)
    owner = match[1].partition(".")[0] if match else ""
    return owner if subject.type_of(owner) == "AWS::EC2::SecurityGroup" else None


def _within(inner: str, outer: str, subject: Subject) -> bool:
    match = REFERENCE.fullmatch(outer)
    owner = match[1].partition(".")[0] if match else ""
    literal = subject.properties(owner).get("CidrBlock") if subject.type_of(owner) else outer
    try:
        return ipaddress.ip_network(inner).subnet_of(ipaddress.ip_network(str(literal)))  # type: ignore[arg-type]  # of two IP versions raises TypeError
    except TypeError:  # the one has addresses of IPv4, the other of IPv6
        return False
    except ValueError:
        return True  # the deployment decides
