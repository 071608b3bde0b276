"""Two sets of grants -> what came, what went, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from tapgen.review.model import Risk
from tapgen.template.grants import ANY, Condition, Grant, Policy, everybody, uncovered

# Actions by which an identity can give itself more: AWS Security Blog and IAM user guide, "Granting a user permissions
# to pass a role to an AWS service" and "Security best practices in IAM".
_ESCALATION = (
    "iam:",
    "sts:assumerole",
    "organizations:",
    "lambda:updatefunctioncode",
    "lambda:addpermission",
    "kms:putkeypolicy",
    "s3:putbucketpolicy",
    "cloudformation:",
)


class Movement(Struct, frozen=True):
    """What a change of policies adds and takes away."""

    gained: tuple[str, ...]
    lost: tuple[str, ...]
    severity: Risk
    """Of what was gained."""
    everybody: bool = False
    """Whether any principal gained something without a condition that limits who it is."""

    @property
    def same(self) -> bool:
        """Whether nothing was gained or lost."""
        return not self.gained and not self.lost


def movement(old: Policy, new: Policy) -> Movement:
    """What the new policy allows beyond the old one, and the other way round; a Deny counts for the other side."""
    came, went = uncovered(new.grants, old.grants), uncovered(old.grants, new.grants)
    gained = {grant for grant in came if grant.effect == "Allow"}
    lifted = {grant for grant in went if grant.effect == "Deny"}
    lost = {grant for grant in went if grant.effect == "Allow"}
    denied = {grant for grant in came if grant.effect == "Deny"}
    return Movement(
        gained=(
            *_sentences(gained, old.grants, "no longer only if"),
            *(f"no longer denied: {line}" for line in _sentences(lifted, ())),
        ),
        lost=(
            *_sentences(lost, new.grants, "now only if"),
            *(f"denied: {line}" for line in _sentences(denied, ())),
        ),
        severity=max((_severity(grant) for grant in gained), default=Risk.MEDIUM),
        everybody=any(map(everybody, gained)),
    )


def _severity(grant: Grant) -> Risk:
    action = grant.action.pattern.lower()
    wide = grant.action.but or action == "*" or action.endswith(":*")
    escalates = action.startswith(_ESCALATION) and grant.resource == ANY
    return Risk.HIGH if wide or escalates else Risk.MEDIUM


def _sentences(grants: Iterable[Grant], others: Iterable[Grant], limited: str = "") -> list[str]:
    """`dynamodb:GetItem, dynamodb:PutItem on ${Table.Arn}`: grants that differ in one element share a line.

    `limited` introduces the conditions that only the other side's grant of the same has.
    """
    listed = list(grants)
    by_target = _fold(((grant.principal, grant.resource, grant.conditions), str(grant.action)) for grant in listed)
    by_actions = _fold(
        ((principal, actions, conditions), str(resource))
        for (principal, resource, conditions), actions in by_target.items()
    )
    by_caller = _fold(
        ((actions, resources, conditions), str(principal))
        for (principal, actions, conditions), resources in by_actions.items()
    )
    lines = []
    for (actions, resources, conditions), principals in by_caller.items():
        line = f"{', '.join(actions)} on {', '.join(resources)}"
        if principals != ("*",):
            line = f"{', '.join(principals)}: {line}"
        lines.append(line + _limits(actions, resources, principals, conditions, others, limited))
    return sorted(lines)


def _fold(pairs: Iterable[tuple[tuple[object, ...], str]]) -> dict[Any, tuple[str, ...]]:
    folded: dict[Any, set[str]] = {}
    for key, value in pairs:
        folded.setdefault(key, set()).add(value)
    return {key: tuple(sorted(values)) for key, values in folded.items()}


def _limits(
    actions: tuple[str, ...],
    resources: tuple[str, ...],
    principals: tuple[str, ...],
    conditions: frozenset[Condition],
    others: Iterable[Grant],
    limited: str,
) -> str:
    """The conditions of a line; and where the other side has the same grant, those that only it has."""
    twin = next(
        (
            other
            for other in others
            if str(other.action) in actions and str(other.resource) in resources and str(other.principal) in principals
        ),
        None,
    )
    text = f" if {' and '.join(sorted(map(str, conditions)))}" if conditions else ""
    # Another value of a condition that is there speaks for itself; one that is gone does not.
    there = {(one.operator, one.key) for one in conditions}
    missing = [one for one in (twin.conditions if twin else ()) if (one.operator, one.key) not in there]
    if missing:
        text += f" ({limited} {' and '.join(sorted(map(str, missing)))})"
    return text
