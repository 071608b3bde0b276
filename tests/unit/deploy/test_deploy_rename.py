"""rename: the resource keeps its physical id, by a stack refactor or by import, wherever it is cut short."""

import json
from functools import partial

import pytest
from msgspec.structs import replace

from tapgen.deploy.aws.errors import AwsError, CredentialsError, DeniedError
from tapgen.deploy.commands.destroy import Destroy
from tapgen.deploy.commands.rename import Rename
from tapgen.deploy.commands.status import status
from tapgen.deploy.plan.rename_record import KEY, record_of
from tapgen.deploy.stack.stack_policy import stack_policy
from tapgen.errors import ExitCode
from tests.unit.deploy.fake import Cloud
from tests.unit.deploy.faulty import Faulty, at_every_call
from tests.unit.deploy.scene import NAME, TABLE, TOPIC, Seen, deployed, request, run, template_of

KEPT = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}


def made(name, **more):
    """A template with a table of a name, and everything that can refer to it."""
    table = f"{name}Table"
    function = {
        "Type": "AWS::Lambda::Function",
        "DependsOn": [table, "Topic"],
        "Properties": {
            "Environment": {
                "Variables": {"TABLE": {"Ref": table}, "TEXT": {"Fn::Sub": f"${{{table}}}/${{AWS::Region}}"}}
            },
            "Role": {"Fn::Sub": ["${Own}-${X.Arn}".replace("X", table), {"Own": {"Fn::GetAtt": [table, "StreamArn"]}}]},
            "Code": {"ZipFile": "-"},
        },
    }
    alarm = {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Dimensions": [{"Value": {"Ref": table}}]}}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Metadata": {"Team": "shop"},
        "Parameters": {"Secret": {"Type": "String", "NoEcho": True}},
        "Resources": {
            table: {**TABLE, **KEPT, **more},
            "Topic": TOPIC,
            "Function": function,
            f"{table}Alarm": alarm,
        },
        "Outputs": {"TableName": {"Value": {"Ref": table}}, "Arn": {"Value": {"Fn::GetAtt": [table, "Arn"]}}},
    }


def scene(*, refactors=False, **more):
    """A cloud on which the table is still called Item."""
    cloud = Cloud()
    cloud.refactors = {} if refactors else None
    record = deployed(cloud, made("Item"), parameters={"Secret": "****"}, **more)
    record.resources["ItemTable"] = replace(record.resources["ItemTable"], physical_id="data")
    return cloud, record


def rename(cloud, old="Item", new="Thing", *, confirm=True, view=None, document=None, plan_only=False, **more):
    asked = confirm if callable(confirm) else lambda _: confirm
    request_ = request(document or made("Thing"), **more)
    command = Rename(request_, cloud, view or Seen(), cloud.time.clock)
    return command.run(old, new, asked, plan_only=plan_only)


def holder(cloud, physical_id="data"):
    """Where the data is: the logical id in the stack, "outside", or None where it is lost."""
    for record in cloud.stacks.values():
        for logical_id, one in record.resources.items():
            if one.physical_id == physical_id:
                return logical_id
    return "outside" if physical_id in cloud.outside else None


# ------------------------------------------------------------------------------------------------ stack refactor


def test_one_stack_refactor_renames_the_part_and_its_companions_and_nothing_else():
    cloud, _ = scene(refactors=True)
    view, asked = Seen(), []
    outcome = rename(cloud, view=view, confirm=lambda question: asked.append(question) or True)
    assert (outcome.code, outcome.message) == (ExitCode.OK, "the stack refactor of tap-dev is EXECUTE_COMPLETE")
    assert "tapgen deploy --env dev" in outcome.hint
    assert asked == ["Rename in tap-dev in eu-west-1?"]
    assert view.steps[-3:] == [
        "tap-dev in eu-west-1: rename by a stack refactor, in one operation",
        "  ItemTable -> ThingTable  AWS::DynamoDB::Table",
        "  ItemTableAlarm -> ThingTableAlarm  AWS::CloudWatch::Alarm",
    ]
    assert template_of(cloud) == made("Thing")
    assert holder(cloud) == "ThingTable"
    assert cloud.count("create_change_set") == 0


def test_the_second_time_there_is_nothing_to_do():
    cloud, _ = scene(refactors=True)
    rename(cloud)
    outcome = rename(cloud, confirm=lambda _: pytest.fail("there is nothing to ask"))
    assert (outcome.code, outcome.message) == (
        ExitCode.OK,
        "nothing to rename from Item to Thing: tap-dev is so already",
    )


