"""Several regions side by side."""

import threading

import pytest

from tapgen.deploy.aws.errors import AwsError
from tapgen.deploy.aws.polling import Clock
from tapgen.deploy.outcome import Outcome, worst
from tapgen.deploy.regions import deploy_regions
from tapgen.errors import ExitCode
from tests.unit.deploy.fake import Cloud
from tests.unit.deploy.scene import Seen, request

REGIONS = ("eu-west-1", "us-east-1")


def targets():
    return [(Cloud(emulated=True, region=region), Seen()) for region in REGIONS]


def go(pairs, confirm=lambda _: True, clock=None, **options):
    made = request(regions=REGIONS, options=options)
    return deploy_regions(made, pairs, confirm=confirm, clock=clock or Clock())


def test_both_regions_are_deployed_after_one_question():
    asked = []
    outcomes = go(targets(), lambda plans: asked.append(plans) or True)
    assert [(one.region, one.code) for one in outcomes] == [(region, ExitCode.OK) for region in REGIONS]
    [plans] = asked
    assert sorted(plan.region for plan in plans) == sorted(REGIONS)


def test_one_regions_failure_does_not_hide_the_others_success():
    pairs = targets()
    pairs[0][0].fails["Topic"] = "no"
    outcomes = go(pairs)
    assert [one.code for one in outcomes] == [ExitCode.ROLLED_BACK, ExitCode.OK]
    assert worst(outcomes) == ExitCode.ROLLED_BACK
    assert [len(view.outcomes) for _, view in pairs] == [1, 1]


def test_a_region_that_cannot_be_planned_does_not_hold_up_the_other():
    pairs = targets()
    pairs[1][0].put("tap-dev", "UPDATE_ROLLBACK_FAILED")
    outcomes = go(pairs)
    assert [one.code for one in outcomes] == [ExitCode.OK, ExitCode.STUCK]


@pytest.mark.rule(5)
def test_after_the_one_question_no_region_queues_again_for_a_plan_that_nobody_has_seen():
    pairs = targets()
    pairs[0][0].faults["create_change_set"] = [AwsError("OperationInProgressException", "x", "CreateChangeSet")]
    pairs[1][0].faults["execute"] = [AwsError("OperationInProgressException", "x", "ExecuteChangeSet")]
    outcomes = go(pairs, wait=True)
    assert [one.code for one in outcomes] == [ExitCode.OK, ExitCode.BUSY]


def test_a_no_is_for_all():
    pairs = targets()
    outcomes = go(pairs, lambda _: False)
    assert {one.code for one in outcomes} == {ExitCode.DECLINED}
    assert [cloud.sets for cloud, _ in pairs] == [{}, {}]


def test_plans_are_left_in_every_region_without_a_question():
    pairs = targets()
    outcomes = go(pairs, lambda _: pytest.fail("asked"), plan_only=True)
    assert all(one.change_set for one in outcomes)
    assert [len(cloud.sets) for cloud, _ in pairs] == [1, 1]


def test_ctrl_c_at_the_question_takes_all_back():
    pairs = targets()

    def interrupt(_):
        raise KeyboardInterrupt

    outcomes = go(pairs, interrupt)
    assert {one.code for one in outcomes} == {ExitCode.INTERRUPTED}
    assert [cloud.sets for cloud, _ in pairs] == [{}, {}]
    assert [cloud.count("execute") for cloud, _ in pairs] == [0, 0]


def test_ctrl_c_while_both_are_running_is_passed_on():
    pairs = targets()
    both = threading.Barrier(2)
    main = threading.main_thread().ident
    for cloud, _ in pairs:
        cloud.batch = 0
        done = []
        cloud.hook = lambda _, operation, done=done: (
            (done.append(1), both.wait(5) == 0 and interrupt(main)) if operation == "events" and not done else None
        )
    outcomes = go(pairs, timeout=20.0)
    assert {one.code for one in outcomes} == {ExitCode.INTERRUPTED}
    assert all("goes on" in one.message for one in outcomes)


def interrupt(thread):
    import signal

    signal.pthread_kill(thread, signal.SIGINT)


def test_one_region_runs_without_threads():
    cloud, view = Cloud(emulated=True), Seen()
    names = []
    cloud.hook = lambda *_: names.append(threading.current_thread())
    made = request()
    [outcome] = deploy_regions(made, [(cloud, view)], confirm=lambda plans: len(plans) == 1)
    assert outcome.code == ExitCode.OK
    assert set(names) == {threading.current_thread()}


@pytest.mark.parametrize("first", [ExitCode.OK, ExitCode.CONTINUES, ExitCode.REFUSED])
def test_the_exit_code_is_the_end_that_needs_a_hand_most(first):
    outcomes = (Outcome(first, "", "s"), Outcome(ExitCode.STUCK, "", "s"), Outcome(ExitCode.OK, "", "s"))
    assert worst(outcomes) == ExitCode.STUCK
    assert worst(outcomes[:1]) == first
    assert worst(()) == ExitCode.OK


def test_what_breaks_in_a_region_is_raised_and_not_lost():
    pairs = targets()
    pairs[1][0].hook = lambda *_: 1 / 0
    with pytest.raises(ZeroDivisionError):
        go(pairs)


def test_a_second_ctrl_c_leaves_at_once():
    cloud, view = targets()[0]
    release = threading.Event()
    main = threading.main_thread().ident

    def hook(_, operation):
        if operation == "events" and not release.is_set():
            release.wait(0.2)
            interrupt(main)
            release.wait(0.3)
            interrupt(main)
            release.wait(5)

    cloud.hook = hook
    with pytest.raises(KeyboardInterrupt):
        go([(cloud, view), targets()[1]], timeout=20.0)
    release.set()
