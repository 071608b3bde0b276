"""Every policy of a template, read once: its statements, where they stand, and whose they are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct

from tapgen.template.alternatives import every, listed
from tapgen.template.arns import Arns
from tapgen.template.intrinsics import function, references
from tapgen.template.model import Resource, Template
from tapgen.template.paths import Path
from tapgen.template.patterns import action_matches
from tapgen.template.policy_documents import policy_documents
from tapgen.template.text import text
from tapgen.template.types import row


class Clause(Struct, frozen=True, dict=True):
    """The Action, Resource or Principal of a statement; `negated` where it is NotAction and so on."""

    value: Any
    negated: bool = False

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Everything that it may name; a principal without its kind."""
        if isinstance(self.value, Mapping) and function(self.value) is None:
            return tuple(dict.fromkeys(name for names in self.value.values() for name in every(names)))
        return every(self.value)


class Statement(Struct, frozen=True, dict=True):
    """One statement of a policy, in canonical values; a clause that is not there is None.

    `path` leads to it in the canonical document, `when` are the template's open conditions that it stands under, with
    what each must be. `managed` names the AWS managed policy that it comes from.
    """

    effect: str
    principal: Clause | None
    action: Clause | None
    resource: Clause | None
    condition: Any
    path: Path = ()
    when: tuple[tuple[str, bool], ...] = ()
    number: int = 0
    managed: str = ""
    written: Any = None

    @property
    def actions(self) -> tuple[str, ...]:
        """The patterns of its Action."""
        return self.action.texts if self.action and not self.action.negated else ()

    @property
    def not_actions(self) -> tuple[str, ...]:
        """The patterns of its NotAction."""
        return self.action.texts if self.action and self.action.negated else ()

    @property
    def resources(self) -> tuple[str, ...]:
        """The patterns of its Resource, as they are written."""
        return self.resource.texts if self.resource and not self.resource.negated else ()

    @property
    def not_resources(self) -> tuple[str, ...]:
        """The patterns of its NotResource."""
        return self.resource.texts if self.resource and self.resource.negated else ()

    @property
    def principals(self) -> tuple[str, ...]:
        """Whom it names, whatever their kind."""
        return self.principal.texts if self.principal and not self.principal.negated else ()

    @cached_property
    def conditions(self) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
        """(operator, key, values) of its Condition, of both branches where an open condition chooses."""
        return tuple(
            (operator, key, every(wanted))
            for block in listed(self.condition)
            for operator, keys in _pairs(block)
            for inner in listed(keys)
            for key, wanted in _pairs(inner)
        )

    @property
    def sid(self) -> str:
        """Its Sid; '' where it has none."""
        return text(self.written.get("Sid", ""))

    def names(self, action: str) -> bool:
        """Whether it speaks of an action."""
        if self.not_actions:
            return not any(action_matches(pattern, action) for pattern in self.not_actions)
        return any(action_matches(pattern, action) for pattern in self.actions)


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and function(value) is None:
        yield from ((str(key), item) for key, item in value.items())


class Unread(Struct, frozen=True):
    """What cannot be read where a statement should stand; `name` is its Sid or its number, '' is the whole policy."""

    value: Any
    name: str = ""


def read_policy(value: Any, path: Path = (), managed: str = "") -> Iterator[Statement | Unread]:
    """The statements of a canonical policy document, of its JSON text, or of a single statement.

    A JSON text may have functions in it; its statements all stand at the text.
    """
    document, fixed = value, path if managed else None
    if isinstance(value, str) or (function(value) or ("",))[0] == "Fn::Join":
        try:
            document = json.loads(text(value))
        except (ValueError, RecursionError):
            if value:
                yield Unread(value)
            return
        fixed = path
    for one, place, when in _chosen(document, path):
        if not isinstance(one, Mapping) or function(one):
            yield Unread(one)
        elif "Statement" in one or "Effect" not in one:
            yield from _statements(one.get("Statement"), (*place, "Statement"), when, managed, fixed)
        else:
            yield from _statements(one, place, when, managed, fixed)


When = tuple[tuple[str, bool], ...]


def _statements(value: Any, path: Path, when: When, managed: str, fixed: Path | None) -> Iterator[Statement | Unread]:
    for number, (statement, place, also) in enumerate(_chosen(value, path, when), 1):
        sid = text(statement.get("Sid", "")) if isinstance(statement, Mapping) else ""
        if not isinstance(statement, Mapping) or function(statement) or "Effect" not in statement:
            yield Unread(statement, sid or str(number))
        else:
            yield Statement(
                effect=text(statement["Effect"]),
                principal=_clause(statement, "Principal"),
                action=_clause(statement, "Action"),
                resource=_clause(statement, "Resource"),
                condition=statement.get("Condition"),
                path=place if fixed is None else fixed,
                when=also,
                number=number,
                managed=managed,
                written=statement,
            )


