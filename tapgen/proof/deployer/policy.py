"""The smallest permissions to deploy a template, from what CloudFormation's resource handlers call, as statements.

An upper bound: a handler's list names everything that it may call, whatever the properties. Source: `handlers` in
the CloudFormation resource provider schemas (scripts/handler_permissions.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from tapgen.proof.deployer.calls import SYNC, SYNC_LAYER, SYNC_STATE_MACHINE, SYNCED_FUNCTIONS
from tapgen.proof.needs import actions
from tapgen.proof.subject import items
from tapgen.template import types
from tapgen.template.alternatives import REFERENCE, UNKNOWN, alternatives
from tapgen.template.tables import row

if TYPE_CHECKING:
    from tapgen.proof.deployer.calls import Operation
    from tapgen.proof.subject import Subject

_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z]+")


class Grants(Struct, frozen=True):
    """What a principal may do: (action, ARN) of each, and the roles that it may pass to the services.

    `boundary` is the policy that every role which it makes must have as its permissions boundary, '' for none.
    """

    calls: frozenset[tuple[str, str]] = frozenset()
    passed: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    boundary: str = ""

    def __or__(self, other: Grants) -> Grants:
        """Both."""
        return Grants(
            self.calls | other.calls,
            self.passed | other.passed,
            self.services | other.services,
            self.boundary or other.boundary,
        )


def resource_grants(operations: Iterable[Operation], subject: Subject, stack: str) -> Grants:
    """What the resources' handlers call: the deployer's, unless CloudFormation has a role of its own."""
    found = Grants()
    for operation in operations:
        passed = frozenset(_passed(operation, subject, stack))
        services = frozenset(_services(subject)) if passed else frozenset()
        found |= Grants(frozenset(_handler_calls(operation, subject, stack)), passed, services)
    return found


_SYNCED = {
    "AWS::Lambda::Function": SYNC,
    "AWS::Lambda::LayerVersion": SYNC_LAYER,
    "AWS::StepFunctions::StateMachine": SYNC_STATE_MACHINE,
}


def sync_grants(subject: Subject, stack: str) -> Grants:
    """What `tapgen sync` takes, which a protected environment does not know."""
    if subject.protected:
        return Grants()
    calls = {
        (action, arn)
        for kind, actions_ in _SYNCED.items()
        for owner, _ in subject.of_type(kind)
        for action in actions_
        for arn in _arns(action, owner, stack, subject)
    }
    return Grants(frozenset({*calls, (SYNCED_FUNCTIONS, "*")})) if calls else Grants()


def read_grants(subject: Subject, stack: str) -> Grants:
    """What reading the resources takes, which a drift detection does in the name of who asks for it."""
    return Grants(
        frozenset(
            (action, arn)
            for owner, resource in subject.resources.items()
            for action in _known((row("handler_permissions", resource.type) or {}).get("read", ()))
            if not _passes(action)
            for arn in _arns(action, owner, stack, subject)
        )
    )


def unknown_types(subject: Subject) -> tuple[str, ...]:
    """The types whose handlers publish no permissions."""
    types_ = {resource.type for resource in subject.resources.values()}
    return tuple(sorted(one for one in types_ if row("handler_permissions", one) is None))


def statements(grants: Grants) -> list[dict[str, Any]]:
    """The statements: one for each set of actions on the same resources, those on the stack first."""
    bounded = frozenset(call for call in grants.calls if call[0] in _BOUNDED) if grants.boundary else frozenset()
    left = {call for call in grants.calls - bounded if not (grants.boundary and call[0] in _UNBINDING)}
    found = _grouped(left)
    if bounded:
        operator = "StringLike" if "*" in grants.boundary else "StringEquals"
        found += _grouped(bounded, {operator: {"iam:PermissionsBoundary": grants.boundary}})
    if grants.passed:
        services = sorted(grants.services)
        condition = {"StringEquals": {"iam:PassedToService": services}} if services else None
        found.append(_statement(["iam:PassRole"], sorted(grants.passed), condition))
    return found


# IAM user guide, "Permissions boundaries": who makes roles with a boundary alone cannot make one that may do more.
_BOUNDED = frozenset(
    {"iam:CreateRole", "iam:CreateUser", "iam:PutRolePermissionsBoundary", "iam:PutUserPermissionsBoundary"}
)
_UNBINDING = frozenset({"iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary"})


def _grouped(calls: Iterable[tuple[str, str]], condition: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """One statement for each set of actions on the same resources; what is allowed everywhere stands once."""
    granted: dict[str, set[str]] = {}
    for action, arn in calls:
        granted.setdefault(arn, set()).add(action)
    everywhere = granted.get("*", set())
    rows: dict[tuple[str, ...], list[str]] = {}
    for arn, names in granted.items():
        left = names if arn == "*" else names - everywhere
        if left:
            rows.setdefault(tuple(sorted(left)), []).append(arn)
    ordered = sorted(rows.items(), key=_stack_first)
    return [_statement(list(names), sorted(arns), condition) for names, arns in ordered]


def _handler_calls(operation: Operation, subject: Subject, stack: str) -> Iterator[tuple[str, str]]:
    """(action, resource) of what the handlers call; PassRole is apart."""
    for owner, resource in subject.resources.items():
        for action in _handler(resource.type, operation):
            if not _passes(action):
                yield from ((action, arn) for arn in _arns(action, owner, stack, subject))


def _passed(operation: Operation, subject: Subject, stack: str) -> list[str]:
    """The roles that the handlers pass."""
    owners = (
        owner
        for owner, resource in subject.resources.items()
        if any(map(_passes, _handler(resource.type, operation)))
        or (resource.type in _WITH_BODY and operation in ("create", "update"))
    )
    return sorted({role for owner in owners for role in _passed_roles(owner, stack, subject)})


def _stack_first(row: tuple[tuple[str, ...], list[str]]) -> tuple[bool, tuple[str, ...]]:
    names, _ = row
    return not names[0].startswith("cloudformation:"), names


def _statement(names: list[str], resources: list[str], condition: dict[str, Any] | None = None) -> dict[str, Any]:
    written: dict[str, Any] = {"Effect": "Allow", "Action": sorted(names), "Resource": resources}
    return {**written, "Condition": condition} if condition else written


@cache
def _handler(type_: str, operation: Operation) -> tuple[str, ...]:
    """The actions of a type's handler; an update also reads, and what is replaced is created and deleted."""
    handlers = row("handler_permissions", type_) or {}
    names: Iterable[str] = handlers.get(operation, ())
    if operation == "update":
        names = [*names, *handlers.get("read", ()), *(() if "update" in handlers else handlers.get("create", ()))]
    return tuple(_known(names))


