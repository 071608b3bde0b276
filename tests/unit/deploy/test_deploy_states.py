"""Every status of a stack: what a deployment does in it."""

import json

import pytest
from botocore.session import Session

from tapgen.deploy.stack.states import STATES, state, terminal
from tapgen.errors import ExitCode
from tests.table import rows
from tests.unit.deploy.fake import Cloud
from tests.unit.deploy.scene import NAME, OURS, TAGS, Seen, deployed, document, request, run, topic

BUSY = [status for status, row in STATES.items() if row.running]
STUCK = [status for status, row in STATES.items() if row.end == ExitCode.STUCK]
READY = [status for status, row in STATES.items() if row.change_set == "UPDATE"]
CHANGED = document(Topic=topic("changed"))


@pytest.mark.rule(6)
def test_the_table_knows_exactly_the_statuses_of_the_service_model():
    model = Session().get_service_model("cloudformation")
    assert set(STATES) == set(model.shape_for("StackStatus").enum)


@pytest.mark.rule(6)
def test_a_status_of_the_future_allows_nothing():
    assert state("FROBNICATE_IN_PROGRESS").running
    unknown = state("FROBNICATE_COMPLETE")
    assert (unknown.change_set, unknown.end, unknown.destroy) == ("", ExitCode.STUCK, False)
    assert "FROBNICATE_COMPLETE" in unknown.advice


@pytest.mark.rule(6)
@pytest.mark.parametrize("status", READY)
def test_a_settled_stack_is_updated(status):
    cloud = Cloud()
    record = cloud.put(NAME, status, document(), tags=dict(TAGS))
    outcome = run(cloud, request(CHANGED))
    assert outcome.code == ExitCode.OK
    assert record.status == "UPDATE_COMPLETE"


@pytest.mark.rule(5)
@rows("status", BUSY)
def test_a_running_operation_is_named_and_nothing_is_done(status):
    cloud = Cloud()
    record = cloud.put(NAME, status, document(), tags=dict(TAGS))
    kind = "AWS::CloudFormation::Stack"
    cloud.happen(record, NAME, kind, "UPDATE_IN_PROGRESS", token="somebody-else")
    cloud.happen(record, NAME, kind, status, token="somebody-else")
    outcome = run(cloud, request(CHANGED))
    assert outcome.code == ExitCode.BUSY
    assert status in outcome.message
    assert "since 2030-01-01 00:00:00 UTC, token somebody-else" in outcome.message
    assert "--wait" in outcome.hint
    assert ("tapgen cancel" in outcome.hint) == (status == "UPDATE_IN_PROGRESS")
    assert cloud.count("create_change_set", "delete_stack") == 0


