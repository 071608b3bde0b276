"""Faults at every call in turn: a stack is never left worse than it was found, and nobody else's things are deleted."""

import json
from functools import partial

import pytest

from tapgen.deploy.artifacts.upload import BUCKET_OUTPUT
from tapgen.deploy.aws.errors import AwsError, CredentialsError, LostAnswerError
from tapgen.deploy.request import Package
from tapgen.deploy.run import QUEUES
from tapgen.deploy.stack.stack_policy import stack_policy
from tapgen.errors import ExitCode, TapgenError
from tapgen.naming import ARTIFACT_BUCKET, BOOTSTRAP_STACK
from tests.table import rows
from tests.unit.deploy.fake import Cloud, output
from tests.unit.deploy.faulty import Faulty, at_every_call
from tests.unit.deploy.scene import NAME, Seen, deployed, document, request, run, topic

CHANGED = document(Topic=topic("changed"), Other=topic("new"))


def calls(kind):
    """The calls of a deployment without a fault, until it is over."""
    cloud, made = scene(kind, protected=True)
    assert run(cloud, made).code == ExitCode.OK
    return cloud.names()


def scene(kind, protected=False, **options):
    """A cloud and a request: `create` a stack, `update` one, lose a table with `loss`, or `upload` code and template."""
    cloud, more = Cloud(), {}
    made = document() if kind == "create" else CHANGED
    if kind != "create":
        deployed(cloud)
    if kind == "loss":
        cloud.stacks[next(iter(cloud.stacks))].policy = stack_policy([document()])
        made, options = document(ItemTable=None), {"allow_loss": frozenset(("ItemTable",))}
    if kind == "upload":
        cloud.put(BOOTSTRAP_STACK, outputs=(output(BUCKET_OUTPUT, "bucket"),))
        made = {**CHANGED, "Parameters": {name: {"Type": "String"} for name in (ARTIFACT_BUCKET, "CodeKey")}}
        more["packages"] = (Package("CodeKey", "functions/1.zip", lambda: b"zip"),)
    return cloud, request(made, protected=protected, options=options, **more)


@pytest.mark.rule(19)
@pytest.mark.rule(22)
@pytest.mark.rule(23)
@pytest.mark.parametrize("kind", ["create", "update", "loss", "upload"])
def test_one_fault_at_one_call(kind):
    at_every_call(len(calls(kind)), partial(one_fault_at_one_call, kind))


def one_fault_at_one_call(kind, index, when, fault):
    cloud, made = scene(kind, protected=True)
    faulty = Faulty(cloud, index, when, fault)
    found = snapshot(cloud)
    view = Seen()
    outcome = run(faulty, made, view=view)
    assert faulty.met
    begun = any(kept["status"].startswith("EXECUTE_") for kept in cloud.sets.values())
    if not begun:
        assert outcome.code not in {ExitCode.OK, ExitCode.ROLLED_BACK, ExitCode.STUCK, ExitCode.CONTINUES}
        assert leftovers(cloud) == []
        assert snapshot(cloud) == found
    else:
        assert outcome.code in {ExitCode.OK, ExitCode.CONTINUES, ExitCode.INTERRUPTED, ExitCode.FAILED}
        assert outcome.code != ExitCode.FAILED or "not protected" in outcome.message
        assert "is not known" not in outcome.message
        assert cloud.count("delete_stack", "delete_change_set") == 0
        settle(cloud)
        assert living(cloud)[NAME] == ("CREATE_COMPLETE" if kind == "create" else "UPDATE_COMPLETE")
    again = run(cloud, made)
    assert again.code == ExitCode.OK, "the same command succeeds"


def living(cloud):
    return {one.name: one.status for one in cloud.stacks.values() if not one.status.startswith("DELETE_")}


def snapshot(cloud):
    """What must not change: each stack, its template, its policy and its protection."""
    return {
        one.arn: (one.status, one.template, one.protection, one.policy.replace('"', ""))
        for one in cloud.stacks.values()
        if not one.status.startswith("DELETE_") and one.status != "REVIEW_IN_PROGRESS"
    }


def leftovers(cloud):
    """Change sets and empty stacks that somebody must clear away."""
    empty = [one.name for one in cloud.stacks.values() if one.status == "REVIEW_IN_PROGRESS"]
    return [*cloud.sets, *empty]


def settle(cloud):
    for record in cloud.stacks.values():
        while record.pending:
            cloud.advance(record)


@rows("sleeps", range(1, 8))
def test_ctrl_c_while_waiting(sleeps):
    cloud, made = scene("create")
    cloud.batch = 1
    cloud.set_delay = 3
    cloud.time.interrupt = sleeps
    outcome = run(cloud, made)
    assert outcome.code == ExitCode.INTERRUPTED
    begun = any(kept["status"].startswith("EXECUTE_") for kept in cloud.sets.values())
    assert begun == (sleeps > 4)
    if begun:
        assert "tapgen watch" in outcome.hint
        assert cloud.count("delete_stack", "delete_change_set") == 0
    else:
        assert outcome.message == "interrupted, nothing was executed"
        assert leftovers(cloud) == []


