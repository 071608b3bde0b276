"""The review of a live stack: what is not in any template, and "no differences" exactly where nothing would be done."""

from __future__ import annotations

from typing import Any

import pytest
from review_cases import told

from tapgen.review.model import Risk
from tapgen.review.stack import HIDDEN, StackState, assess_stack, deploys

TOPIC: dict[str, Any] = {"Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a"}}}}
DENY = '{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "Update:Delete", "Resource": "*"}]}'


def live(**more: Any) -> StackState:
    return StackState(
        **{"document": TOPIC, "tags": {"Owner": "ann"}, "termination_protection": True, "policy": DENY, **more}
    )


def test_a_stack_is_as_it_is_wanted() -> None:
    review = assess_stack(live(), live(policy=DENY.replace(": ", ":")))

    assert not review
    assert not deploys(review)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"tags": {"Owner": "bob"}}, {"Stack tags Owner"}),
        ({"tags": {}}, {"Stack tags Owner"}),
        ({"termination_protection": False}, {"Stack TerminationProtection", "S101  +"}),
        ({"policy": ""}, {"Stack StackPolicy", "S102  +"}),
        ({"policy": "not json"}, {"Stack StackPolicy", "S102  +"}),
        ({"tags": None, "termination_protection": None, "policy": None}, set()),
    ],
)
def test_what_is_not_in_the_template(more: dict[str, Any], expected: set[str]) -> None:
    review = assess_stack(live(), live(**more))

    assert told(review) == expected
    assert deploys(review) is bool(expected)


def test_protection_that_comes_is_no_alarm() -> None:
    review = assess_stack(live(termination_protection=False, policy=""), live())

    assert told(review) == {"Stack TerminationProtection", "Stack StackPolicy", "S102  -"}
    assert all(impact.severity is Risk.INFO for impact in review.security)


PARAMETRIC: dict[str, Any] = {
    "Parameters": {"Name": {"Type": "String"}, "Key": {"Type": "String", "NoEcho": True}},
    "Resources": {
        "T": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Name"}, "Other": {"Ref": "Key"}}}
    },
}


def test_a_parameter_value_reaches_the_resource() -> None:
    review = assess_stack(
        StackState(PARAMETRIC, {"Name": "a", "Key": "k"}), StackState(PARAMETRIC, {"Name": "b", "Key": "k"})
    )

    assert told(review) == {"Parameter values Name", "T update"}


def test_a_hidden_value_is_not_compared_and_named() -> None:
    review = assess_stack(
        StackState(PARAMETRIC, {"Name": "a", "Key": HIDDEN}), StackState(PARAMETRIC, {"Name": "a", "Key": "new"})
    )

    assert told(review) == {"unknown the"}
    assert review.unknown == ("the parameter Key: its value is hidden (NoEcho)",)
    assert not deploys(review)


@pytest.mark.parametrize("garbled", ["caf? ?", "caf?? ???"])
def test_text_that_get_template_garbled_is_taken_for_what_was_written(garbled: str) -> None:
    def document(text: str) -> dict[str, Any]:
        return {"Description": text, "Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {"Names": [text]}}}}

    assert not assess_stack(StackState(document(garbled)), StackState(document("café …")))
    assert assess_stack(StackState(document("caf? x")), StackState(document("café …")))


@pytest.mark.parametrize("section", ["Metadata", "Conditions", "Mappings"])
def test_sections_that_are_no_update_by_themselves(section: str) -> None:
    review = assess_stack(StackState(TOPIC), StackState({**TOPIC, section: {"A": {"b": {"c": "d"}}}}))

    assert review
    assert not deploys(review)


def test_an_output_is_an_update() -> None:
    assert deploys(assess_stack(StackState(TOPIC), StackState({**TOPIC, "Outputs": {"O": {"Value": "x"}}})))


def test_a_stack_that_is_not_there_is_created_and_one_that_goes_is_deleted() -> None:
    created, deleted = assess_stack(None, live()), assess_stack(live(), None)

    assert (told(created), created.creates_stack) == ({"T create"}, True)
    assert told(deleted) == {"T delete"}