def test_a_refactor_that_somebody_has_begun_is_followed():
    cloud, _ = scene(refactors=True)
    cloud.hook = lambda _, operation: operation == "refactor" and cloud.refactors and interrupt(cloud)
    outcome = rename(cloud)
    assert outcome.code == ExitCode.INTERRUPTED
    assert outcome.hint == "When it is over, `tapgen rename Item Thing --env dev` goes on from where it is."
    cloud.hook = lambda *_: None
    view = Seen()
    assert rename(cloud, view=view).ok
    assert view.steps == ["A stack refactor of tap-dev is running"]
    assert holder(cloud) == "ThingTable"


def interrupt(cloud):
    if any(one["execution"][0] == "EXECUTE_IN_PROGRESS" for one in cloud.refactors.values()):
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("end", "code"),
    [
        ("ROLLBACK_COMPLETE", ExitCode.ROLLED_BACK),
        ("ROLLBACK_FAILED", ExitCode.STUCK),
        ("EXECUTE_FAILED", ExitCode.STUCK),
    ],
)
def test_a_refactor_that_fails_is_no_success(end, code):
    cloud, _ = scene(refactors=True)
    cloud.refactor_end = end
    outcome = rename(cloud)
    assert (outcome.code, outcome.status) == (code, end)
    assert holder(cloud) == "ItemTable"


@pytest.mark.parametrize("why", ["the type is not supported", "stack policy"])
def test_where_cloudformation_makes_none_it_says_why_and_imports(why):
    cloud, record = scene(refactors=True)
    if why == "stack policy":
        record.policy = stack_policy([made("Item")])
    else:
        cloud.refactor_failure = why
    view = Seen()
    assert rename(cloud, view=view, protected=True).ok
    assert why in view.steps[0]
    assert holder(cloud) == "ThingTable"


# ------------------------------------------------------------------------------------------------------ by import


def test_four_updates_rename_it_and_everything_else_is_as_before():
    cloud, record = scene()
    view = Seen()
    outcome = rename(cloud, view=view)
    assert (outcome.code, outcome.message) == (ExitCode.OK, "tap-dev has ThingTable")
    assert [step for step in view.steps if step.startswith(("tap-dev", "  "))][:6] == [
        "tap-dev in eu-west-1: rename by import, in four updates",
        "  ItemTable -> ThingTable  AWS::DynamoDB::Table  data",
        "  1  keep it when it leaves the stack",
        "  2  take it out of the stack: it lives on, and everything goes on using it",
        "  3  import it",
        "  4  refer to it again",
    ]
    assert cloud.count("execute") == 4
    assert holder(cloud) == "ThingTable"
    after = json.loads(json.dumps(made("Thing")).replace("ThingTableAlarm", "ItemTableAlarm"))
    found = template_of(cloud)
    assert found == after
    assert (record.parameters, record.tags) == ({"Secret": "****"}, request().tags)


def steps_of(cloud):
    """The template after each update."""
    seen = []
    cloud.hook = lambda _, operation: operation == "create_change_set" and seen.append(template_of(cloud))
    rename(cloud)
    return seen


def test_while_it_is_outside_everything_goes_on_using_it():
    cloud, _ = scene()
    _, kept, removed, imported = steps_of(cloud)
    assert kept["Resources"]["ItemTable"]["DeletionPolicy"] == "Retain"
    assert "ItemTable" not in json.dumps({**removed, "Metadata": {}}).replace("ItemTableAlarm", "")
    values = {name: one.get("Default") for name, one in removed["Parameters"].items()}
    assert values == {
        "Secret": None,
        "TapgenRename0": "data",
        "TapgenRename1": "data/Arn",
        "TapgenRename2": "data/StreamArn",
    }
    properties = removed["Resources"]["Function"]["Properties"]
    assert properties["Environment"]["Variables"]["TABLE"] == {"Ref": "TapgenRename0"}
    assert properties["Environment"]["Variables"]["TEXT"] == {"Fn::Sub": "${TapgenRename0}/${AWS::Region}"}
    assert properties["Role"] == {"Fn::Sub": ["${Own}-${TapgenRename1}", {"Own": {"Ref": "TapgenRename2"}}]}
    assert removed["Resources"]["Function"]["DependsOn"] == ["Topic"]
    added = {**imported, "Resources": {k: v for k, v in imported["Resources"].items() if k != "ThingTable"}}
    assert added == removed  # an import may change nothing else
    assert imported["Resources"]["ThingTable"]["DeletionPolicy"] == "Retain"


