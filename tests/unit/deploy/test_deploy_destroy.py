"""destroy: what goes, what stays, what is refused."""

import pytest

from tapgen.deploy.aws.errors import AwsError, DeniedError, LostAnswerError
from tapgen.deploy.commands.destroy import SLOW, Destroy
from tapgen.deploy.stack.states import STATES
from tapgen.errors import ExitCode
from tests.table import rows
from tests.unit.deploy.fake import Cloud, output
from tests.unit.deploy.scene import NAME, TAGS, TOPIC, Seen, deployed, document, request

STACK = "AWS::CloudFormation::Stack"


def verb(kind, cloud, *, view=None, **more):
    return kind(request(**more), cloud, view or Seen(), cloud.time.clock)


@pytest.mark.parametrize("kept", ["Topic", "Queue"])
@pytest.mark.rule(37)
@pytest.mark.rule(43)
def test_destroy_deletes_what_goes_and_says_what_stays(kept):
    cloud = Cloud()
    record = deployed(cloud, document(**{kept: {**TOPIC, "DeletionPolicy": "Retain"}}))
    view = Seen()
    outcome = verb(Destroy, cloud, view=view).run(lambda question: question.text.startswith("Delete tap-dev"))
    assert (outcome.code, record.status) == (ExitCode.OK, "DELETE_COMPLETE")
    assert any(step.startswith("  keep    ") and kept in step for step in view.steps)
    assert any(step.startswith("  delete  ItemTable") for step in view.steps)
    assert view.warnings == [f"{kept} (AWS::SNS::Topic, {kept.lower()}-1) is kept and lives on."]


@pytest.mark.rule(27)
def test_destroying_a_missing_stack_is_no_success():
    outcome = verb(Destroy, Cloud()).run(lambda _: True)
    assert outcome.code == ExitCode.WRONG_TARGET
    assert outcome.message == "there is no stack tap-dev in eu-west-1"


@pytest.mark.rule(28)
def test_destroy_never_turns_protection_off_by_itself():
    cloud = Cloud()
    record = deployed(cloud, protection=True)
    refused = verb(Destroy, cloud).run(lambda _: True)
    assert (refused.code, record.protection) == (ExitCode.REFUSED, True)
    typed = []
    outcome = verb(Destroy, cloud).run(lambda question: typed.append(question.typed) or True, disable_protection=True)
    assert (outcome.code, typed) == (ExitCode.OK, [True])


@pytest.mark.rule(28)
@pytest.mark.parametrize("error", [AwsError("ValidationError", "no", "DeleteStack"), KeyboardInterrupt()])
def test_protection_comes_back_when_the_deletion_does_not_begin(error):
    cloud = Cloud()
    record = deployed(cloud, protection=True)
    cloud.faults["delete_stack"] = [error]
    outcome = verb(Destroy, cloud).run(lambda _: True, disable_protection=True)
    assert outcome.code in {ExitCode.FAILED, ExitCode.INTERRUPTED}
    assert record.protection is True


@pytest.mark.rule(5)
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Stack [arn] cannot be deleted while in status UPDATE_IN_PROGRESS", "another operation on tap-dev came first"),
        ("Stack [arn] does not exist", "tap-dev was deleted meanwhile"),
    ],
)
def test_a_deletion_that_comes_second_says_so(text, told):
    cloud = Cloud()
    record = deployed(cloud, protection=True)
    cloud.faults["delete_stack"] = [AwsError("ValidationError", text, "DeleteStack")]
    outcome = verb(Destroy, cloud).run(lambda _: True, disable_protection=True)
    assert (outcome.code, outcome.message.partition(":")[0]) == (ExitCode.BUSY, told)
    assert record.protection is True


def test_a_lost_answer_of_delete_stack_is_not_called_nothing():
    cloud = Cloud()
    deployed(cloud)
    cloud.lost_answers = {"delete_stack"}
    outcome = verb(Destroy, cloud).run(lambda _: True)
    assert (outcome.code, outcome.status) == (ExitCode.OK, "DELETE_COMPLETE")


def test_a_request_that_never_arrived_is_not_called_a_deletion():
    cloud = Cloud()
    record = deployed(cloud, protection=True)
    cloud.faults["delete_stack"] = [LostAnswerError("x", "gone", "DeleteStack")]
    outcome = verb(Destroy, cloud).run(lambda _: True, disable_protection=True)
    assert (outcome.code, outcome.message) == (ExitCode.FAILED, "DeleteStack: gone (x)")
    assert (record.status, record.protection) == ("CREATE_COMPLETE", True)


def test_where_nobody_can_say_whether_the_deletion_began_that_is_said():
    cloud = Cloud()
    deployed(cloud)
    gone = LostAnswerError("x", "gone", "any")
    cloud.lost_answers = {"delete_stack"}
    cloud.hook = lambda _, operation: operation == "delete_stack" and cloud.faults.update(events=[gone])
    outcome = verb(Destroy, cloud).run(lambda _: True)
    assert outcome.code == ExitCode.CONTINUES
    assert outcome.message.startswith("whether the operation on tap-dev has begun is not known: ")
    assert "tapgen status --env dev" in outcome.hint


