"""Every pair of templates, and everything that a review must say of it: no more, no less."""

from __future__ import annotations

import copy

import pytest
import security_cases
from review_cases import CASES, Case, told

from tapgen.review.assess import assess
from tapgen.review.model import Refusal
from tapgen.review.rules.rulebook import ALWAYS, BY_CASE, RULES, UNLESS_ALLOWED

assert security_cases.TRUST  # its cases join the table when it is imported


@pytest.mark.parametrize("one", CASES, ids=lambda one: one.name)
def test_a_review_says_this_and_nothing_else(one: Case) -> None:
    assert told(assess(one.old, one.new)) == one.expected


@pytest.mark.parametrize("one", CASES, ids=lambda one: one.name)
def test_a_review_changes_neither_document(one: Case) -> None:
    before = copy.deepcopy((one.old, one.new))

    assess(one.old, one.new)

    assert (one.old, one.new) == before


@pytest.mark.parametrize("one", CASES, ids=lambda one: one.name)
def test_a_template_does_not_differ_from_itself(one: Case) -> None:
    review = assess(one.new, one.new)

    assert not review
    assert review.security == ()


def test_the_table_is_large_and_its_names_are_unique() -> None:
    assert len(CASES) >= 120
    assert len({one.name for one in CASES}) == len(CASES)


def test_the_table_covers_every_rule_of_templates() -> None:
    covered = {word.split(" ")[0] for one in CASES for word in one.expected}

    assert covered >= {rule for rule in RULES if not rule.startswith("S1")}


REFUSALS = {
    "": {Refusal.NONE},
    ALWAYS: {Refusal.ALWAYS},
    UNLESS_ALLOWED: {Refusal.UNLESS_ALLOWED},
    BY_CASE: {Refusal.NONE, Refusal.UNLESS_ALLOWED},
}


def test_what_the_documentation_says_of_refusals_is_so() -> None:
    findings = [finding for one in CASES for finding in assess(one.old, one.new).findings]

    assert all(finding.refusal in REFUSALS[RULES[finding.rule].refused] for finding in findings)
    for name, rule in RULES.items():
        if rule.refused == BY_CASE and name not in {"L003", "L004", "L005"}:
            assert {finding.refusal for finding in findings if finding.rule == name} >= {Refusal.UNLESS_ALLOWED}