def test_a_protected_environment_stays_protected():
    cloud, record = scene()
    record.policy = stack_policy([made("Item")])
    assert rename(cloud, protected=True).ok
    assert (record.policy, record.protection) == (stack_policy([template_of(cloud)]), True)


def test_a_stack_policy_that_stays_open_is_said():
    """Credentials that end while the resource is taken out: nobody here can put the lasting policy back."""
    cloud, record = scene()
    record.policy = lasting = stack_policy([made("Item")])
    cloud.hook = lambda _, operation: (
        cloud.faults.update(stack=[CredentialsError("ExpiredToken", "expired", "DescribeStacks")] * 9)
        if operation == "execute" and record.policy != lasting
        else None
    )
    outcome = rename(cloud, protected=True)
    assert outcome.code == ExitCode.CONTINUES
    assert outcome.hint.endswith("The update's stack policy stays in force until then.")
    assert record.policy != lasting


def test_an_update_that_does_more_is_not_executed():
    cloud, _ = scene()
    cloud.replacement["Function"] = "True"
    outcome = rename(cloud)
    assert outcome.code == ExitCode.REFUSED
    assert "Function (AWS::Lambda::Function) would be changed too" in outcome.message
    assert holder(cloud) == "outside" or holder(cloud) == "ItemTable"
    cloud.replacement.clear()
    assert rename(cloud).ok
    assert holder(cloud) == "ThingTable"


def cut_short(after):
    """A cloud whose rename was cut short when so many updates were executed."""
    cloud, record = scene()
    done = []

    def hook(_, operation):
        if operation == "create_change_set" and len(done) == after:
            raise KeyboardInterrupt
        if operation == "execute":
            done.append(operation)

    cloud.hook = hook
    outcome = rename(cloud)
    cloud.hook = lambda *_: None
    return cloud, record, outcome


@pytest.mark.parametrize(("after", "where"), [(1, "ItemTable"), (2, "outside"), (3, "ThingTable")])
def test_anybody_goes_on_from_where_it_was_cut_short(after, where):
    cloud, record, outcome = cut_short(after)
    assert outcome.code == ExitCode.INTERRUPTED
    assert holder(cloud) == where
    [moved] = record_of(template_of(cloud)).moved
    assert (moved.physical_id, moved.identifier) == ("data", {"TableName": "data"})
    view = Seen()
    assert rename(cloud, view=view).ok
    assert view.steps[:2] == [
        "A rename is under way in tap-dev: ItemTable to ThingTable",
        "  ItemTable -> ThingTable  AWS::DynamoDB::Table  data",
    ]
    assert (holder(cloud), KEY in template_of(cloud)["Metadata"]) == ("ThingTable", False)
    assert record.parameters == {"Secret": "****"}


@pytest.mark.parametrize("after", [1, 2])
def test_the_names_the_other_way_round_lead_back(after):
    cloud, _, _ = cut_short(after)
    asked = []
    outcome = rename(cloud, "Thing", "Item", confirm=lambda question: asked.append(question) or True)
    assert (outcome.code, outcome.message) == (ExitCode.OK, "tap-dev has ItemTable")
    assert asked == ["Go back in tap-dev in eu-west-1?"]
    found = template_of(cloud)
    assert (found, holder(cloud)) == (made("Item"), "ItemTable")


def test_nothing_is_deployed_over_a_rename_and_another_one_waits():
    cloud, _, _ = cut_short(2)
    outcome = run(cloud, request(made("Thing"), parameters={"Secret": "x"}))
    assert (outcome.code, outcome.message) == (ExitCode.REFUSED, "a rename is under way: ItemTable to ThingTable")
    assert "tapgen rename ItemTable ThingTable --env dev" in outcome.hint
    assert "--allow-loss ItemTable leaves behind what is outside" in outcome.hint
    told = "a rename is under way (ItemTable to ThingTable): `tapgen rename ItemTable ThingTable --env dev` goes on"
    assert status(cloud, NAME, "dev")["next"] == told
    cloud.faults["template"] = [DeniedError("AccessDenied", "no", "GetTemplate")]
    assert status(cloud, NAME, "dev")["status"] == "UPDATE_COMPLETE"
    assert rename(cloud, "Foo", "Bar").message == "another rename is under way: ItemTable to ThingTable"
    view = Seen()
    Destroy(request(), cloud, view, cloud.time.clock).run(lambda _: False)
    assert view.warnings == ["ItemTable (AWS::DynamoDB::Table, data) is outside of the stack, by a rename, and stays."]


