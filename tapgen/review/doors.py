"""Who may come in by a resource's own policy or by a Lambda permission: rules S005 and S006."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import Any, Final

from tapgen.review.identities import policy_finding
from tapgen.review.model import Finding
from tapgen.template.intrinsics import function
from tapgen.template.model import Resource, Template
from tapgen.template.policies import Condition, Element, Grant, Policy, understand_policy
from tapgen.template.text import text
from tapgen.template.types import row

# Properties that hold a resource policy: the types' pages in the CloudFormation template reference.
_POLICY_PROPERTIES: Final = (
    "PolicyDocument",
    "Policy",  # by its text alone: for many types it is a name
    "KeyPolicy",
    "ResourcePolicy",
    "AccessPolicies",
    "AccessPolicy",
    "RepositoryPolicyText",
    "FileSystemPolicy",
    "PolicyText",
    "ResourcePolicyDocument",
)
_PERMISSION_FIELDS: Final = {
    "SourceArn": ("ArnLike", "AWS:SourceArn"),
    "SourceAccount": ("StringEquals", "AWS:SourceAccount"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
}


def door_findings(old: Template, new: Template) -> Iterator[Finding | str]:
    """Findings, and by name what was not understood."""
    for name in dict.fromkeys((*new.resources, *old.resources)):
        before, after = old.resources.get(name), new.resources.get(name)
        some = after or before
        if some is None or row(some.type).identity or row(some.type).owners:
            continue
        was, now = (_policy(resource) for resource in (before, after))
        if was is not None or now is not None:
            rule = "S001" if row(some.type).for_identities else "S005"
            yield from policy_finding(rule, name, some.type, was, now)
        if row(some.type).own_language and (before is None or after is None or before.properties != after.properties):
            yield f"{name}: what a change of {some.type} opens is not analysed"
    yield from _permissions(old, new)


def _policy(resource: Resource | None) -> Policy | None:
    """Every policy in a resource's properties, as one; None where there is none."""
    if resource is None:
        return None
    found = [understand_policy(value, resource="this resource") for value in _documents(dict(resource.properties), "")]
    return reduce(or_, found) if found else None


def _documents(value: Any, name: str) -> Iterator[Any]:
    """What is a policy document by its shape, or by the property that it stands in where its shape is not known."""
    if function(value) or isinstance(value, str):
        written = text(value).lstrip()
        if name in _POLICY_PROPERTIES and (written.startswith('{"') or (function(value) and name != "Policy")):
            yield value
    elif isinstance(value, dict):
        if _has_effect(value.get("Statement")):
            yield value
        else:
            for key, item in value.items():
                yield from _documents(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from _documents(item, "")


def _has_effect(statements: Any) -> bool:
    """Whether these are a policy's statements: a firewall's rules have a Statement too, without an Effect."""
    listed = statements if isinstance(statements, list) else [statements]
    # An empty list is a policy that says nothing; a function is a statement that is not known.
    return statements is not None and all(
        isinstance(item, dict) and ("Effect" in item or function(item)) for item in listed
    )


def _permissions(old: Template, new: Template) -> Iterator[Finding | str]:
    """All permissions of one function are one policy: which resource of the template holds which does not matter."""
    before, after = _by_function(old), _by_function(new)
    for name in dict.fromkeys((*after, *before)):
        was, now = before.get(name), after.get(name)
        logical_id = name[2:-1].split(".")[0] if name.startswith("${") else name
        existed, exists = logical_id in old.resources, logical_id in new.resources
        yield from policy_finding(
            "S006",
            logical_id,
            "AWS::Lambda::Function",
            was or (Policy() if existed else None),
            now or (Policy() if exists else None),
        )


def _by_function(template: Template) -> dict[str, Policy]:
    found: dict[str, Policy] = {}
    for permission in template.of_type("AWS::Lambda::Permission", "AWS::Lambda::LayerVersionPermission"):
        properties = permission.properties
        subject = properties.get("FunctionName", properties.get("LayerVersionArn", permission.logical_id))
        target = template.target(subject)
        name = "${" + target.logical_id + "}" if target is not None and _is_function(target) else text(subject)
        conditions = {
            Condition(operator, key, frozenset({text(properties[field])}))
            for field, (operator, key) in _PERMISSION_FIELDS.items()
            if field in properties
        }
        grant = Grant(
            effect="Allow",
            principal=Element(_principal(text(properties.get("Principal", "*")))),
            action=Element(text(properties.get("Action", "lambda:InvokeFunction"))),
            resource=Element(name),
            conditions=frozenset(conditions),
        )
        found[name] = found.get(name, Policy()) | Policy(frozenset({grant}))
    return found


def _is_function(resource: Resource) -> bool:
    return resource.type in ("AWS::Lambda::Function", "AWS::Serverless::Function")


def _principal(written: str) -> str:
    return f"Service: {written}" if ".amazonaws.com" in written or "${AWS::URLSuffix}" in written else written
