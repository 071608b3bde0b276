"""An environment in several accounts and regions: deployed, followed, stopped, resumed and deleted as a StackSet."""

import json

import pytest
from msgspec.structs import replace

from tapgen.deploy.artifacts.bootstrap import NOBODY, Readers, bootstrap_document, readers_of
from tapgen.deploy.aws.errors import LostAnswerError
from tapgen.deploy.aws.stack_set_model import Permissions, Preferences, Targets
from tapgen.deploy.request import Package
from tapgen.deploy.stack_sets.deploy import DeployStackSet
from tapgen.deploy.stack_sets.destroy import DestroyStackSet
from tapgen.deploy.stack_sets.reach import Reach
from tapgen.deploy.stack_sets.reports import detect_set_drift, last_results, set_outputs, set_status
from tapgen.deploy.stack_sets.survey import Survey, missing
from tapgen.deploy.stack_sets.target import SetTarget
from tapgen.deploy.stack_sets.watch import StopStackSet, WatchStackSet
from tapgen.errors import ExitCode
from tests.unit.deploy.scene import NAME, TAGS, Seen, document, request, topic
from tests.unit.deploy.set_cloud import HOME, OTHER, THIRD, SetCloud

REGIONS = ("eu-west-1", "us-east-1")
ACCOUNTS = (OTHER, THIRD)
EVERYWHERE = [(account, region) for region in REGIONS for account in ACCOUNTS]


def target(accounts=ACCOUNTS, units=(), regions=REGIONS, **preferences):
    return SetTarget(
        Targets(accounts, units, regions),
        Preferences(region_order=regions, **preferences),
        Permissions(service_managed=bool(units)),
    )


def nowhere(account, region):
    return None


class Scene:
    """A cloud, a view, and the commands on it."""

    def __init__(self, cloud=None, **more):
        self.cloud = cloud or SetCloud()
        self.view = Seen()
        self.more = more

    def made(self, kind, made=None, where=None, *, elsewhere=nowhere, **options):
        asked = request(made, options=options, account=HOME, **self.more)
        return kind(asked, self.cloud, self.view, where or target(), elsewhere=elsewhere, clock=self.cloud.time.clock)

    def deploy(self, made=None, where=None, *, confirm=True, regional=None, **more):
        answer = confirm if callable(confirm) else lambda _: confirm
        return self.made(DeployStackSet, made, where, **more).run(answer, regional or {})

    def destroy(self, accounts=(), *, confirm=True, **more):
        return self.made(DestroyStackSet, **more).run(lambda _: confirm, accounts)


def before(**more):
    """A cloud in which the document is deployed everywhere."""
    cloud = SetCloud()
    cloud.ready(NAME, document(), EVERYWHERE, tags=dict(TAGS), **more)
    return Scene(cloud)


# ---------------------------------------------------------------------------------------------------- deploying


def test_the_first_deployment_makes_the_stack_set_and_a_stack_in_each_account_and_region():
    scene = Scene()
    outcome = scene.deploy()
    assert (outcome.code, outcome.message) == (ExitCode.OK, f"{NAME}: 4 of 4 stacks created")
    assert sorted(scene.cloud.there) == sorted(EVERYWHERE)
    [plan] = scene.view.plans
    assert plan.targets == ("creates 4 stacks in 2 accounts: eu-west-1, us-east-1",)
    assert [one.logical_id for one in plan.changes] == ["ItemTable", "Topic"]
    assert scene.view.rollouts[-1].counts == {region: {"SUCCEEDED": 2} for region in REGIONS}
    assert dict(scene.cloud.requests[0].tags) == TAGS


def test_a_change_goes_to_every_stack_and_a_new_account_gets_its_own():
    scene = before()
    outcome = scene.deploy(document(Topic=topic("new")), target((*ACCOUNTS, HOME)))
    assert outcome.ok
    [plan] = scene.view.plans
    assert plan.targets == (
        "updates 4 stacks in 2 accounts",
        "creates 2 stacks in 1 account: eu-west-1, us-east-1",
    )
    assert [one.because for one in plan.changes] == [("DisplayName: items → new",)]
    assert len(scene.cloud.there) == 6
    assert [one.action for one in scene.cloud.operations] == ["CREATE", "UPDATE"]