def test_what_cannot_be_imported_is_refused_before_anything():
    cloud, _ = scene()
    document = made("Item")
    document["Resources"]["ItemTable"]["Type"] = "AWS::Neptune::DBCluster"
    cloud.stacks.clear()
    deployed(cloud, document, parameters={"Secret": "****"})
    wanted = made("Thing")
    wanted["Resources"]["ThingTable"]["Type"] = "AWS::Neptune::DBCluster"
    outcome = rename(cloud, document=wanted)
    assert outcome.code == ExitCode.REFUSED
    assert "ItemTable (AWS::Neptune::DBCluster) cannot be imported under another name" in outcome.message
    assert cloud.count("create_change_set") == 0
    cloud.identifiers = {"ItemTable": ("DBClusterIdentifier",)}
    assert rename(cloud, document=wanted).ok


def test_what_the_service_says_of_a_type_counts_more_than_the_table():
    cloud, _ = scene()
    cloud.identifiers = {"Function": ("FunctionName",)}
    outcome = rename(cloud)
    assert (outcome.code, cloud.count("create_change_set")) == (ExitCode.REFUSED, 0)
    assert "ItemTable (AWS::DynamoDB::Table) cannot be imported" in outcome.message


def bucket(name, written):
    """A bucket with its policy; `written` is its name."""
    return {
        "Resources": {
            f"{name}Bucket": {"Type": "AWS::S3::Bucket", **KEPT, "Properties": {"BucketName": written}},
            f"{name}BucketPolicy": {
                "Type": "AWS::S3::BucketPolicy",
                "Properties": {"Bucket": {"Ref": f"{name}Bucket"}, "PolicyDocument": {"Statement": []}},
            },
        }
    }


COMPUTED = {"Fn::Sub": "up-${AWS::AccountId}-${AWS::Region}"}


def test_a_name_that_is_only_written_otherwise_is_the_same_and_what_is_in_the_way_comes_along():
    cloud = Cloud()
    deployed(cloud, bucket("Uploads", COMPUTED))
    wanted = bucket("Files", "up-123456789012-eu-west-1")
    outcome = rename(cloud, "Uploads", "Files", document=wanted)
    assert outcome.code == ExitCode.REFUSED
    assert "UploadsBucketPolicy (AWS::S3::BucketPolicy) cannot be imported" in outcome.message
    assert (
        outcome.hint
        == '`logical_ids = { FilesBucketPolicy = "UploadsBucketPolicy" }` in the settings keeps its logical id.'
    )
    assert cloud.count("create_change_set") == 0
    cloud.identifiers = {"UploadsBucket": ("BucketName",), "UploadsBucketPolicy": ("Bucket",)}
    assert rename(cloud, "Uploads", "Files", document=wanted).message == "tap-dev has FilesBucket, FilesBucketPolicy"
    other = rename(cloud, "Files", "More", document=bucket("More", "another"))
    assert (other.code, "say `name` in its settings first" in other.hint) == (ExitCode.REFUSED, True)


def test_a_topic_holds_nothing_and_is_taken_along_all_the_same():
    cloud = Cloud()
    deployed(cloud, {"Resources": {"NewsTopic": TOPIC, "Other": TOPIC}})
    wanted = {"Resources": {"FeedTopic": TOPIC, "Other": TOPIC}}
    assert rename(cloud, "News", "Feed", document=wanted).message == "tap-dev has FeedTopic"
    assert holder(cloud, "newstopic-1") == "FeedTopic"


def test_what_holds_nothing_and_cannot_be_imported_is_left_to_the_deployment():
    cloud = Cloud()
    alarm = {"Type": "AWS::CloudWatch::Alarm"}
    deployed(cloud, {"Resources": {"OldAlarm": alarm, "Other": TOPIC}})
    outcome = rename(cloud, "Old", "New", document={"Resources": {"NewAlarm": alarm, "Other": TOPIC}})
    assert (outcome.code, outcome.message) == (ExitCode.OK, "nothing to rename: OldAlarm holds no data")
    assert cloud.count("create_change_set") == 0


