"""Change sets: empty, partial, slow, stale, approved, declined."""

import re

import pytest

from tapgen.deploy.aws.model import Change, ChangeSet, Detail, FailedValidation
from tapgen.deploy.plan.changes import merge, planned_changes
from tapgen.deploy.plan.guard import refused
from tapgen.errors import ExitCode
from tapgen.review.model import Review
from tests.unit.deploy.fake import Cloud
from tests.unit.deploy.scene import NAME, TAGS, Seen, deployed, document, request, run, topic

CHANGED = document(Topic=topic("changed"))


@pytest.mark.rule(8)
def test_no_changes_is_a_success_and_leaves_nothing():
    cloud = Cloud()
    record = deployed(cloud)
    record.outputs = ()
    view = Seen()
    outcome = run(cloud, request(), view=view)
    assert (outcome.code, outcome.changed) == (ExitCode.OK, False)
    assert outcome.message == "no changes: tap-dev is as the template says"
    assert cloud.sets == {}
    assert cloud.count("execute") == 0
    assert view.outcomes == [outcome]


@pytest.mark.rule(8)
@pytest.mark.parametrize("words", ["didn't contain changes", "No updates are to be performed"])
def test_either_wording_of_an_empty_change_set_counts(words):
    cloud = Cloud()
    deployed(cloud)
    cloud.set_failure = f"The submitted information {words}."
    assert run(cloud, request(CHANGED)).code == ExitCode.OK
    assert cloud.sets == {}


@pytest.mark.rule(8)
def test_no_changes_may_come_as_an_error_of_create_change_set():
    cloud = Cloud()
    deployed(cloud)
    cloud.create_change_set = lambda asked: None
    outcome = run(cloud, request(CHANGED))
    assert (outcome.code, outcome.changed) == (ExitCode.OK, False)
    assert cloud.count("delete_change_set") == 0


@pytest.mark.rule(8)
def test_an_empty_first_change_set_takes_its_empty_stack_with_it():
    cloud = Cloud()
    cloud.set_failure = "The submitted information didn't contain changes."
    assert run(cloud, request()).code == ExitCode.OK
    assert [one.status for one in cloud.stacks.values()] == ["DELETE_IN_PROGRESS"]
    assert cloud.sets == {}


@pytest.mark.rule(9)
def test_an_output_only_change_is_executed_and_said():
    cloud = Cloud()
    deployed(cloud)
    changed = document()
    changed["Outputs"]["Extra"] = {"Value": "x"}
    view = Seen()
    outcome = run(cloud, request(changed), view=view)
    assert (outcome.code, outcome.changed) == (ExitCode.OK, True)
    assert view.plans[0].changes == ()
    assert view.plans[0].stack_changes == ("outputs Extra",)


@pytest.mark.rule(9)
def test_a_tag_only_change_is_said():
    cloud = Cloud()
    deployed(cloud, tags={**TAGS, "Author": "someone"})
    view = Seen()
    run(cloud, request(), view=view)
    assert view.plans[0].stack_changes == ("tag Author: someone → a",)
    row = Change("Modify", "Topic", "topic-1", "AWS::SNS::Topic", "False", ("Tags",))
    assert planned_changes(ChangeSet("", "", "", "", changes=(row,)))[0].does == "update tags"


@pytest.mark.rule(10)
def test_changes_that_property_values_drop_are_not_lost():
    cloud = Cloud()
    deployed(cloud)
    cloud.drop_changes = frozenset(("Topic",))
    view = Seen()
    run(cloud, request(document(Topic=topic("x"), Other=topic("y"))), view=view)
    assert {row.logical_id for row in view.plans[0].changes} == {"Topic", "Other"}


def change_set(*changes):
    return ChangeSet("arn:s", "s", "arn:stack", "CREATE_COMPLETE", changes=changes)


@pytest.mark.rule(10)
def test_two_descriptions_are_merged_and_the_worse_word_counts():
    plain = Change("Modify", "T", "t-1", "X", "True", (), (Detail("Properties", "A", "Always"), Detail("Tags")))
    valued = Change("Modify", "T", "", "X", "False", (), (Detail("Properties", "A", "Never", before="1", after="2"),))
    [merged] = merge(change_set(plain), change_set(valued)).changes
    assert (merged.replacement, merged.physical_id) == ("True", "t-1")
    assert [(one.attribute, one.after) for one in merged.details] == [("Properties", "2"), ("Tags", None)]


@pytest.mark.rule(11)
@pytest.mark.parametrize("order", [1, -1])
def test_of_several_details_about_one_property_the_worst_wins(order):
    details = (
        Detail("Properties", "KeySchema", "Never", before="a", after="b"),
        Detail("Properties", "KeySchema", "Always", causing="Topic.Arn"),
    )[::order]
    change = Change("Modify", "T", "t-1", "AWS::DynamoDB::Table", "", ("Properties",), details)
    [row] = planned_changes(change_set(change))
    assert row.does == "replace"
    assert len(row.because) == 1
    assert row.because[0].endswith("(replaces)")


