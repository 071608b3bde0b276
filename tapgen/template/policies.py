"""A policy document as a set of grants, and whether one grant is covered by others.

A statement with several principals, actions and resources is as many grants as it has combinations: so the order and
the grouping of statements do not matter, and a difference has the name of what came or went.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from tapgen.template.intrinsics import branches, function
from tapgen.template.text import inline, text

_NEGATIVE = re.compile(r"Not(Equals|Like|IpAddress|Exists)|NotIpAddress", re.IGNORECASE)
_ROOT = re.compile(r"arn:[^:]+(?:::[^:]+\})?:iam::([^:]+|\$\{AWS::AccountId\}):root|(\d{12}|\$\{AWS::AccountId\})")
_MOST_GRANTS: Final = 20_000  # of one policy; IAM's quota of 6,144 to 10,240 characters leaves room for a few thousand


@dataclass(frozen=True)
class Element:
    """One action, resource or principal pattern; or everything but some (`NotAction` …)."""

    pattern: str
    but: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"everything but {', '.join(self.but)}" if self.but else self.pattern


@dataclass(frozen=True)
class Condition:
    """One operator and key of a Condition block; a value among several is enough."""

    operator: str
    key: str
    values: frozenset[str]

    def __str__(self) -> str:
        return f"{self.key} {self.operator} {' or '.join(sorted(self.values))}"


@dataclass(frozen=True)
class Grant:
    """One combination that a statement allows or denies."""

    effect: str
    principal: Element
    action: Element
    resource: Element
    conditions: frozenset[Condition] = frozenset()


@dataclass(frozen=True)
class Policy:
    """What a policy document says; `unknown` has what was not understood in it."""

    grants: frozenset[Grant] = frozenset()
    unknown: tuple[str, ...] = ()

    def __or__(self, other: Policy) -> Policy:
        return Policy(self.grants | other.grants, (*self.unknown, *other.unknown))


ANY: Final = Element("*")
OF_THE_TEMPLATE: Final = "of the template"
"""Stands for the operator where a condition of the template decides whether a statement is there."""


def understand_policy(value: Any, *, resource: str = "*") -> Policy:
    """The grants of a canonical policy document; `resource` stands where the statements name none.

    A JSON text, with functions in it or without, is read as what it says.
    """
    document = value
    if isinstance(value, str) or function(value):
        try:
            document = json.loads(text(value))
        except ValueError:
            return Policy(unknown=(f"all ({inline(value)})",)) if value else Policy()
    if not isinstance(document, dict):
        return Policy(unknown=(f"all ({inline(document)})",))
    grants: set[Grant] = set()
    unknown: list[str] = []
    for index, (statement, when) in enumerate(_statements(document.get("Statement"))):
        found = _grants(statement, when, resource) if isinstance(statement, dict) else None
        if found is None or len(grants) + len(found) > _MOST_GRANTS:
            unknown.append(f"statement {_name(statement, index)} ({inline(statement)})")
        else:
            grants |= found
    return Policy(frozenset(grants), tuple(unknown))


def _name(statement: Any, index: int) -> str:
    sid = statement.get("Sid") if isinstance(statement, dict) else None
    return text(sid) if sid else str(index + 1)


def _statements(value: Any, when: frozenset[Condition] = frozenset()) -> Iterator[tuple[Any, frozenset[Condition]]]:
    """Each statement, with the undecided template conditions that it stands under."""
    for item in value if isinstance(value, list) else [] if value is None else [value]:
        call = function(item)
        if call and call[0] == "Fn::If" and isinstance(call[1], list) and len(call[1]) == 3:
            name = text(call[1][0])
            yield from _statements(call[1][1], when | {Condition(OF_THE_TEMPLATE, name, frozenset({"true"}))})
            yield from _statements(call[1][2], when | {Condition(OF_THE_TEMPLATE, name, frozenset({"false"}))})
        elif not (call and call == ("Ref", "AWS::NoValue")):
            yield item, when


def _grants(statement: dict[str, Any], when: frozenset[Condition], resource: str) -> set[Grant] | None:
    effect = statement.get("Effect")
    if effect not in ("Allow", "Deny"):
        return None
    elements = [
        _elements(statement, "Principal"),
        _elements(statement, "Action"),
        _elements(statement, "Resource"),
    ]
    conditions = _conditions(statement.get("Condition", {}))
    if conditions is None or elements[1] is None or any(element == [] for element in elements):
        return None
    principals, actions, resources = (element if element is not None else None for element in elements)
    return {
        Grant(effect, principal, action, target, conditions | when)
        for principal in (principals or [ANY])
        for action in (actions or [])
        for target in (resources or [Element(resource)])
    }


def _elements(statement: dict[str, Any], name: str) -> list[Element] | None:
    """The patterns of an element; None where it is not there, [] where it is not understood."""
    if name in statement:
        return [Element(_folded(name, pattern)) for pattern in _patterns(statement[name])]
    if f"Not{name}" in statement:
        but = tuple(sorted(_folded(name, pattern) for pattern in _patterns(statement[f"Not{name}"])))
        return [Element("", but)] if but else []
    return None


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
            for name in _listed(names)
        ]
    return [text(item) for item in _listed(value)]


def _account(principal: str) -> str:
    """An account by its number and by its root is the same (IAM user guide, "AWS JSON policy elements: Principal")."""
    match = _ROOT.fullmatch(principal)
    return f"account {match[1] or match[2]}" if match else principal


def _conditions(value: Any) -> frozenset[Condition] | None:
    if not isinstance(value, dict) or function(value):
        return None
    found = set()
    for operator, keys in value.items():
        if not isinstance(keys, dict) or function(keys):
            return None
        for key, values in keys.items():
            found.add(Condition(operator, key, frozenset(text(item) for item in _listed(values))))
    return frozenset(found)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return [choice for item in (value if isinstance(value, list) else [value]) for choice in branches(item)]


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
    return any(
        element.but or "*" in element.pattern or "?" in element.pattern
        for element in (grant.principal, grant.action, grant.resource)
    )


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
    if wide.but and narrow.but:
        return all(any(_matches(other, one, ignore_case) for other in narrow.but) for one in wide.but)
    if wide.but:
        # The narrow pattern must stay clear of each exception, from either side.
        return not any(
            _matches(one, narrow.pattern, ignore_case) or _matches(narrow.pattern, one, ignore_case) for one in wide.but
        )
    return not narrow.but and _matches(wide.pattern, narrow.pattern, ignore_case)


def _matches(pattern: str, value: str, ignore_case: bool) -> bool:
    return _compiled(pattern, ignore_case).fullmatch(value) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    parts = re.split(r"([*?])", pattern)
    wild = {"*": ".*", "?": "."}
    flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
    return re.compile("".join(wild.get(part, re.escape(part)) for part in parts), flags)


def _weaker(wide: Condition, narrow: Condition) -> bool:
    """Whether the narrow condition implies the wide one."""
    if (wide.operator, wide.key.lower()) != (narrow.operator, narrow.key.lower()):
        return False
    if _NEGATIVE.search(wide.operator):
        return wide.values <= narrow.values
    return narrow.values <= wide.values
