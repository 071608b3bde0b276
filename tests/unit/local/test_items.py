"""DynamoDB's values as plain ones."""

import pytest

from tapgen.local.items import plain


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"S": "one"}, "one"),
        ({"N": "2"}, 2),
        ({"N": "2.50"}, 2.5),
        ({"N": "1E+3"}, 1000),
        ({"N": "-7"}, -7),
        ({"N": "12345678901234567890"}, "12345678901234567890"),
        ({"N": "0.12345678901234567890123"}, "0.12345678901234567890123"),
        ({"BOOL": False}, False),
        ({"NULL": True}, None),
        ({"B": "aGk="}, "aGk="),
        ({"SS": ["a", "b"]}, ["a", "b"]),
        ({"NS": ["1", "2.5"]}, [1, 2.5]),
        ({"L": [{"S": "x"}, {"N": "1"}]}, ["x", 1]),
        ({"M": {"inner": {"L": [{"NULL": True}]}}}, {"inner": [None]}),
    ],
)
def test_a_value_loses_its_type_and_nothing_else(typed, expected):
    shown = plain({"attribute": typed})
    assert shown == {"attribute": expected}
    assert type(shown["attribute"]) is type(expected)
