"""Waiting, events, Ctrl-C and everything that ends a watch."""

import itertools

import pytest

from tapgen.deploy.aws.errors import AwsError, CredentialsError, LostAnswerError, ThrottledError
from tapgen.deploy.aws.model import Event
from tapgen.deploy.aws.polling import EMULATOR, Backoff, Poller
from tapgen.deploy.stack.follow import Reader
from tapgen.deploy.stack.progress import Progress, orphans
from tapgen.deploy.stack.root_cause import causes, failures
from tapgen.errors import ExitCode
from tests.unit.deploy.fake import Cloud, Time
from tests.unit.deploy.scene import NAME, TOPIC, Seen, deployed, document, request, run, topic

STACK = "AWS::CloudFormation::Stack"
CHANGED = document(Topic=topic("changed"))


def throttled(operation="any"):
    return ThrottledError("Throttling", "Rate exceeded", operation)


@pytest.mark.rule(20)
def test_events_are_paged_back_to_a_known_one_and_told_once_whatever_their_time():
    cloud = Cloud()
    cloud.page, cloud.batch = 3, 0
    record = cloud.put(NAME, document=document())
    for number in range(4):
        cloud.happen(record, f"Old{number}", "X", "CREATE_COMPLETE", token="before")
    for number in range(10):
        cloud.happen(record, f"New{number}", "X", "CREATE_COMPLETE", token="ours")
    reader = Reader(cloud, record.arn, "ours", Poller(EMULATOR, cloud.time.clock))
    assert [event.logical_id for event in reader.read()] == [f"New{number}" for number in range(10)]
    assert {event.time for event in record.events} == {record.events[0].time}
    assert reader.read() == ()
    before = cloud.count("events")
    cloud.happen(record, "Late", "X", "CREATE_COMPLETE", token="ours")
    assert [event.logical_id for event in reader.read()] == ["Late"]
    assert cloud.count("events") == before + 1


@pytest.mark.rule(21)
def test_only_the_events_of_our_token_count_whatever_the_local_clock_says():
    cloud = Cloud()
    record = deployed(cloud)
    cloud.time.now = -(10.0**9)
    cloud.happen(record, "Topic", "AWS::SNS::Topic", "UPDATE_FAILED", "long ago", token="another")
    view = Seen()
    outcome = run(cloud, request(CHANGED), view=view)
    assert outcome.code == ExitCode.OK
    assert "long ago" not in view.text()
    assert len({event.token for event in view.events}) == 1


@pytest.mark.rule(22)
def test_throttled_events_do_not_fail_a_successful_deployment():
    cloud = Cloud()
    cloud.faults["events"] = [throttled("DescribeStackEvents") for _ in range(3)]
    outcome = run(cloud, request())
    assert (outcome.code, outcome.status) == (ExitCode.OK, "CREATE_COMPLETE")


@pytest.mark.rule(22)
def test_without_any_event_the_status_of_the_stack_decides():
    cloud = Cloud()
    denied = AwsError("AccessDenied", "no events for you", "DescribeStackEvents")
    cloud.batch = 100
    cloud.faults["events"] = [denied] * 3
    assert run(cloud, request()).status == "CREATE_COMPLETE"


@pytest.mark.rule(22)
def test_throttling_stretches_the_interval():
    time = Time()
    poller = Poller(Backoff(1.0, 1.0, 10.0, 0.0), time.clock)
    poller.rest()
    poller.slow_down()
    poller.rest()
    for _ in range(9):
        poller.slow_down()
    poller.rest()
    assert time.sleeps[:2] == [1.0, 2.0]
    assert 10.0 <= time.sleeps[2] <= 60.0


@pytest.mark.rule(22)
def test_throttled_events_are_asked_for_less_often():
    calm, busy = Cloud(), Cloud()
    for cloud in (calm, busy):
        cloud.batch = 1
    busy.faults["events"] = [throttled("DescribeStackEvents") for _ in range(3)]
    for cloud in (calm, busy):
        assert run(cloud, request(options={"timeout": 1e6})).code == ExitCode.OK
    assert busy.time.now > 3 * calm.time.now


@pytest.mark.rule(23)
@pytest.mark.parametrize("operation", ["events", "stack"])
def test_expired_credentials_are_no_failure_of_the_deployment(operation):
    cloud = Cloud()
    expired = CredentialsError("ExpiredToken", "the token is expired", "DescribeStackEvents")
    cloud.hook = lambda _, name: cloud.faults.update({operation: [expired]}) if name == "execute" else None
    outcome = run(cloud, request())
    assert outcome.code == ExitCode.CONTINUES
    assert "goes on" in outcome.message
    assert "the token is expired" in outcome.message
    assert "tapgen watch --env dev" in outcome.hint
    assert cloud.count("delete_stack", "delete_change_set") == 0


