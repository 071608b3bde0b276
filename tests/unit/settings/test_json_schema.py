"""JSON Schemas of later drafts in the words of draft 4, held against a validator of either draft."""

import json

import jsonschema
import pytest

from tapgen.settings.json_schema import SchemaError, draft_4, read
from tests.table import rows

LATER = {
    "const": ({"const": "a"}, ["a"], ["b", None]),
    "exclusive limits": ({"exclusiveMinimum": 3, "exclusiveMaximum": 5}, [4], [3, 5]),
    "$defs": ({"$ref": "#/$defs/name", "$defs": {"name": {"type": "string"}}}, None, None),
    "nested $defs": (
        {"properties": {"n": {"$ref": "#/$defs/n"}}, "$defs": {"n": {"type": "string"}}},
        [{"n": "a"}],
        [{"n": 1}],
    ),
    "a boolean schema": ({"properties": {"a": True, "b": False}}, [{"a": 1}], [{"b": 1}]),
    "prefixItems": (
        {"prefixItems": [{"type": "string"}], "items": {"type": "integer"}},
        [["a", 1, 2]],
        [[1], ["a", "b"]],
    ),
    "prefixItems after items": ({"items": False, "prefixItems": [{"type": "string"}]}, [["a"]], [["a", 1]]),
    "dependentRequired": ({"dependentRequired": {"a": ["b"]}}, [{"a": 1, "b": 1}, {"b": 1}], [{"a": 1}]),
    "nothing required": ({"required": [], "type": "object"}, [{}], [1]),
    "no words about validity": ({"type": "string", "examples": ["a"], "$comment": "x", "default": "b"}, ["z"], [1]),
    "types": ({"type": ["string", "null"]}, [None, "a"], [1]),
    "combined": ({"anyOf": [{"const": 1}, {"not": {"type": "integer"}}]}, [1, "a"], [2]),
}


@rows("name", [name for name, (_, valid, _no) in LATER.items() if valid is not None])
def test_what_a_later_draft_says_draft_4_says_alike(name):
    schema, valid, invalid = LATER[name]
    converted = draft_4(schema)
    jsonschema.Draft4Validator.check_schema(converted)
    later, earlier = jsonschema.Draft202012Validator(schema), jsonschema.Draft4Validator(converted)
    for value in (*valid, *invalid):
        assert earlier.is_valid(value) is later.is_valid(value) is (value in valid), (value, converted)


@rows(
    ("schema", "problem"),
    [
        ({"if": {}}, "/if: a REST API takes draft 4, which has no if (draft 7)"),
        (
            {"properties": {"a/b": {"contains": {}}}},
            "/properties/a~1b/contains: a REST API takes draft 4, which has no contains (draft 6)",
        ),
        ({"allOf": [{"unevaluatedProperties": False}]}, "/allOf/0/unevaluatedProperties: a REST API takes draft 4"),
        ({"type": "text"}, '/type: "text" is not one of array, boolean, integer, null, number, object, string'),
        ({"properties": []}, "/properties: it is not an object"),
        ({"required": ["a", 1]}, "/required: it is not a list of names"),
        ({"items": 3}, "/items: not a schema: neither an object nor a boolean"),
        ({"minimum": "1"}, "/minimum: it is not a number"),
        ({"maxLength": -1}, "/maxLength: it is not a whole number"),
        ({"$ref": "other.json"}, '/$ref: "other.json" is in another file; put it under /definitions of this one'),
        ({"$ref": "#/properties/a"}, '/$ref: "#/properties/a" is not under /definitions or /$defs'),
        ({"enum": []}, "/enum: it is not a list with something in it"),
    ],
)
def test_what_is_no_schema_or_cannot_be_said_is_refused_with_its_path(schema, problem):
    with pytest.raises(SchemaError) as caught:
        draft_4(schema)
    assert str(caught.value).startswith(problem)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "order.json:1:2: not JSON: Expecting property name enclosed in double quotes"),
        ("[]", "order.json: not a JSON Schema: it is no object"),
        ('{"type": "x"}', 'order.json: /type: "x" is not one of'),
        (json.dumps({"description": "x" * 500_000}), "order.json: a model has 400 KiB at most"),
    ],
)
def test_a_file_without_a_schema_is_named(tmp_path, text, problem):
    (tmp_path / "order.json").write_text(text)
    with pytest.raises(SchemaError) as caught:
        read(tmp_path / "order.json")
    assert str(caught.value).startswith(problem)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SchemaError, match=r"order\.json: No such file or directory"):
        read(tmp_path / "order.json")
