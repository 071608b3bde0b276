"""Rules about policies that IAM or a service refuses: resources that are no ARN, principals that nobody is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from tapgen.proof.rules.rule import Hit, Rule
from tapgen.template.alternatives import REFERENCE, alternatives, listed, literal
from tapgen.template.arns import fields
from tapgen.template.intrinsics import function
from tapgen.template.types import row

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject
    from tapgen.template.policies import Held, Statement

_BY_ARN: Final = ("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy", "AWS::EC2::VPCEndpoint")
"""Types whose policies take ARNs and `*` alone."""
_UNIQUE: Final = re.compile(r"A[A-Z0-9]{15,}")  # IAM user guide, "IAM identifiers": unique identifiers


def _no_arns(subject: Subject) -> Iterator[Hit]:
    held = (*subject.identity_policies, *(one for one in subject.resource_policies if _by_arn(one, subject)))
    for one in held:
        for statement in one.statements:
            for text in (*statement.resources, *statement.not_resources):
                what = _other_than_arn(text, subject)
                if what and subject.meant(statement.path, text):
                    yield Hit(f"The resource {text} is {what}.", statement.path)


def _by_arn(held: Held, subject: Subject) -> bool:
    return subject.type_of(held.holder) in _BY_ARN


def _other_than_arn(text: str, subject: Subject) -> str:
    """What a resource is instead of an ARN; '' where it is one, or may be."""
    match = REFERENCE.match(text)
    if match:
        owner, _, attribute = match[1].partition(".")
        known = row(subject.type_of(owner))
        gives = known.attributes.get(attribute, "") if attribute else known.ref if known.arn else ""
        what = {"name": "the name", "url": "the address"}.get(gives)
        return f"{what} of {owner}, no ARN" if what else ""
    return "no ARN" if text and literal(text) and not text.startswith(("arn:", "*")) else ""


def _principals(subject: Subject) -> Iterator[Hit]:
    for held in (*subject.trust_policies, *subject.resource_policies):
        known = row(subject.type_of(held.holder))
        asks = known.policy and not (known.for_identities or known.limits)
        for statement in held.statements:
            if statement.principal is None and (asks or known.identity):
                yield Hit(f"A statement of {held.holder} names no principal.", statement.path)
            for kind, text in _named(statement):
                what = _malformed(kind, text, subject)
                if what and subject.meant(statement.path, text):
                    yield Hit(f"{held.holder} names the principal {text}: {what}.", statement.path)


def _named(statement: Statement) -> Iterator[tuple[str, str]]:
    """(kind, text) of each principal of a statement; of a text alone the kind is ""."""
    value = statement.principal.value if statement.principal else None
    for one in listed(value):
        if isinstance(one, str):
            yield "", one
        elif isinstance(one, Mapping) and function(one) is None:
            for kind, names in one.items():
                yield from ((kind, text) for name in listed(names) for text in alternatives(name))


def _malformed(kind: str, text: str, subject: Subject) -> str:
    """What is wrong with a principal; '' where nothing is, or nobody knows."""
    if not kind:
        return "" if text == "*" or not literal(text) else 'only `*` stands alone, as in {"Service": …}'
    if kind == "Service":
        return "" if not literal(text) or "." in text or text == "*" else "no service has that name"
    if kind != "AWS" or text in ("*", ""):
        return ""
    match = REFERENCE.fullmatch(text)
    if match:
        known = row(subject.type_of(match[1]))
        return "Ref gives its name, no ARN" if known.identity and known.ref == "name" else ""
    if text.startswith("arn:"):
        return _malformed_arn(fields(text))
    somebody = not literal(text) or re.fullmatch(r"\d{12}", text) or _UNIQUE.fullmatch(text)
    return "" if somebody else "neither an ARN nor an account"


def _malformed_arn(parts: list[str]) -> str:
    if len(parts) < 6:
        return "an ARN has six parts, separated by colons"
    if parts[2] in ("iam", "sts") and parts[3]:
        return "ARNs of IAM and STS have no region"
    if "*" in parts[5] and "${" not in parts[5]:
        return "a wildcard stands for no part of a principal"
    return ""


POLICY_FORM_RULES = (
    Rule(
        "resource-no-arn",
        "error",
        "A policy names a resource by something else than its ARN",
        "IAM refuses the policy (MalformedPolicyDocument), and the deployment rolls back.",
        "Use GetAtt RESOURCE.Arn, or write the ARN.",
        'IAM user guide, "IAM JSON policy elements: Resource"; template reference, "Return values" of each type',
        _no_arns,
    ),
    Rule(
        "principal-malformed",
        "error",
        "A policy names a principal that cannot be",
        "IAM or the service refuses the policy (MalformedPolicyDocument), and the deployment rolls back.",
        "Name an account, a role's or user's ARN or a service; or `*` with a condition on aws:PrincipalArn.",
        'IAM user guide, "AWS JSON policy elements: Principal"',
        _principals,
    ),
)
