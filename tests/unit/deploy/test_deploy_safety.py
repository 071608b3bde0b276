"""The target's safety: what the guard refuses, and what protects a stack."""

import json

import pytest

from tapgen.deploy import facts
from tapgen.deploy.exports import endangered, mentioned, resolve
from tapgen.deploy.faults import AwsError
from tapgen.deploy.policy import same, stack_policy
from tapgen.deploy.values import PropertyDrift, ResourceDrift, Stack
from tapgen.errors import ExitCode
from tests.unit.deploy.fake import Cloud, output
from tests.unit.deploy.scene import ROLE, TABLE, TOPIC, Seen, deployed, document, request, run, topic

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


@pytest.mark.rule(28)
@pytest.mark.rule(30)
def test_a_protected_environment_is_protected_after_success():
    cloud = Cloud()
    assert run(cloud, request(protected=True)).code == ExitCode.OK
    [record] = cloud.stacks.values()
    assert record.protection is True
    [allow, deny] = json.loads(record.policy)["Statement"]
    assert (allow["Effect"], allow["Action"], allow["Resource"]) == ("Allow", "Update:*", "*")
    assert deny["Action"] == ["Update:Replace", "Update:Delete"]
    assert deny["Resource"] == ["LogicalResourceId/ItemTable"]


@pytest.mark.rule(28)
def test_protection_comes_after_success_only_and_other_environments_have_none():
    cloud = Cloud()
    assert run(cloud, request()).code == ExitCode.OK
    assert cloud.count("set_termination_protection", "set_stack_policy") == 0
    failing = Cloud()
    failing.fails["Topic"] = "no"
    assert run(failing, request(protected=True)).code == ExitCode.ROLLED_BACK
    assert failing.count("set_termination_protection", "set_stack_policy") == 0


@pytest.mark.rule(28)
def test_lost_protection_is_mended_by_a_deployment_without_changes():
    cloud = Cloud()
    run(cloud, request(protected=True))
    [record] = cloud.stacks.values()
    record.protection, record.policy = False, ""
    assert run(cloud, request(protected=True)).message.startswith("no changes")
    assert record.protection is True
    assert "ItemTable" in record.policy
    before = cloud.count("set_termination_protection", "set_stack_policy")
    run(cloud, request(protected=True))
    assert cloud.count("set_termination_protection", "set_stack_policy") == before


@pytest.mark.rule(28)
def test_a_deployment_that_cannot_be_protected_is_no_success():
    cloud = Cloud()
    cloud.faults["set_stack_policy"] = [AwsError("AccessDenied", "no", "SetStackPolicy")]
    outcome = run(cloud, request(protected=True))
    assert outcome.code == ExitCode.FAILED
    assert outcome.message == "tap-dev is CREATE_COMPLETE, but it is not protected: SetStackPolicy: no (AccessDenied)"


@pytest.mark.rule(29)
@pytest.mark.parametrize(
    ("resources", "needed"),
    [
        ({"Topic": TOPIC}, ()),
        ({"Role": ROLE}, ("CAPABILITY_IAM",)),
        ({"Policy": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "p"}}}, ("CAPABILITY_IAM",)),
        ({"Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "r"}}, "T": TOPIC}, ("CAPABILITY_NAMED_IAM",)),
        ({"Fn::ForEach::R": ["X", ["a"], {"Role${X}": ROLE}]}, ("CAPABILITY_IAM",)),
        ({"Macro": {"Fn::Transform": {"Name": "M"}, "Type": "AWS::SNS::Topic"}}, ()),
    ],
)
def test_the_least_capabilities_are_computed_from_the_template(resources, needed):
    assert facts.capabilities({"Transform": "M", "Resources": resources}) == needed


