"""Express mode, deployments without roll-back, and change sets that see drift."""

import json

import pytest

from tapgen.deploy.aws.model import Change, ChangeSet, Detail
from tapgen.deploy.commands.status import status as status_of
from tapgen.deploy.plan.changes import planned_changes
from tapgen.errors import ExitCode
from tests.unit.deploy.fake import Cloud
from tests.unit.deploy.scene import NAME, Seen, deployed, document, request, run, template_of, topic

CHANGED = document(Topic=topic("changed"))


def test_express_mode_says_what_it_does_not_wait_for():
    cloud, view = Cloud(), Seen()
    outcome = run(cloud, request(options={"express": True}), view=view)
    assert outcome.code == ExitCode.OK
    [kept] = cloud.sets.values()
    assert (kept["request"].express, kept["request"].rollback) == (True, True)
    assert view.steps[0] == "Creating a change set for tap-dev in eu-west-1"
    [told] = [step for step in view.steps if step.startswith("Express mode")]
    assert "does not wait until" in told


@pytest.mark.parametrize(
    ("options", "words"), [({"express": True}, "--express"), ({"rollback": False}, "--no-rollback")]
)
def test_a_protected_environment_takes_neither(options, words):
    cloud = Cloud()
    outcome = run(cloud, request(protected=True, options=options))
    assert (outcome.code, words in outcome.hint, cloud.calls) == (ExitCode.USAGE, True, [])


@pytest.mark.parametrize("update", [False, True])
def test_what_failed_stays_and_the_corrected_deployment_goes_on(update):
    cloud = Cloud()
    made = document(Topic=topic("broken"))
    if update:
        deployed(cloud)
    cloud.fails["Topic"] = "no such topic"
    failed = run(cloud, request(made, options={"rollback": False}))
    status = "UPDATE_FAILED" if update else "CREATE_FAILED"
    assert (failed.code, failed.status, cloud.rollbacks) == (ExitCode.STUCK, status, [False])
    assert [cause.reason for cause in failed.causes] == ["no such topic"]
    assert "`tapgen deploy --env dev --no-rollback` goes on" in failed.hint
    assert "`tapgen deploy --env dev --no-rollback` goes on" in status_of(cloud, NAME, "dev")["next"]

    refused = run(cloud, request(CHANGED))
    assert (refused.code, "cannot be deployed" in refused.message) == (ExitCode.STUCK, True)
    assert "--no-rollback" in refused.hint

    cloud.fails.clear()
    assert run(cloud, request(CHANGED, options={"rollback": False})).code == ExitCode.OK
    assert template_of(cloud)["Resources"]["Topic"] == topic("changed")


def test_nothing_is_replaced_without_roll_back():
    cloud = Cloud()
    deployed(cloud)
    cloud.replacement["Topic"] = "True"
    outcome = run(cloud, request(CHANGED, options={"rollback": False}))
    assert outcome.code == ExitCode.REFUSED
    assert (
        "Topic (AWS::SNS::Topic) must be replaced, which CloudFormation does not do without roll-back"
        in outcome.message
    )
    assert cloud.count("execute") == 0


def test_a_plan_without_roll_back_is_executed_without():
    cloud = Cloud()
    deployed(cloud)
    planned = run(cloud, request(CHANGED, options={"plan_only": True, "rollback": False}))
    assert "--no-rollback" in planned.hint


def test_drift_is_reverted_where_there_is_something_to_compare():
    cloud = Cloud()
    run(cloud, request(options={"revert_drift": True}))
    run(cloud, request(CHANGED, options={"revert_drift": True}))
    assert [kept["request"].revert_drift for kept in cloud.sets.values()] == [False, True]
    assert json.loads(next(one for one in cloud.stacks.values() if one.name == NAME).template) == CHANGED


def test_the_plan_tells_template_deployed_and_actual():
    detail = Detail("Properties", "MemorySize", before="512", after="256", deployed="128")
    change = Change("Modify", "F", "f-1", "AWS::Lambda::Function", "False", ("Properties",), (detail,))
    [planned] = planned_changes(ChangeSet("", "", "", "", changes=(change,)))
    assert planned.because == ("MemorySize: 512 → 256 (drifted: 128 was deployed)",)
