"""Who may come in by a resource's own policy or by a Lambda permission: rules S005 and S006."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tapgen.review.identities import IDENTITIES, policy_finding
from tapgen.review.intrinsics import function
from tapgen.review.model import Finding
from tapgen.review.show import text
from tapgen.review.statements import Condition, Element, Grant, Policy, understand_policy
from tapgen.review.template import Resource, Template

# Properties that hold a resource policy: the types' pages in the CloudFormation template reference.
_POLICY_PROPERTIES: Final = (
    "PolicyDocument",
    "Policy",
    "KeyPolicy",
    "ResourcePolicy",
    "AccessPolicies",
    "AccessPolicy",
    "RepositoryPolicyText",
    "FileSystemPolicy",
    "PolicyText",
    "ResourcePolicyDocument",
)
_IDENTITY_POLICIES: Final = (
    "AWS::IAM::Policy",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::RolePolicy",
    "AWS::IAM::UserPolicy",
    "AWS::IAM::GroupPolicy",
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
        if some is None or some.type in (*IDENTITIES, *_IDENTITY_POLICIES):
            continue
        was, now = (_policy(resource) for resource in (before, after))
        if was is not None or now is not None:
            yield from policy_finding("S005", name, some.type, was, now)
    yield from _permissions(old, new)


def _policy(resource: Resource | None) -> Policy | None:
    if resource is None:
        return None
    found = None
    for name in _POLICY_PROPERTIES:
        value = resource.properties.get(name)
        if _looks_like_policy(value) or (isinstance(value, str) and value.lstrip().startswith("{")):
            policy = understand_policy(value, resource="this resource")
            found = policy if found is None else found | policy
    return found


def _looks_like_policy(value: Any) -> bool:
    if function(value):
        return text(value).lstrip().startswith("{") or function(value) == ("Fn::If", value.get("Fn::If"))
    return isinstance(value, dict) and "Statement" in value


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
