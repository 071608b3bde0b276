"""Where a template says who may come in: resource policies of every type, trust policies, Lambda permissions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tapgen.template.grants import ANY, NOBODY, Condition, Element, Grant, Policy, understand_policy
from tapgen.template.model import Resource, Template
from tapgen.template.paths import Path
from tapgen.template.policy_documents import policy_documents
from tapgen.template.text import text
from tapgen.template.types import row

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
    without = ANY if row(resource.type).for_identities else NOBODY
    for path, document in policy_documents(resource):
        yield path, understand_policy(document, resource="this resource", principal=without)


def trust_policy(role: Resource) -> Policy:
    """Who may assume a role."""
    written = role.properties.get("AssumeRolePolicyDocument")
    return understand_policy(written, resource="this role", principal=NOBODY)


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