def test_nothing_is_done_where_everything_is_as_the_template_says():
    scene = before()
    outcome = scene.deploy()
    assert outcome.message == f"no changes: {NAME} and its 4 stacks are as the template says"
    assert not scene.cloud.operations
    assert scene.cloud.count("instances") == 1


def test_stacks_that_are_outdated_are_said_and_get_the_template_again():
    scene = before()
    scene.cloud.there[OTHER, "eu-west-1"] = replace(
        scene.cloud.there[OTHER, "eu-west-1"], status="OUTDATED", reason="it failed"
    )
    outcome = scene.deploy()
    assert outcome.ok
    assert scene.view.warnings == [
        f"1 of 4 stacks are not as the StackSet says, such as {OTHER}/eu-west-1 OUTDATED.",
        "What some of them have now cannot be read from here: what they lose is not known.",
    ]
    assert scene.view.plans[0].targets == ("updates 4 stacks in 2 accounts",)
    assert {one.status for one in scene.cloud.there.values()} == {"CURRENT"}


def test_an_outdated_stack_whose_template_can_be_read_is_guarded_too():
    scene = before()
    scene.cloud.there[OTHER, "eu-west-1"] = replace(scene.cloud.there[OTHER, "eu-west-1"], status="OUTDATED")
    there = SetCloud()
    bucket = {"Type": "AWS::S3::Bucket"}
    record = there.put("StackSet-x", document=document(Old=bucket))
    outcome = scene.deploy(elsewhere=lambda account, region: (there, record.arn))
    assert outcome.code == ExitCode.REFUSED
    assert "Old" in outcome.message
    assert not scene.cloud.operations
    assert scene.deploy(elsewhere=lambda account, region: (there, record.arn), allow_loss=frozenset({"Old"})).ok


@pytest.mark.parametrize(
    ("more", "warned"),
    [
        ({"status": "OUTDATED", "detail": "SKIPPED_SUSPENDED_ACCOUNT"}, False),
        ({"status": "INOPERABLE", "detail": "INOPERABLE"}, True),
    ],
)
def test_what_no_deployment_brings_up_to_date_is_not_deployed_again_and_again(more, warned):
    scene = before()
    scene.cloud.there[OTHER, "eu-west-1"] = replace(scene.cloud.there[OTHER, "eu-west-1"], **more)
    assert scene.deploy().message.startswith("no changes")
    assert any("INOPERABLE stacks" in one for one in scene.view.warnings) is warned
    assert not scene.cloud.operations
    status = set_status(scene.cloud, NAME, "dev", scene.cloud.time.clock)
    assert (status["not_current"], "INOPERABLE" in status["next"]) == (int(warned), warned)


def test_what_destroys_data_is_refused_for_all_stacks_at_once():
    scene = before()
    outcome = scene.deploy(document(ItemTable=None))
    assert outcome.code == ExitCode.REFUSED
    assert not scene.cloud.operations
    assert scene.deploy(document(ItemTable=None), allow_loss=frozenset({"ItemTable"})).ok


def test_declined_nothing_is_made():
    scene = Scene()
    assert scene.deploy(confirm=False).code == ExitCode.DECLINED
    assert not scene.cloud.sets_of_stacks


def test_a_stack_set_of_somebody_else_is_left_alone():
    cloud = SetCloud()
    cloud.ready(NAME, document(), EVERYWHERE, tags={"Application": "other"})
    scene = Scene(cloud)
    for outcome in (scene.deploy(), scene.destroy()):
        assert outcome.code == ExitCode.WRONG_TARGET
        assert "does not carry this environment's tags" in outcome.message


