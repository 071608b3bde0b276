"""Every permission of a rendered document, taken away one at a time."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

POLICIES = ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy")
_IDENTITIES = ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy", "AWS::IAM::Policy")


class Removal(Struct, frozen=True):
    """What is taken away from a document: an action of a role's statement, a permission, a statement that lets in.

    `without` is the document without it.
    """

    logical_id: str
    type: str
    statement: str
    action: str
    without: dict[str, Any]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.logical_id, self.statement, self.action)))


def removals(document: dict[str, Any]) -> Iterator[Removal]:
    """Each of them."""
    for logical_id, resource in document["Resources"].items():
        kind, properties = resource["Type"], resource.get("Properties", {})
        if kind == "AWS::Lambda::Permission":
            yield Removal(logical_id, kind, "", "", without(document, logical_id))
        elif kind in POLICIES:
            yield from _statements(document, logical_id, ())
        elif kind in _IDENTITIES:
            if "ManagedPolicyArns" in properties:
                changed = copy.deepcopy(document)
                del changed["Resources"][logical_id]["Properties"]["ManagedPolicyArns"]
                yield Removal(logical_id, kind, "", "ManagedPolicyArns", changed)
            for number, _ in enumerate(properties.get("Policies", ())):
                yield from _actions(document, logical_id, ("Policies", number))
            if "PolicyDocument" in properties:
                yield from _actions(document, logical_id, ())


def one_of_each(taken: Iterable[Removal]) -> list[Removal]:
    """Of actions that statements of the same name grant, as each function's on its log, the first one alone."""
    found: dict[tuple[str, ...], Removal] = {}
    for one in taken:
        own = () if one.action and one.action != "ManagedPolicyArns" else (one.logical_id,)
        found.setdefault((one.type, one.statement, one.action, *own), one)
    return list(found.values())


def _allowing(document: dict[str, Any], logical_id: str, path: tuple[Any, ...]) -> list[Any]:
    value = document["Resources"][logical_id]["Properties"]
    for step in path:
        value = value[step]
    statements: list[Any] = value["PolicyDocument"]["Statement"]
    return statements


def _statements(document: dict[str, Any], logical_id: str, path: tuple[Any, ...]) -> Iterator[Removal]:
    """Each statement that lets somebody in; without the last one there is no policy."""
    kind = document["Resources"][logical_id]["Type"]
    statements = _allowing(document, logical_id, path)
    allowing = [number for number, one in enumerate(statements) if one["Effect"] == "Allow"]
    for number in allowing:
        changed = copy.deepcopy(document)
        del _allowing(changed, logical_id, path)[number]
        left = changed if len(statements) > 1 else without(document, logical_id)
        yield Removal(logical_id, kind, statements[number].get("Sid", str(number)), "", left)


def _actions(document: dict[str, Any], logical_id: str, path: tuple[Any, ...]) -> Iterator[Removal]:
    """Each action of each statement that allows something."""
    kind = document["Resources"][logical_id]["Type"]
    for number, statement in enumerate(_allowing(document, logical_id, path)):
        for action in statement["Action"] if statement["Effect"] == "Allow" else ():
            changed = copy.deepcopy(document)
            statements = _allowing(changed, logical_id, path)
            statements[number]["Action"].remove(action)
            if not statements[number]["Action"]:
                del statements[number]
            yield Removal(logical_id, kind, statement.get("Sid", str(number)), action, changed)


def without(document: dict[str, Any], logical_id: str) -> dict[str, Any]:
    """The document without a resource, and without those that wait for it waiting for it."""
    changed = copy.deepcopy(document)
    del changed["Resources"][logical_id]
    for resource in changed["Resources"].values():
        waits = resource.get("DependsOn", [])
        left = [one for one in ([waits] if isinstance(waits, str) else waits) if one != logical_id]
        resource.pop("DependsOn", None)
        if left:
            resource["DependsOn"] = left
    return changed
