"""IAM's wildcards, in one place: `*` is any text, `?` any one character.

Source: IAM user guide, "IAM JSON policy elements: Resource" and "... Action". What would take more than `MAX_STEPS` is
not compared: a pattern and a text of 500 characters each are longer than any that IAM takes for a name.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Literal

Match = Literal["yes", "unknown", "no"]

MAX_STEPS = 250_000
"""Characters of a pattern times those of a text."""


def wild(pattern: str) -> bool:
    """Whether a pattern stands for more than itself."""
    return "*" in pattern or "?" in pattern


@lru_cache(maxsize=8192)
def matches(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """Whether a pattern stands for a text; a star of the text, which is a pattern itself, only for one of the pattern.

    So it also says whether one pattern covers another.
    """
    if ignore_case:
        pattern, text = pattern.lower(), text.lower()
    if not wild(pattern):
        return pattern == text
    first, *others = pattern.split("*")
    if not others:
        return len(first) == len(text) and _at(first, text, 0)
    *middle, last = others
    if len(first) + len(last) > len(text) or not _at(first, text, 0) or not _at(last, text, len(text) - len(last)):
        return False
    position, end = len(first), len(text) - len(last)
    for part in filter(None, middle):
        position = _find(part, text, position, end)
        if position < 0:
            return False
        position += len(part)
    return True


def _at(part: str, text: str, position: int) -> bool:
    if "?" not in part:
        return text.startswith(part, position)
    there = text[position : position + len(part)]
    return all(mine == theirs or (mine == "?" and theirs != "*") for mine, theirs in zip(part, there, strict=False))


def _find(part: str, text: str, start: int, end: int) -> int:
    """Where a part of a pattern, without stars, first stands in a stretch of the text; -1 where nowhere."""
    if "?" not in part:
        return text.find(part, start, end)
    end = min(end, start + MAX_STEPS // len(part) + len(part))
    return next((position for position in range(start, end - len(part) + 1) if _at(part, text, position)), -1)


def action_matches(pattern: str, action: str) -> bool:
    """Whether an Action entry of a policy (`dynamodb:Put*`) stands for an action, whatever the case of either."""
    return matches(pattern, action, ignore_case=True)


def best(found: Collection[Match]) -> Match:
    """The strongest of several answers."""
    return "yes" if "yes" in found else "unknown" if "unknown" in found else "no"


def meet(pattern: Sequence[str], value: Sequence[str], unknowns: Collection[str]) -> Match:
    """Whether a pattern stands for a value, both as tokens: characters, and references that only equal themselves.

    "unknown": it does if the tokens of `unknowns`, whose text nobody knows here, are something fitting; or the two are
    too long to compare.
    """
    if pattern == value:
        return "yes"
    if len(pattern) * len(value) > MAX_STEPS:
        return "unknown"
    if _reaches(pattern, value, frozenset()):
        return "yes"
    return "unknown" if unknowns and _reaches(pattern, value, frozenset(unknowns)) else "no"


def _reaches(pattern: Sequence[str], value: Sequence[str], unknowns: frozenset[str]) -> bool:
    """Follows every position of the pattern that the value read so far can have led to."""
    stars = unknowns | {"*"}
    reachable = _over_stars({0}, pattern, stars)
    for token in value:
        if token in unknowns:  # it may be empty or anything: every later position is reachable
            reachable = set(range(min(reachable), len(pattern) + 1))
            continue
        following = set()
        for position in reachable:
            if position < len(pattern):
                if pattern[position] in stars:
                    following.add(position)
                if pattern[position] in (token, "?"):
                    following.add(position + 1)
        reachable = _over_stars(following, pattern, stars)
        if not reachable:
            return False
    return len(pattern) in reachable


def _over_stars(positions: set[int], pattern: Sequence[str], stars: frozenset[str]) -> set[int]:
    found = set(positions)
    for position in positions:
        following = position
        while following < len(pattern) and pattern[following] in stars and following + 1 not in found:
            following += 1
            found.add(following)
    return found
