"""An environment in many accounts and regions: a StackSet, CloudFormation's own engine for that."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

from tapgen.settings.accounts import Region, RoleArn

if TYPE_CHECKING:
    from tapgen.settings.model import Environment

Share = (
    Annotated[int, Meta(ge=0, le=100_000)]
    | Annotated[str, Meta(pattern=r"^([1-9]?[0-9]|100)%$", description='such as "10%"')]
)
"""Accounts of each region: a number, or a share of them."""
Positive = (
    Annotated[int, Meta(ge=1, le=100_000)]
    | Annotated[str, Meta(pattern=r"^([1-9][0-9]?|100)%$", description='such as "10%"')]
)
RoleName = Annotated[str, Meta(pattern=r"^[\w+=,.@-]{1,64}$")]
OrganizationalUnit = Annotated[str, Meta(pattern=r"^(ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32})$")]
OrganizationId = Annotated[str, Meta(pattern=r"^o-[a-z0-9]{10,32}$")]

MAX_UNITS = 50
"""Organizational units of one operation: CloudFormation API reference, CreateStackInstances."""

Problem = tuple[tuple[str | int, ...], str]


class StackSet(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a StackSet is deployed: an environment with `accounts` or `organizational_units` is one.

    ```toml
    [environments.prod]
    organizational_units = ["ou-abcd-11111111"]
    regions = ["eu-west-1", "us-east-1"]
    stack_set = { failure_tolerance = "5%", concurrency = "10%", concurrency_mode = "soft" }
    ```
    """

    region: Region | None = None
    """Where the StackSet itself is kept; default: the first of `regions`"""
    permissions: Literal["service-managed", "self-managed"] | None = None
    """Whose roles deploy: the organization's own, or yours in each account; default: yours where only accounts are
    named"""
    administration_role: RoleArn | None = None
    """Self-managed: the role that CloudFormation acts as here; default: AWSCloudFormationStackSetAdministrationRole"""
    execution_role: RoleName | None = None
    """Self-managed: the role that it assumes in each account; default: AWSCloudFormationStackSetExecutionRole"""
    inspection_role: RoleName | None = None
    """A role in each account that tapgen may assume to read why a stack failed, and its outputs"""
    organization: OrganizationId | None = None
    """The organization whose accounts may read packages: see `tapgen bootstrap --env`"""
    delegated_administrator: bool = False
    """Service-managed: the account that deploys is a delegated administrator, not the management account"""
    automatic: bool = False
    """Service-managed: accounts that join a unit get their stacks, those that leave it lose them"""
    failure_tolerance: Share = 0
    """Accounts of a region that may fail before the operation stops"""
    concurrency: Positive = 1
    """Accounts of a region that are deployed at the same time"""
    concurrency_mode: Literal["strict", "soft"] = "strict"
    """strict: never more at once than may still fail, and one; soft: `concurrency` whatever fails"""
    parallel_regions: bool = False
    """All regions at once, and not one after the other in the order of `regions`"""


def check_stack_set(environment: "Environment") -> Iterator[Problem]:
    """What AWS refuses of these settings together, with the path of the value to change."""
    if not environment.is_stack_set:
        yield ("stack_set",), "only an environment with accounts or organizational_units is a StackSet"
        return
    if not environment.target_regions:
        yield ("regions",), "a StackSet needs them: say in which regions its stacks are"
    for field in ("accounts", "organizational_units"):
        values = getattr(environment, field)
        if len(set(values)) < len(values):
            yield (field,), "a value stands twice"
    if len(environment.organizational_units) > MAX_UNITS:
        yield ("organizational_units",), f"one operation takes {MAX_UNITS}; name a unit above them"
    yield from _permissions(environment)
    for name, bucket in environment.buckets.items():
        if bucket.name:
            yield (
                ("buckets", name, "name"),
                "one name is for one bucket of the world, a StackSet has many: take it away",
            )
    for field in ("express", "cloudformation_role", "personal"):
        if getattr(environment, field):
            yield (field,), f"a StackSet has no {field}; take it away here"


def _permissions(environment: "Environment") -> Iterator[Problem]:
    stack_set = environment.stack_set or StackSet()
    if stack_set.permissions == "self-managed" and environment.organizational_units:
        yield ("stack_set", "permissions"), "organizational_units need service-managed permissions"
    if environment.service_managed:
        if not environment.organizational_units:
            yield (
                ("organizational_units",),
                "service-managed permissions need them; `accounts` then narrow them",
            )
        for field in ("administration_role", "execution_role"):
            if getattr(stack_set, field):
                yield ("stack_set", field), "service-managed permissions take no roles of yours"
        return
    for field in ("delegated_administrator", "automatic"):
        if getattr(stack_set, field):
            yield ("stack_set", field), "only with service-managed permissions"