def test_where_it_cannot_come_back_it_may_be_left_behind_by_name():
    cloud, _, _ = cut_short(2)
    cloud.outside.clear()  # as where CloudFormation refuses to import it
    failed = rename(cloud)
    assert (failed.code, "ItemTable (data) is outside of the stack" in failed.message) == (ExitCode.ROLLED_BACK, True)
    wanted = request(made("Thing"), parameters={"Secret": "x"}, options={"allow_loss": frozenset({"ItemTable"})})
    assert run(cloud, wanted).ok
    assert record_of(template_of(cloud)) is None


# ---------------------------------------------------------------------------------------- what is asked, and refused


def test_a_plan_alone_and_a_no_change_nothing():
    for more in ({"plan_only": True, "confirm": lambda _: pytest.fail("no question")}, {"confirm": False}):
        cloud, _ = scene()
        outcome = rename(cloud, **more)
        assert outcome.code in {ExitCode.OK, ExitCode.DECLINED}
        assert cloud.count("create_change_set", "execute_refactor") == 0


@pytest.mark.parametrize(
    ("old", "new", "document", "message"),
    [
        ("Foo", "Bar", made("Thing"), 'the stack has no resource "Foo"'),
        ("Item", "Bar", made("Thing"), 'the settings have no resource "Bar"'),
        ("ItemTable", "Function", made("Thing"), "the stack has Function already"),
        (
            "Item",
            "Thing",
            {"Resources": {**made("Item")["Resources"], **made("Thing")["Resources"]}},
            "still have ItemTable",
        ),
        (
            "Item",
            "Thing",
            {"Resources": {"ThingTable": TOPIC}},
            "ItemTable is AWS::DynamoDB::Table, ThingTable is AWS::SNS",
        ),
        (
            "Item",
            "Thing",
            made("Thing", Properties={**TABLE["Properties"], "TableName": "x"}),
            "would lose it all the same",
        ),
    ],
)
def test_what_cannot_be_renamed_is_refused(old, new, document, message):
    cloud, _ = scene(refactors=True)
    outcome = rename(cloud, old, new, document=document)
    assert outcome.code in {ExitCode.USAGE, ExitCode.REFUSED}
    assert message in outcome.message
    assert cloud.count("create_change_set", "create_refactor") == 0


def test_a_stack_that_is_busy_or_stuck_is_left_alone():
    cloud, record = scene()
    record.status = "UPDATE_IN_PROGRESS"
    assert rename(cloud).code == ExitCode.BUSY
    record.status = "UPDATE_ROLLBACK_FAILED"
    assert rename(cloud).code == ExitCode.STUCK


# --------------------------------------------------------------------------------------------------------- faults


def calls(*, refactors):
    cloud, _ = scene(refactors=refactors)
    assert rename(cloud).ok
    return len(cloud.calls)


@pytest.mark.parametrize("refactors", [False, True])
def test_one_fault_at_one_call(refactors):
    at_every_call(calls(refactors=refactors), partial(one_fault_at_one_call, refactors))


def one_fault_at_one_call(refactors, index, when, fault):
    """The data is never lost, no end is called good that is not, and the same command ends it."""
    cloud, record = scene(refactors=refactors)
    faulty = Faulty(cloud, index, when, fault)
    outcome = rename(faulty)
    assert faulty.met
    assert holder(cloud) in {"ItemTable", "ThingTable", "outside"}
    assert not outcome.ok or holder(cloud) == "ThingTable"
    if holder(cloud) == "outside":
        assert record_of(template_of(cloud)) is not None
        assert not outcome.ok
        assert "tapgen rename Item Thing --env dev" in outcome.message + outcome.hint
        assert "ItemTable (data) is outside of the stack" in outcome.message or outcome.changed
    while record.pending:
        cloud.advance(record)
    again = rename(cloud)
    if again.code == ExitCode.BUSY:
        pytest.fail(f"{record.status}: {outcome}")
    assert again.ok, again
    assert holder(cloud) == "ThingTable"
    assert record_of(template_of(cloud)) is None


def test_a_denied_execution_leaves_no_change_set():
    cloud, _ = scene()
    cloud.faults["execute"] = [AwsError("AccessDenied", "no", "ExecuteChangeSet")]
    assert rename(cloud).code == ExitCode.FAILED
    assert cloud.sets == {}
    assert NAME in {one.name for one in cloud.stacks.values()}


def test_a_rename_that_comes_second_says_so():
    cloud, _ = scene()
    text = "Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated."
    cloud.faults["execute"] = [AwsError("ValidationError", text, "ExecuteChangeSet")]
    outcome = rename(cloud)
    assert outcome.code == ExitCode.BUSY
    assert "another operation on tap-dev came first" in outcome.message
    assert cloud.sets == {}