@pytest.mark.rule(29)
def test_the_capabilities_are_sent():
    cloud = Cloud()
    run(cloud, request(document(Role=ROLE), options={"plan_only": True}))
    [kept] = cloud.sets.values()
    assert kept["request"].capabilities == ("CAPABILITY_IAM",)


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
    [("AWS::Logs::LogGroup", "its data is lost"), ("AWS::SQS::Queue", "its data is lost")],
)
def test_a_replacement_that_only_the_service_knows_is_refused(kind, words):
    cloud = Cloud()
    before = {"Type": kind, "Properties": {"Tags": [{"Key": "a", "Value": "b"}]}}
    after = {"Type": kind, "Properties": {"Tags": [{"Key": "a", "Value": "c"}]}}
    deployed(cloud, document(Kept=before))
    cloud.replacement["Kept"] = "True"
    outcome = run(cloud, request(document(Kept=after)))
    assert outcome.code == ExitCode.REFUSED
    assert f"Kept ({kind}) is replaced: {words}" in outcome.message
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
    assert "its public address changes" in outcome.message


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
    unknown = {"Outputs": {"O": {"Value": {"Ref": "ItemTable"}, "Export": {"Name": {"Fn::ImportValue": "x"}}}}}
    assert endangered(stack, unknown, unknown, values, frozenset()) == ()


@pytest.mark.parametrize(
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
        (5, None),
    ],
)
def test_names_of_exports_are_resolved_as_far_as_they_are_known(value, text):
    assert resolve(value, {"Env": "dev"}) == text


def test_what_a_value_reads():
    value = {"Fn::Join": ["", [{"Ref": "A"}, {"Fn::GetAtt": "B.Arn"}, {"Fn::GetAtt": ["C", "Arn"]}]]}
    assert mentioned(value) == {"A", "B", "C"}
    assert mentioned({"Fn::Sub": ["${D.Arn}${x}", {"x": {"Ref": "E"}}]}) == {"D", "x", "E"}
    assert mentioned({"Fn::Sub": "${F}"}) == {"F"}


@pytest.mark.rule(36)
def test_a_resource_that_has_drifted_is_warned_of_before_it_is_overwritten():
    cloud = Cloud()
    deployed(cloud, drift="DRIFTED")
    path = PropertyDrift("/DisplayName", "items", "other", "NOT_EQUAL")
    cloud.drift_found = (
        ResourceDrift("Topic", "topic-1", "AWS::SNS::Topic", "MODIFIED", (path,)),
        ResourceDrift("ItemTable", "itemtable-1", "AWS::DynamoDB::Table", "MODIFIED"),
        ResourceDrift("Topic", "topic-2", "AWS::SNS::Topic", "IN_SYNC"),
    )
    view = Seen()
    assert run(cloud, request(CHANGED), view=view).code == ExitCode.OK
    assert view.warnings == ["Topic has drifted (/DisplayName): this overwrites it."]


@pytest.mark.rule(36)
def test_without_known_drift_nothing_is_asked():
    cloud = Cloud()
    deployed(cloud)
    run(cloud, request(CHANGED))
    assert cloud.count("drifts") == 0


def policies(cloud):
    """Every stack policy that is set, in order."""
    seen = []
    keep = cloud.set_stack_policy
    cloud.set_stack_policy = lambda stack, policy: seen.append(policy) or keep(stack, policy)
    return seen


@pytest.mark.rule(30)
def test_an_allowed_loss_passes_by_a_policy_for_that_resource_only():
    cloud = Cloud()
    second = {"Type": "AWS::DynamoDB::Table", "Properties": {**TABLE["Properties"], "TableClass": "STANDARD"}}
    old = document(Second=second)
    record = deployed(cloud, old, policy=stack_policy([old]), protection=True)
    seen = policies(cloud)
    made = document(Second=None, Topic=topic("x"))
    options = {"allow_loss": frozenset(("Second",))}
    assert run(cloud, request(made, protected=True, options=options)).code == ExitCode.OK
    assert [json.loads(one)["Statement"][1]["Resource"] for one in seen] == [["LogicalResourceId/ItemTable"]]
    assert record.policy == stack_policy([made])


