"""The template on its way: capabilities, size, spelling, secrets."""

import json

import pytest

from tapgen.deploy.artifacts.capabilities import capabilities
from tapgen.deploy.artifacts.document import body, fits_inline
from tapgen.deploy.artifacts.fingerprint import fingerprint
from tapgen.deploy.aws.errors import AwsError
from tapgen.deploy.plan.plan_fingerprint import plan_fingerprint
from tapgen.errors import ExitCode
from tapgen.template.masking import mask_of
from tests.unit.deploy.fake import Cloud, output
from tests.unit.deploy.scene import ROLE, TOPIC, Seen, deployed, document, request, run, topic

CHANGED = document(Topic=topic("changed"))


WITHOUT_TABLE = document(ItemTable=None)


WRITES = ("create_change_set", "execute", "set_stack_policy", "set_termination_protection", "delete_stack", "store")


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
    assert capabilities({"Transform": "M", "Resources": resources}) == needed


@pytest.mark.rule(29)
def test_the_capabilities_are_sent():
    cloud = Cloud()
    run(cloud, request(document(Role=ROLE), options={"plan_only": True}))
    [kept] = cloud.sets.values()
    assert kept["request"].capabilities == ("CAPABILITY_IAM",)


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
    assert fits_inline("x" * 51_200)
    assert not fits_inline("x" * 51_201)
    assert not fits_inline("é" * 25_601)
    assert body({"Resources": {"T": topic("é")}}).isascii()


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
    assert fingerprint(one) == fingerprint(other)
    assert json.dumps(one) == before
    assert fingerprint(one) != fingerprint({**one, "A": {**one["A"], "Size": 11}})


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
    assert "parameter Size: 1 → 2" in view.plans[0].stack_changes
    [kept] = cloud.sets.values()
    assert "123456" not in kept["request"].description


@pytest.mark.rule(42)
def test_ordinary_words_under_a_secrets_name_blot_nothing_out():
    pool = {"Type": "AWS::Cognito::UserPoolClient", "Properties": {"TokenValidityUnits": {"AccessToken": "minutes"}}}
    made = {"Resources": {"Client": pool}, "Parameters": {"Pin": {"Type": "String", "NoEcho": True}}}
    assert mask_of(made, parameters={"Pin": "word"})("a word in minutes") == "a **** in minutes"
    pool["Properties"]["ClientSecret"] = "abcdefghijkl"
    pool["Properties"]["List"] = [{"Password": "s3cret"}]
    assert mask_of(made)("a word, abcdefghijkl and s3cret") == "a word, **** and ****"


@pytest.mark.rule(42)
def test_the_reason_of_a_stacks_end_is_masked_too():
    made = document()
    made["Parameters"] = {"Pin": {"Type": "String", "NoEcho": True}}
    cloud = Cloud()
    happen = cloud.happen
    cloud.happen = lambda record, one, kind, status, reason="", token="", physical=None: happen(
        record, one, kind, status, reason or "Pin 314159265 is taken", token, physical
    )
    cloud.fails["Topic"] = "no"
    outcome = run(cloud, request(made, parameters={"Pin": "314159265"}))
    assert outcome.message == "tap-dev is ROLLBACK_COMPLETE: Pin **** is taken"


@pytest.mark.rule(42)
def test_nothing_about_a_noecho_value_is_in_a_plans_fingerprint():
    made = {"Parameters": {"Pin": {"NoEcho": True}, "Size": {}}, "Resources": {}}
    first, second = (plan_fingerprint(None, made, {"Pin": pin, "Size": "1"}, {}) for pin in ("1111", "2222"))
    assert first == second
    assert first != plan_fingerprint(None, made, {"Pin": "1111", "Size": "2"}, {})
