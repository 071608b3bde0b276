"""watch, cancel, recover, destroy, drift and the looks at a stack."""

import pytest
from msgspec.structs import replace

from tapgen.deploy.aws.model import PropertyDrift, ResourceDrift
from tapgen.deploy.commands.cancel import Cancel
from tapgen.deploy.commands.drift import detect, drift_fields, drift_lines, drifted, touched
from tapgen.deploy.commands.events import events
from tapgen.deploy.commands.outputs import as_dotenv, as_environment, outputs, renamed
from tapgen.deploy.commands.recover import Recover
from tapgen.deploy.commands.status import status
from tapgen.deploy.commands.watch import Watch
from tapgen.deploy.stack.stack_policy import stack_policy
from tapgen.deploy.stack.states import STATES
from tapgen.deploy.stack.target import existing
from tapgen.errors import ExitCode, TapgenError, UsageError
from tests.table import rows
from tests.unit.deploy.fake import Cloud, output
from tests.unit.deploy.scene import NAME, TABLE, TAGS, TOPIC, Seen, deployed, document, request

STACK = "AWS::CloudFormation::Stack"


def verb(kind, cloud, *, view=None, **more):
    return kind(request(**more), cloud, view or Seen(), cloud.time.clock)


def running(cloud, status="UPDATE_IN_PROGRESS", token="theirs", ends="UPDATE_COMPLETE"):
    record = deployed(cloud)
    cloud.happen(record, NAME, STACK, "CREATE_COMPLETE", token="before")
    record.status = status
    cloud.happen(record, NAME, STACK, status, token=token)
    cloud._later(record, "Topic", "AWS::SNS::Topic", "UPDATE_IN_PROGRESS", token=token)
    cloud._later(record, "Topic", "AWS::SNS::Topic", "UPDATE_COMPLETE", token=token)
    cloud._later(record, NAME, STACK, ends, token=token)
    cloud.batch = 1
    return record


@pytest.mark.parametrize("token", ["theirs", ""])
def test_watch_attaches_to_a_running_operation(token):
    cloud = Cloud()
    running(cloud, token=token)
    view = Seen()
    outcome = verb(Watch, cloud, view=view).run()
    assert (outcome.code, outcome.status) == (ExitCode.OK, "UPDATE_COMPLETE")
    assert [event.logical_id for event in view.events] == [*([NAME] if token else []), "Topic", "Topic", NAME]
    assert view.steps[0].startswith("tap-dev: UPDATE_IN_PROGRESS since 2030-01-01")


def test_watch_tells_how_the_last_operation_ended():
    cloud = Cloud()
    record = running(cloud)
    while record.pending:
        cloud.advance(record)
    assert verb(Watch, cloud).run().status == "UPDATE_COMPLETE"
    silent = Cloud()
    silent.put(NAME, "UPDATE_ROLLBACK_COMPLETE", document(), tags=TAGS)
    assert verb(Watch, silent).run().code == ExitCode.ROLLED_BACK


@pytest.mark.rule(30)
def test_watch_puts_the_protection_in_order():
    cloud = Cloud()
    record = running(cloud)
    verb(Watch, cloud, protected=True).run()
    assert record.policy == stack_policy([document()])
    assert record.protection is True


def test_watch_sees_a_deletion_through_and_protects_nothing_then():
    cloud = Cloud()
    running(cloud, "DELETE_IN_PROGRESS", ends="DELETE_COMPLETE")
    outcome = verb(Watch, cloud, protected=True).run()
    assert (outcome.code, outcome.status) == (ExitCode.OK, "DELETE_COMPLETE")
    assert cloud.count("set_stack_policy") == 0


@pytest.mark.parametrize("kind", [Watch, Cancel])
def test_a_stack_that_is_not_there_is_the_wrong_target(kind):
    outcome = verb(kind, Cloud()).run()
    assert outcome.code == ExitCode.WRONG_TARGET
    assert "there is no stack tap-dev in eu-west-1" in outcome.message