@pytest.mark.rule(30)
@pytest.mark.parametrize("end", ["declined", "fails", "throttled", "interrupted"])
def test_the_temporary_policy_does_not_outlive_the_update(end):
    cloud = Cloud()
    lasting = stack_policy([document()])
    record = deployed(cloud, policy=lasting, protection=True)
    made = request(
        document(ItemTable=None, Topic=topic("x")),
        protected=True,
        options={"allow_loss": frozenset(("ItemTable",))},
    )
    seen = policies(cloud)
    if end == "fails":
        cloud.fails["Topic"] = "no"
    elif end == "throttled":
        cloud.faults["execute"] = [AwsError("Throttling", "x", "ExecuteChangeSet")]
    elif end == "interrupted":
        cloud.faults["execute"] = [KeyboardInterrupt()]
    outcome = run(cloud, made, confirm=end != "declined")
    assert outcome.code != ExitCode.OK
    assert same(record.policy, lasting)
    assert len(seen) == (0 if end == "declined" else 2)


@pytest.mark.rule(30)
def test_a_temporary_policy_that_must_stay_is_said_and_detach_is_refused():
    cloud = Cloud()
    deployed(cloud, policy=stack_policy([document()]))
    options = {"allow_loss": frozenset(("ItemTable",))}
    refused = run(cloud, request(WITHOUT_TABLE, protected=True, options={**options, "detach": True}))
    assert refused.code == ExitCode.USAGE
    assert cloud.calls == []
    cloud.batch = 0
    lost = run(cloud, request(WITHOUT_TABLE, protected=True, options={**options, "timeout": 9.0}))
    assert lost.code == ExitCode.CONTINUES
    assert "stack policy stays in force until `tapgen watch`" in lost.hint


@pytest.mark.rule(30)
def test_a_policy_that_cannot_be_put_back_is_said():
    cloud = Cloud()
    deployed(cloud, policy=stack_policy([document()]))
    denied = AwsError("AccessDenied", "no", "SetStackPolicy")
    cloud.faults = {"execute": [denied], "set_stack_policy": [None, denied]}
    view = Seen()
    made = request(WITHOUT_TABLE, protected=True, options={"allow_loss": frozenset(("ItemTable",))})
    assert run(cloud, made, view=view).code == ExitCode.FAILED
    assert view.warnings[0].startswith("The update's stack policy is still in force: SetStackPolicy: no")


def test_policies_are_compared_by_what_they_say():
    policy = stack_policy([document()])
    assert same(policy, json.dumps(json.loads(policy), indent=4))
    assert not same(policy, "")
    assert not same(policy, "{")
    assert len(json.loads(stack_policy([{"Resources": {"T": TOPIC}}]))["Statement"]) == 1


