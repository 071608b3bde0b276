"""What one layer hands the next, as values; `Any` stands for a Ref, GetAtt or Sub of troposphere.

Structs, since the settings have loaded msgspec anyway: seven frozen dataclasses take 3 ms to define.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from troposphere import GetAtt, Ref, Select, Sub


def embedded(reference: Any) -> str:
    """A Ref or GetAtt as it stands inside of Sub's text: "${ItemFunction.Arn}"."""
    [(_, target)] = reference.to_dict().items()
    return "${" + (target if isinstance(target, str) else ".".join(target)) + "}"


def filled(text: str, **values: Any) -> Any:
    """Fn::Sub of a text in which `${Name}` stands for each of the values; plain text where nothing is left to fill in.

    What can stand inside of the text does; another function, such as Fn::ImportValue, is a variable of Fn::Sub.
    """
    variables = {}
    for name, value in values.items():
        here = "${" + name + "}"
        if isinstance(value, str):
            text = text.replace(here, value)
        elif isinstance(value, Ref | GetAtt):
            text = text.replace(here, embedded(value))
        elif isinstance(value, Sub) and isinstance(value.data["Fn::Sub"], str):
            text = text.replace(here, value.data["Fn::Sub"])
        else:
            variables[name] = value
    return Sub(text, **variables) if "${" in text else text


class PartRefs(Struct, frozen=True, kw_only=True):
    """A part: its name, its ARN, a queue's URL.

    `title` is its logical id, "" where it exists elsewhere; `key` is the ARN of the customer's key that it is encrypted
    with. `more` has what its kind has besides, such as a user pool's clients or a queue's dead letters.
    """

    name: Any
    arn: Any
    url: Any = None
    title: str = ""
    key: Any = None
    more: Mapping[str, Any] = {}


class TableRefs(PartRefs, frozen=True, kw_only=True):
    """A table, with the ARNs of its indexes by their names."""

    index_arns: Mapping[str, Any]


Parts = Mapping[str, Mapping[str, PartRefs]]
"""The parts by kind, as the settings call it, and name."""


class LogGroupRefs(Struct, frozen=True):
    """A log group; its ARN ends in ":*"."""

    name: Any
    arn: Any


class DataRefs(Struct, frozen=True):
    """What keeps state, each by its name in the settings; `parts` are all of them, by kind."""

    tables: Mapping[str, TableRefs]
    function_logs: Mapping[str, LogGroupRefs]
    access_logs: Mapping[str, LogGroupRefs]
    parts: Parts = {}


class NetworkRefs(Struct, frozen=True):
    """Where the functions' network interfaces are; `endpoints` are the resources, by service.

    `vpc` is None where an existing one's subnets and security groups are enough. A list that is looked up at deployment
    is one value; else `subnets` and `security_groups` are tuples.
    """

    vpc: Any | None
    subnets: Any
    security_groups: Any
    endpoints: Mapping[str, Any]

    @property
    def security_group(self) -> Any:
        """The first security group of the functions."""
        return self.security_groups[0] if isinstance(self.security_groups, tuple) else Select(0, self.security_groups)


class RoleRefs(Struct, frozen=True):
    """A function's execution role; `statements` is its policy's own list, to which a layer may append."""

    name: Any
    arn: Any
    statements: list[Any]


class IdentityRefs(Struct, frozen=True):
    """Roles, each by its function's name in the settings; what API Gateway writes logs with.

    `elsewhere` has what the functions with a role that exists already must be allowed there.
    """

    roles: Mapping[str, RoleRefs]
    api_logging_arn: Any | None
    elsewhere: Mapping[str, list[Any]] = {}

    @property
    def statements(self) -> Mapping[str, list[Any]]:
        """What each function may do, wherever that is said."""
        return {name: role.statements for name, role in self.roles.items()} | dict(self.elsewhere)


class FunctionRefs(Struct, frozen=True):
    """A function: its physical name, and the ARN to invoke, which is its alias's where it has one."""

    name: Any
    arn: Any
    alias: str | None = None


class ComputeRefs(Struct, frozen=True):
    """Functions by their name in the settings."""

    functions: Mapping[str, FunctionRefs]


class ApiRefs(Struct, frozen=True):
    """An API and the logical ids that a REST API's deployment must wait for."""

    api: Any
    depends_on: tuple[str, ...]
