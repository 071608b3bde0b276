"""What a request needs beside its own action: by what it passes, and by what the service does in the caller's name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tapgen.proof.needs import actions, forwarded, passed_roles, request_members
from tapgen.template.alternatives import REFERENCE
from tapgen.template.arns import fields
from tapgen.template.types import row

if TYPE_CHECKING:
    from tapgen.proof.calls import Call
    from tapgen.proof.needs.requirements import Requirement
    from tapgen.proof.subject import Subject


def needs_of(call: Call) -> Iterator[actions.Need]:
    """The actions that members of the request ask for, on what the request is about, or what it makes."""
    for written in request_members.actions_of(call):
        for need in actions.of_entry(written, call):
            yield replace(need, parameters=()) if need.action in request_members.ON_WHAT_IS_MADE else need


def roles_of(
    call: Call, first: Requirement, texts: dict[str, tuple[str, ...]], subject: Subject
) -> Iterator[Requirement]:
    """iam:PassRole on each role that the request passes; `texts` are what each role's member can be."""
    because = f"{call.service} {call.operation} passes the role to a service"
    base = replace(first, action="iam:PassRole", because=because, service="", optional=False)
    for member, found in texts.items():
        passes = passed_roles.passes(call.service, call.operation, member)
        if passes is False:
            continue
        for text in found:
            arn = _role(text, subject)
            if arn and fields(arn)[5].startswith("user/"):
                continue  # API Gateway calls with the caller's own credentials
            sure = passes is True and (arn is not None or member.lower().endswith("arn"))
            yield replace(base, arn=arn, optional=not sure)
    if (call.service, call.operation) in passed_roles.MAY_PASS:
        yield replace(base, arn=None, optional=True)


def _role(text: str, subject: Subject) -> str | None:
    arn = subject.arns.normal(text)
    if len(fields(arn)) == 6:
        return arn
    owner = REFERENCE.fullmatch(text)
    name = owner[1].partition(".")[0] if owner else subject.arns.named(text, "iam") or ""
    return subject.arns.of(name) if subject.type_of(name) == "AWS::IAM::Role" else None


def forwarded_by(call: Call, requirements: list[Requirement], subject: Subject) -> Iterator[Requirement]:
    """What the service may do in the caller's name."""
    known = bool(requirements) and all(_key_known(one.arn, subject) for one in requirements)
    names = list(forwarded.actions_of(call.service, call.operation, known_keys=known))
    if request_members.tags(call.operation, call.passed):
        names.append(f"{actions.iam_prefix(call.service)}:*Tag*")
    for name in dict.fromkeys(names):
        yield replace(requirements[0], action=name, arn=None, optional=True, service="")


def _key_known(arn: str | None, subject: Subject) -> bool:
    """Whether an ARN is of a resource of the template, of a type whose key is one of its properties."""
    named = REFERENCE.search(fields(arn)[-1]) if arn else None
    return bool(named and row(subject.type_of(named[1].partition(".")[0])).key)
