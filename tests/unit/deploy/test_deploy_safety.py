"""The target's safety: what the guard refuses, and what protects a stack."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tapgen.deploy.aws.errors import AwsError, DeniedError
from tapgen.deploy.aws.model import Change, ChangeSet, PropertyDrift, ResourceDrift, Stack
from tapgen.deploy.plan.exports import endangered
from tapgen.deploy.plan.guard import refused
from tapgen.deploy.plan.plan import Plan
from tapgen.deploy.views.lines import plan_lines
from tapgen.errors import ExitCode
from tapgen.review.model import Impact, Review, Risk
from tapgen.template.masking import Mask
from tests.table import rows
from tests.unit.deploy.fake import START, Cloud, output
from tests.unit.deploy.scene import TABLE, Seen, deployed, document, request, run, topic

CHANGED = document(Topic=topic("changed"))
WITHOUT_TABLE = document(ItemTable=None)
WRITES = ("create_change_set", "execute", "set_stack_policy", "set_termination_protection", "delete_stack", "store")


@pytest.mark.rule(27)
@pytest.mark.parametrize(
    ("pins", "words"),
    [
        ({"account": "999999999999"}, "the credentials belong to account 123456789012, the settings pin 999999999999"),
        ({"regions": ("us-east-1", "us-west-2")}, "the region is eu-west-1, the settings pin us-east-1, us-west-2"),
    ],
)
def test_another_account_or_region_than_the_pinned_one_is_refused(pins, words):
    cloud = Cloud()
    outcome = run(cloud, request(**pins))
    assert outcome.code == ExitCode.WRONG_TARGET
    assert outcome.message == words
    assert cloud.count(*WRITES) == 0


@pytest.mark.rule(27)
def test_sts_is_asked_before_anything_else_and_the_right_pins_pass():
    cloud = Cloud()
    outcome = run(cloud, request(account=cloud.account, regions=("us-east-1", cloud.region)))
    assert outcome.code == ExitCode.OK
    assert cloud.names()[0] == "identity"


def test_losing_a_table_is_refused_before_a_change_set_unless_it_is_named():
    cloud = Cloud()
    deployed(cloud)
    outcome = run(cloud, request(WITHOUT_TABLE))
    assert outcome.code == ExitCode.REFUSED
    assert "ItemTable" in outcome.message
    assert "--allow-loss ItemTable" in outcome.hint
    assert cloud.count(*WRITES) == 0
    allowed = run(cloud, request(WITHOUT_TABLE, options={"allow_loss": frozenset(("ItemTable",))}))
    assert allowed.code == ExitCode.OK


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("AWS::Logs::LogGroup", "; with it goes: log events"),
        ("AWS::SQS::Queue", "; with it goes: messages"),
        ("AWS::ApiGatewayV2::DomainName", ": the custom domain changes"),
    ],
)
def test_a_replacement_that_only_the_service_knows_is_refused(kind, words):
    cloud = Cloud()
    before = {"Type": kind, "Properties": {"Tags": [{"Key": "a", "Value": "b"}]}}
    after = {"Type": kind, "Properties": {"Tags": [{"Key": "a", "Value": "c"}]}}
    deployed(cloud, document(Kept=before))
    cloud.replacement["Kept"] = "True"
    outcome = run(cloud, request(document(Kept=after)))
    assert outcome.code == ExitCode.REFUSED
    assert f"Kept ({kind}) is replaced{words}" in outcome.message
    assert cloud.count("execute") == 0
    assert cloud.sets == {}
    allowed = run(cloud, request(document(Kept=after), options={"allow_loss": frozenset(("Kept",))}))
    assert allowed.code == ExitCode.OK


def test_a_new_address_of_the_api_is_refused():
    cloud = Cloud()
    api = {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "a"}}
    deployed(cloud, document(Api=api))
    cloud.replacement["Api"] = "True"
    changed = {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "b"}}
    outcome = run(cloud, request(document(Api=changed)))
    assert outcome.code == ExitCode.REFUSED
    assert "the API's address changes" in outcome.message


def test_a_log_group_that_goes_is_refused_and_one_that_stays_behind_is_not():
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {}}
    for policy, code in ((None, ExitCode.REFUSED), ("Retain", ExitCode.OK)):
        cloud = Cloud()
        resource = {**group, "DeletionPolicy": policy} if policy else group
        deployed(cloud, document(Group=resource))
        assert run(cloud, request(document())).code == code


@pytest.mark.rule(31)
def test_a_custom_named_resource_that_must_be_replaced_is_refused_before_the_change_set():
    cloud = Cloud()
    named = {**TABLE, "Properties": {**TABLE["Properties"], "TableName": "items"}}
    key = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}
    attributes = {"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}
    changed = {**named, "Properties": {**named["Properties"], **key, **attributes}}
    deployed(cloud, document(ItemTable=named))
    outcome = run(cloud, request(document(ItemTable=changed), options={"allow_loss": frozenset(("ItemTable",))}))
    assert outcome.code == ExitCode.REFUSED
    assert "ItemTable" in outcome.message
    assert cloud.count(*WRITES) == 0


def table_with(*indexes, kind="S"):
    names = ("itemId", *(f"k{one}" for one in indexes))
    properties = {
        **TABLE["Properties"],
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": kind} for name in names],
    }
    if indexes:
        properties["GlobalSecondaryIndexes"] = [
            {
                "IndexName": f"i{one}",
                "KeySchema": [{"AttributeName": f"k{one}", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
            for one in indexes
        ]
    return {"Type": "AWS::DynamoDB::Table", "Properties": properties}


@pytest.mark.rule(32)
@pytest.mark.parametrize(
    "changed", [table_with(1, 2), table_with(kind="N")], ids=["two indexes at once", "another key type"]
)
def test_table_changes_that_fail_or_replace_are_refused_before_the_change_set(changed):
    cloud = Cloud()
    deployed(cloud)
    outcome = run(cloud, request(document(ItemTable=changed)))
    assert outcome.code == ExitCode.REFUSED
    assert "ItemTable" in outcome.message
    assert cloud.count(*WRITES) == 0


@pytest.mark.rule(32)
def test_one_index_at_a_time_passes():
    cloud = Cloud()
    deployed(cloud)
    assert run(cloud, request(document(ItemTable=table_with(1)))).code == ExitCode.OK


def exporting(value, name="items-table"):
    made = document()
    made["Outputs"]["TableName"] = {"Value": value, "Export": {"Name": name}}
    return made


@pytest.mark.rule(34)
@pytest.mark.parametrize(
    "changed", [document(), exporting("other"), exporting("items", "renamed")], ids=["gone", "changed", "renamed"]
)
def test_an_export_that_another_stack_imports_is_kept(changed):
    cloud = Cloud()
    deployed(cloud, exporting("items"), outputs=(output("TableName", "items", "items-table"),))
    cloud.imports["items-table"] = ("reports",)
    outcome = run(cloud, request(changed))
    assert outcome.code == ExitCode.REFUSED
    assert "the export items-table goes or changes, but reports imports it" in outcome.message
    assert cloud.count("execute") == 0
    assert cloud.sets == {}
    cloud.imports.clear()
    assert run(cloud, request(changed)).code == ExitCode.OK


@pytest.mark.rule(34)
def test_exports_that_stay_are_not_asked_for():
    cloud = Cloud()
    deployed(cloud, exporting("items"), outputs=(output("TableName", "items", "items-table"), output("Plain", "x")))
    changed = exporting("items")
    changed["Resources"]["Topic"] = topic("changed")
    assert run(cloud, request(changed)).code == ExitCode.OK
    assert cloud.count("importers") == 0


@pytest.mark.rule(34)
def test_an_export_changes_with_the_resource_that_it_reads():
    stack = Stack("arn:aws:cloudformation:eu-west-1:1:stack/s/1", "s", "X", outputs=(output("O", "v", "s-table"),))
    name = {"Fn::Sub": "${AWS::StackName}-table"}
    made = {"Outputs": {"O": {"Value": {"Ref": "ItemTable"}, "Export": {"Name": name}}}}
    values = {"AWS::StackName": "s"}
    assert endangered(stack, made, made, values, frozenset(("ItemTable",))) == ("s-table",)
    assert endangered(stack, made, made, values, frozenset(("Other",))) == ()
    moved = {"Outputs": {"P": {"Value": {"Ref": "ItemTable"}, "Export": {"Name": name}}}}
    assert endangered(stack, made, moved, values, frozenset()) == ()
    assert endangered(stack, made, {"Outputs": {}}, values, frozenset()) == ("s-table",)
    unknown = {"Outputs": {"O": {"Value": {"Ref": "ItemTable"}, "Export": {"Name": {"Fn::ImportValue": "x"}}}}}
    assert endangered(stack, unknown, unknown, values, frozenset()) == ()


@rows(
    ("value", "text"),
    [
        ("a", "a"),
        ({"Ref": "Env"}, "dev"),
        ({"Ref": "Nothing"}, None),
        ({"Fn::Sub": "x-${Env}-${!Literal}"}, "x-dev-${Literal}"),
        ({"Fn::Sub": ["${A}-${Env}", {"A": {"Ref": "Env"}}]}, "dev-dev"),
        ({"Fn::Sub": "${Table.Arn}"}, None),
        ({"Fn::Join": ["-", ["a", {"Ref": "Env"}]]}, "a-dev"),
        ({"Fn::Join": ["-", ["a", {"Ref": "No"}]]}, None),
        ({"Fn::Join": ["-", {"Ref": "List"}]}, None),
        ({"Fn::GetAtt": ["A", "B"]}, None),
        (5, "5"),
    ],
)
def test_names_of_exports_are_resolved_as_far_as_they_are_known(value, text):
    stack = Stack("arn", "s", "X", outputs=(output("Old", "v", text or "unknown"),))
    made = {"Outputs": {"New": {"Value": "v", "Export": {"Name": value}}}}
    gone = endangered(stack, {}, made, {"Env": "dev"}, frozenset())
    assert gone == (() if text else ("unknown",))


def test_what_an_export_reads_however_deep():
    name = {"Name": "n"}
    stack = Stack("arn", "s", "X", outputs=(output("O", "v", "n"),))
    join = {"Fn::Join": ["", [{"Ref": "A"}, {"Fn::GetAtt": "B.Arn"}, {"Fn::GetAtt": ["C", "Arn"]}]]}
    sub = {"Fn::Sub": ["${D.Arn}${x}", {"x": {"Ref": "E"}}]}
    made = {"Outputs": {"O": {"Value": {"Fn::If": ["Cond", join, sub]}, "Export": name}}}
    for logical_id in "ABCDE":
        assert endangered(stack, made, made, {}, frozenset((logical_id,))) == ("n",)
    assert endangered(stack, made, made, {}, frozenset(("F",))) == ()


@pytest.mark.rule(36)
def test_a_resource_that_has_drifted_is_warned_of_before_it_is_overwritten():
    cloud = Cloud()
    deployed(cloud)
    path = PropertyDrift("/DisplayName", "items", "other", "NOT_EQUAL")
    cloud.drift_found = (
        ResourceDrift("Topic", "topic-1", "AWS::SNS::Topic", "MODIFIED", (path,)),
        ResourceDrift("ItemTable", "itemtable-1", "AWS::DynamoDB::Table", "MODIFIED"),
    )
    view = Seen()
    assert run(cloud, request(CHANGED), view=view).code == ExitCode.OK
    assert view.plans[0].overwritten == ("Topic has drifted: DisplayName is other, was deployed as items",)
    assert "Overwrites what has drifted" in "\n".join(plan_lines(view.plans[0]))


@pytest.mark.rule(36)
def test_a_resource_that_was_deleted_by_hand_is_warned_of_without_properties():
    cloud = Cloud()
    deployed(cloud)
    cloud.drift_found = (ResourceDrift("Topic", "topic-1", "AWS::SNS::Topic", "DELETED"),)
    view = Seen()
    run(cloud, request(CHANGED), view=view)
    [line] = view.plans[0].overwritten
    assert line == "Topic was deleted past CloudFormation: what updates it fails, or makes it anew"


@pytest.mark.rule(36)
def test_only_what_changes_is_looked_at_and_a_drift_aware_change_set_tells_itself():
    cloud = Cloud()
    deployed(cloud)
    run(cloud, request(CHANGED))
    assert cloud.count("detect_resource_drift") == 1
    run(cloud, request(CHANGED))
    run(cloud, request(options={"revert_drift": True}))
    assert cloud.count("detect_resource_drift") == 1


MANY = document(**{f"Topic{number}": topic("before") for number in range(12)})
MANY_CHANGED = document(**{f"Topic{number}": topic("after") for number in range(12)})
UNKNOWN = (
    "whether any of the 12 resources that change has drifted since the last update is not known: `tapgen drift` tells"
)


@pytest.mark.rule(36)
@pytest.mark.parametrize(
    ("checked", "drift", "told"),
    [
        (None, "NOT_CHECKED", (UNKNOWN,)),
        (5, "DRIFTED", (UNKNOWN,)),
        (5, "IN_SYNC", (UNKNOWN,)),
        (15, "DRIFTED", ("Topic3 has drifted",)),
        (10, "IN_SYNC", ()),
    ],
)
def test_of_many_the_last_detection_counts_unless_it_is_older_than_the_last_update(checked, drift, told):
    cloud = Cloud()
    updated = START + timedelta(seconds=10)
    seen = None if checked is None else START + timedelta(seconds=checked)
    deployed(cloud, MANY, updated=updated, drift=drift, drift_checked=seen)
    cloud.drift_found = (
        ResourceDrift("Topic3", "topic3-1", "AWS::SNS::Topic", "MODIFIED"),
        ResourceDrift("ItemTable", "itemtable-1", "AWS::DynamoDB::Table", "MODIFIED"),
    )
    view = Seen()
    assert run(cloud, request(MANY_CHANGED), view=view).ok
    assert view.plans[0].overwritten == told
    assert cloud.count("detect_resource_drift") == 0


@pytest.mark.rule(36)
def test_express_mode_looks_at_nothing_and_says_so():
    cloud = Cloud()
    deployed(cloud)
    view = Seen()
    assert run(cloud, request(CHANGED, options={"express": True}), view=view).ok
    assert view.plans[0].overwritten == (
        "whether Topic has drifted since the last update is not known: `tapgen drift` tells",
    )


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (AwsError("ValidationError", "AWS::SNS::Topic does not support drift detection", "X"), ()),
        (
            DeniedError("AccessDenied", "no", "DetectStackResourceDrift"),
            ("whether Topic has drifted could not be asked: ",),
        ),
    ],
)
def test_a_drift_that_cannot_be_looked_for_ends_no_deployment(error, told):
    cloud = Cloud()
    deployed(cloud)
    cloud.faults["detect_resource_drift"] = [error]
    view = Seen()
    assert run(cloud, request(CHANGED), view=view).ok
    found = view.plans[0].overwritten
    assert len(found) == len(told)
    assert all(line.startswith(start) for line, start in zip(found, told, strict=True))


def test_a_stack_that_something_else_made_is_warned_of():
    cloud = Cloud()
    deployed(cloud, tags={})
    view = Seen()
    assert run(cloud, request(CHANGED), view=view).code == ExitCode.OK
    assert view.warnings == ["tap-dev does not carry this environment's tags: something else made it."]


@pytest.mark.parametrize("policy", ["ReplaceAndRetain", "ReplaceAndSnapshot", "ReplaceAndDelete"])
def test_a_replacement_begins_empty_whether_or_not_the_old_one_lives_on(policy):
    change = Change("Modify", "Q", "q-1", "AWS::SQS::Queue", "True", policy_action=policy)
    [found] = refused(Review(), ChangeSet("", "", "", "", changes=(change,)), frozenset())
    fate = "with it goes" if policy == "ReplaceAndDelete" else "it lives on outside, and what takes its place is empty"
    assert (found.message, found.allowable) == (f"Q (AWS::SQS::Queue) is replaced; {fate}: messages", True)


def test_what_leaves_the_stack_is_refused_where_only_the_service_knows():
    change = Change("Remove", "Q", "q-1", "AWS::SQS::Queue", policy_action="Retain")
    [found] = refused(Review(), ChangeSet("", "", "", "", changes=(change,)), frozenset())
    assert "is taken out of the stack; it lives on outside" in found.message
    assert refused(Review(), ChangeSet("", "", "", "", changes=(change,)), frozenset("Q")) == ()


@pytest.mark.parametrize(
    ("kind", "words"),
    [("AWS::ApiGateway::Stage", ": the stage's address disappears"), ("AWS::S3::Bucket", "; with it goes: objects")],
)
def test_what_a_deletion_takes_with_it_is_said(kind, words):
    change = Change("Remove", "Gone", "gone-1", kind, policy_action="Delete")
    [found] = refused(Review(), ChangeSet("", "", "", "", changes=(change,)), frozenset())
    assert (found.message, found.allowable) == (f"Gone ({kind}) is deleted{words}", True)


def test_a_misspelt_allow_loss_is_warned_of():
    cloud = Cloud()
    deployed(cloud)
    view = Seen()
    options = {"allow_loss": frozenset(("ItemTabel", "ItemTable", "Topic"))}
    run(cloud, request(WITHOUT_TABLE, options=options), view=view)
    assert view.warnings == [
        '--allow-loss ItemTabel: neither the stack nor the template has it; did you mean "ItemTable"?'
    ]
    view = Seen()
    run(cloud, request({**WITHOUT_TABLE, "Transform": "AWS::LanguageExtensions"}, options=options), view=view)
    assert view.warnings == []


def test_what_is_opened_and_closed_is_named_and_masked():
    impact = Impact("S001", "Role", "AWS::IAM::Role", "Role may do more", Risk.HIGH, direction="broadened")
    opened = replace(impact, details=("s3:* on *", "key AKIAIOSFODNN7EXAMPLE"))
    closed = replace(impact, direction="narrowed", details=("a",))
    shown = Plan("s", "1", "r", "arn", creates=False, security=(opened, closed)).masked(Mask())
    assert plan_lines(shown)[-6:] == [
        "Security:",
        "  high: Role may do more",
        "    + s3:* on *",
        "    + key ****",
        "  high: Role may do more",
        "    - a",
    ]