@pytest.mark.rule(12)
@pytest.mark.parametrize(
    ("action", "verb"),
    [
        ("Import", "import"),
        ("Dynamic", "decided later"),
        ("SyncWithActual", "sync"),
        ("Teleport", "teleport"),
        ("", "change"),
    ],
)
def test_an_unknown_action_is_shown_not_a_crash(action, verb):
    change = Change(action, "T", "t-1", "AWS::DynamoDB::Table")
    assert planned_changes(change_set(change))[0].does == verb
    assert refused(Review(), change_set(change), frozenset()) == ()


@pytest.mark.rule(12)
def test_an_unknown_word_about_replacement_counts_as_the_worst():
    change = Change("Modify", "T", "t-1", "AWS::SQS::Queue", "", (), (Detail("Properties", "A", "Perhaps"),))
    assert planned_changes(change_set(change))[0].does == "replace"
    assert [one.logical_id for one in refused(Review(), change_set(change), frozenset())] == ["T"]


@pytest.mark.rule(13)
def test_the_reason_of_a_failed_validation_is_read_from_the_events():
    cloud = Cloud()
    deployed(cloud)
    cloud.set_failure = "Validation failed. Call DescribeEvents for details."
    cloud.findings = (
        FailedValidation("ItemTable", "NAME_CONFLICT", "items already exists", "/Properties/TableName"),
        FailedValidation("", "Guard::Hook", "no public buckets"),
    )
    outcome = run(cloud, request(CHANGED))
    assert outcome.code == ExitCode.FAILED
    assert "ItemTable.Properties.TableName: items already exists (NAME_CONFLICT)" in outcome.message
    assert "template: no public buckets (Guard::Hook)" in outcome.message
    assert "--import-existing" in outcome.hint
    assert cloud.sets == {}


@pytest.mark.rule(14)
def test_names_are_random_and_carry_a_token():
    cloud = Cloud()
    for _ in range(2):
        run(cloud, request(options={"plan_only": True}))
    asked = [kept["request"] for kept in cloud.sets.values()]
    assert len({one.name for one in asked}) == 2
    for one in asked:
        assert re.fullmatch(r"tapgen-tap-dev-[0-9a-f-]{36}", one.name)
        assert one.token == one.name.removeprefix("tapgen-tap-dev-")


@pytest.mark.rule(14)
def test_a_change_set_that_we_did_not_make_is_never_deleted():
    cloud = Cloud()
    deployed(cloud)
    theirs = run(cloud, request(CHANGED, options={"plan_only": True})).change_set
    run(cloud, request(CHANGED), confirm=False)
    run(cloud, request(CHANGED, options={"plan": theirs}), confirm=False)
    assert list(cloud.sets) == [theirs]


@pytest.mark.rule(15)
def test_declined_takes_everything_back():
    cloud = Cloud()
    outcome = run(cloud, request(), confirm=False)
    assert outcome.code == ExitCode.DECLINED
    assert cloud.sets == {}
    assert [one.status for one in cloud.stacks.values()] == ["DELETE_IN_PROGRESS"]
    assert cloud.count("execute") == 0


@pytest.mark.rule(16)
def test_an_obsolete_plan_is_refused():
    cloud = Cloud()
    deployed(cloud)

    def meanwhile(_plan):
        next(iter(cloud.sets.values()))["status"] = "OBSOLETE"
        return True

    outcome = run(cloud, request(CHANGED), confirm=meanwhile)
    assert outcome.code == ExitCode.REFUSED
    assert "OBSOLETE" in outcome.message
    assert cloud.count("execute") == 0
    assert cloud.sets == {}


@pytest.mark.rule(16)
def test_a_plan_whose_stack_moved_is_refused_even_where_the_service_did_not_notice():
    cloud = Cloud()
    record = deployed(cloud)

    def meanwhile(_plan):
        record.template = '{"Resources": {"Other": {"Type": "AWS::SNS::Topic"}}}'
        return True

    outcome = run(cloud, request(CHANGED), confirm=meanwhile)
    assert outcome.code == ExitCode.REFUSED
    assert "the deployed template is not the one" in outcome.message
    assert cloud.count("execute") == 0


@pytest.mark.rule(17)
def test_a_change_set_that_is_never_made_is_deleted_after_ten_minutes():
    cloud = Cloud()
    deployed(cloud)
    cloud.set_delay = 10**6
    outcome = run(cloud, request(CHANGED))
    assert outcome.code == ExitCode.FAILED
    assert "after 10 minutes" in outcome.message
    assert 600 < cloud.time.now < 620
    assert cloud.sets == {}


def test_import_existing_is_asked_for():
    cloud = Cloud()
    run(cloud, request(options={"plan_only": True, "import_existing": True}))
    [kept] = cloud.sets.values()
    assert kept["request"].import_existing is True
    assert kept["request"].stack == NAME
