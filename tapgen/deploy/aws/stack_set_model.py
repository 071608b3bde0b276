"""What CloudFormation says of StackSets, as frozen values: the words of its API reference in Python's spelling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class Permissions(Struct, frozen=True):
    """Whose roles deploy: the organization's own where `service_managed`, else the two that are named, '' for AWS's."""

    service_managed: bool = False
    administration_role: str = ""
    execution_role: str = ""
    automatic: bool = False


class Preferences(Struct, frozen=True):
    """How an operation goes through its accounts and regions. Shares are numbers, or text such as "10%"."""

    region_order: tuple[str, ...] = ()
    parallel_regions: bool = False
    failure_tolerance: int | str = 0
    concurrency: int | str = 1
    soft: bool = False


class Targets(Struct, frozen=True):
    """Accounts, or organizational units; both: those accounts of the units. Each in every region."""

    accounts: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to go to."""
        return bool((self.accounts or self.units) and self.regions)


class DriftCounts(Struct, frozen=True):
    """What the last drift detection of a StackSet has found, in stacks. `status` '' where there was none."""

    status: str = ""
    total: int = 0
    drifted: int = 0
    in_sync: int = 0
    failed: int = 0


class StackSet(Struct, frozen=True):
    """A StackSet as DescribeStackSet tells it. `units` and `regions`: what service-managed ones were made for."""

    id: str
    name: str
    template: str
    arn: str = ""
    parameters: Mapping[str, str] = {}
    tags: Mapping[str, str] = {}
    service_managed: bool = False
    automatic: bool = False
    units: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    drift: DriftCounts = DriftCounts()


class StackSetRequest(Struct, frozen=True):
    """What CreateStackSet and UpdateStackSet are asked. Exactly one of `body` and `url` is set."""

    name: str
    description: str
    body: str = ""
    url: str = ""
    parameters: Mapping[str, str] = {}
    capabilities: tuple[str, ...] = ()
    tags: Mapping[str, str] = {}
    permissions: Permissions = Permissions()


class Instance(Struct, frozen=True):
    """A stack instance. `status` is CURRENT, OUTDATED or INOPERABLE, `detail` how its last operation ended."""

    account: str
    region: str
    stack_arn: str = ""
    status: str = ""
    detail: str = ""
    reason: str = ""
    drift: str = ""


class InstancePage(Struct, frozen=True):
    """One page of stack instances, and the token of the next page, or ''."""

    instances: tuple[Instance, ...]
    next: str = ""


class SetOperation(Struct, frozen=True):
    """An operation on a StackSet: CREATE, UPDATE, DELETE or DETECT_DRIFT; `failed` is in stacks."""

    id: str
    action: str
    status: str
    reason: str = ""
    failed: int = 0
    created: datetime | None = None
    ended: datetime | None = None
    drift: DriftCounts = DriftCounts()

    @property
    def running(self) -> bool:
        """Whether it is not over; a status of the future counts as an end, so that nobody waits for ever."""
        return self.status in {"RUNNING", "STOPPING", "QUEUED"}


class Result(Struct, frozen=True):
    """What an operation did to one stack: PENDING, RUNNING, SUCCEEDED, FAILED or CANCELLED."""

    account: str
    region: str
    status: str
    reason: str = ""


class ResultPage(Struct, frozen=True):
    """One page of results, and the token of the next page, or ''."""

    results: tuple[Result, ...]
    next: str = ""
