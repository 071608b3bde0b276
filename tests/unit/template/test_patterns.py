"""IAM's wildcards."""

from __future__ import annotations

import pytest

from tapgen.template.catalogue import matching
from tapgen.template.patterns import action_matches, matches, meet
from tests.table import rows


@rows(
    ("pattern", "text", "expected"),
    [
        ("*", "", True),
        ("*", "anything", True),
        ("a*", "abc", True),
        ("*c", "abc", True),
        ("a*c", "abc", True),
        ("a*c", "ac", True),
        ("ab*ba", "aba", False),
        ("ab*b*", "ab", False),
        ("*ba*ab", "bab", False),
        ("a*b*c", "a-c-b", False),
        ("a*b*c", "a-b-b-c", True),
        ("a**c", "abc", True),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("?b*", "ab", True),
        ("*?b?*", "b", False),
        ("*?b?*", "abc", True),
        ("a?", "a*", False),
        ("a*", "a*b", True),
        ("a*b", "a*", False),
        ("A", "a", False),
    ],
)
def test_matches(pattern: str, text: str, expected: bool) -> None:
    assert matches(pattern, text) is expected


def test_actions_are_compared_whatever_their_case() -> None:
    assert action_matches("DynamoDB:put*", "dynamodb:PutItem")


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        (("a", "*"), ("a", "${X}"), "yes"),
        (("a", "${X}"), ("a", "${X}"), "yes"),
        (("a", "${X}"), ("a", "b"), "unknown"),
        (("b", "${X}"), ("a", "b"), "no"),
        (("a", "b"), ("a", "${X}"), "unknown"),
        (("a", "${X}", "*"), ("a", "c", "d"), "unknown"),
    ],
)
def test_meet(pattern: tuple[str, ...], value: tuple[str, ...], expected: str) -> None:
    assert meet(pattern, value, {"${X}"}) == expected


def test_a_pattern_of_stars_is_answered_at_once() -> None:
    """A matcher that goes back over what it read would not come to an end here."""
    assert not matches("a*" * 1000 + "b", "a" * 20_000)
    assert not matches("*?" * 40 + "b", "a" * 2_000)


def test_what_is_too_long_to_compare_is_not_known() -> None:
    assert meet(tuple("a*" * 20_000), tuple("a" * 20_000), ()) == "unknown"
    assert meet(tuple("a*" * 20_000), tuple("a*" * 20_000), ()) == "yes"
    assert not matches("*" + "?a" * 20_000 + "b*", "a" * 40_000)


def test_an_action_of_stars_is_answered_at_once() -> None:
    assert matching("s3:" + "*" * 40 + "x*" * 40 + "!") == ()
    assert {one.name for one in matching("S3:Get*Tagging")} >= {"s3:GetObjectTagging", "s3:GetBucketTagging"}
