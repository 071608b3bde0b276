"""What stands under a condition that is never true is told as such, since nothing else tells of it."""

import pytest

from tapgen.review.assess import assess

TABLE = {"Type": "AWS::DynamoDB::Table", "Condition": "Never", "Properties": {"TableName": "items"}}


def document(condition, resource=None, output=None):
    return {
        "Parameters": {"Stage": {"Type": "String", "Default": "dev"}},
        "Conditions": {"Never": condition},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}} | ({"Table": resource} if resource else {}),
        "Outputs": {"Name": output} if output else {},
    }


NEVER = {"Fn::Equals": ["a", "b"]}
SAID = "Table: differs under the condition Never, which is never true"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (document(NEVER, TABLE), document(NEVER)),
        (document(NEVER), document(NEVER, TABLE)),
        (document(NEVER, TABLE), document(NEVER, TABLE | {"Properties": {"TableName": "others"}})),
    ],
)
def test_it_is_a_note(old, new):
    review = assess(old, new)
    assert not review
    assert [note.message for note in review.notes] == [SAID]


def test_outputs_too():
    output = {"Condition": "Never", "Value": "x"}
    [note] = assess(document(NEVER, output=output), document(NEVER)).notes
    assert note.logical_id == "Name"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (document(NEVER, TABLE), document(NEVER, TABLE)),
        (
            document({"Fn::Equals": [{"Ref": "Stage"}, "prod"]}, TABLE),
            document({"Fn::Equals": [{"Ref": "Stage"}, "prod"]}),
        ),
        (document(NEVER, TABLE), document({"Fn::Equals": ["a", "a"]}, TABLE | {"Properties": {}})),
        (document(NEVER, TABLE), document(NEVER, {"Type": "AWS::DynamoDB::Table", "Properties": {}})),
    ],
)
def test_what_may_happen_is_no_such_note(old, new):
    assert SAID not in [note.message for note in assess(old, new).notes]
