"""Drift in a review: what is, what was deployed, what is rendered, and what the next deployment does about it."""

import pytest

from tapgen.cli.comparison import LiveComparison
from tapgen.deploy.aws.model import PropertyDrift, ResourceDrift
from tapgen.deploy.plan.three_way import drift_notes
from tapgen.review.report import json_report, markdown, terminal
from tapgen.review.stack import StackState
from tests.unit.deploy.scene import document, topic

QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"Tags": [{"Key": "a", "Value": {"Ref": "Topic"}}], "Delay": 70}}


def drift(logical_id, *properties, status="MODIFIED"):
    return ResourceDrift(logical_id, "id", "AWS::SQS::Queue", status, properties)


def told(found, *, changing=(), wanted=None):
    return [note.message for note in drift_notes([found], wanted or document(Queue=QUEUE), changing, "prod")]


BACK = "it stays so: `tapgen deploy --env prod --revert-drift` puts it back"


@pytest.mark.parametrize(
    ("path", "rendered"),
    [
        ("/Delay", "70"),
        ("/Tags/0/Value", "!Ref Topic"),
        ("/Tags/0/Key", "a"),
        ("/Tags/7/Value", "nothing"),
        ("/Gone", "nothing"),
        ("/Delay/Deeper", "nothing"),
    ],
)
def test_each_property_is_told_three_ways(path, rendered):
    name = path.strip("/").replace("/", ".")
    line = f"Queue {name} is 99, was deployed as 60, is rendered as {rendered}"
    assert told(drift("Queue", PropertyDrift(path, "60", "99", "NOT_EQUAL"))) == [f"{line}; {BACK}"]


def test_what_the_deployment_does_about_it_is_told():
    one = PropertyDrift("/Delay", "60", "99", "NOT_EQUAL")
    assert told(drift("Queue", one), changing={"Queue"})[0].endswith("; the deployment overwrites it")
    assert told(drift("Old", one))[0].endswith("; the deployment takes the resource out of the stack")
    [line] = told(drift("Queue", status="DELETED"))
    assert line == f"Queue was deleted past CloudFormation; {BACK}"
    assert told(drift("Queue", status="IN_SYNC")) == told(drift("Queue", status="NOT_CHECKED")) == []


def test_a_secret_is_masked_in_each_of_its_values():
    wanted = document(Queue={"Type": "AWS::SQS::Queue", "Properties": {"Password": "third"}})
    [line] = told(drift("Queue", PropertyDrift("/Password", "first", "second", "NOT_EQUAL")), wanted=wanted)
    assert not [value for value in ("first", "second", "third") if value in line]


def test_every_report_has_it_and_counts_it():
    old = StackState(document(Topic=topic("before")))
    found = (drift("Topic", PropertyDrift("/DisplayName", "before", "by hand", "NOT_EQUAL")),)
    review = LiveComparison("prod", "the stack", old, old, drift=found).review()
    line = "Topic DisplayName is by hand, was deployed as before, is rendered as before"
    assert "no differences · 1 drifted" in terminal.plain(review)
    assert f"drifted: {line}" in terminal.plain(review)
    assert line in markdown.render([("prod", review)])
    [report] = json_report.document([({"environment": "prod", "from": "a", "to": "b"}, review)])["reviews"]
    assert [note["kind"] for note in report["notes"]] == ["drift"]
