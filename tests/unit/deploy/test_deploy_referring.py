"""What only refers to what changes does not drown the plan."""

import pytest

from tapgen.deploy.aws.model import Change, ChangeSet, Detail
from tapgen.deploy.plan.changes import referring
from tapgen.deploy.views.lines import plan_lines
from tapgen.review.assess import assess
from tests.unit.deploy.fake import Cloud
from tests.unit.deploy.scene import Seen, deployed, document, request, run, topic

FUNCTION = {"Type": "AWS::Lambda::Function", "Properties": {"MemorySize": 128, "Handler": "index.handler"}}
PERMISSION = {
    "Type": "AWS::Lambda::Permission",
    "Properties": {"Action": "lambda:InvokeFunction", "FunctionName": {"Fn::GetAtt": ["F", "Arn"]}},
}
STAGE = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Permission"}}}
BEFORE = document(F=FUNCTION, Permission=PERMISSION, Stage=STAGE)


def modify(logical_id, replacement="False", *causes):
    details = tuple(Detail("Properties", "P", "Conditionally", cause) for cause in causes) or (
        Detail("Properties", "M"),
    )
    return Change("Modify", logical_id, f"{logical_id}-1", "T", replacement, ("Properties",), details)


def found(after, *changes):
    return referring(ChangeSet("", "", "", "", changes=changes), assess(BEFORE, after))


def larger(**more):
    return document(F={**FUNCTION, "Properties": {**FUNCTION["Properties"], "MemorySize": 512}}, Stage=STAGE, **more)


def test_what_refers_to_a_function_that_is_updated_stays_as_it_is():
    after = larger(Permission=PERMISSION)
    rows = (modify("F"), modify("Permission", "Conditional", "F.Arn"), modify("Stage", "Conditional", "Permission.Id"))
    assert found(after, *rows) == {"Permission", "Stage"}


@pytest.mark.parametrize(
    "rows",
    [
        (modify("F", "True"), modify("Permission", "Conditional", "F.Arn")),
        (modify("F"), modify("Permission", "Conditional", "F.Arn", "")),
        (modify("F"), modify("Permission", "Conditional", "MemoryParameter")),
        (modify("F"), modify("Permission", "Conditional")),
        (Change("Add", "F", "", "T"), modify("Permission", "Conditional", "F.Arn")),
    ],
)
def test_what_may_really_change_is_shown(rows):
    assert found(larger(Permission=PERMISSION), *rows) == frozenset()


def test_what_changes_by_itself_too_is_shown():
    changed = {**PERMISSION, "Properties": {**PERMISSION["Properties"], "Action": "lambda:GetFunction"}}
    rows = (modify("F"), modify("Permission", "Conditional", "F.Arn"))
    assert found(larger(Permission=changed), *rows) == frozenset()


def test_the_plan_names_them_in_one_line():
    cloud, view = Cloud(), Seen()
    deployed(cloud, BEFORE)
    asked = cloud.changes

    def changes(record, made):
        return (*asked(record, made), modify("Permission", "Conditional", "F.Arn"))

    cloud.changes = changes
    run(cloud, request(larger(Permission=PERMISSION)), view=view)
    [plan] = view.plans
    assert [one.logical_id for one in plan.changes] == ["F"]
    assert "  only refer to what changes: Permission" in plan_lines(plan)


def test_with_a_transform_nothing_is_left_out():
    cloud, view = Cloud(), Seen()
    deployed(cloud, {**BEFORE, "Transform": "AWS::Serverless-2016-10-31"})
    cloud.changes = lambda record, made: (modify("F"), modify("Made", "Conditional", "F.Arn"))
    made = {**larger(Permission=PERMISSION, Topic=topic("x")), "Transform": "AWS::Serverless-2016-10-31"}
    run(cloud, request(made, options={"plan_only": True}), view=view)
    assert [one.logical_id for one in view.plans[0].changes] == ["F", "Made"]