@pytest.mark.parametrize("option", ["express", "import_existing", "revert_drift"])
def test_options_of_stacks_alone_are_refused(option):
    outcome = Scene().deploy(**{option: True})
    assert outcome.code == ExitCode.USAGE
    assert f"--{option.replace('_', '-')}" in outcome.message


def test_permissions_cannot_change():
    scene = before()
    outcome = scene.deploy(where=target((), ("ou-abcd-11111111",)))
    assert outcome.code == ExitCode.REFUSED
    assert "is self-managed, the settings say service-managed" in outcome.message


def test_what_the_settings_do_not_name_any_more_is_said_and_stays():
    scene = before()
    scene.deploy(document(Topic=topic("new")), target((OTHER,), regions=("eu-west-1",)))
    [note] = [one for one in scene.view.plans[0].notes if "do not name" in one]
    assert f"region us-east-1 (2 stacks), account {THIRD}" in note
    assert len(scene.cloud.there) == 4


def test_organizational_units_are_deployed_to_and_a_further_one_alone_is_created():
    unit, other = "ou-abcd-11111111", "ou-abcd-22222222"
    scene = Scene()
    scene.cloud.members = {unit: [OTHER], other: [THIRD]}
    assert scene.deploy(where=target((), (unit,))).ok
    assert sorted(scene.cloud.there) == [(OTHER, region) for region in REGIONS]
    assert scene.deploy(where=target((), (unit, other))).ok
    assert scene.view.plans[-1].targets == (
        "leaves 2 stacks as they are",
        f"creates stacks in the accounts of {other}: eu-west-1, us-east-1",
    )
    assert len(scene.cloud.there) == 4
    assert scene.deploy(where=target((), (unit, other))).message.startswith("no changes")


def test_a_further_account_of_a_unit_gets_its_stacks_and_a_further_region_all_of_them():
    unit, other = "ou-abcd-11111111", "ou-abcd-22222222"
    scene = Scene()
    scene.cloud.members = {unit: [OTHER, THIRD], other: [HOME]}
    assert scene.deploy(where=target((OTHER,), (unit,))).ok
    assert sorted(scene.cloud.there) == [(OTHER, region) for region in REGIONS]
    assert scene.deploy(where=target(ACCOUNTS, (unit,))).ok
    assert sorted(scene.cloud.there) == sorted(EVERYWHERE)
    assert scene.view.plans[-1].targets[-1] == (f"creates stacks in 1 account of {unit}: eu-west-1, us-east-1")
    assert scene.deploy(where=target(ACCOUNTS, (unit,))).message.startswith("no changes")
    assert missing(
        target((), (unit, other), (*REGIONS, "ap-south-1")).targets, scene.cloud.stack_set(NAME), Survey()
    ) == (
        Targets((), (unit, other), ("ap-south-1",)),
        Targets((), (other,), REGIONS),
    )


def test_automatic_deployment_is_switched_on_later_too():
    unit = "ou-abcd-11111111"
    scene = Scene()
    scene.cloud.members = {unit: [OTHER]}
    where = target((), (unit,))
    assert scene.deploy(where=where).ok
    automatic = replace(where, permissions=replace(where.permissions, automatic=True))
    assert scene.deploy(where=automatic).ok
    assert scene.cloud.sets_of_stacks[NAME].automatic
    assert scene.deploy(where=automatic).message.startswith("no changes")


# -------------------------------------------------------------------------------------------------------- plans


def test_a_plan_is_executed_later_while_nothing_has_moved():
    scene = before()
    wanted = document(Topic=topic("new"))
    planned = scene.deploy(wanted, plan_only=True)
    assert planned.ok
    assert not scene.cloud.operations
    assert f"--plan {planned.change_set}" in planned.hint
    assert scene.deploy(wanted, plan=planned.change_set).ok
    assert json.loads(scene.cloud.sets_of_stacks[NAME].template) == wanted