@pytest.mark.rule(23)
def test_a_lost_network_is_borne_for_a_while_and_then_left_alone():
    cloud = Cloud()
    gone = LostAnswerError("EndpointConnectionError", "no route", "DescribeStackEvents")
    cloud.hook = lambda _, name: (
        cloud.faults.update(events=[gone] * 99, stack=[gone] * 99) if name == "execute" else None
    )
    outcome = run(cloud, request())
    assert outcome.code == ExitCode.CONTINUES
    assert "no route" in outcome.message
    short = Cloud()
    short.hook = lambda _, name: short.faults.update(events=[gone] * 2) if name == "execute" else None
    assert run(short, request()).code == ExitCode.OK


@pytest.mark.rule(23)
def test_a_time_out_is_no_failure_of_the_deployment():
    cloud = Cloud()
    cloud.batch = 0
    outcome = run(cloud, request(options={"timeout": 300.0}))
    assert outcome.code == ExitCode.CONTINUES
    assert "not over after 5 minutes" in outcome.message
    assert cloud.count("delete_stack", "delete_change_set") == 0


@pytest.mark.rule(21)
@pytest.mark.parametrize("page", [3, 100])
@pytest.mark.parametrize("update", [False, True])
def test_events_without_a_token_are_progress_all_the_same(update, page):
    """An endpoint that gives none: no minute of silence, the root cause, and nothing of the operation before."""
    cloud, view = Cloud(), Seen()
    cloud.tokenless, cloud.batch, cloud.page = True, 1, page
    if update:
        assert run(cloud, request()).code == ExitCode.OK
    cloud.fails["Topic"] = "no such topic"
    begun = cloud.time.now
    outcome = run(cloud, request(document(Topic=topic("changed"))), view=view)
    assert outcome.code == ExitCode.ROLLED_BACK
    assert [cause.reason for cause in outcome.causes] == ["no such topic"]
    seen = [event.status for event in view.events if event.logical_id == "Topic"]
    assert seen[:2] == (["UPDATE_IN_PROGRESS", "UPDATE_FAILED"] if update else ["CREATE_IN_PROGRESS", "CREATE_FAILED"])
    assert cloud.time.now - begun < 60


@pytest.mark.rule(23)
def test_a_stack_that_vanishes_meanwhile_is_not_called_a_success():
    cloud = Cloud()
    asked = cloud.stack
    cloud.stack = lambda name: None if cloud.count("execute") else asked(name)
    outcome = run(cloud, request())
    assert outcome.code == ExitCode.FAILED
    assert outcome.message == "tap-dev is gone: CloudFormation does not know the stack any more"


@pytest.mark.rule(19)
def test_ctrl_c_after_the_execution_says_how_to_come_back():
    cloud = Cloud()
    cloud.hook = lambda _, name: (
        setattr(cloud.time, "interrupt", len(cloud.time.sleeps) + 1) if name == "execute" else None
    )
    outcome = run(cloud, request())
    assert outcome.code == ExitCode.INTERRUPTED
    assert "tapgen watch --env dev" in outcome.hint
    assert "tapgen cancel --env dev" in outcome.hint
    assert cloud.count("delete_stack", "delete_change_set") == 0


@pytest.mark.rule(19)
def test_a_second_ctrl_c_leaves_at_once():
    cloud = Cloud()
    deployed(cloud)

    def interrupt(*_):
        raise KeyboardInterrupt

    cloud.delete_change_set = interrupt
    with pytest.raises(KeyboardInterrupt):
        run(cloud, request(CHANGED), confirm=interrupt)


@pytest.mark.rule(26)
def test_the_root_cause_comes_first_with_where_it_was_made():
    cloud = Cloud()
    cloud.fails["ItemTable"] = "Table already exists: items"
    made = document(Alarm=topic("a"), Last=topic("b"))
    outcome = run(cloud, request(made, origins={"ItemTable": "tapgen/layers/data.py:41 (layer data)"}))
    assert (outcome.code, outcome.status) == (ExitCode.ROLLED_BACK, "ROLLBACK_COMPLETE")
    [cause] = outcome.causes
    assert (cause.logical_id, cause.type, cause.physical_id) == ("ItemTable", "AWS::DynamoDB::Table", "itemtable-1")
    assert cause.reason == "Table already exists: items"
    assert cause.origin == "tapgen/layers/data.py:41 (layer data)"


@pytest.mark.rule(35)
def test_an_existing_resource_names_import_existing():
    cloud = Cloud()
    cloud.fails["ItemTable"] = "Resource of type 'AWS::DynamoDB::Table' already exists"
    outcome = run(cloud, request())
    assert "--import-existing" in outcome.hint


