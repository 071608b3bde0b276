"""A policy document as a set of grants, and whether one grant is covered by others.

A statement with several principals, actions and resources is as many grants as it has combinations: so the order and
the grouping of statements do not matter, and a difference has the name of what came or went.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from typing import Any, Final

from msgspec import Struct

from tapgen.template.alternatives import listed
from tapgen.template.intrinsics import function
from tapgen.template.patterns import matches, wild
from tapgen.template.policies import Clause, Statement, Unread, read_policy
from tapgen.template.text import inline, text

_NEGATIVE = re.compile(r"Not(Equals|Like|IpAddress|Exists)|NotIpAddress", re.IGNORECASE)
_ROOT = re.compile(r"arn:[^:]+(?:::[^:]+\})?:iam::([^:]+|\$\{AWS::AccountId\}):root|(\d{12}|\$\{AWS::AccountId\})")
_MOST_GRANTS: Final = 20_000  # of one policy; IAM's quota of 6,144 to 10,240 characters leaves room for a few thousand


class Element(Struct, frozen=True):
    """One action, resource or principal pattern; or everything but some (`NotAction` …)."""

    pattern: str
    but: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"everything but {', '.join(self.but)}" if self.but else self.pattern


class Condition(Struct, frozen=True):
    """One operator and key of a Condition block; a value among several is enough."""

    operator: str
    key: str
    values: frozenset[str]

    def __str__(self) -> str:
        return f"{self.key} {self.operator} {' or '.join(sorted(self.values))}"


class Grant(Struct, frozen=True):
    """One combination that a statement allows or denies."""

    effect: str
    principal: Element
    action: Element
    resource: Element
    conditions: frozenset[Condition] = frozenset()


class Policy(Struct, frozen=True):
    """What a policy document says; `unknown` has what was not understood in it."""

    grants: frozenset[Grant] = frozenset()
    unknown: tuple[str, ...] = ()

    def __or__(self, other: Policy) -> Policy:
        return Policy(self.grants | other.grants, (*self.unknown, *other.unknown))


ANY: Final = Element("*")
OF_THE_TEMPLATE: Final = "of the template"
"""Stands for the operator where a condition of the template decides whether a statement is there."""


NOBODY: Final = Element("nobody")
"""Stands for the principal of a resource policy's statement that names none: no service takes such a policy."""


def understand_policy(value: Any, *, resource: str = "*", principal: Element = ANY) -> Policy:
    """The grants of a canonical policy document; the two stand where the statements name none."""
    grants: set[Grant] = set()
    unknown: list[str] = []
    for statement in read_policy(value):
        found = _grants(statement, resource, principal) if isinstance(statement, Statement) else None
        if found is not None and len(grants) + len(found) <= _MOST_GRANTS:
            grants |= found
        elif isinstance(statement, Unread):
            shown = inline(statement.value)
            unknown.append(f"statement {statement.name} ({shown})" if statement.name else f"all ({shown})")
        else:
            unknown.append(f"statement {statement.sid or statement.number} ({inline(statement.written)})")
    return Policy(frozenset(grants), tuple(unknown))


def _grants(statement: Statement, resource: str, principal: Element) -> set[Grant] | None:
    if statement.effect not in ("Allow", "Deny"):
        return None
    principals, actions, resources = (
        _elements(name, clause)
        for name, clause in (
            ("Principal", statement.principal),
            ("Action", statement.action),
            ("Resource", statement.resource),
        )
    )
    conditions = _conditions(statement.condition)
    if conditions is None or actions is None or [] in (principals, actions, resources):
        return None
    when = {Condition(OF_THE_TEMPLATE, name, frozenset({str(holds).lower()})) for name, holds in statement.when}
    return {
        Grant(statement.effect, who, action, target, conditions | when)
        for who in (principals or [principal])
        for action in actions
        for target in (resources or [Element(resource)])
    }


def _elements(name: str, clause: Clause | None) -> list[Element] | None:
    """The patterns of an element; None where it is not there, [] where it is not understood."""
    if clause is None:
        return None
    patterns = [_folded(name, pattern) for pattern in _patterns(clause.value)]
    if clause.negated:
        return [Element("", tuple(sorted(patterns)))] if patterns else []
    return [Element(pattern) for pattern in patterns]


def _folded(name: str, pattern: str) -> str:
    """IAM compares actions without regard to case (IAM user guide, "IAM JSON policy elements: Action")."""
    if name == "Action":
        service, colon, action = pattern.partition(":")
        return "*" if pattern == "*:*" else f"{service.lower()}{colon}{action}"
    return pattern


def _patterns(value: Any) -> list[str]:
    """A principal's kind stands before it ("Service: lambda.amazonaws.com"), but for "*"."""
    if isinstance(value, dict) and not function(value):
        return [
            _account(text(name)) if kind == "AWS" else f"{kind}: {text(name)}"
            for kind, names in value.items()
            for name in listed(names)
        ]
    return [text(item) for item in listed(value)]


