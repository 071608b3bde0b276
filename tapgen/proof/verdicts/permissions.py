"""Needed against granted, by (action, resource), in both directions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from tapgen.proof.needs import actions
from tapgen.proof.needs.documented import documented, stand_ins
from tapgen.proof.needs.requirements import ANYTHING, Requirement
from tapgen.proof.rules import slips
from tapgen.proof.rules.permissions import (
    ABSENT_POLICY,
    DENIED,
    INDEX,
    LOG_DENIED,
    MISSING,
    ROLE_UNKNOWN,
    UNKNOWN_POLICY,
    UNPROVEN,
    UNUSED,
)
from tapgen.proof.verdicts.grants import (
    Policies,
    allowing,
    denied,
    open_name,
    policies_of,
    reaches,
    resources,
)
from tapgen.proof.verdicts.surplus import of_another_type, surplus_pairs
from tapgen.template.alternatives import REFERENCE, UNKNOWN, listed
from tapgen.template.arns import fields
from tapgen.template.patterns import Match, best, matches
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
            for requirement in _each_once(one.requirements, granted.statements):
                yield from _missing(requirement, role, granted, subject)
        if all(one.analysed for one in users):
            yield from _unused(role, granted.statements, roles, subject)


def _each_once(requirements: Sequence[Requirement], statements: Sequence[Statement]) -> Iterator[Requirement]:
    """Without what another request of the same line needs too, such as each part of an upload.

    Where nothing allows an action at all, and a request needs it on what is not known, that says it of all.
    """
    anywhere = {(one.action, one.file, one.line) for one in requirements if one.arn is None and not one.optional}
    told = {one[0]: any(each.effect == "Allow" and each.names(one[0]) for each in statements) for one in anywhere}
    seen: set[tuple[object, ...]] = set()
    for one in requirements:
        key = (one.action, one.arn, one.file, one.line, one.path, one.optional)
        said = one.arn is not None and (one.action, one.file, one.line) in anywhere and not told[one.action]
        if key not in seen and not said:
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
        told = {"hint": _FOR_SERVICES} if requirement.caller == "service" else {}
        yield MISSING.finding(message, path, **told, **place)  # type: ignore[arg-type]  # three keys of known types
        return
    blocking = _blocking(requirement, granted, subject)
    if blocking:
        message = (
            f"{function} needs {requirement.action} on {where}, as {requirement.because}; {blocking} takes it away."
        )
        of_log = requirement.caller == "service" and requirement.action.startswith("logs:") and "Deny" in blocking
        rule = LOG_DENIED if of_log else DENIED
        yield rule.finding(message, path, **place)  # type: ignore[arg-type]  # two keys of known types
    elif match == "unknown":
        message = f"{role} allows {requirement.action}; whether on what {function} uses is not known."
        yield UNPROVEN.finding(message, path, **place)  # type: ignore[arg-type]  # two keys of known types
    elif keys := _conditions(requirement, granted.statements, subject):
        message = (
            f"{role} allows {requirement.action} on {where} under a condition on {keys}; whether it holds is not known."
        )
        hint = "Make sure that each request meets the condition, or accept this with a reason."
        yield UNPROVEN.finding(message, path, hint=hint, **place)  # type: ignore[arg-type]  # two keys of known types


_FOR_SERVICES = "Allow the action on that resource: Lambda acts for the function, whatever its code does."


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
    role: str, statements: Sequence[Statement], roles: Mapping[str, Sequence[FunctionNeeds]], subject: Subject
) -> Iterator[Finding]:
    if _used_by_others(role, subject):
        return
    for policy, own in groupby(statements, key=lambda one: "" if one.managed else str(one.path[1])):
        users = _users(policy, role, roles, subject) if policy else ()
        required = [requirement for one in users for requirement in one.requirements]
        names = ", ".join(one.function for one in users)
        verb = "does" if len(users) == 1 else "do"
        for one in own if users else ():
            if one.effect == "Allow" and not _for_services(one):
                for pattern, resource in surplus_pairs(one, required, subject):
                    if not may_be_called(pattern, users):
                        message = f"{role} allows {pattern} on {describe(resource)}; {names} {verb} not need it."
                        yield UNUSED.finding(message, one.path)


def _users(
    policy: str, role: str, roles: Mapping[str, Sequence[FunctionNeeds]], subject: Subject
) -> Sequence[FunctionNeeds]:
    """The functions that may act by a policy; () where others may, or a function was not read."""
    if policy == role or subject.type_of(policy) == "AWS::IAM::RolePolicy":
        return roles[role]
    holders = _holders(policy, subject)
    for one in holders:
        if one not in roles or _used_by_others(one, subject) or not all(user.analysed for user in roles[one]):
            return ()
    return [user for one in holders for user in roles[one]]


def _holders(policy: str, subject: Subject) -> tuple[str, ...]:
    """The roles that a policy is attached to, by their logical ids; "" for whoever else has it."""
    properties = subject.properties(policy)
    named = [one for name in ("Roles", "Users", "Groups") for one in listed(properties.get(name))]
    found = [subject.arns.owner(one) or "" for one in named]
    for holder, held in subject.of_type("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"):
        if any(subject.arns.owner(one) == policy for one in listed(held.get("ManagedPolicyArns"))):
            found.append(holder)
    if policy in subject.given_away:
        found.append("")
    return tuple(dict.fromkeys(found))


def _for_services(statement: Statement) -> bool:
    """Whether it holds for what services do in the caller's name alone, which no request of the code shows."""
    return any(_FORWARDED.match(key) for _, key, _ in statement.conditions)


_FORWARDED = re.compile("aws:(ViaAWSService|CalledVia)|kms:ViaService", re.IGNORECASE)

_LAMBDA = ("lambda.amazonaws.com", "edgelambda.amazonaws.com")


def _used_by_others(role: str, subject: Subject) -> bool:
    """Whether others than the functions that were looked at may act by the role."""
    trusted = {name for held in subject.trust_policies if held.holder == role for name in held.principals}
    serverless = subject.of_type("AWS::Serverless::Function")
    return (
        not trusted <= set(_LAMBDA)
        or any(subject.arns.owner(one.get("Role")) == role for _, one in serverless)
        or role in subject.given_away
    )


def may_be_called(pattern: str, users: Sequence[FunctionNeeds]) -> bool:
    """Whether a call that could not be resolved, or the code of a layer, may need an action."""
    if not all(one.all_read for one in users):
        return True
    services = {service for one in users for service in one.unresolved}
    prefix = pattern.partition(":")[0].lower()
    return "" in services or any(matches(prefix, actions.iam_prefix(service)) for service in services)


def describe(arn: str | None) -> str:
    """A resource as a person calls it: its logical id, "index NAME of ItemTable", or its ARN."""
    if arn is None:
        return "a resource that is not known"
    parts = fields(arn)
    named = REFERENCE.search(parts[-1])
    if named is None or named[0] == UNKNOWN:
        return arn.replace(UNKNOWN, "*")
    owner, rest = named[1].split(".")[0], parts[-1][named.end() :].replace(UNKNOWN, "*")
    if parts[-1].startswith("log-group:/aws/lambda/"):
        return f"the log group of {owner}"
    if len(parts) == 6 and parts[2] == "lambda" and rest == ":*":
        return f"a version or alias of {owner}"
    if rest.startswith("/index/"):
        return f"index {rest.removeprefix('/index/')} of {owner}"
    return owner + rest.removesuffix(":log-stream:*").removesuffix(":*")