def _chosen(value: Any, path: Path, when: When = ()) -> Iterator[tuple[Any, Path, When]]:
    """Each item with its path, of both branches where an open condition chooses."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _chosen(item, (*path, index), when)
        return
    call = function(value)
    if call and call[0] == "Fn::If" and isinstance(call[1], list) and len(call[1]) == 3:
        name = text(call[1][0])
        yield from _chosen(call[1][1], (*path, "Fn::If", 1), (*when, (name, True)))
        yield from _chosen(call[1][2], (*path, "Fn::If", 2), (*when, (name, False)))
    elif value is not None and call != ("Ref", "AWS::NoValue"):
        yield value, path, when


def _clause(statement: Mapping[str, Any], name: str) -> Clause | None:
    if name in statement:
        return Clause(statement[name])
    return Clause(statement[f"Not{name}"], negated=True) if f"Not{name}" in statement else None


def statements(value: Any, path: Path = (), managed: str = "") -> tuple[Statement, ...]:
    """What can be read of a policy."""
    return tuple(one for one in read_policy(value, path, managed) if isinstance(one, Statement))


class Held(Struct, frozen=True, dict=True):
    """A policy where a template holds it.

    `holder` is the logical id of the resource in whose properties it stands; `owners` are the identities whose policy
    it is, or the resources that it is attached to, by logical id: empty where those are not in the template.
    """

    holder: str
    path: Path
    value: Any
    owners: tuple[str, ...]

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """What can be read of it."""
        return statements(self.value, self.path)

    @property
    def principals(self) -> frozenset[str]:
        """Everybody whom it names, whatever is said of them."""
        return frozenset(name for one in self.statements for name in one.principals)


def identity_policies(template: Template, arns: Arns) -> Iterator[Held]:
    """What roles, users and groups may do: inline, as a resource of its own, managed."""
    for resource in template.resources.values():
        known = row(resource.type)
        base: Path = ("Resources", resource.logical_id, "Properties")
        if known.identity:
            for index, policy in enumerate(_items(resource.properties.get("Policies"))):
                for one, place in _inline(policy, (*base, "Policies", index)):
                    yield Held(resource.logical_id, (*place, "PolicyDocument"), one, (resource.logical_id,))
        elif known.owners and "PolicyDocument" in resource.properties:
            owners = tuple(dict.fromkeys(_owners(resource, known.owners, template, arns)))
            yield Held(resource.logical_id, (*base, "PolicyDocument"), resource.properties["PolicyDocument"], owners)


def _inline(policy: Any, path: Path) -> Iterator[tuple[Any, Path]]:
    for one, place, _ in _chosen(policy, path):
        if isinstance(one, Mapping) and "PolicyDocument" in one:
            yield one["PolicyDocument"], place


def _owners(resource: Resource, names: tuple[str, ...], template: Template, arns: Arns) -> Iterator[str]:
    for name in names:
        for value in listed(resource.properties.get(name)):
            owner = arns.owner(value)
            # A name may be cut out of an ARN: `!Select [1, !Split ["/", !GetAtt Role.Arn]]`.
            for one in [owner] if owner else dict.fromkeys(found.target for found in references(value)):
                if one in template.resources and row(template.resources[one].type).identity:
                    yield one
    if resource.type == "AWS::IAM::ManagedPolicy":
        for identity in template.resources.values():
            attached = identity.properties.get("ManagedPolicyArns") if row(identity.type).identity else None
            if any(arns.owner(value) == resource.logical_id for value in listed(attached)):
                yield identity.logical_id


def resource_policies(template: Template, arns: Arns) -> Iterator[Held]:
    """Whom resources let in, and what endpoints let through; roles' trust is apart."""
    for resource in template.resources.values():
        attached_to = row(resource.type).attached_to
        for path, document in policy_documents(resource):
            held = listed(resource.properties.get(attached_to)) if attached_to else [{"Ref": resource.logical_id}]
            owners = tuple(owner for one in held if (owner := arns.owner(one)) is not None)
            yield Held(resource.logical_id, path, document, owners)


def trust_policies(template: Template) -> Iterator[Held]:
    """Who may assume the template's roles."""
    for role in template.of_type("AWS::IAM::Role"):
        path: Path = ("Resources", role.logical_id, "Properties", "AssumeRolePolicyDocument")
        yield Held(role.logical_id, path, role.properties.get("AssumeRolePolicyDocument"), (role.logical_id,))


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