@pytest.mark.parametrize(
    ("moves", "what"),
    [
        (lambda scene: {"made": document(Topic=topic("newer"))}, "the template"),
        (lambda scene: {"where": target((OTHER,))}, "the accounts, regions or their order"),
        (lambda scene: {"where": target(failure_tolerance=3)}, "the accounts, regions or their order"),
        (lambda scene: scene.cloud.there.pop((OTHER, "eu-west-1")) and {}, "the accounts, regions or their order"),
        (lambda scene: scene.cloud.ready(NAME, document(Topic=None), [], tags=dict(TAGS)) or {}, "the deployed stack"),
    ],
)
def test_a_plan_is_stale_when_anything_has_moved(moves, what):
    scene = before()
    wanted = document(Topic=topic("new"))
    plan = scene.deploy(wanted, plan_only=True).change_set
    outcome = scene.deploy(**{"made": wanted, "plan": plan, **moves(scene)})
    assert outcome.code == ExitCode.REFUSED
    assert outcome.message == f"the plan is stale: {what} moved since it was made"
    assert not scene.cloud.operations


def test_another_plan_is_refused():
    scene = before()
    assert scene.deploy(plan="arn:aws:cloudformation:x").code == ExitCode.USAGE
    other = scene.deploy(document(Topic=topic("new")), plan_only=True).change_set.replace(NAME, "other")
    outcome = scene.deploy(document(Topic=topic("new")), plan=other)
    assert outcome.message == f"the plan is for the StackSet other, --env means {NAME}"


def test_what_moved_while_somebody_was_asked_is_refused():
    scene = before()

    def agree(_):
        scene.cloud.ready(NAME, document(Topic=topic("theirs")), [], tags=dict(TAGS))
        return True

    outcome = scene.deploy(document(Topic=topic("ours")), confirm=agree)
    assert outcome.code == ExitCode.REFUSED
    assert not scene.cloud.operations


# ---------------------------------------------------------------------------------------------- following, failing


def test_a_failure_beyond_the_tolerance_stops_and_says_the_first_reason():
    scene = Scene()
    scene.cloud.step = 1
    scene.cloud.set_fails = {(OTHER, "eu-west-1"): "ResourceLogicalId:Topic, it exists"}
    outcome = scene.deploy()
    assert outcome.code == ExitCode.FAILED
    assert outcome.message == f"{NAME}: the operation is FAILED: 0 of 4 stacks created, 1 failed"
    assert [(one.logical_id, one.reason) for one in outcome.causes] == [
        (f"{OTHER}/eu-west-1", "ResourceLogicalId:Topic, it exists")
    ]
    assert "goes on with what is missing or outdated" in outcome.hint
    scene.cloud.set_fails = {}
    assert scene.deploy().ok
    assert len(scene.cloud.there) == 4


def test_failures_within_the_tolerance_are_told_and_the_rest_is_deployed():
    scene = Scene()
    scene.cloud.set_fails = {(OTHER, "eu-west-1"): "no"}
    outcome = scene.deploy(where=target(failure_tolerance=1))
    assert (outcome.code, outcome.message) == (
        ExitCode.OK,
        f"{NAME}: 3 of 4 stacks created, 1 failed within the tolerance",
    )
    assert outcome.causes


def test_the_root_cause_is_read_from_the_account_where_it_can_be():
    there = SetCloud(region="eu-west-1")
    there.fails = {"Topic": "Access denied"}
    from tests.unit.deploy.scene import run

    run(there, request())
    [record] = there.stacks.values()
    scene = Scene()
    scene.cloud.set_fails = {(OTHER, "eu-west-1"): "ResourceLogicalId:Topic"}
    outcome = scene.deploy(elsewhere=lambda account, region: (there, record.arn))
    assert [(one.logical_id, one.type, one.reason) for one in outcome.causes] == [
        (f"{OTHER}/eu-west-1/Topic", "AWS::SNS::Topic", "Access denied")
    ]


