"""What of an Allow none of the requirements uses, and which resources an action can be about."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from tapgen.proof.needs import actions
from tapgen.proof.needs.documented import documented, stand_ins
from tapgen.proof.needs.requirements import ANYTHING, Requirement
from tapgen.proof.verdicts.arn_forms import form_matches
from tapgen.proof.verdicts.grants import resources
from tapgen.template.arns import fields
from tapgen.template.patterns import action_matches, wild
from tapgen.template.policies import Statement

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject


def surplus_pairs(statement: Statement, required: Sequence[Requirement], subject: Subject) -> Iterator[tuple[str, str]]:
    """The (action pattern, resource pattern) pairs of an Allow that none of the requirements uses.

    Left out is what belongs to something used: the objects of a bucket or the indexes of a table beside it, and a pair
    whose action another resource of the statement needs and whose resource another action does.
    """
    named = resources(statement, subject)
    uses = {
        pattern: {resource for resource in named if _is_used(pattern, resource, required, subject)}
        for pattern in statement.actions
    }
    reached = {resource for found in uses.values() for resource in found}
    parts = set(_parts(named))
    for pattern, found in uses.items():
        wholes = _wholes(found)
        for resource in named:
            if resource in found or not applies(pattern, resource, subject):
                continue
            if resource not in parts and not wholes(resource) and not (found and resource in reached):
                yield pattern, resource


def _parts(named: Iterable[str]) -> Iterator[str]:
    """The resources that are below another one, such as a bucket's objects; in order, what is below one follows it."""
    above: list[str] = []
    for resource in sorted(named):
        while above and not resource.startswith(above[-1]):
            above.pop()
        if any(resource[len(one) : len(one) + 1] in ("/", ":") for one in above):
            yield resource
        above.append(resource)


def _wholes(found: Iterable[str]) -> Callable[[str], bool]:
    """Whether a resource has one of those that were found below it."""
    order = sorted(found)

    def is_whole(resource: str) -> bool:
        for begins in (f"{resource}/", f"{resource}:"):
            at = bisect_left(order, begins)
            if at < len(order) and order[at].startswith(begins):
                return True
        return False

    return is_whole


def _is_used(pattern: str, resource: str, required: Sequence[Requirement], subject: Subject) -> bool:
    for requirement in required:
        if not _overlap(pattern, requirement.action):
            continue
        arn = requirement.arn
        if arn in {None, ANYTHING} or documented(requirement.action, resource):
            return True
        if any(subject.arns.covers(resource, one) != "no" for one in stand_ins(arn)):
            return True
        if of_another_type(requirement.action, resource, arn, subject):
            return True
        if arn.startswith(f"{resource}/index/"):
            return True  # the table of an index that is read: the rule on indexes says what is wrong
    return False


def _overlap(pattern: str, action: str) -> bool:
    """Whether a pattern of a policy and a required action, which may be a pattern too, speak of the same."""
    return action_matches(pattern, action) or (wild(action) and action_matches(action, pattern))


def applies(action: str, resource: str, subject: Subject) -> bool:
    """Whether an action can act on what a resource pattern names; patterns of actions and unknown ones can."""
    known = actions.action(action) if "*" not in action and "?" not in action else None
    parts = fields(resource)
    if known is None or resource == ANYTHING or len(parts) < 6 or documented(action, resource):
        return True
    return any(form_matches(form, parts, subject) for type_ in known.resource_types for form in type_.arns)


_TOLD_APART = ("dynamodb:", "lambda:", "logs:", "s3:")
"""Actions of which it is known which of their resource types a request is about."""


def of_another_type(action: str, resource: str, arn: str, subject: Subject) -> bool:
    """Whether an action acts on what a pattern names beside what the ARN is: `RunInstances` on images and subnets."""
    known = None if action.startswith(_TOLD_APART) else actions.action(action)
    if known is None or len(known.resource_types) < 2:
        return False
    mine, theirs = (_types(known, fields(text), subject) for text in (arn, resource))
    return bool(mine and theirs and not mine & theirs)


def _types(known: actions.Action, parts: list[str], subject: Subject) -> set[str]:
    if len(parts) < 6:
        return set()
    return {one.name for one in known.resource_types if any(form_matches(form, parts, subject) for form in one.arns)}
