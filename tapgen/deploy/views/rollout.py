"""How far an operation on a StackSet is: stacks by region and status. All pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from tapgen.deploy.aws.stack_set_model import Result

if TYPE_CHECKING:
    from collections.abc import Mapping

FAILURES = 10
"""Failures that are kept with their reasons; the others are counted."""
OVER = ("SUCCEEDED", "FAILED", "CANCELLED")


class Rollout(Struct, frozen=True):
    """The stacks that an operation goes through, counted: `counts` is region -> status -> stacks.

    `failures` are the first that failed; `sweeping` is a count that is not complete yet.
    """

    action: str
    status: str = "RUNNING"
    counts: Mapping[str, Mapping[str, int]] = {}
    failures: tuple[Result, ...] = ()
    failed: int = 0

    @property
    def total(self) -> int:
        """Stacks that the operation knows of."""
        return sum(sum(one.values()) for one in self.counts.values())

    @property
    def done(self) -> int:
        """Stacks that it is through with."""
        return sum(self.of(status) for status in OVER)

    def of(self, status: str) -> int:
        """Stacks of a status, in all regions."""
        return sum(one.get(status, 0) for one in self.counts.values())


class Tally:
    """A count of results, page by page; `failures` in the order in which AWS tells them."""

    def __init__(self) -> None:
        self.counts: dict[str, dict[str, int]] = {}
        self.failures: list[Result] = []

    def add(self, results: tuple[Result, ...]) -> None:
        """Count one page."""
        for one in results:
            of_region = self.counts.setdefault(one.region, {})
            of_region[one.status] = of_region.get(one.status, 0) + 1
            if one.status == "FAILED" and len(self.failures) < FAILURES:
                self.failures.append(one)


def rollout_lines(rollout: Rollout) -> list[str]:
    """One line for each region, whatever the number of accounts: how far, what runs, what failed."""
    width = max((len(region) for region in rollout.counts), default=0)
    lines = []
    for region, counts in rollout.counts.items():
        total = sum(counts.values())
        done = sum(counts.get(status, 0) for status in OVER)
        parts = [f"{region.ljust(width)}  {done}/{total}"]
        told = ("RUNNING", "FAILED", "CANCELLED")
        parts += [f"{counts[status]} {status.lower()}" for status in told if counts.get(status)]
        lines.append("  ".join(parts))
    return lines