def _account(principal: str) -> str:
    """An account by its number and by its root is the same (IAM user guide, "AWS JSON policy elements: Principal")."""
    match = _ROOT.fullmatch(principal)
    return f"account {match[1] or match[2]}" if match else principal


def _conditions(value: Any) -> frozenset[Condition] | None:
    if value is None:
        return frozenset()
    if not isinstance(value, dict) or function(value):
        return None
    found = set()
    for operator, keys in value.items():
        if not isinstance(keys, dict) or function(keys):
            return None
        for key, values in keys.items():
            found.add(Condition(operator, key, frozenset(text(item) for item in listed(values))))
    return frozenset(found)


def everybody(grant: Grant) -> bool:
    """Whether a grant lets anyone in the world in: no condition of it says who."""
    anyone = grant.principal == ANY or bool(grant.principal.but)
    return grant.effect == "Allow" and anyone and not any(map(_says_who, grant.conditions))


# Keys that say how or when a request is made, not by whom: IAM user guide, "AWS global condition context keys", and
# Lambda developer guide, "Control access to Lambda function URLs".
_SAYS_HOW: Final = frozenset(
    {
        "aws:currenttime",
        "aws:epochtime",
        "aws:requestedregion",
        "aws:securetransport",
        "aws:useragent",
        "aws:referer",
        "lambda:functionurlauthtype",
        "lambda:invokedviafunctionurl",
    }
)


# IAM user guide, "Configuring a role for GitHub OIDC": without a `sub` of one's own, others may assume the role. So it
# is with every provider that vouches for all of its customers under one address.
_OF_MANY: Final = (
    *("token.actions.githubusercontent.com", "gitlab.com", "oidc.circleci.com", "app.terraform.io"),
    *("agent.buildkite.com", "vstoken.dev.azure.com"),
)
_ANYBODYS: Final = re.compile(r"\*|[a-z_]+:\*.*")


def every_customer(grant: Grant) -> str:
    """The provider of identities all of whose customers a grant lets in; "" where it lets in some, or none."""
    who = grant.principal.pattern if grant.principal.pattern.startswith("Federated: ") else ""
    provider = next((one for one in _OF_MANY if one in who), "")
    if not provider or grant.effect != "Allow":
        return ""
    claims = [one for one in grant.conditions if one.key.lower().startswith(provider) and not one.key.endswith(":aud")]
    limits = [one for one in claims if not any(map(_ANYBODYS.fullmatch, one.values))]
    return "" if limits else provider


def _says_who(condition: Condition) -> bool:
    if condition.operator == OF_THE_TEMPLATE or condition.key.lower() in _SAYS_HOW:
        return False
    wide = "like" in condition.operator.lower() and "not" not in condition.operator.lower()
    return not (wide and "*" in condition.values)


def uncovered(grants: Iterable[Grant], by: Iterable[Grant]) -> frozenset[Grant]:
    """The grants that no grant of another set covers."""
    others = frozenset(by)
    broad = [grant for grant in others if _is_pattern(grant)]
    narrow: dict[tuple[str, Element, str, Element], list[Grant]] = {}
    for grant in others:
        narrow.setdefault(_key(grant), []).append(grant)
    return frozenset(
        grant
        for grant in grants
        if grant not in others
        and not any(covers(other, grant) for other in narrow.get(_key(grant), ()))
        and not any(covers(other, grant) for other in broad)
    )


def _key(grant: Grant) -> tuple[str, Element, str, Element]:
    return grant.effect, grant.principal, grant.action.pattern.lower(), grant.resource


def _is_pattern(grant: Grant) -> bool:
    return any(element.but or wild(element.pattern) for element in (grant.principal, grant.action, grant.resource))


def covers(wide: Grant, narrow: Grant) -> bool:
    """Whether everything that the narrow grant matches, the wide one matches too."""
    return (
        wide.effect == narrow.effect
        and _element_covers(wide.principal, narrow.principal)
        and _element_covers(wide.action, narrow.action, ignore_case=True)
        and _element_covers(wide.resource, narrow.resource)
        and all(any(_weaker(one, other) for other in narrow.conditions) for one in wide.conditions)
    )


def _element_covers(wide: Element, narrow: Element, *, ignore_case: bool = False) -> bool:
    if wide in (narrow, ANY):
        return True
    same = partial(matches, ignore_case=ignore_case)
    if wide.but and narrow.but:
        return all(any(same(other, one) for other in narrow.but) for one in wide.but)
    if wide.but:
        # The narrow pattern must stay clear of each exception, from either side.
        return not any(same(one, narrow.pattern) or same(narrow.pattern, one) for one in wide.but)
    return not narrow.but and same(wide.pattern, narrow.pattern)


def _weaker(wide: Condition, narrow: Condition) -> bool:
    """Whether the narrow condition implies the wide one."""
    if (wide.operator, wide.key.lower()) != (narrow.operator, narrow.key.lower()):
        return False
    if _NEGATIVE.search(wide.operator):
        return wide.values <= narrow.values
    return narrow.values <= wide.values