@pytest.mark.rule(38)
def test_a_template_over_the_limit_is_refused_before_any_call():
    cloud = Cloud()
    many = {"Resources": {f"T{number}": TOPIC for number in range(501)}}
    outcome = run(cloud, request(many))
    assert outcome.code == ExitCode.USAGE
    assert "501 resources" in outcome.message
    assert cloud.calls == []
    big = {"Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "x" * (1 << 20)}}}}
    assert run(cloud, request(big)).code == ExitCode.USAGE
    assert cloud.calls == []


@pytest.mark.rule(38)
def test_the_limit_counts_bytes_not_characters():
    assert facts.fits_inline("x" * 51_200)
    assert not facts.fits_inline("x" * 51_201)
    assert not facts.fits_inline("é" * 25_601)
    assert facts.body({"Resources": {"T": topic("é")}}).isascii()


def large():
    return document(**{f"Topic{number}": topic("y" * 150) for number in range(300)})


def bootstrapped(cloud):
    return cloud.put("tapgen-bootstrap", outputs=(output("ArtifactBucketName", "bucket-1"),))


@pytest.mark.rule(38)
@pytest.mark.rule(39)
def test_a_large_template_goes_once_by_the_bucket_whose_owner_is_named():
    cloud = Cloud()
    cloud.emulated = True
    bootstrapped(cloud)
    cloud.set_failure = "didn't contain changes"
    for _ in range(2):
        run(cloud, request(large()))
    [(bucket, key, owner)] = cloud.bucket
    assert (bucket, owner) == ("bucket-1", cloud.account)
    assert key.startswith("templates/tap-dev/")
    assert key.endswith(".json")
    assert cloud.count("store") == 1


@pytest.mark.rule(38)
def test_without_a_bucket_the_way_to_one_is_named():
    cloud = Cloud()
    outcome = run(cloud, request(large()))
    assert outcome.code == ExitCode.FAILED
    assert "has no artifact bucket" in outcome.message
    assert outcome.hint == "Run `tapgen bootstrap --region eu-west-1` once."
    assert cloud.count("create_change_set") == 0


@pytest.mark.rule(41)
def test_equal_spellings_are_equal_and_the_input_is_not_touched():
    one = {
        "A": {
            "DependsOn": ["B", "C"],
            "Size": 10,
            "On": True,
            "Arn": {"Fn::GetAtt": ["B", "Arn"]},
            "Text": "é",
            "F": 1.0,
        },
        "D": {"DependsOn": "X", "N": None},
    }
    other = {
        "D": {"DependsOn": ["X"], "N": ""},
        "A": {
            "DependsOn": ["C", "B"],
            "Size": "10",
            "On": "true",
            "Arn": {"Fn::GetAtt": "B.Arn"},
            "Text": "?",
            "F": "1",
        },
    }
    before = json.dumps(one)
    assert facts.fingerprint(one) == facts.fingerprint(other)
    assert json.dumps(one) == before
    assert facts.fingerprint(one) != facts.fingerprint({**one, "A": {**one["A"], "Size": 11}})


@pytest.mark.rule(42)
def test_secrets_are_in_no_output():
    made = document(
        Function={
            "Type": "AWS::Lambda::Function",
            "Properties": {"Environment": {"Variables": {"API_TOKEN": "plain-text-token", "TokenTableName": "tokens"}}},
        }
    )
    made["Parameters"] = {
        "Pin": {"Type": "String", "NoEcho": True},
        "DbPassword": {"Type": "String"},
    }
    made["Outputs"]["SessionSecret"] = {"Value": "shown?"}
    cloud = Cloud()
    values = {"Pin": "314159265", "DbPassword": "hunter2-hunter2"}
    cloud.fails["Function"] = "cannot use 314159265, hunter2-hunter2 or plain-text-token; key AKIAIOSFODNN7EXAMPLE"
    view = Seen()
    failed = run(cloud, request(made, parameters=values), view=view)
    assert failed.code == ExitCode.ROLLED_BACK
    cloud.faults["identity"] = [AwsError("X", "hunter2-hunter2", "GetCallerIdentity")]
    broken = run(cloud, request(made, parameters=values), view=view)
    assert "****" in broken.message
    assert str(broken.error) == broken.message
    cloud.fails.clear()
    done = run(cloud, request(made, parameters=values), view=view)
    assert done.code == ExitCode.OK
    assert {one.key: one.value for one in done.outputs}["SessionSecret"] == "****"
    text = view.text() + repr(failed) + repr(broken)
    for secret in ("314159265", "hunter2", "plain-text-token", "AKIA", "shown?"):
        assert secret not in text
    assert "cannot use ****, **** or ****; key ****" in text


@pytest.mark.rule(42)
def test_a_changed_secret_is_shown_as_one_but_not_what_it_is():
    made = document()
    made["Parameters"] = {"Pin": {"Type": "String", "NoEcho": "true"}, "Size": {"Type": "String", "Default": "2"}}
    cloud = Cloud()
    deployed(cloud, parameters={"Size": "1"})
    view = Seen()
    run(cloud, request(made, parameters={"Pin": "123456"}, options={"plan_only": True}), view=view)
    assert "parameter Pin: ****" in view.plans[0].stack_changes
    assert "parameter Size: 1 -> 2" in view.plans[0].stack_changes
    [kept] = cloud.sets.values()
    assert "123456" not in kept["request"].description
