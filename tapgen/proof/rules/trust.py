"""Rules about who may act: trust policies, resource and endpoint policies, permissions to call functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tapgen.proof.rules.rule import Hit, Rule
from tapgen.proof.subject import truthy
from tapgen.template.alternatives import alternatives
from tapgen.template.arns import fields
from tapgen.template.policies import statements

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject
    from tapgen.template.document import DocumentPath


_OF_LAMBDA = frozenset({"lambda.amazonaws.com", "edgelambda.amazonaws.com", "*"})
"""Whom a function's role trusts; CloudFront developer guide, "Set up IAM permissions and roles for Lambda@Edge"."""


def _function_trust(subject: Subject) -> Iterator[Hit]:
    used = {subject.arns.owner(properties.get("Role")) for _, properties in subject.of_type("AWS::Lambda::Function")}
    for held in subject.trust_policies:
        others = sorted(held.principals - _OF_LAMBDA)
        if held.holder in used and others:
            message = f"{held.holder} is a function's role and trusts {', '.join(others)} too."
            yield Hit(message, held.path)


def _open_endpoints(subject: Subject) -> Iterator[Hit]:
    for owner, properties in subject.of_type("AWS::EC2::VPCEndpoint"):
        path: DocumentPath = ("Resources", owner, "Properties", "PolicyDocument")
        found = statements(properties.get("PolicyDocument"), path)
        if properties.get("PolicyDocument") is None:
            yield Hit(f"{owner} has no policy: everything may go through it.", path)
        elif any(
            one.effect == "Allow" and not one.conditions and "*" in one.resources and {"*", "*:*"} & set(one.actions)
            for one in found
        ):
            yield Hit(f"{owner} lets every action on every resource through.", path)


def _shared_roles(subject: Subject) -> Iterator[Hit]:
    users: dict[str, list[str]] = {}
    for function, properties in subject.of_type("AWS::Lambda::Function"):
        role = subject.arns.owner(properties.get("Role"))
        if role is not None:
            users.setdefault(role, []).append(function)
    for role, functions in users.items():
        if len(functions) > 1:
            yield Hit(f"{', '.join(functions)} share {role}: each may do what any of them needs.", ("Resources", role))


def _invoke_permissions(subject: Subject) -> Iterator[Hit]:
    for one in subject.exposures:
        if one.kind == "invoke" and not _by_url(subject.properties(str(one.path[1])), subject):
            yield Hit(one.message, one.path)
    for owner, properties in subject.of_type("AWS::Lambda::Permission"):
        path: DocumentPath = ("Resources", owner, "Properties")
        for principal in alternatives(properties.get("Principal")):
            if principal.endswith(".amazonaws.com") and not (
                properties.get("SourceArn") or properties.get("SourceAccount")
            ):
                yield Hit(f"{owner} lets {principal} call the function for any account.", path)


def _by_url(permission: Mapping[str, Any], subject: Subject) -> bool:
    """A permission of a function's URL in the same template: who may call that is what the rules on URLs speak of."""
    if permission.get("FunctionUrlAuthType") != "NONE" and not truthy(permission.get("InvokedViaFunctionUrl")):
        return False
    function = permission.get("FunctionName")
    urls = [properties.get("TargetFunctionArn") for _, properties in subject.of_type("AWS::Lambda::Url")]
    owner = subject.arns.owner(function)
    return any(url == function or (owner is not None and subject.arns.owner(url) == owner) for url in urls)


def _invoke_sources(subject: Subject) -> Iterator[Hit]:
    for owner, properties in subject.of_type("AWS::Lambda::Permission"):
        for arn in subject.arns.read(properties.get("SourceArn")) if properties.get("SourceArn") is not None else ():
            parts = fields(arn)
            if len(parts) == 6 and parts[2] == "execute-api":
                stage, method, route = [*parts[5].split("/", 3)[1:], None, None, None][:3]
                if stage == "authorizers":  # of this API; with an OpenAPI body nobody knows their ids
                    continue
                if stage in (None, "*") or method is None or (method == "*" and route in (None, "*")):
                    path: DocumentPath = ("Resources", owner, "Properties", "SourceArn")
                    yield Hit(f"{owner} lets every stage or route of the API call the function.", path)


_LEAST = 'IAM user guide, "Security best practices in IAM": apply least-privilege permissions'

TRUST_RULES = (
    Rule(
        "trust-others",
        "warning",
        "A function's role is trusted to others than Lambda",
        "Another principal can act as the function.",
        "Trust lambda.amazonaws.com alone.",
        'Lambda developer guide, "Defining Lambda function permissions with an execution role"',
        _function_trust,
    ),
    Rule(
        "role-shared",
        "warning",
        "Several functions share one role",
        "Each may do what any of them needs.",
        "Give each function a role of its own.",
        _LEAST,
        _shared_roles,
    ),
    Rule(
        "endpoint-open",
        "warning",
        "A VPC endpoint lets everything through",
        "Data can leave to any resource of any account that the service holds.",
        "Give the endpoint a policy with the actions and resources that the functions use.",
        'AWS PrivateLink guide, "Control access to VPC endpoints using endpoint policies"',
        _open_endpoints,
    ),
    Rule(
        "invoke-public",
        "error",
        "Others than the application may call a function",
        "Without SourceArn or SourceAccount a service may call it on behalf of any account (confused deputy).",
        "Give the permission a SourceArn.",
        'Lambda developer guide, "Granting Lambda function access to AWS services"',
        _invoke_permissions,
    ),
    Rule(
        "invoke-wide",
        "warning",
        "A permission lets more of an API call a function than its route",
        "A route that is added later, or a test stage, calls the function without anyone having allowed it.",
        "End the SourceArn in /STAGE/METHOD/PATH.",
        'API Gateway developer guide, "Control access to a REST API": ARN of execute-api',
        _invoke_sources,
    ),
)