def test_ctrl_c_while_watching_leaves_the_operation_alone():
    cloud = Cloud()
    running(cloud)
    cloud.time.interrupt = 1
    outcome = verb(Watch, cloud).run()
    assert outcome.code == ExitCode.INTERRUPTED
    assert "goes on" in outcome.message


def test_cancel_rolls_a_running_update_back():
    cloud = Cloud()
    record = running(cloud)
    outcome = verb(Cancel, cloud).run()
    assert (outcome.code, record.status) == (ExitCode.OK, "UPDATE_ROLLBACK_COMPLETE")


def test_cancel_that_comes_too_late_says_so():
    cloud = Cloud()
    record = running(cloud)
    cloud.cancel_update = lambda *_: None
    outcome = verb(Cancel, cloud).run()
    assert outcome.code == ExitCode.FAILED
    assert "too late" in outcome.message
    assert record.status == "UPDATE_COMPLETE"


def test_cancel_detached():
    cloud = Cloud()
    running(cloud)
    assert verb(Cancel, cloud, options={"detach": True}).run().code == ExitCode.CONTINUES
    assert cloud.names()[-1] == "cancel_update"


@rows("status", [one for one, row in STATES.items() if not row.cancel])
def test_cancel_refuses_everything_but_a_running_update(status):
    cloud = Cloud()
    cloud.put(NAME, status, document(), tags=TAGS)
    outcome = verb(Cancel, cloud).run()
    assert outcome.code in {ExitCode.FAILED, ExitCode.WRONG_TARGET}
    assert cloud.count("cancel_update") == 0
    assert ("tapgen destroy" in outcome.hint) or status != "CREATE_IN_PROGRESS"


def stuck(cloud, status="UPDATE_ROLLBACK_FAILED"):
    record = cloud.put(NAME, status, document(), tags=TAGS)
    record.resources["Topic"] = cloud.resource("Topic", "AWS::SNS::Topic", "UPDATE_FAILED", "no permission")
    return record


@pytest.mark.rule(4)
def test_recover_lists_what_is_stuck_and_continues_the_roll_back():
    cloud = Cloud()
    record = stuck(cloud)
    view = Seen()
    outcome = verb(Recover, cloud, view=view).run((), lambda _: True)
    assert (outcome.code, record.status) == (ExitCode.OK, "UPDATE_ROLLBACK_COMPLETE")
    assert view.warnings == ["Topic (AWS::SNS::Topic, topic-1) is UPDATE_FAILED: no permission"]
    assert cloud.skipped == ()
    assert cloud.count("delete_stack") == 0


@pytest.mark.rule(4)
def test_skipping_needs_the_logical_id_of_what_is_stuck():
    cloud = Cloud()
    stuck(cloud)
    wrong = verb(Recover, cloud).run(("Topik",), lambda _: True)
    assert (wrong.code, wrong.hint) == (ExitCode.USAGE, 'did you mean "Topic"?')
    view = Seen()
    right = verb(Recover, cloud, view=view).run(("Topic",), lambda _: True)
    assert right.code == ExitCode.OK
    assert cloud.skipped == ("Topic",)
    assert "tapgen drift" in view.warnings[-1]


@pytest.mark.rule(4)
def test_a_roll_back_that_fails_again_is_stuck():
    cloud = Cloud()
    stuck(cloud)
    cloud.end["ROLLBACK"] = "UPDATE_ROLLBACK_FAILED"
    outcome = verb(Recover, cloud).run((), lambda _: True)
    assert outcome.code == ExitCode.STUCK
    assert "tapgen recover --env dev" in outcome.hint


@pytest.mark.parametrize("status", ["UPDATE_FAILED", "CREATE_FAILED"])
def test_recover_rolls_a_failed_update_back(status):
    cloud = Cloud()
    stuck(cloud, status)
    assert verb(Recover, cloud).run((), lambda _: True).code == ExitCode.OK
    assert cloud.count("rollback") == 1


