"""Which stacks of a StackSet there are, and how they are: counted page by page, and no page is kept."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from tapgen.deploy.aws.stack_set_model import Targets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tapgen.deploy.aws.polling import Poller
    from tapgen.deploy.aws.stack_set_client import StackSetClient
    from tapgen.deploy.aws.stack_set_model import Instance, StackSet

SUSPENDED = "SUSPENDED"
INOPERABLE = (
    "CloudFormation leaves INOPERABLE stacks out, since their deletion has failed: delete them in their account, then "
    "their stack instances with RetainStacks"
)
"""CloudFormation API reference, StackInstance."""
SHOWN = 10
"""Stacks that are not as they should be which are named; the others are counted."""


class Survey(Struct, frozen=True):
    """The stacks of a StackSet: how many of each status in each region, and the accounts of each region.

    `astray` are the first that are not CURRENT.
    """

    counts: Mapping[str, Mapping[str, int]] = {}
    accounts: Mapping[str, frozenset[str]] = {}
    astray: tuple[Instance, ...] = ()

    @property
    def total(self) -> int:
        """How many stacks there are."""
        return sum(len(one) for one in self.accounts.values())

    @property
    def current(self) -> int:
        """How many have the StackSet's template, or need none: CloudFormation passes suspended accounts over."""
        return self.of("CURRENT") + self.of(SUSPENDED)

    def of(self, status: str) -> int:
        """Stacks of a status, in all regions."""
        return sum(one.get(status, 0) for one in self.counts.values())

    @property
    def everywhere(self) -> frozenset[str]:
        """Every account with a stack."""
        return frozenset().union(*self.accounts.values())


def survey(client: StackSetClient, name: str, poller: Poller) -> Survey:
    """Read every page of stack instances; at most a call a second, as the poller has it."""
    counts: dict[str, dict[str, int]] = {}
    accounts: dict[str, set[str]] = {}
    astray: list[Instance] = []
    for instance in _all(client, name, poller):
        status = _status(instance)
        of_region = counts.setdefault(instance.region, {})
        of_region[status] = of_region.get(status, 0) + 1
        accounts.setdefault(instance.region, set()).add(instance.account)
        if status not in {"CURRENT", SUSPENDED} and len(astray) < SHOWN:
            astray.append(instance)
    return Survey(counts, {region: frozenset(found) for region, found in accounts.items()}, tuple(astray))


def _all(client: StackSetClient, name: str, poller: Poller) -> Iterator[Instance]:
    page = ""
    while True:
        answer = poller.call(partial(client.instances, name, page))
        yield from answer.instances
        if not answer.next:
            return
        page = answer.next


def _status(instance: Instance) -> str:
    """CURRENT, OUTDATED, INOPERABLE or SUSPENDED; one that failed is out of date whatever is said of it besides."""
    if instance.detail == "SKIPPED_SUSPENDED_ACCOUNT":
        return SUSPENDED
    if instance.status == "INOPERABLE":
        return "INOPERABLE"
    return "CURRENT" if instance.status == "CURRENT" and instance.detail in {"", "SUCCEEDED"} else "OUTDATED"


def missing(wanted: Targets, found: StackSet | None, seen: Survey) -> tuple[Targets, ...]:
    """What has no stack yet, as few operations' targets: every account of some regions, or some accounts in some.

    Of organizational units the StackSet itself says which it was deployed to: who belongs to them only AWS knows.
    """
    if wanted.units and not wanted.accounts:
        return _missing_units(wanted, found)
    lacking: dict[tuple[str, ...], list[str]] = {}
    for region in wanted.regions:
        there = seen.accounts.get(region, frozenset())
        accounts = tuple(one for one in wanted.accounts if one not in there)
        if accounts:
            lacking.setdefault(accounts, []).append(region)
    return tuple(Targets(accounts, wanted.units, tuple(regions)) for accounts, regions in lacking.items())


def _missing_units(wanted: Targets, found: StackSet | None) -> tuple[Targets, ...]:
    """Every unit in the regions that are new, and the units that are new in the others."""
    known_units, known_regions = (found.units, found.regions) if found else ((), ())
    units = tuple(one for one in wanted.units if one not in known_units)
    new = tuple(one for one in wanted.regions if one not in known_regions)
    kept = tuple(one for one in wanted.regions if one in known_regions)
    return tuple(one for one in (Targets((), wanted.units, new), Targets((), units, kept)) if one)


def left_over(wanted: Targets, seen: Survey) -> tuple[str, ...]:
    """Accounts and regions with stacks that the settings do not name any more, in words."""
    regions = sorted(set(seen.accounts) - set(wanted.regions))
    found = [f"region {region} ({len(seen.accounts[region])} stacks)" for region in regions]
    if not wanted.units:
        found += [f"account {one}" for one in sorted(seen.everywhere - set(wanted.accounts))]
    return tuple(found)
