"""A mapping that changes where the parameters' defaults do not look: who looks it up may change."""

from __future__ import annotations

from typing import Any

import pytest

from tapgen.review.assess import assess

STAGE = {"Stage": {"Type": "String", "Default": "dev"}}


def template(prod: str, *keys: Any, dev: str = "a", **more: Any) -> dict[str, Any]:
    name = {"Fn::FindInMap": ["Names", *keys]}
    return {
        "Parameters": STAGE,
        "Mappings": {"Names": {"dev": {"table": dev, "other": "o"}, "prod": {"table": prod, "other": "o"}}},
        "Resources": {"Items": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": name, **more}}},
    }


def told(old: dict[str, Any], new: dict[str, Any], **values: str) -> list[tuple[str, str, tuple[str, ...]]]:
    review = assess(old, new, old_parameters=values, new_parameters=values)
    return [(one.logical_id, one.action.told, one.depends) for one in review.changes]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (({"Ref": "Stage"}, "table"), [("Items", "may be replaced", ("Stage",))]),
        (({"Ref": "AWS::Region"}, "table"), [("Items", "may be replaced", ("AWS::Region",))]),
        (("prod", {"Ref": "Stage"}), [("Items", "may be replaced", ("Stage",))]),
        (({"Ref": "Stage"}, "other"), []),
        (("dev", {"Ref": "Stage"}), []),
        (("dev", "table"), []),
        (("prod", "table"), [("Items", "replaced", ())]),
    ],
)
def test_who_looks_up_what_has_changed_may_change(keys: tuple[Any, ...], expected: list[Any]) -> None:
    assert told(template("x", *keys), template("y", *keys)) == expected


def test_a_value_that_is_given_decides() -> None:
    old, new = (template(one, {"Ref": "Stage"}, "table") for one in "xy")
    assert told(old, new, Stage="dev") == []
    assert told(old, new, Stage="prod") == [("Items", "replaced", ())]


def test_what_is_in_it_would_go() -> None:
    old, new = (template(one, {"Ref": "Stage"}, "table") for one in "xy")
    review = assess(old, new)
    assert [(one.rule, one.logical_id) for one in review.losses] == [("L005", "Items")]
    [value] = review.changes[0].properties
    assert value.old == value.new == {"Fn::FindInMap": ["Names", {"Ref": "Stage"}, "table"]}
    assert value.reason == "the mapping has other values"
