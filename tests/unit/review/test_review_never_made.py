"""What stands under a condition that is never true is told as such, since nothing else tells of it."""

import pytest

from tapgen.review.action import ResourceAction
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


# --------------------------------------------------------------------------- the same by the parameters' defaults alone


def named(name, **more):
    table = {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": name}}
    parameters = {"Name": {"Type": "String", "Default": "items"}, "Other": {"Type": "String", "Default": "items"}}
    return {"Parameters": parameters, "Resources": {"Table": table}, "Outputs": {"Name": {"Value": name}}, **more}


@pytest.mark.parametrize("after", ["items", {"Ref": "Other"}, {"Fn::Sub": "${Other}"}])
def test_another_value_of_a_parameter_would_replace_the_table(after):
    review = assess(named({"Ref": "Name"}), named(after))
    [change] = review.changes
    assert (change.action, change.depends[0]) == (ResourceAction.MAY_REPLACE, "Name")
    assert [(one.name, one.depends[0]) for one in review.sections] == [("Name", "Name")]
    assert [impact.rule for impact in review.losses] == ["L005"]
    assert not assess(named({"Ref": "Name"}), named({"Fn::Sub": "${Name}"}))
    same = {"Name": "items", "Other": "items"}
    assert not assess(named({"Ref": "Name"}), named(after), old_parameters=same, new_parameters=same)


def test_a_branch_that_is_never_taken_is_a_note():
    def chosen(name):
        return named({"Fn::If": ["Never", name, "items"]}, Conditions={"Never": NEVER})

    review = assess(chosen("a"), chosen("b"))
    assert not review
    assert {note.logical_id for note in review.notes} == {"Table", "Name"}
    [note] = assess(chosen("a"), chosen({"Fn::Join": ["", ["a"]]})).notes
    assert note.message == "Table, Name: written otherwise, and come to the same"


def test_what_comes_to_the_same_is_a_note_and_no_change():
    def written(variable: str, number: object) -> dict[str, object]:
        text = {"Fn::Sub": ["${A}-x", {"A": "b", "Unused": variable}]}
        queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": text, "DelaySeconds": number}}
        return {"Resources": {"Queue": queue}, "Conditions": {"C": {"Fn::Equals": [text, "b-x"]}}}

    review = assess(written("c", 1), written("d", 1))
    assert not review
    assert [note.message for note in review.notes] == ["Queue, C: written otherwise, and come to the same"]
    assert not assess(written("c", 1), written("c", "1")).notes  # CloudFormation makes texts of numbers