def _known(names: Iterable[str]) -> Iterator[str]:
    """The actions that IAM knows."""
    return (name for name in names if _ACTION.fullmatch(name) and (actions.action(name) is not None or _passes(name)))


def _name(owner: str, stack: str, subject: Subject) -> str:
    """A resource's name as far as it is known: its own, or the one that CloudFormation makes, STACK-LOGICALID-*.

    Source: CloudFormation user guide, "Name type": physical ids of unnamed resources.
    """
    name = types.row(subject.type_of(owner)).name
    value = subject.properties(owner).get(name) if name else None
    for text in alternatives(value) if value is not None else ():
        if UNKNOWN not in text:
            return REFERENCE.sub("*", text.replace("${AWS::StackName}", stack))
    return f"{stack}-{owner}-*"


_LOWER_CASE = frozenset({"AWS::S3::Bucket"})


def _arns(action: str, owner: str, stack: str, subject: Subject) -> tuple[str, ...]:
    """The resources of a handler's action: the resource itself where its ARN holds its name, else everything."""
    type_ = subject.type_of(owner)
    form = types.row(type_).arn
    known = actions.action(action)
    if form is None or known is None or not types.row(type_).name or action.partition(":")[0] != form.service:
        return ("*",)
    stem = form.resource.partition("{}")[0]
    matching = [one for one in known.resource_types if any(_last(arn).startswith(f"{stem}${{") for arn in one.arns)]
    if not matching:
        return ("*",)
    name = _name(owner, stack, subject)
    name = name.lower() if type_ in _LOWER_CASE else name
    region, account = ("*" if form.regional else ""), ("*" if form.owned else "")
    base = f"arn:*:{form.service}:{region}:{account}:{form.resource.format(name)}"
    return (base, base.removesuffix(":*")) if base.endswith(":*") else (base,)


def _last(arn: str) -> str:
    return arn.split(":", 5)[-1] if arn.count(":") >= 5 else arn


_ROLES: Final = ("role", "rolearn", "credentials", "credentialsarn")
_WITH_BODY: Final = frozenset({"AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"})
"""What is an OpenAPI document passes the roles of its integrations, which its handler does not say."""


def _passes(action: str) -> bool:
    return action.lower() == "iam:passrole"


def _passed_roles(owner: str, stack: str, subject: Subject) -> Iterator[str]:
    """The roles that a resource's properties name: those of the template, or the ARN that is written there."""
    for one in _named_roles(subject.properties(owner)):
        role = subject.arns.owner(one)
        if role and subject.type_of(role) == "AWS::IAM::Role":
            path = str(subject.properties(role).get("Path", "/")).strip("/")
            yield f"arn:*:iam::*:role/{path + '/' if path else ''}{_name(role, stack, subject)}"
        elif isinstance(one, str) and one.startswith("arn:") and ":role/" in one:
            yield one


def _named_roles(value: Any) -> Iterator[Any]:
    """The values of every key that is called like a role's, however deep: a schedule has its own in its target."""
    if isinstance(value, list):
        for one in value:
            yield from _named_roles(one)
    for key, inner in value.items() if isinstance(value, dict) else ():
        if key.lower().endswith(_ROLES):
            yield from items(inner)
        else:
            yield from _named_roles(inner)


def _services(subject: Subject) -> list[str]:
    """The services that the template's roles trust."""
    found: set[str] = set()
    for _, properties in subject.of_type("AWS::IAM::Role"):
        trust = properties.get("AssumeRolePolicyDocument")
        for statement in items(trust.get("Statement") if isinstance(trust, dict) else None):
            principal = statement.get("Principal") if isinstance(statement, dict) else None
            service = principal.get("Service") if isinstance(principal, dict) else None
            found.update(name for name in items(service) if isinstance(name, str))
    return sorted(found)
