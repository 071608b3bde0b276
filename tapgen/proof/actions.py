"""AWS call -> the IAM actions that it needs and the resources that they act on; what IAM knows of an action."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tapgen.proof.interpret.results import Call, Parameter


@dataclass(frozen=True)
class Need:
    """One IAM action that a call needs.

    `parameters` name the resource it acts on, by botocore's parameter names: (`TableName`, `IndexName`), (`Bucket`,)
    or (`Bucket`, `Key`). Empty: the action acts on `*` or the call names no resource. `resource_types` are the
    catalogue's types that the parameters stand for: (`table`,), (`index`,), (`object`,).
    `optional`: only needed on a path of the operation that need not be taken, such as clearing up a failed
    upload: its absence is no fault, its presence no surplus.
    """

    action: str
    parameters: tuple[Parameter, ...] = ()
    resource_types: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True)
class Unmapped:
    """A call for which no IAM action is known: to be reported as an error, never to be passed over."""

    call: Call
    reason: str


@dataclass(frozen=True)
class ResourceType:
    """A resource type of a service: its ARN formats (`arn:${Partition}:dynamodb:...`) and condition keys."""

    name: str
    arns: tuple[str, ...]
    condition_keys: tuple[str, ...]


@dataclass(frozen=True)
class Action:
    """What IAM knows of one action.

    `resource_types` is empty when only `*` can be granted. `condition_keys` include those of its resource types,
    not the global `aws:` ones. `access` is List, Read, Write, Tagging or Permissions management.
    """

    name: str
    access: str
    resource_types: tuple[ResourceType, ...]
    condition_keys: tuple[str, ...]


def needed(call: Call) -> tuple[Need, ...] | Unmapped:
    """The IAM actions that the call needs: () when it needs none (`sts:GetCallerIdentity`)."""
    raise NotImplementedError


def action(name: str) -> Action | None:
    """The action `dynamodb:PutItem`, whatever its case; None when IAM does not know it."""
    raise NotImplementedError


def actions_of(prefix: str) -> Mapping[str, Action] | None:
    """Every action of a service prefix, by its lower-case name without prefix; None for an unknown prefix."""
    raise NotImplementedError


def matching(pattern: str) -> tuple[Action, ...]:
    """The actions that a policy's `Action` entry stands for: `dynamodb:Put*`, `s3:*`, `*:List?`, whatever its case."""
    raise NotImplementedError


def global_condition_key(name: str) -> bool:
    """Whether IAM knows `aws:SourceArn`, `aws:ResourceTag/team` … for every action."""
    raise NotImplementedError