@pytest.mark.parametrize("kind", ["create", "update"])
def test_a_lost_answer_of_create_change_set_leaves_nothing_behind(kind):
    cloud, made = scene(kind)
    cloud.lost_answers = {"create_change_set"}
    outcome = run(cloud, made)
    assert outcome.code == ExitCode.FAILED
    assert "the connection was closed" in outcome.message
    assert leftovers(cloud) == []


def test_a_lost_answer_of_execute_is_asked_for_and_followed():
    cloud, made = scene("update")
    cloud.lost_answers = {"execute"}
    outcome = run(cloud, made)
    assert (outcome.code, outcome.status) == (ExitCode.OK, "UPDATE_COMPLETE")


def test_when_nobody_can_say_whether_it_began_nothing_is_deleted():
    cloud, made = scene("update")
    gone = LostAnswerError("EndpointConnectionError", "no route", "any")

    def hook(_, operation):
        if operation == "execute":
            cloud.faults.update(change_set=[gone], events=[gone] * 9, stack=[gone] * 9)

    cloud.hook = hook
    cloud.lost_answers = {"execute"}
    outcome = run(cloud, made)
    assert outcome.code == ExitCode.CONTINUES
    assert cloud.count("delete_change_set") == 0


@pytest.mark.rule(5)
@pytest.mark.parametrize("operation", ["create_change_set", "execute"])
@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("ValidationError", "Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated."),
        ("OperationInProgressException", "another one"),
    ],
)
def test_a_second_deployer_between_two_calls(operation, code, text):
    cloud, made = scene("update")
    cloud.faults[operation] = [AwsError(code, text, operation)]
    outcome = run(cloud, made)
    assert outcome.code == ExitCode.BUSY
    assert "--wait" in outcome.hint
    assert leftovers(cloud) == []


COMES_SECOND = [
    ("create_change_set", "AlreadyExistsException", "Stack [tap-dev] already exists"),
    ("create_change_set", "ValidationError", "Stack [tap-dev] already exists and cannot be created again with [x]."),
    ("create_change_set", "ValidationError", "Stack [tap-dev] does not exist"),
    ("change_set", "ChangeSetNotFound", "ChangeSet [x] does not exist"),
    ("execute", "ChangeSetNotFoundException", "ChangeSet [x] does not exist"),
]


@pytest.mark.rule(5)
@pytest.mark.parametrize("wait", [False, True])
@pytest.mark.parametrize(("operation", "code", "text"), COMES_SECOND)
def test_every_way_to_come_second_is_told_alike(operation, code, text, wait):
    cloud, made = scene("create", wait=wait)
    cloud.faults[operation] = [AwsError(code, text, operation)]
    outcome = run(cloud, made)
    assert outcome.code == (ExitCode.OK if wait else ExitCode.BUSY)
    assert wait or "Queue behind it with --wait" in outcome.hint
    assert wait or leftovers(cloud) == []


@pytest.mark.rule(5)
@pytest.mark.parametrize(("operation", "asked"), [("create_change_set", 1), ("execute", 2)])
def test_wait_queues_again_behind_an_operation_that_began_meanwhile(operation, asked):
    cloud, made = scene("update", wait=True)
    cloud.faults[operation] = [AwsError("OperationInProgressException", "another one", operation)]
    plans, view = [], Seen()
    outcome = run(cloud, made, view=view, confirm=lambda plan: plans.append(plan.change_set) or True)
    assert outcome.code == ExitCode.OK
    assert view.outcomes == [outcome]
    assert len(set(plans)) == asked  # a new plan is asked for anew
    assert "Another operation has begun meanwhile: queueing behind it, then planning anew" in view.steps
    assert cloud.count("create_change_set") == 2
    assert [one["status"] for one in cloud.sets.values()] == ["EXECUTE_IN_PROGRESS"]  # the first one is gone


def overtaken(cloud, times):
    """Another deployment executes while ours is asked for: CloudFormation deletes our change set."""
    left = iter(range(times))

    def confirm(_plan):
        if next(left, None) is not None:
            cloud.sets.clear()
        return True

    return confirm


@pytest.mark.rule(5)
def test_who_comes_second_is_told_so_and_how_to_queue():
    cloud, made = scene("update")
    outcome = run(cloud, made, confirm=overtaken(cloud, 1))
    assert outcome.code == ExitCode.BUSY
    assert "another operation on tap-dev came first" in outcome.message
    assert outcome.hint.startswith("Queue behind it with --wait")
    assert cloud.count("execute") == 0


@pytest.mark.rule(5)
def test_who_waits_plans_anew_after_the_first_one():
    cloud, made = scene("update", wait=True)
    assert run(cloud, made, confirm=overtaken(cloud, 1)).code == ExitCode.OK
    assert cloud.count("create_change_set") == 2


