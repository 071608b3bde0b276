"""What one layer hands the next, as values; `Any` stands for a Ref, GetAtt or Sub of troposphere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


def embedded(reference: Any) -> str:
    """A Ref or GetAtt as it stands inside of Sub's text: "${ItemFunction.Arn}"."""
    [(_, target)] = reference.to_dict().items()
    return "${" + (target if isinstance(target, str) else ".".join(target)) + "}"


@dataclass(frozen=True)
class TableRefs:
    """A table: its name, its ARN, the ARNs of its indexes by their names."""

    name: Any
    arn: Any
    index_arns: Mapping[str, Any]


@dataclass(frozen=True)
class LogGroupRefs:
    """A log group; its ARN ends in ":*"."""

    name: Any
    arn: Any


@dataclass(frozen=True)
class DataRefs:
    """What keeps state, each by its name in the settings."""

    tables: Mapping[str, TableRefs]
    function_logs: Mapping[str, LogGroupRefs]
    access_log: LogGroupRefs | None


@dataclass(frozen=True)
class NetworkRefs:
    """Where the functions' network interfaces are."""

    vpc: Any
    subnets: tuple[Any, ...]
    security_group: Any


@dataclass(frozen=True)
class RoleRefs:
    """A function's execution role; `statements` is its policy's own list, to which a layer may append."""

    name: Any
    arn: Any
    statements: list[Any]


@dataclass(frozen=True)
class IdentityRefs:
    """Roles, each by its function's name in the settings; what API Gateway writes logs with."""

    roles: Mapping[str, RoleRefs]
    api_logging_arn: Any | None


@dataclass(frozen=True)
class FunctionRefs:
    """A function: its physical name and its ARN."""

    name: Any
    arn: Any


@dataclass(frozen=True)
class ComputeRefs:
    """Functions by their name in the settings."""

    functions: Mapping[str, FunctionRefs]


@dataclass(frozen=True)
class ApiRefs:
    """The REST API and the logical ids that its deployment must wait for."""

    api: Any
    depends_on: tuple[str, ...]
    stage_depends_on: tuple[str, ...]
