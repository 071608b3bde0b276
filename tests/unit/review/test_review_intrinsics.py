"""Canonical values: what is put in place, what stays, and what passes through although CloudFormation would refuse it."""

from __future__ import annotations

from typing import Any

import pytest

from tapgen.errors import DocumentError
from tapgen.review.assess import assess
from tapgen.review.diff.compare import differences
from tapgen.template.intrinsics import Reference, Scope, canonical, references
from tapgen.template.model import understand
from tapgen.template.paths import ABSENT, Index
from tapgen.template.secrets import MASK, Masked
from tapgen.template.text import at, inline, text
from tests.table import rows

SECRET = Scope({"Secret": Masked("s3cret"), "Secrets": [Masked("a"), Masked("b")]})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Fn::Sub": "${Secret}-x"}, "s3cret-x"),
        ({"Fn::Join": [",", ["x", {"Ref": "Secret"}]]}, "x,s3cret"),
        ({"Fn::Select": [1, {"Fn::Split": ["3", {"Ref": "Secret"}]}]}, "cret"),
        ({"Fn::Join": [",", {"Ref": "Secrets"}]}, "a,b"),
    ],
)
def test_a_secret_stays_one_in_every_text_that_it_is_part_of(value: Any, expected: str) -> None:
    made = canonical(value, SECRET)

    assert made == expected
    assert isinstance(made, Masked)
    assert inline(made) == text(made) == MASK
    assert expected not in repr(made)


@rows(
    ("value", "expected"),
    [
        ({"Fn::Sub": 5}, {"Fn::Sub": "5"}),
        ({"Fn::Sub": ["a", "b"]}, {"Fn::Sub": ["a", "b"]}),
        ({"Fn::Join": "x"}, {"Fn::Join": "x"}),
        (
            {"Fn::Join": ["-", {"Fn::Split": ["-", {"Ref": "A"}]}]},
            {"Fn::Join": ["-", {"Fn::Split": ["-", {"Ref": "A"}]}]},
        ),
        ({"Fn::GetAtt": ["A"]}, {"Fn::GetAtt": ["A"]}),
        ({"Fn::GetAtt": ["A", {"Ref": "B"}]}, {"Fn::GetAtt": ["A", {"Ref": "B"}]}),
        ({"Fn::If": ["C"]}, {"Fn::If": ["C"]}),
        ({"Fn::If": ["C", "same", "same"]}, "same"),
        ({"Fn::Select": ["9", ["a"]]}, {"Fn::Select": ["9", ["a"]]}),
        ({"Fn::Select": ["-1", ["a"]]}, {"Fn::Select": ["-1", ["a"]]}),
        ({"Fn::Split": ["", "a"]}, {"Fn::Split": ["", "a"]}),
        ({"Fn::FindInMap": ["Gone", "a", "b"]}, {"Fn::FindInMap": ["Gone", "a", "b"]}),
        ({"Fn::FindInMap": "x"}, {"Fn::FindInMap": "x"}),
        ({"Ref": ["A"]}, {"Ref": ["A"]}),
        ({"Ref": "AWS::NoValue"}, {"Ref": "AWS::NoValue"}),
        ({"Fn::Join": ["", []]}, ""),
        (1.5, "1.5"),
        (None, "null"),
        ({1: True}, {"1": "true"}),
    ],
)
def test_what_cannot_be_put_in_place_stays(value: Any, expected: Any) -> None:
    assert canonical(value) == expected


def test_references_are_found_through_functions_at_the_place_of_the_outermost() -> None:
    value = canonical(
        {
            "A": [{"Fn::Join": ["", [{"Ref": "X"}, {"Fn::GetAtt": ["Y", "Arn"]}]]}],
            "B": {"Fn::GetAtt": ["Z", {"Ref": "W"}]},
        }
    )

    assert list(references(value)) == [
        Reference("X", "", ("A", 0)),
        Reference("Y", "Arn", ("A", 0)),
        Reference("Z", "?", ("B",)),
    ]


