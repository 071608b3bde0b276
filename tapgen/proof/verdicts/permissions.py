"""Needed against granted, by (action, resource), in both directions."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from tapgen.proof.needs import actions
from tapgen.proof.needs.documented import documented, stand_ins
from tapgen.proof.needs.requirements import ANYTHING, Requirement
from tapgen.proof.rules import slips
from tapgen.proof.rules.permissions import (
    ABSENT_POLICY,
    DENIED,
    INDEX,
    MISSING,
    ROLE_UNKNOWN,
    UNKNOWN_POLICY,
    UNPROVEN,
    UNUSED,
)
from tapgen.proof.verdicts.arn_forms import form_matches
from tapgen.proof.verdicts.grants import (
    Policies,
    allowing,
    denied,
    open_name,
    policies_of,
    reaches,
    resources,
)
from tapgen.template.alternatives import REFERENCE, UNKNOWN
from tapgen.template.arns import fields
from tapgen.template.patterns import Match, action_matches, best, matches, wild
from tapgen.template.policies import Statement

if TYPE_CHECKING:
    from tapgen.proof.findings import Finding
    from tapgen.proof.needs.functions import FunctionNeeds
    from tapgen.proof.subject import Subject


def findings(needs: Sequence[FunctionNeeds], subject: Subject) -> Iterator[Finding]:
    """What the roles of the document's functions allow too little and too much."""
    roles: dict[str, list[FunctionNeeds]] = {}
    for one in needs:
        if one.role is None:
            where = ("Resources", one.function, "Properties", "Role")
            needs_ = dict.fromkeys(
                f"{need.action} on {describe(need.arn)}" for need in one.requirements if not need.optional
            )
            must = f"; it must allow {', '.join(needs_)}" if needs_ else ""
            yield ROLE_UNKNOWN.finding(f"The role of {one.function} is not in the template{must}.", where)
        else:
            roles.setdefault(one.role, []).append(one)
    for role, users in roles.items():
        granted = policies_of(role, subject)
        yield from _unknown(role, granted)
        for one in users:
            for requirement in _each_once(one.requirements):
                yield from _missing(requirement, role, granted, subject)
        if all(one.analysed for one in users):
            yield from _unused(role, granted.statements, users, subject)


def _each_once(requirements: Sequence[Requirement]) -> Iterator[Requirement]:
    """Without what another request of the same line needs too, such as each part of an upload."""
    seen: set[tuple[object, ...]] = set()
    for one in requirements:
        key = (one.action, one.arn, one.file, one.line, one.path, one.optional)
        if key not in seen:
            seen.add(key)
            yield one


def _unknown(role: str, granted: Policies) -> Iterator[Finding]:
    for name, path in granted.unknown:
        if open_name(name):
            message = f"{role} has a policy that the deployment names ({name}); what it allows is not known."
            yield UNPROVEN.finding(
                message, path, hint="Define the policy in the template, or accept this with a reason."
            )
        elif meant := slips.of_managed_policy(name):
            yield ABSENT_POLICY.finding(f"{role} has the policy {name}, which AWS does not have.", path, hint=meant)
        else:
            yield UNKNOWN_POLICY.finding(f"{role} has the policy {name}, whose content is not known.", path)
    for name, path in granted.unknown_boundary:
        message = f"{role} has the permissions boundary {name}; what it leaves of the permissions is not known."
        yield UNPROVEN.finding(message, path, hint="Define the boundary in the template, or accept this with a reason.")


def _missing(requirement: Requirement, role: str, granted: Policies, subject: Subject) -> Iterator[Finding]:
    if requirement.optional:
        return
    function, where = requirement.function, describe(requirement.arn)
    place = {"file": requirement.file, "line": requirement.line}
    path = requirement.path or ("Resources", function)
    match = allowed(requirement, (*granted.statements, *allowing(role, subject)), subject)
    if match == "no":
        if granted.unknown:
            return  # reported already; it may allow this
        if requirement.arn and any(
            of_another_type(requirement.action, resource, requirement.arn, subject)
            for one in granted.statements
            if one.effect == "Allow" and one.names(requirement.action)
            for resource in resources(one, subject)
        ):
            message = f"{role} allows {requirement.action}; whether on what {function} uses is not known."
            yield UNPROVEN.finding(message, path, **place)  # type: ignore[arg-type]  # two keys of known types
            return
        if _only_table(requirement, granted.statements, subject):
            message = f"{function} needs {requirement.action} on {where}; {role} allows it on the table alone."
            yield INDEX.finding(message, path, **place)  # type: ignore[arg-type]  # two keys of known types
            return
        message = (
            f"{function} needs {requirement.action} on {where}, as {requirement.because}; {role} does not allow it."
        )
        yield MISSING.finding(message, path, **place)  # type: ignore[arg-type]  # two keys of known types
        return
    blocking = _blocking(requirement, granted, subject)
    if blocking:
        message = (
            f"{function} needs {requirement.action} on {where}, as {requirement.because}; {blocking} takes it away."
        )
        yield DENIED.finding(message, path, **place)  # type: ignore[arg-type]  # two keys of known types
    elif match == "unknown":
        message = f"{role} allows {requirement.action}; whether on what {function} uses is not known."
        yield UNPROVEN.finding(message, path, **place)  # type: ignore[arg-type]  # two keys of known types
    elif keys := _conditions(requirement, granted.statements, subject):
        message = (
            f"{role} allows {requirement.action} on {where} under a condition on {keys}; whether it holds is not known."
        )
        hint = "Make sure that each request meets the condition, or accept this with a reason."
        yield UNPROVEN.finding(message, path, hint=hint, **place)  # type: ignore[arg-type]  # two keys of known types