def test_a_client_is_made_for_the_account_of_a_stack_only_where_it_may_be_asked():
    made = []
    cloud = before().cloud
    cloud.there[HOME, "eu-west-1"] = replace(cloud.there[OTHER, "eu-west-1"], account=HOME)
    reach = Reach(cloud, NAME, "", lambda region, role: made.append((region, role)) or cloud)
    assert reach(OTHER, "eu-west-1") is None
    assert reach(HOME, "eu-west-1") is not None
    reach = Reach(cloud, NAME, "look", lambda region, role: made.append((region, role)) or cloud)
    assert reach(OTHER, "us-east-1") == (cloud, cloud.there[OTHER, "us-east-1"].stack_arn)
    assert reach(OTHER, "ap-south-1") is None
    assert made == [("eu-west-1", ""), ("us-east-1", f"arn:aws:iam::{OTHER}:role/look")]


def test_a_second_deployer_is_told_who_is_at_work_and_may_wait():
    scene = before()
    scene.cloud._begin("theirs", "UPDATE", list(scene.cloud.there), Preferences())
    outcome = scene.deploy(document(Topic=topic("new")))
    assert outcome.code == ExitCode.BUSY
    assert "UPDATE is RUNNING, operation theirs" in outcome.message
    assert scene.deploy(document(Topic=topic("new")), wait=True).ok
    assert any("Waiting for the operation before" in step for step in scene.view.steps)


def test_of_two_who_create_at_once_the_second_one_is_told_and_takes_nothing_away():
    scene, done = Scene(), []

    def overtake(index, operation):
        if operation == "create_stack_set" and not done:
            done.append(index)
            scene.cloud.ready(NAME, document(), [], tags=dict(TAGS))

    scene.cloud.hook = overtake
    outcome = scene.deploy()
    assert outcome.code == ExitCode.BUSY
    assert "another deployment of the StackSet tap-dev came first" in outcome.message
    assert scene.cloud.sets_of_stacks, "it is the other one's"


@pytest.mark.parametrize("operation", ["update_stack_set", "create_instances"])
def test_of_two_who_begin_at_once_the_second_one_is_told_how_to_queue(operation):
    scene, done = before(), []

    def overtake(index, called):
        if called == operation and not done:
            done.append(index)
            scene.cloud._begin("theirs", "UPDATE", list(scene.cloud.there), Preferences())

    scene.cloud.hook = overtake
    outcome = scene.deploy(document(Topic=topic("new")), target((*ACCOUNTS, HOME)))
    assert outcome.code == ExitCode.BUSY
    assert "--wait" in outcome.hint
    assert scene.deploy(document(Topic=topic("new")), target((*ACCOUNTS, HOME)), wait=True).ok


def test_ctrl_c_leaves_the_operation_running_and_watch_finds_it_again():
    scene = Scene()
    scene.cloud.step = 1
    scene.cloud.time.interrupt = 4
    outcome = scene.deploy()
    assert outcome.code == ExitCode.INTERRUPTED
    assert "goes on: interrupted here, not there" in outcome.message
    assert "`tapgen watch --env dev`" in outcome.hint
    watched = scene.made(WatchStackSet).run()
    assert (watched.code, watched.message) == (ExitCode.OK, f"{NAME}: 4 of 4 stacks created")


def test_ctrl_c_before_anything_has_begun_takes_the_empty_stack_set_back():
    scene = Scene()
    scene.cloud.faults = {"create_instances": [KeyboardInterrupt()]}
    outcome = scene.deploy()
    assert (outcome.code, outcome.message) == (ExitCode.INTERRUPTED, "interrupted, nothing was executed")
    assert not scene.cloud.sets_of_stacks


def test_a_lost_answer_of_an_operation_that_has_begun_is_followed():
    scene = Scene()
    scene.cloud.lost_answers = {"create_instances"}
    assert scene.deploy().ok
    assert len(scene.cloud.there) == 4


