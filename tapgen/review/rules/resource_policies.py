"""Who may come in by a resource's own policy or by a Lambda permission: rules S005 and S006."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import or_

from tapgen.review.model import Impact
from tapgen.review.rules.identities import policy_impact
from tapgen.review.rules.tokens import beyond_tokens
from tapgen.template.grants import Policy
from tapgen.template.model import Resource, Template
from tapgen.template.resource_policies import invoke_policies, resource_policies
from tapgen.template.types import row


def resource_policy_impacts(old: Template, new: Template) -> Iterator[Impact | str]:
    """Findings, and by name what was not understood."""
    for name in dict.fromkeys((*new.resources, *old.resources)):
        before, after = old.resources.get(name), new.resources.get(name)
        some = after or before
        if some is None or row(some.type).identity or row(some.type).owners:
            continue
        was, now = (_policy(resource) for resource in (before, after))
        if was is not None or now is not None:
            rule = "S001" if row(some.type).for_identities else "S005"
            yield from policy_impact(rule, name, some.type, was, now)
        understood = before is not None and after is not None and beyond_tokens(before) == beyond_tokens(after)
        if row(some.type).own_language and not understood:
            yield f"{name}: what a change of {some.type} opens is not analysed"
    yield from _permissions(old, new)


def _policy(resource: Resource | None) -> Policy | None:
    """Every policy in a resource's properties, as one; None where there is none."""
    if resource is None:
        return None
    found = [policy for _, policy in resource_policies(resource)]
    return reduce(or_, found) if found else None


def _permissions(old: Template, new: Template) -> Iterator[Impact | str]:
    """All permissions of one function are one policy: which resource of the template holds which does not matter."""
    before, after = invoke_policies(old), invoke_policies(new)
    for name in dict.fromkeys((*after, *before)):
        was, now = (policies[name][0] if name in policies else None for policies in (before, after))
        logical_id = name[2:-1].split(".")[0] if name.startswith("${") else name
        existed, exists = logical_id in old.resources, logical_id in new.resources
        yield from policy_impact(
            "S006",
            logical_id,
            "AWS::Lambda::Function",
            was or (Policy() if existed else None),
            now or (Policy() if exists else None),
        )