def allowed(requirement: Requirement, statements: Sequence[Statement], subject: Subject) -> Match:
    """Whether the statements allow what is needed; "unknown" where the resource is not known."""
    speaking = [one for one in statements if one.effect == "Allow" and one.names(requirement.action)]
    if requirement.arn == ANYTHING and any(
        documented(requirement.action, resource) for one in speaking for resource in resources(one, subject)
    ):
        return "yes"
    if requirement.arn is None:
        return "yes" if any(ANYTHING in one.resources for one in speaking) else "unknown" if speaking else "no"
    arn = requirement.arn
    return best([reaches(one, possible, subject) for one in speaking for possible in stand_ins(arn)])


def _conditions(requirement: Requirement, statements: Sequence[Statement], subject: Subject) -> str:
    """The condition keys of the statements that allow what is needed; empty where one allows it without."""
    speaking = [one for one in statements if one.effect == "Allow" and one.names(requirement.action)]
    reaching = [one for one in speaking if requirement.arn is None or reaches(one, requirement.arn, subject) == "yes"]
    if not all(one.conditions for one in reaching):
        return ""
    return ", ".join(sorted({key for one in reaching for _, key, _ in one.conditions}))


def _only_table(requirement: Requirement, statements: Sequence[Statement], subject: Subject) -> bool:
    table, index, _ = (requirement.arn or "").partition("/index/")
    if not index or ":dynamodb:" not in table:
        return False
    return any(
        one.effect == "Allow" and one.names(requirement.action) and reaches(one, table, subject) == "yes"
        for one in statements
    )


def _blocking(requirement: Requirement, granted: Policies, subject: Subject) -> str:
    """What denies the requirement, in words; empty where nothing does."""
    for one in granted.statements:
        applies = one.effect == "Deny" and one.names(requirement.action)
        reached = ANYTHING in one.resources or (
            requirement.arn is not None and reaches(one, requirement.arn, subject) == "yes"
        )
        if applies and reached and denied(one, requirement.function, requirement.caller, subject):
            return f"a Deny of {one.path[1]}"
    if granted.boundary is not None and allowed(requirement, granted.boundary, subject) == "no":
        return "the permissions boundary"
    return ""


def _unused(
    role: str, statements: Sequence[Statement], users: Sequence[FunctionNeeds], subject: Subject
) -> Iterator[Finding]:
    if _used_by_others(role, subject):
        return
    required = [requirement for one in users for requirement in one.requirements]
    names = ", ".join(one.function for one in users)
    verb = "does" if len(users) == 1 else "do"
    for one in statements:
        if one.effect == "Allow" and not one.managed and not _for_services(one):
            for pattern, resource in surplus_pairs(one, required, subject):
                if not may_be_called(pattern, users):
                    message = f"{role} allows {pattern} on {describe(resource)}; {names} {verb} not need it."
                    yield UNUSED.finding(message, one.path)


def _for_services(statement: Statement) -> bool:
    """Whether it holds for what services do in the caller's name alone, which no request of the code shows."""
    return any(_FORWARDED.match(key) for _, key, _ in statement.conditions)


_FORWARDED = re.compile("aws:(ViaAWSService|CalledVia)|kms:ViaService", re.IGNORECASE)

_LAMBDA = ("lambda.amazonaws.com", "edgelambda.amazonaws.com")


def _used_by_others(role: str, subject: Subject) -> bool:
    """Whether others than the functions that were looked at may act by the role."""
    trusted = {name for held in subject.trust_policies if held.holder == role for name in held.principals}
    serverless = subject.of_type("AWS::Serverless::Function")
    return not trusted <= set(_LAMBDA) or any(subject.arns.owner(one.get("Role")) == role for _, one in serverless)


def may_be_called(pattern: str, users: Sequence[FunctionNeeds]) -> bool:
    """Whether a call that could not be resolved may need an action."""
    services = {service for one in users for service in one.unresolved}
    prefix = pattern.partition(":")[0].lower()
    return "" in services or any(matches(prefix, actions.iam_prefix(service)) for service in services)


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
        at = bisect_left(order, f"{resource}/")
        return at < len(order) and order[at].startswith(f"{resource}/")

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


def describe(arn: str | None) -> str:
    """A resource as a person calls it: its logical id, "index NAME of ItemTable", or its ARN."""
    if arn is None:
        return "a resource that is not known"
    parts = fields(arn)
    named = REFERENCE.search(parts[-1])
    if named is None or named[0] == UNKNOWN:
        return arn.replace(UNKNOWN, "*")
    owner, rest = named[1].split(".")[0], parts[-1][named.end() :].replace(UNKNOWN, "*")
    if rest.startswith("/index/"):
        return f"index {rest.removeprefix('/index/')} of {owner}"
    return owner + rest.removesuffix(":log-stream:*").removesuffix(":*")
