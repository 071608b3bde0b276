"""When an answer is late, lost or old: what is certain is done, and nothing else is touched."""

import pytest
from msgspec.structs import replace

from tapgen.deploy.aws.errors import ThrottledError
from tapgen.deploy.aws.model import Change, ChangeSet, Detail
from tapgen.deploy.plan.changes import planned_changes
from tapgen.errors import ExitCode
from tests.unit.deploy.fake import START, Cloud
from tests.unit.deploy.scene import NAME, TAGS, deployed, document, request, run, topic

CHANGED = document(Topic=topic("changed"))
PLAN = "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/tapgen-dev-1/1"


@pytest.mark.rule(2)
def test_the_status_of_before_is_no_end_while_events_cannot_be_read():
    cloud = Cloud()
    record = deployed(cloud, status="UPDATE_COMPLETE", updated=START)
    before, asked = cloud.stack(NAME), cloud.stack
    late = iter(range(3))

    def stack(name):
        return before if cloud.count("execute") and next(late, None) is not None else asked(name)

    cloud.stack = stack
    cloud.faults["events"] = [ThrottledError("Throttling", "Rate exceeded", "DescribeStackEvents")] * 3
    outcome = run(cloud, request(CHANGED))
    assert (outcome.code, record.pending) == (ExitCode.OK, [])
    assert cloud.count("events") > 3


@pytest.mark.rule(3)
def test_executing_a_plan_never_clears_a_failed_creation():
    cloud = Cloud()
    cloud.put(NAME, "ROLLBACK_COMPLETE", {"Resources": {}}, tags=dict(TAGS))
    outcome = run(cloud, request(options={"plan": PLAN}))
    assert outcome.code == ExitCode.FAILED
    assert "tapgen recover --env dev" in outcome.hint
    assert cloud.count("delete_stack") == 0


@pytest.mark.rule(14)
def test_a_lost_answer_costs_our_own_change_set_and_not_a_colleagues():
    cloud = Cloud()
    deployed(cloud)
    theirs = run(cloud, request(CHANGED, options={"plan_only": True})).change_set
    cloud.lost_answers.add("create_change_set")
    outcome = run(cloud, request(CHANGED))
    assert not outcome.ok
    assert list(cloud.sets) == [theirs]


@pytest.mark.rule(18)
def test_the_change_set_of_an_update_is_made_for_the_stacks_arn():
    cloud = Cloud()
    record = deployed(cloud)
    run(cloud, request(CHANGED, options={"plan_only": True}))
    assert [kept["request"].stack for kept in cloud.sets.values()] == [record.arn]


@pytest.mark.rule(19)
def test_ctrl_c_while_the_execution_is_answered_leaves_it_running():
    cloud = Cloud()
    deployed(cloud)
    execute = cloud.execute

    def interrupted(change_set, token, *, rollback):
        execute(change_set, token, rollback=rollback)
        raise KeyboardInterrupt

    cloud.execute = interrupted
    outcome = run(cloud, request(CHANGED))
    assert outcome.code == ExitCode.INTERRUPTED
    assert "goes on" in outcome.message
    assert "tapgen watch --env dev" in outcome.hint
    assert cloud.count("delete_change_set", "delete_stack") == 0


@pytest.mark.rule(42)
def test_the_value_that_a_secret_had_before_is_not_shown_either():
    detail = Detail("Properties", "MasterUserPassword", "Never")
    change = Change("Modify", "Db", "db-1", "AWS::RDS::DBInstance", "False", ("Properties",))
    change = replace(change, details=(replace(detail, before="hunter22", after="hunter33"),))
    [row] = planned_changes(ChangeSet(PLAN, "tapgen-dev-1", "arn", "CREATE_COMPLETE", changes=(change,)))
    assert row.because == ("MasterUserPassword: **** → ****",)
