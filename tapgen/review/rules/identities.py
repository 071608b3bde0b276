"""What roles, users and groups may do, who may take a role, and what bounds it: rules S001 to S004."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from tapgen.review.model import Impact, Risk
from tapgen.review.rules.grants import movement
from tapgen.review.rules.rulebook import found
from tapgen.template.grants import Policy, understand_policy
from tapgen.template.intrinsics import references
from tapgen.template.model import Resource, Template
from tapgen.template.text import inline, text
from tapgen.template.types import row

_MOST: Final = 160  # characters that are shown of what was not understood
_ADMINISTRATION: Final = ("AdministratorAccess", "PowerUserAccess", "IAMFullAccess")


@dataclass
class Identity:
    """What a principal of the template, or a policy attached to one outside, has."""

    type: str
    policy: Policy = field(default_factory=Policy)
    attached: dict[str, str] = field(default_factory=dict)
    """Managed policies outside the template, as text."""


def identity_impacts(old: Template, new: Template) -> Iterator[Impact | str]:
    """Findings, and by name what was not understood."""
    before, after = _identities(old), _identities(new)
    for name in dict.fromkeys((*after, *before)):
        was, now = before.get(name), after.get(name)
        kind = (now or was or Identity("")).type
        yield from policy_impact("S001", name, kind, was.policy if was else None, now.policy if now else None)
        if was or now:
            yield from _attachments(name, kind, was or Identity(kind), now or Identity(kind))
    for name in dict.fromkeys((*new.resources, *old.resources)):
        one, other = old.resources.get(name), new.resources.get(name)
        some = other or one
        if some is not None and row(some.type).identity:
            if some.type == "AWS::IAM::Role":
                yield from policy_impact("S002", name, some.type, _trust(one), _trust(other))
            if one is not None and other is not None:
                yield from _boundary(one, other)


def policy_impact(
    rule: str, name: str, kind: str, was: Policy | None, now: Policy | None, *, changed: bool = False
) -> Iterator[Impact | str]:
    """One impact for what a policy gained, one for what it lost; S021 where only the wording differs."""
    old, new = was or Policy(), now or Policy()
    if old == new and not changed:
        return
    if now is not None and new.unknown != old.unknown:
        for part in new.unknown:
            yield f"{name}: of its policy, {part if len(part) <= _MOST else part[:_MOST] + '…)'}"
    moved = movement(old, new)
    title = _THROUGH if kind == "AWS::EC2::VPCEndpoint" else _TITLES[rule]
    state = " (new)" if was is None else " (deleted)" if now is None else ""
    if moved.gained:
        everybody = moved.everybody and title in (_TITLES["S002"], _TITLES["S005"], _TITLES["S006"])
        message = f"{name}{state} {title[0]}{': everybody' if everybody else ''}"
        severity = Risk.HIGH if everybody else moved.severity
        yield found(
            rule,
            name,
            kind,
            message,
            direction="broadened",
            severity=severity,
            details=moved.gained,
            everybody=everybody,
        )
    if moved.lost:
        message = f"{name}{state} {title[1]}"
        yield found(rule, name, kind, message, direction="narrowed", details=moved.lost)
    if moved.same and not (new.unknown or old.unknown):
        message = f"{name}: the policy is written otherwise and means the same"
        yield found("S021", name, kind, message, direction="same")


_THROUGH: Final = ("lets more through", "lets less through")
_TITLES: Final = {
    "S001": ("may do more", "may do less"),
    "S002": ("can be assumed by more", "can be assumed by fewer"),
    "S005": ("lets more in", "lets fewer in"),
    "S006": ("can be invoked by more", "can be invoked by fewer"),
}


def _trust(role: Resource | None) -> Policy | None:
    if role is None:
        return None
    return understand_policy(role.properties.get("AssumeRolePolicyDocument"), resource="this role")


def _identities(template: Template) -> dict[str, Identity]:
    found: dict[str, Identity] = {}
    for resource in template.resources.values():
        if not row(resource.type).identity:
            continue
        identity = Identity(resource.type)
        for entry in _list(resource.properties.get("Policies")):
            document = entry.get("PolicyDocument") if isinstance(entry, dict) else None
            identity.policy |= (
                understand_policy(document) if document is not None else Policy(unknown=(f"all ({inline(entry)})",))
            )
        for value in _list(resource.properties.get("ManagedPolicyArns")):
            target = template.target(value)
            if target is not None and target.type == "AWS::IAM::ManagedPolicy":
                identity.policy |= understand_policy(target.properties.get("PolicyDocument"))
            else:
                identity.attached[text(value)] = text(value)
        found[resource.logical_id] = identity
    for policy in template.resources.values():
        if not row(policy.type).owners:
            continue
        document = understand_policy(policy.properties.get("PolicyDocument"))
        owners = list(_owners(policy, template))
        for owner in owners:
            found[owner].policy |= document
        if not owners:
            found[policy.logical_id] = Identity(policy.type, document)
    return found


def _owners(policy: Resource, template: Template) -> Iterator[str]:
    for name in row(policy.type).owners:
        for value in _list(policy.properties.get(name)):
            for reference in references(value):
                resource = template.resources.get(reference.target)
                if resource is not None and row(resource.type).identity:
                    yield reference.target


def _attachments(name: str, kind: str, was: Identity, now: Identity) -> Iterator[Impact]:
    came = [arn for arn in now.attached if arn not in was.attached]
    went = [arn for arn in was.attached if arn not in now.attached]
    if came:
        loud = any(arn.endswith(_ADMINISTRATION) for arn in came)
        severity = Risk.HIGH if loud else Risk.MEDIUM
        message = f"{name}: {_managed(came)} attached"
        yield found("S003", name, kind, message, direction="broadened", severity=severity, details=tuple(came))
    if went:
        message = f"{name}: {_managed(went)} detached"
        yield found("S003", name, kind, message, direction="narrowed", details=tuple(went))


def _managed(arns: list[str]) -> str:
    names = [arn.rsplit("/", 1)[-1] for arn in arns]
    return f"managed polic{'y' if len(names) == 1 else 'ies'} {', '.join(names)}"


def _boundary(old: Resource, new: Resource) -> Iterator[Impact]:
    was, now = old.properties.get("PermissionsBoundary"), new.properties.get("PermissionsBoundary")
    if was == now:
        return
    name, kind = new.logical_id, new.type
    if now is None:
        message = f"{name}: the permissions boundary {text(was)} is taken away"
        yield found("S004", name, kind, message, direction="broadened")
    elif was is None:
        message = f"{name}: the permissions boundary {text(now)} is set"
        yield found("S004", name, kind, message, direction="narrowed")
    else:
        message = f"{name}: the permissions boundary goes from {text(was)} to {text(now)}"
        hint = "Which of the two allows more is not known here: compare the policies."
        yield found("S004", name, kind, message, hint, direction="broadened", severity=Risk.MEDIUM)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