@pytest.mark.rule(3)
def test_recover_clears_a_failed_creation_of_ours():
    cloud = Cloud()
    record = cloud.put(NAME, "ROLLBACK_COMPLETE", {"Resources": {}}, tags=TAGS)
    assert verb(Recover, cloud).run((), lambda _: True).code == ExitCode.OK
    assert record.status == "DELETE_COMPLETE"
    foreign = Cloud()
    foreign.put(NAME, "ROLLBACK_COMPLETE", {"Resources": {}})
    assert verb(Recover, foreign).run((), lambda _: True).code == ExitCode.REFUSED


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED"])
def test_recover_declined_does_nothing(status):
    cloud = Cloud()
    cloud.put(NAME, status, {"Resources": {}}, tags=TAGS)
    assert verb(Recover, cloud).run((), lambda _: False).code == ExitCode.DECLINED
    assert cloud.count("delete_stack", "continue_rollback", "rollback") == 0


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED"])
def test_recover_that_nobody_can_confirm_does_nothing(status):
    def nobody(question):
        raise UsageError("there is no terminal to confirm on", "Pass --yes.")

    cloud = Cloud()
    cloud.put(NAME, status, {"Resources": {}}, tags=TAGS)
    outcome = verb(Recover, cloud).run((), nobody)
    assert (outcome.code, outcome.hint) == (ExitCode.USAGE, "Pass --yes.")
    assert cloud.count("delete_stack", "continue_rollback", "rollback") == 0


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("CREATE_COMPLETE", ExitCode.OK),
        ("UPDATE_IN_PROGRESS", ExitCode.BUSY),
        ("ROLLBACK_FAILED", ExitCode.STUCK),
        ("DELETE_FAILED", ExitCode.STUCK),
    ],
)
def test_recover_elsewhere(status, code):
    cloud = Cloud()
    cloud.put(NAME, status, document(), tags=TAGS)
    assert verb(Recover, cloud).run((), lambda _: True).code == code
    skipping = verb(Recover, cloud).run(("Topic",), lambda _: True)
    assert skipping.code == (ExitCode.BUSY if code == ExitCode.BUSY else ExitCode.USAGE)


@pytest.mark.rule(36)
def test_drift_shows_what_differs_and_what_nobody_can_know():
    cloud = Cloud()
    table = {**TABLE, "Properties": {**TABLE["Properties"], "ImportSourceSpecification": {"InputFormat": "CSV"}}}
    cloud.drift_found = (
        ResourceDrift("ItemTable", "items-1", "AWS::DynamoDB::Table", "IN_SYNC"),
        ResourceDrift(
            "Topic",
            "topic-1",
            "AWS::SNS::Topic",
            "MODIFIED",
            (
                PropertyDrift("/DisplayName", "a", "b", "NOT_EQUAL"),
                PropertyDrift("/Password", "old", "new", "NOT_EQUAL"),
            ),
        ),
        ResourceDrift("Odd", "odd-1", "Custom::Odd", "NOT_CHECKED"),
    )
    found = detect(cloud, "arn", cloud.time.clock)
    made = document(ItemTable=table)
    assert drifted(found)
    assert drift_lines(found, made, frozenset(), "dev") == [
        "IN_SYNC       ItemTable (AWS::DynamoDB::Table, items-1)",
        "    ImportSourceSpecification: unknown, it can only be written",
        "MODIFIED      Topic (AWS::SNS::Topic, topic-1)",
        "    /DisplayName: the template says a, it is b",
        "    /Password: the template says ****, it is ****",
        "    it stays so until the template changes it; `tapgen deploy --env dev --revert-drift` puts it back",
        "NOT_CHECKED   Odd (Custom::Odd, odd-1)",
    ]
    assert drift_fields(found, made, frozenset())[0]["unknown"] == ["ImportSourceSpecification"]
    assert drift_fields(found, made, frozenset())[1]["properties"][0]["actual"] == "b"
    assert drift_lines(found[:1], document(), frozenset(), "dev") == drift_lines(found, made, frozenset(), "dev")[:1]
    assert not drifted(found[:1])