@rows(
    ("value", "expected"),
    [
        ({"Ref": "A"}, "!Ref A"),
        ({"Fn::GetAtt": ["A", "Arn"]}, "!GetAtt A.Arn"),
        ({"Fn::Sub": "x-${A.Arn}/${B}"}, '!Sub "x-${A.Arn}/${B}"'),
        ({"Fn::If": ["C", "x y", ""]}, '!If [C, x y, ""]'),
        ({"Fn::ImportValue": {"Fn::Sub": "${S}-id"}}, '!ImportValue !Sub "${S}-id"'),
        ({"a b": [1, True, "x: y"]}, '{a b: [1, true, "x: y"]}'),
        ("two\nlines", '"two\\nlines"'),
        (ABSENT, ""),
    ],
)
def test_a_value_on_one_line(value: Any, expected: str) -> None:
    assert inline(value if value is ABSENT else canonical(value)) == expected


def test_a_policy_reads_as_sub_would_write_it() -> None:
    value = canonical({"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":", {"Fn::Select": ["0", {"Ref": "L"}]}]]})

    assert text(value) == "arn:${AWS::Partition}:${!Select [0, !Ref L]}"


def test_a_path_names_what_identifies_an_item() -> None:
    assert at(("Properties", "Tags", Index(1, "Environment"), "Value")) == "Tags[Environment].Value"
    assert at(("Properties", "Layers", 0)) == "Layers[0]"
    assert at(("DependsOn", 0)) == "DependsOn[0]"


def test_list_items_are_matched_by_identity_before_place() -> None:
    old = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    new = [{"Key": "c", "Value": "3"}, {"Key": "b", "Value": "9"}]

    assert list(differences(old, new)) == [
        ((0,), ABSENT, {"Key": "c", "Value": "3"}),
        ((1, "Value"), "2", "9"),
        ((0,), {"Key": "a", "Value": "1"}, ABSENT),
    ]


def test_items_that_differ_in_their_identity_alone_are_paired() -> None:
    old = [{"Sid": "A", "Effect": "Allow", "Action": "x"}, {"Sid": "B", "Effect": "Allow", "Action": "y"}]
    new = [{"Sid": "C", "Effect": "Allow", "Action": "y"}, {"Sid": "A", "Effect": "Deny", "Action": "x"}]

    assert list(differences(old, new)) == [((0, "Sid"), "B", "C"), ((1, "Effect"), "Allow", "Deny")]


def test_a_new_function_is_one_difference_not_many() -> None:
    assert list(differences({"a": {"Ref": "X"}}, {"a": {"Ref": "Y"}})) == [(("a",), {"Ref": "X"}, {"Ref": "Y"})]
    assert list(differences({"a": {"b": "c"}}, {"a": {"Ref": "Y"}})) == [(("a",), {"b": "c"}, {"Ref": "Y"})]


def test_parameters_that_are_given_stand_before_defaults() -> None:
    document = {
        "Parameters": {
            "List": {"Type": "CommaDelimitedList", "Default": "a, b"},
            "Ssm": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/x"},
            "Key": {"Type": "String", "Default": "k", "NoEcho": "true"},
            "Free": {"Type": "String"},
            "Odd": "nothing",
        },
        "Resources": {
            "X": {
                "Type": "AWS::SNS::Topic",
                "Properties": {name: {"Ref": name} for name in ("List", "Ssm", "Key", "Free", "Odd")},
            }
        },
    }

    defaults = understand(document).resources["X"].properties
    given = understand(document, {"List": ["c"], "Free": 5}, frozenset({"Key"})).resources["X"].properties

    assert defaults == {
        "List": ["a", "b"],
        "Ssm": "{{resolve:ssm:/x}}",
        "Key": "k",
        "Free": {"Ref": "Free"},
        "Odd": {"Ref": "Odd"},
    }
    assert isinstance(defaults["Key"], Masked)
    assert given == {**defaults, "List": ["c"], "Free": "5", "Key": {"Ref": "Key"}}


def test_a_template_beyond_reason_is_an_error_not_a_crash() -> None:
    deep: Any = "x"
    for _ in range(20_000):
        deep = [deep]

    with pytest.raises(DocumentError, match="nested too deeply"):
        assess(None, {"Resources": {"X": {"Type": "AWS::SNS::Topic", "Properties": {"A": deep}}}})