@pytest.mark.rule(44)
def test_the_cause_in_a_nested_stack_is_followed():
    cloud = Cloud()
    child = cloud.put("child", "CREATE_FAILED", document())
    cloud.happen(child, "Old", "X", "CREATE_FAILED", "an earlier operation", token="before")
    cloud.happen(child, "Queue", "AWS::SQS::Queue", "CREATE_FAILED", "quota exceeded", token="now")
    cloud.happen(child, "Other", "X", "CREATE_FAILED", "Resource creation cancelled", token="now")
    cloud.page = 2
    made = document(Child={"Type": STACK, "Properties": {"TemplateURL": "https://x"}})
    record_events = cloud.happen

    def happen(record, logical_id, *rest, **more):
        physical = child.arn if logical_id == "Child" else None
        record_events(record, logical_id, *rest, **{**more, "physical": physical})

    cloud.happen = happen
    cloud.fails["Child"] = "Embedded stack was not successfully created"
    outcome = run(cloud, request(made))
    assert [(one.logical_id, one.reason) for one in outcome.causes] == [("Child/Queue", "quota exceeded")]


@pytest.mark.rule(44)
@pytest.mark.parametrize("physical", ["", "arn:aws:cloudformation:eu-west-1:1:stack/none/1"])
def test_a_child_that_cannot_be_read_leaves_the_parents_words(physical):
    cloud = Cloud()
    made = document(Child={"Type": STACK, "Properties": {"TemplateURL": "https://x"}})
    happen = cloud.happen
    cloud.happen = lambda record, one, *rest, **more: happen(
        record, one, *rest, **{**more, "physical": physical or "x" if one == "Child" else None}
    )
    cloud.fails["Child"] = "Embedded stack was not successfully created"
    outcome = run(cloud, request(made))
    assert [one.logical_id for one in outcome.causes] == ["Child"]


def event(logical_id, status, reason="", physical="p"):
    return Event(f"{logical_id}{status}", "arn:stack", logical_id, physical, "X", status, reason)


def test_progress_counts_what_is_done_and_times_what_is_not():
    progress = Progress(3)
    for now, one in enumerate(
        (event("A", "CREATE_IN_PROGRESS"), event("B", "CREATE_IN_PROGRESS"), event("A", "CREATE_COMPLETE"))
    ):
        progress = progress.add(one, float(now))
    assert (progress.done, progress.total, progress.ended) == (1, 3, False)
    assert [(one.logical_id, since) for one, since in progress.running] == [("B", 1.0)]
    over = progress.add(event("tap", "CREATE_COMPLETE", physical="arn:stack"), 4.0)
    assert over.ended
    assert not progress.add(event("tap", "REVIEW_IN_PROGRESS", physical="arn:stack"), 4.0).ended


@pytest.mark.rule(26)
def test_cancelled_and_summarising_failures_are_no_causes():
    events = [
        event("A", "CREATE_FAILED", "Resource creation cancelled"),
        event("B", "UPDATE_FAILED", "The real one"),
        event("B", "DELETE_FAILED", "afterwards"),
        event("S", "CREATE_FAILED", "x", physical="arn:stack"),
        event("C", "DELETE_FAILED", "The following resource(s) failed to delete: [D]. "),
    ]
    assert [one.reason for one in failures(events)] == ["The real one", "afterwards"]
    assert [(one.logical_id, one.reason) for one in causes(events, {})] == [("B", "The real one")]


@pytest.mark.rule(7)
def test_an_orphan_that_went_at_the_second_try_is_none():
    first = event("A", "DELETE_FAILED", physical="a-1")
    assert orphans([first, event("B", "DELETE_FAILED", physical="b-1")]) != ()
    assert orphans([first, event("A", "DELETE_COMPLETE", physical="a-1")]) == ()


def test_polling_is_fast_at_first_slower_later_and_never_more_than_a_call_a_second():
    cloud = Cloud()
    cloud.batch = 1
    made = document(**{f"Topic{number}": TOPIC for number in range(80)})
    outcome = run(cloud, request(made))
    assert outcome.code == ExitCode.OK
    begin = cloud.names().index("execute")
    times = [time for _, time in cloud.calls[begin + 1 :]]
    gaps = [after - before for before, after in itertools.pairwise(times)]
    assert min(gaps) >= 1.0 - 1e-9
    assert gaps[0] < 2.5
    assert max(gaps) <= 10.0 + 1e-6
    assert sum(gaps[-10:]) > 2 * sum(gaps[:10])


def test_an_aws_on_this_machine_is_asked_faster():
    slow, fast = Cloud(), Cloud(emulated=True)
    for cloud in (slow, fast):
        assert run(cloud, request()).code == ExitCode.OK
    assert fast.time.now < 0.5 < slow.time.now


def test_detach_leaves_after_the_execution():
    cloud = Cloud()
    outcome = run(cloud, request(options={"detach": True}))
    assert outcome.code == ExitCode.CONTINUES
    assert "detached" in outcome.message
    assert cloud.names()[-1] == "execute"


def test_few_calls_for_a_first_deployment_and_for_none():
    cloud = Cloud()
    assert run(cloud, request()).code == ExitCode.OK
    assert len(cloud.calls) - cloud.count("events") <= 10  # the limit is 20 and one for each page of events
    before = len(cloud.calls)
    assert run(cloud, request()).message.startswith("no changes")
    assert len(cloud.calls) - before <= 7  # the limit is 12
