"""One call of AWS as the operations see it, and CloudFormation's with their pages and role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Call(Protocol):
    """One call of AWS: `aws.Caller`."""

    def __call__(self, name: str, operation: str, **arguments: object) -> Mapping[str, Any]:
        """The answer of a service's operation."""
        ...

    def endpoint(self, name: str) -> str:
        """The URL that a service's calls go to."""
        ...

    def knows(self, name: str, operation: str) -> bool:
        """Whether the operation is there."""
        ...


class CloudFormationCalls:
    """What every operation of CloudFormation is made with."""

    def __init__(self, call: Call, role: str = "") -> None:
        self._call = call
        self._role = {"RoleARN": role} if role else {}

    def _cloudformation(self, operation: str, **arguments: object) -> Mapping[str, Any]:
        return self._call("cloudformation", operation, **arguments)

    def _pages(self, operation: str, **arguments: object) -> Iterator[Mapping[str, Any]]:
        """Every page: a service may answer an empty page with a token to the next."""
        page = self._cloudformation(operation, **arguments)
        yield page
        while page.get("NextToken"):
            page = self._cloudformation(operation, **arguments, NextToken=page["NextToken"])
            yield page
