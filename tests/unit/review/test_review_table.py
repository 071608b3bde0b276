"""Every pair of templates, and everything that a review must say of it: no more, no less."""

from __future__ import annotations

import copy

from review_cases import CASES, told
from security_cases import SECURITY_CASES

from tapgen.review.assess import assess
from tapgen.review.model import Refusal
from tapgen.review.rules.rulebook import RULES

ALL = [*CASES, *SECURITY_CASES]


def test_a_review_says_this_and_nothing_else() -> None:
    wrong = {one.name: said for one in ALL if (said := told(assess(one.old, one.new))) != one.expected}

    assert wrong == {}


def test_a_review_changes_neither_document() -> None:
    changed = []
    for one in ALL:
        before = copy.deepcopy((one.old, one.new))
        assess(one.old, one.new)
        changed += [one.name] if (one.old, one.new) != before else []

    assert changed == []


def test_a_template_does_not_differ_from_itself() -> None:
    same = {one.name: assess(one.new, one.new) for one in ALL}

    assert [name for name, review in same.items() if review or review.security] == []


def test_the_table_is_large_and_its_names_are_unique() -> None:
    assert len(ALL) >= 250
    assert len({one.name for one in ALL}) == len(ALL)


def test_the_table_covers_every_rule_of_templates() -> None:
    covered = {word.split(" ")[0] for one in ALL for word in one.expected}

    assert covered >= {rule for rule in RULES if not rule.startswith("S1")}


def test_a_rule_refuses_what_it_says_unless_a_case_is_spared() -> None:
    impacts = [impact for one in ALL for impact in assess(one.old, one.new).impacts]

    for name, rule in RULES.items():
        refusals = {impact.refusal for impact in impacts if impact.rule == name}
        if not name.startswith("S1"):
            assert rule.refusal in refusals, name
        assert refusals <= {rule.refusal, *([Refusal.NONE] if rule.refusal is Refusal.UNLESS_ALLOWED else [])}, name
