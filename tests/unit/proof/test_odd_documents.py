"""Nothing in a document makes the check raise: any part of it may be anything."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.proof.documents import findings
from tests.unit.proof.test_reachability import nat, queue
from tests.unit.proof.test_rules import CASES

DOCUMENTS = [queue(**nat()), *(trigger for rule, (trigger, _) in CASES.items() if not rule.startswith("limit-"))]
ODD = st.one_of(
    st.sampled_from(
        [
            None,
            {"Ref": "Nope"},
            {"Ref": 1},
            {"Fn::If": ["Condition", [1], {"a": 1}]},
            {"Fn::GetAtt": ["Table"]},
            {"Fn::Sub": ["${x}", 3]},
            {"Fn::Join": [1, 2]},
            "arn:",
            "arn:a:b:c:d:",
            "${",
            "\ud800",
        ]
    ),
    st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
        max_leaves=4,
    ),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for step, inner in steps for place in places(inner, (*path, step)))]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_part_of_a_document_may_be_anything(data: st.DataObject) -> None:
    document = copy.deepcopy(data.draw(st.sampled_from(DOCUMENTS)))
    path = data.draw(st.sampled_from([place for place in places(document) if place]))
    holder = document
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = data.draw(ODD)
    for finding in findings(document, protected=True):
        assert finding.message


@pytest.mark.parametrize("document", [{}, {"Resources": None}, {"Resources": []}, {"Resources": {"A": 1, "B": {}}}])
def test_documents_without_resources(document: dict[str, Any]) -> None:
    assert {one.rule for one in findings(document)} <= {"null-value"}


def test_loops_are_not_understood_and_say_so() -> None:
    each = {"Fn::ForEach::Tables": ["Name", ["A"], {"${Name}": {"Type": "AWS::DynamoDB::Table"}}]}
    assert [one.rule for one in findings({"Resources": each})] == ["not-checked"]
