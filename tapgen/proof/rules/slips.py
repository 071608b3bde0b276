"""What speaks for a slip in a name that is not in AWS's lists: the lists grow older, and the name may be newer.

Each function gives a hint in words, "" where nothing speaks for a slip.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Final

from tapgen.proof.needs import actions
from tapgen.proof.needs.actions import operations_of
from tapgen.template.alternatives import literal
from tapgen.template.catalogue import Action, matching, prefixes
from tapgen.template.patterns import wild
from tapgen.template.tables import keys, mentions

_CLOSE: Final = 0.88
"""Similarity (difflib's ratio) from which a name is taken for another one: `GetObjects`, `DescribeInstance`."""
_LONGER: Final = re.compile(r"[A-Z0-9]")
_WORDS: Final = re.compile(r"[A-Z][a-z]+|[A-Z]+(?![a-z])")
_SAID: Final = frozenset(
    {
        *("Read", "Write", "Fetch", "Load", "Save", "Edit", "View", "Upload", "Download", "Use"),
        *("Describe", "Get", "Modify", "Remove"),
    }
)
_OF_THE_SDK: Final = frozenset(
    {
        *("generatepresignedurl", "generatepresignedpost", "getpaginator", "getwaiter"),
        *("uploadfile", "uploadfileobj", "downloadfile", "downloadfileobj"),
    }
)
"""Methods of boto3's clients that are no operation."""
_TELLING: Final = 3
"""Words from which a name says what it is about."""
_OF_AWS: Final = re.compile(r"(?:arn:[^:]+(?:::[^:]+)?:iam::aws:policy/)?(?P<name>[^:]+)")
_MOST_OTHERS: Final = 2
"""Services that may have an action of a name for it to tell them: of `TagResource` there are hundreds."""


@lru_cache(maxsize=256)  # asked by the rule about errors and by the one about what is not listed
def of_action(pattern: str) -> str:
    """What was meant by an action that IAM's list does not have."""
    prefix, colon, name = pattern.partition(":")
    if not colon:
        return "An action begins with its service's prefix and a colon; IAM refuses the policy."
    known = actions.actions_of(prefix)
    if known is None:
        return _of_prefix(prefix, name)
    if wild(name) or not name:
        return ""
    return _of_operation(prefix, name) or _alike(name, known) or _of_service(name) or _of_verb(name, known)


def _of_prefix(prefix: str, name: str) -> str:
    own = actions.iam_prefix(prefix.lower())
    if own != prefix.lower():
        return f'IAM\'s prefix of {prefix} is "{own}".'
    for other in _close(prefix.lower(), prefixes(), 0.75):
        if matching(f"{other}:{name}") and name != "*":
            return f'IAM knows no service prefix "{prefix}". Did you mean {other}:{name}?'
    return ""


def _of_operation(prefix: str, name: str) -> str:
    """An operation of the service's API that other actions allow: `s3:ListObjectsV2`, `lambda:Invoke`."""
    if name.lower() in _OF_THE_SDK:
        return f"{name} is a method of the SDK; what it asks of {prefix} is what has to be allowed."
    allowed = {one.partition("@")[0].rstrip("?") for one in operations_of(prefix.lower(), name.lower())}
    return f"The operation {name} is allowed by {', '.join(sorted(allowed))}." if allowed else ""


def _alike(name: str, known: Mapping[str, Action]) -> str:
    others = (known[close].name for close in _close(name.lower(), known, _CLOSE))
    return next((f"Did you mean {one}?" for one in others if not _goes_on(name, one.partition(":")[2])), "")


def _goes_on(name: str, other: str) -> bool:
    """Whether the one is the other with a word or number more, as new actions are: `InvokeFunctionUrl`, `ListV2`."""
    short, long = sorted((name, other), key=len)
    return re.sub(r"\d", "", short) == re.sub(r"\d", "", long) or (
        long.lower().startswith(short.lower()) and bool(_LONGER.match(long[len(short) :]))
    )


def _of_service(name: str) -> str:
    """An action of that name of another service, and of few: `cloudwatch:PutLogEvents`; short names are of many."""
    telling = len(_WORDS.findall(name)) >= _TELLING and mentions("iam_actions", name)
    others = _services_with().get(name.lower(), ()) if telling else ()
    return f"Did you mean {' or '.join(others)}?" if 0 < len(others) <= _MOST_OTHERS else ""


@cache
def _services_with() -> dict[str, tuple[str, ...]]:
    """Action without prefix, in lower case -> the actions of that name."""
    found: dict[str, tuple[str, ...]] = {}
    for one in matching("*"):
        bare = one.name.partition(":")[2].lower()
        found[bare] = (*found.get(bare, ()), one.name)
    return found


def _of_verb(name: str, known: Mapping[str, Action]) -> str:
    """A verb that people say and no action of the service has, before what some are about: `dynamodb:ReadItem`."""
    written = [one.name.partition(":")[2] for one in known.values()]
    verb, noun = _parted(name)
    others = sorted(one for one in written if _parted(one)[1] == noun)
    if verb not in _SAID or not (noun and others) or any(_parted(one)[0] == verb for one in written):
        return ""
    return f"Of {noun} IAM knows {', '.join(others)}."


def _parted(name: str) -> tuple[str, str]:
    verb = _WORDS.match(name)
    return (verb[0], name[verb.end() :]) if verb else ("", "")


def of_condition_key(key: str, known: Iterable[str]) -> str:
    """What was meant by a condition key that is not among those known."""
    lower = {one.lower(): one for one in known}
    close = next((one for one in _close(key.lower(), lower, 0.9) if not _goes_on(key, lower[one])), "")
    return f"Did you mean {lower[close]}?" if close else ""


def of_managed_policy(arn: str) -> str:
    """What was meant by a policy of AWS's that is not in the list of them; of an account's own nobody knows."""
    match = _OF_AWS.fullmatch(arn)  # SAM takes bare names too
    if match is None or not literal(match["name"]):
        return ""
    bare = match["name"].rpartition("/")[2]
    by_name = {one.rpartition("/")[2]: one for one in keys("managed_policies")}
    if bare in by_name:
        return f"Its ARN ends in :policy/{by_name[bare]}."
    close = next((one for one in _close(bare, by_name, 0.93) if not _goes_on(bare, one)), "")
    return f"Did you mean {by_name[close]}?" if close else ""


def _close(name: str, known: Iterable[str], similarity: float) -> list[str]:
    from difflib import get_close_matches

    return get_close_matches(name, list(known), n=1, cutoff=similarity)