def test_a_lost_call_that_never_arrived_takes_everything_back():
    scene = Scene()
    scene.cloud.faults = {"create_instances": [LostAnswerError("ConnectionError", "reset", "CreateStackInstances")]}
    outcome = scene.deploy()
    assert outcome.code == ExitCode.FAILED
    assert not scene.cloud.sets_of_stacks


def test_detached_says_what_is_left_to_do():
    scene = before()
    outcome = scene.deploy(document(Topic=topic("new")), target((*ACCOUNTS, HOME)), detach=True)
    assert outcome.code == ExitCode.CONTINUES
    assert "detached; 1 more follow when it is over: deploy again" in outcome.message


def test_stopping_leaves_what_has_not_begun():
    scene = Scene()
    scene.cloud.step = 1
    scene.deploy(detach=True)
    outcome = scene.made(StopStackSet).run()
    assert outcome.code == ExitCode.OK
    assert "stopped after 0 of 4 stacks" in outcome.message
    again = scene.made(StopStackSet).run()
    assert again.message == f"no operation is running on the StackSet {NAME}"


# -------------------------------------------------------------------------------------------------- destroying


def test_destroy_deletes_every_stack_and_then_the_stack_set():
    scene = before()
    outcome = scene.destroy()
    assert outcome.message == f"{NAME}: the StackSet and its 4 stacks are deleted"
    assert not scene.cloud.there
    assert not scene.cloud.sets_of_stacks


def test_destroy_of_one_account_leaves_the_others():
    scene = before()
    assert scene.destroy((THIRD,)).message == f"{NAME}: 2 of 2 stacks deleted"
    assert sorted(scene.cloud.there) == [(OTHER, region) for region in REGIONS]
    assert scene.cloud.sets_of_stacks
    assert scene.destroy(("999999999999",)).code == ExitCode.USAGE


def test_where_a_stack_cannot_be_deleted_the_stack_set_stays():
    scene = before()
    scene.cloud.set_fails = {(OTHER, "eu-west-1"): "the bucket is not empty"}
    outcome = scene.destroy()
    assert outcome.code == ExitCode.FAILED
    assert outcome.causes[0].reason == "the bucket is not empty"
    assert scene.cloud.sets_of_stacks


def test_a_stack_set_that_is_not_there_is_a_wrong_target():
    assert Scene().destroy().code == ExitCode.WRONG_TARGET
    assert Scene().made(WatchStackSet).run().code == ExitCode.WRONG_TARGET


# ---------------------------------------------------------------------------------------------------- reports


def test_status_counts_the_stacks_of_each_region():
    cloud = before().cloud
    cloud.there[OTHER, "eu-west-1"] = replace(cloud.there[OTHER, "eu-west-1"], status="OUTDATED", reason="why")
    found = set_status(cloud, NAME, "dev", cloud.time.clock)
    assert found["status"] == "NOT CURRENT"
    assert "goes on with what is outdated" in found["next"]
    assert found["regions"] == {"eu-west-1": {"CURRENT": 1, "OUTDATED": 1}, "us-east-1": {"CURRENT": 2}}
    assert found["such_as"] == f"{OTHER}/eu-west-1 OUTDATED: why"
    assert set_status(SetCloud(), NAME, "dev", cloud.time.clock)["status"] is None


def test_the_last_operations_results_come_failures_first():
    scene = Scene()
    scene.cloud.set_fails = {(THIRD, "us-east-1"): "no"}
    scene.deploy(where=target(failure_tolerance=1))
    found = list(last_results(scene.cloud, NAME, scene.cloud.time.clock))
    assert [one.status for one in found] == ["FAILED", "SUCCEEDED", "SUCCEEDED", "SUCCEEDED"]


def test_drift_is_counted_and_told_of_the_stacks_that_have_drifted():
    cloud = before().cloud
    cloud.drifted = ((OTHER, "eu-west-1"),)
    operation, found = detect_set_drift(cloud, NAME, Preferences(), cloud.time.clock)
    assert (operation.drift.total, operation.drift.drifted) == (4, 1)
    [(instance, drifts)] = found
    assert (instance.account, instance.region, drifts[0].logical_id) == (OTHER, "eu-west-1", "Topic")


