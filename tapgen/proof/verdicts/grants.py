"""What a role may do: its inline policies, the policies attached to it, known managed ones, and its boundary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from tapgen.proof.arns import Match, arns, covers, logical_id
from tapgen.proof.resolve import texts
from tapgen.proof.subject import items, mapping

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject
    from tapgen.template.document import DocumentPath

Caller = Literal["code", "service"]
"""Who uses the role: the function's own code, or the Lambda service on the function's behalf."""


@dataclass(frozen=True)
class Statement:
    """One statement of a policy; patterns as written, resources as `arns` writes them.

    `path` leads to the statement in the document. `managed` names the AWS managed policy that it comes from.
    """

    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    path: DocumentPath
    not_actions: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    """(operator, key, values as texts)."""
    managed: str | None = None

    def names(self, action: str) -> bool:
        """Whether the statement speaks of an action."""
        if self.not_actions:
            return not any(action_matches(pattern, action) for pattern in self.not_actions)
        return any(action_matches(pattern, action) for pattern in self.actions)

    def reaches(self, arn: str, subject: Subject) -> Match:
        """Whether the statement speaks of a resource."""
        if self.not_resources:
            found = {covers(pattern, arn, subject) for pattern in self.not_resources}
            return "no" if "yes" in found else "unknown" if "unknown" in found else "yes"
        return best(covers(pattern, arn, subject) for pattern in self.resources)


@dataclass(frozen=True)
class Policies:
    """The statements that bear on one role; `unknown` are managed policies whose content is not known here."""

    statements: tuple[Statement, ...]
    unknown: tuple[tuple[str, DocumentPath], ...] = ()
    boundary: tuple[Statement, ...] | None = None
    """What the permissions boundary allows at most; None where there is none."""


def best(matches: Iterator[Match]) -> Match:
    """The strongest of several answers."""
    found = set(matches)
    return "yes" if "yes" in found else "unknown" if "unknown" in found else "no"


def action_matches(pattern: str, action: str) -> bool:
    """Whether an Action entry of a policy (`dynamodb:Put*`) stands for an action, whatever the case of either."""
    if "*" not in pattern and "?" not in pattern:
        return pattern.lower() == action.lower()
    return _glob(pattern).fullmatch(action) is not None


@lru_cache(maxsize=1024)
def _glob(pattern: str) -> re.Pattern[str]:
    expression = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)
    return re.compile(expression, re.IGNORECASE | re.DOTALL)


def policies_of(role: str, subject: Subject) -> Policies:
    """Every policy of a role of the document."""
    properties = subject.properties(role)
    base: DocumentPath = ("Resources", role, "Properties")
    found: list[Statement] = []
    unknown: list[tuple[str, DocumentPath]] = []
    for index, policy in enumerate(items(properties.get("Policies"))):
        found += statements(
            mapping(policy).get("PolicyDocument"), (*base, "Policies", index, "PolicyDocument"), subject
        )
    for index, managed in enumerate(items(properties.get("ManagedPolicyArns"))):
        _add_managed(managed, (*base, "ManagedPolicyArns", index), subject, found, unknown)
    for owner, attached in subject.of_type("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        if any(logical_id(name, subject) == role for name in items(attached.get("Roles"))):
            found += statements(
                attached.get("PolicyDocument"), ("Resources", owner, "Properties", "PolicyDocument"), subject
            )
    for owner, attached in subject.of_type("AWS::IAM::RolePolicy"):
        if logical_id(attached.get("RoleName"), subject) == role:
            found += statements(
                attached.get("PolicyDocument"), ("Resources", owner, "Properties", "PolicyDocument"), subject
            )
    boundary: list[Statement] | None = None
    if properties.get("PermissionsBoundary") is not None:
        boundary = []
        _add_managed(properties["PermissionsBoundary"], (*base, "PermissionsBoundary"), subject, boundary, unknown)
    unique = tuple(dict.fromkeys(found))
    return Policies(unique, tuple(unknown), None if boundary is None or not boundary else tuple(boundary))


def _add_managed(
    value: Any,
    path: DocumentPath,
    subject: Subject,
    found: list[Statement],
    unknown: list[tuple[str, DocumentPath]],
) -> None:
    """Add the statements of a managed policy: one of the document, one that AWS publishes, or one that is unknown."""
    owner = logical_id(value, subject)
    if owner is not None and subject.type_of(owner) == "AWS::IAM::ManagedPolicy":
        path = ("Resources", owner, "Properties", "PolicyDocument")
        found += statements(subject.properties(owner).get("PolicyDocument"), path, subject)
        return
    from tapgen.proof.verdicts.managed import managed_policy

    for text in texts(value):
        name = text.partition(":policy/")[2] or text
        document = managed_policy(name) if text.split(":")[4:5] in ([], ["aws"]) or ":aws:policy/" in text else None
        if document is None:
            unknown.append((name, path))
        else:
            found += statements(document, path, subject, managed=name)


def statements(document: Any, path: DocumentPath, subject: Subject, managed: str | None = None) -> list[Statement]:
    """The statements of a policy document; what is not a statement is left to cfn-lint."""
    found = []
    written = mapping(document).get("Statement")
    for index, raw in enumerate(items(written)):
        place = path if managed else (*path, "Statement", index) if isinstance(written, list) else (*path, "Statement")
        found += [
            Statement(
                effect=str(one.get("Effect", "")),
                actions=_words(one.get("Action")),
                resources=_patterns(one.get("Resource"), subject),
                path=place,
                not_actions=_words(one.get("NotAction")),
                not_resources=_patterns(one.get("NotResource"), subject),
                conditions=tuple(_conditions(one.get("Condition"), subject)),
                managed=managed,
            )
            for one in _branches(raw)
        ]
    return found


def _branches(raw: Any) -> Iterator[dict[str, Any]]:
    """The statement; those of both branches where a condition of the template chooses."""
    choice = mapping(raw).get("Fn::If")
    if isinstance(choice, list):
        for branch in choice[1:]:
            for one in items(branch):
                yield from _branches(one)
    elif isinstance(raw, dict) and "Effect" in raw:
        yield raw


def _words(value: Any) -> tuple[str, ...]:
    return tuple(text for item in items(value) for text in texts(item))


def _patterns(value: Any, subject: Subject) -> tuple[str, ...]:
    if isinstance(value, dict) and "Fn::If" in value:  # a condition may choose between whole lists
        branches = value["Fn::If"][1:] if isinstance(value["Fn::If"], list) else []
        return tuple(pattern for branch in branches for pattern in _patterns(branch, subject))
    return tuple(dict.fromkeys(arn for item in items(value) for arn in arns(item, subject)))


def _conditions(value: Any, subject: Subject) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for operator, keys in mapping(value).items():
        for key, wanted in mapping(keys).items():
            yield str(operator), str(key), tuple(arn for item in items(wanted) for arn in arns(item, subject))


def denied(statement: Statement, function: str, caller: Caller, subject: Subject) -> bool:
    """Whether a Deny applies to a caller: without a condition to both, by `lambda:SourceFunctionArn` to the code.

    Source: Lambda developer guide, "Working with Lambda permissions": `lambda:SourceFunctionArn` is in the context
    of calls that the function's code makes. A Deny under any other condition is not counted.
    """
    if not statement.conditions:
        return True
    if caller == "service" or len(statement.conditions) > 1:
        return False
    [(operator, key, values)] = statement.conditions
    if key.lower() != "lambda:sourcefunctionarn" or not operator.lower().startswith(("arn", "string")):
        return False
    from tapgen.proof.arns import arn_of

    if "not" in operator.lower():
        return False
    return any(covers(value, arn_of(function, subject), subject) == "yes" for value in values)
