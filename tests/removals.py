"""Every permission of a rendered document, taken away one at a time."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any

from msgspec import Struct

MANAGED = "ManagedPolicyArns"
_POLICIES = {
    "AWS::SQS::QueuePolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::KMS::Key": "KeyPolicy",
}
_IDENTITIES = ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy", "AWS::IAM::Policy")


class Removal(Struct, frozen=True):
    """What is taken away: an action of a role's statement, a statement that lets somebody in, a whole permission.

    `path` leads to the statements in the resource's properties, `number` is the statement's among them.
    """

    logical_id: str
    type: str
    statement: str = ""
    action: str = ""
    path: tuple[str | int, ...] = ()
    number: int = 0

    def __str__(self) -> str:
        return " ".join(filter(None, (self.logical_id, self.statement, self.action)))

    def without(self, document: dict[str, Any]) -> dict[str, Any]:
        """The document without it."""
        changed = copy.deepcopy(document)
        self.take_from(changed)
        return changed

    def take_from(self, document: dict[str, Any]) -> None:
        """Take it away; without its last statement a policy goes."""
        if self.action == MANAGED:
            del document["Resources"][self.logical_id]["Properties"][MANAGED]
            return
        statements = _at(document, self.logical_id, self.path) if self.path else []
        if self.action:
            statements[self.number]["Action"].remove(self.action)
        if self.action and statements[self.number]["Action"]:
            return
        if statements:
            del statements[self.number]
        if not statements and not self.action:
            _take_resource(document, self.logical_id)


def removals(document: dict[str, Any]) -> Iterator[Removal]:
    """Each of them."""
    for logical_id, resource in document["Resources"].items():
        kind, properties = resource["Type"], resource.get("Properties", {})
        if kind == "AWS::Lambda::Permission":
            yield Removal(logical_id, kind)
        elif kind in _POLICIES:
            path = (_POLICIES[kind], "Statement")
            for number, one in enumerate(_at(document, logical_id, path)):
                if one["Effect"] == "Allow":
                    yield Removal(logical_id, kind, one.get("Sid", str(number)), "", path, number)
        elif kind in _IDENTITIES:
            if MANAGED in properties:
                yield Removal(logical_id, kind, "", MANAGED)
            for number, _ in enumerate(properties.get("Policies", ())):
                yield from _actions(document, logical_id, ("Policies", number, "PolicyDocument", "Statement"))
            if "PolicyDocument" in properties:
                yield from _actions(document, logical_id, ("PolicyDocument", "Statement"))


def one_of_each(taken: Iterable[Removal]) -> list[Removal]:
    """Of actions that statements of the same name grant, as each function's on its log, the first one alone."""
    found: dict[tuple[str, ...], Removal] = {}
    for one in taken:
        own = () if one.action and one.action != MANAGED else (one.logical_id,)
        found.setdefault((one.type, one.statement, one.action, *own), one)
    return list(found.values())


def rounds(taken: Iterable[Removal]) -> Iterator[list[Removal]]:
    """The removals of actions in rounds, each with one of an action of a resource at most; to be taken in this order."""
    alike: dict[tuple[str, str], list[Removal]] = {}
    for one in taken:
        alike.setdefault((one.logical_id, one.action), []).append(one)
    for several in zip_longest(*alike.values()):
        found = [one for one in several if one is not None]
        yield sorted(found, key=lambda one: one.number, reverse=True)  # a statement that goes moves those behind it


def _at(document: dict[str, Any], logical_id: str, path: tuple[str | int, ...]) -> list[Any]:
    value = document["Resources"][logical_id]["Properties"]
    for step in path:
        value = value[step]
    statements: list[Any] = value
    return statements


def _actions(document: dict[str, Any], logical_id: str, path: tuple[str | int, ...]) -> Iterator[Removal]:
    """Each action of each statement that allows something."""
    kind = document["Resources"][logical_id]["Type"]
    for number, statement in enumerate(_at(document, logical_id, path)):
        for action in statement["Action"] if statement["Effect"] == "Allow" else ():
            yield Removal(logical_id, kind, statement.get("Sid", str(number)), action, path, number)


def _take_resource(document: dict[str, Any], logical_id: str) -> None:
    """Without those that wait for it waiting for it."""
    del document["Resources"][logical_id]
    for resource in document["Resources"].values():
        waits = resource.get("DependsOn", [])
        left = [one for one in ([waits] if isinstance(waits, str) else waits) if one != logical_id]
        resource.pop("DependsOn", None)
        if left:
            resource["DependsOn"] = left