@pytest.mark.rule(5)
def test_wait_queues_behind_the_running_operation():
    cloud = Cloud()
    record = cloud.put(NAME, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", document(), tags=dict(TAGS))
    end = (NAME, "AWS::CloudFormation::Stack", "UPDATE_COMPLETE")
    cloud.batch = 0
    cloud.hook = lambda index, _: setattr(cloud, "batch", 4) if index > 6 else None
    record.pending.append(lambda: cloud.happen(record, *end))
    view = Seen()
    outcome = run(cloud, request(CHANGED, options={"wait": True}), view=view)
    assert outcome.code == ExitCode.OK
    assert view.steps[0].startswith("Waiting for the operation before: UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")


@pytest.mark.rule(5)
def test_waiting_is_bounded():
    cloud = Cloud()
    cloud.put(NAME, "UPDATE_IN_PROGRESS", document(), tags=dict(TAGS))
    outcome = run(cloud, request(CHANGED, options={"wait": True, "timeout": 120.0}))
    assert outcome.code == ExitCode.BUSY
    assert "after 2 minutes" in outcome.message
    assert 120 < cloud.time.now < 180


@pytest.mark.rule(4)
@pytest.mark.parametrize("status", STUCK)
def test_a_stuck_stack_is_refused_with_the_way_out(status):
    cloud = Cloud()
    cloud.put(NAME, status, document(), tags=dict(TAGS))
    outcome = run(cloud, request(CHANGED))
    assert outcome.code == ExitCode.STUCK
    assert status in outcome.message
    assert "`tapgen" in outcome.hint
    assert cloud.count("create_change_set", "delete_stack", "continue_rollback", "rollback") == 0


@pytest.mark.rule(1)
def test_a_stack_in_review_is_created_and_a_colleagues_change_set_stays():
    cloud = Cloud()
    theirs = run(cloud, request(options={"plan_only": True}))
    outcome = run(cloud, request(CHANGED), confirm=False)
    assert outcome.code == ExitCode.DECLINED
    assert list(cloud.sets) == [theirs.change_set]
    assert [one.status for one in cloud.stacks.values()] == ["REVIEW_IN_PROGRESS"]
    assert cloud.count("delete_stack") == 0


@pytest.mark.rule(1)
def test_an_empty_stack_of_ours_stays_when_a_colleague_has_put_a_change_set_on_it_meanwhile():
    cloud = Cloud()
    view = Seen()

    def colleague(_plan):
        run(cloud, request(options={"plan_only": True}))
        return False

    outcome = run(cloud, request(), confirm=colleague, view=view)
    assert outcome.code == ExitCode.DECLINED
    assert len(cloud.sets) == 1
    assert cloud.count("delete_stack") == 0
    assert view.warnings == ["The empty stack tap-dev stays: another change set waits on it."]


@pytest.mark.rule(2)
def test_a_stale_answer_after_the_execution_is_not_an_end():
    cloud = Cloud()
    cloud.stale = 3
    outcome = run(cloud, request())
    assert (outcome.code, outcome.status) == (ExitCode.OK, "CREATE_COMPLETE")
    assert not terminal("REVIEW_IN_PROGRESS")


@pytest.mark.rule(2)
@pytest.mark.rule(18)
def test_after_the_first_call_stack_and_change_set_are_named_by_arn():
    cloud = Cloud()
    named = []
    asked = cloud.stack
    cloud.stack = lambda stack: named.append(stack) or asked(stack)
    outcome = run(cloud, request())
    assert outcome.code == ExitCode.OK
    assert named[0] == NAME
    assert named[1:]
    assert all(name.startswith("arn:") for name in named[1:])


@pytest.mark.rule(3)
def test_a_failed_first_creation_of_ours_is_cleared_and_said():
    cloud = Cloud()
    old = cloud.put(NAME, "ROLLBACK_COMPLETE", {"Resources": {}}, tags=dict(TAGS))
    old.resources["ItemTable"] = cloud.resource("ItemTable", "AWS::DynamoDB::Table", "DELETE_COMPLETE")
    view = Seen()
    outcome = run(cloud, request(), view=view)
    assert outcome.code == ExitCode.OK
    assert old.status == "DELETE_COMPLETE"
    assert "deleting what is left of it" in view.steps[0]


@pytest.mark.rule(3)
@pytest.mark.parametrize(
    ("tags", "kept", "words"),
    [
        ({}, "DELETE_COMPLETE", "does not carry this environment's tags"),
        ({**OURS, "Environment": "prod"}, "DELETE_COMPLETE", "does not carry this environment's tags"),
        (TAGS, "DELETE_SKIPPED", "still holds ItemTable (itemtable-1)"),
    ],
)
def test_a_failed_creation_that_is_not_ours_or_holds_something_is_refused(tags, kept, words):
    cloud = Cloud()
    old = cloud.put(NAME, "ROLLBACK_COMPLETE", {"Resources": {}}, tags=dict(tags))
    old.resources["ItemTable"] = cloud.resource("ItemTable", "AWS::DynamoDB::Table", kept)
    outcome = run(cloud, request())
    assert outcome.code == ExitCode.REFUSED
    assert words in outcome.message
    assert "tapgen destroy --env dev" in outcome.hint
    assert cloud.count("delete_stack") == 0


@pytest.mark.rule(3)
def test_planning_never_clears_a_failed_creation():
    cloud = Cloud()
    cloud.put(NAME, "ROLLBACK_COMPLETE", {"Resources": {}}, tags=dict(TAGS))
    outcome = run(cloud, request(options={"plan_only": True}))
    assert outcome.code == ExitCode.FAILED
    assert "tapgen recover --env dev" in outcome.hint
    assert cloud.count("delete_stack") == 0


@pytest.mark.rule(3)
def test_a_failed_creation_that_cannot_be_cleared_is_stuck():
    cloud = Cloud()
    old = cloud.put(NAME, "ROLLBACK_COMPLETE", {"Resources": {}}, tags=dict(TAGS))
    old.resources["ItemTable"] = cloud.resource("ItemTable", "AWS::DynamoDB::Table", "DELETE_COMPLETE")
    cloud.fails["ItemTable"] = "in use"
    outcome = run(cloud, request())
    assert outcome.code == ExitCode.STUCK
    assert "DELETE_FAILED" in outcome.message


@pytest.mark.rule(7)
def test_resources_that_the_clean_up_left_behind_are_listed():
    cloud = Cloud()
    record = deployed(cloud)
    cloud.fails["Topic"] = "it is still in use"
    outcome = run(cloud, request(document(Topic=None, Other=topic("new"))))
    assert outcome.code == ExitCode.OK
    assert record.status == "UPDATE_COMPLETE"
    assert outcome.orphans == ("Topic (topic-1): it is still in use",)


def test_the_old_template_is_only_read_where_there_is_one():
    cloud = Cloud()
    assert run(cloud, request()).code == ExitCode.OK
    assert cloud.count("template") == 0
    assert json.loads(next(iter(cloud.stacks.values())).template)["Resources"].keys() == {"ItemTable", "Topic"}
