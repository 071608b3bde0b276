"""The rule about regions: whether AWS has those that the settings name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tapgen.errors import suggestion
from tapgen.proof.interpret.boto3.models import regions
from tapgen.proof.rules.rule import Rule

if TYPE_CHECKING:
    from tapgen.proof.findings import Finding

REGION_UNKNOWN = Rule(
    "region-unknown",
    "warning",
    "The settings name a region that AWS does not have",
    "Nothing answers there: a deployment cannot even look for the stack.",
    "Correct the region; where AWS has opened it since, update boto3.",
    'AWS general reference, "AWS service endpoints"; partitions of botocore',
)


def unknown(named: Iterable[str]) -> Iterator[Finding]:
    """A finding for each region that the installed botocore does not know; none where there is no botocore."""
    known = regions()
    for one in named:
        if known and one not in known:
            yield REGION_UNKNOWN.finding(f"There is no region {one}; {suggestion(one, known)}")