@pytest.mark.rule(5)
def test_who_waits_plans_anew_where_another_one_is_over_already():
    cloud, made = scene("update", wait=True)
    [record] = cloud.stacks.values()
    plans = []

    def confirm(plan):
        plans.append(plan.change_set)
        if len(plans) == 1:
            record.template = json.dumps(document(Topic=topic("theirs")))
        return True

    assert run(cloud, made, confirm=confirm).code == ExitCode.OK
    assert len(set(plans)) == 2


@pytest.mark.rule(16)
def test_one_plan_is_executed_once_however_many_try():
    cloud, made = scene("update")
    plan = run(cloud, scene("update", plan_only=True)[1]).change_set
    cloud.batch = 0
    winner = run(cloud, request(made.document, options={"plan": plan, "detach": True}))
    losers = [run(cloud, request(made.document, options={"plan": plan})) for _ in range(4)]
    assert winner.code == ExitCode.CONTINUES
    assert {one.code for one in losers} == {ExitCode.BUSY}
    assert cloud.rollbacks == [True]


@pytest.mark.rule(16)
@pytest.mark.parametrize("lost", [False, True])
def test_a_plan_that_somebody_else_executes_at_the_same_moment_is_not_called_ours(lost):
    cloud, made = scene("update")
    plan = run(cloud, scene("update", plan_only=True)[1]).change_set
    execute = cloud.execute

    def second(change_set, token, *, rollback):
        if not cloud.rollbacks:
            execute(change_set, "theirs", rollback=rollback)
        if lost:
            raise LostAnswerError("ConnectionClosedError", "reset", "ExecuteChangeSet")
        execute(change_set, token, rollback=rollback)

    cloud.execute = second
    outcome = run(cloud, request(made.document, options={"plan": plan}))
    assert outcome.code in {ExitCode.BUSY, ExitCode.REFUSED} | ({ExitCode.FAILED} if lost else set())
    assert "goes on" not in outcome.message
    assert cloud.count("delete_change_set") == 0


@pytest.mark.rule(16)
def test_a_plan_that_somebody_else_has_executed_meanwhile_is_stale():
    cloud, made = scene("update")
    plan = run(cloud, scene("update", plan_only=True)[1]).change_set

    execute = cloud.execute

    def executed(change_set, token, *, rollback):
        execute(change_set, "theirs", rollback=rollback)
        settle(cloud)
        cloud.sets[change_set]["status"] = "EXECUTE_COMPLETE"
        raise AwsError("InvalidChangeSetStatus", "cannot be executed in its status of [EXECUTE_COMPLETE]", "execute")

    cloud.execute = executed
    outcome = run(cloud, request(made.document, options={"plan": plan}))
    assert (outcome.code, outcome.message) == (
        ExitCode.REFUSED,
        "this plan was executed already",
    )


@pytest.mark.rule(5)
@pytest.mark.parametrize("operation", ["create_change_set", "execute"])
def test_queueing_again_is_bounded(operation):
    cloud, made = scene("update", wait=True)
    cloud.faults[operation] = [AwsError("OperationInProgressException", "another one", operation)] * 9
    outcome = run(cloud, made)
    assert (outcome.code, cloud.count(operation)) == (ExitCode.BUSY, 1 + QUEUES)
    assert outcome.hint.startswith("Run it again; ")
    assert leftovers(cloud) == []


@pytest.mark.rule(5)
def test_wait_waits_for_no_other_error():
    cloud, made = scene("update", wait=True)
    cloud.faults["create_change_set"] = [AwsError("AccessDenied", "no", "CreateChangeSet")]
    assert run(cloud, made).code == ExitCode.FAILED
    assert cloud.count("create_change_set") == 1


def test_what_cannot_be_cleaned_up_is_said():
    cloud, made = scene("update")
    expired = CredentialsError("ExpiredToken", "expired", "DeleteChangeSet")
    cloud.faults = {"execute": [expired], "delete_change_set": [expired]}
    view = Seen()
    outcome = run(cloud, made, view=view)
    assert outcome.code == ExitCode.FAILED
    [warning] = view.warnings
    assert warning.startswith("The change set tapgen-tap-dev-")
    assert "is left behind" in warning


def test_nothing_is_searched_for_where_no_stack_came_about():
    cloud = Cloud()
    cloud.faults["create_change_set"] = [LostAnswerError("x", "gone", "CreateChangeSet")]
    assert run(cloud, request()).code == ExitCode.FAILED
    assert cloud.count("delete_change_set", "delete_stack", "change_sets") == 0


def test_an_empty_stack_that_somebody_executed_meanwhile_is_not_deleted():
    cloud = Cloud()

    def meanwhile(_plan):
        [record] = cloud.stacks.values()
        record.status = "CREATE_COMPLETE"
        return False

    assert run(cloud, request(), confirm=meanwhile).code == ExitCode.DECLINED
    assert cloud.count("delete_stack") == 0


def test_what_goes_wrong_here_while_it_runs_there_is_no_failure_of_the_deployment():
    class Full(Seen):
        def event(self, event, progress):
            raise TapgenError("no space left on device")

    outcome = run(Cloud(), request(), view=Full())
    assert outcome.code == ExitCode.CONTINUES
    assert outcome.message == "the operation on tap-dev goes on: no space left on device"
