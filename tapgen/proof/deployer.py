"""The smallest policy that a deployer needs for a template, from what CloudFormation's resource handlers call.

An upper bound: a handler's list names everything that it may call, whatever the properties. Source: `handlers` in
the CloudFormation resource provider schemas (scripts/handler_permissions.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from tapgen.proof import actions
from tapgen.proof.arns import ARN_FORMS, logical_id
from tapgen.proof.resolve import REFERENCE, UNKNOWN, texts
from tapgen.proof.subject import items
from tapgen.proof.tables import row

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject

Operation = Literal["create", "update", "delete"]
OPERATIONS: tuple[Operation, ...] = get_args(Operation)

# What the deployer itself calls: CloudFormation API reference; AWS Service Authorization Reference, CloudFormation.
STACK_ACTIONS: dict[Operation, tuple[str, ...]] = {
    "create": (
        "CreateChangeSet",
        "ExecuteChangeSet",
        "DescribeChangeSet",
        "DescribeStackEvents",
        "DescribeStacks",
        "TagResource",
    ),
    "update": (
        "CreateChangeSet",
        "ExecuteChangeSet",
        "DescribeChangeSet",
        "DescribeStackEvents",
        "DescribeStacks",
        "GetTemplate",
    ),
    "delete": ("DeleteChangeSet", "DeleteStack", "DescribeStackEvents", "DescribeStacks"),
}
_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z]+")


@dataclass(frozen=True)
class Deployer:
    """The policies by operation, and the types whose handlers publish no permissions."""

    policies: dict[str, dict[str, Any]]
    unknown: tuple[str, ...]


def deployer(subject: Subject, stack: str) -> Deployer:
    """What it takes to create, update and delete the stack; the three are policies of their own."""
    unknown = sorted(
        {
            resource["Type"]
            for resource in subject.resources.values()
            if row("handler_permissions", resource["Type"]) is None
        }
    )
    return Deployer({operation: _policy(operation, subject, stack) for operation in OPERATIONS}, tuple(unknown))


def _policy(operation: Operation, subject: Subject, stack: str) -> dict[str, Any]:
    granted: dict[str, set[str]] = {}
    passed: set[str] = set()
    for owner, resource in subject.resources.items():
        for action in _handler(resource["Type"], operation):
            if action.lower() == "iam:passrole":
                passed.update(_passed_roles(owner, stack, subject))
                continue
            for arn in _arns(action, owner, stack, subject):
                granted.setdefault(arn, set()).add(action)
    for arn in list(granted):
        if arn != "*":
            granted[arn] -= granted.get("*", set())
    rows: dict[tuple[str, ...], list[str]] = {}
    for arn, names in granted.items():
        if names:
            rows.setdefault(tuple(sorted(names)), []).append(arn)
    found = [
        _statement(
            [f"cloudformation:{name}" for name in STACK_ACTIONS[operation]],
            [f"arn:*:cloudformation:*:*:stack/{stack}/*"],
        )
    ]
    found += [_statement(list(names), sorted(arns)) for names, arns in sorted(rows.items())]
    if passed:
        services = _services(subject)
        condition = {"StringEquals": {"iam:PassedToService": services}} if services else None
        found.append(_statement(["iam:PassRole"], sorted(passed), condition))
    return {"Version": "2012-10-17", "Statement": found}


def _statement(names: list[str], resources: list[str], condition: dict[str, Any] | None = None) -> dict[str, Any]:
    written: dict[str, Any] = {"Effect": "Allow", "Action": sorted(names), "Resource": resources}
    return {**written, "Condition": condition} if condition else written


def _handler(type_: str, operation: Operation) -> Iterator[str]:
    """The actions of a type's handler; an update also reads, and what is replaced is created and deleted."""
    handlers = row("handler_permissions", type_) or {}
    names: Iterable[str] = handlers.get(operation, ())
    if operation == "update":
        names = [*names, *handlers.get("read", ()), *(() if "update" in handlers else handlers.get("create", ()))]
    for name in names:
        if _ACTION.fullmatch(name) and (actions.action(name) is not None or name.lower() == "iam:passrole"):
            yield name


def _name(owner: str, stack: str, subject: Subject) -> str:
    """A resource's name as far as it is known: its own, or the one that CloudFormation makes, STACK-LOGICALID-*.

    Source: CloudFormation user guide, "Name type": physical ids of unnamed resources.
    """
    form = ARN_FORMS.get(subject.type_of(owner) or "")
    value = subject.properties(owner).get(form.name) if form and form.name else None
    for text in texts(value) if value is not None else ():
        if UNKNOWN not in text:
            return REFERENCE.sub("*", text.replace("${AWS::StackName}", stack))
    return f"{stack}-{owner}-*"


_LOWER_CASE = frozenset({"AWS::S3::Bucket"})


def _arns(action: str, owner: str, stack: str, subject: Subject) -> tuple[str, ...]:
    """The resources of a handler's action: the resource itself where its ARN holds its name, else everything."""
    type_ = subject.type_of(owner) or ""
    form = ARN_FORMS.get(type_)
    known = actions.action(action)
    if form is None or known is None or not form.name or action.partition(":")[0] != form.service:
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


def _passed_roles(owner: str, stack: str, subject: Subject) -> Iterator[str]:
    """The roles that a resource's properties name: those of the template, or the ARN that is written there."""
    for key, value in subject.properties(owner).items():
        if not key.lower().endswith(("role", "rolearn")):
            continue
        for one in items(value):
            role = logical_id(one, subject)
            if role and subject.type_of(role) == "AWS::IAM::Role":
                path = str(subject.properties(role).get("Path", "/")).strip("/")
                yield f"arn:*:iam::*:role/{path + '/' if path else ''}{_name(role, stack, subject)}"
            elif isinstance(one, str) and one.startswith("arn:"):
                yield one


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