def test_outputs_are_read_where_the_account_can_be_asked():
    cloud = before().cloud
    there = SetCloud()
    from tests.unit.deploy.fake import output

    record = there.put("StackSet-x", document=document(), outputs=(output("TableName", "items"),))
    found = list(
        set_outputs(cloud, NAME, lambda account, _: (there, record.arn) if account == OTHER else None, cloud.time.clock)
    )
    assert [(one.account, values[0].value if values else None) for one, values in found] == [
        (OTHER, "items"),
        (THIRD, None),
        (OTHER, "items"),
        (THIRD, None),
    ]


# -------------------------------------------------------------------------------------------------- artifacts


def test_a_region_without_a_bucket_is_named_with_what_makes_one_that_the_accounts_may_read():
    scene = Scene(packages=(Package("Key", "abc.zip", lambda: b"zip"),))
    outcome = scene.deploy(regional={"us-east-1": SetCloud(region="us-east-1")})
    assert outcome.code == ExitCode.FAILED
    assert "us-east-1 has no artifact bucket" in outcome.message
    assert "`tapgen bootstrap --env dev`" in outcome.hint


def test_the_accounts_that_may_read_packages_are_added_to_those_that_may_already():
    one = Readers(frozenset({OTHER}))
    more = Readers(frozenset({THIRD}), frozenset({"o-a1b2c3d4e5"}))
    assert readers_of(bootstrap_document()) == NOBODY
    document = bootstrap_document(readers_of(bootstrap_document(one)) | more)
    assert readers_of(document) == Readers(frozenset({OTHER, THIRD}), frozenset({"o-a1b2c3d4e5"}))
    by_account, by_organization = document["Resources"]["ArtifactBucketPolicy"]["Properties"]["PolicyDocument"][
        "Statement"
    ][1:]
    assert by_account["Principal"] == {"AWS": [OTHER, THIRD]}
    assert by_account["Action"] == by_organization["Action"] == "s3:GetObject"
    assert by_organization["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": ["o-a1b2c3d4e5"]}}


def test_packages_go_to_the_bucket_of_each_region_and_the_template_finds_it():
    from tapgen.deploy.artifacts.upload import BUCKET_OUTPUT
    from tapgen.naming import ARTIFACT_BUCKET, BOOTSTRAP_STACK
    from tests.unit.deploy.fake import output

    regional = {}
    for region in REGIONS:
        cloud = SetCloud(region=region)
        cloud.put(BOOTSTRAP_STACK, outputs=(output(BUCKET_OUTPUT, f"bucket-{region}"),))
        regional[region] = cloud
    code = {"S3Bucket": {"Ref": ARTIFACT_BUCKET}, "S3Key": {"Ref": "Key"}}
    made = document(F={"Type": "AWS::Lambda::Function", "Properties": {"Code": code}})
    made["Parameters"] = {ARTIFACT_BUCKET: {"Type": "String"}, "Key": {"Type": "String"}}
    scene = Scene(packages=(Package("Key", "abc.zip", lambda: b"zip"),))
    assert scene.deploy(made, regional=regional).ok
    for region, cloud in regional.items():
        assert cloud.bucket == {(f"bucket-{region}", "abc.zip", HOME): b"zip"}
    kept = json.loads(scene.cloud.sets_of_stacks[NAME].template)
    assert kept["Resources"]["F"]["Properties"]["Code"]["S3Bucket"] == {
        "Fn::FindInMap": ["ArtifactBuckets", {"Ref": "AWS::Region"}, "Name"]
    }
    assert kept["Mappings"]["ArtifactBuckets"] == {region: {"Name": f"bucket-{region}"} for region in REGIONS}
    assert dict(scene.cloud.requests[0].parameters) == {"Key": "abc.zip"}