@pytest.mark.rule(28)
def test_protection_comes_back_when_the_deletion_fails():
    cloud = Cloud()
    record = deployed(cloud, protection=True)
    cloud.fails["Topic"] = "it is in use"
    assert verb(Destroy, cloud).run(lambda _: True, disable_protection=True).code == ExitCode.STUCK
    assert record.protection is True


@pytest.mark.rule(28)
def test_protection_that_does_not_come_back_is_said():
    cloud = Cloud()
    deployed(cloud, protection=True)
    denied = DeniedError("AccessDenied", "no", "UpdateTerminationProtection")
    cloud.faults = {"delete_stack": [denied], "set_termination_protection": [None, denied]}
    view = Seen()
    assert verb(Destroy, cloud, view=view).run(lambda _: True, disable_protection=True).code == ExitCode.FAILED
    assert "The termination protection of tap-dev may be off: " in view.warnings[-1]


def test_a_protected_environment_is_destroyed_by_its_typed_name():
    cloud = Cloud()
    deployed(cloud)
    asked = []
    verb(Destroy, cloud, protected=True).run(lambda question: asked.append(question) or False)
    assert (asked[0].typed, asked[0].stack_name) == (True, NAME)
    assert cloud.count("delete_stack") == 0


def test_a_stack_of_somebody_else_is_not_destroyed():
    cloud = Cloud()
    deployed(cloud, tags={"Application": "other"})
    outcome = verb(Destroy, cloud).run(lambda _: True)
    assert outcome.code == ExitCode.WRONG_TARGET
    assert cloud.count("delete_stack") == 0


@pytest.mark.rule(37)
def test_what_cannot_be_deleted_is_listed_and_retained_at_the_second_try():
    cloud = Cloud()
    record = deployed(cloud)
    cloud.fails["Topic"] = "it is in use"
    failed = verb(Destroy, cloud).run(lambda _: True)
    assert failed.code == ExitCode.STUCK
    assert [(one.logical_id, one.reason) for one in failed.causes] == [("Topic", "it is in use")]
    assert "--retain Topic" in failed.hint
    view = Seen()
    again = verb(Destroy, cloud, view=view).run(lambda _: True, retain=("Topic",))
    assert (again.code, record.status) == (ExitCode.OK, "DELETE_COMPLETE")


@pytest.mark.rule(37)
def test_retain_is_refused_where_it_means_nothing():
    cloud = Cloud()
    record = deployed(cloud)
    early = verb(Destroy, cloud).run(lambda _: True, retain=("Topic",))
    assert (early.code, "DeletionPolicy" in early.hint) == (ExitCode.USAGE, True)
    record.status = "DELETE_FAILED"
    wrong = verb(Destroy, cloud).run(lambda _: True, retain=("Topik",))
    assert (wrong.code, wrong.hint) == (ExitCode.USAGE, 'did you mean "Topic"?')
    assert cloud.count("delete_stack") == 0


@pytest.mark.rule(37)
def test_the_slow_network_interfaces_are_told_before_and_waited_for():
    cloud = Cloud()
    made = document(
        Function={"Type": "AWS::Lambda::Function", "Properties": {}},
        Subnet={"Type": "AWS::EC2::Subnet", "Properties": {}},
    )
    deployed(cloud, made)
    cloud.batch = 0
    view = Seen()
    outcome = verb(Destroy, cloud, view=view, options={"timeout": 60.0}).run(lambda _: SLOW in view.warnings)
    assert outcome.code == ExitCode.CONTINUES
    assert cloud.time.now >= 3600


@pytest.mark.rule(34)
def test_a_stack_whose_export_is_imported_is_not_destroyed():
    cloud = Cloud()
    deployed(cloud, outputs=(output("T", "t", "items-table"), output("P", "p")))
    cloud.imports["items-table"] = ("reports",)
    outcome = verb(Destroy, cloud).run(lambda _: True)
    assert outcome.code == ExitCode.REFUSED
    assert "reports imports the export items-table" in outcome.message


@pytest.mark.rule(43)
def test_a_stack_that_merely_vanished_is_not_taken_for_deleted():
    cloud = Cloud()
    deployed(cloud)
    asked = cloud.stack
    cloud.stack = lambda name: None if cloud.count("delete_stack") else asked(name)
    outcome = verb(Destroy, cloud).run(lambda _: True)
    assert (outcome.code, outcome.message.startswith("tap-dev is gone: ")) == (ExitCode.FAILED, True)


@rows("status", [one for one, row in STATES.items() if not row.destroy])
def test_destroy_waits_for_nobody(status):
    cloud = Cloud()
    cloud.put(NAME, status, document(), tags=TAGS)
    outcome = verb(Destroy, cloud).run(lambda _: True)
    assert outcome.code in {ExitCode.BUSY, ExitCode.WRONG_TARGET}
    assert cloud.count("delete_stack") == 0


def test_destroy_detached_and_an_empty_stack_in_review():
    cloud = Cloud()
    deployed(cloud)
    assert verb(Destroy, cloud, options={"detach": True}).run(lambda _: True).code == ExitCode.CONTINUES
    review = Cloud()
    review.put(NAME, "REVIEW_IN_PROGRESS", tags=TAGS)
    assert verb(Destroy, review).run(lambda _: True).code == ExitCode.OK
