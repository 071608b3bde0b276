"""What IAM knows: actions, the resource types they apply to and the condition keys they understand.

The table comes from the AWS Service Authorization Reference (`scripts/iam_tables.py`); one row per service.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

import msgspec
from msgspec import Struct

from tapgen.template.patterns import action_matches, wild
from tapgen.template.tables import keys, row


class IamResource(Struct, frozen=True):
    """A resource type of a service: its ARN formats (`arn:${Partition}:dynamodb:...`) and condition keys."""

    name: str
    arns: tuple[str, ...]
    condition_keys: tuple[str, ...]


class Action(Struct, frozen=True):
    """What IAM knows of one action.

    `name` is written as AWS writes it: `dynamodb:PutItem`. `access` is List, Read, Write, Tagging or Permissions
    management. `resource_types` is empty when only `*` can be granted. `condition_keys` include those of the
    resource types, not the global `aws:` ones.
    """

    name: str
    access: str
    resource_types: tuple[IamResource, ...]
    condition_keys: tuple[str, ...]

    def knows(self, condition_key: str) -> bool:
        """Whether a condition on that key can have an effect; case is ignored and `${TagKey}` stands for any text."""
        return global_condition_key(condition_key) or any_fits(self.condition_keys, condition_key)


class _Row(msgspec.Struct):
    keys: list[str]
    types: dict[str, tuple[list[str], list[int]]]
    actions: dict[str, tuple[str, list[str], list[int]]]


_GLOBAL_KEYS = """
CalledVia CalledViaAWSMCP CalledViaFirst CalledViaLast ChatbotSourceArn CurrentTime Ec2InstanceSourceVpc
Ec2InstanceSourcePrivateIPv4 EpochTime FederatedProvider IsMcpServiceAction MultiFactorAuthAge MultiFactorAuthPresent
PrincipalAccount PrincipalArn PrincipalIsAWSService PrincipalOrgID PrincipalOrgPaths PrincipalServiceName
PrincipalServiceNamesList PrincipalTag/${TagKey} PrincipalType Referer RequestedRegion RequestTag/${TagKey}
ResourceAccount ResourceOrgID ResourceOrgPaths ResourceTag/${TagKey} SecureTransport SignInSessionArn SourceAccount
SourceArn SourceIdentity SourceIp SourceOrgID SourceOrgPaths SourceVpc SourceVpcArn SourceVpce TagKeys TokenIssueTime
UserAgent userid username ViaAWSMCPService ViaAWSService VpceAccount VpceOrgID VpceOrgPaths VpcSourceIp AssumedRoot
""".split()  # noqa: SIM905  a list of 50 quoted words is harder to compare with its source
"""IAM User Guide, "AWS global condition context keys"; without their `aws:`."""

_PER_SERVICE = re.compile(r"aws:(RequestTag/.+|ResourceTag/.+|TagKeys)", re.IGNORECASE)
"""Keys that are called global but that only some actions put into the request (same page)."""


_TABLE = "iam_actions"


@cache
def _row(prefix: str) -> _Row | None:
    found: _Row | None = row(_TABLE, prefix, _Row)
    return found


@cache
def prefixes() -> tuple[str, ...]:
    """Every service prefix."""
    return keys(_TABLE)


@cache
def actions_of(prefix: str) -> Mapping[str, Action] | None:
    """Every action of a service prefix, by its lower-case name without prefix; None for an unknown prefix."""
    table = _row(prefix.lower()) or _row(prefix)
    if table is None:
        return None
    types = {
        name: IamResource(name, tuple(arns), tuple(table.keys[index] for index in positions))
        for name, (arns, positions) in table.types.items()
    }
    return {name.lower(): _action(f"{prefix.lower()}:{name}", one, types, table) for name, one in table.actions.items()}


def _action(
    name: str, written: tuple[str, list[str], list[int]], types: Mapping[str, IamResource], table: _Row
) -> Action:
    access, names, positions = written
    applies = tuple(types[one] for one in names if one in types)
    known = {table.keys[index] for index in positions}.union(*(one.condition_keys for one in applies))
    return Action(name, access, applies, tuple(sorted(known)))


def action(name: str) -> Action | None:
    """The action `dynamodb:PutItem`, whatever its case; None when IAM does not know it."""
    prefix, _, bare = name.partition(":")
    return (actions_of(prefix.lower()) or {}).get(bare.lower())


@cache
def matching(pattern: str) -> tuple[Action, ...]:
    """The actions that a policy's `Action` entry stands for: `dynamodb:Put*`, `s3:*`, `*`, whatever its case."""
    if not wild(pattern):
        found = action(pattern)
        return (found,) if found else ()
    prefix, _, bare = ("*", "", "*") if pattern == "*" else pattern.partition(":")
    return tuple(
        found
        for one in (prefixes() if wild(prefix) else (prefix,))
        if action_matches(prefix, one)
        for key, found in (actions_of(one) or {}).items()
        if action_matches(bare, key)
    )


def global_condition_key(name: str) -> bool:
    """Whether every action knows the key, such as `aws:SourceArn`; keys on tags depend on the action."""
    if _PER_SERVICE.fullmatch(name):
        return False
    return any_fits(global_condition_keys(), name)


def global_condition_keys() -> tuple[str, ...]:
    """The keys of every request: `aws:SourceArn`."""
    return tuple(f"aws:{key}" for key in _GLOBAL_KEYS)


@cache
def condition_keys_of(prefix: str) -> frozenset[str]:
    """The condition keys of a service prefix's own, whatever actions have them."""
    table = _row(prefix)
    return frozenset(one for one in table.keys if one.lower().startswith(f"{prefix}:")) if table else frozenset()


def any_fits(known: Iterable[str], name: str) -> bool:
    """Whether a condition key is one of those known; case is ignored and `${TagKey}` stands for any text."""
    lower = name.lower()
    return any(
        one.lower() == lower if "${" not in one and "<key>" not in one else _pattern(one).fullmatch(name)
        for one in known
    )


@cache
def _pattern(known: str) -> re.Pattern[str]:
    parts = re.split(r"\$\{[^}]*\}", known.replace("<key>", "${key}"))
    return re.compile(".+".join(re.escape(part) for part in parts), re.IGNORECASE)
