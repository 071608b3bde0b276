"""What a role may do: its inline policies, the policies attached to it, known managed ones, and its boundary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from tapgen.template.alternatives import UNKNOWN, alternatives, listed
from tapgen.template.patterns import Match
from tapgen.template.policies import Clause, Statement, statements
from tapgen.template.types import row

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject
    from tapgen.template.document import DocumentPath

Caller = Literal["code", "service"]
"""Who uses the role: the function's own code, or the Lambda service on the function's behalf."""


class Policies(Struct, frozen=True):
    """The statements that bear on one role; `unknown` are managed policies whose content is not known here.

    `boundary` is what the permissions boundary allows at
    most, () one that is not known, None where there is none.
    """

    statements: tuple[Statement, ...]
    unknown: tuple[tuple[str, DocumentPath], ...] = ()
    boundary: tuple[Statement, ...] | None = None
    unknown_boundary: tuple[tuple[str, DocumentPath], ...] = ()

    def lacking(self, actions: Iterable[str]) -> list[str]:
        """Those of the actions that no Allow names; none where a policy may that is not known."""
        allowed = [one for one in self.statements if one.effect == "Allow"]
        return [] if self.unknown else [name for name in actions if not any(one.names(name) for one in allowed)]


def policies_of(role: str, subject: Subject) -> Policies:
    """Every policy of a role of the document."""
    properties = subject.properties(role)
    base: DocumentPath = ("Resources", role, "Properties")
    found = [statement for held in subject.policies_by_owner.get(role, ()) for statement in held.statements]
    unknown: list[tuple[str, DocumentPath]] = []
    attached = properties.get("ManagedPolicyArns")
    for index, value in enumerate(attached if isinstance(attached, list) else [attached] if attached else []):
        for one in listed(value):
            if subject.type_of(subject.arns.owner(one) or "") != "AWS::IAM::ManagedPolicy":
                more, lost = _managed(one, (*base, "ManagedPolicyArns", index), subject)
                found += more
                unknown += lost
    boundary: tuple[Statement, ...] | None = None
    unknown_boundary: list[tuple[str, DocumentPath]] = []
    for one in listed(properties.get("PermissionsBoundary")):
        path: DocumentPath = (*base, "PermissionsBoundary")
        more, unknown_boundary = _managed(one, path, subject)
        boundary = tuple(more) or None
    return Policies(tuple(found), tuple(unknown), boundary, tuple(unknown_boundary))


def _managed(
    value: Any, path: DocumentPath, subject: Subject
) -> tuple[list[Statement], list[tuple[str, DocumentPath]]]:
    """The statements of a managed policy, and its name where it is neither in the template nor one of AWS."""
    owner = subject.arns.owner(value)
    if owner is not None and subject.type_of(owner) == "AWS::IAM::ManagedPolicy":
        path = ("Resources", owner, "Properties", "PolicyDocument")
        return list(statements(subject.properties(owner).get("PolicyDocument"), path)), []
    from tapgen.proof.verdicts.managed import managed_policy

    found: list[Statement] = []
    unknown: list[tuple[str, DocumentPath]] = []
    for text in alternatives(value):
        name = text.partition(":policy/")[2] or text
        document = managed_policy(name) if text.split(":")[4:5] in ([], ["aws"]) or ":aws:policy/" in text else None
        if document is None:
            unknown.append((text, path))
        else:
            found += statements(document, path, managed=name)
    return found, unknown


def open_name(name: str) -> bool:
    """Whether which policy it is depends on what only the deployment knows."""
    return name == UNKNOWN or (name.startswith("${") and name.endswith("}"))


def resources(statement: Statement, subject: Subject) -> tuple[str, ...]:
    """The patterns of its Resource, as `Arns` writes them."""
    return tuple(dict.fromkeys(map(subject.arns.normal, statement.resources)))


def reaches(statement: Statement, arn: str, subject: Subject) -> Match:
    """Whether a statement speaks of a resource."""
    if statement.not_resources:
        found = {subject.arns.covers(subject.arns.normal(pattern), arn) for pattern in statement.not_resources}
        return "no" if "yes" in found else "unknown" if "unknown" in found else "yes"
    return subject.arns.best(resources(statement, subject), arn)


def denied(statement: Statement, function: str, caller: Caller, subject: Subject) -> bool:
    """Whether a Deny applies to a caller: without a condition to both, by `lambda:SourceFunctionArn` to the code.

    Source: Lambda developer guide, "Working with Lambda permissions": `lambda:SourceFunctionArn` is in the context
    of calls that the function's code makes. A Deny under any other condition is not counted.
    """
    if statement.when:
        return False
    if not statement.conditions:
        return True
    if caller == "service" or len(statement.conditions) > 1:
        return False
    [(operator, key, values)] = statement.conditions
    if key.lower() != "lambda:sourcefunctionarn" or not operator.lower().startswith(("arn", "string")):
        return False
    if "not" in operator.lower():
        return False
    arn = subject.arns.of(function)
    return any(subject.arns.covers(subject.arns.normal(value), arn) == "yes" for value in values)


def allowing(role: str, subject: Subject) -> Iterator[Statement]:
    """The statements of resource policies that allow something to a role of the document, by its ARN or to all."""
    arn = subject.arns.of(role)
    for held in subject.resource_policies:
        if row(subject.type_of(held.holder)).limits:
            continue
        for statement in held.statements:
            named = subject.arns.best(tuple(map(subject.arns.normal, statement.principals)), arn) == "yes"
            if statement.effect == "Allow" and named and not statement.conditions and not statement.when:
                yield replace(statement, resource=Clause(list(_own(statement, held.owners, subject))))


def _own(statement: Statement, owners: tuple[str, ...], subject: Subject) -> Iterator[str]:
    """The resources of a statement: in a resource's policy `*` is that resource, and not everything."""
    for resource in statement.resources:
        yield from (subject.arns.of(owner) for owner in owners) if resource == "*" else [resource]
