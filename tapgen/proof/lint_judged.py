"""What of cfn-lint's matches is told, how bad it is, and in which words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ipaddress import ip_network
from typing import Any, Final

_CHOICES: Final = frozenset({"E3017", "E3018"})
"""None of several schemas fits. Why each does not is told besides, and says nothing of what was meant."""
_DOUBTFUL: Final = frozenset({"E3049", "E3712"})
"""Of a health check's port, whose default is right; of a group that cannot grow, which Auto Scaling takes."""
_OTHER_CASE: Final = re.compile(r"\('(\w+)' was unexpected\. Did you mean '(\w+)'\?\)")
"""A key of a policy in another case; whether IAM takes it is not documented."""
_DATES: Final = re.compile(r"Creation was disabled on ('[\d-]+') and update on")
"""It says so of days to come as well."""
_NO_NETWORK: Final = re.compile(r"'(?P<range>[0-9./]+)' is not a 'ipv4-network'")
_NOT_ONE_OF: Final = re.compile(r"'(?P<value>[^']*)' is not one of \[(?P<listed>'[^\]]*)\]")
_SUB: Final = "E1029"
"""A variable of Fn::Sub outside of one: in a description it is prose, in a parameter's default perhaps meant so."""
_LONG: Final = 12
"""Names in one sentence; of a longer list the nearest are told."""
_NEAREST: Final = 3


def told(found: Sequence[Any]) -> Iterator[Any]:
    """The matches without what is untrue: reasons of each alternative, ranges that EC2 takes, major versions."""
    choices = {match.id for match in found if match.rule.id in _CHOICES}
    for match in found:
        of_a_choice = getattr(match, "parent_id", None) in choices
        prose = match.rule.id == _SUB and match.path and match.path[-1] == "Description"
        fine = _normalised(match.message) or (_of_versions(match) and _is_major(match.message))
        if not (of_a_choice or prose or fine):
            yield match


def _of_versions(match: Any) -> bool:
    return "Engine Version" in match.rule.shortdesc


def unproven(match: Any) -> bool:
    """An error that stands on a list which grows older (prices of instance types, versions of engines), or on case."""
    rule = match.rule
    key = _OTHER_CASE.search(match.message)
    of_a_list = "pricing API" in rule.description or _of_versions(match)
    elsewhere = rule.id == _SUB and bool(match.path) and match.path[0] not in ("Resources", "Outputs")
    doubtful = of_a_list or elsewhere or rule.id in _DOUBTFUL or (key and key[1].lower() == key[2].lower())
    return rule.severity == "error" and bool(doubtful)


def worded(message: str) -> str:
    """The message with days that are still to come, and the nearest of a long list."""
    message = _DATES.sub(r"Creation is disabled from \1 and update from", message)
    match = _NOT_ONE_OF.search(message)
    names = _names(match["listed"]) if match else []
    if match is None or len(names) <= _LONG:
        return message
    from difflib import get_close_matches

    near = get_close_matches(match["value"], names, n=_NEAREST, cutoff=0) or names[:_NEAREST]
    short = f"'{match['value']}' is none of {len(names)}, of which {', '.join(near)} are the nearest"
    return message[: match.start()] + short + message[match.end() :]


def _names(listed: str) -> list[str]:
    return [one.strip().strip("'") for one in listed.split(",")]


def _is_major(message: str) -> bool:
    """Whether a version is the beginning of one that is listed, which RDS takes: `8.0` for its default minor version.

    Source: RDS API reference, CreateDBInstance; DescribeDBEngineVersions, DefaultOnly.
    """
    match = _NOT_ONE_OF.search(message)
    return match is not None and any(one.startswith(f"{match['value']}.") for one in _names(match["listed"]))


def _normalised(message: str) -> bool:
    """A range of addresses with bits behind its mask, which EC2 takes and drops: EC2 API, CreateSubnet, CidrBlock."""
    match = _NO_NETWORK.search(message)
    if match is None:
        return False
    try:
        ip_network(match["range"], strict=False)
    except ValueError:
        return False
    return True
