"""A place of the canonical document is found again in the document as it is written."""

from __future__ import annotations

from typing import Any

from tapgen.template.model import understand
from tapgen.template.written import written_path
from tests.table import rows

NOTHING = {"Ref": "AWS::NoValue"}
DOCUMENT: dict[str, Any] = {
    "Parameters": {"Stage": {"Type": "String", "Default": "dev"}, "Size": {"Type": "String"}},
    "Mappings": {"M": {"a": {"b": ["x"]}}},
    "Conditions": {
        "IsDev": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]},
        "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "IsBig": {"Fn::Equals": [{"Ref": "Size"}, "big"]},
    },
    "Resources": {
        "R": {
            "Type": "AWS::S3::Bucket",
            "Properties": {
                "Chosen": {"Fn::If": ["IsDev", {"List": [1, 2]}, NOTHING]},
                "Other": {"Fn::If": ["IsBig", {"A": 1}, {"B": {"Fn::If": ["IsDev", [7], [8]]}}]},
                "Items": [
                    {"Fn::If": ["IsDev", NOTHING, 1]},
                    NOTHING,
                    {"Fn::If": ["IsBig", NOTHING, 3]},
                    {"Fn::If": ["IsDev", {"X": 4}, NOTHING]},
                ],
                "Left": {"Fn::If": ["IsProd", {"A": 1}, {"B": [2]}]},
                "Mapped": {"Fn::FindInMap": ["M", "a", "b"]},
                "Same": {"Fn::If": ["IsBig", {"Y": 1}, {"Y": 1}]},
            },
        }
    },
}
BASE = ("Resources", "R", "Properties")


@rows(
    ("canonical", "expected"),
    [
        (("Chosen", "List", 1), ("Chosen", "Fn::If", 1, "List", 1)),
        (("Other", "Fn::If", 2, "B", 0), ("Other", "Fn::If", 2, "B", "Fn::If", 1, 0)),
        (("Items", 0, "Fn::If", 2), ("Items", 2, "Fn::If", 2)),
        (("Items", 1, "X"), ("Items", 3, "Fn::If", 1, "X")),
        (("Left", "B", 0), ("Left", "Fn::If", 2, "B", 0)),
        (("Mapped", 0), ("Mapped",)),
        (("Same", "Y"), ("Same", "Fn::If", 1, "Y")),
        (("Missing", "Y"), ()),
    ],
)
def test_written_path(canonical: tuple[str | int, ...], expected: tuple[str | int, ...]) -> None:
    template = understand(DOCUMENT)
    assert written_path(DOCUMENT, template.conditions, (*BASE, *canonical)) == (*BASE, *expected)


def test_every_place_of_the_canonical_document_leads_to_one_of_the_written() -> None:
    template = understand(DOCUMENT)
    stack: list[tuple[Any, tuple[str | int, ...]]] = [(template.resources["R"].properties, BASE)]
    while stack:
        value, path = stack.pop()
        written: Any = DOCUMENT
        for step in written_path(DOCUMENT, template.conditions, path):
            written = written[step]
        stack += [(item, (*path, step)) for step, item in (value.items() if isinstance(value, dict) else ())]
        stack += [(item, (*path, index)) for index, item in enumerate(value if isinstance(value, list) else ())]
