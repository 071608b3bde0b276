"""What the network lets through: security groups, routes and gateways; rules S007 to S010."""

from __future__ import annotations

from collections.abc import Iterator

from tapgen.review.model import Impact, Risk
from tapgen.review.rules.rulebook import found
from tapgen.template.model import Template
from tapgen.template.network import GROUP, GroupRule, SecurityGroup, security_groups, ways_out


def network_impacts(old: Template, new: Template) -> Iterator[Impact | str]:
    """Findings, and by name what was not understood."""
    before, after = security_groups(old), security_groups(new)
    for name in dict.fromkeys((*after, *before)):
        was, now = (groups.get(name, SecurityGroup(name, {})) for groups in (before, after))
        kind = GROUP if name in new.resources or name in old.resources else "security group"
        if name in old.resources and name not in new.resources:
            continue  # deleted with everything that used it
        yield from _group(name, kind, was, now, is_new=name not in before)
        if now.opaque != was.opaque:
            yield from (f"{name}: its rule {rule}" for rule in now.opaque)
    yield from _subnets(old, new)


def _group(name: str, kind: str, was: SecurityGroup, now: SecurityGroup, *, is_new: bool) -> Iterator[Impact]:
    for direction, rule, label in (("in", "S007", "in"), ("out", "S008", "out")):
        came = _beyond(now, was, direction)
        went = _beyond(was, now, direction)
        if came:
            loud = direction == "in" and any(not any(one.covers(other) for one in was.world) for other in now.world)
            severity = Risk.HIGH if loud else Risk.MEDIUM if direction == "in" else Risk.LOW
            message = f"{name}{' (new)' if is_new else ''} lets more {label}"
            lines = _lines(came)
            yield found(
                rule, name, kind, message, direction="broadened", severity=severity, details=lines, everybody=loud
            )
        if went:
            message = f"{name} lets less {label}"
            yield found(rule, name, kind, message, direction="narrowed", details=_lines(went))


def _beyond(some: SecurityGroup, other: SecurityGroup, direction: str) -> list[GroupRule]:
    """The rules of one state that no rule of the other covers."""
    return [one for one in some.rules if one.direction == direction and not any(two.covers(one) for two in other.rules)]


def _lines(rules: list[GroupRule]) -> tuple[str, ...]:
    return tuple(sorted(map(str, rules)))


def _subnets(old: Template, new: Template) -> Iterator[Impact]:
    was, now = ways_out(old), ways_out(new)
    for subnet in new.of_type("AWS::EC2::Subnet"):
        name = subnet.logical_id
        before, after = was.get(name, frozenset()), now.get(name, frozenset())
        is_new = name not in old.resources
        if "internet" in after and "internet" not in before:
            message = f"{name}{' (new)' if is_new else ''} is internet-facing: it has a route to an internet gateway"
            severity = Risk.LOW if is_new else Risk.HIGH
            yield found("S009", name, subnet.type, message, direction="broadened", severity=severity)
        if "internet" in before and "internet" not in after:
            message = f"{name} is no longer internet-facing"
            yield found("S009", name, subnet.type, message, direction="narrowed")
        for way in sorted(after - before - {"internet"}):
            message = f"{name}{' (new)' if is_new else ''} has a way out through {way}"
            yield found("S010", name, subnet.type, message, direction="broadened")
        for way in sorted(before - after - {"internet"}):
            message = f"{name} has no way out through {way} any more"
            yield found("S010", name, subnet.type, message, direction="narrowed")