def test_drift_tells_what_the_next_deployment_would_overwrite():
    wanted = document(Topic={**TOPIC, "Properties": {"DisplayName": "new"}})
    found = (
        ResourceDrift("Topic", "topic-1", "AWS::SNS::Topic", "MODIFIED"),
        ResourceDrift("ItemTable", "items-1", "AWS::DynamoDB::Table", "DELETED"),
    )
    changing = touched(document(), wanted)
    lines = drift_lines(found, document(), changing, "dev")
    assert lines[1] == (
        "    the next deployment changes it and overwrites that; "
        "`tapgen deploy --env dev --revert-drift` shows both first"
    )
    assert lines[3].startswith("    it stays so until the template changes it")
    assert [one["overwritten"] for one in drift_fields(found, document(), changing)] == [True, False]


def test_a_drift_detection_that_fails_or_never_ends():
    cloud = Cloud()
    cloud.drift_status = ["DETECTION_FAILED"]
    with pytest.raises(TapgenError, match="denied"):
        detect(cloud, "arn", cloud.time.clock)
    cloud.drift_found = (ResourceDrift("Topic", "topic-1", "AWS::SNS::Topic", "IN_SYNC"),)
    assert detect(cloud, "arn", cloud.time.clock) == cloud.drift_found
    cloud.drift_status = ["DETECTION_IN_PROGRESS"]
    with pytest.raises(TapgenError, match="half an hour"):
        detect(cloud, "arn", cloud.time.clock)


def test_status_says_what_is_and_what_is_next():
    cloud = Cloud()
    assert status(cloud, NAME, "dev")["next"] == "tapgen deploy creates it"
    running(cloud)
    now = status(cloud, NAME, "dev")
    assert now["status"] == "UPDATE_IN_PROGRESS"
    assert now["operation"].endswith("token theirs")
    assert "tapgen watch" in now["next"]
    assert now["created"] == "2030-01-01T00:00:00+00:00"


def test_events_of_the_last_operation_or_of_all():
    cloud = Cloud()
    cloud.page = 1
    record = running(cloud)
    while record.pending:
        cloud.advance(record)
    last = events(cloud, NAME, everything=False)
    assert [event.status for event in last] == [
        "UPDATE_IN_PROGRESS",
        "UPDATE_IN_PROGRESS",
        "UPDATE_COMPLETE",
        "UPDATE_COMPLETE",
    ]
    assert len(events(cloud, NAME, everything=True)) == len(last) + 1


def test_a_stack_without_events_has_none():
    cloud = Cloud()
    deployed(cloud)
    assert events(cloud, NAME, everything=False) == ()


def test_outputs_for_people_and_shells():
    cloud = Cloud()
    deployed(cloud, outputs=(output("Url", "https://x/?a=b c"), output("AdminPassword", "secret")))
    found = outputs(cloud, NAME)
    assert as_environment(found) == ["Url='https://x/?a=b c'", "AdminPassword='****'"]
    assert as_dotenv(renamed(found, ("API=Url",))) == ['API="https://x/?a=b c"']
    assert as_dotenv((replace(found[0], value='a"b$c\\d\ne'),)) == ['Url="a\\"b\\$c\\\\d\\ne"']
    for wrong, said in (("API", "does not name an output"), ("1=Url", "does not name"), ("A=Ur", "has no output")):
        with pytest.raises(UsageError, match=said):
            renamed(found, (wrong,))
    with pytest.raises(TapgenError, match="there is no stack"):
        existing(Cloud(), NAME)
