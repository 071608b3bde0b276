"""Where a template says who may come in: resource policies of every type, trust policies, Lambda permissions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tapgen.template.grants import Condition, Element, Grant, Policy, understand_policy
from tapgen.template.intrinsics import function
from tapgen.template.model import Resource, Template
from tapgen.template.paths import Path
from tapgen.template.text import text
from tapgen.template.types import row, value_at

# Properties that hold a resource policy in types without a row: their pages in the CloudFormation template reference.
_POLICY_PROPERTIES: Final = frozenset(
    {
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
    }
)
_PERMISSION_FIELDS: Final = {
    "SourceArn": ("ArnLike", "AWS:SourceArn"),
    "SourceAccount": ("StringEquals", "AWS:SourceAccount"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
}
PERMISSIONS: Final = ("AWS::Lambda::Permission", "AWS::Lambda::LayerVersionPermission")


def resource_policies(resource: Resource) -> Iterator[tuple[Path, Policy]]:
    """Each policy in a resource's properties, with its path; a trust or an identity's policy is none of them."""
    known = row(resource.type)
    if known.identity or known.owners:
        return
    for path, document in _documents(resource, known.policy):
        yield path, understand_policy(document, resource="this resource")


def _documents(resource: Resource, known: tuple[str, ...]) -> Iterator[tuple[Path, Any]]:
    base: Path = ("Resources", resource.logical_id, "Properties")
    if known:
        value = value_at(resource.properties, known)
        if value not in (None, ""):
            single = isinstance(value, Mapping) and "Effect" in value  # EventBusPolicy holds the statement alone
            yield (*base, *known), {"Statement": [value]} if single else value
    for path, document in _by_shape(dict(resource.properties), base):
        if path[3 : 3 + len(known)] != known or not known:
            yield path, document


def _by_shape(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """What is a policy document by its shape, or by the property that it stands in where its shape is not known."""
    name = path[-1]
    if function(value) or isinstance(value, str):
        written = text(value).lstrip()
        if name in _POLICY_PROPERTIES and (written.startswith('{"') or (function(value) and name != "Policy")):
            yield path, value
    elif isinstance(value, dict):
        if _has_effect(value.get("Statement")):
            yield path, value
        else:
            for key, item in value.items():
                yield from _by_shape(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _by_shape(item, (*path, index))


def _has_effect(statements: Any) -> bool:
    """Whether these are a policy's statements: a firewall's rules have a Statement too, without an Effect."""
    listed = statements if isinstance(statements, list) else [statements]
    # An empty list is a policy that says nothing; a function is a statement that is not known.
    return statements is not None and all(
        isinstance(item, dict) and ("Effect" in item or function(item)) for item in listed
    )


def trust_policy(role: Resource) -> Policy:
    """Who may assume a role."""
    return understand_policy(role.properties.get("AssumeRolePolicyDocument"), resource="this role")


def invoke_policies(template: Template) -> dict[str, tuple[Policy, tuple[str, ...]]]:
    """Function (as text) -> who may invoke it, and the permissions of the template that say so."""
    found: dict[str, tuple[Policy, tuple[str, ...]]] = {}
    for permission in template.of_type(*PERMISSIONS):
        name, grant = invoke_grant(permission, template)
        policy, sources = found.get(name, (Policy(), ()))
        found[name] = (policy | Policy(frozenset({grant})), (*sources, permission.logical_id))
    return found


def invoke_grant(permission: Resource, template: Template) -> tuple[str, Grant]:
    """The function of a Lambda permission, as text, and what the permission allows."""
    properties = permission.properties
    subject = properties.get("FunctionName", properties.get("LayerVersionArn", permission.logical_id))
    target = template.target(subject)
    is_function = target is not None and target.type in ("AWS::Lambda::Function", "AWS::Serverless::Function")
    name = "${" + target.logical_id + "}" if target is not None and is_function else text(subject)
    conditions = {
        Condition(operator, key, frozenset({text(properties[field])}))
        for field, (operator, key) in _PERMISSION_FIELDS.items()
        if field in properties
    }
    return name, Grant(
        effect="Allow",
        principal=Element(_principal(text(properties.get("Principal", "*")))),
        action=Element(text(properties.get("Action", "lambda:InvokeFunction"))),
        resource=Element(name),
        conditions=frozenset(conditions),
    )


def _principal(written: str) -> str:
    return f"Service: {written}" if ".amazonaws.com" in written or "${AWS::URLSuffix}" in written else written
